import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Patterns that EMsoft's EMEBSD simulated: `EMData/EBSD/EBSDPatterns`.
enum EMsoftPatterns {
  static func open(_ file: HDF5Statements) throws -> KikuchiPatternFile {
    let names = try file.members("EMData/EBSD").map(\.name)
    guard let dataset = ["EBSDPatterns", "EBSDpatterns"].first(where: names.contains) else {
      throw FormatError(file.path, "is of EMsoft, but holds no EBSDPatterns")
    }
    let frames = try file.frames("EMData/EBSD/" + dataset)
    let list = "NMLparameters/EBSDNameList/"
    var patterns = KikuchiPatternFile(
      frames: frames, format: .emsoft,
      grid: MapGrid(rows: 1, columns: frames.count, stepX: 0, stepY: 0, kind: .scattered), paths: [file.path])
    let binning = Int(min(max(try file.number(list + "binning") ?? 1, 1), 1024))
    let version = file.text("EMheader/EBSD/Version")?.first?.wholeNumberValue ?? 5
    if let xpc = try file.number(list + "xpc"), let ypc = try file.number(list + "ypc"),
      let distance = try file.number(list + "L"), let pixel = try file.number(list + "delta"), pixel > 0
    {
      patterns.takeCentres([
        PatternCentre(
          emsoft: SIMD3(xpc, ypc, distance), version: version, shape: frames.shape, pixel: pixel, binning: binning)
      ])
    }
    patterns.screenTilt = try file.number(list + "thetac").map { $0 * .pi / 180 }
    patterns.accelerationVoltage = try file.number(list + "energymax").flatMap { $0 > 0 ? $0 * 1000 : nil }
    let angles = try file.numbers("EMData/EBSD/EulerAngles") ?? []
    if angles.count == 3 * frames.count, angles.allSatisfy({ abs($0) < 1000 }) {
      patterns.orientations = (0..<frames.count).map {
        Rotation(bunge: BungeEuler(phi1: angles[3 * $0], Phi: angles[3 * $0 + 1], phi2: angles[3 * $0 + 2]))
      }
    }
    return patterns
  }
}
