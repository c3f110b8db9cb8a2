/// When and how the positions of a scan are corrected while object and probe are reconstructed.
public struct PositionCorrection: Sendable, Hashable, Codable {
  /// The ways to find where a pattern was really taken.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// The step of Gauss and Newton for the amplitudes of each pattern, ``PositionGradient``. Odstrčil, Menzel and
    /// Guizar-Sicairos, Opt. Express 26 (2018) 3108.
    case gradient
    /// The best of some random offsets within a shrinking radius, ``PositionAnnealing``. Maiden et al.,
    /// Ultramicroscopy 120 (2012) 64.
    case annealing
  }

  public var method: Method
  /// The pass of the step after which positions are first corrected; before it object and probe must take shape.
  public var startPass = 10
  /// The pass of the step after which positions rest; `nil` stands for the step's last.
  public var endPass: Int?
  /// Passes from one correction to the next.
  public var period = 1
  /// The share of the computed shift that is taken (gradient); above 1 it is exaggerated, for the object keeps part of
  /// the error to itself.
  public var relaxation = 1.0
  /// The part of the last correction's shift that is added to this one (gradient), from 0 to below 1.
  public var momentum = 0.0
  /// The longest shift of one correction, in pixels (gradient).
  public var largestStep = 1.0
  /// How far trial positions lie from the present one at `startPass`, in pixels; it shrinks linearly to 1 (annealing).
  public var radius = 4.0
  /// Trial positions of a pattern at each correction (annealing).
  public var trials = 5
  /// Whether the part of the shifts that scales, turns or shears the scan as a whole is taken off, as their mean always is.
  /// The scale of a scan is nearly a freedom of object and probe and wanders where it is left free.
  public var holdsAffine = false
  /// Whether positions may lie between pixels. The engine should then interpolate as well.
  public var isSubpixel = true

  public init(_ method: Method) { self.method = method }

  /// Whether positions are corrected after a pass.
  ///
  /// - Parameters:
  ///   - pass: the number of the pass in its step, from 0.
  ///   - passes: the passes of the step.
  public func isDue(after pass: Int, of passes: Int) -> Bool {
    pass >= startPass && pass < min(endPass ?? passes, passes) && (pass - startPass) % period == 0
  }

  /// The radius of the trials after a pass, in pixels, from ``radius`` falling linearly to 1 at the last correction.
  public func radius(after pass: Int, of passes: Int) -> Double {
    let end = min(endPass ?? passes, passes)
    let share = end - 1 > startPass ? Double(pass - startPass) / Double(end - 1 - startPass) : 1
    return 1 + (max(radius, 1) - 1) * (1 - min(max(share, 0), 1))
  }

  /// What cannot be meant, one sentence each.
  var problems: [String] {
    var found: [String] = []
    if startPass < 0 { found.append("the first pass of the position correction is \(startPass); give 0 or more") }
    if let endPass, endPass <= startPass {
      found.append("the position correction ends at pass \(endPass), before it starts at \(startPass)")
    }
    if period < 1 { found.append("the period of the position correction is \(period); give 1 or more passes") }
    if !(relaxation > 0 && relaxation <= 10) {
      found.append("the relaxation of the position correction is \(relaxation); give a number above 0, up to 10")
    }
    if !(momentum >= 0 && momentum < 1) {
      found.append("the momentum of the position correction is \(momentum); give a number from 0 to below 1")
    }
    if !(largestStep > 0 && largestStep.isFinite) {
      found.append("the largest step of the position correction is \(largestStep); give a number of pixels above 0")
    }
    if method == .annealing, !(radius >= 1 && radius.isFinite) {
      found.append("the radius of the position correction is \(radius); give 1 pixel or more")
    }
    if method == .annealing, trials < 1 {
      found.append("the position correction has \(trials) trials a pattern; give 1 or more")
    }
    return found
  }
}
