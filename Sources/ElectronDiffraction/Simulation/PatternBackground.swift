import ArrayMath
import Crystallography
import Foundation

/// The smooth light under the bands of a pattern.
///
/// A lobe on a floor; the bands modulate it,
///
///     I = (floor + (1 − floor) exp(−|r − c|²/2w²)) (1 + contrast (p − ⟨p⟩)/σ(p)),
///
/// with p the pattern, its mean and standard deviation over the pixels that electrons reach.
public struct PatternBackground: Sendable, Hashable {
  /// Centre of the lobe: fractions of the width from the left and of the height from the top; it may lie outside.
  public var x, y: Double
  /// Standard deviation of the lobe, in heights of the screen.
  public var width: Double
  /// The intensity far from the lobe, 0...1, where that of the centre is 1.
  public var floor: Double
  /// The standard deviation of the bands over the background.
  public var contrast: Double

  public init(x: Double, y: Double, width: Double, floor: Double, contrast: Double) {
    (self.x, self.y, self.width, self.floor, self.contrast) = (x, y, width, floor, contrast)
  }

  /// The wide lobe of backscattered electrons.
  public static let backscatter = PatternBackground(x: 0.5, y: 0.4, width: 0.6, floor: 0.15, contrast: 0.12)

  /// The bright lobe about the beam that passed a foil, near or outside the edge of the screen.
  public static func transmission(_ geometry: KikuchiGeometry) -> PatternBackground {
    var untilted = geometry
    untilted.sampleTilt = 0
    // The beam runs down, against the z of a sample that is not tilted.
    let beam = untilted.detectorToSample.inverse(SIMD3(0, 0, -1))
    let (shape, centre) = (geometry.shape, geometry.patternCentre)
    // A beam that never meets the screen's plane has its lobe a screen's height below.
    let distance = max(beam.z, 1e-3)
    let (right, up) = (beam.x / distance * centre.z, beam.y / distance * centre.z)
    let x = centre.x + right * Double(shape.rows) / Double(max(shape.columns, 1))
    let y = min(max(centre.y - up, -1), 2)
    return PatternBackground(x: min(max(x, -1), 2), y: y, width: 0.35, floor: 0.1, contrast: 0.12)
  }

  /// A pattern with the background under it.
  ///
  /// - Parameters:
  ///   - pattern: the diffracted intensity in C order.
  ///   - shape: its extent.
  ///   - isVisible: the pixels that electrons reach; the others stay 0.
  func applied(to pattern: [Float], shape: FrameShape, isVisible: [Bool]) -> [Float] {
    let moments = PatternMoments(pattern, isVisible: isVisible)
    let scale = moments.deviation > 0 ? contrast / moments.deviation : 0
    return pattern.indices.map { pixel in
      guard isVisible[pixel] else { return 0 }
      let row = (Double(pixel / shape.columns) + 0.5) / Double(shape.rows)
      let column = (Double(pixel % shape.columns) + 0.5) / Double(shape.columns)
      let across = (column - x) * Double(shape.columns) / Double(shape.rows)
      let down = row - y
      let lobe = floor + (1 - floor) * exp(-(across * across + down * down) / (2 * width * width))
      return Float(lobe * (1 + scale * (Double(pattern[pixel]) - moments.mean)))
    }
  }
}

/// Mean and standard deviation over the pixels that electrons reach.
struct PatternMoments {
  var mean = 0.0
  var deviation = 0.0

  init(_ pattern: [Float], isVisible: [Bool]) {
    var (sum, count) = (0.0, 0.0)
    for (value, visible) in zip(pattern, isVisible) where visible {
      sum += Double(value)
      count += 1
    }
    guard count > 0 else { return }
    mean = sum / count
    var squares = 0.0
    for (value, visible) in zip(pattern, isVisible) where visible {
      squares += (Double(value) - mean) * (Double(value) - mean)
    }
    deviation = (squares / count).squareRoot()
  }
}
