import ArrayMath
import Foundation
import TestSupport
import Testing

@testable import PowderDiffraction

@Suite struct CalibrationPartsTests {
  private func randomPlate(_ generator: inout SeededGenerator) -> PoniGeometry {
    PoniGeometry(
      distance: 0.1 + generator.uniform(), poni1: generator.uniform() - 0.5, poni2: generator.uniform() - 0.5,
      rotation1: generator.uniform() - 0.5, rotation2: generator.uniform() - 0.5,
      rotation3: 6 * generator.uniform() - 3)
  }

  @Test func aPlateScattersLikeItsPoniGeometry() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<200 {
      let poni = randomPlate(&generator)
      let plate = try #require(PlateModel(poni))
      let (p1, p2) = (generator.uniform() - 0.5, generator.uniform() - 0.5)
      #expect(abs(plate.twoTheta(p1, p2) - poni.twoTheta(axis1: p1, axis2: p2)) < 1e-9)
      let back = plate.poni(rotation3: poni.rotation3)
      #expect(abs(back.distance - poni.distance) < 1e-12 && abs(back.poni1 - poni.poni1) < 1e-12)
      #expect(abs(back.rotation1 - poni.rotation1) < 1e-12 && abs(back.rotation2 - poni.rotation2) < 1e-12)
    }
  }

  @Test func aPlateBehindTheSampleIsRefused() {
    #expect(PlateModel(PoniGeometry(distance: 0.1, poni1: 0, poni2: 0, rotation1: 1.6)) == nil)
    #expect(PlateModel(PoniGeometry(distance: -0.1, poni1: 0, poni2: 0)) == nil)
  }

  @Test func derivativesAreThoseOfTheAngle() throws {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<50 {
      let plate = try #require(PlateModel(randomPlate(&generator)))
      let (p1, p2) = (generator.uniform() - 0.5, generator.uniform() - 0.5)
      let found = plate.twoThetaAndDerivatives(p1, p2).derivatives
      for index in 0..<5 {
        let h = 1e-6
        var (up, down) = (plate, plate)
        up.vector[index] += h
        down.vector[index] -= h
        let slope = (up.twoTheta(p1, p2) - down.twoTheta(p1, p2)) / (2 * h)
        #expect(abs(slope - found[index]) < 1e-6 * (1 + abs(slope)))
      }
    }
  }

  @Test func theTwoSetsOfParametersTransformIntoEachOther() throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<50 {
      let plate = try #require(PlateModel(randomPlate(&generator)))
      let (a, b) = (plate.derivativesByPoni, plate.derivativesOfPoni)
      for i in 0..<5 {
        for j in 0..<5 {
          let product = (0..<5).reduce(0.0) { $0 + a[i * 5 + $1] * b[$1 * 5 + j] }
          #expect(abs(product - (i == j ? 1 : 0)) < 1e-10)
        }
      }
    }
  }

  @Test func bandsHoldThePixelsThatLieInThem() throws {
    let grid = DetectorGrid(
      shape: FrameShape(rows: 90, columns: 70), pixelHeight: 2e-4, pixelWidth: 3e-4, orientation: .topLeft)
    let poni = PoniGeometry(distance: 0.05, poni1: 0.006, poni2: 0.012, rotation1: 0.1, rotation2: -0.05)
    let plate = try #require(PlateModel(poni))
    var generator = SeededGenerator(seed: 4)
    let pixels = (0..<grid.shape.count).map { _ in Float(generator.poisson(20)) }
    let flags = (0..<grid.shape.count).map { _ in UInt8(generator.uniform() < 0.1 ? 1 : 0) }
    let given = [
      RingBands.Band(ring: 0, twoTheta: 0.08, halfWidth: 0.02, sectors: 12),
      RingBands.Band(ring: 1, twoTheta: 0.15, halfWidth: 0.03, sectors: 20),
    ]
    let bands = pixels.withUnsafeBufferPointer { pixels in
      flags.withUnsafeBufferPointer { flags in
        RingBands(bands: given, plate: plate, grid: grid, pixels: pixels, flags: flags)
      }
    }
    var counts = [Int](repeating: 0, count: 32)
    for row in 0..<90 {
      for column in 0..<70 where flags[row * 70 + column] == 0 {
        let place = grid.position(row: Double(row) + 0.5, column: Double(column) + 0.5)
        let angle = plate.twoTheta(place.axis1, place.axis2)
        let azimuth = atan2(place.axis1 - plate.beam1, place.axis2 - plate.beam2)
        for (index, band) in given.enumerated() where abs(angle - band.twoTheta) <= band.halfWidth {
          let sector = min(Int((azimuth + .pi) / (2 * .pi) * Double(band.sectors)), band.sectors - 1)
          counts[(index == 0 ? 0 : 12) + sector] += 1
        }
      }
    }
    #expect((0..<32).map { bands.starts[$0 + 1] - bands.starts[$0] } == counts)
  }

  private func fitted(_ offset: [Float], _ value: [Float], _ profile: LineShape, freeWidth: Bool) -> SectorFit? {
    let azimuth = [Float](repeating: 0.3, count: offset.count)
    return offset.withUnsafeBufferPointer { offset in
      value.withUnsafeBufferPointer { value in
        azimuth.withUnsafeBufferPointer { azimuth in
          SectorFit.fit(
            .init(
              offset: offset, value: value, azimuth: azimuth, halfWidth: 2e-3, correction: 0, response: 0),
            profile: profile, start: nil, freeWidth: freeWidth)
        }
      }
    }
  }

  @Test func aLineIsFoundWithItsSigma() throws {
    // 400 sectors of a weak line: the pulls of the place are those of a standard normal variable.
    let profile = LineShape(width: 5e-4, lorentzian: 0)
    var pulls: [Double] = []
    for item in 1...400 {
      var generator = SeededGenerator(seed: 5, item: item)
      let offset = (0..<400).map { _ in Float((generator.uniform() - 0.5) * 4e-3) }
      let shift = 3e-5
      let value = offset.map { Float(generator.poisson(20 + 60 * profile.value(Double($0) - shift).height)) }
      let fit = try #require(fitted(offset, value, profile, freeWidth: item % 2 == 0))
      pulls.append((fit.shift - shift) / fit.shiftSigma)
      #expect(abs(fit.azimuth - 0.3) < 1e-6)
    }
    let mean = pulls.reduce(0, +) / 400
    #expect(abs(mean) < 0.2 + 2.6 / 20)
    // 99 % binomial intervals of 68.3 % and 95.4 % of 400.
    #expect((249...297).contains(pulls.count { abs($0) < 1 }))
    #expect((369...391).contains(pulls.count { abs($0) < 2 }))
  }

  @Test func aFlatSectorHasNoSignificantLine() {
    var generator = SeededGenerator(seed: 6)
    let offset = (0..<400).map { _ in Float((generator.uniform() - 0.5) * 4e-3) }
    let value = offset.map { _ in Float(generator.poisson(20)) }
    let fit = fitted(offset, value, LineShape(width: 5e-4, lorentzian: 0), freeWidth: false)
    #expect(fit.map { $0.height < 4 * $0.heightSigma } ?? true)
  }

  @Test func badPixelsShowThemselves() {
    var generator = SeededGenerator(seed: 7)
    let shape = FrameShape(rows: 60, columns: 80)
    var pixels = (0..<shape.count).map { _ in Float(generator.poisson(40)) }
    for row in 0..<60 { for column in 30..<33 { pixels[row * 80 + column] = 0 } }
    pixels[10 * 80 + 10] = -1
    pixels[20 * 80 + 10] = .nan
    pixels[30 * 80 + 10] = 0
    pixels[40 * 80 + 10] = 9000
    let mask = AutomaticMask(CalibrationFrame(pixels: pixels, shape: shape, wavelength: 1e-10))
    #expect(mask.invalid == 2 && mask.hot == 1 && mask.dead == 5 * 60 + 1)
    for (row, column) in [(10, 10), (20, 10), (30, 10), (40, 10), (5, 29), (5, 33)] {
      #expect(mask.flags[row * 80 + column] == 1)
    }
    #expect(mask.flags.reduce(0) { $0 + Int($1) } == 5 * 60 + 4)
  }
}
