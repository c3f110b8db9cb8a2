import ArrayMath
import Figures
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Testing

@testable import Stages

/// From frames of a line scan with known grains to spots and tracks.
@Suite struct DiffractionSpotsStageTests {
  typealias Scan = SimulatedSpots
  static let degree = Double.pi / 180

  static func run(
    _ input: DiffractionSpotsStage.Input, _ context: RunContext = RunContext(),
    _ change: (inout DiffractionSpotsStage.Parameters) -> Void = { _ in }
  ) throws -> StageResult<SpotTable> {
    var parameters = DiffractionSpotsStage.Parameters()
    change(&parameters)
    return try DiffractionSpotsStage.run(input, parameters, context)
  }

  static let found = Result { try run(try Scan.made.get().input()) }

  /// A row of the table of spots.
  struct Row {
    var pattern: Int
    var ring: String
    var twoTheta, twoThetaSigma, azimuth, azimuthSigma, intensity: Double
    var flags: String
    var track: Double
  }

  static func rows(_ table: ColumnTable) throws -> [Row] {
    func numbers(_ name: String) throws -> [Double] { try #require(table.numbers(name)) }
    let pattern = try numbers("Pattern"), track = try numbers("Track"), intensity = try numbers("Intensity")
    let rings = try #require(table.texts("Reflection")), flags = try #require(table.texts("Flags"))
    let twoTheta = try numbers("Two Theta"), twoThetaSigma = try numbers("Two Theta Uncertainty")
    let azimuth = try numbers("Azimuth"), azimuthSigma = try numbers("Azimuth Uncertainty")
    return pattern.indices.map {
      Row(
        pattern: Int(pattern[$0]), ring: rings[$0], twoTheta: twoTheta[$0] * degree,
        twoThetaSigma: twoThetaSigma[$0] * degree, azimuth: azimuth[$0] * degree,
        azimuthSigma: azimuthSigma[$0] * degree, intensity: intensity[$0], flags: flags[$0], track: track[$0])
    }
  }

  /// The brightest true spot within a degree of azimuth of a row.
  static func match(_ row: Row, _ scan: Scan) -> DiffractionSpot? {
    scan.truth[row.pattern].filter {
      Scan.lines[$0.line] == row.ring && abs(remainder($0.azimuth - row.azimuth, 2 * .pi)) < degree
        && abs($0.twoTheta - row.twoTheta) < 0.05 * degree
    }.max { $0.photons < $1.photons }
  }

  @Test(arguments: [("003", 3000.0), ("104", 1500.0)])
  func clearSpotsAreFoundWhereTheyAre(ring: String, photons: Double) throws {
    let scan = try Scan.made.get()
    let rows = try Self.rows(Self.found.get().value.spots)
    var (expected, seen) = (0, 0)
    var pulls: [(twoTheta: Double, azimuth: Double)] = []
    for pattern in scan.truth.indices {
      for spot in scan.clear(pattern, ring, photons: photons) {
        expected += 1
        let own = rows.filter {
          $0.pattern == pattern && $0.ring == ring
            && abs(remainder($0.azimuth - spot.azimuth, 2 * .pi)) < 1.5 * Self.degree
        }
        guard let nearest = own.max(by: { $0.intensity < $1.intensity }) else { continue }
        seen += 1
        pulls.append(
          (
            (nearest.twoTheta - spot.twoTheta) / nearest.twoThetaSigma,
            remainder(nearest.azimuth - spot.azimuth, 2 * .pi) / nearest.azimuthSigma
          ))
      }
    }
    #expect(expected >= 25)
    #expect(Double(seen) >= 0.98 * Double(expected), "\(seen) of \(expected)")
    for (name, values) in [("2θ", pulls.map(\.twoTheta)), ("χ", pulls.map(\.azimuth))] {
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)).squareRoot()
      let largest = values.map(abs).max() ?? .infinity
      #expect(largest < 4, "\(name): \(largest)")
      #expect(abs(mean) < 0.2 + 2.6 / count.squareRoot(), "\(name): \(mean)")
      #expect((0.7...1.25).contains(deviation), "\(name): \(deviation)")
    }
  }

  @Test func whatIsFoundIsThere() throws {
    let scan = try Scan.made.get()
    let rows = try Self.rows(Self.found.get().value.spots)
    #expect(rows.count > 100)
    let strays = rows.filter { Self.match($0, scan) == nil && !$0.flags.contains("blended") }
    #expect(Double(strays.count) < 0.01 * Double(rows.count), "\(strays)")
  }

  @Test func tracksKeepToOneGrainOverThePasses() throws {
    let scan = try Scan.made.get()
    let result = try Self.found.get()
    let rows = try Self.rows(result.value.spots)
    // A grain keeps its azimuth, which no other grain shares.
    var (pairs, broken) = (0, 0)
    for (_, members) in Dictionary(grouping: rows, by: \.track) where members.count > 1 {
      let grains = members.sorted { $0.pattern < $1.pattern }.map { Self.match($0, scan)?.azimuth }
      for (one, next) in zip(grains, grains.dropFirst()) where one != nil && next != nil {
        pairs += 1
        if one != next { broken += 1 }
      }
      #expect(Set(members.map { $0.pattern % Scan.positions }).count == 1)
    }
    #expect(pairs > 80)
    #expect(Double(broken) <= 0.02 * Double(pairs), "\(broken) of \(pairs)")
    // Clear grains are followed over all passes but one at most.
    for position in 0..<Scan.positions {
      for spot in scan.clear(position, "003", photons: 4000) {
        let own = rows.filter {
          $0.ring == "003" && $0.pattern % Scan.positions == position && Self.match($0, scan)?.azimuth == spot.azimuth
        }
        let longest = Dictionary(grouping: own, by: \.track).values.map(\.count).max() ?? 0
        #expect(longest >= Scan.passes - 1, "\(spot.azimuth / Self.degree) deg at \(position): \(longest)")
      }
    }
    #expect(result.summary.headlines.first { $0.key == "spots.tracks" }?.value ?? 0 > 5)
  }

  @Test func theChangeOfATrackIsThatOfItsGrain() throws {
    let scan = try Scan.made.get()
    let value = try Self.found.get().value
    let rows = try Self.rows(value.spots)
    let table = value.tracks
    let seen = try #require(table.numbers("Frames Seen")), rings = try #require(table.texts("Reflection"))
    let changes = try #require(table.numbers("Change of d Spacing"))
    let sigmas = try #require(table.numbers("Change of d Spacing Uncertainty"))
    var pulls: [Double] = []
    for track in seen.indices where Int(seen[track]) == Scan.passes && rings[track] == "003" {
      let members = rows.filter { $0.track == Double(track) }.sorted { $0.pattern < $1.pattern }
      guard members.allSatisfy({ $0.flags == "none" }), let first = Self.match(members[0], scan),
        let last = Self.match(members[Scan.passes - 1], scan), first.azimuth == last.azimuth
      else { continue }
      func spacing(_ spot: DiffractionSpot) -> Double {
        SeedInstrument.wavelength / (2 * sin(spot.twoTheta / 2)) * 1e10
      }
      let isTrue = spacing(last) - spacing(first)
      // c grows while lithium leaves.
      #expect(isTrue > 0.005)
      pulls.append((changes[track] - isTrue) / sigmas[track])
    }
    #expect(pulls.count >= 3)
    #expect(pulls.allSatisfy { abs($0) < 4 }, "\(pulls)")
  }

  @Test func ringsCountTheirGrains() throws {
    let scan = try Scan.made.get()
    let value = try Self.found.get().value
    let grains = value.effectiveGrains(of: "003")
    #expect(grains.values.count == scan.truth.count && value.effectiveGrains(of: "101").values.isEmpty)
    for pattern in scan.truth.indices where grains.values[pattern].isFinite {
      let photons = scan.truth[pattern].filter { $0.line == 0 }.map(\.photons)
      let sum = photons.reduce(0, +)
      let isTrue = sum * sum / photons.reduce(0) { $0 + $1 * $1 }
      // Overlapping and cut spots are not counted as they are.
      #expect(abs(grains.values[pattern] / isTrue - 1) < 0.5, "\(pattern): \(grains.values[pattern]), \(isTrue)")
    }
    let ratios = scan.truth.indices.filter { grains.values[$0].isFinite }
    #expect(ratios.count > scan.truth.count / 2)
    #expect(value.rings.rowCount == 2 * scan.truth.count)
  }

  @Test func sectorsThatDoNotFitAreSaid() throws {
    let scan = try Scan.made.get()
    let input = try Scan.input(
      MemoryFrames(Array(scan.frames.pixels.prefix(3 * scan.frames.shape.count)), shape: scan.frames.shape))
    func warnings(_ sectors: Int) throws -> [String] {
      try Self.run(input) { ($0.reflections, $0.sectors) = (["003"], sectors) }.summary.warnings
    }
    #expect(try warnings(1440).isEmpty)
    #expect(try warnings(360).contains { $0.contains("shorter than a sector") })
    #expect(try warnings(2880).contains { $0.contains("narrower than half a pixel") })
  }

  @Test func tablesReadBackEqual() throws {
    let result = try Self.found.get()
    let folder = FileManager.default.temporaryDirectory.appending(path: "spots-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "spots.nxs").path
    try StageDocument.write(result, parameters: "", to: path)
    let read = try StageDocument.value(SpotTable.self, from: path)
    #expect(read.spots.csv == result.value.spots.csv && read.rings.csv == result.value.rings.csv)
    #expect(read.tracks.csv == result.value.tracks.csv)
    #expect(read.times == result.value.times && read.exposure == 20)
    #expect(abs(read.wavelength / SeedInstrument.wavelength - 1) < 1e-14)
    let heading = result.value.spots.csv.prefix { $0 != "\n" }
    #expect(heading.hasPrefix("Pattern / 1,Reflection / 1,Two Theta / deg,Two Theta Uncertainty / deg,Azimuth / deg"))
    #expect(
      result.summary.figures.map(\.identifier) == ["spots-map", "spots-tracks", "spots-count"])
  }

  @Test func threadsAndInterruptionsChangeNothing() throws {
    let scan = try Scan.made.get()
    let twice = MemoryFrames(scan.frames.pixels + scan.frames.pixels, shape: scan.frames.shape)
    let input = try Scan.input(twice)
    let store = MemoryShards()
    let stopping = RunContext(isCancelled: { store.count > 0 }, shards: store)
    let change: (inout DiffractionSpotsStage.Parameters) -> Void = { $0.reflections = ["003"] }
    #expect(throws: Interrupted.self) { _ = try Self.run(input, stopping, change) }
    #expect(store.count == 1)
    let resumed = try Self.run(input, RunContext(threads: 2, shards: store), change)
    let single = try Self.run(input, RunContext(threads: 1), change)
    #expect(store.count == 2)
    // NaN is not equal to itself, the text of it is.
    #expect(resumed.value.spots.csv == single.value.spots.csv && resumed.value.tracks.csv == single.value.tracks.csv)
    #expect(resumed.value.rings.csv == single.value.rings.csv)
    #expect(single.value.times == nil && single.value.spots.rowCount > 50)
    // Both halves are the same frames.
    let pattern = try #require(single.value.spots.numbers("Pattern"))
    #expect(2 * pattern.count { $0 < 24 } == pattern.count)
  }

  @Test func framesWithoutSpotsGiveEmptyTables() throws {
    let result = try Self.run(Scan.input(Scan.flat(40, frames: 3, seed: 3)))
    #expect(result.value.spots.rowCount == 0 && result.value.tracks.rowCount == 0 && result.value.rings.rowCount == 6)
    #expect(result.value.rings.numbers("Spots") == [Double](repeating: 0, count: 6))
    #expect(result.value.effectiveGrains(of: "104").values.allSatisfy { $0.isNaN })
    #expect(result.summary.warnings.contains { $0.contains("No spot stands out") })
    #expect(result.summary.headlines.first?.value == 0)
    let path = FileManager.default.temporaryDirectory.appending(path: "spots-\(UUID().uuidString).nxs").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try StageDocument.write(result, parameters: "", to: path)
    let read = try StageDocument.value(SpotTable.self, from: path)
    #expect(read.spots.csv == result.value.spots.csv && read.tracks.csv == result.value.tracks.csv)
  }

  @Test func aMaskedRingIsSaidAndTheOtherKept() throws {
    let scan = try Scan.made.get()
    let one = MemoryFrames(Array(scan.frames.pixels.prefix(2 * scan.frames.shape.count)), shape: scan.frames.shape)
    var input = try Scan.input(one)
    input.frames.mask = Scan.mask([17.5...19.5])
    let result = try Self.run(input)
    #expect(result.summary.warnings.contains { $0.contains("No pixel lies on the 104 ring") })
    let rows = try Self.rows(result.value.spots)
    #expect(!rows.isEmpty && rows.allSatisfy { $0.ring == "003" })
    #expect(result.value.effectiveGrains(of: "104").values.allSatisfy { $0.isNaN })
    // Spots at the edge of a mask are marked.
    let bright = try #require(rows.max { $0.intensity < $1.intensity })
    input.frames.mask = Scan.mask([7...bright.twoTheta / Self.degree])
    let cut = try Self.rows(Self.run(input).value.spots).filter {
      $0.pattern == bright.pattern && abs($0.azimuth - bright.azimuth) < Self.degree && $0.ring == "003"
    }
    #expect(cut.allSatisfy { $0.flags.contains("masked") || $0.flags.contains("cut") }, "\(cut)")
    input.frames.mask = Scan.mask([7...9, 17.5...19.5])
    #expect(throws: StageDocumentError.self) { _ = try Self.run(input) }
  }

  @Test func saturatedSpotsAreMarkedAndCountForNoGrain() throws {
    let scan = try Scan.made.get()
    let limit: UInt16 = 400
    let clipped = MemoryFrames(
      scan.frames.pixels.prefix(scan.frames.shape.count).map { min($0, limit) }, shape: scan.frames.shape)
    var input = try Scan.input(clipped)
    input.frames.invalid.saturation = Double(limit)
    let result = try Self.run(input) { $0.reflections = ["003"] }
    let rows = try Self.rows(result.value.spots)
    let whole = try Self.rows(Self.found.get().value.spots).filter { $0.pattern == 0 && $0.ring == "003" }
    let marked = rows.filter { $0.flags.contains("saturated") }
    #expect(!marked.isEmpty && marked.count < rows.count)
    for row in marked {
      let same = whole.filter { abs(remainder($0.azimuth - row.azimuth, 2 * .pi)) < Self.degree }
      #expect(same.contains { $0.intensity > row.intensity })
    }
    #expect(result.summary.warnings.contains { $0.contains("hold saturated pixels") })
    let usable = try #require(result.value.rings.numbers("Usable Spots"))
    #expect(usable[0].isNaN || Int(usable[0]) <= rows.count - marked.count)
  }

  @Test func whatCannotBeSearchedIsSaid() throws {
    func message(_ input: DiffractionSpotsStage.Input, _ change: (inout DiffractionSpotsStage.Parameters) -> Void)
      -> String
    {
      do {
        _ = try Self.run(input, RunContext(), change)
        return ""
      } catch { return "\(error)" }
    }
    let input = try Scan.input(Scan.flat(10, frames: 1, seed: 1))
    #expect(message(input) { $0.reflections = ["001"] }.contains("extinct"))
    #expect(
      message(input) {
        $0.reflections = ["006", "101"]; $0.halfWidth = 2 * .degree
      }.contains("overlap"))
    #expect(message(input) { $0.reflections = ["0 0 60"] }.contains("does not reflect"))
    var blind = input
    blind.frames.geometry.wavelength = nil
    #expect(message(blind) { _ in }.contains("energy"))
    // A scan needs an exposure, which nothing states.
    var scan = try Scan.input(Scan.flat(10, frames: 1, seed: 1), hasScan: true)
    scan.frames.exposure = nil
    #expect(message(scan) { _ in }.contains("exposure"))
  }

  @Test func settingsThatContradictAreRefused() {
    func keys(_ change: (inout DiffractionSpotsStage.Parameters) -> Void) -> [String] {
      var parameters = DiffractionSpotsStage.Parameters()
      change(&parameters)
      return parameters.validate().map(\.key)
    }
    #expect(keys { _ in }.isEmpty)
    #expect(keys { $0.reflections = [] } == ["reflections"])
    #expect(keys { $0.reflections = ["003", "10x"] } == ["reflections[1]"])
    #expect(keys { $0.reflections = ["003", "0 0 3"] } == ["reflections"])
    #expect(keys { $0.radialStep = 0.2 * .degree } == ["radial_step"])
    #expect(keys { $0.spotWidth = 0.1 * .degree } == ["spot_length"])
    var settings = DiffractionSettings()
    settings.calibration = .init()
    settings.spots = .init()
    #expect(settings.validate().map(\.key).contains("spots"))
  }
}
