import ArrayMath
import Foundation
import PowderDiffraction
import Testing

private let pixel = 248e-6
private let geometry = DetectorGeometry(
  poni: PoniGeometry(distance: 131.67e-3, poni1: 191 * pixel, poni2: 191 * pixel),
  grid: DetectorGrid(shape: FrameShape(rows: 382, columns: 382), pixelHeight: pixel, pixelWidth: pixel),
  wavelength: SeedInstrument.wavelength)

private func simulation(spread: Double = 0) -> FullCellSimulation {
  FullCellSimulation(
    beam: IncidentBeam(wavelength: SeedInstrument.wavelength, polarisation: 0.99),
    profile: .constant(fwhm: 1.5 * pixel / 131.67e-3, mixing: 0.2), frames: 10, interval: 600,
    charge: ChargeRamp(duration: 6000, final: 0.85), relativeSpread: spread)
}

@Suite struct FullCellSimulationTests {
  @Test func theTruthFollowsTheCurveAtTheMiddleOfEachExposure() {
    let cell = simulation()
    for frame in 0..<10 {
      let truth = cell.truth(of: frame)
      let state = 0.85 * (600 * Double(frame) + 10) / 6000
      #expect(truth.startTime == 600 * Double(frame))
      #expect(abs(truth.stateOfCharge - state) < 1e-12)
      #expect(truth.c == LatticeAgainstCharge.nmc811(state).c && truth.meanC == truth.c)
    }
    // c turns within the series.
    let c = (0..<10).map { cell.truth(of: $0).c }
    #expect(c.max() != c.last && c.max() != c.first)
  }

  @Test func aSpreadOfStatesKeepsItsMeanAndPhotons() throws {
    let phases = try simulation(spread: 0.1).phases(of: 6, distance: 0.13)
    let plain = try simulation().phases(of: 6, distance: 0.13)
    #expect(phases.count > 2 && plain.count == 1)
    #expect(abs(phases.reduce(0) { $0 + $1.scale } / plain[0].scale - 1) < 1e-12)
    // Where the curve bends, the mean of c is not c of the mean: the second derivative by differences.
    let truth = simulation(spread: 0.1).truth(of: 6)
    let h = 0.01
    func c(_ s: Double) -> Double { LatticeAgainstCharge.nmc811(s).c }
    let s = truth.stateOfCharge
    let bend = (c(s + h) - 2 * c(s) + c(s - h)) / (h * h)
    #expect(abs((truth.meanC - truth.c) / (bend / 2 * pow(0.1 * s, 2)) - 1) < 0.15)
  }

  @Test func thicknessAndFootprintWidenRings() throws {
    var cell = simulation()
    cell.thickness = 2e-3
    let line = try #require(cell.phases(of: 0, distance: 131.67e-3)[0].lines[4].profile)
    guard case .constant(let fwhm, _) = line else { return }
    let twoTheta = 18.44 * Double.pi / 180
    let box = 2e-3 / 131.67e-3 * sin(twoTheta) * cos(twoTheta)
    let own = 1.5 * pixel / 131.67e-3
    #expect(abs(fwhm * fwhm - own * own - 8 * log(2) * box * box / 12) < 1e-3 * own * own)
    // A footprint of eight pixels along columns lowers the crest where the ring runs along rows, and elsewhere little.
    func crest(_ width: Double) throws -> [Float] {
      var cell = simulation()
      cell.environment = CellEnvironment(
        lithium: 0, aluminium: 0, glassyCarbon: 0, electrolyte: 0, air: 0)
      cell.beam.footprintWidth = width
      let scene = PowderScene(beam: cell.beam, phases: try cell.phases(of: 0, distance: 131.67e-3))
      return try DetectorModel(geometry: geometry).expectedPhotons(of: scene)
    }
    let (sharp, wide) = (try crest(0), try crest(8 * pixel))
    func highest(_ image: [Float], _ indices: [Int]) -> Float { indices.map { image[$0] }.max() ?? 0 }
    let across = (200..<382).map { 191 * 382 + $0 }
    let along = (200..<382).map { $0 * 382 + 191 }
    #expect(highest(wide, across) < 0.4 * highest(sharp, across))
    #expect(highest(wide, along) > 0.8 * highest(sharp, along))
  }

  @Test func stillsAndMovingPartsAddUp() throws {
    let cell = simulation()
    let detector = DetectorModel(geometry: geometry)
    let around = cell.surroundings(pixelArea: pixel * pixel)
    let stills = try StillImages([around], detector: detector)
    let moving = PowderScene(beam: cell.beam, phases: try cell.phases(of: 4, distance: 131.67e-3))
    let blended = try stills.expectedPhotons(weights: [1], moving: moving, threads: 2)
    var whole = around
    whole.phases += moving.phases
    let direct = try detector.expectedPhotons(of: whole)
    let largest = zip(blended, direct).map { abs($0 - $1) }.max() ?? 0
    #expect(largest < 1e-3 * (direct.max() ?? 0), "\(largest)")
    #expect(throws: ForwardModelError.self) { try stills.expectedPhotons(weights: [1, 1], moving: moving) }
    #expect(throws: ForwardModelError.self) { try stills.expectedPhotons(weights: [-1], moving: moving) }
  }

  @Test func badSettingsAreRefused() {
    func refused(_ words: String, _ change: (inout FullCellSimulation) -> Void) {
      var one = simulation()
      change(&one)
      do throws(ForwardModelError) {
        try one.check()
        Issue.record("\(words): accepted")
      } catch { #expect("\(error)".contains(words), "\(error)") }
    }
    refused("number of frames") { $0.frames = -1 }
    refused("exposure time") { $0.exposure = 0 }
    refused("time between frames") { $0.interval = 1 }
    refused("relative spread") { $0.relativeSpread = 0.5 }
    refused("thickness") { $0.thickness = -1 }
    refused("photons of 003") { $0.photons = .nan }
    refused("footprint height") { $0.beam.footprintHeight = -1 }
    refused("initial state of charge") { $0.charge.initial = -0.1 }
  }
}
