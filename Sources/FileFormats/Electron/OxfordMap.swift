import Crystallography
import ElectronDiffraction
import Foundation

/// Orientation maps in Oxford AZtec's HDF5, `.h5oina`: `<slice>/EBSD/Data/Euler` and what lies beside it.
///
/// Angles are in radians and refer to the surface that is mapped (CS1: x right, y up), positions in micrometres.
enum OxfordMap {
  static func read(_ file: HDF5Statements, eulerFrame: EulerFrame) throws -> OrientationMapFile {
    let scan = try file.scan(nil, holding: "EBSD/Data/Euler")
    let (header, data) = (scan + "/EBSD/Header/", scan + "/EBSD/Data/")
    let euler = try file.numbers(data + "Euler") ?? []
    let count = euler.count / 3
    guard count > 0, euler.count.isMultiple(of: 3), euler.allSatisfy({ abs($0) <= 100 }) else {
      throw FormatError(file.path, at: data + "Euler", "is not three angles a point")
    }
    func column(_ name: String) throws -> [Double]? {
      guard let values = try file.numbers(data + name) else { return nil }
      guard values.count == count else {
        throw FormatError(file.path, at: data + name, "has \(values.count) values for \(count) points")
      }
      return values
    }
    let phases = try phases(file, header + "Phases")
    guard let phase = try column("Phase") else { throw FormatError(file.path, "states no \(data)Phase") }
    let (x, y) = (try column("X"), try column("Y"))
    let (fit, bands) = (try column("Mean Angular Deviation"), try column("Bands"))
    let contrast = try column("Band Contrast")
    let stepX = try file.number(header + "X Step").map { $0 * 1e-6 }
    let stepY = try file.number(header + "Y Step").map { $0 * 1e-6 }
    let (rows, columns) = (try file.count(header + "Y Cells"), try file.count(header + "X Cells"))
    let points = try (0..<count).map { index -> MapPoint in
      guard let number = Int(exactly: phase[index]), (0...phases.count).contains(number) else {
        throw FormatError(
          file.path, at: data + "Phase", "is \(phase[index]) at point \(index) of \(phases.count) phases")
      }
      let place = SIMD2(
        x?[index] ?? Double(index % columns) * (stepX ?? 1e-6) * 1e6,
        y?[index] ?? Double(index / columns) * (stepY ?? 1e-6) * 1e6)
      guard abs(place.x) < 1e9, abs(place.y) < 1e9 else {
        throw FormatError(file.path, "has a position beyond reason at point \(index)")
      }
      let quality = contrast?[index] ?? .nan
      guard number > 0 else {
        return MapPoint(
          x: place.x * 1e-6, y: place.y * 1e-6, phase: 0, orientation: .identity, status: .notIndexed,
          quality: quality)
      }
      let stated = Rotation(
        bunge: BungeEuler(phi1: euler[3 * index], Phi: euler[3 * index + 1], phi2: euler[3 * index + 2]))
      let orientation = CrystalFrame.alongReciprocalA.canonical(stated, phases[number - 1].laueClass)
      return MapPoint(
        x: place.x * 1e-6, y: place.y * 1e-6, phase: number - 1, orientation: orientation, status: .indexed,
        fit: fit?[index] ?? .nan, quality: quality, bands: (bands?[index]).flatMap { Int(exactly: $0) } ?? 0)
    }
    var assembly = MapAssembly(file: file.path, rows: rows, columns: columns, stepX: stepX, stepY: stepY)
    let (grid, placed) = try assembly.assemble(points)
    return OrientationMapFile(
      map: OrientationMap(grid: grid, phases: phases, points: placed, mapToSample: eulerFrame.fromMap),
      format: .oxfordHDF5, eulerFrame: eulerFrame, crystalFrame: .alongReciprocalA,
      accelerationVoltage: try file.number(header + "Beam Voltage").flatMap { $0 > 0 ? $0 * 1000 : nil },
      sampleTilt: try file.number(header + "Tilt Angle"), notes: assembly.notes)
  }

  private static func phases(_ file: HDF5Statements, _ group: String) throws -> [MapPhase] {
    var phases: [MapPhase] = []
    let names = Set(try file.members(group).map(\.name))
    while names.contains(String(phases.count + 1)) {
      let place = "\(group)/\(phases.count + 1)/"
      guard
        let laueClass = try file.number(place + "Laue Group").flatMap({ Int(exactly: $0) }).flatMap(
          LaueClass.init(channelNumber:))
      else { throw FormatError(file.path, at: place + "Laue Group", "is no number from 1 to 11") }
      let angles = try (file.numbers(place + "Lattice Angles") ?? []).map { $0 * 180 / .pi }
      phases.append(
        MapPhase(
          name: file.text(place + "Phase Name") ?? "",
          cell: UnitCell(angstrom: try file.numbers(place + "Lattice Dimensions") ?? [], degrees: angles),
          laueClass: laueClass))
    }
    return phases
  }
}
