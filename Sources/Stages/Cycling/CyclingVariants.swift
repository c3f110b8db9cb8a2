import ArrayMath
import Pipeline
import Synchronization

/// Runs of the model with one setting changed each: the items of sweeps and of differences.
struct CyclingVariants {
  /// One item.
  struct Item: Sendable {
    /// Fit for the name of a shard.
    var name: String
    var parameters: ParticleCyclingStage.Parameters
  }

  var items: [Item]

  /// The outcomes in the order of the items, whatever the number of threads.
  ///
  /// - Parameters:
  ///   - done: items of the stage that are finished already, for the progress.
  ///   - total: items of the stage.
  ///   - run: one item on one thread.
  /// - Returns: nil for an item whose equations have no solution; why is the error's description.
  func outcomes(
    _ context: RunContext, done: Int, total: Int,
    run: @Sendable (ParticleCyclingStage.Parameters) throws -> CyclingOutcome
  ) throws -> [Result<CyclingOutcome, CyclingVariantError>] {
    let finished = Mutex(done)
    let items = items
    return try parallelMap(count: items.count, threads: context.threads) { place in
      let bytes: [UInt8]
      do {
        bytes = try context.shard(items[place].name) { try run(items[place].parameters).encoded() }
      } catch let error as Interrupted {
        throw error
      } catch {
        return .failure(CyclingVariantError(item: items[place].name, problem: "\(error)"))
      }
      let count = finished.withLock { finished in
        finished += 1
        return finished
      }
      context.progress(count, total)
      return .success(try CyclingOutcome(encoded: bytes))
    }
  }
}

/// An item of a sweep that has no answer.
struct CyclingVariantError: Error, Sendable, Hashable, CustomStringConvertible {
  var item: String
  var problem: String

  var description: String { "\(item): \(problem)" }
}
