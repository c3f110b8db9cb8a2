import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct ProjectionAlignmentTests {
  @Test func development() throws {
    let setting = try AlignmentSetting(seed: 1)
    let first = try ProjectionAlignment(.firstSteps).align(setting.stack, threads: 2)
    let errors = setting.errors(first.stack.geometry.displacements)
    print("first", errors.rows, errors.columns, first.uncertainties.rows, first.uncertainties.columns)
    let start = clock()
    let result = try ProjectionAlignment().align(setting.stack, threads: 2) { progress in
      print(progress, Double(clock() - start) / 1e6)
    }
    let last = setting.errors(result.stack.geometry.displacements)
    print("last", last.rows, last.columns, result.uncertainties.rows, result.uncertainties.columns)
    print(result.empiricalUncertainty as Any, result.restoredPart as Any, result.outliers, result.status, result.notes)
  }
}
