/// A symmetry operation of a crystal, x' = W x + w in fractional coordinates.
///
/// The rotation part holds integers, the translation a fraction of exact value, reduced to 0 ≤ w < 1.
public struct SymmetryOperation: Sendable, Hashable {
  /// The rows of W.
  let row1, row2, row3: SIMD3<Int32>
  /// w in units of 1/``translationUnits``, from 0 up to that number.
  let shift: SIMD3<Int32>

  /// Translations are multiples of 1/5040 = 1/(2⁴ 3² 5 7): all of the tables (1/12) and those of usual supercells.
  static let translationUnits: Int32 = 5040

  init(_ row1: SIMD3<Int32>, _ row2: SIMD3<Int32>, _ row3: SIMD3<Int32>, shift: SIMD3<Int32>) {
    (self.row1, self.row2, self.row3) = (row1, row2, row3)
    let unit = Self.translationUnits
    self.shift = SIMD3(Self.wrapped(shift.x, unit), Self.wrapped(shift.y, unit), Self.wrapped(shift.z, unit))
  }

  private static func wrapped(_ value: Int32, _ unit: Int32) -> Int32 {
    let rest = value % unit
    return rest < 0 ? rest + unit : rest
  }

  /// The operation that leaves everything in place.
  public static let identity = SymmetryOperation(SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1), shift: .zero)

  /// The elements of W by rows.
  public var rotation: [[Int]] { [row1, row2, row3].map { [Int($0.x), Int($0.y), Int($0.z)] } }

  /// The translation w, each component from 0 up to 1.
  public var translation: SIMD3<Double> { SIMD3<Double>(shift) / Double(Self.translationUnits) }

  /// The determinant of W: 1 for rotations and screws, −1 for inversions, mirrors and glides.
  public var determinant: Int {
    let cross = SIMD3(
      row2.y * row3.z - row2.z * row3.y, row2.z * row3.x - row2.x * row3.z, row2.x * row3.y - row2.y * row3.x)
    return Int((row1 &* cross).wrappedSum())
  }

  /// The trace of W.
  public var trace: Int { Int(row1.x + row2.y + row3.z) }

  /// The operation of the point group: the same rotation without a translation.
  public var rotationPart: SymmetryOperation { SymmetryOperation(row1, row2, row3, shift: .zero) }

  /// Whether W is the unit matrix, so that the operation is the identity or a centring translation.
  public var isTranslation: Bool { rotationPart == .identity }

  /// The point that a fractional point goes to, not reduced to the cell.
  public func callAsFunction(_ point: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(
      (SIMD3<Double>(row1) * point).sum(), (SIMD3<Double>(row2) * point).sum(), (SIMD3<Double>(row3) * point).sum())
      + translation
  }

  /// `first` followed by `self`, with the translation reduced to the cell.
  public func after(_ first: SymmetryOperation) -> SymmetryOperation {
    func row(_ r: SIMD3<Int32>) -> SIMD3<Int32> { first.row1 &* r.x &+ first.row2 &* r.y &+ first.row3 &* r.z }
    func moved(_ r: SIMD3<Int32>) -> Int32 { (r &* first.shift).wrappedSum() }
    return SymmetryOperation(
      row(row1), row(row2), row(row3), shift: SIMD3(moved(row1), moved(row2), moved(row3)) &+ shift)
  }

  /// The indices of the planes onto which the operation maps hkl, as the row vector h W.
  public func callAsFunction(_ indices: MillerIndices) -> MillerIndices {
    let (h, k, l) = (indices.h, indices.k, indices.l)
    return MillerIndices(
      h * Int(row1.x) + k * Int(row2.x) + l * Int(row3.x), h * Int(row1.y) + k * Int(row2.y) + l * Int(row3.y),
      h * Int(row1.z) + k * Int(row2.z) + l * Int(row3.z))
  }

  /// h · w in units of 1/``translationUnits``, reduced; zero where the phase is a multiple of 2π.
  func phaseUnits(_ indices: MillerIndices) -> Int {
    let sum = indices.h * Int(shift.x) + indices.k * Int(shift.y) + indices.l * Int(shift.z)
    return sum % Int(Self.translationUnits)
  }

  /// Whether the operation alone extinguishes a reflection: it maps hkl onto itself with a phase other than 2πn.
  func extinguishes(_ indices: MillerIndices) -> Bool {
    phaseUnits(indices) != 0 && self(indices) == indices
  }
}
