import ArrayMath
import FileFormats
import Foundation
import PowderDiffraction
import Testing
import VirtualExperiment

private let plate = VirtualPlate(
  wavelength: SeedInstrument.wavelength, pixel: 248e-6, statedDistance: 131.67e-3, seed: 7)

private func withFile(_ body: (_ path: String) throws -> Void) throws {
  let path = FileManager.default.temporaryDirectory.appending(path: "virtual-\(UUID().uuidString).h5").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}

private func lineScan() -> LineScanSimulation {
  var grains = SeedInstrument.grains(seed: 3)
  grains.grains = 300
  return LineScanSimulation(
    profile: plate.profile,
    schedule: ScanSchedule(
      firstPosition: -1e-6, step: 4e-6, positions: 4, passes: 2, passInterval: 1000, start: 60),
    charge: ChargeRamp(start: 60, duration: 1200, final: 0.1), grains: grains)
}

@Suite struct VirtualSeriesTests {
  @Test func aLineScanIsReadBackWithItsTimes() throws {
    let virtual = try VirtualLineScan(plate: plate, clocks: VirtualClocks(offset: 37), simulation: lineScan())
    let truth = try virtual.truth()
    try withFile { path in
      try virtual.writeFrames(to: path)
      let file = try FrameFile.open(path: path)
      #expect(file.frames.count == 8 && file.frames.shape == FrameShape(rows: 382, columns: 382))
      #expect(file.metadata.exposureTime == 20)
      // Times are those of the detector's clock: the potentiostat's offset is not in them.
      #expect(file.metadata.timestamps == truth.map { 1_577_872_800 + $0.startTime })
      try withFile { other in
        try virtual.writeFrames(to: other)
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(contentsOf: URL(filePath: other)))
      }
    }
  }

  /// The brightest pixels beyond the background stay where they are from pass to pass.
  @Test func spotsAreAtTheSamePlaceInBothPasses() throws {
    let virtual = try VirtualLineScan(plate: plate, clocks: VirtualClocks(), simulation: lineScan())
    try withFile { path in
      try virtual.writeFrames(to: path)
      let frames = try FrameFile.open(path: path).frames
      func brightest(_ frame: Int) throws -> Set<Int> {
        let pixels = try frames.floats(frame: frame)
        // Between 003 and the corner, far from air scatter.
        let outer = pixels.indices.filter { index in
          let (row, column) = (Double(index / 382) - 191, Double(index % 382) - 191)
          return row * row + column * column > 60 * 60
        }
        return Set(outer.sorted { (pixels[$0], $0) > (pixels[$1], $1) }.prefix(40))
      }
      let common = try brightest(2).intersection(brightest(6)).count
      let other = try brightest(2).intersection(brightest(1)).count
      #expect(common > 30 && other < 10, "\(common) and \(other)")
    }
  }

  @Test func theFullCellsRingsAreWhereTheTruthSays() throws {
    var cell = FullCellSimulation(
      beam: plate.beam, profile: .gaussian(fwhm: 1.5 * 248e-6 / 131.67e-3), frames: 8, interval: 600,
      charge: ChargeRamp(duration: 4800, final: 0.85), thickness: 0, photons: 1e5)
    cell.environment = CellEnvironment(lithium: 0, aluminium: 0, glassyCarbon: 0, electrolyte: 0, air: 0)
    let virtual = try VirtualFullCell(plate: plate, clocks: VirtualClocks(), simulation: cell)
    let settings = IntegrationSettings(points: 1200, splitting: .full, errorModel: .poisson())
    let integrator = try AzimuthalIntegrator(plate.geometry, settings)
    try withFile { path in
      try virtual.writeFrames(to: path)
      let file = try FrameFile.open(path: path)
      let frames = file.frames
      #expect(file.metadata.timestamps == virtual.truth.map { 1_577_872_800 + $0.startTime })
      var scratch = IntegrationScratch()
      for (frame, truth) in virtual.truth.enumerated() {
        let image = MemoryFrames(try frames.floats(frame: frame), shape: frames.shape)
        let pattern = try integrator.integrate(image, scratch: &scratch)
        let sigmas = try #require(pattern.sem)
        let expected = 2 * asin(plate.wavelength / (2 * truth.c / 3))
        // The centroid of p(2θ), the pattern times sin 2θ, in a window about the true place.
        var (sum, moment, variance) = (0.0, 0.0, 0.0)
        for (bin, x) in integrator.positions.enumerated() where abs(x - expected) < 0.012 {
          let weight = pattern.intensity[bin] * sin(x)
          sum += weight
          moment += weight * (x - expected)
          variance += pow(sigmas[bin] * sin(x) * (x - expected), 2)
        }
        let sigma = variance.squareRoot() / sum
        #expect(abs(moment / sum) < 4 * sigma, "frame \(frame): \(moment / sum) of \(sigma)")
        #expect(sigma < 3e-5)
      }
    }
  }

  @Test func badSettingsAreRefused() {
    var scan = lineScan()
    scan.schedule.positions = 0
    #expect(throws: ForwardModelError.self) {
      _ = try VirtualLineScan(plate: plate, clocks: VirtualClocks(), simulation: scan)
    }
    let cell = FullCellSimulation(
      beam: plate.beam, frames: 2, interval: 1, charge: ChargeRamp(duration: 100, final: 0.1))
    #expect(throws: ForwardModelError.self) {
      _ = try VirtualFullCell(plate: plate, clocks: VirtualClocks(), simulation: cell)
    }
  }
}
