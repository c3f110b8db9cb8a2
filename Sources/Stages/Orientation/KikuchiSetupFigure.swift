import ArrayMath
import ElectronDiffraction
import Figures
import Foundation

/// The set-up of a Kikuchi measurement drawn from its settings: beam, sample, screen and the angles between them.
///
/// Lengths are in heights of the screen, of which the pattern centre tells all there is to know.
struct KikuchiSetupFigure {
  let geometry: KikuchiGeometry
  let identifier: String

  var figure: Figure {
    Figure(
      identifier: identifier, title: "The set-up, from the stated angles", caption: caption, panels: [side, screen])
  }

  /// The panel that shows beam, sample and screen, with its legend.
  var side: Panel {
    Panel(
      title: "From the side", x: Axis("towards the screen", unit: "screen heights"),
      y: Axis("up", unit: "screen heights"), marks: sideMarks, equalAspect: true)
  }

  private var caption: String {
    let leaves = geometry.emission == .exit ? "far face of the foil" : "face that the beam enters"
    return
      "Left: the plane of the beam and of the screen's axis, in heights of the screen; electrons leave by the \(leaves). "
      + "Right: the screen as the sample sees it, with the point nearest to the sample. The beam comes from above; the "
      + "tilt axis points out of the drawing."
      + (geometry.azimuth == 0 && geometry.twist == 0
        ? ""
        : String(
          format:
            " The screen is turned by %.3g deg about the vertical and %.3g deg about its axis, which the drawing leaves out.",
          degrees(geometry.azimuth), degrees(geometry.twist)))
  }

  private func degrees(_ angle: Double) -> Double { angle * 180 / .pi }

  // MARK: - From the side

  /// Directions in the plane of the drawing: towards the screen, up.
  private typealias Place = SIMD2<Double>

  private var axis: Place { Place(cos(geometry.screenTilt), -sin(geometry.screenTilt)) }
  private var upward: Place { Place(sin(geometry.screenTilt), cos(geometry.screenTilt)) }
  private var entryNormal: Place { Place(sin(geometry.sampleTilt), cos(geometry.sampleTilt)) }
  private var face: Place { Place(cos(geometry.sampleTilt), -sin(geometry.sampleTilt)) }

  private var sideMarks: [Mark] {
    let centre = geometry.patternCentre
    let middle = centre.z * axis
    let (top, bottom) = (middle + centre.y * upward, middle - (1 - centre.y) * upward)
    let reach = max(0.35, 0.6 * centre.z)
    let normal = geometry.emission == .exit ? -entryNormal : entryNormal
    func text(_ words: String, _ angle: Double) -> String { String(format: "\(words) %.3g deg", degrees(angle)) }
    let foil = geometry.emission == .exit ? "foil" : "sample"
    let between = acos(min(max((normal * axis).sum(), -1), 1))
    return [
      Self.strokes("beam", [[Place(0, reach), .zero]], colour: 3, arrows: true),
      Self.strokes(text("\(foil), tilt", geometry.sampleTilt), [[-0.5 * reach * face, 0.5 * reach * face]], colour: 1),
      Self.strokes(
        geometry.emission == .exit ? "normal of the far face" : "normal of the face",
        [[.zero, 0.6 * reach * normal]], colour: 2, arrows: true),
      Self.strokes(
        text("screen's axis, below the horizontal", geometry.screenTilt), [[.zero, middle]], colour: 6, arrows: true),
      Self.strokes("screen", [[bottom, top]], colour: 0),
      Self.strokes("edges of the pattern", [[.zero, top], [.zero, bottom]], colour: 5),
      Self.arc(text("normal to screen's axis", between), from: normal, to: axis, radius: 0.3 * reach, colour: 4),
      Self.arc(
        text("beam to screen's axis", acos(min(max(-axis.y, -1), 1))), from: Place(0, -1), to: axis,
        radius: 0.42 * reach, colour: 3),
      .points(Curve(name: "lit point", x: [0], y: [0], colourIndex: 6)),
    ]
  }

  private static func strokes(_ name: String, _ lines: [[Place]], colour: Int, arrows: Bool = false) -> Mark {
    let pairs = lines.flatMap { zip($0, $0.dropFirst()) }
    return .segments(
      Segments(
        name: name, x0: pairs.map(\.0.x), y0: pairs.map(\.0.y), x1: pairs.map(\.1.x), y1: pairs.map(\.1.y),
        arrows: arrows, colourIndex: colour))
  }

  /// The smaller arc from one direction to another.
  private static func arc(_ name: String, from: Place, to: Place, radius: Double, colour: Int) -> Mark {
    let start = atan2(from.y, from.x)
    let sweep = remainder(atan2(to.y, to.x) - start, 2 * .pi)
    let angles = (0...32).map { start + sweep * Double($0) / 32 }
    return .line(
      Curve(
        name: name, x: angles.map { radius * cos($0) }, y: angles.map { radius * sin($0) }, style: .dotted,
        colourIndex: colour))
  }

  // MARK: - The screen

  private var screen: Panel {
    let width = Double(geometry.shape.columns) / Double(max(geometry.shape.rows, 1))
    let centre = geometry.patternCentre
    let corners = [Place(0, 0), Place(width, 0), Place(width, 1), Place(0, 1), Place(0, 0)]
    return Panel(
      title: "The screen", x: Axis("to the right", unit: "screen heights"), y: Axis("up", unit: "screen heights"),
      marks: [
        Self.strokes("edge, \(geometry.shape.columns) x \(geometry.shape.rows) pixels", [corners], colour: 0),
        .points(
          Curve(
            name: String(format: "pattern centre %.4g, %.4g, %.4g (Bruker)", centre.x, centre.y, centre.z),
            x: [centre.x * width], y: [1 - centre.y], colourIndex: 1)),
      ], equalAspect: true)
  }
}
