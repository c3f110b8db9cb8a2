import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct ProjectionAlignmentTests {
  /// Smaller than the reference's test, which runs in the acceptance.
  private static func small(seed: UInt64 = 1, noise: Double = 0.02) throws -> AlignmentSetting {
    try AlignmentSetting(
      views: 90, shape: FrameShape(rows: 48, columns: 80), jitter: 3, noise: noise, radius: 17, samples: 3, seed: seed)
  }

  private static var settings: AlignmentSettings {
    var settings = AlignmentSettings()
    settings.levels = [.init(bin: 2, iterations: 6), .init(bin: 1, iterations: 4)]
    return settings
  }

  @Test func firstStepsAndReprojectionFindEveryDisplacement() throws {
    let setting = try Self.small()
    let before = setting.errors(setting.stack.geometry.displacements)
    #expect(before.rows > 1 && before.columns > 1)
    let first = try ProjectionAlignment(.firstSteps).align(setting.stack, threads: 2)
    let start = setting.errors(first.stack.geometry.displacements)
    #expect(start.rows < 0.05 && start.columns < 0.05)
    #expect(first.status == .firstSteps)
    var seen = 0
    let result = try ProjectionAlignment(Self.settings).align(setting.stack, threads: 2) { _ in seen += 1 }
    let last = setting.errors(result.stack.geometry.displacements)
    #expect(last.rows < 0.02 && last.columns < 0.02)
    #expect(last.rows < start.rows && last.columns < start.columns)
    #expect(result.status == .converged && result.history.count == seen && seen > 0)
    #expect(result.outliers.isEmpty)
    // The projections themselves are as they were.
    #expect(result.stack.pixels == setting.stack.pixels)
    let middle = result.stack.geometry.displacements.reduce(0) { $0 + $1.rows }
    #expect(abs(middle) < 1e-9)
  }

  @Test func doesNotDependOnTheNumberOfThreads() throws {
    let setting = try AlignmentSetting(
      views: 40, shape: FrameShape(rows: 32, columns: 48), jitter: 2, radius: 11, seed: 2)
    let one = try ProjectionAlignment(Self.settings).align(setting.stack, threads: 1)
    let two = try ProjectionAlignment(Self.settings).align(setting.stack, threads: 2)
    #expect(one.stack.geometry == two.stack.geometry)
    #expect(one.uncertainties == two.uncertainties)
    #expect(one.history == two.history)
  }

  @Test func statesItsUncertainty() throws {
    var pulls: [ImageShift] = []
    for seed in 1...3 {
      let setting = try Self.small(seed: UInt64(seed))
      let result = try ProjectionAlignment(Self.settings).align(setting.stack, threads: 2)
      let errors = setting.errors(result.stack.geometry.displacements)
      pulls += zip(errors, result.uncertainties).map {
        ImageShift(rows: $0.rows / $1.rows, columns: $0.columns / $1.columns)
      }
      let empirical = try #require(result.empiricalUncertainty)
      #expect(abs(log(empirical.rows / result.uncertainties.rows)) < 0.35)
      #expect(abs(log(empirical.columns / result.uncertainties.columns)) < 0.35)
    }
    // 95 % of 270: between 247 and 265 with a probability of 99 %.
    #expect((247...265).contains(pulls.count { abs($0.rows) < 1.96 }))
    #expect((247...265).contains(pulls.count { abs($0.columns) < 1.96 }))
  }

  @Test func flagsProjectionsThatDoNotFitAndDropsThem() throws {
    var setting = try Self.small()
    let size = setting.stack.shape.count
    // One shows another direction, one jumps by 2π in a part, one was not measured.
    for index in 0..<size {
      setting.stack.pixels[20 * size + index] = setting.stack.pixels[65 * size + index]
      if index % 80 > 40, index % 80 < 60 { setting.stack.pixels[50 * size + index] += 6.28 }
      setting.stack.pixels[70 * size + index] = .nan
    }
    var settings = Self.settings
    settings.dropsOutliers = true
    let result = try ProjectionAlignment(settings).align(setting.stack, threads: 2)
    #expect(result.outliers == [20, 50, 70])
    #expect(result.stack.count == 87 && result.views.count == 87 && !result.views.contains(50))
    let kept = result.views
    var found = Array(repeating: ImageShift(rows: 0, columns: 0), count: 90)
    for (view, place) in zip(kept, result.stack.geometry.displacements) { found[view] = place }
    let errors = setting.errors(found, used: kept)
    let used = kept.map { errors[$0] }
    #expect(used.rows < 0.03 && used.columns < 0.03)
    settings.dropsOutliers = false
    let all = try ProjectionAlignment(settings).align(setting.stack, threads: 2)
    #expect(all.stack.count == 90 && all.uncertainties[70].rows.isInfinite)
  }

  @Test func fitsRampsTogetherWithDisplacements() throws {
    var setting = try Self.small(noise: 0.01)
    var random = SeededGenerator(seed: 5)
    let shape = setting.stack.shape
    var ramps: [ProjectionRamp] = []
    for view in 0..<setting.stack.count {
      let ramp = ProjectionRamp(
        constant: 0.5 * random.normal(), across: 0.01 * random.normal(), down: 0.01 * random.normal())
      ramps.append(ramp)
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let level = ramp.constant + ramp.across * (Double(column) + 0.5 - 40) + ramp.down * (Double(row) + 0.5 - 24)
          setting.stack.pixels[(view * shape.rows + row) * shape.columns + column] += Float(level)
        }
      }
    }
    var settings = Self.settings
    settings.levels = [.init(bin: 2, iterations: 12), .init(bin: 1, iterations: 4)]
    let without = try ProjectionAlignment(settings).align(setting.stack, threads: 2)
    settings.fitsRamps = true
    let with = try ProjectionAlignment(settings).align(setting.stack, threads: 2)
    let before = setting.errors(without.stack.geometry.displacements)
    let after = setting.errors(with.stack.geometry.displacements)
    #expect(after.rows < 0.02 && after.columns < 0.03 && before.columns > after.columns)
    func rms(_ part: (ProjectionRamp) -> Double) -> Double {
      (zip(with.ramps, ramps).reduce(0) { $0 + pow(part($1.0) - part($1.1), 2) } / 90).squareRoot()
    }
    print("ramps", after.rows, after.columns, rms(\.constant), rms(\.across), rms(\.down), with.notes)
    #expect(rms(\.constant) < 0.1 && rms(\.across) < 0.002 && rms(\.down) < 0.002)
  }

  @Test func skipsTruncatedProjectionsInTheFirstSteps() throws {
    let setting = try AlignmentSetting(
      views: 60, shape: FrameShape(rows: 48, columns: 34), jitter: 2, radius: 17, samples: 2, seed: 1)
    let result = try ProjectionAlignment(.firstSteps).align(setting.stack, threads: 2)
    #expect(result.notes.contains { $0.contains("fail the mass test") })
    let skipped = result.uncertainties.indices.filter { result.uncertainties[$0].rows.isInfinite }
    #expect(!skipped.isEmpty)
  }

  @Test func projectionsOnTheSameAngleShareIt() throws {
    let setting = try Self.small()
    var order = Array(0..<90)
    order += [10, 10, 45]
    let stack = setting.stack.selecting(order)
    let result = try ProjectionAlignment(Self.settings).align(stack, threads: 2)
    let found = result.stack.geometry.displacements
    #expect(abs(found[10].columns - found[90].columns) < 0.02 && abs(found[10].rows - found[90].rows) < 0.02)
    #expect(result.outliers.isEmpty)
  }

  @Test func refusesWhatCannotBeAligned() throws {
    let setting = try AlignmentSetting(
      views: 12, shape: FrameShape(rows: 24, columns: 32), jitter: 1, radius: 8, seed: 1)
    let alignment = ProjectionAlignment()
    #expect(throws: TomographyError.self) { try alignment.align(setting.stack.selecting([0]), threads: 1) }
    #expect(throws: TomographyError.self) { try alignment.align(setting.stack.selecting([3, 3, 3, 3]), threads: 1) }
    for value in [Float.nan, 0, 1.5] {
      var empty = setting.stack
      for index in empty.pixels.indices { empty.pixels[index] = value }
      #expect(throws: TomographyError.self) { try alignment.align(empty, threads: 1) }
    }
    var infinite = setting.stack
    infinite.pixels[7] = .infinity
    #expect(throws: TomographyError.self) { try alignment.align(infinite, threads: 1) }
    var angles = setting.stack
    angles.geometry.angles[2] = .nan
    #expect(throws: TomographyError.self) { try alignment.align(angles, threads: 1) }
  }
}
