public import ArrayMath
import Foundation
public import PowderDiffraction

/// Frames that the tests of integration share with the scripts in Tests/Golden.
public enum IntegrationFrames {
  /// Rows and columns of the simulated frame.
  public static let size = 3056

  private static func hashed(_ index: UInt32) -> UInt32 {
    var x = index &* 2_654_435_761
    x ^= x >> 16
    x = x &* 0x45D_9F3B
    return x ^ (x >> 16)
  }

  /// A simulated frame and its mask: noise and rings from integers alone.
  public static let simulated: (frame: MemoryFrames<UInt16>, mask: PixelMask) = {
    var pixels = [UInt16](repeating: 0, count: size * size)
    var flags = [UInt8](repeating: 0, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        let index = row * size + column
        let square = (row - 1532) * (row - 1532) + (column - 1490) * (column - 1490)
        let ring = (square / 4096) % 40 < 6 ? 500 : 0
        pixels[index] = UInt16(100 + Int(hashed(UInt32(index)) & 255) + ring)
        let isDead = hashed(UInt32(index + size * size)) & 1023 == 7
        if isDead || (1000..<1040).contains(row) || square < 3600 { flags[index] = 1 }
      }
    }
    let shape = FrameShape(rows: size, columns: size)
    return (MemoryFrames(pixels, shape: shape), PixelMask(flags, shape: shape))
  }()

  /// Where the simulated frame was taken: tilted, and of the seed's size.
  public static let simulatedGeometry = DetectorGeometry(
    poni: PoniGeometry(distance: 0.13167, poni1: 0.0475, poni2: 0.0462, rotation1: 0.012, rotation2: -0.008),
    grid: DetectorGrid(shape: FrameShape(rows: size, columns: size), pixelHeight: 31e-6, pixelWidth: 31e-6),
    wavelength: 0.6525484e-10)

  /// The measured frame of CeO2, flipped vertically, and its mask; `nil` where the data are absent.
  public static func measured() throws -> (frame: MemoryFrames<Int32>, mask: PixelMask)? {
    guard let path = SharedData.path("diffraction/dioptas/CeO2_Pilatus1M.tif") else { return nil }
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let (rows, columns) = (1043, 981)
    // Little-endian, not compressed, all strips one after the other: the pixels are the entry 273 of the directory.
    func number(_ offset: Int, _ size: Int) -> Int { (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) } }
    let directory = number(4, 4)
    var place = 0
    for entry in 0..<number(directory, 2) {
      let at = directory + 2 + 12 * entry
      guard number(at, 2) == 273 else { continue }
      place = number(at + 4, 4) == 1 ? number(at + 8, 4) : number(number(at + 8, 4), 4)
    }
    let stored = (0..<rows * columns).map { Int32(truncatingIfNeeded: number(place + 4 * $0, 4)) }
    let pixels = (0..<rows).flatMap { row in stored[(rows - 1 - row) * columns..<(rows - row) * columns] }
    let shape = FrameShape(rows: rows, columns: columns)
    return (MemoryFrames(pixels, shape: shape), PixelMask(pixels.map { $0 < 0 ? 1 : 0 }, shape: shape))
  }

  /// The published geometry of the measured frame.
  public static let measuredGeometry = DetectorGeometry(
    poni: PoniGeometry(
      distance: 0.208651380603, poni1: 0.0872948482846, poni2: 0.0799601126306, rotation1: -0.0184422457059,
      rotation2: 0.00413760084465, rotation3: -2.77645988275e-08),
    grid: DetectorGrid(shape: FrameShape(rows: 1043, columns: 981), pixelHeight: 0.000172, pixelWidth: 0.000172),
    wavelength: 4.066e-11)

  /// Patterns by pyFAI; the header of the file names its version.
  public struct Golden: Sendable {
    public var name: String
    public var points: Int
    public var unit: RadialUnit
    public var splitting: PixelSplitting
    public var first, last: Double
    public var intensity: [Double]
    public var sem: [Double]?
  }

  /// The patterns, as the file has them.
  public static func golden() throws -> [Golden] {
    let file = SharedData.checkout.appending(path: "Tests/Golden/integration-pyfai.txt")
    var result: [Golden] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
      let words = line.split(separator: " ")
      if words[0] == "cake" { break }
      if words[0] == "simulated" || words[0] == "measured" {
        let splitting: PixelSplitting = words[3] == "no" ? .none : words[3] == "bbox" ? .box : .full
        // pyFAI counts q in 1/nm.
        let scale = words[2] == "2th_rad" ? 1 : 1e9
        result.append(
          Golden(
            name: String(words[0]), points: Int(words[1])!, unit: scale == 1 ? .twoTheta : .scatteringVector,
            splitting: splitting, first: scale * Double(words[4])!, last: scale * Double(words[5])!, intensity: []))
      } else {
        let values = words.map { Double($0)! }
        if result[result.count - 1].intensity.isEmpty {
          result[result.count - 1].intensity = values
        } else {
          result[result.count - 1].sem = values
        }
      }
    }
    return result
  }

  /// Every fifth row of the cakes by pyFAI of the measured frame, 36 azimuths and 200 radii.
  public struct GoldenCake: Sendable {
    public var splitting: PixelSplitting
    public var firstRadius, lastRadius, firstAzimuth, lastAzimuth: Double
    public var rows: [[Double]] = []
  }

  /// The cakes, as the file has them.
  public static func goldenCakes() throws -> [GoldenCake] {
    let file = SharedData.checkout.appending(path: "Tests/Golden/integration-pyfai.txt")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    var result: [GoldenCake] = []
    for line in lines[(lines.firstIndex { $0.hasPrefix("cake") } ?? lines.endIndex)...] {
      let words = line.split(separator: " ")
      guard words[0] == "cake" else {
        result[result.count - 1].rows.append(words.map { Double($0)! })
        continue
      }
      result.append(
        GoldenCake(
          splitting: words[3] == "no" ? .none : words[3] == "bbox" ? .box : .full, firstRadius: Double(words[4])!,
          lastRadius: Double(words[5])!, firstAzimuth: Double(words[6])!, lastAzimuth: Double(words[7])!))
    }
    return result
  }

  /// The correlation of the measured frame's pattern, with the published geometry, no mask and no polarisation, with the
  /// published one at its places; nil where the data are absent.
  public static func correlationWithThePublishedPattern() throws -> Double? {
    guard let (frame, _) = try measured(), let path = SharedData.path("diffraction/dioptas/CeO2_Pilatus1M.xy") else {
      return nil
    }
    let published = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").compactMap { Double($0) } }
    let settings = IntegrationSettings(points: published.count, polarisation: nil, invalid: .notANumber)
    var scratch = IntegrationScratch()
    let pattern = try AzimuthalIntegrator(measuredGeometry, settings).integrate(frame, scratch: &scratch)
    // At the published places, between the two centres beside each.
    let width = pattern.positions[1] - pattern.positions[0]
    let seen = published.map { row -> Double in
      let radius: Double = row[0] * Double.pi / 180
      let place = min(max((radius - pattern.positions[0]) / width, 0), Double(published.count - 1))
      let index = min(Int(place), published.count - 2)
      let rest = place - Double(index)
      return pattern.intensity[index] * (1 - rest) + pattern.intensity[index + 1] * rest
    }
    return correlation(published.map { $0[1] }, seen)
  }

  private static func correlation(_ a: [Double], _ b: [Double]) -> Double {
    let meanA = a.reduce(0, +) / Double(a.count)
    let meanB = b.reduce(0, +) / Double(b.count)
    var (aa, bb, ab) = (0.0, 0.0, 0.0)
    for index in a.indices {
      let (x, y) = (a[index] - meanA, b[index] - meanB)
      aa += x * x
      bb += y * y
      ab += x * y
    }
    return ab / (aa * bb).squareRoot()
  }
}
