import Crystallography
import ElectronDiffraction
import FileFormats
import Foundation
import TestSupport
import Testing

@Suite struct OrientationMapFileTests {
  // MARK: - Round trips

  @Test(arguments: EulerFrame.allCases) func aPhantomComesBackFromText(_ frame: EulerFrame) throws {
    for kind in [MapGrid.Kind.square, .hexagonal] {
      let map = OrientationMapSamples.phantom(frame: frame.fromMap, kind: kind)
      let ctf = try OrientationMapFile.read(Array(OrientationMapFile.channelText(map).utf8), named: "a.ctf").map
      #expect(OrientationMapSamples.largestMisfit(map, ctf) < 1e-6)
      #expect(ctf.grid.kind == kind && ctf.grid.rows == map.grid.rows && ctf.grid.columns == map.grid.columns)
      for setting in [EulerFrame.edax1, .edax2, .edax3, .oxford] {
        let text = try OrientationMapFile.edaxText(map, frame: setting)
        let ang = try OrientationMapFile.read(Array(text.utf8), named: "a.ang", eulerFrame: setting)
        #expect(OrientationMapSamples.largestMisfit(map, ang.map) < 1e-6)
        #expect(ang.map.grid.kind == kind && ang.notes.isEmpty, "\(ang.notes)")
      }
      for index in map.points.indices where map.points[index].status != .notIndexed {
        let (first, second) = (map.cAxis(at: index), ctf.cAxis(at: index))
        #expect(abs((first * second).sum()) > 1 - 1e-12)
        #expect(ctf.points[index].phase == map.points[index].phase)
        #expect(abs(ctf.points[index].x - map.points[index].x) < 1e-11)
      }
      #expect(ctf.phases.map(\.laueClass) == map.phases.map(\.laueClass))
      #expect(abs((ctf.phases[0].cell?.c ?? 0) - 14.2e-10) < 1e-14)
    }
  }

  @Test func nexusKeepsEverything() throws {
    try withFrameFolder { folder in
      for kind in [MapGrid.Kind.square, .hexagonal] {
        var map = OrientationMapSamples.phantom(frame: EulerFrame.edax1.fromMap, kind: kind)
        map.points[0].status = .undecided
        try NeXusFile.write(
          OrientationMapNeXus.tree(map, title: "phantom", creator: "test 1"), to: folder.path("m.nxs"))
        let file = try OrientationMapFile.open(path: folder.path("m.nxs"))
        #expect(file.eulerFrame == .edax1 && file.format == .nexus)
        #expect(OrientationMapSamples.largestMisfit(map, file.map) < 1e-12)
        #expect(file.map.grid == map.grid && file.map.phases.map(\.name) == map.phases.map(\.name))
        for (first, second) in zip(map.points, file.map.points) {
          #expect(first.status == second.status && first.bands == second.bands && first.x == second.x)
          #expect(first.quality == second.quality && first.axisUncertainty == second.axisUncertainty)
        }
      }
    }
  }

  @Test func theTableHasAColumnForEachStatement() throws {
    let map = OrientationMapSamples.phantom(frame: EulerFrame.edax1.fromMap)
    let lines = OrientationMapFile.table(map).split(separator: "\n")
    let names = lines[0].split(separator: ",").map(String.init)
    let wanted = [
      "Row / 1", "Column / 1", "phi1 / deg", "Phi / deg", "phi2 / deg", "c Axis X / 1", "c Axis Y / 1", "c Axis Z / 1",
      "Fit / deg", "Status / 1",
    ]
    #expect(Array(names.prefix(10)) == wanted)
    #expect(lines.count == map.points.count + 1)
    for (index, line) in lines.dropFirst().enumerated() where map.points[index].status != .notIndexed {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
      let axis = map.cAxis(at: index)
      #expect(abs(axis.x * fields[5] + axis.y * fields[6] + axis.z * fields[7]).magnitude > 1 - 1e-7)
      #expect(fields.count == names.count && fields[0] == Double(index / 7) && fields[1] == Double(index % 7))
    }
  }

  // MARK: - Formats made from their description

  @Test func theSamePointsComeOutOfEveryFormatOfOxford() throws {
    try withFrameFolder { folder in
      let pair = ElectronSamples.channelProject()
      let project = try OrientationMapFile.read(project: pair.project, points: pair.points, named: "a.cpr")
      try ElectronSamples.writeOxford(to: folder.path("a.h5oina"))
      let hdf5 = try OrientationMapFile.open(path: folder.path("a.h5oina"))
      let text = try OrientationMapFile.read(ElectronSamples.channelText(), named: "a.ctf")
      let comma = try OrientationMapFile.read(ElectronSamples.channelText(comma: true), named: "a.ctf")
      // As text, since not a number is unlike itself.
      #expect("\(text.map)" == "\(comma.map)")
      for file in [project, hdf5, text] {
        #expect(file.map.grid.rows == 4 && file.map.grid.columns == 5 && file.map.grid.kind == .square)
        #expect(abs(file.map.grid.stepX - 0.25e-6) < 1e-12)
        #expect(file.notes.isEmpty, "\(file.notes)")
        #expect(file.map.phases[0].laueClass == .trigonalHigh && file.map.phases[0].name == "NMC811")
        #expect(abs((file.accelerationVoltage ?? 0) - 20_000) < 1e-6)
        for (index, point) in file.map.points.enumerated() {
          #expect((point.status == .indexed) == ElectronSamples.isIndexed(index))
          guard point.status == .indexed else { continue }
          let angles = ElectronSamples.angles(index)
          // x along a* in the file, along a here.
          let expected = Rotation(bunge: BungeEuler(phi1: angles[0], Phi: angles[1], phi2: angles[2] - .pi / 6))
          #expect((point.orientation * expected.inverse).angle < 1e-6)
          #expect(point.bands == 8 && point.quality == Double(index + 100))
        }
      }
      let edax = try OrientationMapFile.read(ElectronSamples.edaxText(), named: "a.ang")
      for (index, point) in edax.map.points.enumerated() where ElectronSamples.isIndexed(index) {
        let angles = ElectronSamples.angles(index)
        let expected = Rotation(bunge: BungeEuler(phi1: angles[0], Phi: angles[1], phi2: angles[2]))
        #expect((point.orientation * expected.inverse).angle < 3e-6)
        #expect(abs(point.fit - 0.5 * .pi / 180) < 1e-12)
      }
    }
  }

  @Test func framesOfEulerAnglesAreHalfTurns() {
    // MTEX states EDAX's settings as Bunge angles: 225 180 135, 135 180 225, 270 180 90 and 180 180 180 degrees.
    let settings: [(EulerFrame, BungeEuler)] = [
      (.edax1, BungeEuler(degrees: 225, 180, 135)), (.edax2, BungeEuler(degrees: 135, 180, 225)),
      (.edax3, BungeEuler(degrees: 270, 180, 90)), (.oxford, BungeEuler(degrees: 180, 180, 180)),
    ]
    for (frame, angles) in settings { #expect((frame.fromMap * Rotation(bunge: angles)).angle < 1e-9) }
    let axis = EulerFrame.edax1.fromMap(SIMD3(0, 1, 0))
    #expect(abs(axis.x - 1) < 1e-12, "x (RD) points down the map")
    #expect((EulerFrame.oxford.fromMap(SIMD3(0, 1, 0)).y + 1).magnitude < 1e-12, "y points up the map")
  }

  // MARK: - Measured files

  @Test func twinsOfMagnesium() throws {
    guard let path = SharedData.path("orientation/mtex/twins.ctf") else { return }
    let file = try OrientationMapFile.open(path: path)
    let map = file.map
    #expect(map.grid.rows == 137 && map.grid.columns == 167 && map.points.count == 22_879)
    #expect(map.points.count { $0.status == .indexed } == 22_833)
    #expect(abs(map.grid.stepX - 0.3e-6) < 1e-12 && file.accelerationVoltage == 20_000)
    let group = RotationGroup(.hexagonalHigh)
    var twins: [Double] = []
    var alongA = 0.0
    for row in 0..<map.grid.rows {
      for column in 1..<map.grid.columns {
        let (first, second) = (map.points[row * 167 + column - 1], map.points[row * 167 + column])
        guard first.status == .indexed, second.status == .indexed else { continue }
        let angle = group.disorientation(first.orientation, second.orientation) * 180 / .pi
        guard angle > 80, angle < 90 else { continue }
        twins.append(angle)
        // The axis of the smallest turn, as an azimuth from a in the crystal.
        let difference = second.orientation * first.orientation.inverse
        let least =
          group.rotations.flatMap { left in group.rotations.map { left * difference * $0 } }
          .min { $0.angle < $1.angle } ?? difference
        let azimuth = atan2(least.quaternion.y, least.quaternion.x)
        alongA += cos(6 * azimuth)
      }
    }
    #expect(twins.count == 823)
    #expect(abs(twins.sorted()[411] - 86.105) < 0.01)
    // The twin's axis is <2-1-10>, an a axis: the file's x is a*, and this program's is a.
    #expect(alongA / Double(twins.count) > 0.95)
  }

  @Test func quartzInEclogite() throws {
    guard let path = SharedData.path("orientation/mtex/eclogite.ctf"),
      let table = SharedData.path("orientation/mtex/eclogite_quartz_caxis.csv")
    else { return }
    let file = try OrientationMapFile.open(path: path)
    #expect(file.map.grid.kind == .scattered && file.map.phases.count == 7)
    #expect(file.notes.contains { $0.contains("AcqE") })
    let quartz = file.map.points.filter { $0.status == .indexed && $0.phase == 6 }
    #expect(quartz.count == 172 && file.map.phases[6].laueClass == .trigonalHigh)
    let rows = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n").dropFirst()
    for (point, row) in zip(quartz, rows) {
      let values = row.split(separator: ",").compactMap { Double($0) }
      let axis = point.orientation.inverse(SIMD3(0, 0, 1))
      #expect(abs(axis.x - values[3]) + abs(axis.y - values[4]) + abs(axis.z - values[5]) < 1e-6)
    }
  }

  @Test func hexagonalAndSquareGrids() throws {
    guard let square = SharedData.path("orientation/mtex/testdata_sqr.ctf"),
      let hexagonal = SharedData.path("orientation/mtex/testdata_hex.ctf")
    else { return }
    for (path, kind) in [(square, MapGrid.Kind.square), (hexagonal, .hexagonal)] {
      let file = try OrientationMapFile.open(path: path)
      #expect(file.map.grid.kind == kind && file.map.grid.rows == 30 && file.map.grid.columns == 30)
      #expect(file.map.points.allSatisfy { $0.status == .indexed })
    }
  }

  @Test func dualPhaseSteel() throws {
    guard let path = SharedData.path("orientation/orix/sdss_ferrite_austenite.ang") else { return }
    let file = try OrientationMapFile.open(path: path)
    #expect(file.map.grid.rows == 100 && file.map.grid.columns == 117 && file.map.points.count == 11_700)
    #expect(file.map.phases.map(\.name) == ["austenite/austenite", "ferrite/ferrite"])
    let first = file.map.points[0]
    #expect(first.phase == 1 && abs(first.confidence - 0.799) < 1e-9 && first.fit.isNaN)
    #expect(
      (first.orientation * Rotation(bunge: BungeEuler(phi1: 3.54788, Phi: 0.67696, phi2: 2.98719)).inverse).angle < 1e-9
    )
    #expect(abs(file.map.points[117].y - 1.5e-6) < 1e-12)
  }

  @Test func oddFilesAreReadOrRefusedWithAReason() throws {
    guard let folder = SharedData.path("orientation/ebsdlib") else { return }
    func open(_ name: String) throws -> OrientationMapFile { try .open(path: folder + "/" + name) }
    let american = try open("Test_US_1.ctf"), european = try open("Test_European_1.ctf")
    #expect("\(american.map)" == "\(european.map)" && american.map.grid.columns == 40 && american.map.grid.rows == 5)
    #expect(throws: FormatError.self) { try open("ShortFile.ctf") }
    let hexHeader = try open("HexHeader.ang")
    #expect(hexHeader.map.grid.kind == .square && hexHeader.notes.contains { $0.contains("hexagonal") })
    let missing = try open("GridMissing.ang")
    #expect(missing.map.grid.rows == 4 && missing.map.grid.columns == 40)
    let shuffled = try open("Out_Of_Order.ang")
    #expect(shuffled.map.grid.rows == 201 && shuffled.map.grid.columns == 189)
    for (index, point) in shuffled.map.points.enumerated() {
      #expect(abs(point.x - Double(index % 189) * 0.25e-6) + abs(point.y - Double(index / 189) * 0.25e-6) < 1e-10)
    }
    let edax = try open("EdaxAngOnly.h5")
    #expect(edax.map.grid.rows == 151 && edax.map.grid.columns == 186 && edax.eulerFrame == .edax2)
    #expect(edax.map.phases[0].laueClass == .cubicHigh)
  }
}

/// Runs a body with a folder that goes afterwards.
func withFrameFolder(_ body: (FrameFolder) throws -> Void) throws {
  let folder = try FrameFolder()
  try withExtendedLifetime(folder) { try body(folder) }
}
