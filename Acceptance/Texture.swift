import ArrayMath
import ElectronDiffraction
import Foundation
import TestSupport

/// Radial texture at full counts: random particles in their bands, the order parameter's interval, the transition radius.
func textureLines() throws -> [AcceptanceLine] {
  let random = try [RadialAngleKind.inSpace, .inSection].flatMap { try randomLines($0) }
  return try random + orderLines() + [false, true].flatMap { try transitionLines(isSmooth: $0) }
}

private let threads = ProcessInfo.processInfo.activeProcessorCount

private func share(_ subject: String, _ hits: [Bool], nominal: Double) -> AcceptanceLine {
  let count = hits.count { $0 }
  return AcceptanceLine(
    "5", subject, figure: "\(count) of \(hits.count)",
    limit: String(format: "%.2f %% in the 99 %% binomial interval", nominal * 100),
    passed: SeriesPulls.isConsistent(count, of: hits.count, with: nominal))
}

private func bias(_ subject: String, _ pulls: [Double]) -> AcceptanceLine {
  let mean = pulls.reduce(0, +) / Double(pulls.count)
  return AcceptanceLine(
    "5", "\(subject), bias of \(pulls.count)", abs(mean), atMost: 0.2 + 2.6 / Double(pulls.count).squareRoot(),
    unit: "σ")
}

private func randomLines(_ kind: RadialAngleKind) throws -> [AcceptanceLine] {
  let seen = try parallelMap(count: 400, threads: threads) { index in
    let made = TexturePhantom.random.make(seed: UInt64(index + 1))
    let section = ParticleSection(centre: made.centre, radius: 5e-6)
    let texture = try RadialTexture(RadialAngles(of: made.map, labels: made.labels, section: section, kind: kind))
    let distribution = texture.distribution
    return (
      band: distribution.randomSimultaneous.contains(distribution.multiplesOfRandom),
      order: texture.order.lower <= 0 && texture.order.upper >= 0,
      tests: [texture.randomness.order, texture.randomness.chiSquare, texture.randomness.cumulative].map { $0 > 0.05 },
      pull: texture.order.value / texture.order.uncertainty
    )
  }
  let name = "random particles, angles \(kind == .inSpace ? "in space" : "in the section")"
  return [
    share("\(name), inside their simultaneous 95 % band", seen.map(\.band), nominal: 0.95),
    share("\(name), S = 0 inside its 95 % interval", seen.map(\.order), nominal: 0.95),
    bias("\(name), S", seen.map(\.pull)),
    share("\(name), not called textured at 5 % by S", seen.map { $0.tests[0] }, nominal: 0.95),
    share("\(name), not called textured at 5 % by chi-square", seen.map { $0.tests[1] }, nominal: 0.95),
    share("\(name), not called textured at 5 % by Kolmogorov and Smirnov", seen.map { $0.tests[2] }, nominal: 0.95),
  ]
}

/// A particle as it is measured: rough outline, pores, a crack, noise, and the centre looked for in the map.
private var measuredParticle: TexturePhantom {
  var phantom = TexturePhantom()
  phantom.size = 120
  phantom.centreOffset = SIMD2(0.2e-6, -0.1e-6)
  phantom.outlineRoughness = 0.01
  (phantom.pores, phantom.cracks) = (8, 1)
  phantom.orientationNoise = 0.01
  phantom.grainCount = 800
  return phantom
}

/// S of a textured particle against the mean over all seeds: what the same particles show on average.
private func orderLines() throws -> [AcceptanceLine] {
  var phantom = measuredParticle
  phantom.grainCount = 250
  let seen = try parallelMap(count: 200, threads: threads) { [phantom] index in
    let made = phantom.make(seed: UInt64(index + 1))
    var options = RadialTexture.Options()
    options.replicates = 1000
    let texture = try RadialTexture(
      RadialAngles(of: made.map, labels: made.labels, section: ParticleSection(of: made.map)), options: options)
    return (order: texture.order, distribution: texture.distribution)
  }
  let count = Double(seen.count)
  let truth = seen.reduce(0) { $0 + $1.order.value } / count
  let mean = seen[0].distribution.multiplesOfRandom.indices.map { bin in
    seen.reduce(0) { $0 + $1.distribution.multiplesOfRandom[bin] } / count
  }
  return [
    share(
      String(format: "S of core-shell particles (%.3f), 95 %% interval", truth),
      seen.map { $0.order.lower <= truth && truth <= $0.order.upper }, nominal: 0.95),
    AcceptanceLine(
      "5", "share of 200 core-shell distributions inside their (cautious) simultaneous band",
      Double(seen.count { $0.distribution.simultaneous.contains(mean) }) / count, atLeast: 0.95),
  ]
}

private func transitionLines(isSmooth: Bool) throws -> [AcceptanceLine] {
  var phantom = measuredParticle
  phantom.transitionScale = isSmooth ? 0.25e-6 : 0
  let truth = phantom.transitionRadius
  let fits = try parallelMap(count: 200, threads: threads) { [phantom] index in
    let made = phantom.make(seed: UInt64(index + 1))
    var options = CoreShellFit.Options()
    options.permutations = 19
    return try CoreShellFit(
      RadialAngles(of: made.map, labels: made.labels, section: ParticleSection(of: made.map)), options: options
    ).transitionRadius
  }
  let name = "transition radius, \(isSmooth ? "smooth" : "sharp") step"
  let deviations = fits.map { abs($0.value - truth) / truth }.sorted()
  let pulls = fits.map {
    ($0.value - truth) / (($0.interval68.upperBound - $0.interval68.lowerBound) / 2)
  }
  // A smooth step is as uncertain as its grains are few: only what is said of its uncertainty is held against the truth.
  let near =
    isSmooth
    ? []
    : [
      AcceptanceLine("5", "\(name), 95 % of 200 seeds within", deviations[189] * 100, atMost: 5, unit: "%"),
      AcceptanceLine("5", "\(name), all of 200 seeds within", deviations[199] * 100, atMost: 5, unit: "%"),
    ]
  return near + [
    bias(name, pulls),
    share("\(name), 68 % interval", fits.map { $0.interval68.contains(truth) }, nominal: 0.682_689_5),
    share("\(name), 95 % interval", fits.map { $0.interval95.contains(truth) }, nominal: 0.954_499_7),
  ]
}
