public import FileFormats
import Foundation
public import PowderDiffraction

/// The lattice parameters of a series of patterns.
public struct LatticeTable: NeXusRepresentable, Hashable {
  /// What a pattern says about the lattice.
  public struct Row: Sendable {
    /// Nil where the pattern gives no lattice.
    public var lattice: HexagonalLattice?
    /// c and its uncertainties by cause where 003 alone is usable: counting, instrument, grains, in metres.
    public var onlyC: (value: Double, counting: Double, instrument: Double, grains: Double)?
    /// Relative to the first lattice at the same position.
    public var strain: LatticeStrain?
    /// Why there is no lattice; empty where there is one.
    public var reason: String

    init(lattice: HexagonalLattice?, strain: LatticeStrain? = nil, reason: String = "") {
      (self.lattice, self.strain, self.reason) = (lattice, strain, reason)
    }

    /// c, from all causes, whether or not a is known.
    var c: PeakValue {
      if let lattice { return PeakValue(lattice.c, sigma: lattice.sigmaC) }
      guard let onlyC else { return .unknown }
      let parts = [onlyC.counting, onlyC.instrument, onlyC.grains]
      return PeakValue(onlyC.value, sigma: parts.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }
  }

  public var columns: ColumnTable
  /// When each exposure began, in seconds since 1970; nil where it is not known.
  public var times: [Double]?
  /// Exposure time of a pattern, in seconds; nil where it is not known.
  public var exposure: Double?

  init(_ rows: [Row], times: [Double]?, exposure: Double?) {
    self.times = times
    self.exposure = exposure
    func numbers(_ value: (HexagonalLattice) -> Double) -> [Double] {
      rows.map { $0.lattice.map(value) ?? .nan }
    }
    func strains(_ value: (LatticeStrain) -> Double) -> [Double] { rows.map { $0.strain.map(value) ?? .nan } }
    func instrument(_ lattice: HexagonalLattice) -> LatticeCovariance {
      lattice.commonErrors.reduce(.zero) { $0 + LatticeCovariance(aa: $1.a * $1.a, ac: $1.a * $1.c, cc: $1.c * $1.c) }
    }
    typealias Column = ColumnTable.Column
    var columns = [Column("Pattern", unit: "1", rows.indices.map(Double.init))]
    if let times {
      columns.append(Column("Start Time", unit: "s", times.map { $0 - (times.first ?? 0) }))
    }
    columns += ColumnTable.pair("a", unit: "angstrom", numbers { $0.a * 1e10 }, numbers { $0.sigmaA * 1e10 })
    columns += ColumnTable.pair("c", unit: "angstrom", rows.map { $0.c.value * 1e10 }, rows.map { $0.c.sigma * 1e10 })
    columns += ColumnTable.pair("c/a", unit: "1", numbers(\.axialRatio), numbers(\.sigmaAxialRatio))
    columns += ColumnTable.pair(
      "Cell Volume", unit: "angstrom3", numbers { $0.volume * 1e30 }, numbers { $0.sigmaVolume * 1e30 })
    columns += ColumnTable.pair("Strain a", unit: "1", strains(\.a), strains(\.sigmaA))
    columns += ColumnTable.pair("Strain c", unit: "1", strains(\.c), strains(\.sigmaC))
    columns += ColumnTable.pair("Strain Volume", unit: "1", strains(\.volume), strains(\.sigmaVolume))
    columns += [
      Column("Covariance of a and c", unit: "angstrom2", numbers { $0.covariance.ac * 1e20 }),
      Column("Covariance of Strains", unit: "1", strains(\.covariance.ac)),
    ]
    typealias Cause = (
      name: String, both: (HexagonalLattice) -> LatticeCovariance, alone: (Row) -> Double
    )
    let causes: [Cause] = [
      ("Counting", { $0.measurement }, { $0.onlyC?.counting ?? .nan }),
      ("Instrument", { instrument($0) }, { $0.onlyC?.instrument ?? .nan }),
      ("Grains", { $0.grains }, { $0.onlyC?.grains ?? .nan }),
    ]
    for cause in causes {
      columns += [
        Column("\(cause.name) Part of a", unit: "angstrom", numbers { cause.both($0).aa.squareRoot() * 1e10 }),
        Column(
          "\(cause.name) Part of c", unit: "angstrom",
          rows.map { row in (row.lattice.map { cause.both($0).cc.squareRoot() } ?? cause.alone(row)) * 1e10 }),
      ]
    }
    columns.append(
      Column(
        "Status",
        texts: rows.map { $0.lattice != nil ? "determined" : $0.onlyC != nil ? "c alone; \($0.reason)" : $0.reason }))
    self.columns = ColumnTable(columns)
  }

  /// The number of patterns.
  public var patternCount: Int { columns.rowCount }

  /// What was measured of each pattern, with its covariance from all causes; nil where there is no lattice.
  ///
  /// - Throws: `LineScanError` where the table holds an impossible covariance.
  public func observations() throws -> [LatticeObservation?] {
    let (a, c) = (columns.numbers("a") ?? [], columns.numbers("c") ?? [])
    let (sigmaA, sigmaC) = (columns.numbers("a Uncertainty") ?? [], columns.numbers("c Uncertainty") ?? [])
    let joint = columns.numbers("Covariance of a and c") ?? []
    return try a.indices.map { index in
      guard sigmaC[index] > 0, !c[index].isNaN else { return nil }
      guard sigmaA[index] > 0, !a[index].isNaN else {
        return try LatticeObservation(
          a: nil, c: c[index] * 1e-10, varianceC: sigmaC[index] * sigmaC[index] * 1e-20)
      }
      return try LatticeObservation(
        a: a[index] * 1e-10, c: c[index] * 1e-10, varianceA: sigmaA[index] * sigmaA[index] * 1e-20,
        varianceC: sigmaC[index] * sigmaC[index] * 1e-20, covarianceAC: joint[index] * 1e-20)
    }
  }

  // MARK: - NeXus

  public var defaultPlot: String { "lattice" }

  public var nexusChildren: [String: NeXusNode] {
    var children: [String: NeXusNode] = [
      defaultPlot: .group(
        .data(
          signal: "c", axes: ["pattern"], title: "Lattice parameter c", auxiliarySignals: ["a"],
          datasets: columns.datasets))
    ]
    var exposures: [String: NeXusNode] = [:]
    if let times { exposures["start_time"] = .dataset(NeXusDataset(times, units: "s")) }
    if let exposure { exposures["exposure_time"] = .dataset(NeXusDataset(exposure, units: "s")) }
    if !exposures.isEmpty { children["exposures"] = .group(.collection(exposures)) }
    return children
  }

  public init(entry: NeXusGroup) throws {
    guard let lattice = entry[group: "lattice"] else {
      throw StageDocumentError(path: "/entry", problem: "there are no lattice parameters")
    }
    columns = try ColumnTable(lattice, place: "/entry/lattice")
    for name in ["Pattern", "a", "a Uncertainty", "c", "c Uncertainty", "Covariance of a and c"] {
      guard columns.numbers(name) != nil else {
        throw StageDocumentError(path: "/entry/lattice", problem: "there is no column \(name)")
      }
    }
    times = entry[group: "exposures"]?[dataset: "start_time"]?.numbers
    exposure = entry[group: "exposures"]?[dataset: "exposure_time"]?.numbers?.first
  }
}
