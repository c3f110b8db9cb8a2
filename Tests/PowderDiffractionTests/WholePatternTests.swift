import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import Testing

/// A pattern written down from the equations, with a plain loop over bins and lines.
struct PatternTruth {
  var cell: UnitCell
  var wavelength = 0.6525484e-10
  var widths = InstrumentProfile(u: 1e-7, v: 0, w: 1.6e-7, x: 1e-4, y: 5e-5)
  var shift: (kind: GeometryShift, amount: Double)?
  var intensityScale = 1.0
  var degrees = 5.0...28.0
  var binCount = 2000
  static let group = "R -3 m :H"

  static let degree = Double.pi / 180

  var positions: [Double] {
    (0..<binCount).map {
      (degrees.lowerBound + (degrees.upperBound - degrees.lowerBound) * Double($0) / Double(binCount - 1))
        * Self.degree
    }
  }

  /// Peak heights over the background are of the order of these times the scale.
  static let strengths: [String: Double] = [
    "003": 48, "101": 42, "006": 7.5, "012": 21, "104": 100, "015": 20, "009": 4, "107": 25, "018": 42, "110": 43,
    "113": 31,
  ]

  /// The mean over a bin by Simpson's rule, of a line at a scattering angle.
  func profile(_ twoTheta: Double) -> (_ offset: Double) -> Double {
    let (t, c) = (tan(twoTheta / 2), cos(twoTheta / 2))
    let g = (widths.u * t * t + widths.v * t + widths.w).squareRoot()
    let l = widths.x * t + widths.y / c
    let sum =
      pow(g, 5) + 2.69269 * pow(g, 4) * l + 2.42843 * pow(g, 3) * l * l + 4.47163 * g * g * pow(l, 3) + 0.07842 * g
      * pow(l, 4) + pow(l, 5)
    let h = pow(sum, 0.2)
    let x = l / h
    let eta = 1.36603 * x - 0.47719 * x * x + 0.11116 * x * x * x
    func value(_ offset: Double) -> Double {
      let gauss = (4 * log(2) / .pi).squareRoot() / h * exp(-4 * log(2) * offset * offset / (h * h))
      return (1 - eta) * gauss + eta * 2 / (.pi * h) / (1 + 4 * offset * offset / (h * h))
    }
    let step = positions[1] - positions[0]
    return { offset in
      guard abs(offset) < 12 * h else { return value(offset) }
      let sum = (0...32).reduce(0.0) { sum, point in
        let weight = point == 0 || point == 32 ? 1.0 : point % 2 == 1 ? 4 : 2
        return sum + weight * value(offset + step * (Double(point) / 32 - 0.5))
      }
      return sum / 96
    }
  }

  func expected() throws -> [Double] {
    let group = try SpaceGroup(symbol: Self.group)
    let smallest = wavelength / (2 * sin(degrees.upperBound / 2 * Self.degree))
    let positions = self.positions
    var values = positions.map { 60 + 40 * exp(-pow($0 / Self.degree - 11, 2) / 20) + 0.5 * ($0 / Self.degree) }
    for reflection in try group.reflections(cell: cell, minimumSpacing: smallest) {
      let twoTheta = 2 * asin(wavelength / (2 * reflection.dSpacing))
      let place = shift.map { $0.kind(twoTheta, $0.amount).position } ?? twoTheta
      let area = intensityScale * (Self.strengths[reflection.indices.description] ?? 5) * 5e-3
      let profile = profile(twoTheta)
      for (bin, position) in positions.enumerated() { values[bin] += area * profile(position - place) }
    }
    return values
  }

  /// Normal noise of Poisson's variance; with `correlation` each bin shares part of its neighbours' noise.
  func pattern(seed: Int, correlation: Double = 0) throws -> PowderPattern {
    var random = SeededGenerator(seed: UInt64(seed))
    let values = try expected()
    let sigmas = values.map { $0.squareRoot() }
    // e_i = a n_i + b n_{i+1} has the correlation ab of neighbours where a² + b² = 1.
    let square = (1 + (1 - 4 * correlation * correlation).squareRoot()) / 2
    let (first, second) = (square.squareRoot(), (1 - square).squareRoot())
    var noise = random.normal()
    var intensities: [Double] = []
    for bin in values.indices {
      let next = random.normal()
      intensities.append(values[bin] + sigmas[bin] * (first * noise + second * next))
      noise = next
    }
    let covariances =
      correlation > 0 ? (0..<binCount - 1).map { correlation * sigmas[$0] * sigmas[$0 + 1] } : nil
    return try PowderPattern(
      axis: .twoTheta, positions: positions, intensities: intensities, sigmas: sigmas,
      neighbourCovariances: covariances, wavelength: wavelength)
  }

  func model(
    cell start: UnitCell? = nil, method: IntensityMethod = .pawley, shifts: [WholePatternShift] = []
  ) throws -> WholePatternModel {
    WholePatternModel(
      radiation: try .monochromatic(wavelength),
      phases: [WholePatternPhase("NMC", spaceGroup: try SpaceGroup(symbol: Self.group), cell: start ?? cell)],
      profile: widths, shifts: shifts, backgroundTerms: 8, method: method)
  }
}

@Suite struct WholePatternTests {
  static let cell = UnitCell(hexagonal: 2.8658e-10, c: 14.2124e-10)
  static let start = UnitCell(hexagonal: 2.8650e-10, c: 14.2157e-10)

  @Test func calculatedPatternIsThatOfThePlainTwin() throws {
    let truth = PatternTruth(cell: Self.cell)
    let expected = try truth.expected()
    let noiseless = try PowderPattern(axis: .twoTheta, positions: truth.positions, intensities: expected)
    var model = try truth.model(cell: Self.start)
    model.backgroundTerms = 30
    model.reach = 2000
    let result = try noiseless.refined(model)
    #expect(result.status == .converged)
    let worst = zip(result.calculated, expected).map { abs($0 - $1) }.max() ?? .infinity
    #expect(worst < 1e-3, "\(worst)")
    #expect(abs(result.phases[0].cell.a / Self.cell.a - 1) < 1e-7)
    #expect(abs(result.phases[0].cell.c / Self.cell.c - 1) < 1e-7)
    let line = try #require(result.phases[0].reflections.first { $0.indices == [MillerIndices(1, 0, 4)] })
    #expect(abs(line.intensity / 0.5 - 1) < 1e-3)
  }

  @Test(arguments: [IntensityMethod.pawley, .leBail], [0, 0.3])
  func intervalsCoverTheTruth(method: IntensityMethod, correlation: Double) throws {
    let truth = PatternTruth(cell: Self.cell)
    let model = try truth.model(cell: Self.start, method: method)
    var (inside, pulls) = ([0, 0], [0.0, 0])
    let count = 60
    var chiSquared = 0.0
    for seed in 1...count {
      let result = try truth.pattern(seed: seed, correlation: correlation).refined(model)
      #expect(result.status == .converged, "\(seed) \(result.status)")
      let sigmas = try #require(result.phases[0].sigmas)
      let pair = [
        (result.phases[0].cell.a - Self.cell.a) / sigmas[0], (result.phases[0].cell.c - Self.cell.c) / sigmas[1],
      ]
      for index in 0..<2 {
        if abs(pair[index]) < 1 { inside[index] += 1 }
        pulls[index] += pair[index]
      }
      chiSquared += result.quality.chiSquared / Double(result.quality.degreesOfFreedom) / Double(count)
    }
    for index in 0..<2 {
      let share = Double(inside[index]) / Double(count)
      #expect(abs(share - 0.6827) < 2.576 * (0.6827 * 0.3173 / Double(count)).squareRoot(), "\(index): \(share)")
      #expect(abs(pulls[index] / Double(count)) < 0.2 + 2.6 / Double(count).squareRoot(), "\(index): \(pulls[index])")
    }
    // 2000 bins know χ² a degree of freedom to 3 %, 60 of them to 0.4 %.
    #expect(abs(chiSquared - 1) < 0.02, "\(chiSquared)")
  }

  @Test func displacementIsFoundWithAnInternalStandard() throws {
    let shift = GeometryShift.transmission(distance: 0.13167)
    var truth = PatternTruth(cell: Self.cell)
    truth.shift = (shift, 120e-6)
    let model = try truth.model(cell: Self.start, shifts: [WholePatternShift(shift)])
    let result = try truth.pattern(seed: 1).refined(model)
    #expect(result.status == .converged)
    let found = try #require(result["displacement"])
    #expect(abs(found.value - 120e-6) < 4 * found.sigma && found.sigma < 30e-6)
    #expect(result["a"] == nil)
  }

  @Test func startFarAwayIsReachedWithBroadenedLines() throws {
    // 104 moves by 0.2 degrees, eight of its widths.
    let truth = PatternTruth(cell: UnitCell(hexagonal: 2.8366e-10, c: 14.3971e-10))
    let model = try truth.model(cell: UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10))
    let result = try truth.pattern(seed: 1).refined(model, options: WholePatternOptions(startBroadening: 16))
    #expect(result.status == .converged)
    #expect(
      abs(result.phases[0].cell.a / 2.8366e-10 - 1) < 1e-4 && abs(result.phases[0].cell.c / 14.3971e-10 - 1) < 1e-4)
  }

  @Test func statisticsOfTheResiduals() throws {
    let truth = PatternTruth(cell: Self.cell)
    let result = try truth.pattern(seed: 3).refined(try truth.model(cell: Self.start))
    let quality = result.quality
    #expect(
      abs(quality.goodnessOfFit - 1) < 0.06 && abs(quality.rwp / quality.rExpected - quality.goodnessOfFit) < 1e-6)
    #expect(abs(quality.durbinWatson - 2) < 0.2)
    #expect(quality.berarLelann >= 1 && quality.berarLelann < 1.15)
    // A background too stiff leaves waves, which all three notice.
    var stiff = try truth.model(cell: Self.start)
    stiff.backgroundTerms = 1
    let waves = try truth.pattern(seed: 3).refined(stiff).quality
    #expect(waves.goodnessOfFit > 1.2 && waves.durbinWatson < 1.7 && waves.berarLelann > 1.5)
  }

  @Test func linesThatCoincideShareOneIntensity() throws {
    // Cubic 300 and 221 cannot be told apart.
    let group = try SpaceGroup(symbol: "P m -3 m")
    let edge = 4.156826e-10
    let wavelength = 0.6525484e-10
    let positions = (0..<2000).map { (5 + 23 * Double($0) / 1999) * Double.pi / 180 }
    var intensities = [Double](repeating: 10, count: 2000)
    for reflection in try group.reflections(cell: UnitCell(cubic: edge), minimumSpacing: 1.36e-10) {
      let place = 2 * asin(wavelength / (2 * reflection.dSpacing))
      for bin in positions.indices {
        intensities[bin] += 100 * exp(-4 * log(2) * pow((positions[bin] - place) / 5e-4, 2))
      }
    }
    let pattern = try PowderPattern(axis: .twoTheta, positions: positions, intensities: intensities)
    let model = WholePatternModel(
      radiation: try .monochromatic(wavelength),
      phases: [WholePatternPhase("LaB6", spaceGroup: group, cell: UnitCell(cubic: edge * 1.0002))],
      profile: InstrumentProfile(w: 2.5e-7), backgroundTerms: 2)
    let result = try pattern.refined(model)
    #expect(result.status == .converged)
    #expect(abs(result.phases[0].cell.a / edge - 1) < 1e-7)
    #expect(result.phases[0].reflections.contains { $0.indices == [MillerIndices(3, 0, 0), MillerIndices(2, 2, 1)] })
  }
}
