public import ArrayMath

/// The places round which a wrapped phase does not return to itself.
///
/// Round the four pixels (r, c), (r, c+1), (r+1, c+1), (r+1, c) the wrapped differences add up to 2π times the charge,
/// which is 0 nearly everywhere and +1 or −1 at a residue. Where there is one, an unwrapped phase depends on the path.
/// Loops that touch a pixel outside the mask, or one that is not finite, are not looked at.
///
/// R. M. Goldstein, H. A. Zebker, C. L. Werner, Radio Sci. 23 (1988) 713.
public struct PhaseResidues: Sendable, Hashable {
  /// One residue.
  public struct Residue: Sendable, Hashable {
    /// Row of the upper left pixel of the loop.
    public let row: Int
    /// Column of the upper left pixel of the loop.
    public let column: Int
    /// +1 or −1: the turns on the way right, down, left and up.
    public let charge: Int
  }

  /// The residues in C order.
  public let residues: [Residue]

  /// The number of residues.
  public var count: Int { residues.count }
  /// The sum of the charges.
  public var netCharge: Int { residues.reduce(0) { $0 + $1.charge } }

  /// - Parameters:
  ///   - phase: radians; whole turns are taken off.
  ///   - mask: true where a pixel counts; all do without one.
  /// - Throws: ``ImageAnalysisError`` where the mask has another extent than the phase.
  public init(_ phase: ScalarImage, mask: Image<Bool>? = nil) throws {
    self.init(try WrappedField(phase, mask: mask))
  }

  init(_ field: WrappedField) {
    let columns = field.shape.columns
    var found: [Residue] = []
    guard field.shape.rows > 1, columns > 1 else {
      residues = []
      return
    }
    field.phase.withUnsafeBufferPointer { phase in
      field.valid.withUnsafeBufferPointer { valid in
        for row in 0..<field.shape.rows - 1 {
          let start = row * columns
          for index in start..<start + columns - 1 {
            let (a, b, c, d) = (phase[index], phase[index + 1], phase[index + columns + 1], phase[index + columns])
            // A wrapped difference is the difference plus whole turns, and the differences of a loop cancel.
            let charge =
              WrappedField.turns(a, b) + WrappedField.turns(b, c) + WrappedField.turns(c, d)
              + WrappedField.turns(d, a)
            guard charge != 0 else { continue }
            guard valid[index] & valid[index + 1] & valid[index + columns] & valid[index + columns + 1] == 1 else {
              continue
            }
            found.append(Residue(row: row, column: index - start, charge: Int(charge)))
          }
        }
      }
    }
    residues = found
  }
}
