import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import Quantities

/// Frames as maps of azimuth and 2θ about a few rings, and the spots in them.
///
/// Pixels are shared between the bins they touch, so that nothing is lost between bins. The noise of neighbouring bins
/// is then no longer independent: a sum over many bins has the variance `Σ V`, of which bins taken for independent ones
/// show only `Σ c² V`. Uncertainties of spots are those of independent bins times √(Σ c / Σ c²).
struct RingCakes: Sendable {
  /// A ring that is searched.
  struct Ring: Sendable {
    /// "003".
    var label: String
    /// Where the phase's cell puts it, in radians.
    var twoTheta: Double
    /// The band about it, in radians of 2θ.
    var range: ClosedRange<Double>
    /// √(Σ c / Σ c²) of its bins.
    var sharing = 1.0
    /// Share of the bins of its band that have pixels.
    var coverage = 0.0
    /// The angle of azimuth that a pixel spans on it, in radians.
    var pixelAzimuth = 0.0
  }

  private(set) var rings: [Ring]
  private let integrator: CakeIntegrator
  private let variance: ReadOutVariance?
  /// Counts from which a pixel is saturated, and what stands for a pixel without counts.
  private let saturation: Float?
  private let marks: [Float]
  private let threshold: Double
  private var finders: [SpotFinder?] = []

  init(_ input: DiffractionSpotsStage.Input, _ parameters: DiffractionSpotsStage.Parameters, threads: Int) throws {
    let frames = input.frames
    threshold = parameters.threshold
    var rings = try Self.rings(input, parameters)
    var integration = input.integration
    (integration.splitting, integration.average, integration.clip) = (.full, .mean, nil)
    (integration.unit, integration.bands, integration.sectors) = (.twoTheta, [], nil)
    (integration.minimumTwoTheta, integration.maximumTwoTheta) = (nil, nil)
    if integration.errors != .variance { integration.errors = .poisson }
    var settings = try AzimuthalIntegrationStage.settings(frames, integration)
    let limit = settings.invalid.saturation
    // A saturated pixel stays: without it, its spot would have a hole in its middle. The spot is marked instead.
    settings.invalid.saturation = nil
    saturation = limit.map { Float($0) }
    var marks = settings.invalid.values.map { Float($0) }
    if frames.frames.pixelType == .uint32 { marks.append(Float(UInt32.max)) }
    if frames.frames.pixelType == .uint64 { marks.append(Float(UInt64.max)) }
    self.marks = marks
    variance =
      integration.errors == .variance
      ? ReadOutVariance(gain: integration.gain, readNoise: integration.readNoise) : nil
    let lower = rings.map(\.range.lowerBound).min() ?? 0
    let upper = rings.map(\.range.upperBound).max() ?? 0
    let step = parameters.radialStep?.si ?? Self.pixelAngle(frames.geometry, at: upper)
    settings.points = max(Int(((upper - lower) / step).rounded(.up)), 3)
    settings.range = lower...upper
    settings.bands = rings.map(\.range)
    integrator = try CakeIntegrator(
      frames.geometry, settings, azimuthalPoints: parameters.sectors, azimuthalRange: -.pi...(.pi), threads: threads)
    let counts = try Self.shares(integrator, rings, hasVariance: variance != nil)
    for index in rings.indices {
      (rings[index].sharing, rings[index].coverage) = counts[index]
      rings[index].pixelAzimuth =
        Self.pixelAngle(frames.geometry, at: 0) / max(tan(min(rings[index].twoTheta, 1.5)), 1e-6)
    }
    self.rings = rings
    let isFiltered = parameters.spotWidth != nil
    finders = try rings.map { ring in
      guard ring.coverage > 0 else { return nil }
      var settings = SpotSettings(threshold: parameters.threshold)
      if let width = parameters.spotWidth?.si, let length = parameters.spotLength?.si {
        settings.filter = (width, length)
      }
      // A filter gathers the noise that bins share.
      if isFiltered {
        (settings.threshold, settings.extent) = (ring.sharing * settings.threshold, ring.sharing * settings.extent)
      }
      return try SpotFinder(bands: [RingBand(ring.label, range: ring.range)], settings: settings)
    }
  }

  /// The smallest angle that a pixel spans up to a scattering angle, in radians.
  private static func pixelAngle(_ geometry: DetectorGeometry, at twoTheta: Double) -> Double {
    let pixel = min(geometry.grid.pixelHeight, geometry.grid.pixelWidth)
    let cosine = max(cos(min(twoTheta, 1.2)), 0.3)
    return pixel / geometry.poni.distance * cosine * cosine
  }

  /// - Throws: `StageDocumentError` for rings that the phase does not have, that overlap, or that no angle shows.
  private static func rings(
    _ input: DiffractionSpotsStage.Input, _ parameters: DiffractionSpotsStage.Parameters
  ) throws -> [Ring] {
    func problem(_ text: String) -> StageDocumentError {
      StageDocumentError(path: DiffractionSpotsStage.name, problem: text)
    }
    guard let wavelength = input.frames.geometry.wavelength else {
      throw problem("the geometry states no wavelength, which places the rings; give the photon energy as `energy`")
    }
    let metric = input.phase.cell.reciprocalMetric
    var rings: [Ring] = []
    for indices in parameters.reflections.compactMap(SamplePhase.indices) {
      guard !input.phase.spaceGroup.isAbsent(indices) else {
        throw problem("\(indices) is extinct in \(input.phase.name): its lattice has no such reflection")
      }
      let sine = wavelength * metric.form(indices.vector).squareRoot() / 2
      guard sine < 1 else { throw problem("\(input.phase.name) \(indices) does not reflect at this wavelength") }
      let place = 2 * asin(sine)
      let range = max(place - parameters.halfWidth.si, 1e-4)...(place + parameters.halfWidth.si)
      if let other = rings.first(where: { $0.range.overlaps(range) }) {
        throw problem("the bands of \(other.label) and \(indices) overlap; give a smaller `half_width`")
      }
      rings.append(Ring(label: indices.description, twoTheta: place, range: range))
    }
    guard !rings.isEmpty else { throw problem("there is no ring to search") }
    return rings
  }

  /// What a frame of ones shows of each ring.
  private static func shares(
    _ integrator: CakeIntegrator, _ rings: [Ring], hasVariance: Bool
  ) throws -> [(sharing: Double, coverage: Double)] {
    let shape = integrator.frameShape
    let ones = MemoryFrames([UInt16](repeating: 1, count: shape.count), shape: shape)
    var scratch = IntegrationScratch()
    let cake = try integrator.integrate(
      ones, scratch: &scratch, variance: hasVariance ? [Float](repeating: 1, count: shape.count) : nil)
    let width = cake.radii.count
    return rings.map { ring in
      let columns = cake.radii.indices.filter { ring.range.contains(cake.radii[$0]) }
      var (count, sum, squares, filled) = (0.0, 0.0, 0.0, 0)
      for sector in cake.azimuths.indices {
        for column in columns where cake.count[sector * width + column] > 0 {
          let bin = sector * width + column
          count += cake.count[bin]
          sum += cake.sumNormalisation[bin]
          squares += cake.sumNormalisationSquared[bin]
          filled += 1
        }
      }
      guard filled > 0, count > 0, squares > 0 else { return (1, 0) }
      return (
        max(sum * sum / (count * squares), 1).squareRoot(), Double(filled) / Double(columns.count * cake.azimuths.count)
      )
    }
  }

  /// A frame against azimuth and 2θ; bins outside the bands are empty.
  func map(of frames: some FrameSource, frame: Int, scratch: inout IntegrationScratch) throws -> PolarMap {
    let variance = try variance.map { $0(try frames.floats(frame: frame), dark: integrator.settings.dark) }
    let cake = try integrator.integrate(frames, frame: frame, scratch: &scratch, variance: variance)
    return try PolarMap(
      twoTheta: cake.radii, azimuths: cake.azimuths, intensities: cake.intensity, sigmas: cake.sem,
      pixelCounts: cake.count)
  }

  /// The spots of a frame, ring by ring.
  func spots(of frames: some FrameSource, frame: Int, scratch: inout IntegrationScratch) throws -> [DetectedSpot] {
    let map = try map(of: frames, frame: frame, scratch: &scratch)
    let saturated = try saturated(in: frames, frame: frame)
    return try zip(rings, finders).flatMap { ring, finder -> [DetectedSpot] in
      try (finder?.spots(in: map) ?? []).compactMap { spot in
        let isSaturated = saturated.contains { place in
          abs(place.twoTheta - spot.twoTheta) <= 2 * spot.twoThetaWidth + map.binWidth
            && abs(remainder(place.azimuth - spot.azimuth, 2 * .pi)) <= 2 * spot.azimuthWidth + map.sectorWidth
        }
        let widened = spot.widened(by: ring.sharing, adding: isSaturated ? .saturated : [])
        // One bin of few counts may stand out by chance where the whole does not.
        return widened.intensity >= threshold * widened.intensitySigma ? widened : nil
      }
    }
  }

  /// Where saturated pixels of the bands lie.
  private func saturated(
    in frames: some FrameSource, frame: Int
  ) throws -> [(twoTheta: Double, azimuth: Double)] {
    guard let saturation else { return [] }
    let pixels = try frames.floats(frame: frame)
    let flags = integrator.settings.mask?.flags
    let geometry = integrator.geometry
    var places: [(twoTheta: Double, azimuth: Double)] = []
    for index in pixels.indices where pixels[index] >= saturation {
      guard pixels[index].isFinite, !marks.contains(pixels[index]), flags.map({ $0[index] == 0 }) ?? true else {
        continue
      }
      let (row, column) = (Double(index / frames.shape.columns) + 0.5, Double(index % frames.shape.columns) + 0.5)
      let point = geometry.isTransposed ? (row: column, column: row) : (row: row, column: column)
      let twoTheta = geometry.twoTheta(row: point.row, column: point.column)
      guard rings.contains(where: { $0.range.contains(twoTheta) }) else { continue }
      places.append((twoTheta, geometry.azimuth(row: point.row, column: point.column)))
    }
    return places
  }
}

extension DetectedSpot {
  /// The spot with all uncertainties multiplied, and with more flags.
  fileprivate func widened(by factor: Double, adding more: Flags) -> DetectedSpot {
    DetectedSpot(
      ring: ring, twoTheta: twoTheta, twoThetaSigma: factor * twoThetaSigma, azimuth: azimuth,
      azimuthSigma: factor * azimuthSigma, intensity: intensity, intensitySigma: factor * intensitySigma,
      twoThetaWidth: twoThetaWidth, twoThetaWidthSigma: factor * twoThetaWidthSigma, azimuthWidth: azimuthWidth,
      azimuthWidthSigma: factor * azimuthWidthSigma, significance: significance, flags: flags.union(more))
  }
}
