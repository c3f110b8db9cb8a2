import Crystallography
import Electrochemistry
import ElectronDiffraction
import Figures
import Foundation
import Quantities

/// All that is computed of a particle's radial texture, once.
struct RadialTextureAnalysis {
  let grains: OrientationGrains
  let parameters: RadialTextureStage.Parameters
  /// Index of the phase that is looked at.
  let phaseIndex: Int
  let section: ParticleSection
  let height: SectionHeight
  let angles: RadialAngles
  let texture: RadialTexture
  let profile: OrderProfile
  /// What the particle model reads.
  let handOver: OrientationHandOver
  /// nil where none was asked for, or there are too few grains.
  let coreShell: CoreShell?
  let warnings: [String]

  /// - Throws: `TextureError`, and `StageDocumentError` for a phase that the map does not have.
  init(_ grains: OrientationGrains, _ parameters: RadialTextureStage.Parameters, threads: Int) throws {
    (self.grains, self.parameters) = (grains, parameters)
    let map = grains.map
    phaseIndex = try Self.phase(parameters.phase, of: map)
    var warnings: [String] = []
    let section = try Self.section(map, parameters)
    self.section = section
    let labels = GrainLabels(
      zip(grains.grains.labels, grains.grains.measured).map { label, measured in measured ? Int(label) : -1 })
    let phase = phaseIndex
    func angles(_ height: SectionHeight) throws -> RadialAngles {
      try RadialAngles(
        of: map, labels: labels, section: section, height: height, kind: parameters.kind, phase: phase,
        includesUndecided: parameters.usesUndecided, smallestGrain: parameters.leastPoints)
    }
    var height = try Self.height(parameters, section: section)
    var found = try angles(height)
    if parameters.particleRadius != nil, found.kind == .inSpace, found.supportOfSide < 0 {
      // Radii tell the height without its sign; the axes tell the side.
      height.value = -height.value
      found = try angles(height)
    }
    (self.height, self.angles) = (height, found)
    var options = RadialTexture.Options()
    options.bins = parameters.bins
    options.replicates = parameters.replicates
    options.seed = UInt64(parameters.seed)
    options.threads = threads
    texture = try RadialTexture(self.angles, options: options)
    profile = try OrderProfile(self.angles, rings: parameters.rings)
    let fit = Self.coreShell(self.angles, parameters, threads: threads, warnings: &warnings)
    coreShell = fit.map { CoreShell($0) }
    handOver = try OrientationHandOver(
      map: map, labels: labels, angles: self.angles, crystal: parameters.tensors.crystal, coreShell: fit)
    self.warnings = warnings
  }

  private static func phase(_ name: String?, of map: OrientationMap) throws -> Int {
    guard !map.phases.isEmpty else { throw StageDocumentError(path: name ?? "map", problem: "the map names no phase") }
    guard let name else { return 0 }
    guard let index = map.phases.firstIndex(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw StageDocumentError(
        path: "phase \(name)",
        problem: "is not in the map; it has \(map.phases.map(\.name).joined(separator: ", "))")
    }
    return index
  }

  private static func section(
    _ map: OrientationMap, _ parameters: RadialTextureStage.Parameters
  ) throws(TextureError) -> ParticleSection {
    guard let centre = parameters.centre else {
      let search: ParticleSection.Search =
        switch parameters.centreMethod {
        case .automatic: .automatic
        case .circle: .circle
        case .ellipse: .ellipse
        case .arc: .arc(tolerance: nil, seed: UInt64(parameters.seed))
        case .area: .areaCentroid
        }
      return try ParticleSection(of: map, search: search)
    }
    let place = SIMD2(centre[0].si, centre[1].si) + (map.points.first.map { SIMD2($0.x, $0.y) } ?? .zero)
    let variance = parameters.centreUncertainty.si * parameters.centreUncertainty.si
    // The outline still tells the extent, where there is one.
    let found = try? ParticleSection(of: map, search: .areaCentroid)
    return ParticleSection(
      centre: place, covariance: PlaneCovariance(xx: variance, xy: 0, yy: variance), radius: found?.radius ?? .nan,
      radiusUncertainty: found?.radiusUncertainty ?? .nan)
  }

  private static func height(
    _ parameters: RadialTextureStage.Parameters, section: ParticleSection
  ) throws(TextureError) -> SectionHeight {
    if let height = parameters.height?.uncertainValue {
      return SectionHeight(value: height.value, uncertainty: height.uncertainty)
    }
    guard let radius = parameters.particleRadius?.uncertainValue else { return .assumedCentral }
    return try SectionHeight(
      particleRadius: radius.value, particleUncertainty: radius.uncertainty, sectionRadius: section.radius,
      sectionUncertainty: section.radiusUncertainty)
  }

  // MARK: - Core and shell

  /// The fit of a core and a shell in the terms of the particle model, in metres.
  struct CoreShell {
    var transitionRadius, transitionUncertainty: Double
    /// Full width of the model's polynomial step.
    var width, widthUncertainty: Double
    var coreOrder, coreOrderUncertainty, shellOrder, shellOrderUncertainty: Double
    /// Change of BIC against one order everywhere.
    var evidence: Double
    var permutationProbability: Double
    var step: LogisticStep

    init(_ fit: CoreShellFit) {
      let scale = fit.transitionScale
      (transitionRadius, transitionUncertainty) = (
        fit.transitionRadius.value, Self.half(fit.transitionRadius.interval68)
      )
      width = fit.step.polynomialWidth
      widthUncertainty =
        LogisticStep(position: 0, scale: scale.interval68.upperBound).polynomialWidth / 2
        - LogisticStep(position: 0, scale: scale.interval68.lowerBound).polynomialWidth / 2
      (coreOrder, coreOrderUncertainty) = (fit.coreOrder.value, fit.coreOrder.uncertainty)
      (shellOrder, shellOrderUncertainty) = (fit.shellOrder.value, fit.shellOrder.uncertainty)
      (evidence, permutationProbability, step) = (fit.evidence, fit.permutationProbability, fit.step)
    }

    private static func half(_ interval: ClosedRange<Double>) -> Double {
      (interval.upperBound - interval.lowerBound) / 2
    }

    /// S at a distance from the centre in metres.
    func order(at radius: Double) -> Double { coreOrder + (shellOrder - coreOrder) * step(radius) }
  }

  private static func coreShell(
    _ angles: RadialAngles, _ parameters: RadialTextureStage.Parameters, threads: Int, warnings: inout [String]
  ) -> CoreShellFit? {
    guard parameters.coreShell, angles.kind == .inSpace else { return nil }
    var options = CoreShellFit.Options()
    options.seed = UInt64(parameters.seed)
    options.threads = threads
    do {
      let fit = try CoreShellFit(angles, options: options)
      if fit.evidence < 2 {
        warnings.append(
          String(
            format:
              "A core and a shell are hardly told from one order everywhere (change of BIC %.1f): the transition means little.",
            fit.evidence))
      }
      return fit
    } catch {
      warnings.append("No core and shell were fitted: \(error).")
      return nil
    }
  }

  // MARK: - What is shown

  /// The grain on which r, c and θ are drawn.
  struct ShownGrain {
    /// In the map's frame, in metres.
    var place: SIMD2<Double>
    var axis: SIMD3<Double>
    var angle: Double
  }

  /// The grain of a pattern that is shown, or a large one between a third and nine tenths of the radius.
  func shownGrain(near example: IndexedExample?) -> ShownGrain? {
    let radius = section.radius
    let own = example.flatMap { example -> Int? in
      let index = example.row * grains.map.grid.columns + example.column
      guard grains.grains.labels.indices.contains(index) else { return nil }
      return angles.grains.firstIndex { $0.label == Int(grains.grains.labels[index]) }
    }
    // Of an unknown radius nothing is less or more.
    let candidates = angles.grains.indices.filter {
      angles.grainRadii[$0] > 0.33 * radius && angles.grainRadii[$0] < 0.9 * radius
    }
    let pool = candidates.isEmpty ? Array(angles.grains.indices) : candidates
    guard let best = own ?? pool.max(by: { angles.grains[$0].area < angles.grains[$1].area }) else { return nil }
    let grain = angles.grains[best]
    return ShownGrain(place: grain.centroid, axis: grain.cAxis, angle: angles.grainAngles[best])
  }

  /// The radius in the section's plane of one in space; nil where the section does not reach it.
  func inPlane(_ radius: Double) -> Double? {
    let square = radius * radius - height.value * height.value
    return square > 0 ? square.squareRoot() : nil
  }

  /// <θ> over the area, in radians, with the standard error from the scatter of the grains.
  var meanAngle: (value: Double, uncertainty: Double) {
    let weights = angles.grains.map(\.area)
    let weight = weights.reduce(0, +)
    let mean = zip(weights, angles.grainAngles).reduce(0) { $0 + $1.0 * $1.1 } / weight
    let squares = zip(weights, angles.grainAngles).reduce(0) { $0 + $1.0 * $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    let count = Double(weights.count)
    return (mean, count > 1 ? (squares * count / (count - 1)).squareRoot() / weight : .nan)
  }

  var centreWords: String {
    let words: String =
      switch section.method {
      case .given: "as stated"
      case .areaCentroid: "the middle of the area inside the outline"
      case .circle: "that of the circle nearest to the outline"
      case .ellipse: "that of the ellipse nearest to the outline"
      case .arc: "that of the arc on which most of the outline lies"
      }
    let spread = ((section.covariance.xx + section.covariance.yy) / 2).squareRoot()
    return words + String(format: ", uncertain by %.2g um along each axis", spread * 1e6)
  }

  /// The colour of a point's c axis.
  var axisColours: (Int) -> Colour { OrientationColours(grains.map).axis }

  var kindWords: String {
    angles.kind == .inSpace
      ? "in space"
        + (height.isAssumed
          ? ", the section taken through the centre"
          : String(format: ", the section %.3g um from the centre", height.value * 1e6))
      : "between the projections on the section"
  }
}
