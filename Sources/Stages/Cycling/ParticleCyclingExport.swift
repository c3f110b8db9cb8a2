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
  /// The mesh of one region beside the other.
  var mesh: ElementMesh? {
    guard let shape = ElementShape.allCases.first(where: { Int($0.vtkType) == cellType }) else { return nil }
    return ElementMesh(
      points: points, shape: shape, elements: elements.map(Int32.init), regions: regions.map(Int32.init))
  }
}
