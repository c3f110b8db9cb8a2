import ArrayMath
import Crystallography
import ElectronDiffraction
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite struct KikuchiPatternFileTests {
  // MARK: - Measured files

  /// The nine patterns of nickel that all these containers hold.
  @Test func fiveContainersHoldTheSamePatterns() throws {
    guard let folder = SharedData.path("orientation") else { return }
    let paths = [
      "kikuchipy_ni/kikuchipy_h5ebsd_patterns.h5", "kikuchipy_ni/edax_h5ebsd_patterns.h5", "edax_up2/edax_binary.up2",
      "edax_up2/edax_binary.up1", "oxford_ebsp/patterns.ebsp", "nordif", "nordif/Pattern.dat", "nordif/Setting.txt",
    ]
    let files = try paths.map { try KikuchiPatternFile.open(path: folder + "/" + $0) }
    let formats: [KikuchiPatternFormat] = [
      .kikuchipy, .edaxHDF5, .edaxBinary, .edaxBinary, .oxfordBinary, .nordif, .nordif, .nordif,
    ]
    #expect(files.map(\.format) == formats)
    for (path, file) in zip(paths, files) {
      #expect(file.frames.count == 9 && file.frames.shape == FrameShape(rows: 60, columns: 60), "\(path)")
      for index in 0..<9 {
        #expect(try file.frames.doubles(index) == files[0].frames.doubles(index), "\(path), pattern \(index)")
      }
      if path.hasSuffix("up1") { continue }
      #expect(file.grid.rows == 3 && file.grid.columns == 3 && file.grid.kind == .square, "\(path)")
    }
    for index in [0, 1, 4, 5] { #expect(abs(files[index].grid.stepX - 1.5e-6) < 1e-12, "\(paths[index])") }
  }

  @Test func nickelStatesItsGeometry() throws {
    guard let path = SharedData.path("orientation/kikuchipy_ni/kikuchipy_h5ebsd_patterns.h5") else { return }
    let file = try KikuchiPatternFile.open(path: path)
    #expect(file.patternCentres.count == 9)
    #expect(abs(file.patternCentres[4].y - 0.21450546) < 1e-8)
    #expect(abs((file.sampleTilt ?? 0) - 70 * .pi / 180) < 1e-12 && file.screenTilt == 0)
    #expect(file.accelerationVoltage == 20_000 && file.staticBackground?.count == 3600)
    let angles = file.orientations?[1].bunge
    #expect(abs((angles?.phi1 ?? 0) * 180 / .pi - 291.81) < 0.01)
    #expect(file.geometry(of: 3)?.patternCentre == file.patternCentres[3])
    #expect(throws: FormatError.self) { try KikuchiPatternFile.open(path: path, scan: "Scan 9") }
    #expect(try KikuchiPatternFile.open(path: path, scan: "Scan 2").frames.count == 9)
    guard let nordif = SharedData.path("orientation/nordif") else { return }
    let folder = try KikuchiPatternFile.open(path: nordif)
    #expect(folder.staticBackground == file.staticBackground)
    #expect(folder.sampleTilt == file.sampleTilt && folder.accelerationVoltage == 20_000)
  }

  @Test func siliconWithoutACentreSaysSo() throws {
    guard let path = SharedData.path("orientation/kikuchipy_si/si_in.h5") else { return }
    let file = try KikuchiPatternFile.open(path: path)
    #expect(file.frames.shape == FrameShape(rows: 480, columns: 480) && file.patternCentres.isEmpty)
    #expect(file.geometry() == nil)
  }

  /// A simulated pattern of EMsoft and our own projection of a master of the same crystal look alike in one way only.
  @Test func simulatedPatternsOfEMsoftStandUpright() throws {
    guard let path = SharedData.path("orientation/kikuchipy_ni/emsoft_ebsd_EBSD_TEST_Ni.h5"),
      let master = SharedData.path(
        "orientation/kikuchipy_ni/emsoft_ebsd_master_pattern_ni_mc_mp_20kv_uint8_gzip_opts9.h5")
    else { return }
    let file = try KikuchiPatternFile.open(path: path)
    let crystal = try EMsoftMasterFile.read(master)
    let geometry = try #require(file.geometry())
    let orientation = try #require(file.orientations?.first)
    let pixels = try file.frames.doubles(0)
    let toCrystal = orientation * geometry.detectorToSample
    var measured: [[Double]] = [[], [], [], []]
    var simulated: [Double] = []
    for row in stride(from: 2, to: 478, by: 4) {
      for column in stride(from: 2, to: 638, by: 4) {
        let ray = geometry.ray(row: Double(row), column: Double(column))
        simulated.append(crystal.master(toCrystal(ray)))
        for (flip, place) in [
          (row, column), (479 - row, column), (row, 639 - column), (479 - row, 639 - column),
        ].enumerated() { measured[flip].append(pixels[place.0 * 640 + place.1]) }
      }
    }
    let alike = measured.map { correlation($0, simulated) }
    print("EMsoft pattern against our projection, as stored and flipped:", alike)
    #expect(alike[0] > 0.8, "\(alike)")
  }

  private func correlation(_ first: [Double], _ second: [Double]) -> Double {
    let count = Double(first.count)
    let (a, b) = (first.reduce(0, +) / count, second.reduce(0, +) / count)
    let cross = zip(first, second).reduce(0) { $0 + ($1.0 - a) * ($1.1 - b) }
    let (x, y) = (first.reduce(0) { $0 + ($1 - a) * ($1 - a) }, second.reduce(0) { $0 + ($1 - b) * ($1 - b) })
    return cross / (x * y).squareRoot()
  }

  // MARK: - Files made from their description

  private func expectSample(_ file: KikuchiPatternFile, _ name: String) throws {
    #expect(file.frames.count == 20 && file.grid.rows == 4 && file.grid.columns == 5, "\(name)")
    #expect(abs(file.grid.stepX - 0.25e-6) < 1e-12 && abs(file.grid.stepY - 0.25e-6) < 1e-12, "\(name)")
    for index in 0..<min(file.frames.count, 20) {
      #expect(
        try file.frames.doubles(index) == (0..<48).map { Double(ElectronSamples.pixel(index, $0)) }, "\(name), \(index)"
      )
    }
  }

  @Test func patternsComeInTheOrderOfTheMap() throws {
    try withFrameFolder { folder in
      try ElectronSamples.writeOxford(to: folder.path("a.h5oina"))
      let oxford = try KikuchiPatternFile.open(path: folder.path("a.h5oina"))
      try expectSample(oxford, "h5oina")
      let aspect = 8.0 / 6
      #expect(oxford.patternCentres.count == 1)
      #expect(abs(oxford.patternCentres[0].y - (1 - 0.63 * aspect)) < 1e-12)
      #expect(abs((oxford.screenTilt ?? 0) - 5 * .pi / 180) < 1e-12)
      try ElectronSamples.writeBruker(to: folder.path("a.h5"))
      let bruker = try KikuchiPatternFile.open(path: folder.path("a.h5"))
      try expectSample(bruker, "Bruker")
      #expect(bruker.patternCentres.count == 20 && abs(bruker.patternCentres[7].x - 0.407) < 1e-12)
      #expect(bruker.staticBackground?.first == Float(ElectronSamples.pixel(99, 0)))
    }
  }

  @Test func everyVersionOfTheBinaryFiles() throws {
    for version in [0, 1, 2, 4, 6] {
      let bytes = ElectronSamples.oxfordBinary(version: version)
      let file = try KikuchiPatternFile.read(bytes, named: "a.ebsp")
      if version > 0 {
        try expectSample(file, "ebsp \(version)")
      } else {
        #expect(file.grid.kind == .scattered && file.frames.count == 20)
      }
      #expect(try file.frames.doubles(3)[5] == Double(ElectronSamples.pixel(3, 5)))
    }
    let partial = try KikuchiPatternFile.read(ElectronSamples.oxfordBinary(isPartial: true), named: "a.ebsp")
    #expect(partial.frames.count == 19 && partial.notes.contains { $0.contains("not stored") })
    #expect(try partial.frames.doubles(2)[5] == Double(ElectronSamples.pixel(3, 5)))
    try expectSample(.read(ElectronSamples.edaxBinary(), named: "a.up2"), "up2")
    try expectSample(.read(ElectronSamples.edaxBinary(bytesPerPixel: 1), named: "a.up1"), "up1")
    let old = try KikuchiPatternFile.read(ElectronSamples.edaxBinary(version: 1), named: "a.up2")
    #expect(old.frames.count == 20 && old.grid.kind == .scattered)
    let hexagonal = try KikuchiPatternFile.read(ElectronSamples.edaxBinary(isHexagonal: true), named: "a.up2")
    #expect(hexagonal.grid.kind == .scattered && hexagonal.notes.contains { $0.contains("hexagonal") })
    #expect(throws: FormatError.self) {
      try KikuchiPatternFile.read(ElectronSamples.edaxBinary(version: 2), named: "a.up2")
    }
  }

  @Test func claimsBeyondTheFileAreRefused() throws {
    var bytes = ElectronSamples.edaxBinary()
    bytes.replaceSubrange(17..<21, with: [0xff, 0xff, 0xff, 0x7f])
    #expect(throws: FormatError.self) { try KikuchiPatternFile.read(bytes, named: "a.up2") }
    bytes = ElectronSamples.edaxBinary()
    bytes.removeLast(1000)
    #expect(throws: FormatError.self) { try KikuchiPatternFile.read(bytes, named: "a.up2") }
    #expect(throws: FormatError.self) { try KikuchiPatternFile.read(Array(bytes.prefix(9)), named: "a.up2") }
    bytes = ElectronSamples.oxfordBinary()
    bytes.replaceSubrange(8..<16, with: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f])
    #expect(throws: FormatError.self) { try KikuchiPatternFile.read(bytes, named: "a.ebsp") }
  }
}
