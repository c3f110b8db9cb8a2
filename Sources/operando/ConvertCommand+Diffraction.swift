import ArrayMath
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Stages

extension ConvertCommand {
  func convertGeometry() throws {
    guard let version = PoniFile.Version(rawValue: poniVersion), version != .version3 else {
      throw wrong("--poni-version", poniVersion, "1, 2 or 2.1")
    }
    let wavelength = try wavelength()
    let geometry = try reading {
      var geometry = try DetectorGeometryFile.read(input, frame: try shape.map { try frameShape($0) })
      geometry.wavelength = geometry.wavelength ?? wavelength
      if version != .version2Point1 && ending(output) == "poni" && geometry.grid.orientation != .bottomRight {
        throw unknown("version \(poniVersion) of PONI holds no orientation of the image; write version 2.1")
      }
      // A geometry that the format cannot hold is refused before anything is written.
      if ending(output) == "fit2d" {
        _ = try Fit2DGeometry(
          geometry.poni, pixelWidth: geometry.grid.pixelWidth, pixelHeight: geometry.grid.pixelHeight)
      }
      return geometry
    }
    let written = try writing {
      try DetectorGeometryFile.write(
        geometry, to: output, version: version, comment: "converted from \(URL(filePath: input).lastPathComponent)",
        creator: "operando \(programVersion)")
    }
    for note in written.notes { Terminal.note("note: \(note)") }
    for file in written.files { Terminal.write(file) }
  }

  func convertPatterns() throws {
    let inputAxis: AzimuthalIntegrationStage.Axis = try choice(inputUnit, of: "--input-unit")
    let outputAxis: AzimuthalIntegrationStage.Axis? = try unit.map { try choice($0, of: "--unit") }
    let wavelength = try wavelength()
    let source = URL(filePath: input).lastPathComponent
    let isText = ["xye", "xy"].contains(ending(output))
    let (series, tree) = try reading { () -> (PowderPatternSeries, NeXusGroup?) in
      var series = try PatternFile.read(input, axis: inputAxis.pattern, wavelength: wavelength)
      if let outputAxis { series = try series.converted(to: outputAxis.pattern) }
      if isText {
        guard series.azimuths == nil else { throw unknown("a cake goes into a .nxs file") }
        return (series, nil)
      }
      return (
        series,
        try PatternFile.nexusTree(of: series, source: input, program: "operando", version: programVersion)
      )
    }
    try writing {
      if let tree {
        try AtomicFile.place(output) { try NeXusFile.write(tree, to: $0) }
        Terminal.write(output)
      } else {
        try writePatterns(series, to: output, comments: ["converted from \(source)"])
      }
    }
  }

  func convertFrames() throws {
    // Damage that is found only while frames are read is wrong input all the same; nothing is left behind.
    try reading {
      let file = try FrameFile.open(path: input)
      let source = URL(filePath: input).lastPathComponent
      try AtomicFile.place(output) { path in
        if ending(output).hasPrefix("tif") {
          try TIFFFrameWriter.write(file.frames, to: path, compression: .deflate, description: "from \(source)")
        } else {
          try NeXusFrameWriter.write(file.frames, to: path, title: "frames of \(source)", metadata: file.metadata)
        }
      }
    }
    Terminal.write(output)
  }

  private func wavelength() throws -> Double? {
    guard let energy else { return nil }
    let value: Energy = try quantity(energy, of: "--energy", as: "an energy such as \"19 keV\"")
    guard value.si > 0 else { throw wrong("--energy", energy, "an energy above 0, such as \"19 keV\"") }
    return DiffractionInput.photonWavelength(value)
  }

  private func frameShape(_ text: String) throws -> FrameShape {
    let numbers = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let rows = numbers[0], let columns = numbers[1],
      [rows, columns].allSatisfy({ (1...1_000_000).contains($0) })
    else { throw wrong("--shape", text, "rows and columns such as 3056x3056") }
    return FrameShape(rows: rows, columns: columns)
  }
}
