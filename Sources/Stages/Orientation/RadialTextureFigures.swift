import Crystallography
import ElectronDiffraction
import Figures
import Foundation

/// The figures of a particle's radial texture.
struct RadialTextureFigures {
  let analysis: RadialTextureAnalysis
  let example: IndexedExample?
  /// Begins every identifier.
  let prefix: String

  private let degree = Double.pi / 180
  private var map: OrientationMap { analysis.grains.map }
  private var pictures: OrientationPictures { OrientationPictures(map) }
  private var texture: RadialTexture { analysis.texture }

  var all: [Figure] { [overview, distribution, angleMap, profile].compactMap(\.self) }

  // MARK: - The distribution

  /// A value for each bin, as steps.
  private func steps(_ name: String, _ values: [Double], style: Curve.Style = .solid, colour: Int) -> Mark {
    let edges = texture.distribution.bins.edges
    let x = values.indices.flatMap { [edges[$0] / degree, edges[$0 + 1] / degree] }
    return .line(Curve(name: name, x: x, y: values.flatMap { [$0, $0] }, style: style, colourIndex: colour))
  }

  private var multiples: Panel {
    let distribution = texture.distribution
    let middles = zip(distribution.bins.edges, distribution.bins.edges.dropFirst()).map { ($0 + $1) / 2 / degree }
    // The band of 95 % as an error bar of one standard uncertainty where it is even, and as its two edges.
    return Panel(
      title: "Over the share of random axes", x: Axis("angle between c axis and radius", unit: "deg", limits: 0...90),
      y: Axis("multiples of random"),
      marks: [
        steps("measured", distribution.multiplesOfRandom, colour: 0),
        .segments(
          Segments(
            name: "95 % confidence", x0: middles, y0: distribution.pointwise.lower, x1: middles,
            y1: distribution.pointwise.upper, colourIndex: 0)),
        steps("95 % of random particles, all bins", distribution.randomSimultaneous.lower, style: .dotted, colour: 6),
        steps("", distribution.randomSimultaneous.upper, style: .dotted, colour: 6),
        .horizontalLine(at: 1, label: "random"),
      ])
  }

  private var distribution: Figure {
    let distribution = texture.distribution
    var panels = [multiples]
    let widths = zip(distribution.bins.edges, distribution.bins.edges.dropFirst()).map { ($1 - $0) / degree }
    panels.append(
      Panel(
        title: "As shares of the area", x: Axis("angle between c axis and radius", unit: "deg", limits: 0...90),
        y: Axis("share", unit: "%/deg"),
        marks: [
          steps("measured", zip(distribution.share, widths).map { 100 * $0 / $1 }, colour: 0),
          steps(
            "random axes", zip(distribution.bins.expectation, widths).map { 100 * $0 / $1 }, style: .dashed, colour: 6),
        ]))
    if let overSine = distribution.overSine {
      panels.append(
        Panel(
          title: "Over the sine of the angle", x: Axis("angle between c axis and radius", unit: "deg", limits: 0...90),
          y: Axis("density over sine", unit: "1/rad"),
          marks: [steps("measured", overSine, colour: 0), .horizontalLine(at: 1, label: "random")]))
    }
    return Figure(
      identifier: "\(prefix)texture-distribution", title: "The angle between c axis and radius",
      caption:
        "Left: the share of the indexed area in each bin over the exact share of random axes, with its confidence from "
        + "whole grains drawn anew; the dotted band holds 95 % of random particles of these grains with all bins at once. "
        + "The others: the shares themselves, and the density over the sine of the bin's middle, as the study of single "
        + "particles normalised it.", panels: panels)
  }

  // MARK: - Maps

  /// The outline that was fitted, the circle of the section and the centre.
  private var outline: [Mark] {
    let section = analysis.section
    var marks: [Mark] = []
    if !section.outline.isEmpty {
      marks.append(.points(OrientationPictures.curve("outline", section.outline, colourIndex: 1)))
    }
    if section.radius.isFinite, section.radius > 0 {
      marks.append(.line(OrientationPictures.curve("section", circle(section.radius), style: .dashed, colourIndex: 1)))
    }
    marks.append(.points(OrientationPictures.curve("centre", [section.centre], colourIndex: 3)))
    return marks
  }

  /// A circle of the section's plane about the centre, in metres.
  private func circle(_ radius: Double) -> [SIMD2<Double>] {
    (0...120).map { step in
      let angle = 2 * Double.pi * Double(step) / 120
      return analysis.section.centre + radius * SIMD2(cos(angle), sin(angle))
    }
  }

  private var angleMap: Figure {
    let angles = analysis.angles.angles
    var marks = [
      pictures.values("angle to the radius", unit: "deg", limits: 0...90) { angles[$0] / degree },
      pictures.boundaries(analysis.grains.grains.labels, colourIndex: 6),
    ]
    marks += outline
    if let fit = analysis.coreShell, let radius = analysis.inPlane(fit.transitionRadius) {
      marks.append(
        .line(OrientationPictures.curve("transition", circle(radius), style: .dotted, colourIndex: 2)))
    }
    return Figure(
      identifier: "\(prefix)texture-map", title: "The angle between c axis and radius over the section",
      caption:
        "Each point's angle, \(analysis.kindWords). Near 90 deg the layers hold the radius, so lithium moves along it; "
        + "without colour no orientation was found, or no grain.",
      panels: [pictures.panel("", marks)])
  }

  // MARK: - Along the radius

  private var profile: Figure? {
    let rings = analysis.profile.rings.filter { $0.value.isFinite }
    guard !rings.isEmpty else { return nil }
    // Room for the uncertainties.
    let reach = rings.map { (value: $0.value, sigma: $0.uncertainty.isFinite ? $0.uncertainty : 0) }
    let low = min(reach.map { $0.value - $0.sigma }.min() ?? 0, 0) - 0.05
    let high = max(reach.map { $0.value + $0.sigma }.max() ?? 0, 0) + 0.05
    var marks: [Mark] = [
      .points(
        Curve(
          name: "rings of equal width", x: rings.map { ($0.inner + $0.outer) / 2 * 1e6 }, y: rings.map(\.value),
          yUncertainty: rings.map(\.uncertainty), colourIndex: 0)),
      .horizontalLine(at: 0, label: "random"),
    ]
    if let fit = analysis.coreShell {
      let last = (rings.last?.outer ?? fit.transitionRadius) * 1e6
      let x = (0...200).map { last * Double($0) / 200 }
      marks.append(.line(Curve(name: "core and shell", x: x, y: x.map { fit.order(at: $0 * 1e-6) }, colourIndex: 1)))
      marks.append(
        .verticalLine(at: fit.transitionRadius * 1e6, label: "transition"))
    }
    return Figure(
      identifier: "\(prefix)texture-profile", title: "The order of the c axes against the radius",
      caption:
        "S is 0 for random axes and −1/2 where all c axes lie across the radius. Points with standard uncertainties from "
        + "the scatter of the grains; the line is the likeliest core and shell.",
      panels: [
        Panel(
          x: Axis("distance from the particle's centre", unit: "um"), y: Axis("order parameter S", limits: low...high),
          marks: marks)
      ])
  }

  // MARK: - The whole measurement

  /// From the set-up over a pattern and the map to r, c and θ on a grain and the distribution.
  private var overview: Figure? {
    var panels: [Panel] = []
    if let example {
      panels.append(KikuchiSetupFigure(geometry: example.geometry, identifier: "").side)
      panels.append(Self.patternPanel(example))
    }
    guard let grain = analysis.shownGrain(near: example) else { return nil }
    panels.append(mapWithGrain(grain))
    panels.append(angleOnGrain(grain))
    panels.append(multiples)
    return Figure(
      identifier: "\(prefix)texture-overview", title: "From pattern to distribution",
      caption: (example == nil
        ? "" : "The set-up; a pattern of the marked grain with the bands of its orientation; ")
        + "the map with radius r and c axis of a grain; the angle between the two; the distribution of that angle over the "
        + "section.", panels: panels)
  }

  static func patternPanel(_ example: IndexedExample) -> Panel {
    var marks = [BandOverlay.picture(example.pixels, geometry: example.geometry)]
    let overlay = BandOverlay(
      geometry: example.geometry, orientation: example.orientation, wavelength: example.wavelength)
    // The two strongest families that cross the screen by their edges, others by their middles.
    var others: [Reflector] = []
    for reflector in example.reflectors {
      if marks.count < 3, let edges = overlay.edges(of: reflector, colourIndex: marks.count == 1 ? 1 : 3) {
        marks.append(edges)
      } else {
        others.append(reflector)
      }
    }
    if let middles = overlay.middles(of: Array(others.prefix(4)), name: "middles of others", colourIndex: 4) {
      marks.append(middles)
    }
    return BandOverlay.panel(
      "Pattern at row \(example.row), column \(example.column)", geometry: example.geometry, marks: marks)
  }

  private func mapWithGrain(_ grain: RadialTextureAnalysis.ShownGrain) -> Panel {
    let colours = analysis.axisColours
    var marks = [pictures.picture { colours($0) }, pictures.boundaries(analysis.grains.grains.labels, colourIndex: 6)]
    marks += outline
    let length = 0.18 * analysis.section.radius
    let tip = grain.place + length * SIMD2(grain.axis.x, grain.axis.y)
    let tail = grain.place - length * SIMD2(grain.axis.x, grain.axis.y)
    marks.append(stroke("radius r", [analysis.section.centre, grain.place], arrows: true, colour: 0))
    marks.append(stroke("c axis, in the plane", [tail, tip], arrows: false, colour: 3))
    return pictures.panel("c axes, outline and centre", marks)
  }

  private func stroke(_ name: String, _ ends: [SIMD2<Double>], arrows: Bool, colour: Int) -> Mark {
    let curve = OrientationPictures.curve(name, ends, colourIndex: colour)
    return .segments(
      Segments(
        name: name, x0: [curve.x[0]], y0: [curve.y[0][0]], x1: [curve.x[1]], y1: [curve.y[0][1]], arrows: arrows,
        colourIndex: colour))
  }

  /// r and c in the plane that holds both.
  private func angleOnGrain(_ grain: RadialTextureAnalysis.ShownGrain) -> Panel {
    let (x, y) = (cos(grain.angle), sin(grain.angle))
    let arc = (0...32).map { grain.angle * Double($0) / 32 }
    return Panel(
      title: "In the plane of r and c", x: Axis("along r", limits: -0.3...1.2), y: Axis("across r", limits: -0.2...1.2),
      marks: [
        .segments(Segments(name: "radius r", x0: [0], y0: [0], x1: [1.1], y1: [0], arrows: true, colourIndex: 0)),
        .segments(Segments(name: "c axis", x0: [0], y0: [0], x1: [x], y1: [y], arrows: true, colourIndex: 3)),
        .line(
          Curve(
            name: String(format: "theta = %.1f deg", grain.angle / degree), x: arc.map { 0.4 * cos($0) },
            y: arc.map { 0.4 * sin($0) }, style: .dotted, colourIndex: 1)),
      ], equalAspect: true)
  }
}
