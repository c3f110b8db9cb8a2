import Foundation

/// What came of reading many damaged inputs.
public struct MutatedReads: Sendable {
  public var reads = 0
  public var errors = 0
  /// Errors that say nothing: shorter than ten characters.
  public var silentErrors = 0
  /// The longest read, in seconds.
  public var slowest = 0.0

  /// Reads damaged copies of an input; a crash or a hang ends the process, everything else is counted.
  ///
  /// - Parameters:
  ///   - inputs: valid inputs, taken in turn.
  ///   - count: how many damaged copies, seeds 1...count.
  ///   - read: the reader.
  public init(of inputs: [[UInt8]], count: Int, read: (_ bytes: [UInt8]) throws -> Void) {
    for seed in 1...count {
      var mutation = Mutation(seed: UInt64(seed))
      let damaged = mutation.damage(inputs[seed % inputs.count])
      let start = DispatchTime.now().uptimeNanoseconds
      do {
        try read(damaged)
        reads += 1
      } catch {
        errors += 1
        if "\(error)".count < 10 { silentErrors += 1 }
      }
      slowest = max(slowest, Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
    }
  }
}
