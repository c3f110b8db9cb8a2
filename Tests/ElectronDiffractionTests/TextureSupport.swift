import ArrayMath
import ElectronDiffraction
import Foundation

/// Whether a probability lies in the exact 99 % interval of a count: neither tail is below 0.5 %.
func isConsistent(_ hits: Int, of tries: Int, with nominal: Double) -> Bool {
  func probability(_ k: Int) -> Double {
    let (k, n) = (Double(k), Double(tries))
    let choices = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(choices + k * log(nominal) + (n - k) * log(1 - nominal))
  }
  let below = (0...hits).reduce(0) { $0 + probability($1) }
  let above = (hits...tries).reduce(0) { $0 + probability($1) }
  return below >= 0.005 && above >= 0.005
}

/// A particle on a coarse grid, quick to make.
func coarsePhantom(_ change: (inout TexturePhantom) -> Void = { _ in }) -> TexturePhantom {
  var phantom = TexturePhantom()
  phantom.step = 0.2e-6
  phantom.size = 56
  change(&phantom)
  return phantom
}

extension PhantomSection {
  /// The angles about the true centre.
  func angles(height: Double = 0, kind: RadialAngleKind = .inSpace) throws -> RadialAngles {
    try RadialAngles(
      of: map, labels: labels, section: ParticleSection(centre: centre, radius: 5e-6),
      height: SectionHeight(value: height), kind: kind)
  }
}
