import ArrayMath
import Foundation
import HDF5
import Tomography

/// A series of quantitative phase images as qpimage writes it: groups `qpi_0`, `qpi_1`, ... with `phase/raw` and perhaps
/// images of the background, to be subtracted.
///
/// The phase is unwrapped, in radians, and larger where the light is slower: matter is positive.
enum PhaseImageSeriesReader {
  private static let largestCount = 100_000

  /// The groups of a series, in the order of their numbers; empty where it is none.
  static func groups(_ statements: ScanStatements) throws -> [String] {
    let numbers = try statements.members("/").compactMap { name -> Int? in
      name.hasPrefix("qpi_") ? Int(name.dropFirst(4)) : nil
    }
    guard numbers.count <= largestCount else {
      throw FormatError(statements.path, "has \(numbers.count) phase images; at most \(largestCount) are read")
    }
    return numbers.sorted().map { "/qpi_\($0)" }
  }

  static func read(
    _ statements: ScanStatements, _ groups: [String], _ options: ProjectionReadOptions
  ) throws -> MeasuredProjections {
    let file = statements.path
    func frames(_ path: String) throws -> HDF5Frames {
      let place = try HDF5Place(file: statements.file, path: path).resolved()
      return try HDF5Frames(place.file.dataset(place.path), of: place.file)
    }
    let images = try groups.map { try frames($0 + "/phase/raw") }
    let names = groups.map { "\(file)::\($0)/phase/raw" }
    if let odd = images.firstIndex(where: { $0.count != 1 }) {
      throw FormatError(names[odd], "holds \(images[odd].count) images; one is expected")
    }
    var stack = SinglePrecisionFrames(source: try FrameSeries(images, names: names))
    let shape = stack.shape
    for name in try statements.members(groups[0] + "/phase/bg_data") {
      let paths = groups.map { "\($0)/phase/bg_data/\(name)" }
      let backgrounds = try paths.map(frames)
      stack.backgrounds.append(try FrameSeries(backgrounds, names: paths.map { "\(file)::\($0)" }))
      guard backgrounds[0].shape == shape, backgrounds.allSatisfy({ $0.count == 1 }) else {
        throw FormatError(file, at: paths[0], "is not one image of \(shape.rows) x \(shape.columns) pixels")
      }
    }
    var assembly = ProjectionAssembly(file, frames: stack, options: options)
    let attributes = try statements.attributes(of: groups[0])
    func number(_ name: String) -> Double? {
      attributes[name]?.number.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    }
    assembly.projections.content = .negativePhase
    assembly.projections.pixel = number("pixel size").map { ($0, $0) }
    assembly.projections.wavelength = number("wavelength")
    if let index = number("medium index") {
      assembly.projections.notes.append(
        String(format: "the medium around the sample has the refractive index %.6g", index))
    }
    if !stack.backgrounds.isEmpty {
      assembly.projections.notes.append(
        "\(stack.backgrounds.count) images of the background subtracted from each phase")
    }
    assembly.neighbours = ProjectionFile.anglesBeside(file)
    return try assembly.finish()
  }
}
