import ArrayMath
import FileFormats
import Foundation
import Pipeline
import Ptychography
import Quantities
import VirtualExperiment

extension Experiment {
  /// A simulated ptychographic measurement: settings that read its scans, the scans, and what is true of them.
  struct SimulatedPtychography {
    var settings: PtychographySettings
    var frameFiles: [String: @Sendable (_ path: String) throws -> Void] = [:]
    var truth: NeXusGroup
  }

  /// Scans of a particle with the stated geometry and optics.
  ///
  /// - Throws: the errors of the techniques; `StageDocumentError` where the measurement states too little.
  func simulatedPtychography(_ measurement: PtychographySettings, seed: UInt64) throws -> SimulatedPtychography? {
    guard measurement.simulation != nil else { return nil }
    let virtual = try measurement.virtual(seed: seed)
    var made = SimulatedPtychography(settings: measurement, truth: try Self.truth(virtual))
    made.settings.scans = []
    made.settings.angles = []
    for projection in virtual.angles.indices {
      let path = String(format: "raw/%@-%04d.cxi", measurement.name, projection)
      made.settings.scans.append(FilePath(path))
      made.frameFiles[path] = { try virtual.write(projection, to: $0) }
    }
    return made
  }

  private static func truth(_ virtual: VirtualPtychography) throws -> NeXusGroup {
    let count = virtual.angles.count
    let objects = virtual.angles.indices.map(virtual.object)
    let shape = objects.first?.shape ?? FrameShape(rows: 0, columns: 0)
    let scans = try virtual.angles.indices.map { try virtual.simulated($0).truePositions }
    let probes = virtual.simulation.probes
    let window = virtual.simulation.window
    return .collection([
      "angle": .dataset(NeXusDataset(virtual.angles, units: "rad")),
      "pixel": .dataset(NeXusDataset([virtual.pixel.height, virtual.pixel.width], units: "m")),
      "delta": .dataset(NeXusDataset(virtual.phantom.delta, units: "")),
      "beta": .dataset(NeXusDataset(virtual.phantom.beta, units: "")),
      "bodies": .dataset(
        NeXusDataset(
          virtual.phantom.bodies.flatMap(\.numbers), shape: [virtual.phantom.bodies.count, 16], units: "",
          longName: "centre, half axes and their three directions (x, y, z; m) and density of each ellipsoid")),
      "object": .dataset(
        NeXusDataset(
          NeXusArray(
            shape: [count, shape.rows, shape.columns], values: .complex64(objects.flatMap(\.pixels))), units: "",
          longName: "transmission; the pixel (rows/2, columns/2) is the origin of the positions")),
      "probe": .dataset(
        NeXusDataset(
          NeXusArray(
            shape: [probes.count, window.rows, window.columns], values: .complex64(probes.flatMap(\.pixels))),
          units: "")),
      "positions": .dataset(
        NeXusDataset(
          scans.flatMap { $0.flatMap { [$0.y, $0.x] } }, shape: [count, virtual.simulation.positions.count, 2],
          units: "m", longName: "centres of the beam, down and right, by the object's axes")),
    ])
  }
}

extension PtychographySettings {
  /// What the virtual experiment makes of these settings.
  ///
  /// - Throws: `StageDocumentError` where they state too little, and the techniques' errors.
  func virtual(seed: UInt64) throws -> VirtualPtychography {
    func needed<Value>(_ value: Value?, _ key: String) throws -> Value {
      guard let value else {
        throw StageDocumentError(path: "ptychography \(name)", problem: "has no `\(key)` to simulate with")
      }
      return value
    }
    let simulation = try needed(simulation, "simulation")
    let optics = try needed(optics, "optics")
    let sides = try needed(preparation.window, "preparation.window")
    let edge = try needed(pixel, "pixel").si
    let geometry = ScanGeometry(
      wavelength: ScanGeometry.wavelength(ofPhotonEnergy: try needed(energy, "energy").si),
      distance: try needed(distance, "distance").si, pixelHeight: edge, pixelWidth: edge,
      propagation: propagation.technique, focusDistance: focusDistance?.si)
    let window = FrameShape(rows: sides[0], columns: sides[1])
    var generator = SeededGenerator(seed: seed, item: -2)
    let side = max(2, Int((simulation.field.si / simulation.step.si).rounded()))
    let positions = ScanPattern.jitteredRaster(rows: side, columns: side, step: simulation.step.si, jitter: 0.3)
      .positions(using: &generator)
    let probe = try optics.technique.probe(for: geometry, window: window, defocus: optics.defocus.si)
    var forward = PtychographySimulation(
      geometry: geometry, window: window, probes: probe.modes(shares: simulation.modes), positions: positions,
      photons: simulation.photons)
    forward.positionError = PositionError(random: simulation.positionError.si)
    forward.isNoisy = simulation.noise
    forward.wholePixels = simulation.wholePixels
    let phantom = ParticlePhantom.sphere(
      radius: (simulation.phaseDiameter ?? simulation.diameter).si / 2, pores: simulation.pores,
      cracks: simulation.cracks, seed: seed)
    let factor = (simulation.phaseDiameter ?? simulation.diameter).si / simulation.diameter.si
    var virtual = VirtualPtychography(
      phantom: factor == 1 ? phantom : phantom.shrunk(by: factor), simulation: forward,
      angles: (0..<simulation.projections).map {
        simulation.range.si * Double($0) / Double(simulation.projections)
      }, seed: seed)
    virtual.axes = simulation.axes.convention ?? .asWritten
    return virtual
  }
}

extension Ellipsoid {
  /// Centre, half axes, directions and density.
  fileprivate var numbers: [Double] {
    ([centre, semiAxes] + directions).flatMap { [$0.x, $0.y, $0.z] } + [density]
  }
}

extension ZonePlateParameters {
  /// The zone plate as the technique takes it.
  var technique: FresnelZonePlate {
    var plate = FresnelZonePlate(
      diameter: diameter.si, outerZoneWidth: outerZoneWidth.si, centralStop: stop.si, orderSortingAperture: nil)
    if let aperture, let apertureDistance {
      plate.orderSortingAperture = FresnelZonePlate.OrderSortingAperture(
        diameter: aperture.si, distanceToFocus: apertureDistance.si)
    }
    return plate
  }
}

extension ComplexImage {
  /// The first mode and further ones, each the one before times the coordinate across, made orthogonal to all before.
  ///
  /// - Parameter shares: of the power, of the modes after the first.
  fileprivate func modes(shares: [Double]) -> [ComplexImage] {
    var modes = [normalised]
    for index in shares.indices {
      let isAcross = index.isMultiple(of: 2)
      let last = modes[modes.count - 1]
      var next = last
      for row in 0..<rows {
        for column in 0..<columns {
          let place = isAcross ? Float(column - columns / 2) : Float(row - rows / 2)
          next[row, column] = place * last[row, column]
        }
      }
      for mode in modes {
        var (real, imaginary) = (0.0, 0.0)
        for (a, b) in zip(mode.pixels, next.pixels) {
          let product = a.conjugate * b
          real += Double(product.real)
          imaginary += Double(product.imaginary)
        }
        let overlap = ComplexFloat(Float(real), Float(imaginary))
        for pixel in next.pixels.indices { next.pixels[pixel] -= overlap * mode.pixels[pixel] }
      }
      modes.append(next.normalised)
    }
    let powers = [1 - shares.reduce(0, +)] + shares
    return zip(modes, powers).map { mode, power in mode.map { Float(power.squareRoot()) * $0 } }
  }

  private var normalised: ComplexImage {
    let power = pixels.reduce(0.0) { $0 + Double($1.squaredModulus) }
    let factor = Float(1 / max(power, 1e-300).squareRoot())
    return map { factor * $0 }
  }
}
