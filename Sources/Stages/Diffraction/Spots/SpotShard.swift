import PowderDiffraction

/// The spots of a block of frames as an item that is kept.
enum SpotShard {
  /// Numbers of a spot.
  private static let width = 13

  /// - Parameter rings: the labels, in order.
  static func encode(_ frames: [[DetectedSpot]], rings: [String]) -> [UInt8] {
    ArrayShard.encode(
      frames.map { spots in
        spots.flatMap { spot -> [Double] in
          [
            Double(rings.firstIndex(of: spot.ring) ?? 0), spot.twoTheta, spot.twoThetaSigma, spot.azimuth,
            spot.azimuthSigma, spot.intensity, spot.intensitySigma, spot.twoThetaWidth, spot.twoThetaWidthSigma,
            spot.azimuthWidth, spot.azimuthWidthSigma, spot.significance, Double(spot.flags.rawValue),
          ]
        }
      })
  }

  /// - Throws: `StageDocumentError` for an item that holds no whole spots or another number of frames.
  static func decode(_ bytes: [UInt8], rings: [String], count: Int) throws -> [[DetectedSpot]] {
    let frames = try ArrayShard.decode(bytes, of: DiffractionSpotsStage.name)
    guard frames.count == count else { throw ArrayShard.damaged(DiffractionSpotsStage.name) }
    return try frames.map { numbers in
      try stride(from: 0, to: numbers.count, by: width).map { start in
        guard start + width <= numbers.count, let ring = Int(exactly: numbers[start]), rings.indices.contains(ring),
          let flags = Int(exactly: numbers[start + 12])
        else { throw ArrayShard.damaged(DiffractionSpotsStage.name) }
        func number(_ offset: Int) -> Double { numbers[start + offset] }
        return DetectedSpot(
          ring: rings[ring], twoTheta: number(1), twoThetaSigma: number(2), azimuth: number(3),
          azimuthSigma: number(4), intensity: number(5), intensitySigma: number(6), twoThetaWidth: number(7),
          twoThetaWidthSigma: number(8), azimuthWidth: number(9), azimuthWidthSigma: number(10),
          significance: number(11), flags: DetectedSpot.Flags(rawValue: flags))
      }
    }
  }
}
