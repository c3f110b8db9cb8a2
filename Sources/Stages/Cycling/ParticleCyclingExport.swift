import FileFormats
import Foundation
import ParticleMechanics

extension ParticleCyclingResult {
  /// The profiles along the radius as comma-separated text, the columns of the `particle` verb; nil where there are
  /// elements instead.
  public var profileCSV: String? {
    guard !profile.columns.isEmpty else { return nil }
    let scales = [
      "Radius": ("um", 1e6), "Radial Stress": ("MPa", 1e-6), "Hoop Stress": ("MPa", 1e-6),
      "Axial Stress": ("MPa", 1e-6),
    ]
    return ColumnTable(
      profile.columns.map { column in
        guard let (unit, factor) = scales[column.name], case .numbers(let numbers) = column.values else {
          return column
        }
        return ColumnTable.Column(column.name, unit: unit, numbers.map { $0 * factor })
      }
    ).csv
  }

  /// The course of the protocol as comma-separated text.
  public var courseCSV: String { course.csv }
}

extension CyclingFields {
  /// Writes the fields for ParaView in one file: lithiation, displacement, stress, its first principal and von Mises
  /// values, damage where cracks were followed, and the c axis of each region.
  ///
  /// - Throws: `FormatError` and the errors of the HDF5 library.
  public func writeVTK(to path: String) throws {
    try VTKHDFFile.write(try mesh, times: time, fields: vtkFields, to: path)
  }

  /// Writes the fields for ParaView as a `.pvd` file and a `.vtu` file for each time beside it.
  ///
  /// - Throws: `FormatError`.
  public func writePVD(to path: String) throws {
    try PVDFile.write(try mesh, times: time, fields: vtkFields, to: path)
  }

  private var mesh: ElementMesh {
    get throws {
      guard let shape = ElementShape.allCases.first(where: { Int($0.vtkType) == cellType }) else {
        throw StageDocumentError(path: "fields", problem: "VTK's cell \(cellType) is none that is known")
      }
      return ElementMesh(
        points: points, shape: shape, elements: elements.map(Int32.init), regions: regions.map(Int32.init))
    }
  }

  private var vtkFields: [MeshField] {
    let nodes = nodeCount
    var vectors: [SIMD3<Double>] = []
    for place in 0..<time.count * nodes {
      let start = dimension * place
      vectors.append(
        SIMD3(displacement[start], displacement[start + 1], dimension == 3 ? displacement[start + 2] : 0))
    }
    let tensors = time.indices.flatMap { state in (0..<nodes).map { tensor(state: state, node: $0) } }
    func all(_ quantity: NodalQuantity) -> [Double] { time.indices.flatMap { values(quantity, state: $0) } }
    var found = [
      MeshField(name: "lithiation", values: lithiation), MeshField(name: "displacement", vectors: vectors),
      MeshField(name: "stress", tensors: tensors),
      MeshField(name: "first_principal_stress", values: all(.firstPrincipalStress)),
      MeshField(name: "von_mises_stress", values: all(.vonMisesStress)),
    ]
    if !damage.isEmpty { found.append(MeshField(name: "damage", values: damage)) }
    if !tilt.isEmpty {
      let axes = regions.map { region in
        let (tilt, azimuth) = (tilt[region], azimuth[region])
        return SIMD3(sin(tilt) * cos(azimuth), sin(tilt) * sin(azimuth), cos(tilt))
      }
      found.append(MeshField(name: "c_axis", location: .elements, vectors: axes))
    }
    return found
  }
}
