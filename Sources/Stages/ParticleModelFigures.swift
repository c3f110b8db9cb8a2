import ArrayMath
import Figures
import Foundation
import ParticleMechanics
import Quantities

/// The figures of the particle model: the seed's Figures 4 and 5 redrawn, animated maps and profiles, time courses.
struct ParticleModelFigures {
  let parameters: ParticleModelStage.Parameters
  let cases: [ParticleModelResult.Case]
  let effects: [AssumptionEffects]
  let threads: Int
  /// `[case][state]`: the 2-D model along its middle radius.
  let profilesOfCases: [[ParticleMetrics.Profile]]

  init(
    parameters: ParticleModelStage.Parameters, cases: [ParticleModelResult.Case], effects: [AssumptionEffects],
    threads: Int
  ) {
    self.parameters = parameters
    self.cases = cases
    self.effects = effects
    self.threads = threads
    profilesOfCases = cases.map { $0.profiles(of: $0.states) }
  }

  /// Pixels along an edge of a map.
  static let pixels = 160

  func all() throws -> [Figure] {
    var figures = try maps() + [profiles, timeCourse]
    if parameters.structures.contains(.coreShell) { figures += [materialFunctions, glyphs] }
    return figures
  }

  // MARK: - Maps and profiles

  /// A quantity that is drawn as a map.
  private struct MapKind {
    var identifier: String
    var title: String
    var quantity: FieldQuantity
    var unit: String
    var factor: Float
    var scale: PixelMap.ColourScale
  }

  private static let mapKinds = [
    MapKind(
      identifier: "lithiation-map", title: "Lithiation", quantity: .lithiation, unit: "", factor: 1, scale: .sequential),
    MapKind(
      identifier: "hoop-stress-map", title: "Hoop stress", quantity: .stress(.hoop), unit: "GPa", factor: 1e-9,
      scale: .diverging),
    MapKind(
      identifier: "radial-stress-map", title: "Radial stress", quantity: .stress(.radial), unit: "GPa", factor: 1e-9,
      scale: .diverging),
    MapKind(
      identifier: "von-mises-stress-map", title: "Von Mises stress", quantity: .stress(.vonMises), unit: "GPa",
      factor: 1e-9, scale: .sequential),
  ]

  /// - Throws: what a parallel loop throws.
  private func maps() throws -> [Figure] {
    // [case][state][kind]
    let pictures = try cases.map { entry in
      let solution = entry.solution
      return try parallelMap(count: entry.states.count, threads: threads) { place in
        solution.rasters(entry.states[place], Self.mapKinds.map(\.quantity), pixels: Self.pixels)
      }
    }
    return Self.mapKinds.enumerated().map { place, kind in
      map(kind, pictures.map { states in states.map { $0[place].map { $0 * kind.factor } } })
    }
  }

  private func map(_ kind: MapKind, _ rasters: [[[Float]]]) -> Figure {
    let micrometres = parameters.radius.si * 1e6
    let (identifier, title, unit, scale) = (kind.identifier, kind.title, kind.unit, kind.scale)
    let values = rasters.joined().joined().filter(\.isFinite)
    var (low, high) = (Double(values.min() ?? 0), Double(values.max() ?? 1))
    if scale == .diverging {
      high = max(-low, high)
      low = -high
    }
    if !(high > low) { high = low + 1 }
    let axis = 0...micrometres
    let panels = zip(cases, rasters).map { entry, frames in
      Panel(
        title: entry.structure.rawValue, x: Axis("x", unit: "um", limits: axis), y: Axis("y", unit: "um", limits: axis),
        marks: [
          .map(
            PixelMap(
              label: title.lowercased(), unit: unit, rows: Self.pixels, columns: Self.pixels, values: frames,
              xExtent: axis, yExtent: axis, colourScale: scale, limits: low...high))
        ], equalAspect: true)
    }
    return Figure(
      identifier: identifier, title: title,
      caption: "A quarter of the particle's section, centre at the lower left, the same colours for all times and "
        + "structures. \(legCaption)", panels: panels, frames: frames)
  }

  private var frames: Figure.Frames? {
    cases.first.map { Figure.Frames(label: "time", unit: "s", values: $0.elapsed) }
  }

  private var legCaption: String {
    guard let entry = cases.first, entry.legs.count > 1 else { return "Time counts from the jump of the surface." }
    var start = 0.0
    let texts = zip(entry.legNames, entry.legs).map { name, leg in
      defer { start += leg.duration }
      return "\(name) from \(ParticleModelSummary.number(start, 6)) s"
    }
    return "Time counts on through the legs: \(texts.joined(separator: ", "))."
  }

  private var profiles: Figure {
    let radius = Axis("distance from the centre", unit: "um")
    func curves(_ place: Int, _ name: String, _ factor: Double, _ pick: (ParticleMetrics.Profile) -> [Double]) -> [Mark]
    {
      let entry = cases[place]
      let model = profilesOfCases[place]
      let x = entry.profileRadii.map { $0 * 1e6 }
      let thinned = Self.thinned(x.count)
      let twin = effects[place].twinProfiles
      return [
        .line(
          Curve(
            name: name, x: x, frames: model.map { pick($0).map { $0 * factor } }, colourIndex: place)),
        .points(
          Curve(
            name: "\(name), 1-D twin", x: thinned.map { x[$0] },
            frames: twin.map { profile in thinned.map { pick(profile)[$0] * factor } }, colourIndex: place)),
      ]
    }
    func panel(
      _ title: String, _ label: String, _ unit: String, _ factor: Double, _ pick: (ParticleMetrics.Profile) -> [Double]
    ) -> Panel {
      Panel(
        title: title, x: radius, y: Axis(label, unit: unit),
        marks: cases.indices.flatMap { curves($0, cases[$0].structure.rawValue, factor, pick) })
    }
    return Figure(
      identifier: "radial-profiles", title: "Profiles along the radius at 45 degrees",
      caption: "Lines: the 2-D model. Points: the 1-D twin, another method for the same equations. \(legCaption)",
      panels: [
        panel("Lithiation", "lithiation", "", 1) { $0.lithiation },
        panel("Radial stress", "radial stress", "GPa", 1e-9) { $0.radialStress },
        panel("Hoop stress", "hoop stress", "GPa", 1e-9) { $0.hoopStress },
        panel("Axial stress", "axial stress", "GPa", 1e-9) { $0.axialStress },
      ], frames: frames)
  }

  /// About 25 of `count` places.
  private static func thinned(_ count: Int) -> [Int] {
    let step = max(count / 25, 1)
    return Array(stride(from: 0, to: count, by: step))
  }

  private var timeCourse: Figure {
    let time = Axis("time", unit: "s")
    func panel(_ title: String, _ label: String, _ unit: String, _ value: (ParticleMetrics.Profile) -> Double) -> Panel
    {
      Panel(
        title: title, x: time, y: Axis(label, unit: unit),
        marks: cases.enumerated().map { place, entry in
          .line(
            Curve(
              name: entry.structure.rawValue, x: entry.elapsed, y: profilesOfCases[place].map(value),
              style: place == 0 ? .solid : .dashed, colourIndex: place))
        } + legStarts)
    }
    return Figure(
      identifier: "time-course", title: "Against time",
      caption: "Core-shell and random particles of equal diffusivity along the radius hold the same lithium at every "
        + "time; their stresses differ. \(legCaption)",
      panels: [
        panel("Mean lithiation", "mean lithiation", "") { $0.meanLithiation },
        panel("Hoop stress at the surface", "hoop stress", "GPa") { $0.hoopStress[$0.hoopStress.count - 1] * 1e-9 },
        panel("Radial stress at the centre", "radial stress", "GPa") { $0.radialStress[0] * 1e-9 },
        panel("Displacement of the surface", "displacement", "nm") { $0.surfaceDisplacement * 1e9 },
      ])
  }

  private var legStarts: [Mark] {
    guard let entry = cases.first else { return [] }
    return entry.legs.indices.dropFirst().map { place in
      .verticalLine(at: entry.legs[..<place].reduce(0) { $0 + $1.duration }, label: entry.legNames[place])
    }
  }

  // MARK: - The seed's Figures 4 and 5

  private var materialFunctions: Figure {
    let model = parameters.model(.coreShell)
    let position = parameters.transitionRadius.si, width = parameters.transitionWidth.si
    let reference = parameters.diffusivity.si
    let edges: [Mark] = [
      .verticalLine(at: (position - width / 2) * 1e6, label: "R_T − w/2"),
      .verticalLine(at: (position + width / 2) * 1e6, label: "R_T + w/2"),
    ]
    func panel(_ title: String, _ radii: [Double]) -> Panel {
      let x = radii.map { $0 * 1e6 }
      func curve(_ name: String, _ style: Curve.Style = .solid, _ value: (Double) -> Double) -> Mark {
        .line(Curve(name: name, x: x, y: radii.map(value), style: style))
      }
      let diagonal = 0.5.squareRoot()
      return Panel(
        title: title, x: Axis("distance from the centre", unit: "um"),
        y: Axis("H, H', D over the shell's radial D", limits: -0.05...1.05),
        marks: [
          curve("H") { model.shellWeight(atRadius: $0) },
          curve("H'", .dashed) { model.coreWeight(atRadius: $0) },
          curve("Dx along the x axis") { model.diffusivity(x: $0, y: 0).xx / reference },
          curve("Dx along the y axis", .dotted) { model.diffusivity(x: 0, y: $0).xx / reference },
          curve("Dx along the diagonal", .dashed) {
            model.diffusivity(x: $0 * diagonal, y: $0 * diagonal).xx / reference
          },
          .verticalLine(at: position * 1e6, label: "R_T"),
        ] + (radii.count > 300 ? [] : edges))
    }
    let span = max(3 * width, 1e-3 * parameters.radius.si)
    return Figure(
      identifier: "diffusion-coefficient",
      title: "Horizontal diffusion coefficient Dx and the smooth Heaviside functions (the seed's Figure 4)",
      caption:
        "H blends the core into the shell at the transition radius R_T over the width w; H' = 1 − H. Along the x "
        + "axis Dx is the radial coefficient, along the y axis the tangential one.",
      panels: [
        panel("Whole radius", (0...400).map { parameters.radius.si * Double($0) / 400 }),
        panel("Transition", (0...200).map { position + span * (Double($0) / 100 - 1) / 2 }.filter { $0 >= 0 }),
      ])
  }

  private var glyphs: Figure {
    let coreShell = parameters.model(.coreShell), random = parameters.model(.random)
    let diffusion = { (model: ParticleModel, x: Double, y: Double) in model.diffusivity(x: x, y: y) }
    let expansion = { (model: ParticleModel, x: Double, y: Double) in model.expansionTensor(x: x, y: y) }
    return Figure(
      identifier: "directions", title: "Directions of diffusion and expansion (the seed's Figure 5)",
      caption:
        "Each cross shows a tensor's two principal directions in the plane, as long as its values: an equal cross "
        + "where it is isotropic, a stroke where it acts along one direction only.",
      panels: [
        glyphPanel("(a) diffusion, core-shell", coreShell, diffusion),
        glyphPanel("(b) expansion, core-shell", coreShell, expansion),
        glyphPanel("(c) diffusion and expansion, random", random, diffusion),
      ])
  }

  private func glyphPanel(
    _ title: String, _ model: ParticleModel, _ tensor: (ParticleModel, Double, Double) -> SymmetricTensor
  ) -> Panel {
    let radius = parameters.radius.si
    let rings = 9
    var strokes = [(core: true, parts: [[Double]]()), (core: false, parts: [[Double]]())]
    var largest = 0.0
    var points: [(x: Double, y: Double, tensor: SymmetricTensor)] = []
    for ring in 1...rings {
      let r = radius * (Double(ring) - 0.5) / Double(rings)
      let count = max(2, Int((1.3 * Double(ring)).rounded()))
      for place in 0..<count {
        let angle = .pi / 2 * (Double(place) + 0.5) / Double(count)
        let (x, y) = (r * cos(angle), r * sin(angle))
        let value = tensor(model, x, y)
        largest = max(largest, abs(value.inPlane[0].value), abs(value.inPlane[1].value))
        points.append((x, y, value))
      }
    }
    for point in points {
      let isCore = model.shellWeight(atRadius: (point.x * point.x + point.y * point.y).squareRoot()) < 0.5
      for (value, angle) in point.tensor.inPlane {
        let half = 0.42 * radius / Double(rings) * abs(value) / largest
        guard half > 0.02 * radius / Double(rings) else { continue }
        let (dx, dy) = (half * cos(angle), half * sin(angle))
        strokes[isCore ? 0 : 1].parts.append(
          [point.x - dx, point.y - dy, point.x + dx, point.y + dy].map { $0 * 1e6 })
      }
    }
    let arc = (0...60).map { Double.pi / 2 * Double($0) / 60 }
    var marks: [Mark] = strokes.filter { !$0.parts.isEmpty }.map { stroke in
      .segments(
        Segments(
          name: stroke.core ? "isotropic" : "along one direction", x0: stroke.parts.map { $0[0] },
          y0: stroke.parts.map { $0[1] }, x1: stroke.parts.map { $0[2] }, y1: stroke.parts.map { $0[3] },
          colourIndex: stroke.core ? 0 : 1))
    }
    marks.append(
      .line(
        Curve(
          name: "surface", x: arc.map { radius * cos($0) * 1e6 }, y: arc.map { radius * sin($0) * 1e6 }, colourIndex: 3)
      ))
    let limits = 0...1.05 * radius * 1e6
    return Panel(
      title: title, x: Axis("x", unit: "um", limits: limits), y: Axis("y", unit: "um", limits: limits), marks: marks,
      equalAspect: true)
  }
}

extension SymmetricTensor {
  /// The principal values in the plane, each with the angle of its direction from the x axis in radians.
  fileprivate var inPlane: [(value: Double, angle: Double)] {
    let mean = (xx + yy) / 2, half = (xx - yy) / 2
    let radius = (half * half + xy * xy).squareRoot()
    let angle = atan2(xy, half) / 2
    return [(mean + radius, angle), (mean - radius, angle + .pi / 2)]
  }
}
