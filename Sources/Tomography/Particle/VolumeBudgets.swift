internal import ArrayMath
internal import Foundation

/// What the volumes of a particle are uncertain by, in voxels, but for the pixel size.
struct VolumeBudgets {
  var solid = ErrorBudget()
  var envelope = ErrorBudget()
  /// Of the integral of the density over the particle, in the volume's unit times voxels.
  var total = ErrorBudget()
  var porosity = ErrorBudget()

  init(
    _ integral: PartialVolume, _ particle: SegmentedParticle, halves: (first: ScalarVolume, second: ScalarVolume)?,
    shiftUncertainty: Double?
  ) {
    let counts = PartialVolume.total(integral.counts)
    let contrast = integral.contrast + integral.hidden
    // V = [S − ρ_out N] / (ρ_in − ρ_out), so that dV = [dS − N dρ_out − V (dρ_in − dρ_out)] / (ρ_in − ρ_out).
    let solidPart = integral.solid - integral.contact.solid - (particle.cut?.cap ?? 0)
    let band = (integral: PartialVolume.total(integral.sums).band - integral.outside * counts.band, counts.band)
    let bandPart = band.integral / integral.contrast

    let noise = Self.noise(integral, halves: halves, particle) { sums in
      let (core, shell) = (sums.core / counts.core, sums.shell / counts.shell)
      return SIMD3(
        (sums.integrated - counts.integrated * shell - solidPart * (core - shell)) / contrast,
        (sums.band - counts.band * shell - bandPart * (core - shell)) / integral.contrast,
        sums.integrated - counts.integrated * shell)
    }
    solid.add(.noise, noise.x.squareRoot())
    envelope.add(.noise, noise.y.squareRoot())
    total.add(.noise, noise.z.squareRoot())

    // Noise makes the means of parts differ as well; that is counted already. Of real differences in the solid only those
    // matter that the core, which is a part of it, does not show.
    let means = Self.noise(integral, halves: halves, particle) { sums in
      SIMD3(sums.core / counts.core, sums.shell / counts.shell, 0)
    }
    let left = max(1 - counts.core / max(integral.solid, counts.core), 0)
    let unevenness = (
      inside: (max(integral.unevenness.inside * integral.unevenness.inside - means.x, 0) * left).squareRoot(),
      outside: max(integral.unevenness.outside * integral.unevenness.outside - means.y, 0).squareRoot()
    )
    solid.add(.background, -(counts.integrated - solidPart) / contrast * unevenness.outside)
    envelope.add(.background, -(counts.band - bandPart) / integral.contrast * unevenness.outside)
    total.add(.background, -counts.integrated * unevenness.outside)
    solid.add(.solidDensity, -solidPart / contrast * unevenness.inside)
    envelope.add(.solidDensity, -bandPart / integral.contrast * unevenness.inside)

    // The means may still change by as much as they did over the last voxel: a limit.
    let (inner, outer) = integral.reachEffect
    func blur(_ part: Double, _ count: Double, _ contrast: Double) -> Double {
      -hypot(part * inner, (count - part) * outer) / contrast / 3.0.squareRoot()
    }
    solid.add(.blur, blur(solidPart, counts.integrated, contrast))
    envelope.add(.blur, blur(bandPart, counts.band, integral.contrast))
    total.add(.blur, -counts.integrated * outer / 3.0.squareRoot())

    // Edges that are counted lie within a tenth of a voxel of the true ones: blur of variance σ² moves an edge of curvature
    // 2/R by σ²/R, which is 0.01 voxels for a sharp sphere of radius 30 and 0.09 for one that is blurred by 1.5 voxels.
    // Shifts that are not known blur as well.
    let radius = pow(3 * integral.envelope / (4 * .pi), 1 / 3)
    let share = integral.contact.envelope / max(integral.envelope, 1)
    let countedArea = 4 * .pi * radius * radius * share
    let counted = 0.1 / 3.0.squareRoot() * countedArea
    solid.add(.contact, counted)
    envelope.add(.contact, counted)
    total.add(.contact, counted * integral.contrast)
    if let shiftUncertainty {
      let moved = countedArea * shiftUncertainty * shiftUncertainty / radius
      solid.add(.alignment, moved)
      envelope.add(.alignment, moved)
    }
    if let cut = particle.cut {
      solid.add(.mountCut, cut.uncertainty)
      envelope.add(.mountCut, cut.uncertainty)
      total.add(.mountCut, cut.uncertainty * integral.contrast)
    }
    envelope.add(.rim, integral.rimPores.uncertainty)
    // 1 − V/E with what both share taken off.
    let ratio = integral.solid / integral.envelope
    for source in ErrorBudget.Source.allCases {
      porosity.add(
        source,
        -(solid.contribution(source) - ratio * envelope.contribution(source)) / integral.envelope)
    }
  }

  /// The variance of linear functions of the volume that noise gives, from the difference of the halves over two, which has
  /// the noise of the whole volume and nothing of its signal.
  ///
  /// Slices are reconstructed on their own, so that what they add to a function is nearly independent: its variance is the
  /// sum of their squares, with the products of neighbours up to three slices apart, which share rows where projections were
  /// shifted (W. K. Newey, K. D. West, Econometrica 55 (1987) 703).
  private static func noise(
    _ integral: PartialVolume, halves: (first: ScalarVolume, second: ScalarVolume)?, _ particle: SegmentedParticle,
    function: (PartialVolume.Sums) -> SIMD3<Double>
  ) -> SIMD3<Double> {
    guard let halves else { return voidNoise(integral, function: function) }
    var difference = particle.box.cropped(halves.first)
    let second = particle.box.cropped(halves.second)
    for index in difference.voxels.indices {
      difference.voxels[index] = (difference.voxels[index] - second.voxels[index]) / 2
    }
    let parts = PartialVolume.sums(difference, integral.regions).map(function)
    var variance = SIMD3<Double>.zero
    for lag in 0...3 {
      let weight = lag == 0 ? 1 : 2 * (1 - Double(lag) / 4)
      for index in parts.indices.dropLast(lag) { variance += weight * parts[index] * parts[index + lag] }
    }
    return pointwiseMax(variance, .zero)
  }

  /// As above without halves: the means of the shell's slices scatter by noise, and so do those of the other regions, with
  /// a variance that goes with the inverse of their voxels.
  private static func voidNoise(
    _ integral: PartialVolume, function: (PartialVolume.Sums) -> SIMD3<Double>
  ) -> SIMD3<Double> {
    let means = zip(integral.sums, integral.counts).filter { $1.shell > 0 }.map {
      (mean: $0.shell / $1.shell - integral.outside, count: $1.shell)
    }
    guard means.count > 1 else { return .zero }
    let variance = means.reduce(0) { $0 + $1.mean * $1.mean * $1.count } / Double(means.count - 1)
    let counts = PartialVolume.total(integral.counts)
    func part(_ change: (inout PartialVolume.Sums) -> Void, _ count: Double) -> SIMD3<Double> {
      var sums = PartialVolume.Sums()
      change(&sums)
      let slope = function(sums)
      return slope * slope * variance * count
    }
    return part({ $0.integrated = 1 }, counts.integrated) + part({ $0.band = 1 }, counts.band)
      + part({ $0.core = 1 }, counts.core) + part({ $0.shell = 1 }, counts.shell)
  }
}
