import ArrayMath
public import Crystallography
public import ElectronDiffraction
import Foundation

/// A master pattern that EMsoft computed: HDF5 with `EMData/EBSDmaster` or `EMData/TKDmaster`.
///
/// The square Lambert grids `mLPNH` and `mLPSH` have rows along y and columns along x from −1 on, as ``MasterPattern``
/// has; the crystal's frame has x along a and z along c*. Where a file keeps the kinds of atoms apart they are summed.
public struct EMsoftMasterFile: Sendable {
  /// Which of the energies of a file to take.
  public enum EnergyChoice: Sendable, Hashable {
    /// The highest.
    case highest
    /// The one that is nearest to an energy, in volts.
    case nearest(Double)
    /// The mean over all, each weighted by the electrons that the Monte Carlo simulation counts in it.
    case weighted
  }

  /// The intensity at the energy that was asked for, in the units of the file.
  public var master: MasterPattern
  /// The energies of the file, in volts, ascending.
  public var energies: [Double]
  /// The name of the crystal.
  public var name: String
  public var cell: UnitCell?
  /// 1 to 230; nil where the file does not state it.
  public var spaceGroupNumber: Int?

  /// Reads a file.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is no master pattern, damaged, or lacks the counts that weights
  ///   need.
  public static func read(_ path: String, energy choice: EnergyChoice = .highest) throws -> EMsoftMasterFile {
    let file = try HDF5Statements(path)
    guard let group = ["EMData/EBSDmaster", "EMData/TKDmaster"].first(where: { file.has($0 + "/mLPNH") }) else {
      throw FormatError(path, "is no master pattern of EMsoft: there is no EMData/EBSDmaster/mLPNH")
    }
    let energies = try (file.numbers(group + "/EkeVs") ?? []).map { $0 * 1000 }
    guard !energies.isEmpty, energies.allSatisfy({ $0 > 0 && $0 < 1e7 }) else {
      throw FormatError(path, at: group + "/EkeVs", "states no energies")
    }
    let weights = try weights(file, energies, choice)
    let north = try hemisphere(file, group + "/mLPNH", weights)
    let south = try hemisphere(file, group + "/mLPSH", weights)
    guard north.size == south.size else {
      throw FormatError(path, "has hemispheres of \(north.size) and \(south.size) points along an edge")
    }
    let lattice = try file.numbers("CrystalData/LatticeParameters") ?? []
    let number = try file.number("CrystalData/SpaceGroupNumber").flatMap { (1...230).contains($0) ? Int($0) : nil }
    let crystal = file.text(group + "/xtalname").map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
    return EMsoftMasterFile(
      master: MasterPattern(size: north.size, north: north.values, south: south.values), energies: energies,
      name: crystal ?? "crystal",
      cell: UnitCell(angstrom: lattice.prefix(3).map { $0 * 10 }, degrees: Array(lattice.dropFirst(3))),
      spaceGroupNumber: number)
  }

  /// How much each energy counts.
  private static func weights(
    _ file: HDF5Statements, _ energies: [Double], _ choice: EnergyChoice
  ) throws -> [Double] {
    var weights = [Double](repeating: 0, count: energies.count)
    switch choice {
    case .highest:
      let highest = energies.indices.max { energies[$0] < energies[$1] } ?? 0
      weights[highest] = 1
    case .nearest(let energy):
      let nearest = energies.indices.min { abs(energies[$0] - energy) < abs(energies[$1] - energy) } ?? 0
      weights[nearest] = 1
    case .weighted:
      let counted = try ["EMData/MCOpenCL/accum_e", "EMData/MCfoil/accum_e"].lazy.compactMap { try file.numbers($0) }
      guard let counts = counted.first, counts.count.isMultiple(of: energies.count),
        counts.allSatisfy({ $0 >= 0 && $0 < 1e15 })
      else {
        throw FormatError(file.path, "has no Monte Carlo counts (EMData/MCOpenCL/accum_e) to weight its energies by")
      }
      for (index, count) in counts.enumerated() { weights[index % energies.count] += count }
      let sum = weights.reduce(0, +)
      guard sum > 0 else { throw FormatError(file.path, at: "accum_e", "counts no electron") }
      weights = weights.map { $0 / sum }
    }
    return weights
  }

  private static func hemisphere(
    _ file: HDF5Statements, _ path: String, _ weights: [Double]
  ) throws -> (size: Int, values: [Float]) {
    let frames = try file.frames(path)
    let (size, columns) = (frames.shape.rows, frames.shape.columns)
    guard size == columns, size >= 3, size % 2 == 1 else {
      throw FormatError(
        file.path, at: path, "has \(size) x \(columns) points; a square grid with an odd edge is expected")
    }
    guard frames.scanShape.last ?? 1 == weights.count else {
      throw FormatError(
        file.path, at: path, "has the shape \(frames.scanShape + [size, size]) for \(weights.count) energies")
    }
    var sum = [Double](repeating: 0, count: size * size)
    for index in 0..<frames.count where weights[index % weights.count] > 0 {
      let weight = weights[index % weights.count]
      for (pixel, value) in try frames.floats(frame: index).enumerated() { sum[pixel] += weight * Double(value) }
    }
    guard sum.allSatisfy(\.isFinite) else { throw FormatError(file.path, at: path, "holds what is no number") }
    return (size, sum.map { Float($0) })
  }
}
