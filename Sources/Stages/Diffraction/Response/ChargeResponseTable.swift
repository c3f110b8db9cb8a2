public import FileFormats
import Foundation
import PowderDiffraction

/// State of charge, local state of charge and lattice of every exposure of a series.
public struct ChargeResponseTable: NeXusRepresentable, Hashable {
  /// One row an exposure.
  public var columns: ColumnTable
  /// One row a pass of a line scan: both edges of the particle; no columns without a scan.
  public var edges: ColumnTable
  /// One row a position of a line scan: local over coulombic state of charge; no columns without a scan.
  public var positions: ColumnTable
  /// a and c against state of charge, counted from full lithiation, as another measurement takes them for its curve; no
  /// columns where no lattice has a state of charge.
  public var curve: ColumnTable

  /// - Parameter initialState: the state of charge, counted from full lithiation, at the record's start.
  init(_ response: ChargeResponse, initialState: Double) {
    columns = Self.columns(response)
    edges = Self.edges(response)
    positions = Self.positions(response)
    curve = Self.curve(response, initialState: initialState)
  }

  private typealias Column = ColumnTable.Column

  private static func columns(_ response: ChargeResponse) -> ColumnTable {
    let rows = response.exposures.indices
    let places = response.places
    let charges = response.charged.frames
    var columns = [
      Column("Pattern", unit: "1", rows.map(Double.init)), Column("Time", unit: "s", rows.map { response.time($0) }),
    ]
    if let scan = response.scan {
      func position(_ value: (_ frame: Int) -> Double) -> [Double] { places.map { $0.map { value($0.frame) } ?? .nan } }
      columns += [
        Column("Pass", unit: "1", places.map { $0.map { Double($0.pass) } ?? .nan }),
        Column("Step", unit: "1", places.map { $0.map { Double($0.step) } ?? .nan }),
        Column("Position", unit: "um", position { scan.frames[$0].position * 1e6 }),
      ]
      if let drift = response.drift {
        columns += [
          Column("Position on Particle", unit: "1", position { drift.positions[$0].fraction }),
          Column("Distance from Needle", unit: "um", position { drift.positions[$0].fromNeedle * 1e6 }),
          Column("Distance from Needle Uncertainty", unit: "um", position { drift.positions[$0].sigma * 1e6 }),
        ]
      }
    }
    func charge(_ value: (FrameCharge) -> Double) -> [Double] { charges.map { $0.map(value) ?? .nan } }
    columns += ColumnTable.pair("State of Charge", unit: "1", charge(\.middle), charge(\.sigma))
    columns += [
      Column("State of Charge at Start", unit: "1", charge(\.start)),
      Column("State of Charge at End", unit: "1", charge(\.end)),
    ]
    let locals = response.locals
    func local(_ value: (ChargeResponse.Local) -> Double) -> [Double] {
      rows.map { locals.indices.contains($0) ? locals[$0].map(value) ?? .nan : .nan }
    }
    if response.curve != nil {
      columns += ColumnTable.pair("Local State of Charge", unit: "1", local(\.value), local(\.sigma))
    }
    columns.append(
      Column(
        "Status", texts: rows.map { locals.indices.contains($0) ? locals[$0]?.status.text ?? "no curve" : "no curve" }))
    let lattices = response.lattices
    func length(_ value: (MeasuredLattices.Lattice) -> Double) -> [Double] {
      lattices.map { $0.map { value($0) * 1e10 } ?? .nan }
    }
    columns += ColumnTable.pair(
      "a", unit: "angstrom", length(\.a), length { ($0.ownAA + $0.instrumentA * $0.instrumentA).squareRoot() })
    columns += ColumnTable.pair(
      "c", unit: "angstrom", length(\.c), length { ($0.ownCC + $0.instrumentC * $0.instrumentC).squareRoot() })
    for (name, strains) in [("Strain a", response.strains(\.a, \.ownAA)), ("Strain c", response.strains(\.c, \.ownCC))]
    {
      columns += ColumnTable.pair(name, unit: "1", strains.values, strains.sigmas)
    }
    return ColumnTable(columns)
  }

  private static func edges(_ response: ChargeResponse) -> ColumnTable {
    let edges = response.edges
    guard !edges.isEmpty else { return ColumnTable([]) }
    let offset = response.clock.offset
    func edge(_ of: KeyPath<PassEdges, EdgeEstimate?>, _ value: (EdgeEstimate) -> Double) -> [Double] {
      edges.map { $0[keyPath: of].map(value) ?? .nan }
    }
    return ColumnTable(
      [Column("Pass", unit: "1", edges.map { Double($0.pass) })]
        + [Column("Needle Edge Time", unit: "s", edge(\.needle) { $0.time + offset })]
        + ColumnTable.pair(
          "Needle Edge", unit: "um", edge(\.needle) { $0.position * 1e6 }, edge(\.needle) { $0.sigma * 1e6 })
        + [Column("Free Edge Time", unit: "s", edge(\.free) { $0.time + offset })]
        + ColumnTable.pair("Free Edge", unit: "um", edge(\.free) { $0.position * 1e6 }, edge(\.free) { $0.sigma * 1e6 })
    )
  }

  private static func positions(_ response: ChargeResponse) -> ColumnTable {
    let positions = response.positions
    guard !positions.isEmpty else { return ColumnTable([]) }
    return ColumnTable(
      [
        Column("Step", unit: "1", positions.map { Double($0.step) }),
        Column("Position on Particle", unit: "1", positions.map(\.fraction)),
      ] + ColumnTable.pair("Local over Coulombic", unit: "1", positions.map(\.factor), positions.map(\.sigma)))
  }

  private static func curve(_ response: ChargeResponse, initialState: Double) -> ColumnTable {
    let frames =
      response.cell?.frames
      ?? response.exposures.indices.filter {
        response.lattices[$0]?.hasBoth == true && response.charged.frames[$0] != nil
      }
    let rows = frames.compactMap { index -> (Double, MeasuredLattices.Lattice)? in
      guard let charge = response.charged.frames[index], let lattice = response.lattices[index] else { return nil }
      return (charge.middle + initialState, lattice)
    }.sorted { $0.0 < $1.0 }
    guard !rows.isEmpty else { return ColumnTable([]) }
    return ColumnTable(
      [Column("State of Charge", unit: "1", rows.map(\.0))]
        + ColumnTable.pair(
          "a", unit: "angstrom", rows.map { $0.1.a * 1e10 }, rows.map { $0.1.ownAA.squareRoot() * 1e10 })
        + ColumnTable.pair(
          "c", unit: "angstrom", rows.map { $0.1.c * 1e10 }, rows.map { $0.1.ownCC.squareRoot() * 1e10 }))
  }

  /// The curve for another measurement.
  ///
  /// - Parameter source: in words.
  /// - Throws: `StageDocumentError` where there is none.
  public func givenCurve(source: String) throws -> ChargeResponseStage.GivenCurve {
    guard let states = curve.numbers("State of Charge"), let a = curve.numbers("a"), let c = curve.numbers("c"),
      let sigmaA = curve.numbers("a Uncertainty"), let sigmaC = curve.numbers("c Uncertainty")
    else { throw StageDocumentError(path: source, problem: "no lattice of it has a state of charge; it is no curve") }
    let metres = { (values: [Double]) in values.map { $0 * 1e-10 } }
    return ChargeResponseStage.GivenCurve(
      stateOfCharge: states, a: metres(a), c: metres(c), sigmaA: metres(sigmaA), sigmaC: metres(sigmaC), source: source)
  }

  // MARK: - NeXus

  public var defaultPlot: String { "charge_response" }

  public var nexusChildren: [String: NeXusNode] {
    let hasLocal = columns.numbers("Local State of Charge") != nil
    var children: [String: NeXusNode] = [
      defaultPlot: .group(
        .data(
          signal: hasLocal ? "local_state_of_charge" : "c", axes: ["time"],
          title: hasLocal ? "Local state of charge" : "Lattice parameter c",
          auxiliarySignals: hasLocal ? ["state_of_charge"] : [], datasets: columns.datasets))
    ]
    for (name, table) in [("edges", edges), ("positions", positions), ("curve", curve)] where table.rowCount > 0 {
      children[name] = .group(.collection(table.datasets.mapValues { .dataset($0) }))
    }
    return children
  }

  public init(entry: NeXusGroup) throws {
    guard let data = entry[group: "charge_response"] else {
      throw StageDocumentError(path: "/entry", problem: "there is no charge_response")
    }
    func table(_ name: String) throws -> ColumnTable {
      try entry[group: name].map { try ColumnTable($0, place: "/entry/\(name)") } ?? ColumnTable([])
    }
    columns = try ColumnTable(data, place: "/entry/charge_response")
    guard columns.numbers("Time") != nil, columns.numbers("State of Charge") != nil else {
      throw StageDocumentError(path: "/entry/charge_response", problem: "there is no time or no state of charge")
    }
    (edges, positions, curve) = (try table("edges"), try table("positions"), try table("curve"))
  }
}

extension ChargeResponse {
  /// The strains of a or c against the first exposure at the same position that has a lattice.
  func strains(
    _ value: (MeasuredLattices.Lattice) -> Double, _ variance: (MeasuredLattices.Lattice) -> Double
  ) -> (values: [Double], sigmas: [Double]) {
    let places = places
    var firsts: [Int: Int] = [:]
    var values = [Double](repeating: .nan, count: exposures.count)
    var sigmas = values
    for index in exposures.indices {
      guard let lattice = lattices[index], !value(lattice).isNaN, let group = scan == nil ? 0 : places[index]?.step
      else { continue }
      let first = firsts[group] ?? index
      firsts[group] = first
      guard let origin = lattices[first] else { continue }
      let ratio = value(lattice) / value(origin)
      values[index] = ratio - 1
      sigmas[index] =
        first == index
        ? 0 : (variance(lattice) + ratio * ratio * variance(origin)).squareRoot() / value(origin)
    }
    return (values, sigmas)
  }
}
