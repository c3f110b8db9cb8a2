public import ArrayMath

/// A unitary change of the modes' basis: new P_k = Σ_l m_kl P_l. The sum of the modes' intensities stays.
public struct ModeMixing: Sendable, Hashable {
  /// The number of modes.
  public let count: Int
  /// m_kl in C order.
  public let coefficients: [ComplexFloat]

  /// - Precondition: the coefficients fill a square matrix.
  public init(_ coefficients: [ComplexFloat], count: Int) {
    precondition(coefficients.count == count * count, "a coefficient for each pair of modes")
    self.count = count
    self.coefficients = coefficients
  }

  /// Mixes fields of `size` numbers each that lie one mode after the other.
  ///
  /// - Parameters:
  ///   - fields: `count` × `size` numbers.
  ///   - size: numbers of one mode.
  public func apply(to fields: UnsafeMutablePointer<ComplexFloat>, size: Int) {
    withUnsafeTemporaryAllocation(of: ComplexFloat.self, capacity: count) { old in
      coefficients.withUnsafeBufferPointer { matrix in
        for i in 0..<size {
          for mode in 0..<count { old[mode] = fields[mode * size + i] }
          for mode in 0..<count {
            var sum = ComplexFloat.zero
            for other in 0..<count { sum += matrix[mode * count + other] * old[other] }
            fields[mode * size + i] = sum
          }
        }
      }
    }
  }
}
