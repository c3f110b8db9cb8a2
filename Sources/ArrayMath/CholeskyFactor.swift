import CCHOLMODSystem
import COpenBLASSystem
import Glibc

/// What a factorisation or a solution can fail with.
public enum CholeskyError: Error, Hashable, CustomStringConvertible {
  /// The matrix is not positive definite: elimination broke down at this column of the reordered matrix.
  case notPositiveDefinite(column: Int)
  /// The factor does not fit into memory.
  case outOfMemory
  /// A size does not fit into the library's 32-bit indices.
  case tooLarge
  /// A value of the matrix is not a finite number.
  case notFinite
  /// The library refused for another reason; its status code.
  case failed(status: Int)

  public var description: String {
    switch self {
    case .notPositiveDefinite(let column):
      "the matrix is not positive definite (elimination stopped at column \(column))"
    case .outOfMemory: "the factor of the matrix does not fit into memory"
    case .tooLarge: "the matrix is too large for 32-bit indices"
    case .notFinite: "the matrix holds a value that is not finite"
    case .failed(let status): "the sparse solver failed with status \(status)"
    }
  }
}

/// The Cholesky factor of a sparse symmetric positive definite matrix, by CHOLMOD on one thread.
///
/// The analysis (the order of elimination, see ``Order``, and the factor's pattern) is done once for a pattern; values may be factorised
/// again and again, and each factor solves any number of right-hand sides. An object may be handed from thread to thread
/// but must not be used by two at once; it is deliberately not `Sendable`.
///
/// Y. Chen, T. A. Davis, W. W. Hager, S. Rajamanickam, ACM Trans. Math. Softw. 35 (2008) 22.
public final class CholeskyFactor {
  public let pattern: SparsityPattern
  /// Whether values have been factorised, so that ``solve(_:count:)`` may be called.
  public private(set) var isFactorised = false

  // The library keeps pointers into its settings: they live at one address for as long as the object does.
  private let common: UnsafeMutablePointer<cholmod_common>
  private var factor: UnsafeMutablePointer<cholmod_factor>?
  private var solution: UnsafeMutablePointer<cholmod_dense>?
  private var workspace: UnsafeMutablePointer<cholmod_dense>?
  private var smallWorkspace: UnsafeMutablePointer<cholmod_dense>?

  /// In which order unknowns are eliminated; it decides how many entries the factor has.
  public enum Order: Sendable, Hashable {
    /// Approximate minimum degree: quick to find, good in the plane.
    case minimumDegree
    /// METIS's nested dissection: an analysis several times as long, and the smaller factor of a large mesh in space.
    case nestedDissection
    /// Given: the unknown that is eliminated first, second and so on.
    case given([Int32])
  }

  /// Analyses a pattern.
  ///
  /// - Parameters:
  ///   - pattern: where the matrix has entries.
  ///   - order: in which order unknowns are eliminated.
  /// - Throws: ``CholeskyError`` where memory or indices do not suffice.
  /// - Precondition: a given order names each unknown once.
  public init(pattern: SparsityPattern, order: Order = .minimumDegree) throws(CholeskyError) {
    self.pattern = pattern
    common = Self.startedCommon()
    let zeros = [Double](repeating: 0, count: pattern.count)
    let common = self.common
    switch order {
    case .minimumDegree: common.pointee.method.0.ordering = CHOLMOD_AMD
    case .nestedDissection: common.pointee.method.0.ordering = CHOLMOD_METIS
    case .given(let permutation):
      precondition(permutation.count == pattern.size, "each unknown once")
      common.pointee.method.0.ordering = CHOLMOD_GIVEN
      var given = permutation
      factor = Self.withMatrix(pattern, zeros) { matrix in
        given.withUnsafeMutableBufferPointer { cholmod_analyze_p(&matrix, $0.baseAddress, nil, 0, common) }
      }
      if factor == nil { throw error() }
      return
    }
    factor = Self.withMatrix(pattern, zeros) { cholmod_analyze(&$0, common) }
    if factor == nil { throw error() }
  }

  /// Entries of the factor, zeros inside its dense blocks included.
  public var entryCount: Int {
    guard let factor = factor?.pointee else { return 0 }
    return factor.is_super != 0 ? Int(factor.xsize) : Int(common.pointee.lnz)
  }

  /// A factor that takes over the analysis of another, whose values it does not share.
  ///
  /// - Throws: ``CholeskyError`` where memory does not suffice.
  /// - Precondition: the other has been analysed alone, never factorised.
  public init(analysis: CholeskyFactor) throws(CholeskyError) {
    precondition(!analysis.isFactorised, "an analysis is copied before it is factorised")
    pattern = analysis.pattern
    common = Self.startedCommon()
    factor = cholmod_copy_factor(analysis.factor, common)
    if factor == nil { throw error() }
  }

  deinit {
    cholmod_free_dense(&solution, common)
    cholmod_free_dense(&workspace, common)
    cholmod_free_dense(&smallWorkspace, common)
    cholmod_free_factor(&factor, common)
    cholmod_finish(common)
    common.deallocate()
  }

  /// Factorises a matrix of this pattern.
  ///
  /// - Parameter values: a value for each entry of the pattern.
  /// - Throws: ``CholeskyError/notPositiveDefinite(column:)``, ``CholeskyError/notFinite``, or another case where memory does not suffice.
  public func factorise(_ values: [Double]) throws(CholeskyError) {
    precondition(values.count == pattern.count, "a value for each entry")
    isFactorised = false
    // The elimination's test for a positive pivot lets a value through that is not a number.
    guard values.allSatisfy(\.isFinite) else { throw .notFinite }
    let common = self.common
    let factor = self.factor
    Self.keepToOneThread()
    let done = Self.withMatrix(pattern, values) { cholmod_factorize(&$0, factor, common) }
    guard done != 0 else { throw error() }
    if common.pointee.status == CHOLMOD_NOT_POSDEF {
      throw .notPositiveDefinite(column: Int(factor?.pointee.minor ?? 0))
    }
    isFactorised = true
  }

  /// Solves A x = b for one or several right-hand sides.
  ///
  /// - Parameters:
  ///   - rightHandSides: `count` vectors one after the other.
  ///   - count: their number, at least 1. Eight at once are about four times faster than one by one.
  /// - Returns: the solutions in the same order.
  /// - Throws: ``CholeskyError`` where memory does not suffice.
  /// - Precondition: values have been factorised.
  public func solve(_ rightHandSides: [Double], count: Int = 1) throws(CholeskyError) -> [Double] {
    var result = rightHandSides
    try solve(inPlace: &result, count: count)
    return result
  }

  /// Solves A x = b, replacing b by x.
  ///
  /// - Parameters:
  ///   - vectors: `count` right-hand sides one after the other, replaced by the solutions.
  ///   - count: their number, at least 1.
  /// - Throws: ``CholeskyError`` where memory does not suffice.
  /// - Precondition: values have been factorised.
  public func solve(inPlace vectors: inout [Double], count: Int = 1) throws(CholeskyError) {
    precondition(isFactorised, "values are factorised before anything is solved")
    precondition(count >= 1 && vectors.count == count * pattern.size, "whole right-hand sides of the matrix's size")
    guard pattern.size > 0 else { return }
    let size = pattern.size
    // So many at once: each pass over the factor serves all of them, and they stay in the cache.
    let batch = 8
    let solved = vectors.withUnsafeMutableBufferPointer { buffer in
      for first in stride(from: 0, to: count, by: batch) {
        let columns = min(batch, count - first)
        guard let target = buffer.baseAddress?.advanced(by: first * size) else { return false }
        var dense = cholmod_dense()
        dense.nrow = size
        dense.ncol = columns
        dense.nzmax = size * columns
        dense.d = size
        dense.x = UnsafeMutableRawPointer(target)
        dense.xtype = CHOLMOD_REAL
        dense.dtype = CHOLMOD_DOUBLE
        let done = cholmod_solve2(
          CHOLMOD_A, factor, &dense, nil, &solution, nil, &workspace, &smallWorkspace, common)
        guard done != 0, let values = solution?.pointee.x else { return false }
        target.update(from: values.assumingMemoryBound(to: Double.self), count: size * columns)
      }
      return true
    }
    if !solved { throw error() }
  }

  /// The library's elimination opens teams of four OpenMP threads whatever their number is set to; allowing no nested
  /// team at all keeps it on the calling thread. The setting belongs to that thread.
  private static func keepToOneThread() {
    limitTeams?(0)
  }

  private static let limitTeams: (@convention(c) (Int32) -> Void)? = dlsym(nil, "omp_set_max_active_levels").map {
    unsafeBitCast($0, to: (@convention(c) (Int32) -> Void).self)
  }

  private static func startedCommon() -> UnsafeMutablePointer<cholmod_common> {
    // We run items in parallel; a BLAS with threads of its own would compete with them and cost more than it gains.
    openblas_set_num_threads(1)
    let common = UnsafeMutablePointer<cholmod_common>.allocate(capacity: 1)
    cholmod_start(common)
    common.pointee.print = 0
    // One ordering: the library's trial of several costs more than it saves.
    common.pointee.nmethods = 1
    common.pointee.method.0.ordering = CHOLMOD_AMD
    common.pointee.postorder = 1
    // L Lᵀ in every case: L D Lᵀ, which the library prefers for small matrices, takes an indefinite one without a word.
    common.pointee.final_ll = 1
    return common
  }

  /// Presents pattern and values as the library's own type, without a copy.
  private static func withMatrix<Result>(
    _ pattern: SparsityPattern, _ values: [Double], _ body: (inout cholmod_sparse) -> Result
  ) -> Result {
    // The library reads through these pointers although it declares them mutable.
    pattern.columnStarts.withUnsafeBufferPointer { starts in
      pattern.rows.withUnsafeBufferPointer { rows in
        values.withUnsafeBufferPointer { values in
          var matrix = cholmod_sparse()
          matrix.nrow = pattern.size
          matrix.ncol = pattern.size
          matrix.nzmax = pattern.count
          matrix.p = UnsafeMutableRawPointer(mutating: starts.baseAddress)
          matrix.i = UnsafeMutableRawPointer(mutating: rows.baseAddress)
          matrix.x = UnsafeMutableRawPointer(mutating: values.baseAddress)
          matrix.stype = -1
          matrix.itype = CHOLMOD_INT
          matrix.xtype = CHOLMOD_REAL
          matrix.dtype = CHOLMOD_DOUBLE
          matrix.sorted = 1
          matrix.packed = 1
          return body(&matrix)
        }
      }
    }
  }

  private func error() -> CholeskyError {
    switch common.pointee.status {
    case CHOLMOD_OUT_OF_MEMORY: .outOfMemory
    case CHOLMOD_TOO_LARGE: .tooLarge
    case CHOLMOD_NOT_POSDEF: .notPositiveDefinite(column: Int(factor?.pointee.minor ?? 0))
    case let status: .failed(status: Int(status))
    }
  }
}
