import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import TestSupport
import Testing

/// PONI files against pyFAI: Tests/Golden/poni-pyfai.json holds texts written by pyFAI and by this program, and what
/// pyFAI reads from either, with scattering angles and azimuths of four pixel centres.
@Suite struct PoniFileTests {
  struct Golden: Decodable {
    struct Case: Decodable {
      var text: String
      var read: Record
    }
    struct Record: Decodable {
      var dist: Double
      var poni, rot, pixel: [Double]
      var wavelength: Double?
      var shape: [Int]?
      var orientation: Int
      var places: [[Int]]?
      var two_theta, chi: [Double]?
    }
    var tool: String
    var cases: [String: Case]
  }

  static let golden: Golden = {
    let file = SharedData.checkout.appending(path: "Tests/Golden/poni-pyfai.json")
    guard let data = try? Data(contentsOf: file), let golden = try? JSONDecoder().decode(Golden.self, from: data)
    else { return Golden(tool: "", cases: [:]) }
    return golden
  }()

  static let example = DetectorGeometry(
    poni: PoniGeometry(
      distance: 0.13167, poni1: 0.0471, poni2: 0.0459, rotation1: 0.012, rotation2: -0.008, rotation3: 0.3),
    grid: DetectorGrid(
      shape: FrameShape(rows: 3056, columns: 3040), pixelHeight: 31e-6, pixelWidth: 33e-6, orientation: .topRight),
    wavelength: 6.525484e-11)

  @Test func readsTheNumbersThatPyFAIReads() throws {
    #expect(Self.golden.cases.count == 18)
    for (name, example) in Self.golden.cases {
      let file = try PoniFile.read(Array(example.text.utf8), named: name)
      let read = example.read
      #expect(file.poni.distance == read.dist, "\(name)")
      #expect([file.poni.poni1, file.poni.poni2] == read.poni, "\(name)")
      #expect([file.poni.rotation1, file.poni.rotation2, file.poni.rotation3] == read.rot, "\(name)")
      #expect([file.pixelHeight, file.pixelWidth] == read.pixel, "\(name)")
      #expect(file.wavelength == read.wavelength, "\(name)")
      #expect(file.shape.map { [$0.rows, $0.columns] } == read.shape, "\(name)")
      #expect(file.orientation.rawValue == read.orientation, "\(name)")
    }
  }

  @Test func pixelsLieWherePyFAIPutsThem() throws {
    var compared = 0
    for (name, example) in Self.golden.cases {
      guard let places = example.read.places, let angles = example.read.two_theta, let azimuths = example.read.chi
      else { continue }
      let geometry = try PoniFile.read(Array(example.text.utf8), named: name).geometry()
      for (place, (angle, azimuth)) in zip(places, zip(angles, azimuths)) {
        let (row, column) = (Double(place[0]) + 0.5, Double(place[1]) + 0.5)
        #expect(abs(geometry.twoTheta(row: row, column: column) - angle) < 1e-12, "\(name)")
        #expect(abs(geometry.azimuth(row: row, column: column) - azimuth) < 1e-11, "\(name)")
        compared += 1
      }
    }
    #expect(compared == 60)
  }

  @Test(arguments: [PoniFile.Version.version1, .version2, .version2Point1])
  func writesTheTextThatPyFAIWasSeenToRead(version: PoniFile.Version) throws {
    var file = PoniFile(Self.example, comments: ["LaB6 at 19 keV"])
    file.version = version
    if version != .version2Point1 { file.orientation = .bottomRight }
    let expected = try #require(Self.golden.cases["operando-" + version.rawValue])
    #expect(try file.write() == expected.text)
  }

  @Test func whatIsWrittenReadsBack() throws {
    for orientation in DetectorOrientation.allCases {
      var file = PoniFile(Self.example, comments: ["one", "two"])
      file.orientation = orientation
      var back = try PoniFile.read(Array(file.write().utf8), named: "back.poni")
      #expect(back.comments == ["Nota: C-Order, 1 refers to the Y axis, 2 to the X axis", "one", "two"])
      back.comments = file.comments
      #expect(back == file)
    }
  }

  @Test func aCommentCannotBecomeAKey() throws {
    let file = PoniFile(Self.example, comments: ["one\nDistance: 7\r\nPoni1: 8"])
    let back = try PoniFile.read(Array(file.write().utf8), named: "back.poni")
    #expect(back.poni == Self.example.poni)
  }

  @Test func theShapeMayComeFromTheFrames() throws {
    let text = try #require(Self.golden.cases["pyfai-1"]).text
    let file = try PoniFile.read(Array(text.utf8), named: "one.poni")
    #expect(file.shape == nil)
    #expect(throws: FormatError.self) { try file.geometry() }
    let frame = FrameShape(rows: 30, columns: 20)
    #expect(try file.geometry(frame: frame).grid.shape == frame)
    let transposed = try file.geometry(frame: frame, isTransposed: true)
    #expect(transposed.grid.shape == FrameShape(rows: 20, columns: 30) && transposed.isTransposed)
    #expect(throws: FormatError.self) { try PoniFile(Self.example).geometry(frame: frame) }
  }

  @Test func oldVersionsRefuseAnOrientation() {
    for version in [PoniFile.Version.version1, .version2, .version3] {
      var file = PoniFile(Self.example)
      file.version = version
      #expect(throws: FormatError.self) { try file.write() }
    }
  }

  @Test func measuredCalibration() throws {
    guard let path = SharedData.path("diffraction/dioptas/CeO2_Pilatus1M.poni") else { return }
    let file = try PoniFile.read([UInt8](Data(contentsOf: URL(filePath: path))), named: "CeO2_Pilatus1M.poni")
    #expect(file.version == .version1 && file.shape == nil)
    #expect(file.poni.distance == 0.208651380603 && file.wavelength == 4.066e-11)
  }

  @Test func theFileBesideStatesTheTransposition() throws {
    for transposed in [true, false] {
      let text = DetectorTransformFile(transposed: transposed).write()
      #expect(try DetectorTransformFile.read(Array(text.utf8), named: "t.json").transposed == transposed)
    }
    #expect(DetectorTransformFile.name(beside: "LaB6.poni") == "LaB6.poni.transform.json")
    for text in ["", "{}", "true", "{\"transposed\": 1}", "{\"transposed\": true"] {
      #expect(throws: FormatError.self) { try DetectorTransformFile.read(Array(text.utf8), named: "t.json") }
    }
  }

  static let sound = """
    PixelSize1: 1e-4
    PixelSize2: 1e-4
    Distance: 0.2
    Poni1: 0.1
    Poni2: 0.1
    Rot1: 0
    Rot2: 0
    Rot3: 0
    Wavelength: 1e-10
    """

  @Test(arguments: [
    ("Distance: 0.2\n", "", "distance is missing"), ("Poni2: 0.1\n", "", "poni2 is missing"),
    ("Rot3: 0\n", "", "rot3 is missing"), ("Distance: 0.2", "Distance: None", "distance is missing"),
    ("PixelSize1: 1e-4\n", "", "pixel sizes are missing"), ("Distance: 0.2", "Distance: 0", "positive length"),
    ("Distance: 0.2", "Distance: -0.2", "positive length"), ("Distance: 0.2", "Distance: nan", "finite number"),
    ("Distance: 0.2", "Distance: 1e999", "finite number"), ("PixelSize2: 1e-4", "PixelSize2: -1e-4", "positive length"),
    ("PixelSize2: 1e-4", "PixelSize2: 0", "positive length"), ("Rot1: 0", "Rot1: 0,1", "finite number"),
    ("Wavelength: 1e-10", "Wavelength: 1.0", "no wavelength"),
    ("Wavelength: 1e-10", "Wavelength: -1e-10", "no wavelength"),
    ("Rot1: 0", "Rot1: 0\nSplineFile: frelon.spline", "spline"), ("Rot1: 0", "Rot1: 0\nponi_version: 9", "version"),
    ("Rot1: 0", "Rot1: 0\nponi_version: two", "finite number"),
    ("Rot1: 0", "Rot1: 0\nDetector: Pixirad1", "regular grid"), ("Rot1: 0", "Rot1: 0\nDetector: Foo", "not known"),
    ("Rot1: 0", "Rot1: 0\nDetector: Pilatus1M", "no multiple"),
    ("Rot1: 0", "Rot1: 0\nDetector_config: {", "JSON"), ("Rot1: 0", "Rot1: 0\nDetector_config: [1]", "JSON"),
    ("Rot1: 0", "Rot1: 0\nDetector_config: {\"pixel1\": \"a\"}", "pixel1"),
    ("Rot1: 0", "Rot1: 0\nDetector_config: {\"pixel1\": 1e-4}", "pixel sizes"),
    ("Rot1: 0", "Rot1: 0\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": -1}", "positive length"),
    ("Rot1: 0", "Rot1: 0\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4, \"orientation\": 5}", "orientation"),
    ("Rot1: 0", "Rot1: 0\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4, \"max_shape\": [3]}", "shape"),
    ("Rot1: 0", "Rot1: 0\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4, \"max_shape\": [3, -1]}", "shape"),
    (
      "Rot1: 0", "Rot1: 0\nDetector_config: {\"pixel1\": 1e-4, \"pixel2\": 1e-4, \"max_shape\": [3, 99999999]}", "shape"
    ),
  ])
  func badFilesAreRefusedInWords(what: String, with: String, expected: String) throws {
    let text = Self.sound.replacing(what, with: with)
    #expect(text != Self.sound)
    #expect(try PoniFile.read(Array(Self.sound.utf8), named: "sound.poni").poni.distance == 0.2)
    let error = #expect(throws: FormatError.self) { try PoniFile.read(Array(text.utf8), named: "bad.poni") }
    let words = error?.description ?? ""
    #expect(words.contains(expected), "\(words)")
  }

  @Test func garbageIsRefused() {
    for bytes in [[], Array("hello".utf8), [UInt8](repeating: 0xff, count: 3000), Array("#Distance: 1".utf8)] {
      #expect(throws: FormatError.self) { try PoniFile.read(bytes, named: "garbage.poni") }
    }
  }

  @Test func damagedFilesAreRefusedOrRead() {
    let inputs = Self.golden.cases.sorted { $0.key < $1.key }.map { Array($0.value.text.utf8) }
    let result = MutatedReads(of: inputs, count: 100) { _ = try PoniFile.read($0, named: "damaged.poni") }
    #expect(result.silentErrors == 0 && result.errors > 10 && result.slowest < 1)
  }
}
