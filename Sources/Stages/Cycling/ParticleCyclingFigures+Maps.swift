import Figures
import Foundation
import ParticleMechanics
import Quantities

/// Pictures of a section or mesh.
extension ParticleCyclingFigures {
  private struct MapKind {
    var identifier: String
    var title: String
    var quantity: CyclingFields.NodalQuantity
    var unit: String
    var factor: Double
    var scale: PixelMap.ColourScale
  }

  private static let kinds = [
    MapKind(
      identifier: "cycling-lithiation-map", title: "Lithiation", quantity: .lithiation, unit: "", factor: 1,
      scale: .sequential),
    MapKind(
      identifier: "cycling-tension-map", title: "First principal stress", quantity: .firstPrincipalStress, unit: "MPa",
      factor: 1e-6, scale: .diverging),
    MapKind(
      identifier: "cycling-hoop-map", title: "Hoop stress", quantity: .hoopStress, unit: "MPa", factor: 1e-6,
      scale: .diverging),
    MapKind(
      identifier: "cycling-von-mises-map", title: "Von Mises stress", quantity: .vonMisesStress, unit: "MPa",
      factor: 1e-6, scale: .sequential),
  ]

  func maps(_ fields: CyclingFields) -> [Figure] {
    let raster = SectionRaster(fields, pixels: Self.pixels)
    let edges = Self.edges(fields)
    var figures: [Figure] = []
    if parameters.grains != nil { figures.append(grains(fields, raster, edges)) }
    let frames = Figure.Frames(label: "time", unit: "h", values: fields.time.map { $0 / 3600 })
    var kinds = Self.kinds
    if !fields.damage.isEmpty {
      kinds.append(
        MapKind(
          identifier: "cycling-damage-map", title: "Damage", quantity: .damage, unit: "", factor: 1, scale: .sequential)
      )
    }
    let weights = fields.nodeWeights
    figures += kinds.map { kind in
      let values = fields.time.indices.map { fields.values(kind.quantity, state: $0) }
      let pictures = values.map { raster.picture($0, factor: kind.factor) }
      // A few nodes at the corners of grains must not set the colours of all others.
      let low = values.map { CyclingFields.quantile($0, weights: weights, share: 0.005) }.min() ?? 0
      let high = values.map { CyclingFields.quantile($0, weights: weights, share: 0.995) }.max() ?? 1
      var limits = (low * kind.factor, high * kind.factor)
      if kind.scale == .diverging {
        limits.1 = max(abs(limits.0), abs(limits.1))
        limits.0 = -limits.1
      }
      if kind.quantity == .damage { limits = (0, 1) }
      if !(limits.1 > limits.0) { limits.1 = limits.0 + 1 }
      return Figure(
        identifier: kind.identifier, title: kind.title,
        caption: fields.dimension == 3
          ? "A cut through the centre. The same colours at all times; the outermost 0.5 % of values take the end's colour."
          : "The section seen along its normal, x to the right, y up. The same colours at all times; the outermost 0.5 % of values take the end's colour.",
        panels: [
          Panel(
            title: kind.title, x: axis("x", raster.xExtent), y: axis("y", raster.yExtent),
            marks: [
              .map(
                PixelMap(
                  label: kind.title.lowercased(), unit: kind.unit, rows: Self.pixels, columns: Self.pixels,
                  values: pictures, xExtent: micrometres(raster.xExtent), yExtent: micrometres(raster.yExtent),
                  colourScale: kind.scale, limits: limits.0...limits.1))
            ] + (edges.map { [Mark.segments($0)] } ?? []) + (contactArc(raster).map { [$0] } ?? []),
            equalAspect: true)
        ], frames: frames)
    }
    if fields.boundaryCount > 0 { figures.append(boundaries(fields)) }
    return figures
  }

  private func axis(_ label: String, _ extent: ClosedRange<Double>) -> Axis {
    Axis(label, unit: "um", limits: micrometres(extent))
  }

  private func micrometres(_ extent: ClosedRange<Double>) -> ClosedRange<Double> {
    extent.lowerBound * 1e6...extent.upperBound * 1e6
  }

  /// Where c points in each grain: the colour its angle to the normal, the stroke its projection on the section.
  private func grains(_ fields: CyclingFields, _ raster: SectionRaster, _ edges: Segments?) -> Figure {
    let degrees = fields.tilt.map { $0 * 180 / .pi }
    var strokes = (x0: [Double](), y0: [Double](), x1: [Double](), y1: [Double]())
    var sums = [SIMD3<Double>](repeating: .zero, count: fields.tilt.count)
    let corners = SectionRaster.cornerCount(fields.cellType)
    for element in fields.regions.indices {
      let region = fields.regions[element]
      guard sums.indices.contains(region) else { continue }
      for corner in 0..<corners {
        let node = fields.elements[element * fields.cellSize + corner]
        sums[region] += SIMD3(fields.points[2 * node], fields.points[2 * node + 1], 1)
      }
    }
    let length = 0.05 * (raster.xExtent.upperBound - raster.xExtent.lowerBound)
    for (region, sum) in sums.enumerated() where sum.z > 0 && fields.tilt[region].isFinite {
      let (x, y) = (sum.x / sum.z, sum.y / sum.z)
      let half = 0.5 * length * sin(fields.tilt[region])
      let (dx, dy) = (half * cos(fields.azimuth[region]), half * sin(fields.azimuth[region]))
      strokes.x0.append((x - dx) * 1e6)
      strokes.y0.append((y - dy) * 1e6)
      strokes.x1.append((x + dx) * 1e6)
      strokes.y1.append((y + dy) * 1e6)
    }
    var marks: [Mark] = [
      .map(
        PixelMap(
          label: "angle of c to the normal", unit: "deg", rows: Self.pixels, columns: Self.pixels,
          values: [raster.picture(regions: degrees)], xExtent: micrometres(raster.xExtent),
          yExtent: micrometres(raster.yExtent), colourScale: .sequential, limits: 0...90))
    ]
    if let edges { marks.append(.segments(edges)) }
    marks.append(
      .segments(
        Segments(
          name: "c axis", x0: strokes.x0, y0: strokes.y0, x1: strokes.x1, y1: strokes.y1, colourIndex: 1)))
    if let wetted = contactArc(raster) { marks.append(wetted) }
    return Figure(
      identifier: "cycling-grains", title: "Grains and their c axes",
      caption:
        "Strokes: the projection of c on the section, as long as it is steep to the normal. Lithium moves across the strokes."
        + (parameters.contact == nil ? "" : " The arc is where the electrolyte wets the particle."),
      panels: [
        Panel(
          title: "\(model.grainWords)", x: axis("x", raster.xExtent), y: axis("y", raster.yExtent), marks: marks,
          equalAspect: true)
      ])
  }

  private func contactArc(_ raster: SectionRaster) -> Mark? {
    guard let contact = parameters.contact else { return nil }
    let radius = parameters.radius.value.si * 1e6 * 1.01
    let angles = (0...60).map { contact.from.si + (contact.to.si - contact.from.si) * Double($0) / 60 }
    return .line(
      Curve(
        name: "wetted", x: angles.map { radius * cos($0) }, y: angles.map { radius * sin($0) }, colourIndex: 2))
  }

  /// The stress intensity of a flaw in each piece of boundary at the time when the largest is reached.
  private func boundaries(_ fields: CyclingFields) -> Figure {
    let count = fields.boundaryCount
    var worst = (state: 0, value: -Double.infinity)
    for state in fields.time.indices {
      let value = fields.boundaryIntensity[state * count..<(state + 1) * count].max() ?? 0
      if value > worst.value { worst = (state, value) }
    }
    let range = parameters.cracking.boundaryToughness.map(\.si)
    let classes: [(String, (Double) -> Bool, Int)] = [
      ("below the least toughness", { $0 < range[0] }, 0),
      ("within the range", { $0 >= range[0] && $0 <= range[1] }, 1),
      ("above the largest", { $0 > range[1] }, 3),
    ]
    let marks = classes.compactMap { name, isIn, colour -> Mark? in
      let own = (0..<count).filter { isIn(fields.boundaryIntensity[worst.state * count + $0]) }
      guard !own.isEmpty else { return nil }
      func ends(_ place: Int) -> [Double] { own.map { fields.boundaries[4 * $0 + place] * 1e6 } }
      return .segments(
        Segments(name: name, x0: ends(0), y0: ends(1), x1: ends(2), y1: ends(3), colourIndex: colour))
    }
    let x = stride(from: 0, to: fields.points.count, by: 2).map { fields.points[$0] }
    let reach = (x.map(abs).max() ?? 1) * 1.05
    let limits = -reach * 1e6...reach * 1e6
    return Figure(
      identifier: "cycling-boundaries", title: "Drivers of cracks in the grain boundaries",
      caption: String(
        format:
          "Stress intensity of a flaw of twice %@ in each piece of boundary, opening and sliding together, after %.3g h, when the largest is reached: %.3g MPa m^0.5. Toughness of a boundary: %.2g to %.2g MPa m^0.5.",
        "\(parameters.cracking.flawLength.value)", fields.time[worst.state] / 3600, worst.value * 1e-6, range[0] * 1e-6,
        range[1] * 1e-6),
      panels: [
        Panel(
          title: "Grain boundaries", x: Axis("x", unit: "um", limits: limits), y: Axis("y", unit: "um", limits: limits),
          marks: marks, equalAspect: true)
      ])
  }

  /// The sides of elements that only one element has: boundaries of grains and of the particle. Nil in space.
  private static func edges(_ fields: CyclingFields) -> Segments? {
    guard fields.dimension == 2 else { return nil }
    let corners = SectionRaster.cornerCount(fields.cellType)
    var seen: [SIMD2<Int>: Int] = [:]
    for element in fields.regions.indices {
      for corner in 0..<corners {
        let a = fields.elements[element * fields.cellSize + corner]
        let b = fields.elements[element * fields.cellSize + (corner + 1) % corners]
        seen[SIMD2(min(a, b), max(a, b)), default: 0] += 1
      }
    }
    let sides = seen.filter { $0.value == 1 }.keys.sorted { ($0.x, $0.y) < ($1.x, $1.y) }
    func coordinate(_ node: Int, _ axis: Int) -> Double { fields.points[2 * node + axis] * 1e6 }
    return Segments(
      name: "boundaries", x0: sides.map { coordinate($0.x, 0) }, y0: sides.map { coordinate($0.x, 1) },
      x1: sides.map { coordinate($0.y, 0) }, y1: sides.map { coordinate($0.y, 1) }, colourIndex: 4)
  }
}
