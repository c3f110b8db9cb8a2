import Crystallography
public import ElectronDiffraction
import Foundation

extension OrientationMapFile {
  /// The text of a CSV file of a map: columns `name / unit`, a row a point.
  ///
  /// Euler angles refer to the map's sample frame and crystals have x along a; the c axis is a direction of the map's
  /// frame (x right, y down, z into the drawing), taken with z ≥ 0 of its two ends. Points without an orientation have
  /// empty fields. Status is 0 for not indexed, 1 for indexed, 2 for undecided.
  public static func table(_ map: OrientationMap) -> String {
    var text =
      "Row / 1,Column / 1,phi1 / deg,Phi / deg,phi2 / deg,c Axis X / 1,c Axis Y / 1,c Axis Z / 1,Fit / deg,Status / 1,"
      + "Phase / 1,c Axis Uncertainty / deg,X / um,Y / um\n"
    let columns = max(map.grid.columns, 1)
    func number(_ value: Double, _ format: String) -> String { value.isFinite ? String(format: format, value) : "" }
    for (index, point) in map.points.enumerated() {
      let place = "\(index / columns),\(index % columns)"
      let position = String(format: "%.5f,%.5f", point.x * 1e6, point.y * 1e6)
      guard point.status != .notIndexed else {
        text += "\(place),,,,,,,,0,,,\(position)\n"
        continue
      }
      let angles = point.orientation.bunge
      var axis = map.cAxis(at: index)
      if axis.z < 0 { axis = -axis }
      let values = [angles.phi1, angles.Phi, angles.phi2].map { number($0 * 180 / .pi, "%.6f") }
      text += "\(place),\(values.joined(separator: ",")),"
      text += [axis.x, axis.y, axis.z].map { number($0, "%.8f") }.joined(separator: ",")
      text += ",\(number(point.fit * 180 / .pi, "%.5f")),\(point.status.rawValue),\(point.phase + 1),"
      text += "\(number(point.axisUncertainty * 180 / .pi, "%.5f")),\(position)\n"
    }
    return text
  }
}
