import ArrayMath
import Figures
import Foundation
import Ptychography

/// What a report shows of phase images.
struct PtychographyFigures {
  let value: PhaseProjections
  /// What the figures' names begin with.
  let prefix: String

  /// A report has room for so many projections behind its slider.
  private static let largestFrameCount = 24

  private var complete: [PhaseProjection] { value.complete }

  var figures: [Figure] {
    guard !complete.isEmpty else { return [] }
    return [object, probe, errors, positions, correlation, quality].compactMap(\.self)
  }

  /// Projections that are shown, spread over all.
  private var shown: [PhaseProjection] {
    let count = complete.count
    let frames = min(count, Self.largestFrameCount)
    return (0..<frames).map { complete[$0 * count / frames] }
  }

  private var slider: Figure.Frames? {
    guard shown.count > 1 else { return nil }
    let angles = shown.compactMap(\.facts.angle)
    let degrees = angles.map { $0 * 180 / .pi }
    if angles.count == shown.count, zip(degrees, degrees.dropFirst()).allSatisfy({ $0 < $1 }) {
      return Figure.Frames(label: "angle", unit: "deg", values: degrees)
    }
    return Figure.Frames(label: "projection", unit: "", values: shown.indices.map { Double($0 + 1) })
  }

  private func pictures(
    _ shape: FrameShape, origin: (y: Double, x: Double) = (0, 0), frames: Int = 1
  ) -> ComplexPicture {
    // Many frames share the report's room.
    ComplexPicture(shape, pixel: value.pixel, origin: origin, side: frames > 8 ? 160 : frames > 1 ? 220 : 360)
  }

  // MARK: - Object

  private var object: Figure? {
    let images = shown.compactMap(\.images)
    guard images.count == shown.count else { return nil }
    let first = shown.first?.facts.origin ?? ScanPosition(y: 0, x: 0)
    let pictures = pictures(value.shape, origin: (first.y, first.x), frames: images.count)
    let phases = images.map(\.phase)
    let amplitudes = images.map { images in
      ScalarImage(
        zip(images.object.pixels, images.phase.pixels).map { $1.isFinite ? $0.modulus : .nan },
        shape: images.object.shape)
    }
    return Figure(
      identifier: "\(prefix)ptychography-object", title: "Phase and amplitude of the object",
      caption:
        "Phase of the transmission, unwrapped, constant and ramp removed: matter is negative. Amplitude 1 is air. "
        + "Only pixels with enough light are shown, in the frame of the scan's positions.",
      panels: [
        pictures.panel(
          "phase",
          [pictures.map(phases, label: "phase", unit: "rad", limits: ComplexPicture.limits(phases, share: 0.002))]),
        pictures.panel(
          "amplitude",
          [pictures.map(amplitudes, label: "amplitude", unit: "", limits: ComplexPicture.limits(amplitudes))]),
      ], frames: slider)
  }

  // MARK: - Probe

  private var probe: Figure? {
    guard let first = complete.first, let modes = first.images?.probes, let main = modes.first else { return nil }
    // The beam's middle is the pixel n/2.
    let pixel = value.pixel
    let middle = (-Double(main.rows / 2) * pixel.height, -Double(main.columns / 2) * pixel.width)
    let pictures = pictures(main.shape, origin: middle)
    let power = modes.map { $0.pixels.reduce(0.0) { $0 + Double($1.squaredModulus) } }
    let total = max(power.reduce(0, +), 1e-300)
    let shares = power.map { String(format: "%.1f %%", 100 * $0 / total) }
    let modulus = main.map(\.modulus)
    return Figure(
      identifier: "\(prefix)ptychography-probe", title: "The probe at the sample",
      caption: "Probe of \(first.facts.name): its hue is the phase, its brightness the modulus; beside it the modulus "
        + "alone, in square roots of photons a pixel."
        + (modes.count > 1 ? " Shares of the modes: \(shares.joined(separator: ", "))." : ""),
      panels: [
        pictures.panel("probe", [.picture(pictures.colours(main))]),
        pictures.panel(
          "modulus",
          [
            pictures.map(
              [modulus], label: "modulus", unit: "", limits: 0...Double(max(modulus.pixels.max() ?? 1, 1e-30)))
          ]),
        ComplexPicture.key,
      ])
  }

  // MARK: - Curves

  private var errors: Figure {
    let few = complete.count <= 8
    let curves = shown.enumerated().map { index, projection -> Mark in
      let facts = projection.facts
      return .line(
        Curve(
          name: few ? facts.name : "", x: facts.errors.indices.map { Double($0 + 1) }, y: facts.errors,
          colourIndex: few ? index : 0))
    }
    return Figure(
      identifier: "\(prefix)ptychography-error", title: "Error of each pass",
      caption:
        "E = Σ(√I − |Ψ|)²/ΣI over all measured pixels, each term taken before its update, one curve a projection.",
      panels: [
        Panel(x: Axis("pass"), y: Axis("error E", scale: .logarithmic), marks: curves)
      ])
  }

  private var positions: Figure? {
    guard let facts = complete.first?.facts, !facts.positions.isEmpty else { return nil }
    func micrometres(_ places: [ScanPosition]) -> (x: [Double], y: [Double]) {
      (places.map { $0.x * 1e6 }, places.map { -$0.y * 1e6 })
    }
    let stated = micrometres(facts.statedPositions)
    let used = micrometres(facts.positions)
    let isCorrected = facts.affine != nil
    var marks: [Mark] = [.points(Curve(name: "stated", x: stated.x, y: stated.y, colourIndex: 0))]
    if isCorrected {
      marks.append(
        .segments(
          Segments(name: "", x0: stated.x, y0: stated.y, x1: used.x, y1: used.y, colourIndex: 6)))
      marks.append(.points(Curve(name: "corrected", x: used.x, y: used.y, colourIndex: 1)))
    }
    return Figure(
      identifier: "\(prefix)ptychography-positions", title: "Positions of the scan",
      caption: "Where the beam met the sample in \(facts.name), one point a pattern"
        + (isCorrected ? "; lines lead from the stated to the corrected position." : "."),
      panels: [Panel(x: Axis("x", unit: "um"), y: Axis("− y", unit: "um"), marks: marks, equalAspect: true)])
  }

  private var correlation: Figure? {
    guard let facts = complete.first(where: { $0.facts.correlation != nil })?.facts, let rings = facts.correlation
    else {
      return nil
    }
    let x = rings.frequencies.map { $0 * 1e-6 }
    var marks: [Mark] = [
      .line(Curve(name: "correlation", x: x, y: rings.correlation, colourIndex: 0)),
      .line(Curve(name: "half-bit threshold", x: x, y: rings.halfBit, style: .dashed, colourIndex: 1)),
      .line(Curve(name: "one-bit threshold", x: x, y: rings.oneBit, style: .dotted, colourIndex: 2)),
    ]
    if let resolution = facts.resolution {
      marks.append(
        .verticalLine(at: 1e-6 / (2 * resolution), label: String(format: "%.3g nm half period", resolution * 1e9)))
    }
    return Figure(
      identifier: "\(prefix)ptychography-correlation", title: "Fourier ring correlation of two halves",
      caption:
        "Objects of \(facts.name) from two halves of the data, registered, constant and ramp removed from both. The "
        + "resolution is the half period at which the correlation falls below the half-bit threshold.",
      panels: [
        Panel(
          x: Axis("spatial frequency", unit: "1/um"), y: Axis("correlation", limits: -0.1...1.05), marks: marks)
      ])
  }

  private var quality: Figure? {
    guard complete.count > 1 else { return nil }
    let facts = complete.map(\.facts)
    let angles = facts.compactMap(\.angle)
    let isAngle = angles.count == facts.count
    let x = isAngle ? angles.map { $0 * 180 / .pi } : facts.indices.map { Double($0 + 1) }
    let axis = isAngle ? Axis("angle", unit: "deg") : Axis("projection")
    var panels = [
      // In thousandths: longer numbers would leave the static picture no room for the axis' title.
      Panel(
        title: "error", x: axis, y: Axis("error E", unit: "1e-3"),
        marks: [.points(Curve(name: "", x: x, y: facts.map { 1e3 * $0.error }))])
    ]
    if facts.contains(where: { $0.resolution != nil }) {
      panels.append(
        Panel(
          title: "resolution", x: axis, y: Axis("half-bit half period", unit: "nm"),
          marks: [.points(Curve(name: "", x: x, y: facts.map { ($0.resolution ?? .nan) * 1e9 }))]))
    }
    panels.append(
      Panel(
        title: "residues", x: axis, y: Axis("residues"),
        marks: [.points(Curve(name: "", x: x, y: facts.map { Double($0.residues) }))]))
    return Figure(
      identifier: "\(prefix)ptychography-quality", title: "Quality of the projections",
      caption: "One point a projection; what stands out deserves a look at its row in the table.", panels: panels)
  }
}
