import ArrayMath
import Foundation
import Testing

@testable import PowderDiffraction

private let pixel = 248e-6
/// The seed's plate with 8 x 8 pixels as one.
private let geometry = DetectorGeometry(
  poni: PoniGeometry(distance: 131.67e-3, poni1: 191 * pixel, poni2: 191 * pixel),
  grid: DetectorGrid(shape: FrameShape(rows: 382, columns: 382), pixelHeight: pixel, pixelWidth: pixel),
  wavelength: SeedInstrument.wavelength)

private func simulation(
  drift: SampleDrift = SampleDrift(), heterogeneity: ChargeHeterogeneity = ChargeHeterogeneity()
) -> LineScanSimulation {
  var grains = SeedInstrument.grains(seed: 5)
  grains.grains = 400
  return LineScanSimulation(
    profile: .constant(fwhm: 1.5 * pixel / 131.67e-3, mixing: 0.2),
    schedule: ScanSchedule(
      firstPosition: -2e-6, step: 1e-6, positions: 20, passes: 3, passInterval: 5000, start: 60),
    drift: drift, charge: ChargeRamp(start: 60, duration: 15_500, final: 0.1), heterogeneity: heterogeneity,
    grains: grains)
}

@Suite struct LineScanSimulationTests {
  @Test func everyExposureHasItsTimeAndPlace() throws {
    let scan = try simulation(drift: SampleDrift(rate: 1e-10)).prepared()
    let truth = try scan.truth(of: 27)
    #expect(truth.pass == 1 && truth.position == 7)
    #expect(truth.startTime == 60 + 5000 + 7 * 22)
    #expect(abs(truth.stagePosition - 5e-6) < 1e-15)
    #expect(abs(truth.drift - 1e-10 * (60 + 5000 + 7 * 22 + 10)) < 1e-15)
    #expect(abs(scan.place(of: 27) - (5e-6 - truth.drift)) < 1e-15)
    #expect(abs(truth.meanStateOfCharge - 0.1 * (5000 + 7 * 22 + 10) / 15_500) < 1e-12)
  }

  @Test func everySecondPassMayRunBackwards() {
    var schedule = simulation().schedule
    schedule.alternates = true
    #expect(schedule.place(of: 3).position == 3 && schedule.place(of: 23).position == 16)
    #expect(schedule.startTime(of: 23) == 60 + 5000 + 3 * 22.0)
    #expect(abs(schedule.stagePosition(of: 20) - schedule.stagePosition(of: 19)) < 1e-18)
  }

  @Test func theSceneIsThatOfTheFrames() throws {
    let scan = try simulation().prepared()
    let detector = DetectorModel(geometry: geometry)
    let stills = try StillImages(scan.stillScenes(pixelArea: pixel * pixel), detector: detector)
    for exposure in [0, 2, 10] {
      let moving = PowderScene(beam: scan.simulation.beam, phases: [], spots: try scan.spots(of: exposure))
      let blended = try stills.expectedPhotons(weights: scan.stillWeights(of: exposure), moving: moving)
      let direct = try detector.expectedPhotons(of: scan.scene(of: exposure, pixelArea: pixel * pixel))
      let largest = zip(blended, direct).map { abs($0 - $1) }.max() ?? 0
      #expect(largest < 1e-3 * (direct.max() ?? 0), "\(largest)")
    }
  }

  @Test func theParticleIsASphereBelowTheNeedle() throws {
    let scan = try simulation().prepared()
    let particle = scan.simulation.particle
    #expect(abs(4 / 3 * Double.pi * pow(particle.radius, 3) / 2.13e-15 - 1) < 1e-12)
    for exposure in 0..<20 {
      let truth = try scan.truth(of: exposure)
      let y = truth.stagePosition - particle.centre
      let chord = 2 * max(particle.radius * particle.radius - y * y, 0).squareRoot()
      // The beam of 0.38 µm averages over the sphere's rim.
      let tolerance = abs(abs(y) - particle.radius) < 1e-6 ? 2e-6 : 0.02 * chord + 1e-12
      #expect(abs(truth.thickness - chord) < tolerance, "\(truth.stagePosition)")
      #expect(truth.needleShare > 0.99 || truth.stagePosition > -1e-6)
      #expect(truth.needleShare < 0.01 || truth.stagePosition < 1e-6)
      #expect(truth.c.isNaN == (chord < 1e-7), "\(truth.stagePosition)")
    }
  }

  @Test func theSamePositionShowsTheSameGrainsInEveryPass() throws {
    let scan = try simulation().prepared()
    for position in [3, 8, 15] {
      let passes = try (0..<3).map { try scan.spots(of: position + 20 * $0) }
      #expect(passes[0].count > 20)
      for spots in passes[1...] {
        #expect(spots.map(\.line) == passes[0].map(\.line))
        #expect(spots.map(\.azimuth) == passes[0].map(\.azimuth))
        #expect(zip(spots, passes[0]).allSatisfy { abs($0.photons / $1.photons - 1) < 1e-2 })
      }
      // 003 moves inwards as c grows, 104 outwards as a shrinks.
      #expect(zip(passes[2], passes[0]).allSatisfy { $0.line != 0 || $0.twoTheta < $1.twoTheta })
      #expect(zip(passes[2], passes[0]).allSatisfy { $0.line != 4 || $0.twoTheta > $1.twoTheta })
    }
    #expect(try scan.spots(of: 3).map(\.azimuth) != scan.spots(of: 8).map(\.azimuth))
  }

  @Test func theRingsHoldTheStatedPhotonsOnAverage() throws {
    var sums = [0.0, 0.0]
    let count = 400
    for seed in 1...count {
      var one = simulation()
      one.grains.seed = UInt64(seed)
      let spots = try one.prepared().spots(of: 9)
      for (index, line) in [0, 4].enumerated() {
        sums[index] += spots.reduce(0) { $0 + ($1.line == line ? $1.photons : 0) }
      }
    }
    // Position 9 lies within half a micrometre of the middle. Mean spots 3.5 and 10 of exponential brightness, spread
    // over slices: a relative deviation of the mean below √(4/3.5)/20.
    #expect(abs(sums[0] / Double(count) / 2e4 - 1) < 4 * 0.054)
    #expect(abs(sums[1] / Double(count) / (2e4 * 100 / 47.7) - 1) < 4 * 0.032)
  }

  @Test func theMeanOverTheParticleIsTheMean() throws {
    let heterogeneity = ChargeHeterogeneity(gradient: 0.3, radial: 0.8, laggingShare: 0.2)
    // Equal volumes of a sphere, by a grid.
    var sum = 0.0
    var count = 0.0
    let steps = 40
    for i in 0..<steps {
      for j in 0..<steps {
        for k in 0..<steps {
          let p = SIMD3(Double(i), Double(j), Double(k)) * (2 / Double(steps)) + (1 / Double(steps) - 1)
          let square = (p * p).sum()
          guard square < 1 else { continue }
          for lottery in [0.1, 0.3, 0.5, 0.7, 0.9] {
            sum += heterogeneity.stateOfCharge(mean: 0.1, along: p.y, squaredRadius: square, lottery: lottery)
            count += 1
          }
        }
      }
    }
    #expect(abs(sum / count - 0.1) < 2e-4)
  }

  @Test func needleLinesAreOnTheNeedleOnly() throws {
    let scan = try simulation().prepared()
    let detector = DetectorModel(geometry: geometry)
    let stills = try StillImages(scan.stillScenes(pixelArea: pixel * pixel), detector: detector)
    let dark = PowderScene(beam: scan.simulation.beam, phases: [])
    func photons(_ weights: [Double], twoTheta: Double) throws -> Double {
      let image = try stills.expectedPhotons(weights: weights, moving: dark)
      let map = try PlateMap(geometry, displacement: 0)
      var ring = 0.0
      for step in 0..<360 {
        guard let point = map.imagePoint(twoTheta: twoTheta, azimuth: Double(step) * .pi / 180) else { continue }
        let (row, column) = (Int(point.row), Int(point.column))
        if row >= 0, row < 382, column >= 0, column < 382 { ring += Double(image[row * 382 + column]) }
      }
      return ring
    }
    // W 110 at 16.77 and Al 200 at 18.55 degrees, against a sample without a needle.
    for line in [16.77, 18.55] {
      func ring(_ weights: [Double]) throws -> Double { try photons(weights, twoTheta: line * .pi / 180) }
      let bare = try ring([0, 0, 1])
      #expect(try ring(scan.stillWeights(of: 0)) > 1.5 * bare)
      #expect(try abs(ring(scan.stillWeights(of: 9)) / bare - 1) < 1e-4)
    }
    #expect(scan.stillWeights(of: 0)[0] > 0.99 && scan.stillWeights(of: 9)[0] < 1e-12)
  }

  @Test func framesAreTheSameForAnyNumberOfThreads() throws {
    let scan = try simulation().prepared()
    let detector = DetectorModel(geometry: geometry)
    func bytes(_ threads: Int, _ frame: Int) throws -> [UInt8] {
      let frames = try scan.frames(detector: detector, seed: 3, threads: threads)
      var buffer = [UInt8](repeating: 0, count: frames.shape.count * 2)
      try buffer.withUnsafeMutableBytes { try frames.read(frame: frame, into: $0) }
      return buffer
    }
    #expect(try bytes(1, 28) == bytes(3, 28))
    #expect(try bytes(1, 28) != bytes(1, 29))
  }

  @Test func badSettingsAreRefused() {
    func refused(_ words: String, _ change: (inout LineScanSimulation) -> Void) {
      var one = simulation()
      change(&one)
      do throws(ForwardModelError) {
        _ = try one.prepared()
        Issue.record("\(words): accepted")
      } catch { #expect("\(error)".contains(words), "\(error)") }
    }
    refused("radius of the particle") { $0.particle.radius = 0 }
    refused("overlap") { $0.particle.overlap = 1 }
    refused("number of positions") { $0.schedule.positions = 0 }
    refused("number of passes") { $0.schedule.passes = 0 }
    refused("step of the scan") { $0.schedule.step = -1e-6 }
    refused("exposure time") { $0.schedule.exposure = .nan }
    refused("read-out time") { $0.schedule.readOut = -1 }
    refused("time between passes") { $0.schedule.passInterval = 100 }
    refused("rate of the drift") { $0.drift.rate = .infinity }
    refused("period of the drift") { $0.drift.period = 0 }
    refused("duration of the charge") { $0.charge.duration = 0 }
    refused("final state of charge") { $0.charge.final = 1.2 }
    refused("share of lagging grains") { $0.heterogeneity.laggingShare = 1 }
    refused("relative state of charge of the last place") { $0.heterogeneity.gradient = 1.5 }
    refused("highest local state of charge") {
      $0.charge.final = 0.9
      $0.heterogeneity.gradient = 0.5
    }
    refused("photons of 003") { $0.photons = -1 }
    refused("beam tail") { $0.beamTail = 2 }
    refused("height of the beam") { $0.beam.footprintHeight = 0 }
    refused("at most 100000") { $0.beam.footprintHeight = 1e-12 }
    refused("number of grains") { $0.grains.grains = 0 }
  }
}
