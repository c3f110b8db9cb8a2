import FileFormats

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
