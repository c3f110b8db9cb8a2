import Figures
import Foundation
import ParticleMechanics
import Pipeline
import Quantities

/// The figures of a cycled particle, from what a run gives.
struct ParticleCyclingFigures {
  let parameters: ParticleCyclingStage.Parameters
  let model: CyclingModel
  let outcome: CyclingOutcome
  let sweeps: [CyclingSweep]
  let sensitivities: CyclingSensitivities
  /// C/kg of a lithiation of 1.
  let specificCapacity: Double

  /// Pixels along an edge of a map.
  static let pixels = 150

  func all() -> [Figure] {
    var figures = [course, capacity]
    if !outcome.profiles.isEmpty { figures.append(profiles) }
    if let fields = outcome.fields { figures += maps(fields) }
    figures.append(cracking)
    figures.append(materialFunctions)
    figures += sweeps.enumerated().map { sweep($1, number: $0 + 1) }
    if let tornado { figures.append(tornado) }
    return figures
  }

  // MARK: - The protocol

  private var hours: [Double] { outcome.course.time.map { $0 / 3600 } }

  private var stepEnds: [Mark] {
    guard outcome.steps.count <= 8 else { return [] }
    return outcome.steps.dropLast().map { .verticalLine(at: $0.endTime / 3600, label: "") }
  }

  private var course: Figure {
    let time = Axis("time", unit: "h"), course = outcome.course
    let span = parameters.protocol.lithiationSpan.si
    func line(_ name: String, _ values: [Double], _ style: Curve.Style = .solid) -> Mark {
      let kept = Self.thinned(values.count)
      return .line(Curve(name: name, x: kept.map { hours[$0] }, y: kept.map { values[$0] }, style: style))
    }
    var panels: [Panel] = []
    if course.voltage.contains(where: \.isFinite) {
      panels.append(
        Panel(
          title: "Voltage", x: time, y: Axis("voltage", unit: "V"), marks: [line("voltage", course.voltage)] + stepEnds)
      )
    }
    panels += [
      Panel(
        title: "Current, charge positive", x: time, y: Axis("C-rate", unit: "1/h"),
        marks: [line("current", course.rate.map { -$0 * 3600 / span })] + stepEnds),
      Panel(
        title: "Lithiation", x: time, y: Axis("lithiation"),
        marks: [line("mean", course.mean), line("wetted surface", course.surface, .dashed)] + stepEnds),
    ]
    return Figure(
      identifier: "cycling-course", title: "Course of the protocol",
      caption:
        "What the potentiostat reads and what happens in the particle. \(model.rateWords) "
        + (stepEnds.isEmpty ? "" : "Lines: where a step of the protocol ends."), panels: panels)
  }

  private var capacity: Figure {
    let course = outcome.course
    let kept = Self.thinned(course.time.count)
    let unit = specificCapacity / 3600
    let start = course.mean.first ?? 0
    var marks: [Mark] = [
      .line(
        Curve(
          name: "terminal voltage", x: kept.map { (start - course.mean[$0]) * unit }, y: kept.map { course.voltage[$0] }
        ))
    ]
    if let material = model.kinetics {
      let low = course.mean.min() ?? 0, high = course.mean.max() ?? 1
      let grid = (0...200).map { low + (high - low) * Double($0) / 200 }
      marks.append(
        .line(
          Curve(
            name: "open circuit", x: grid.map { (start - $0) * unit }, y: grid.map { material.openCircuitVoltage($0) },
            style: .dotted)))
      return Figure(
        identifier: "cycling-capacity", title: "Voltage against capacity",
        caption: "The distance between the branches is the work lost to diffusion, kinetics and film.",
        panels: [
          Panel(
            title: "Voltage", x: Axis("capacity taken out", unit: "mAh/g"), y: Axis("voltage", unit: "V"), marks: marks)
        ])
    }
    return Figure(
      identifier: "cycling-capacity", title: "Lithiation of the surface against capacity",
      caption: "Without kinetics the surface's lithiation stands for the voltage.",
      panels: [
        Panel(
          title: "Surface", x: Axis("capacity taken out", unit: "mAh/g"), y: Axis("lithiation of the surface"),
          marks: [
            .line(
              Curve(
                name: "surface", x: kept.map { (start - course.mean[$0]) * unit }, y: kept.map { course.surface[$0] }))
          ])
      ])
  }

  /// At most about 800 places, both ends among them.
  static func thinned(_ count: Int) -> [Int] {
    guard count > 800 else { return Array(0..<count) }
    return (0..<800).map { $0 * (count - 1) / 799 }
  }

  // MARK: - Along the radius

  private var profiles: Figure {
    let radius = Axis("distance from the centre", unit: "um"), all = outcome.profiles
    func panel(
      _ title: String, _ label: String, _ unit: String, _ factor: Double, _ pick: (CyclingProfile) -> [Double]
    ) -> Panel {
      Panel(
        title: title, x: radius, y: Axis(label, unit: unit),
        marks: [
          .line(
            Curve(
              name: label, x: all[0].radius.map { $0 * 1e6 }, frames: all.map { pick($0).map { $0 * factor } }))
        ])
    }
    var panels = [
      panel("Lithiation", "lithiation", "", 1) { $0.lithiation },
      panel("Radial stress", "radial stress", "MPa", 1e-6) { $0.radialStress },
      panel(
        parameters.shape == .sphere ? "Tangential stress" : "Hoop stress",
        parameters.shape == .sphere ? "tangential stress" : "hoop stress", "MPa", 1e-6
      ) { $0.hoopStress },
    ]
    if parameters.shape == .cylinder {
      panels.append(panel("Axial stress", "axial stress", "MPa", 1e-6) { $0.axialStress })
    }
    return Figure(
      identifier: "cycling-profiles", title: "Profiles along the radius",
      caption: "Move the slider through the kept times. Tension is positive.", panels: panels,
      frames: Figure.Frames(label: "time", unit: "h", values: all.map { $0.time / 3600 }))
  }

  // MARK: - Cracks

  private var cracking: Figure {
    let drivers = outcome.drivers, settings = parameters.cracking
    let x = drivers.time.map { $0 / 3600 }, time = Axis("time", unit: "h")
    func curve(_ name: String, _ values: [Double], _ factor: Double, _ style: Curve.Style = .solid) -> Mark {
      .line(Curve(name: name, x: x, y: values.map { $0 * factor }, style: style))
    }
    var marks = [curve("flaw at the surface", drivers.surfaceIntensity, 1e-6)]
    if drivers.boundaryIntensity.contains(where: \.isFinite) {
      marks.append(curve(insideWords, drivers.boundaryIntensity, 1e-6, .dashed))
    }
    marks += zip(["least", "largest"], settings.toughness).map {
      .horizontalLine(at: $1.si * 1e-6, label: "\($0) toughness")
    }
    var panels = [
      Panel(
        title: "Stress intensity", x: time, y: Axis("stress intensity", unit: "MPa*m^0.5"), marks: marks),
      Panel(
        title: "Largest tension", x: time, y: Axis("stress", unit: "MPa"),
        marks: [
          curve("largest tension", drivers.tension, 1e-6),
          .horizontalLine(at: settings.strength.si * 1e-6, label: "strength"),
        ]),
    ]
    if drivers.survival.contains(where: \.isFinite) {
      panels.append(
        Panel(
          title: "Survival", x: time, y: Axis("probability", limits: -0.02...1.02),
          marks: [curve("no flaw has run", drivers.survival, 1)]))
    }
    return Figure(
      identifier: "cycling-cracking", title: "What drives cracks, against what resists them",
      caption:
        "Flaws of \(settings.flawLength.value) in the computed field of a particle that is still whole. Above the "
        + "largest toughness a flaw runs, below the least it does not; in between the literature leaves it open.",
      panels: panels)
  }

  /// Where the flaw inside lies.
  private var insideWords: String {
    parameters.grains == nil ? "flaw inside, across the largest tension" : "flaw in a grain boundary"
  }

  // MARK: - The material

  private var materialFunctions: Figure {
    let grid = (0...200).map { 0.02 + 0.96 * Double($0) / 200 }
    let x = Axis("lithiation", limits: 0...1)
    let range: [Mark] = [
      .verticalLine(at: outcome.course.surface.min() ?? 0, label: "least reached"),
      .verticalLine(at: outcome.course.surface.max() ?? 1, label: "largest reached"),
    ]
    func panel(
      _ title: String, _ label: String, _ unit: String, _ scale: Axis.Scale, _ curves: [(String, (Double) -> Double)]
    ) -> Panel {
      Panel(
        title: title, x: x, y: Axis(label, unit: unit, scale: scale),
        marks: curves.map { name, value in .line(Curve(name: name, x: grid, y: grid.map(value))) } + range)
    }
    var panels: [Panel] = []
    if let kinetics = model.kinetics {
      panels.append(
        panel("Open-circuit voltage", "voltage", "V", .linear, [("U", { kinetics.openCircuitVoltage($0) })]))
      panels.append(
        panel(
          "Exchange current", "current density", "A/m2", .logarithmic, [("i0", { kinetics.exchangeCurrentDensity($0) })]
        ))
    }
    panels.append(panel("Diffusivity", "diffusivity", "m2/s", .logarithmic, [("D", { model.diffusivity($0) })]))
    if let crystal = model.crystal {
      panels.append(
        panel(
          "Strain of the crystal", "strain", "%", .linear,
          [("along a", { 100 * crystal($0).strain.a }), ("along c", { 100 * crystal($0).strain.c })]))
    }
    return Figure(
      identifier: "cycling-material", title: "What the material is made to do",
      caption: "The functions that the run used: \(model.materialWords)", panels: panels)
  }
}
