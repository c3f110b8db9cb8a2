import ArrayMath
import Foundation
import ImageAnalysis
import Testing

@Suite struct ImageRegistrationTests {
  /// Blobs that vanish at the edges, moved by a shift, in closed form.
  private func blobs(_ rows: Int, _ columns: Int, shift: ImageShift) -> ScalarImage {
    var generator = SeededGenerator(seed: 7)
    let centres = (0..<12).map { _ in
      (
        Double(rows) * (0.25 + 0.5 * generator.uniform()) + shift.rows,
        Double(columns) * (0.25 + 0.5 * generator.uniform()) + shift.columns, 2 + 2 * generator.uniform(),
        generator.normal()
      )
    }
    return TestImages.image(rows, columns) { row, column in
      Float(
        centres.reduce(0.0) { sum, blob in
          let square = pow(Double(row) - blob.0, 2) + pow(Double(column) - blob.1, 2)
          return sum + blob.3 * exp(-square / (2 * blob.2 * blob.2))
        })
    }
  }

  private func object(_ phase: ScalarImage) -> ComplexImage { phase.map { ComplexFloat(modulus: 1, phase: $0) } }

  @Test(arguments: [(0.0, 0.0), (0.37, -0.21), (-3.44, 5.08), (9.5, -7.25)])
  func knownShiftsOfComplexAndRealImages(_ rows: Double, _ columns: Double) throws {
    let shift = ImageShift(rows: rows, columns: columns)
    let (reference, moving) = (blobs(90, 75, shift: ImageShift(rows: 0, columns: 0)), blobs(90, 75, shift: shift))
    for found in [
      try ImageRegistration(of: moving, relativeTo: reference),
      try ImageRegistration(of: object(moving), relativeTo: object(reference)),
    ] {
      #expect(abs(found.shift.rows - rows) < 0.01 && abs(found.shift.columns - columns) < 0.01)
      #expect(found.correlation > 0.99)
    }
    // A phase of its own does not matter to complex images.
    let turned = object(moving).map { $0 * ComplexFloat(modulus: 3, phase: 1) }
    let found = try ImageRegistration(of: turned, relativeTo: object(reference))
    #expect(abs(found.shift.rows - rows) < 0.01 && abs(found.shift.columns - columns) < 0.01)
  }

  @Test(arguments: [false, true])
  func theUncertaintyIsThatOfManyTrials(_ isComplex: Bool) throws {
    let shift = ImageShift(rows: 0.3, columns: -1.6)
    let (reference, moving) = (blobs(64, 64, shift: ImageShift(rows: 0, columns: 0)), blobs(64, 64, shift: shift))
    var squares = (0.0, 0.0)
    let trials = 60
    for seed in 1...trials {
      let found: ImageRegistration
      if isComplex {
        func noisy(_ image: ScalarImage, _ seed: Int) -> ComplexImage {
          let (a, b) = (TestImages.noise(64, 64, 0.2, seed: seed), TestImages.noise(64, 64, 0.2, seed: seed + 10_000))
          return ComplexImage(
            image.pixels.indices.map {
              ComplexFloat(modulus: 1, phase: image.pixels[$0]) + ComplexFloat(a.pixels[$0], b.pixels[$0])
            }, shape: image.shape)
        }
        found = try ImageRegistration(of: noisy(moving, seed), relativeTo: noisy(reference, seed + 1000))
      } else {
        found = try ImageRegistration(
          of: TestImages.sum(moving, TestImages.noise(64, 64, 0.2, seed: seed)),
          relativeTo: TestImages.sum(reference, TestImages.noise(64, 64, 0.2, seed: seed + 1000)))
      }
      squares.0 += pow((found.shift.rows - shift.rows) / found.uncertainty.rows, 2)
      squares.1 += pow((found.shift.columns - shift.columns) / found.uncertainty.columns, 2)
    }
    // 60 trials know a standard deviation to 9 %.
    #expect(abs((squares.0 / Double(trials)).squareRoot() - 1) < 0.35)
    #expect(abs((squares.1 / Double(trials)).squareRoot() - 1) < 0.35)
  }

  @Test func aMaskedAreaDoesNotDecide() throws {
    let shift = ImageShift(rows: 2.2, columns: 0.6)
    var (reference, moving) = (blobs(80, 80, shift: ImageShift(rows: 0, columns: 0)), blobs(80, 80, shift: shift))
    // Something bright that does not move.
    var weights = try SoftWindow(edge: 0.125).image(reference.shape)
    for row in 10..<22 {
      for column in 10..<22 {
        reference[row, column] = 40
        moving[row, column] = 40
      }
    }
    let misled = try ImageRegistration(of: moving, relativeTo: reference)
    #expect(abs(misled.shift.rows) < 0.3)
    for row in 0..<28 { for column in 0..<28 { weights[row, column] = 0 } }
    let found = try ImageRegistration(of: moving, relativeTo: reference, weights: weights)
    #expect(abs(found.shift.rows - 2.2) < 0.1 && abs(found.shift.columns - 0.6) < 0.1)
  }

  @Test(arguments: [(8, 9), (12, 12)])
  func shiftsMoveDownAndRight(_ rows: Int, _ columns: Int) {
    let image = TestImages.noise(rows, columns, 1, seed: 1)
    let shift = ImageShift(rows: 2, columns: -3)
    let moved = image.shifted(by: shift)
    #expect(zip(moved.pixels, image.rolled(rows: 2, columns: -3).pixels).allSatisfy { abs($0 - $1) < 1e-5 })
    let linear = image.shifted(by: shift, interpolation: .bilinear)
    #expect(linear[4, 1] == image[2, 4] && linear[0, columns - 1] == image[0, columns - 1])
    let half = image.shifted(by: ImageShift(rows: 0.5, columns: 0), interpolation: .bilinear)
    #expect(abs(half[3, 3] - 0.5 * (image[2, 3] + image[3, 3])) < 1e-6)
    let complex = image.map { ComplexFloat($0, 2 * $0) }
    #expect(
      zip(complex.shifted(by: shift).pixels, moved.pixels).allSatisfy {
        ($0 - ComplexFloat($1, 2 * $1)).modulus < 1e-5
      })
  }

  @Test func aBandLimitedImageIsMovedExactly() {
    func wave(_ shift: Double) -> ScalarImage {
      TestImages.image(20, 30) { row, column in
        Float(cos(2 * .pi * (3 * (Double(row) - shift) / 20 + 2 * Double(column) / 30)))
      }
    }
    let moved = wave(0).shifted(by: ImageShift(rows: 1.37, columns: 0))
    #expect(zip(moved.pixels, wave(1.37).pixels).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test func whatTellsNothingIsRefused() {
    let flat = ScalarImage(repeating: 2, shape: FrameShape(rows: 16, columns: 16))
    let image = TestImages.noise(16, 16, 1, seed: 1)
    #expect(throws: ImageAnalysisError.self) { try ImageRegistration(of: flat, relativeTo: image) }
    #expect(throws: ImageAnalysisError.self) { try ImageRegistration(of: image, relativeTo: flat) }
    #expect(throws: ImageAnalysisError.self) {
      try ImageRegistration(of: image, relativeTo: TestImages.noise(16, 15, 1, seed: 1))
    }
    #expect(throws: ImageAnalysisError.self) {
      try ImageRegistration(of: image, relativeTo: image, weights: TestImages.noise(16, 16, 1, seed: 1))
    }
    var hole = image
    hole[4, 4] = .nan
    #expect(throws: ImageAnalysisError.self) { try ImageRegistration(of: hole, relativeTo: image) }
    #expect(throws: ImageAnalysisError.self) { try SoftWindow(edge: 0.6) }
  }
}
