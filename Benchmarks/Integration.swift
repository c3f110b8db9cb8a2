import ArrayMath
import Foundation
import PowderDiffraction

/// What is timed on a frame of 3056 x 3056 pixels of 16 bits, 2000 bins or a cake of 360 x 1000.
enum IntegrationKind: String, CaseIterable {
  case none, box, full, variance, cake
  case cakeBox = "cake-box"
  case bands, setup
}

private let size = 3056

/// The detector of the seed, tilted.
private let plate = DetectorGeometry(
  poni: PoniGeometry(distance: 0.13167, poni1: 0.0475, poni2: 0.0462, rotation1: 0.012, rotation2: -0.008),
  grid: DetectorGrid(shape: FrameShape(rows: size, columns: size), pixelHeight: 31e-6, pixelWidth: 31e-6),
  wavelength: 0.6525484e-10)

/// CPU seconds of one frame, the least of fifteen, or of setting up, the least of three.
func secondsOfIntegration(_ kind: IntegrationKind) throws -> Double {
  var settings = IntegrationSettings(points: 2000)
  if kind == .setup {
    return try least(of: 3) { _ = try AzimuthalIntegrator(plate, settings) }
  }
  var generator = SeededGenerator(seed: 1)
  let pixels = (0..<size * size).map { _ in UInt16(generator.next() & 1023) }
  let frame = MemoryFrames(pixels, shape: plate.grid.shape)
  var scratch = IntegrationScratch()
  switch kind {
  case .none, .bands: settings.splitting = .none
  case .full: settings.splitting = .full
  case .variance: settings.errorModel = .poisson()
  case .box, .cake, .cakeBox, .setup: break
  }
  // The reflections 003 and 104 of NMC811 at 19 keV: a tenth of the plate.
  if kind == .bands { settings.bands = [0.131...0.146, 0.315...0.330] }
  if kind == .cake || kind == .cakeBox {
    settings.points = 1000
    settings.splitting = kind == .cake ? .none : .box
    let integrator = try CakeIntegrator(plate, settings, azimuthalPoints: 360)
    return try least(of: 15) { _ = try integrator.integrate(frame, scratch: &scratch) }
  }
  let integrator = try AzimuthalIntegrator(plate, settings)
  return try least(of: 15) { _ = try integrator.integrate(frame, scratch: &scratch) }
}

private func least(of count: Int, _ work: () throws -> Void) rethrows -> Double {
  var seconds = Double.infinity
  for _ in 0..<count {
    let start = usage().seconds
    try work()
    seconds = min(seconds, usage().seconds - start)
  }
  return seconds
}
