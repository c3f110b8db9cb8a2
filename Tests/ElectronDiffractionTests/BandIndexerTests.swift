import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct BandIndexerTests {
  static let degree = Double.pi / 180
  static let wavelength = ElectronBeam.wavelength(kiloelectronvolts: 20)
  static let geometry = KikuchiGeometry(
    shape: FrameShape(rows: 60, columns: 60), patternCentre: PatternCentre(x: 0.45, y: 0.3, z: 0.55),
    sampleTilt: 70 * degree)
  static let nickel = try? nickelPhase()
  let group = RotationGroup(.cubicHigh)

  /// Soft-edged bands of all planes of the phase, as bright as their amplitudes.
  static let master: MasterPattern? = nickel.map { phase in
    let poles = PolePairs(phase: phase, wavelength: wavelength).poles
    return MasterPattern(size: 301) { direction in
      let sum = poles.reduce(0.0) { sum, pole in
        let angle: Double = abs(asin((pole.normal * direction).sum()))
        return sum + pole.strength / (1 + exp((angle - pole.halfAngle) / (0.25 * degree)))
      }
      return Float(sum)
    }
  }

  private func patterns(
    count: Int, noise: Double, seed: UInt64, geometry: KikuchiGeometry = geometry
  ) throws -> (frames: [Float], truth: [Rotation]) {
    let master = try #require(Self.master)
    var generator = SeededGenerator(seed: seed)
    var (frames, truth): ([Float], [Rotation]) = ([], [])
    let toSample = geometry.detectorToSample
    for _ in 0..<count {
      let orientation = Rotation(
        w: generator.normal(), x: generator.normal(), y: generator.normal(), z: generator.normal())
      let matrix = (orientation * toSample).matrix
      truth.append(orientation)
      for row in 0..<geometry.shape.rows {
        for column in 0..<geometry.shape.columns {
          let ray = geometry.ray(row: Double(row), column: Double(column))
          frames.append(Float(100 + 40 * (master(matrix * ray) + noise * generator.normal())))
        }
      }
    }
    return (frames, truth)
  }

  private func indexer(_ change: (inout BandIndexerSettings) -> Void = { _ in }) throws -> BandIndexer {
    var settings = BandIndexerSettings()
    change(&settings)
    return try BandIndexer(
      geometry: Self.geometry, phases: [try #require(Self.nickel)], wavelength: Self.wavelength, settings: settings)
  }

  private func errors(_ found: [IndexedPattern], _ truth: [Rotation]) -> [Double] {
    zip(found, truth).map { group.disorientation($0.orientation, $1) / Self.degree }
  }

  @Test func findsTheOrientationsOfCleanPatterns() throws {
    let (frames, truth) = try patterns(count: 100, noise: 0, seed: 1)
    let found = try indexer().index(MemoryFrames(frames, shape: Self.geometry.shape), range: 0..<100)
    let errors = errors(found, truth)
    #expect(found.allSatisfy { $0.status == .indexed && $0.bands >= 4 })
    #expect(errors.reduce(0, +) / 100 < 0.1)
    #expect(errors.max() ?? 90 < 0.5)
  }

  /// With noise larger than the bands, the stated covariance covers the truth.
  @Test func theCovarianceCoversTheTruth() throws {
    let (frames, truth) = try patterns(count: 200, noise: 1, seed: 2)
    let found = try indexer().index(MemoryFrames(frames, shape: Self.geometry.shape), range: 0..<200)
    var inside = (0, 0)
    for (pattern, truth) in zip(found, truth) {
      let square = pattern.squaredDistance(to: truth, group: group)
      if square < pattern.regionLimit(probability: 0.68) { inside.0 += 1 }
      if square < pattern.regionLimit(probability: 0.95) { inside.1 += 1 }
    }
    // The 99 % interval of binomial counts of 200.
    #expect(119...153 ~= inside.0)
    #expect(181...197 ~= inside.1)
  }

  /// All ways to store a pixel give one answer, and so do blocks of any size.
  @Test func pixelTypeAndBlocksDoNotMatter() throws {
    let (frames, _) = try patterns(count: 40, noise: 0.1, seed: 3)
    let indexer = try indexer()
    let shape = Self.geometry.shape
    let rounded = frames.map { $0.rounded() }
    let all = try indexer.index(MemoryFrames(rounded, shape: shape), range: 0..<40)
    do {
      let other = try indexer.index(MemoryFrames(rounded.map { UInt16($0) }, shape: shape), range: 0..<40)
      #expect(all == other)
    }
    do {
      let other = try indexer.index(MemoryFrames(rounded.map { Int32($0) }, shape: shape), range: 0..<40)
      #expect(all == other)
    }
    do {
      let other = try indexer.index(MemoryFrames(rounded.map { Double($0) }, shape: shape), range: 0..<40)
      #expect(all == other)
    }
    let bytes = rounded.map { UInt8(min(max($0, 0), 255)) }
    let fromBytes = try indexer.index(MemoryFrames(bytes, shape: shape), range: 0..<40)
    let parts = try [0..<7, 7..<8, 8..<40].flatMap { try indexer.index(MemoryFrames(bytes, shape: shape), range: $0) }
    #expect(fromBytes == parts)
  }

  /// A pattern centre for each point serves as well as one for all.
  @Test func eachPointMayHaveItsPatternCentre() throws {
    var (frames, truth): ([Float], [Rotation]) = ([], [])
    var centres: [PatternCentre] = []
    for index in 0..<20 {
      var geometry = Self.geometry
      geometry.patternCentre.x += 0.004 * Double(index - 10)
      geometry.patternCentre.z -= 0.002 * Double(index - 10)
      let one = try patterns(count: 1, noise: 0, seed: UInt64(10 + index), geometry: geometry)
      frames += one.frames
      truth += one.truth
      centres.append(geometry.patternCentre)
    }
    let source = MemoryFrames(frames, shape: Self.geometry.shape)
    let found = try indexer().index(source, range: 0..<20, centres: centres)
    #expect(errors(found, truth).max() ?? 90 < 0.5)
  }

  /// Large patterns are binned; what does not fill a bin is cut off and the pattern centre stays where it is.
  @Test func largePatternsAreBinned() throws {
    var geometry = Self.geometry
    geometry.shape = FrameShape(rows: 203, columns: 257)
    let (frames, truth) = try patterns(count: 10, noise: 0, seed: 5, geometry: geometry)
    let indexer = try BandIndexer(
      geometry: geometry, phases: [try #require(Self.nickel)], wavelength: Self.wavelength)
    #expect(indexer.binning == 3)
    let found = try indexer.analyse(MemoryFrames(frames, shape: geometry.shape), range: 0..<10)
    #expect(errors(found.map(\.pattern), truth).max() ?? 90 < 0.4)
    // The strongest band lies where a plane of the true orientation is, in pixels of the pattern.
    let centre = ScreenCentre(geometry.patternCentre, shape: geometry.shape)
    for (indexing, truth) in zip(found, truth) {
      let band = indexing.bands[0]
      let normal = ScreenLine(theta: band.theta, rho: band.rho, centre: centre).normal
      let direction = truth(geometry.detectorToSample(normal))
      let nearest = indexer.voting[0].pairs.poles.map { abs(($0.normal * direction).sum()) }.max() ?? 0
      #expect(acos(min(nearest, 1)) < 0.5 * Self.degree)
    }
  }

  /// Bands that are dark, as where a foil is thick, are found when they are asked for.
  @Test func findsInvertedBands() throws {
    let (frames, truth) = try patterns(count: 20, noise: 0.05, seed: 4)
    let inverted = MemoryFrames(frames.map { 300 - $0 }, shape: Self.geometry.shape)
    let found = try indexer { $0.contrast = .both }.analyse(inverted, range: 0..<20)
    #expect(errors(found.map(\.pattern), truth).max() ?? 90 < 0.5)
    #expect(found.allSatisfy { $0.bands[0].isDark })
  }

  @Test func patternsWithoutBandsAreNotIndexed() throws {
    let shape = Self.geometry.shape
    var frames = [Float](repeating: 5, count: shape.count)
    frames += [Float](repeating: .nan, count: shape.count)
    frames += [Float](repeating: 0, count: shape.count)
    frames += (0..<shape.count).map { $0 == 1830 ? Float.infinity : Float($0) }
    let found = try indexer().analyse(MemoryFrames(frames, shape: shape), range: 0..<4)
    #expect(found.allSatisfy { $0.pattern.status == .notIndexed && $0.candidates.isEmpty && $0.bands.isEmpty })
    #expect(try indexer().bands(of: [Float](repeating: 1, count: shape.count)).isEmpty)
  }

  @Test func saysWhatIsWrong() throws {
    #expect(throws: BandIndexerError.noPhases) {
      try BandIndexer(geometry: Self.geometry, phases: [], wavelength: Self.wavelength)
    }
    var phase = try #require(Self.nickel)
    phase.reflectors = []
    #expect(throws: BandIndexerError.fewReflectors(phase: "Ni", poles: 0)) {
      try BandIndexer(geometry: Self.geometry, phases: [phase], wavelength: Self.wavelength)
    }
    #expect(throws: BandIndexerError.badSetting(name: "the number of bands", found: "2", expected: "3 to 40")) {
      try self.indexer { $0.bands = 2 }
    }
    let other = MemoryFrames([UInt8](repeating: 0, count: 100), shape: FrameShape(rows: 10, columns: 10))
    let indexer = try indexer()
    #expect(throws: BandIndexerError.otherShape(found: "10 x 10", expected: "60 x 60")) {
      try indexer.index(other, range: 0..<1)
    }
  }
}
