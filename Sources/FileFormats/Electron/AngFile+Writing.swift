import Crystallography
public import ElectronDiffraction
import Foundation

extension OrientationMapFile {
  /// The text of an `.ang` file of a map: Euler angles in the frame of a setting of EDAX, crystals with x along a.
  ///
  /// An undecided point is written as an indexed one. Bands and the uncertainty of the axis have no column.
  ///
  /// - Parameters:
  ///   - frame: one of EDAX's settings; the file does not state it.
  ///   - patternCentre: x*, y* and z* in the convention of EDAX.
  /// - Throws: ``FormatError`` for scattered points, which the format does not hold.
  public static func edaxText(
    _ map: OrientationMap, frame: EulerFrame = .edax1, patternCentre: SIMD3<Double> = .zero
  ) throws -> String {
    let grid = map.grid
    guard grid.kind != .scattered else { throw FormatError("map", "has scattered points; .ang holds grids alone") }
    var text = "# TEM_PIXperUM          1.000000\n"
    for (name, value) in [("x-star", patternCentre.x), ("y-star", patternCentre.y), ("z-star", patternCentre.z)] {
      text += "# \(name)                \(String(format: "%.6f", value))\n"
    }
    text += "# WorkingDistance       0.000000\n#\n"
    for (index, phase) in map.phases.enumerated() {
      let lattice = (phase.cell?.edgesInAngstrom ?? [1, 1, 1]) + (phase.cell?.anglesInDegrees ?? [90, 90, 90])
      text += "# Phase \(index + 1)\n# MaterialName  \t\(MapText.name(phase.name))\n"
      text +=
        "# Formula     \t\(MapText.name(phase.name))\n# Info\n# Symmetry              \(phase.laueClass.edaxCode)\n"
      text += "# LatticeConstants      \(lattice.map { String(format: "%.4f", $0) }.joined(separator: " "))\n"
      text += "# NumberFamilies        0\n# Categories 0 0 0 0 0\n#\n"
    }
    let even = grid.kind == .hexagonal && endsShort(map) ? grid.columns - 1 : grid.columns
    text += "# GRID: \(grid.kind == .hexagonal ? "HexGrid" : "SqrGrid")\n"
    text += String(format: "# XSTEP: %.6f\n# YSTEP: %.6f\n", grid.stepX * 1e6, grid.stepY * 1e6)
    text += "# NCOLS_ODD: \(grid.columns)\n# NCOLS_EVEN: \(even)\n# NROWS: \(grid.rows)\n#\n"
    text += "# OPERATOR:\n#\n# SAMPLEID:\n#\n# SCANID:\n#\n"
    let turn = (frame.fromMap * map.mapToSample.inverse).inverse
    for (index, point) in map.points.enumerated() {
      if even < grid.columns, (index / grid.columns) % 2 == 1, index % grid.columns == even { continue }
      let quality = point.quality.isFinite ? point.quality : 0
      let place = String(format: "%12.5f %12.5f %8.1f", point.x * 1e6, point.y * 1e6, quality)
      guard point.status != .notIndexed else {
        text += " 12.56637  12.56637  12.56637 \(place) -1.000  0  0 180.000\n"
        continue
      }
      let angles = (point.orientation * turn).bunge
      let euler = String(format: "%11.8f %11.8f %11.8f", angles.phi1, angles.Phi, angles.phi2)
      let confidence = point.confidence.isFinite ? max(point.confidence, 0) : 1
      let fit = point.fit.isFinite ? point.fit * 180 / .pi : 0
      let number = map.phases.count == 1 ? 0 : point.phase + 1
      text += "\(euler) \(place) " + String(format: "%6.3f %d 0 %.4f\n", confidence, number, fit)
    }
    return text
  }

  /// Whether the moved rows of a hexagonal map end in a point that was not measured.
  private static func endsShort(_ map: OrientationMap) -> Bool {
    guard map.grid.columns > 1, map.grid.rows > 1 else { return false }
    return stride(from: 1, to: map.grid.rows, by: 2).allSatisfy { row in
      map.points[(row + 1) * map.grid.columns - 1].status == .notIndexed
    }
  }
}
