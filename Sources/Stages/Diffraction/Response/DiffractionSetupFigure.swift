import ArrayMath
import Figures
import Foundation
import PowderDiffraction
import Quantities

/// The setup of a diffraction experiment drawn to scale: all of it in millimetres, and the sample in micrometres.
struct DiffractionSetupFigure {
  let setup: DiffractionSetup
  let identifier: String
  /// Diameter of the particle in metres; nil for a cell.
  let particleDiameter: Double?
  /// Spacings whose cones are drawn, in metres, with their names.
  let cones: [(name: String, spacing: Double)]

  var figure: Figure {
    Figure(
      identifier: identifier, title: "The setup, to scale",
      caption: caption, panels: [overview, sample])
  }

  private var isParticle: Bool { particleDiameter != nil }
  private var poni: PoniGeometry { setup.geometry.poni }

  private var caption: String {
    var words = [
      String(
        format:
          "Left, from the side: the beam from the left meets the sample at 0; the detector stands %.2f mm behind it.",
        poni.distance * 1e3),
      isParticle
        ? "Right, along the beam: needle, particle and beam; the scan goes down along the needle."
        : "Right, along the beam: its footprint on the cell.",
    ]
    let parts = setup.parts
    if isParticle, parts.needleDiameter == nil {
      words.append("The needle's diameter is not stated; its edges are open.")
    }
    if setup.beamHeight == nil { words.append("The beam's size is not stated.") }
    if parts.lithiumDiameter != nil || parts.kaptonDiameter != nil {
      words.append("Lithium, ionic liquid and Kapton have the sizes that the experiment file states.")
    }
    return words.joined(separator: " ")
  }

  // MARK: - Strokes

  private func strokes(
    _ name: String, _ points: [[(Double, Double)]], colour: Int, arrows: Bool = false
  ) -> Mark {
    var segments = Segments(name: name, x0: [], y0: [], x1: [], y1: [], arrows: arrows, colourIndex: colour)
    for line in points {
      for (from, to) in zip(line, line.dropFirst()) {
        segments.x0.append(from.0)
        segments.y0.append(from.1)
        segments.x1.append(to.0)
        segments.y1.append(to.1)
      }
    }
    return .segments(segments)
  }

  private func box(_ x: ClosedRange<Double>, _ y: ClosedRange<Double>) -> [(Double, Double)] {
    [
      (x.lowerBound, y.lowerBound), (x.upperBound, y.lowerBound), (x.upperBound, y.upperBound),
      (x.lowerBound, y.upperBound), (x.lowerBound, y.lowerBound),
    ]
  }

  private func ellipse(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> [(Double, Double)] {
    (0...72).map { step in
      let angle = 2 * Double.pi * Double(step) / 72
      return (x + width / 2 * cos(angle), y + height / 2 * sin(angle))
    }
  }

  // MARK: - Panels

  /// From the side, in millimetres: x along the beam, y up.
  private var overview: Panel {
    let grid = setup.geometry.grid
    let milli = 1e3
    let plate = Double(grid.shape.rows) * grid.pixelHeight * milli
    let centre = (poni.beamCentre?.axis1 ?? poni.poni1) * milli
    let distance = poni.distance * milli
    let (bottom, top) = (-centre, plate - centre)
    // The plate turns about the point of normal incidence by rotation 2, seen from the side.
    func plateX(_ y: Double) -> Double { distance - y * tan(poni.rotation2) }
    var marks = [
      strokes("beam", [[(-0.35 * distance, 0), (0, 0)]], colour: 3, arrows: true),
      strokes("direct beam", [[(0, 0), (plateX(0), 0)]], colour: 3),
    ]
    for (index, cone) in cones.enumerated() {
      guard let wavelength = setup.geometry.wavelength, wavelength < 2 * cone.spacing else { continue }
      let height = distance * tan(2 * asin(wavelength / (2 * cone.spacing)))
      marks.append(
        strokes(
          cone.name, [[(0, 0), (plateX(height), height)], [(0, 0), (plateX(-height), -height)]], colour: 1 + 3 * index))
    }
    marks.append(
      strokes("detector", [[(plateX(bottom), bottom), (plateX(top), top)]], colour: 0))
    let parts = setup.parts
    if let kapton = parts.kaptonDiameter?.si {
      marks.append(strokes("Kapton", [ellipse(0, 0, kapton * milli, kapton * milli)], colour: 5))
    }
    if isParticle, let disc = lithium(scale: milli) { marks.append(strokes("lithium", [disc], colour: 2)) }
    marks.append(.points(Curve(name: "sample", x: [0], y: [0], colourIndex: 6)))
    let reach = 1.08 * max(abs(bottom), abs(top))
    return Panel(
      title: "From the side", x: Axis("along the beam", unit: "mm", limits: -0.4 * distance...1.1 * distance),
      y: Axis("height", unit: "mm", limits: -reach...reach), marks: marks, equalAspect: true)
  }

  /// The lithium disc under the particle, which begins at its free edge below the sample's origin.
  private func lithium(scale: Double) -> [(Double, Double)]? {
    guard let diameter = setup.parts.lithiumDiameter?.si else { return nil }
    let top = -((particleDiameter ?? 0) + (setup.parts.lithiumGap?.si ?? 0)) * scale
    let thickness = (setup.parts.lithiumThickness?.si ?? 0) * scale
    return box(-diameter / 2 * scale...diameter / 2 * scale, top - thickness...top)
  }

  /// Along the beam, in micrometres: the sample and the beam on it.
  private var sample: Panel {
    guard let diameter = particleDiameter.map({ $0 * 1e6 }) else { return cell }
    let micro = 1e6
    var marks: [Mark] = []
    let needle = setup.parts.needleDiameter.map { $0.si * micro }
    let halfNeedle = (needle ?? 0.5 * diameter) / 2
    // The needle's flanks open upwards by a slope of one in ten.
    let height = 0.8 * diameter
    func flank(_ side: Double) -> [(Double, Double)] {
      [(side * halfNeedle, 0), (side * (halfNeedle + 0.1 * height), height)]
    }
    marks.append(
      strokes(
        "needle",
        [flank(-1), flank(1)] + (needle == nil ? [] : [[(-halfNeedle, 0), (halfNeedle, 0)]]), colour: 0))
    marks.append(strokes("particle", [ellipse(0, -diameter / 2, diameter, diameter)], colour: 1))
    var low = -1.3 * diameter
    if let gap = setup.parts.lithiumGap?.si, setup.parts.lithiumDiameter != nil {
      let surface = -diameter - gap * micro
      if surface > -3 * diameter {
        low = min(low, surface - 0.2 * diameter)
        marks.append(strokes("lithium", [[(-0.9 * diameter, surface), (0.9 * diameter, surface)]], colour: 2))
      }
    }
    marks.append(
      strokes(
        "scan", [[(0.75 * diameter, 0.1 * diameter), (0.75 * diameter, -1.1 * diameter)]], colour: 4, arrows: true))
    if let beamHeight = setup.beamHeight {
      marks.append(
        strokes(
          "beam",
          [ellipse(0, -diameter / 2, (setup.beamWidth ?? beamHeight) * micro, beamHeight * micro)], colour: 3))
    }
    return Panel(
      title: "The sample along the beam", x: Axis("across", unit: "um", limits: -diameter...diameter),
      y: Axis("height", unit: "um", limits: low...height), marks: marks, equalAspect: true)
  }

  private var cell: Panel {
    let milli = 1e3
    let height = (setup.beamHeight ?? 0) * milli
    let width = (setup.beamWidth ?? setup.beamHeight ?? 0) * milli
    let reach = max(0.75 * max(height, width), 0.05)
    return Panel(
      title: "The beam on the cell", x: Axis("across", unit: "mm", limits: -reach...reach),
      y: Axis("height", unit: "mm", limits: -reach...reach),
      marks: height > 0
        ? [strokes("beam", [box(-width / 2...width / 2, -height / 2...height / 2)], colour: 3)]
        : [
          strokes(
            "beam, of unknown size", [[(-0.1 * reach, 0), (0.1 * reach, 0)], [(0, -0.1 * reach), (0, 0.1 * reach)]],
            colour: 3)
        ],
      equalAspect: true)
  }
}
