import Crystallography
import ElectronDiffraction
import Foundation

/// Orientation maps in EDAX's HDF5: `<scan>/EBSD/Data/Phi1` and what lies beside it, as in an `.ang` file.
enum EDAXMap {
  static func read(_ file: HDF5Statements, eulerFrame stated: EulerFrame?) throws -> OrientationMapFile {
    let scan = try file.scan(nil, holding: "EBSD/Data/Phi1")
    let (header, data) = (scan + "/EBSD/Header/", scan + "/EBSD/Data/")
    let phi1 = try file.numbers(data + "Phi1") ?? []
    func column(_ name: String) throws -> [Double] {
      let values = try file.numbers(data + name) ?? []
      guard values.count == phi1.count else {
        throw FormatError(file.path, at: data + name, "has \(values.count) values for \(phi1.count) points")
      }
      return values
    }
    let (Phi, phi2, x, y) = (try column("Phi"), try column("Phi2"), try column("X Position"), try column("Y Position"))
    let (confidence, fit, quality) = (try column("CI"), try column("Fit"), try column("IQ"))
    let phase = try column("Phase")
    let phases = try phases(file, header + "Phase")
    guard !phases.isEmpty else { throw FormatError(file.path, "states no phase at \(header)Phase") }
    var points: [MapPoint] = []
    // EDAX marks what was not measured by this position.
    for index in phi1.indices where x[index] > -1e6 {
      guard abs(x[index]) < 1e9, abs(y[index]) < 1e9, [phi1, Phi, phi2].allSatisfy({ abs($0[index]) <= 100 }),
        let number = Int(exactly: phase[index])
      else { throw FormatError(file.path, at: data + "Phi1", "holds no angles and no position at point \(index)") }
      let place = phases.firstIndex { $0.number == number } ?? (phases.count == 1 && number == 0 ? 0 : nil)
      let isMarked = confidence[index] < 0 || [phi1, Phi, phi2].contains { $0[index] > 4 * .pi - 1e-3 }
      guard let place, !isMarked else {
        guard isMarked || number <= 0 else {
          throw FormatError(file.path, at: data + "Phase", "is \(number) at point \(index) of \(phases.count) phases")
        }
        points.append(
          MapPoint(
            x: x[index] * 1e-6, y: y[index] * 1e-6, phase: 0, orientation: .identity, status: .notIndexed,
            confidence: confidence[index], quality: quality[index]))
        continue
      }
      points.append(
        MapPoint(
          x: x[index] * 1e-6, y: y[index] * 1e-6, phase: place,
          orientation: Rotation(bunge: BungeEuler(phi1: phi1[index], Phi: Phi[index], phi2: phi2[index])),
          status: .indexed, fit: fit[index] * .pi / 180, confidence: confidence[index], quality: quality[index]))
    }
    var assembly = MapAssembly(
      file: file.path, rows: try file.count(header + "nRows"), columns: try file.count(header + "nColumns"),
      stepX: try file.number(header + "Step X").map { $0 * 1e-6 },
      stepY: try file.number(header + "Step Y").map { $0 * 1e-6 })
    assembly.isHexagonal = file.text(header + "Grid Type")?.lowercased().contains("hex") ?? false
    let (grid, placed) = try assembly.assemble(points)
    let setting = try file.number(header + "Coordinate System/ID").flatMap { Int(exactly: $0) }
    let frame = stated ?? setting.flatMap(EulerFrame.init(edaxSetting:)) ?? .edax1
    return OrientationMapFile(
      map: OrientationMap(grid: grid, phases: phases.map(\.phase), points: placed, mapToSample: frame.fromMap),
      format: .edaxHDF5, eulerFrame: frame,
      sampleTilt: try file.number(header + "Sample Tilt").map { abs($0) * .pi / 180 },
      notes: assembly.notes)
  }

  private static func phases(_ file: HDF5Statements, _ group: String) throws -> [(number: Int, phase: MapPhase)] {
    try file.members(group).compactMap { member in
      guard let number = Int(member.name) else { return nil }
      let place = "\(group)/\(member.name)/"
      guard
        let laueClass = try file.number(place + "Symmetry").flatMap({ Int(exactly: $0) }).flatMap(
          LaueClass.init(edaxCode:))
      else { throw FormatError(file.path, at: place + "Symmetry", "is no known symmetry") }
      let edges = try ["a", "b", "c"].compactMap { try file.number(place + "Lattice Constant " + $0) }
      let angles = try ["alpha", "beta", "gamma"].compactMap { try file.number(place + "Lattice Constant " + $0) }
      return (
        number,
        MapPhase(
          name: file.text(place + "MaterialName") ?? "", cell: UnitCell(angstrom: edges, degrees: angles),
          laueClass: laueClass)
      )
    }
  }
}
