import FileFormats
import ParticleMechanics

extension ParticleModelResult {
  /// The profiles as comma-separated text, the columns of the `particle` verb; with several structures, a first column
  /// tells which.
  public var profileCSV: String {
    let severalStructures = profiles.count > 1
    var text = severalStructures ? "Structure," : ""
    text += "Time / s,Radius / um,Lithiation / 1,Radial Stress / MPa,Hoop Stress / MPa,Axial Stress / MPa\n"
    for profile in profiles {
      for (row, time) in profile.time.enumerated() {
        for (column, radius) in profile.radius.enumerated() {
          let place = row * profile.radius.count + column
          if severalStructures { text += "\(profile.structure)," }
          text += "\(time),\(radius * 1e6),\(profile.lithiation[place]),\(profile.radialStress[place] * 1e-6),"
          text += "\(profile.hoopStress[place] * 1e-6),\(profile.axialStress[place] * 1e-6)\n"
        }
      }
    }
    return text
  }

  /// The file of each structure: the path itself for a single one, the structure before its extension for several.
  public func vtkPaths(for path: String) -> [(path: String, fields: Fields)] {
    guard fields.count > 1, let dot = path.lastIndex(of: ".") else { return fields.map { (path, $0) } }
    return fields.map { ("\(path[..<dot])-\($0.structure)\(path[dot...])", $0) }
  }
}

extension ParticleModelResult.Fields {
  /// Writes the fields for ParaView: lithiation, displacement, the stress tensor, and its radial, hoop, axial and von
  /// Mises components.
  ///
  /// - Throws: `FormatError` and the errors of the HDF5 library.
  public func writeVTK(to path: String) throws {
    let nodes = x.count
    var points: [Double] = []
    for node in 0..<nodes { points += [x[node], y[node], 0] }
    var movement: [Double] = []
    for place in 0..<displacement.count / 2 { movement += [displacement[2 * place], displacement[2 * place + 1], 0] }
    var tensor: [Double] = []
    var components: [StressComponent: [Double]] = [.radial: [], .hoop: [], .axial: [], .vonMises: []]
    for place in 0..<stress.count / 4 {
      let value = SymmetricTensor(
        xx: stress[4 * place], yy: stress[4 * place + 1], zz: stress[4 * place + 2], xy: stress[4 * place + 3])
      // VTK's order of a symmetric tensor: xx, yy, zz, xy, yz, xz.
      tensor += [value.xx, value.yy, value.zz, value.xy, 0, 0]
      let node = place % nodes
      let radius = (x[node] * x[node] + y[node] * y[node]).squareRoot()
      let (cosine, sine) = radius > 0 ? (x[node] / radius, y[node] / radius) : (1, 0)
      for component in components.keys {
        components[component]?.append(component.value(of: value, cosine: cosine, sine: sine))
      }
    }
    var fields = [
      VTKHDFFile.Field(name: "lithiation", components: 1, values: lithiation),
      VTKHDFFile.Field(name: "displacement", components: 3, values: movement),
      VTKHDFFile.Field(name: "stress", components: 6, values: tensor),
    ]
    for (component, values) in components.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      fields.append(
        VTKHDFFile.Field(name: component.rawValue.replacing("-", with: "_") + "_stress", components: 1, values: values))
    }
    try VTKHDFFile.write(
      points: points, cells: elements, cellSize: 9, cellType: VTKHDFFile.biquadraticQuadrilateral, times: time,
      fields: fields, to: path)
  }
}
