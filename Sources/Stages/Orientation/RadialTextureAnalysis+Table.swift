import Crystallography
import ElectronDiffraction
import Foundation

extension RadialTextureAnalysis {
  /// What is handed over, as tables.
  var table: RadialTextureTable {
    RadialTextureTable(
      distribution: distribution, profile: rings, grains: grainTable, numbers: numbers, angles: angles.angles,
      shape: [grains.map.grid.rows, grains.map.grid.columns])
  }

  private static let degree = Double.pi / 180

  private var distribution: ColumnTable {
    let found = texture.distribution
    let edges = found.bins.edges.map { $0 / Self.degree }
    func column(_ name: String, _ values: [Double]) -> ColumnTable.Column { .init(name, unit: "1", values) }
    var columns: [ColumnTable.Column] = [
      .init("Angle", unit: "deg", zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }),
      column("Multiples of Random", found.multiplesOfRandom),
      column(
        "Multiples of Random Uncertainty", zip(found.pointwise.lower, found.pointwise.upper).map { ($1 - $0) / 3.92 }),
      column("Lower 95 %", found.pointwise.lower), column("Upper 95 %", found.pointwise.upper),
      column("Lower 95 % of All Bins", found.simultaneous.lower),
      column("Upper 95 % of All Bins", found.simultaneous.upper),
      column("Lower 95 % of Random", found.randomPointwise.lower),
      column("Upper 95 % of Random", found.randomPointwise.upper),
      column("Lower 95 % of Random in All Bins", found.randomSimultaneous.lower),
      column("Upper 95 % of Random in All Bins", found.randomSimultaneous.upper),
      column("Share", found.share), column("Random Share", found.bins.expectation),
      .init("From", unit: "deg", Array(edges.dropLast())), .init("To", unit: "deg", Array(edges.dropFirst())),
    ]
    if let overSine = found.overSine { columns.append(.init("Density over Sine", unit: "1/rad", overSine)) }
    return ColumnTable(columns)
  }

  private var rings: ColumnTable {
    let rings = profile.rings
    return ColumnTable(
      [
        .init("Radius", unit: "um", rings.map { ($0.inner + $0.outer) / 2 * 1e6 })
      ]
        + ColumnTable.pair("Order Parameter", unit: "1", rings.map(\.value), rings.map(\.uncertainty)) + [
          .init("From", unit: "um", rings.map { $0.inner * 1e6 }),
          .init("To", unit: "um", rings.map { $0.outer * 1e6 }),
          .init("Grains", unit: "1", rings.map { Double($0.grains) }),
        ])
  }

  /// One row a grain; tensors by their components xx, yy, zz, yz, xz, xy in the map's frame.
  private var grainTable: ColumnTable {
    let all = handOver.grains
    var columns: [ColumnTable.Column] = [
      .init("Grain", unit: "1", all.map { Double($0.grain.label) }),
      .init("Points", unit: "1", all.map { Double($0.grain.points) }),
      .init("Area", unit: "um2", all.map { $0.grain.area * 1e12 }),
      .init("X", unit: "um", all.map { $0.grain.centroid.x * 1e6 }),
      .init("Y", unit: "um", all.map { $0.grain.centroid.y * 1e6 }),
      .init("Radius", unit: "um", all.map { $0.radius * 1e6 }),
      .init("Angle to Radius", unit: "deg", all.map { $0.radialAngle / Self.degree }),
      .init("c Axis X", unit: "1", all.map(\.grain.cAxis.x)), .init("c Axis Y", unit: "1", all.map(\.grain.cAxis.y)),
      .init("c Axis Z", unit: "1", all.map(\.grain.cAxis.z)),
      .init("c Axis Uncertainty", unit: "deg", all.map { $0.grain.axisUncertainty / Self.degree }),
    ]
    let names = ["XX", "YY", "ZZ", "YZ", "XZ", "XY"]
    for (place, name) in names.enumerated() {
      columns.append(
        .init("Diffusivity \(name)", unit: "m2/s", all.map { Self.components($0.diffusivity)[place] }))
    }
    for (place, name) in names.enumerated() {
      columns.append(.init("Strain \(name)", unit: "1", all.map { Self.components($0.strain)[place] }))
    }
    for row in 0..<6 {
      for column in row..<6 {
        columns.append(
          .init("Stiffness \(row + 1)\(column + 1)", unit: "GPa", all.map { $0.stiffness[6 * row + column] / 1e9 }))
      }
    }
    columns.append(
      .init("Neighbours", texts: all.map { $0.neighbours.map { String($0.label) }.joined(separator: " ") }))
    columns.append(
      .init(
        "Boundary Lengths",
        texts: all.map { $0.neighbours.map { String(format: "%.5g", $0.boundaryLength * 1e6) }.joined(separator: " ") })
    )
    return ColumnTable(columns)
  }

  private static func components(_ tensor: SymmetricMatrix3) -> [Double] {
    [tensor.xx, tensor.yy, tensor.zz, tensor.yz, tensor.xz, tensor.xy]
  }

  private var numbers: [String: Double] {
    let order = texture.order
    var found = [
      "centre_x": section.centre.x, "centre_y": section.centre.y, "centre_xx": section.covariance.xx,
      "centre_xy": section.covariance.xy, "centre_yy": section.covariance.yy, "section_radius": section.radius,
      "section_radius_uncertainty": section.radiusUncertainty, "section_height": height.value,
      "section_height_uncertainty": height.uncertainty, "order_parameter": order.value,
      "order_parameter_uncertainty": order.uncertainty, "order_parameter_lower": order.lower,
      "order_parameter_upper": order.upper, "effective_grains": texture.effectiveGrains,
      "randomness": texture.randomness.order, "randomness_chi_square": texture.randomness.chiSquare,
      "randomness_cumulative": texture.randomness.cumulative,
    ]
    if let ratio = order.radialDiffusivity {
      (found["radial_diffusivity"], found["radial_diffusivity_lower"]) = (ratio.value, ratio.lower)
      found["radial_diffusivity_upper"] = ratio.upper
    }
    if let fit = coreShell {
      (found["transition_radius"], found["transition_radius_uncertainty"]) = (
        fit.transitionRadius, fit.transitionUncertainty
      )
      (found["transition_width"], found["transition_width_uncertainty"]) = (fit.width, fit.widthUncertainty)
      (found["core_order"], found["core_order_uncertainty"]) = (fit.coreOrder, fit.coreOrderUncertainty)
      (found["shell_order"], found["shell_order_uncertainty"]) = (fit.shellOrder, fit.shellOrderUncertainty)
      (found["core_shell_evidence"], found["core_shell_permutations"]) = (fit.evidence, fit.permutationProbability)
    }
    return found
  }
}
