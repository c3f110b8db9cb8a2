import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import Testing

@Suite struct NexusCalibrationFileTests {
  static let geometry = NexusDetectorGeometry(PoniFileTests.example)
  static let file = NexusCalibrationFile(geometry: geometry, wavelength: 6.525484e-11)

  func expectSame(_ a: NexusDetectorGeometry, _ b: NexusDetectorGeometry) {
    for (row, column) in [(0.0, 0.0), (3056, 0), (0, 3040), (17.5, 1234.5)] {
      let difference = a.position(row: row, column: column) - b.position(row: row, column: column)
      #expect((difference * difference).sum().squareRoot() < 1e-15)
    }
    #expect(a.shape == b.shape)
  }

  @Test func whatIsWrittenReadsBack() throws {
    try withTemporaryFolder { folder in
      try NeXusFile.write(Self.file.tree(title: "LaB6", creator: "operando 1"), to: folder + "/c.nxs")
      let back = try NexusCalibrationFile.read(folder + "/c.nxs")
      expectSame(back.geometry, Self.geometry)
      #expect(abs((back.wavelength ?? 0) - 6.525484e-11) < 1e-25)
      let detector = try back.geometry.detectorGeometry(wavelength: back.wavelength)
      #expect(abs(detector.poni.distance - 0.13167) < 1e-15 && detector.grid.orientation == .topRight)
      guard let tool = Tools.path("nxvalidate") else { return }
      // No application definition fits; a plain one has nxvalidate hold every group against its base class.
      let definition = """
        <definition xmlns="http://definition.nexusformat.org/nxdl/3.1" category="application" type="group"
          name="NXcalibration_test" extends="NXobject"><group type="NXentry"><group type="NXinstrument">
          <group type="NXdetector"><group type="NXdetector_module"/><group type="NXtransformations"/></group>
          <group type="NXbeam"/></group></group></definition>
        """
      try Data(definition.utf8).write(to: URL(filePath: folder + "/NXcalibration_test.nxdl.xml"))
      let output = try Tools.run(tool, ["-a", folder + "/NXcalibration_test.nxdl.xml", folder + "/c.nxs"])
      #expect(output.contains("Total number of errors: 0"), "\(output)")
    }
  }

  /// A detector on an arm: the chain turns about y by 90 degrees, then the arm is along z before the turn.
  func arm(_ change: (inout NeXusGroup) -> Void = { _ in }) -> NeXusGroup {
    var tree = Self.file.tree(title: "arm", creator: "operando 1")
    guard var entry = tree[group: "entry"], var instrument = entry[group: "instrument"],
      var detector = instrument[group: "detector"], var moves = detector[group: "transformations"]
    else { return tree }
    moves[dataset: "origin"] = NeXusDataset(
      .number(200),
      attributes: [
        "units": "mm", "transformation_type": "translation", "vector": .numbers([0, 0, 2]),
        "offset": .numbers([0, 5, 0]), "depends_on": "turn",
      ])
    moves[dataset: "turn"] = NeXusDataset(
      .numbers([90, 91]),
      attributes: [
        "units": "deg", "transformation_type": "rotation", "vector": .numbers([0, 1, 0]), "depends_on": ".",
      ])
    change(&moves)
    detector[group: "transformations"] = moves
    instrument[group: "detector"] = detector
    entry[group: "instrument"] = instrument
    tree[group: "entry"] = entry
    return tree
  }

  @Test func chainsOfTransformationsAreFollowed() throws {
    let read = try NexusCalibrationFile(tree: arm(), named: "arm.nxs").geometry
    let expected = SIMD3(0.2, 0.005, 0)
    #expect(((read.origin - expected) * (read.origin - expected)).sum() < 1e-30)
    // About +y by 90 degrees z becomes x, and x becomes −z.
    let fast = SIMD3(Self.geometry.fast.z, Self.geometry.fast.y, -Self.geometry.fast.x)
    #expect(((read.fast - fast) * (read.fast - fast)).sum() < 1e-30)
  }

  @Test func brokenChainsAreRefusedInWords() {
    let changes: [(inout NeXusGroup) -> Void] = [
      { $0[dataset: "turn"] = nil }, { $0[dataset: "turn"]?.attributes["depends_on"] = "origin" },
      { $0[dataset: "turn"]?.units = "mm" }, { $0[dataset: "origin"]?.units = "deg" },
      { $0[dataset: "turn"]?.attributes["vector"] = .numbers([0, 0, 0]) },
      { $0[dataset: "turn"]?.attributes["vector"] = .numbers([0, 0]) },
      { $0[dataset: "turn"]?.attributes["vector"] = nil },
      { $0[dataset: "turn"]?.attributes["transformation_type"] = "shear" },
      { $0[dataset: "turn"]?.array = .numbers([.nan]) }, { $0[dataset: "turn"]?.array = .text("a") },
    ]
    for change in changes {
      let error = #expect(throws: FormatError.self) { try NexusCalibrationFile(tree: arm(change), named: "arm.nxs") }
      #expect((error?.description.count ?? 0) > 20)
    }
    #expect(throws: FormatError.self) { try NexusCalibrationFile(tree: NeXusGroup("NXroot"), named: "no.nxs") }
  }
}
