import ArrayMath
import Foundation
public import Pipeline
public import Ptychography
import Synchronization

/// From scans of diffraction patterns to quantitative phase images, one a projection.
public enum PtychographyStage: Stage {
  public static let name = "ptychography"
  public static let version = 1
  public static let citations = [Citation.maiden2009, .vanHeel2005, .herraez2002]

  /// One scan of the measurement.
  public struct ScanSource: Sendable {
    /// What messages call it.
    public var name: String
    /// Opens the scan; its patterns are read when they are needed.
    public var open: @Sendable () throws -> PtychographyScan

    public init(name: String, open: @escaping @Sendable () throws -> PtychographyScan) {
      self.name = name
      self.open = open
    }

    /// What `body` returns; what a technique finds wrong with the scan is said with the scan's name.
    ///
    /// - Throws: `StageDocumentError` for errors of the technique, all others as they are.
    func named<Result>(_ body: () throws -> Result) throws -> Result {
      do {
        return try body()
      } catch let error as PtychographyError {
        throw StageDocumentError(path: name, problem: error.description)
      } catch let error as ReconstructionFailure {
        throw StageDocumentError(path: name, problem: "\(error)")
      }
    }
  }

  /// What the run works on.
  public struct Input: Sendable {
    /// Name of the measurement, which its answers begin with; empty for one alone.
    public var name = ""
    /// One a projection.
    public var scans: [ScanSource]
    /// Is shown what is known of a projection after a pass; it decides by itself how often it looks.
    public var preview: (@Sendable (_ preview: () -> PtychographyPreview) -> Void)?

    public init(scans: [ScanSource]) { self.scans = scans }
  }

  public static func estimate(_ parameters: Parameters, inputBytes: Int) -> ResourceEstimate {
    // Patterns of two bytes a pixel, compressed to about a quarter; better is known once the scans can be opened.
    let window = parameters.preparation.window.map { Double($0[0] * $0[1]) } ?? 512 * 512
    let patterns = max(Double(inputBytes) * 2 / window, 1)
    return ScanExtent(projections: 1, patterns: Int(patterns), window: window).estimate(parameters)
  }

  /// Projections of a chain of warm starts; fixed, so that results do not depend on threads.
  private static let chain = 16

  public static func run(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> StageResult<PhaseProjections> {
    let place = input.name.isEmpty ? name : "\(name)-\(input.name)"
    guard !input.scans.isEmpty else { throw StageDocumentError(path: place, problem: "there is no scan") }
    let axes = try chosenAxes(input, parameters, context)
    let counter = PassCounter(total: input.scans.count * passes(parameters), progress: context.progress)
    let results = Mutex([Int: PhaseProjection]())

    @Sendable func item(_ index: Int, from start: [PhaseProjection]) throws -> PhaseProjection {
      let reconstruction = ProjectionReconstruction(
        parameters: parameters, finding: axes, index: index, count: input.scans.count,
        warmProbes: start.first?.images?.probes ?? [], threads: input.scans.count == 1 ? context.threads : 1)
      let projection: PhaseProjection
      do {
        projection = try ProjectionShard.decode(
          context.shard("projection-\(index)") {
            let made = try reconstruction(input.scans[index]) { preview in
              if context.isCancelled() { throw Interrupted() }
              counter.add(1, of: index)
              if let preview { input.preview?(preview) }
            }
            return try ProjectionShard.encode(made)
          })
      } catch let error where canFail(error, count: input.scans.count) {
        // Not kept: it is tried again when the run is resumed.
        var facts = PhaseProjection.Facts(name: input.scans[index].name)
        let named = error as? StageDocumentError
        let reason = named.flatMap { $0.path == input.scans[index].name ? $0.problem : nil } ?? "\(error)"
        facts.failure = reason
        context.warn("\(input.scans[index].name) failed: \(reason)")
        projection = PhaseProjection(facts: facts, images: nil)
      }
      counter.finish(index, of: passes(parameters))
      results.withLock { $0[index] = projection }
      return projection
    }

    switch parameters.reconstruction.warmStart {
    case .none:
      try parallelFor(count: input.scans.count, threads: context.threads) { _ = try item($0, from: []) }
    case .first:
      let first = try item(0, from: [])
      try parallelFor(count: input.scans.count - 1, threads: context.threads) {
        _ = try item($0 + 1, from: [first])
      }
    case .neighbour:
      try parallelFor(count: input.scans.count, grain: chain, threads: context.threads) { _, range in
        var before: [PhaseProjection] = []
        for index in range {
          let made = try item(index, from: before)
          if made.images != nil { before = [made] }
        }
      }
    }
    let found = results.withLock { results in input.scans.indices.compactMap { results[$0] } }
    if let failure = found.first?.facts.failure, found.allSatisfy({ $0.images == nil }) {
      throw StageDocumentError(path: found[0].facts.name, problem: failure)
    }
    let value = try PhaseProjections(found)
    let summary = PtychographySummary(value: value, axes: axes, input: input, parameters: parameters).summary
    return StageResult(value: value, summary: summary)
  }

  /// Whether a projection may fail by itself while the others go on.
  private static func canFail(_ error: any Error, count: Int) -> Bool {
    !(error is Interrupted) && count > 1
  }

  /// The passes of a projection, those of halves of its data included.
  static func passes(_ parameters: Parameters) -> Int {
    let passes = parameters.reconstruction.passes
    return parameters.phase.halves == .none ? passes : 3 * passes
  }

  /// The stated axes and defocus, or those that the first scan supports.
  private static func chosenAxes(
    _ input: Input, _ parameters: Parameters, _ context: RunContext
  ) throws -> AxisFinding {
    guard parameters.hasOpenQuestions else {
      return AxisFinding(choice: parameters.preparation.axes.convention ?? .asWritten)
    }
    let bytes = try context.shard("axes") {
      let finding = try AxisFinding(input.scans[0], parameters, threads: context.threads)
      return Array(try JSONEncoder().encode(finding))
    }
    guard let finding = try? JSONDecoder().decode(AxisFinding.self, from: Data(bytes)) else {
      throw ArrayShard.damaged(name)
    }
    return finding
  }
}

/// How many passes of all projections are done, from any thread.
private final class PassCounter: Sendable {
  private let total: Int
  private let progress: @Sendable (Int, Int) -> Void
  private let passes = Mutex([Int: Int]())

  init(total: Int, progress: @escaping @Sendable (Int, Int) -> Void) {
    self.total = total
    self.progress = progress
  }

  func add(_ count: Int, of item: Int) {
    report(
      passes.withLock { passes in
        passes[item, default: 0] += count
        return passes.values.reduce(0, +)
      })
  }

  /// A finished item counts in full, however many passes it took.
  func finish(_ item: Int, of count: Int) {
    report(
      passes.withLock { passes in
        passes[item] = count
        return passes.values.reduce(0, +)
      })
  }

  private func report(_ done: Int) { progress(min(done, total), total) }
}

extension Citation {
  static let maiden2009 = Citation(
    key: "maiden2009",
    text:
      "A. M. Maiden, J. M. Rodenburg, An improved ptychographical phase retrieval algorithm for diffractive imaging, Ultramicroscopy 109, 1256 (2009).",
    doi: "10.1016/j.ultramic.2009.05.012")
  static let vanHeel2005 = Citation(
    key: "vanheel2005",
    text: "M. van Heel, M. Schatz, Fourier shell correlation threshold criteria, J. Struct. Biol. 151, 250 (2005).",
    doi: "10.1016/j.jsb.2005.05.009")
  static let herraez2002 = Citation(
    key: "herraez2002",
    text:
      "M. A. Herráez, D. R. Burton, M. J. Lalor, M. A. Gdeisat, Fast two-dimensional phase-unwrapping algorithm based on sorting by reliability following a noncontinuous path, Appl. Opt. 41, 7437 (2002).",
    doi: "10.1364/AO.41.007437")
  static let maiden2017 = Citation(
    key: "maiden2017",
    text:
      "A. Maiden, D. Johnson, P. Li, Further improvements to the ptychographical iterative engine, Optica 4, 736 (2017).",
    doi: "10.1364/OPTICA.4.000736")
  static let thibault2008 = Citation(
    key: "thibault2008",
    text: "P. Thibault et al., High-resolution scanning X-ray diffraction microscopy, Science 321, 379 (2008).",
    doi: "10.1126/science.1158573")
  static let luke2005 = Citation(
    key: "luke2005",
    text:
      "D. R. Luke, Relaxed averaged alternating reflections for diffraction imaging, Inverse Problems 21, 37 (2005).",
    doi: "10.1088/0266-5611/21/1/004")
  static let odstrcil2018 = Citation(
    key: "odstrcil2018",
    text:
      "M. Odstrčil, A. Menzel, M. Guizar-Sicairos, Iterative least-squares solver for generalized maximum-likelihood ptychography, Opt. Express 26, 3108 (2018).",
    doi: "10.1364/OE.26.003108")
  static let thibault2013 = Citation(
    key: "thibault2013",
    text:
      "P. Thibault, A. Menzel, Reconstructing state mixtures from diffraction measurements, Nature 494, 68 (2013).",
    doi: "10.1038/nature11806")
  static let maiden2012 = Citation(
    key: "maiden2012",
    text:
      "A. M. Maiden, M. J. Humphry, M. C. Sarahan, B. Kraus, J. M. Rodenburg, An annealing algorithm to correct positioning errors in ptychography, Ultramicroscopy 120, 64 (2012).",
    doi: "10.1016/j.ultramic.2012.06.001")
}
