import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct ProjectionAlignmentTests {
  @Test func development() throws {
    for (views, noise) in [(60, 0.02), (60, 0.05), (30, 0.02), (90, 0.01), (180, 0.02)] {
      var pulls: [ImageShift] = []
      var firsts: [ImageShift] = []
      for seed in 1...4 {
        let setting =
          views == 180
          ? try AlignmentSetting(seed: UInt64(seed))
          : try AlignmentSetting(
            views: views, shape: FrameShape(rows: 32, columns: 48), jitter: 2, noise: noise, radius: 12, samples: 4,
            seed: UInt64(seed))
        let first = try ProjectionAlignment(.firstSteps).align(setting.stack, threads: 2)
        let errors = setting.errors(first.stack.geometry.displacements)
        firsts += zip(errors, first.uncertainties).map {
          ImageShift(rows: $0.rows / $1.rows, columns: $0.columns / $1.columns)
        }
        print("first", errors.rows, errors.columns, first.uncertainties.rows, first.uncertainties.columns)
        var settings = AlignmentSettings()
        settings.levels = [.init(bin: 2, iterations: 6), .init(bin: 1, iterations: 8)]
        settings.tolerance = 0.005
        let start = clock()
        let result = try ProjectionAlignment(settings).align(setting.stack, threads: 2)
        let last = setting.errors(result.stack.geometry.displacements)
        print(
          "last", last.rows, last.columns, "said", result.uncertainties.rows, result.uncertainties.columns,
          "halves", result.empiricalUncertainty?.rows ?? 0, result.empiricalUncertainty?.columns ?? 0,
          result.restoredPart?.rows ?? 0, result.restoredPart?.columns ?? 0, result.outliers, result.status,
          result.history.count, result.history.last?.misfit ?? 0, Double(clock() - start) / 1e6)
        pulls += zip(last, result.uncertainties).map {
          ImageShift(rows: $0.rows / $1.rows, columns: $0.columns / $1.columns)
        }
      }
      print("pulls", views, noise, firsts.rows, firsts.columns, pulls.rows, pulls.columns)
    }
  }
}
