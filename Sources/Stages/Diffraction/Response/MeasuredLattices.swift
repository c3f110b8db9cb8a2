import Foundation
import PowderDiffraction

/// The lattices of a series with the part of their uncertainty that is their own and the part that all share.
struct MeasuredLattices {
  struct Lattice {
    /// In metres; a is NaN where a pattern gives c alone, and then its variances are zero.
    var a, c: Double
    /// Variances and covariance of counting and of the choice of grains, in square metres.
    var ownAA, ownAC, ownCC: Double
    /// What one standard deviation of the instrument's error does to a and c, in metres.
    var instrumentA, instrumentC: Double

    var hasBoth: Bool { !a.isNaN }
  }

  /// One a pattern; nil where it gives none.
  var lattices: [Lattice?]

  init(_ table: LatticeTable) throws {
    func column(_ name: String) -> [Double] {
      table.columns.numbers(name) ?? [Double](repeating: .nan, count: table.patternCount)
    }
    let (a, c) = (column("a"), column("c"))
    let (sigmaA, sigmaC) = (column("a Uncertainty"), column("c Uncertainty"))
    let joint = column("Covariance of a and c")
    let counting = (a: column("Counting Part of a"), c: column("Counting Part of c"))
    let grains = (a: column("Grains Part of a"), c: column("Grains Part of c"))
    let instrument = (a: column("Instrument Part of a"), c: column("Instrument Part of c"))
    let square = 1e-20
    lattices = a.indices.map { index in
      guard c[index] > 0, sigmaC[index] > 0 else { return nil }
      let hasBoth = a[index] > 0 && sigmaA[index] > 0
      func known(_ value: Double) -> Double { value.isFinite ? value : 0 }
      let shared = (a: known(instrument.a[index]), c: known(instrument.c[index]))
      func own(_ counting: Double, _ grains: Double, _ sigma: Double, _ shared: Double) -> Double {
        // A table without parts has all of the uncertainty for its own.
        let parts = known(counting) * known(counting) + known(grains) * known(grains)
        return parts > 0 ? parts : max(sigma * sigma - shared * shared, 0.01 * sigma * sigma)
      }
      let aa = hasBoth ? own(counting.a[index], grains.a[index], sigmaA[index], shared.a) : 0
      let cc = own(counting.c[index], grains.c[index], sigmaC[index], shared.c)
      // Errors of distance and displacement, which make the instrument's part, move a and c the same way.
      let limit = 0.999 * (aa * cc).squareRoot()
      let ac = min(max(known(joint[index]) - shared.a * shared.c, -limit), limit)
      return Lattice(
        a: hasBoth ? a[index] * 1e-10 : .nan, c: c[index] * 1e-10, ownAA: aa * square, ownAC: ac * square,
        ownCC: cc * square,
        instrumentA: hasBoth ? shared.a * 1e-10 : 0, instrumentC: shared.c * 1e-10)
    }
  }

  /// The instrument's error relative to a and c, the median over the series.
  var sharedError: SharedLatticeError? {
    let known = lattices.compactMap(\.self)
    func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
    let (a, c) = (
      median(known.filter(\.hasBoth).map { $0.instrumentA / $0.a }), median(known.map { $0.instrumentC / $0.c })
    )
    return a > 0 || c > 0 ? SharedLatticeError("instrument", a: a, c: c) : nil
  }
}

extension MeasuredLattices.Lattice {
  /// The lattice as it was measured, with its own covariance.
  func observation() throws(LineScanError) -> LatticeObservation {
    try LatticeObservation(
      a: hasBoth ? a : nil, c: c, varianceA: ownAA, varianceC: ownCC, covarianceAC: ownAC)
  }

  /// The lattice that has this one's strain relative to another, with this one's own covariance.
  func observation(
    relativeTo first: Self, at reference: (a: Double, c: Double)
  ) throws(LineScanError) -> LatticeObservation {
    let both = hasBoth && first.hasBoth
    return try LatticeObservation(
      strainA: both ? a / first.a - 1 : nil, strainC: c / first.c - 1,
      varianceA: both ? ownAA / (first.a * first.a) : 0, varianceC: ownCC / (first.c * first.c),
      covarianceAC: both ? ownAC / (first.a * first.c) : 0, reference: reference)
  }

  /// Variance that the own errors of this lattice give to a state of charge with this response, in 1/m.
  func variance(_ response: (a: Double, c: Double)) -> Double {
    response.a * response.a * ownAA + 2 * response.a * response.c * ownAC + response.c * response.c * ownCC
  }

  /// What one standard deviation of the instrument's error does to a state of charge.
  func instrumentShift(_ response: (a: Double, c: Double)) -> Double {
    response.a * instrumentA + response.c * instrumentC
  }
}
