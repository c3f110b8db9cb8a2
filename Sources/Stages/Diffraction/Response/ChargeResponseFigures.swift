import Figures
import Foundation
import PowderDiffraction
import Quantities

/// The figures of a charge response.
struct ChargeResponseFigures {
  let response: ChargeResponse
  let input: ChargeResponseStage.Input
  /// Begins every identifier.
  let prefix: String

  var all: [Figure] {
    [maps, lattice, localAgainstCoulombic, alongPosition, edges, setup].compactMap(\.self)
  }

  /// Exposures that take part.
  private var usable: [Int] {
    response.exposures.indices.filter { index in
      response.locals.indices.contains(index) && response.locals[index]?.isUsable == true
        && response.charged.frames[index] != nil
    }
  }

  // MARK: - Position and time

  /// Maps of position against pass, the first pass at the left and the needle at the bottom.
  private var maps: Figure? {
    guard let scan = response.scan, scan.passCount > 1, scan.plan.stepCount > 1 else { return nil }
    let usesStrain = response.reference == .firstPass
    let strainA = response.strains(\.a, \.ownAA).values
    let strainC = response.strains(\.c, \.ownCC).values
    var panels: [Panel] = []
    func add(_ title: String, _ label: String, _ unit: String, _ values: [Double], isSigned: Bool) {
      guard let panel = map(scan, title, label, unit, values, isSigned: isSigned) else { return }
      panels.append(panel)
    }
    if usesStrain {
      add("Strain of c", "strain of c", "%", strainC.map { 100 * $0 }, isSigned: true)
      add("Strain of a", "strain of a", "%", strainA.map { 100 * $0 }, isSigned: true)
    } else {
      add("c", "c", "angstrom", response.lattices.map { $0.map { $0.c * 1e10 } ?? .nan }, isSigned: false)
      add("a", "a", "angstrom", response.lattices.map { $0.map { $0.a * 1e10 } ?? .nan }, isSigned: false)
    }
    if response.curve != nil {
      let local = response.locals.map { $0.map { $0.isUsable ? 100 * $0.value : .nan } ?? .nan }
      add("Local state of charge", "local state of charge", "%", local, isSigned: false)
    }
    guard !panels.isEmpty else { return nil }
    return Figure(
      identifier: "\(prefix)response-maps", title: "Position and time",
      caption:
        "Each column is a pass, the first at the left; the needle is below, the free edge above. Where nothing is "
        + "drawn, there is no lattice.", panels: panels)
  }

  private func map(
    _ scan: LineScan, _ title: String, _ label: String, _ unit: String, _ values: [Double], isSigned: Bool
  ) -> Panel? {
    guard values.count == response.exposures.count, let all = try? scan.map(values) else { return nil }
    let (steps, passes) = (scan.plan.stepCount, scan.passCount)
    let shown = all.filter(\.isFinite).sorted()
    guard let low = shown.first, let high = shown.last else { return nil }
    // A few wild values must not take all the colours.
    let (inner, outer) = (shown[shown.count / 50], shown[shown.count - 1 - shown.count / 50])
    let limits: ClosedRange<Double>
    if isSigned {
      let reach = max(abs(inner), abs(outer), 1e-9)
      limits = -reach...reach
    } else {
      limits = inner < outer ? inner...outer : low - 1e-9...high + 1e-9
    }
    let raster = (0..<steps).flatMap { row in
      (0..<passes).map { pass in Float(all[pass * steps + steps - 1 - row]) }
    }
    let positions = scan.plan.positions.map { $0 * 1e6 }
    let half = (positions[1] - positions[0]) / 2
    let starts = (0..<passes).compactMap { scan.frames(ofPass: $0).first?.start }
    let interval = passes > 1 ? (starts.last.map { $0 - starts[0] } ?? 0) / Double(passes - 1) : 0
    // Passes at even times have a time axis; others are counted.
    let isEven =
      starts.count == passes && interval > 0
      && starts.indices.allSatisfy { abs(starts[$0] - starts[0] - interval * Double($0)) < 0.05 * interval }
    let hours = (first: (response.clock.offset + (starts.first ?? 0)) / 3600, step: interval / 3600)
    return Panel(
      title: title,
      x: isEven ? Axis("time on the potentiostat's clock", unit: "h") : Axis("pass"),
      y: Axis("position", unit: "um"),
      marks: [
        .map(
          PixelMap(
            label: label, unit: unit, rows: steps, columns: passes, values: [raster],
            xExtent: isEven ? hours.first...hours.first + hours.step * Double(passes) : -0.5...Double(passes) - 0.5,
            yExtent: positions[0] - half...positions[steps - 1] + half,
            colourScale: isSigned ? .diverging : .sequential, limits: limits))
      ])
  }

  // MARK: - Lattice against charge

  /// The seed's Figure 3: c and a against the state of charge, with the curve.
  private var lattice: Figure? {
    let frames = response.exposures.indices.filter {
      response.charged.frames[$0] != nil && response.lattices[$0]?.hasBoth == true
    }
    guard !frames.isEmpty else { return nil }
    let states = frames.map { 100 * (response.charged.frames[$0]?.middle ?? .nan) }
    let usesStrain = response.scan != nil && response.reference == .firstPass
    func panel(
      _ name: String, _ value: (MeasuredLattices.Lattice) -> Double, _ variance: (MeasuredLattices.Lattice) -> Double,
      curve: (LatticeCurve, Double) -> Double, sigma: (LatticeCurve, Double) -> Double
    ) -> Panel {
      var points = frames.map { response.lattices[$0].map { value($0) * 1e10 } ?? .nan }
      var sigmas = frames.map { response.lattices[$0].map { variance($0).squareRoot() * 1e10 } ?? .nan }
      let strains = response.strains(value, variance)
      if usesStrain {
        points = frames.map { 100 * strains.values[$0] }
        sigmas = frames.map { 100 * strains.sigmas[$0] }
      }
      var marks: [Mark] = [
        .points(Curve(name: "exposures", x: states, y: points, yUncertainty: sigmas, colourIndex: 0))
      ]
      for (label, curve_, style) in curves {
        let range = min((states.min() ?? 0) / 100, curve_.range.upperBound)...max((states.max() ?? 0) / 100, 0.01)
        let places = (0...200).map { range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / 200 }
        let origin = curve(curve_, places[0])
        func scaled(_ length: Double) -> Double { usesStrain ? 100 * (length / origin - 1) : length * 1e10 }
        marks.append(
          .line(
            Curve(
              name: label, x: places.map { 100 * $0 }, y: places.map { scaled(curve(curve_, $0)) }, style: style,
              colourIndex: 1)))
        guard places.contains(where: { sigma(curve_, $0) > 0 }) else { continue }
        for side in [-1.0, 1] {
          marks.append(
            .line(
              Curve(
                name: "", x: places.map { 100 * $0 },
                y: places.map { scaled(curve(curve_, $0) + side * sigma(curve_, $0)) }, style: .dotted, colourIndex: 1))
          )
        }
      }
      if name == "c", let turn = response.cell?.turn {
        marks.append(.verticalLine(at: 100 * turn.state, label: "c is largest"))
      }
      return Panel(
        title: usesStrain ? "Strain of \(name)" : name, x: Axis("state of charge", unit: "%"),
        y: usesStrain ? Axis("strain of \(name)", unit: "%") : Axis(name, unit: "angstrom"), marks: marks)
    }
    return Figure(
      identifier: "\(prefix)response-lattice", title: "a and c against the state of charge",
      caption: "Bars are one standard uncertainty of counting and grains. "
        + (curves.isEmpty ? "" : "Dotted lines bound the curve by one standard uncertainty, where it has any. ")
        + "The state of charge is the coulombic one for the assumed mass.",
      panels: [
        panel("c", \.c, \.ownCC, curve: { $0.c(at: $1) }, sigma: { $0.sigmaC(at: $1) }),
        panel("a", \.a, \.ownAA, curve: { $0.a(at: $1) }, sigma: { $0.sigmaA(at: $1) }),
      ])
  }

  private var curves: [(String, LatticeCurve, Curve.Style)] {
    var found: [(String, LatticeCurve, Curve.Style)] = []
    if let cell = response.cell { found.append(("curve of this cell", cell.curve, .solid)) }
    if let curve = response.curve {
      found.append((input.curve?.source ?? "assumed curve", curve, response.cell == nil ? .solid : .dashed))
    }
    return found
  }

  // MARK: - Local and coulombic

  private var localAgainstCoulombic: Figure? {
    let frames = usable
    guard response.curve != nil, frames.count > 1 else { return nil }
    let x = frames.map { 100 * (response.charged.frames[$0]?.middle ?? .nan) }
    var marks: [Mark] = [
      .points(
        Curve(
          name: "exposures", x: x, y: frames.map { 100 * (response.locals[$0]?.value ?? .nan) },
          yUncertainty: frames.map { 100 * (response.locals[$0]?.sigma ?? .nan) }, colourIndex: 0))
    ]
    let end = max(x.max() ?? 0, 1e-3)
    marks.append(
      .line(Curve(name: "all of the assumed mass", x: [0, end], y: [0, end], style: .dashed, colourIndex: 7)))
    if let mass = response.activeMass {
      let places = (0...20).map { end * Double($0) / 20 }
      marks.append(
        .line(Curve(name: "mean slope", x: places, y: places.map { $0 * mass.factor }, colourIndex: 1)))
      for side in [-1.0, 1] {
        marks.append(
          .line(
            Curve(
              name: "", x: places, y: places.map { $0 * (mass.factor + side * mass.factorSigma) }, style: .dotted,
              colourIndex: 1)))
      }
    }
    return Figure(
      identifier: "\(prefix)response-active-mass", title: "Local against coulombic state of charge",
      caption: "A line steeper than one means that less mass takes part than was assumed. Dotted lines bound the mean "
        + "slope by one standard uncertainty.",
      panels: [
        Panel(
          x: Axis("coulombic state of charge", unit: "%"), y: Axis("local state of charge", unit: "%"), marks: marks)
      ])
  }

  private var alongPosition: Figure? {
    let positions = response.positions
    guard positions.count > 1, let scan = response.scan else { return nil }
    let isRelative = response.drift != nil
    var marks: [Mark] = [
      .points(
        Curve(
          name: "positions",
          x: positions.map { isRelative ? $0.fraction : scan.plan.positions[$0.step] * 1e6 },
          y: positions.map(\.factor), yUncertainty: positions.map(\.sigma), colourIndex: 0))
    ]
    if let mass = response.activeMass { marks.append(.horizontalLine(at: mass.factor, label: "mean")) }
    return Figure(
      identifier: "\(prefix)response-heterogeneity", title: "Heterogeneity along the particle",
      caption:
        "The slope of local against coulombic state of charge at each position: how much faster the material there "
        + "charges than the assumed mass would on average.",
      panels: [
        Panel(
          x: isRelative
            ? Axis("position on the particle, 0 at the needle and 1 at the free edge") : Axis("position", unit: "um"),
          y: Axis("local over coulombic state of charge"), marks: marks)
      ])
  }

  // MARK: - Edges and setup

  private var edges: Figure? {
    let edges = response.edges
    guard edges.contains(where: { $0.needle != nil || $0.free != nil }) else { return nil }
    let offset = response.clock.offset
    func points(_ name: String, _ of: KeyPath<PassEdges, EdgeEstimate?>, _ colour: Int) -> Mark {
      let found = edges.compactMap { $0[keyPath: of] }
      return .points(
        Curve(
          name: name, x: found.map { ($0.time + offset) / 3600 }, y: found.map { $0.position * 1e6 },
          yUncertainty: found.map { $0.sigma * 1e6 }, colourIndex: colour))
    }
    var marks = [points("edge at the needle", \.needle, 0), points("free edge", \.free, 1)]
    if let drift = response.drift, let scan = response.scan {
      let times = scan.frames.map { ($0.middle + offset) / 3600 }
      marks.append(
        .line(Curve(name: "drift", x: times, y: drift.edge.map { $0 * 1e6 }, colourIndex: 0)))
      marks.append(
        .line(
          Curve(
            name: "drift and length", x: times, y: drift.edge.map { ($0 + drift.length) * 1e6 }, colourIndex: 1)))
    }
    return Figure(
      identifier: "\(prefix)response-edges", title: "Edges of the particle",
      caption: "Both edges as each pass sees them, and the drift that explains them.",
      panels: [
        Panel(
          x: Axis("time on the potentiostat's clock", unit: "h"), y: Axis("position on the scan", unit: "um"),
          marks: marks)
      ])
  }

  private var setup: Figure? {
    guard var setup = input.setup else { return nil }
    if let scan = input.scan, setup.beamHeight == nil { setup.beamHeight = scan.beam.si }
    let diameter =
      response.scan == nil
      ? nil : setup.parts.particleDiameter?.si ?? response.drift.map(\.length).flatMap { $0 > 0 ? $0 : nil }
    var cones: [(name: String, spacing: Double)] = []
    if let lattice = response.lattices.lazy.compactMap(\.self).first(where: \.hasBoth) {
      let d104 = 1 / (4 / (3 * lattice.a * lattice.a) + 16 / (lattice.c * lattice.c)).squareRoot()
      cones = [("003", lattice.c / 3), ("104", d104)]
    }
    return DiffractionSetupFigure(
      setup: setup, identifier: "\(prefix)response-setup", particleDiameter: diameter, cones: cones
    ).figure
  }
}
