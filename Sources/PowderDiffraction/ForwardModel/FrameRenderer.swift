import ArrayMath
import Foundation

/// Computes the image that a detector would record without noise.
///
/// A point of the plate at t from the sample, at the distance R = |t|, gets from one place along the beam
///
///     I(t) = dΩ/dA · P(2θ, χ) · Σ photons p(2θ − 2θ₀) T(χ) / (2π sin 2θ) · efficiency,  dΩ/dA = L / R³,
///
/// with L the distance to the plate along its normal. A pixel is the integral over its area: Gauss-Legendre points
/// where rings are, the centre alone where the image is smooth.
struct FrameRenderer: Sendable {
  let detector: DetectorModel
  let scene: PowderScene
  private let groups: [(map: PlateMap, table: RadialTable)]
  private let spots: [SpotGroup]
  /// Isotropic background, photons per steradian.
  private let isotropic: Double

  /// - Throws: ``ForwardModelError``.
  init(_ scene: PowderScene, detector: DetectorModel) throws(ForwardModelError) {
    try detector.check()
    try scene.check()
    let wavelength = scene.beam.wavelength
    if let stated = detector.geometry.wavelength, abs(stated / wavelength - 1) > 1e-9 {
      throw .wavelengths(geometry: stated, beam: wavelength)
    }
    self.detector = detector
    self.scene = scene

    let still = try PlateMap(detector.geometry, displacement: 0)
    let facing = still.pixelArea / (detector.geometry.poni.distance * detector.geometry.poni.distance)
    isotropic = scene.background.isotropic / facing
    let background = scene.background
    var displacements = [0.0]
    for phase in scene.phases where !displacements.contains(phase.displacement) {
      displacements.append(phase.displacement)
    }
    var groups: [(map: PlateMap, table: RadialTable)] = []
    var spots: [SpotGroup] = []
    let isLit = background.isotropic > 0 || background.air != nil || !background.humps.isEmpty
    for displacement in displacements {
      let map = try PlateMap(detector.geometry, displacement: displacement)
      let here = scene.phases.filter { $0.displacement == displacement }
      let smooth = here.filter { $0.spottiness == nil && !$0.lines.isEmpty }
      if !smooth.isEmpty || (displacement == 0 && isLit) {
        groups.append(
          (
            map,
            try RadialTable(
              phases: smooth, wavelength: wavelength, map: map, displacement: displacement,
              samplesPerEdge: detector.samplesPerEdge,
              background: displacement == 0 ? { background.polarised(twoTheta: $0) / facing } : nil)
          ))
      }
      for phase in here where phase.spottiness != nil {
        spots.append(
          try SpotGroup(
            try phase.spots(wavelength: wavelength), map: map, samplesPerEdge: detector.samplesPerEdge))
      }
      if displacement == 0 && !scene.spots.isEmpty {
        spots.append(try SpotGroup(scene.spots, map: map, samplesPerEdge: detector.samplesPerEdge))
      }
    }
    self.groups = groups
    self.spots = spots
  }

  /// Photons in each pixel of the stored image, in C order, before the point spread.
  func render(threads: Int) throws -> [Float] {
    let shape = detector.imageShape
    let flat = Float(scene.background.flat)
    let efficiency = detector.sensorAttenuation.map { SensorEfficiency(attenuation: $0) }
    let polarisation = scene.beam.polarisation
    let kernels = groups.map { group in
      RadialKernel(
        map: group.map, table: group.table, isotropic: group.table.displacement == 0 ? isotropic : 0,
        polarisation: polarisation,
        efficiency: efficiency)
    }
    return try [Float](unsafeUninitializedCapacity: shape.count) { buffer, initialized in
      buffer.initialize(repeating: flat)
      initialized = shape.count
      // Chunks write disjoint rows.
      nonisolated(unsafe) let image = buffer
      try parallelFor(count: shape.rows, grain: 16, threads: threads) { _, rows in
        for kernel in kernels { kernel.add(rows: rows, to: image) }
        for group in spots {
          group.add(rows: rows, columns: shape.columns, polarisation: polarisation, efficiency: efficiency, to: image)
        }
      }
    }
  }
}
