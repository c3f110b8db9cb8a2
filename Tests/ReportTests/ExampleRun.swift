import Figures
import Foundation
import Pipeline
import Report

/// A run as the first two stages would hand it over: the seed's numbers, and stresses of a plausible shape.
enum ExampleRun {
  static let times: [Double] = [0, 200, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000, 20000]

  /// A stress that is high in the shell early and spreads inwards, in MPa.
  static func hoopStress(_ r: Double, _ theta: Double, _ time: Double) -> Double {
    let depth = 1 + 9 * (1 - exp(-time / 4000))
    let shell = 1 / (1 + exp(-(r - 5) / 0.15))
    let front = exp(-(10 - r) * (10 - r) / (depth * depth))
    return (1 - exp(-time / 300)) * (shell * 900 * front - (1 - shell) * 400 * (1 - exp(-time / 2500)))
      + 40 * shell * cos(4 * theta) * front
  }

  static func map(size: Int, label: String, _ value: (Double, Double, Double) -> Double) -> PixelMap {
    let frames = times.map { time in
      (0..<size * size).map { index -> Float in
        let x = (Double(index % size) + 0.5) / Double(size) * 10
        let y = 10 - (Double(index / size) + 0.5) / Double(size) * 10
        let r = (x * x + y * y).squareRoot()
        return r > 10 ? .nan : Float(value(r, atan2(y, x), time))
      }
    }
    return PixelMap(
      label: label, unit: "MPa", rows: size, columns: size, values: frames, xExtent: 0...10, yExtent: 0...10,
      colourScale: .diverging, limits: -1000...1000)
  }

  static func mapFigure(size: Int) -> Figure {
    let axes = (x: Axis("x", unit: "µm"), y: Axis("y", unit: "µm"))
    let transition = (0...60).map { Double($0) / 60 * .pi / 2 }
    let outline = Mark.line(
      Curve(
        name: "transition radius", x: transition.map { 5 * cos($0) }, y: transition.map { 5 * sin($0) }, style: .dotted,
        colourIndex: 6))
    return Figure(
      identifier: "hoop-stress-maps", title: "Hoop stress while charging",
      caption:
        "Red is tension, blue is compression. Move the slider to follow the charge; the dotted line is the transition radius.",
      panels: [
        Panel(
          title: "Core-shell particle", x: axes.x, y: axes.y,
          marks: [.map(map(size: size, label: "hoop stress", hoopStress)), outline], equalAspect: true),
        Panel(
          title: "Random particle", x: axes.x, y: axes.y,
          marks: [.map(map(size: size, label: "hoop stress") { r, _, t in 0.4 * hoopStress(r + 3, 0, t) - 60 })],
          equalAspect: true),
      ], frames: .init(label: "time", unit: "s", values: times))
  }

  static var profileFigure: Figure {
    let radius = (0...200).map { Double($0) * 0.05 }
    func profile(_ factor: Double) -> [[Double]] {
      times.map { time in radius.map { factor * hoopStress($0, 0.3, time) } }
    }
    return Figure(
      identifier: "radial-profiles", title: "Stress along the radius",
      caption: "Full lines are the core-shell particle, dashed lines the random one.",
      panels: [
        Panel(
          x: Axis("radius", unit: "µm"), y: Axis("stress", unit: "MPa"),
          marks: [
            .line(Curve(name: "hoop, core-shell", x: radius, frames: profile(1))),
            .line(Curve(name: "radial, core-shell", x: radius, frames: profile(0.35))),
            .line(Curve(name: "hoop, random", x: radius, frames: profile(0.4), style: .dashed, colourIndex: 0)),
            .verticalLine(at: 5, label: "transition radius"), .horizontalLine(at: 0, label: ""),
          ])
      ], frames: .init(label: "time", unit: "s", values: times))
  }

  static var chargeFigure: Figure {
    let time = (0...8000).map { Double($0) * 15500 / 8000 }
    let voltage = time.map { 3.0 + 0.72 * (1 - exp(-$0 / 400)) + 2.2e-5 * $0 + 0.002 * sin($0 / 7) }
    let measured = stride(from: 0, through: 15000, by: 1500).map(Double.init)
    return Figure(
      identifier: "charge-curve", title: "Voltage and state of charge over time",
      caption: "The current was 30 pA throughout; the step ended before its limit of 4.5 V.",
      panels: [
        Panel(
          title: "Voltage", x: Axis("time", unit: "s"), y: Axis("voltage", unit: "V", limits: 2.9...4.6),
          marks: [
            .line(Curve(name: "measured", x: time, y: voltage)), .horizontalLine(at: 4.5, label: "limit of the step"),
          ]),
        Panel(
          title: "State of charge", x: Axis("time", unit: "s"), y: Axis("state of charge", unit: "%"),
          marks: [
            .line(Curve(name: "from integrated current", x: time, y: time.map { $0 * 10 / 15500 })),
            .points(
              Curve(
                name: "from the instrument's counter", x: measured, y: measured.map { $0 * 10.05 / 15500 },
                yUncertainty: measured.map { 0.1 + $0 * 3e-5 })),
          ]),
      ])
  }

  static var glyphFigure: Figure {
    var (x0, y0, x1, y1): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    for r in stride(from: 1.0, through: 9, by: 2) {
      for step in 0...Int(r) {
        let angle = Double(step) / Double(Int(r)) * .pi / 2
        let (x, y, half) = (r * cos(angle), r * sin(angle), 0.55)
        let along = r < 5 ? 0.7 : angle + .pi / 2
        x0.append(x - half * cos(along))
        y0.append(y - half * sin(along))
        x1.append(x + half * cos(along))
        y1.append(y + half * sin(along))
      }
    }
    let diffusivity = (0...300).map { Double($0) / 30 }
    return Figure(
      identifier: "diffusivity", title: "Diffusivity tensor of the core-shell particle",
      caption: "Left: the fast direction at points of the sector. Right: D along x on a logarithmic scale.",
      panels: [
        Panel(
          title: "Fast direction", x: Axis("x", unit: "µm", limits: 0...10.5),
          y: Axis("y", unit: "µm", limits: 0...10.5),
          marks: [
            .segments(Segments(name: "largest principal axis", x0: x0, y0: y0, x1: x1, y1: y1)),
            .segments(
              Segments(name: "displacement at the surface", x0: [8.8], y0: [4.8], x1: [7.9], y1: [4.3], arrows: true)),
          ], equalAspect: true),
        Panel(
          title: "Along x", x: Axis("x", unit: "µm"), y: Axis("diffusivity", unit: "m²/s", scale: .logarithmic),
          marks: [
            .line(
              Curve(name: "D_x", x: diffusivity, y: diffusivity.map { 1e-15 / (1 + 99 / (1 + exp(-($0 - 5) / 0.1))) })),
            .line(Curve(name: "D_y", x: diffusivity, y: diffusivity.map { _ in 1e-15 }, style: .dotted)),
            .verticalLine(at: 5, label: "R_T"),
          ]),
      ])
  }

  static func input(mapSize: Int = 300, plotly: String? = nil) -> ReportInput {
    ReportInput(
      title: "NMC811 core-shell particle", program: "operando 0.1.0", date: "2026-11-24 12:00 UTC",
      stages: [charge, particle(mapSize: mapSize)], claims: claims,
      warnings: ["The run was resumed once; all results are as in an undisturbed run."],
      experimentText: experiment, resolvedText: experiment + "  points: 2000\n",
      runRows: [
        ReportRunRow(
          stage: "state-of-charge", seconds: 0.21, memory: 3.1e7, skipped: true,
          file: "stages/01-state-of-charge-3fa9.nxs"),
        ReportRunRow(
          stage: "particle-mechanics", seconds: 4.87, memory: 2.4e8, skipped: false,
          file: "stages/02-particle-mechanics-77c1.nxs"),
      ],
      provenance: [ReportFact("command", "operando run experiment.yaml"), ReportFact("threads", "2")],
      plotlyScript: plotly)
  }

  private static var charge: ReportStage {
    ReportStage(
      name: "state-of-charge", key: "3fa9c1d2e0b4",
      summary: StageSummary(
        title: "State of charge",
        headlines: [
          HeadlineValue(
            key: "state_of_charge", label: "theoretical state of charge at the end", value: 9.998, uncertainty: 0.52,
            uncertaintyNote: "Current 1 %, time 1 s, mass 5 %, specific capacity 1 %; mass dominates.", unit: "%",
            isAnswer: true),
          HeadlineValue(
            key: "capacity", label: "transferred capacity", value: 27.54, uncertainty: 1.4, unit: "mAh/g",
            isAnswer: true),
          HeadlineValue(key: "c_rate", label: "C-rate (275.5 mAh/g)", value: 0.02322, uncertainty: 0.0012, unit: "1/h"),
          HeadlineValue(
            key: "volume", label: "particle volume", value: 2.13e-15, uncertainty: 4.4e-17, unit: "m³"),
        ],
        figures: [chargeFigure],
        tables: [
          Table(
            title: "Steps",
            columns: [
              "Step / 1", "start voltage / V", "limit / V", "ended by", "planned charge / mAh", "reached charge / mAh",
            ],
            rows: [["1", "3.000", "4.500", "stopped before its limit", "1.29e-06", "1.29e-07"]],
            caption: "What ended a step is what the data show, not what was planned.")
        ],
        assumptions: [
          Assumption(
            statement: "density 2.2 g/cm³, implied by the stated mass and volume", source: "the seed's mass and volume",
            range: "2.2 to 4.79 g/cm³ (crystal)",
            effect: "with the density of the crystal the state of charge halves to 4.6 %")
        ],
        conventions: [
          Convention(subject: "current sign", choice: "positive while lithium leaves the cathode (charge)")
        ],
        warnings: ["The step ended at 3.98 V, before its limit of 4.5 V."],
        methods:
          "The charge was integrated by the trapezoidal rule over 15500 s at 30 pA and divided by the mass of 4.69 ng and the specific capacity of 275.5 mAh/g [@marker2019].",
        citations: [
          Citation(
            key: "marker2019",
            text: "K. Märker, P. J. Reeves, C. Xu, K. J. Griffith, C. P. Grey, Chem. Mater. 31, 2545–2554, 2019.",
            doi: "10.1021/acs.chemmater.9b00140")
        ]), provenance: [ReportFact("input", "cell.mpr, SHA-256 9f86d081884c7d65"), ReportFact("version", "1")])
  }

  private static func particle(mapSize: Int) -> ReportStage {
    ReportStage(
      name: "particle-mechanics", key: "77c10aa9be12",
      summary: StageSummary(
        title: "Particle model",
        headlines: [
          HeadlineValue(
            key: "largest_hoop_stress", label: "largest hoop stress outside the transition", value: 912.4,
            uncertaintyNote: "No uncertainty: the model's parameters are assumed; see their ranges.", unit: "MPa",
            isAnswer: true),
          HeadlineValue(
            key: "surface_displacement", label: "surface displacement at full charge", value: -169.8,
            uncertaintyNote: "Discretisation error below 0.01 %.", unit: "nm", isAnswer: true),
        ],
        figures: [mapFigure(size: mapSize), profileFigure, glyphFigure],
        tables: [
          Table(
            title: "Core-shell and random particle", columns: ["quantity", "core-shell", "random", "unit"],
            rows: [
              ["largest hoop stress", "912.4", "365.0", "MPa"], ["time of it", "1000", "1500", "s"],
              ["lithium balance", "3e-13", "1e-13", "1"],
            ])
        ],
        assumptions: [
          Assumption(
            statement: "Young's modulus 140 GPa", source: "nanoindentation of NMC", range: "78 to 200 GPa",
            effect: "stress is proportional to it"),
          Assumption(
            statement: "transition radius 5 µm", source: "not stated; half the radius", range: "0 to 10 µm",
            effect: "moves the step of the stress"),
        ],
        conventions: [
          Convention(subject: "stress sign", choice: "tension positive"),
          Convention(subject: "sector axes", choice: "x along one symmetry edge, y up along the other"),
          Convention(subject: "expansion convention", choice: "A"),
        ],
        methods:
          "Lithium transport and linear elasticity were solved on a sector of 90° with quadratic elements.\n\nStresses are averages over the nodes of neighbouring elements.",
        citations: [
          Citation(
            key: "kondrakov2017",
            text: "A. O. Kondrakov, A. Schmidt, J. Xu, et al., J. Phys. Chem. C 121, 3286–3294, 2017.",
            doi: "10.1021/acs.jpcc.6b12885"),
          Citation(
            key: "marker2019", text: "K. Märker et al., Chem. Mater. 31, 2545–2554, 2019.",
            doi: "10.1021/acs.chemmater.9b00140"),
        ]), provenance: [ReportFact("mesh", "1824 elements of 6 nodes")])
  }

  private static let claims = [
    ReportClaim(
      subject: "transferred capacity", stated: "28.3 mAh/g", recomputed: "27.54 mAh/g", difference: "−2.7 %",
      verdict: .differs,
      comment: "30 pA × 15500 s / 4.69 ng"),
    ReportClaim(
      subject: "state of charge", stated: "10.3 %", recomputed: "10.00 %", difference: "−0.3 percentage points",
      verdict: .differs),
    ReportClaim(
      subject: "C-rate", stated: "0.025 1/h", recomputed: "0.0232 1/h", difference: "−7 %", verdict: .differs),
    ReportClaim(subject: "current", stated: "30 pA", recomputed: "30.0 pA", difference: "0 %", verdict: .agrees),
    ReportClaim(subject: "resolution", stated: "45 nm", recomputed: "–", difference: "–", verdict: .notRecomputed),
  ]

  private static let experiment = """
    operando: 1
    title: NMC811 core-shell particle
    electrochemistry:
      file: cell.mpr
      mass: 4.69 ng            # from the volume and a density
      specific_capacity: 275.5 mAh/g
    claims: { state_of_charge: 10.3 % }
    particle:
      radius: 10 um
      core_shell: { transition_radius: 5 um, transition_width: 0.1 um }

    """
}
