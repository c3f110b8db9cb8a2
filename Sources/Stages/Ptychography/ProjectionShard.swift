import ArrayMath
import Foundation
import Pipeline

/// The bytes of a finished projection: its numbers and words as JSON, then its images in single precision.
///
/// Eight bytes with the length of the JSON, the JSON, then each image as rows and columns (eight bytes each) and its
/// pixels; everything little-endian.
enum ProjectionShard {
  /// What is kept beside the images.
  struct Head: Codable, Hashable {
    var facts: PhaseProjection.Facts
    /// How many of the images are probes.
    var probeCount: Int
    var hasImages: Bool
  }

  static func encode(_ projection: PhaseProjection) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let images = projection.images
    let json = try encoder.encode(
      Head(facts: projection.facts, probeCount: images?.probes.count ?? 0, hasImages: images != nil))
    var bytes: [UInt8] = []
    append(UInt64(json.count), to: &bytes)
    bytes += json
    guard let images else { return bytes }
    append(images.object, to: &bytes)
    append(images.phase, to: &bytes)
    append(images.illumination, to: &bytes)
    for probe in images.probes { append(probe, to: &bytes) }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) throws -> PhaseProjection {
    var place = 0
    let length = try count(bytes, &place)
    guard length <= bytes.count - place else { throw ArrayShard.damaged(PtychographyStage.name) }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let head = try? decoder.decode(Head.self, from: Data(bytes[place..<place + length])), head.probeCount >= 0,
      head.probeCount <= 1024
    else { throw ArrayShard.damaged(PtychographyStage.name) }
    place += length
    guard head.hasImages else { return PhaseProjection(facts: head.facts, images: nil) }
    let object = try image(bytes, &place, of: ComplexFloat.self)
    let phase = try image(bytes, &place, of: Float.self)
    let illumination = try image(bytes, &place, of: Float.self)
    let probes = try (0..<head.probeCount).map { _ in try image(bytes, &place, of: ComplexFloat.self) }
    guard place == bytes.count, phase.shape == object.shape, illumination.shape == object.shape else {
      throw ArrayShard.damaged(PtychographyStage.name)
    }
    return PhaseProjection(
      facts: head.facts,
      images: PhaseProjection.Images(object: object, phase: phase, illumination: illumination, probes: probes))
  }

  private static func append(_ word: UInt64, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The machines this runs on are little-endian, so pixels are copied as they lie in memory.
  private static func append<Pixel: BitwiseCopyable>(_ image: Image<Pixel>, to bytes: inout [UInt8]) {
    append(UInt64(image.rows), to: &bytes)
    append(UInt64(image.columns), to: &bytes)
    image.pixels.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  private static func count(_ bytes: [UInt8], _ place: inout Int) throws -> Int {
    guard bytes.count - place >= 8 else { throw ArrayShard.damaged(PtychographyStage.name) }
    let word = bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }
    place += 8
    guard let count = Int(exactly: word), count <= 1 << 40 else { throw ArrayShard.damaged(PtychographyStage.name) }
    return count
  }

  private static func image<Pixel: BitwiseCopyable>(
    _ bytes: [UInt8], _ place: inout Int, of: Pixel.Type
  ) throws -> Image<Pixel> {
    let (rows, columns) = (try count(bytes, &place), try count(bytes, &place))
    let (pixels, overflow) = rows.multipliedReportingOverflow(by: columns)
    let size = MemoryLayout<Pixel>.stride
    guard !overflow, pixels <= (bytes.count - place) / size else { throw ArrayShard.damaged(PtychographyStage.name) }
    let values = bytes.withUnsafeBytes { raw in
      (0..<pixels).map { raw.loadUnaligned(fromByteOffset: place + size * $0, as: Pixel.self) }
    }
    place += pixels * size
    return Image(values, shape: FrameShape(rows: rows, columns: columns))
  }
}
