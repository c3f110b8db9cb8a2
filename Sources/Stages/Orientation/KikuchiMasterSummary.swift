import Crystallography
import ElectronDiffraction
import Figures
import Foundation
import Pipeline

/// The master patterns in words and figures.
struct KikuchiMasterSummary {
  let value: KikuchiMasters
  let input: KikuchiMasterStage.Input
  let parameters: KikuchiMasterStage.Parameters

  private var prefix: String { input.name.isEmpty ? "" : "\(input.name)." }
  private var prefixed: String { input.name.isEmpty ? "" : "\(input.name)-" }

  var summary: StageSummary {
    StageSummary(
      title: "Master pattern" + (input.name.isEmpty ? "" : ": \(input.name)"), headlines: headlines, figures: [figure],
      tables: value.phases.map(bands), assumptions: [],
      conventions: [
        Convention(subject: "crystal's Cartesian frame", choice: "x along a, z along c*"),
        Convention(subject: "master pattern", choice: "square equal-area (Lambert) grid, c* in the middle"),
      ],
      warnings: input.phases.flatMap { phase in
        phase.structure.bondLengthWarnings().map { "\(phase.source): \($0)" }
      },
      methods: methods, citations: KikuchiMasterStage.citations)
  }

  private var headlines: [HeadlineValue] {
    value.phases.map { phase in
      HeadlineValue(
        key: "\(prefix)master.\(phase.indexing.name).pseudo_symmetries",
        label: "orientations of \(phase.indexing.name) that look alike, beside the true one",
        value: Double(PseudoSymmetry(phase.indexing).operators.count), uncertaintyNote: "a count", unit: "1")
    }
  }

  private var figure: Figure {
    let panels = value.phases.map { phase -> Panel in
      let master = phase.master
      let sorted = master.north.sorted()
      let low = Double(sorted[sorted.count / 200]), high = Double(sorted[sorted.count - 1 - sorted.count / 200])
      // Row 0 of the grid is y = −1, that of a picture is the top.
      let rows = (0..<master.size).reversed().flatMap { row in
        master.north[row * master.size..<(row + 1) * master.size]
      }
      return Panel(
        title: phase.indexing.name, x: Axis("x of the grid"), y: Axis("y of the grid"),
        marks: [
          .map(
            PixelMap(
              label: "intensity", unit: "", rows: master.size, columns: master.size, values: [Array(rows)],
              xExtent: -1...1, yExtent: -1...1, colourScale: .sequential, limits: low...max(high, low + 1e-6)))
        ], equalAspect: true)
    }
    return Figure(
      identifier: "\(prefixed)kikuchi-master", title: "Diffraction of every direction of the crystal",
      caption:
        "Intensity along each direction, in equal areas: c* in the middle, directions across it along the edges. "
        + "\(parameters.method.rawValue.capitalized) theory at \(String(format: "%g", input.kiloelectronvolts)) keV.",
      panels: panels)
  }

  private func bands(_ phase: KikuchiMasters.Phase) -> Table {
    let reflectors = phase.indexing.reflectors
    let largest = reflectors.map(\.amplitude).max() ?? 1
    return Table(
      title: "Bands of \(phase.indexing.name) that are looked for",
      columns: ["family / 1", "planes / 1", "d / angstrom", "width / deg", "relative |F| / 1"],
      rows: reflectors.map { reflector in
        let width = 2 * asin(min(value.wavelength / (2 * reflector.dSpacing), 1)) * 180 / .pi
        return [
          "\(reflector.indices)", "\(reflector.poles.count)", String(format: "%.4f", reflector.dSpacing * 1e10),
          String(format: "%.2f", width), String(format: "%.3f", reflector.amplitude / largest),
        ]
      },
      caption:
        "The strongest families, and those that break the pseudo-symmetries: without them a wrong orientation fits as well."
    )
  }

  private var methods: String {
    let phases = input.phases.map { phase in
      let cell = phase.structure.cell
      return String(
        format: "%@ (%@; a = %.4f, c = %.4f angstrom)", phase.name, phase.source, cell.a * 1e10, cell.c * 1e10)
    }
    let theory =
      parameters.method == .dynamical
      ? "by Bloch waves of all beams down to \(parameters.leastSpacing), weak ones as Bethe potentials"
      : "as the sum of two-beam profiles down to \(parameters.leastSpacing)"
    return
      "Master patterns of \(phases.joined(separator: ", ")) were computed at \(String(format: "%g", input.kiloelectronvolts)) keV \(theory), with the scattering and absorption of Weickenmeier and Kohl, for electrons from a mean depth of \(parameters.depth)."
  }
}
