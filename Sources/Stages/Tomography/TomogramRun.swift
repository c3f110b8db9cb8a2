import ArrayMath
import Foundation
import ImageAnalysis
import Pipeline
import Quantities
import Tomography

/// One run from projections to a volume, each finished part of which is kept, so that a kill loses at most the part in hand.
struct TomogramRun {
  let input: TomogramStage.Input
  let parameters: TomogramStage.Parameters
  let context: RunContext
  /// What messages call it.
  let place: String

  private var factor: Float {
    Float(TomogramResult.factor(of: quantity, wavelength: input.wavelength, voxel: input.voxel))
  }
  private var quantity: ProjectionStack.Quantity {
    guard case .measured(let measured) = input.source else { return .phase }
    return measured.content == .intensity || measured.content == .absorption ? .absorption : .phase
  }
  /// Parts that are told as done.
  private var partCount: Int { 3 + (parameters.reconstruction.halves ? 3 : 0) }

  func callAsFunction() throws -> TomogramResult {
    do {
      return try run()
    } catch let error as TomographyError {
      throw StageDocumentError(path: place, problem: error.description)
    } catch let error as ImageAnalysisError {
      throw StageDocumentError(path: place, problem: "\(error)")
    }
  }

  private func run() throws -> TomogramResult {
    var (stack, facts) = try prepared()
    context.progress(1, partCount)
    try check(stack, &facts)
    try align(&stack, &facts)
    context.progress(2, partCount)
    let used = facts.views.indices.filter { !facts.views[$0].isOutlier }
    let volume = try reconstructed("volume", stack.selecting(used))
    context.progress(3, partCount)
    facts.reconstruction = parameters.reconstruction.words
    var result = TomogramResult(volume: volume, projections: stack, facts: facts)
    if parameters.reconstruction.halves, used.count >= 6 { try addHalves(used, to: &result) }
    context.progress(partCount, partCount)
    return result
  }

  // MARK: - Preparation

  private struct Prepared: Codable {
    var rows, columns: Int
    var angles: [Double]
    var axisColumn: Double
    var hasWeights: Bool
    /// The first column that was kept of the projections as they came.
    var firstColumn: Int
    var facts: TomogramResult.Facts
  }

  private func prepared() throws -> (ProjectionStack, TomogramResult.Facts) {
    let bytes = try context.shard("prepared") {
      let preparation = ProjectionPreparation(parameters.preparation.settings)
      let made: PreparedProjections
      switch input.source {
      case .transmissions(let projections):
        made = try preparation.prepare(projections, sense: parameters.sense, threads: context.threads)
      case .measured(let measured):
        made = try preparation.prepare(measured, sense: parameters.sense, threads: context.threads)
      }
      var facts = TomogramResult.Facts(
        voxel: input.voxel, wavelength: input.wavelength, views: made.views.map(TomogramResult.View.init))
      (facts.notes, facts.warnings) = (made.notes, input.failures + made.warnings)
      let (shape, geometry) = (made.stack.shape, made.stack.geometry)
      return try FloatShard.encode(
        Prepared(
          rows: shape.rows, columns: shape.columns, angles: geometry.angles, axisColumn: geometry.axisColumn,
          hasWeights: made.stack.weights != nil, firstColumn: made.kept.columns.lowerBound, facts: facts),
        [made.stack.pixels] + (made.stack.weights.map { [$0] } ?? []))
    }
    let (head, arrays) = try FloatShard.decode(Prepared.self, bytes, of: TomogramStage.name)
    guard arrays.count == (head.hasWeights ? 2 : 1) else { throw ArrayShard.damaged(TomogramStage.name) }
    let geometry = ProjectionGeometry(
      angles: head.angles,
      axisColumn: parameters.alignment.axis.map { $0 - Double(head.firstColumn) } ?? head.axisColumn,
      sense: parameters.sense)
    let stack = try ProjectionStack(
      arrays[0], shape: FrameShape(rows: head.rows, columns: head.columns), geometry: geometry, quantity: quantity,
      weights: head.hasWeights ? arrays[1] : nil)
    return (stack, head.facts)
  }

  /// What a volume cannot be made of, and what it suffers from.
  private func check(_ stack: ProjectionStack, _ facts: inout TomogramResult.Facts) throws {
    let geometry = stack.geometry
    let directions = Set(
      geometry.angles.map { angle -> Int in
        let turns = angle / .pi - (angle / .pi).rounded(.down)
        return Int((turns * 1e7).rounded()) % 10_000_000
      })
    guard directions.count >= 3 else {
      throw StageDocumentError(
        path: place,
        problem:
          "\(stack.count) projections of \(directions.count) different directions, counted modulo half a turn; a volume "
          + "needs at least 3, and rather hundreds")
    }
    if directions.count < stack.count {
      facts.notes.append(
        "\(stack.count - directions.count) of \(stack.count) projections have the direction of another one; they share its "
          + "weight")
    }
    let even = Double.pi / Double(directions.count)
    if geometry.largestGap > 3 * even {
      facts.warnings.append(
        String(
          format:
            "There is no projection within %.3g degrees, where %.3g degrees is the mean distance: the volume is drawn "
            + "out along the missing directions.", geometry.largestGap * 180 / .pi, even * 180 / .pi))
    }
  }

  // MARK: - Alignment

  private struct Aligned: Codable {
    var axisColumn, axisTilt: Double
    var rows, columns: [Double]
    var facts: TomogramResult.Facts
  }

  private func align(_ stack: inout ProjectionStack, _ facts: inout TomogramResult.Facts) throws {
    guard parameters.alignment.method != .none else { return }
    let (source, known) = (stack, facts)
    let bytes = try context.shard("alignment") {
      let found = try ProjectionAlignment(parameters.alignment.settings).align(source, threads: context.threads) { _ in
        if context.isCancelled() { throw Interrupted() }
      }
      var facts = known
      facts.add(found)
      let geometry = found.stack.geometry
      return try FloatShard.encode(
        Aligned(
          axisColumn: geometry.axisColumn, axisTilt: geometry.axisTilt, rows: geometry.displacements.map(\.rows),
          columns: geometry.displacements.map(\.columns), facts: facts),
        parameters.alignment.fitsRamps ? [found.stack.pixels] : [])
    }
    let (head, arrays) = try FloatShard.decode(Aligned.self, bytes, of: TomogramStage.name)
    guard head.rows.count == stack.count, head.columns.count == stack.count,
      arrays.allSatisfy({ $0.count == stack.pixels.count })
    else { throw ArrayShard.damaged(TomogramStage.name) }
    if let pixels = arrays.first { stack.pixels = pixels }
    stack.geometry.axisColumn = head.axisColumn
    stack.geometry.axisTilt = head.axisTilt
    stack.geometry.displacements = zip(head.rows, head.columns).map { ImageShift(rows: $0, columns: $1) }
    facts = head.facts
  }

  // MARK: - Volumes

  private struct Extent: Codable { var slices, rows, columns: Int }

  /// Slices that are kept together.
  private static let block = 64

  private func reconstructed(_ name: String, _ stack: ProjectionStack) throws -> ScalarVolume {
    let factor = factor
    guard let algorithm = parameters.reconstruction.sliceBySlice else {
      let technique = parameters.reconstruction.technique
      return try kept(name) { try technique(stack, threads: context.threads).map { factor * $0 } }
    }
    let rows = stack.shape.rows
    let size = parameters.reconstruction.size ?? stack.shape.columns
    var voxels: [Float] = []
    voxels.reserveCapacity(rows * size * size)
    for first in stride(from: 0, to: rows, by: Self.block) {
      let slices = first..<min(first + Self.block, rows)
      voxels += try kept("\(name)-\(first)") {
        var part: [Float] = []
        part.reserveCapacity(slices.count * size * size)
        try algorithm.reconstruct(stack, threads: context.threads, slices: slices) { _, made in
          if context.isCancelled() { throw Interrupted() }
          for voxel in made { part.append(factor * voxel) }
        }
        return ScalarVolume(part, shape: VolumeShape(slices: slices.count, rows: size, columns: size))
      }.voxels
    }
    return ScalarVolume(voxels, shape: VolumeShape(slices: rows, rows: size, columns: size))
  }

  private func kept(_ name: String, _ make: () throws -> ScalarVolume) throws -> ScalarVolume {
    let bytes = try context.shard(name) {
      let volume = try make()
      return try FloatShard.encode(
        Extent(slices: volume.shape.slices, rows: volume.shape.rows, columns: volume.shape.columns), [volume.voxels])
    }
    let (head, arrays) = try FloatShard.decode(Extent.self, bytes, of: TomogramStage.name)
    let shape = VolumeShape(slices: head.slices, rows: head.rows, columns: head.columns)
    guard let voxels = arrays.first, voxels.count == shape.count else { throw ArrayShard.damaged(TomogramStage.name) }
    return ScalarVolume(voxels, shape: shape)
  }

  /// Volumes of every second projection, and how they agree.
  private func addHalves(_ used: [Int], to result: inout TomogramResult) throws {
    let parts = [0, 1].map { part in used.enumerated().filter { $0.offset % 2 == part }.map(\.element) }
    let first = try reconstructed("half-0", result.projections.selecting(parts[0]))
    context.progress(4, partCount)
    let second = try reconstructed("half-1", result.projections.selecting(parts[1]))
    context.progress(5, partCount)
    result.halves = (first, second)
    let smallest = min(first.shape.slices, first.shape.rows, first.shape.columns)
    guard smallest >= 16 else {
      result.facts.notes.append("The volume is too small for a Fourier shell correlation.")
      return
    }
    let shells = try FourierShellCorrelation.between(
      first, second, mask: try mask(of: result.volume), views: (parts[0].count, parts[1].count),
      threads: context.threads)
    result.facts.correlation = TomogramResult.Correlation(shells, voxel: input.voxel)
    if result.facts.correlation?.resolution == nil {
      result.facts.warnings.append("Volumes from halves of the projections agree at no spatial frequency.")
    }
  }
}

extension TomogramRun {
  /// What halves are compared within: all that is denser than half-way between surroundings and matter, softly beyond; nil
  /// where the two cannot be told apart.
  private func mask(of volume: ScalarVolume) throws -> ScalarVolume? {
    guard let classes = try? DensityClasses(ValueHistogram(volume.voxels)) else { return nil }
    let threshold = Float(classes.halfLevel)
    return try FourierShellCorrelation.softMask(of: volume.map { $0 > threshold }, threads: context.threads)
  }
}

extension TomogramResult.View {
  init(_ view: PreparedView) {
    self.init(name: view.name)
    total = view.total.value.isFinite && view.total.uncertainty.isFinite ? view.total.value : .nan
    if let taken = view.ramp { ramp = [taken.constant, taken.perRow, taken.perColumn] }
    residues = view.residues
    notes = view.notes
  }
}

extension TomogramResult.Correlation {
  /// - Parameter voxel: in metres.
  init(_ correlation: FourierShellCorrelation, voxel: Double) {
    let shells = correlation.shells
    let found = correlation.resolution(.halfBit)
    self.init(
      frequencies: shells.frequencies.map { $0 / voxel }, correlation: shells.correlation, halfBit: shells.halfBit,
      oneBit: shells.oneBit, resolution: found.map { $0.isFinite ? $0 * voxel : nil } ?? voxel,
      reachesVoxel: found == nil)
  }
}

extension TomogramResult.Facts {
  /// Takes over what an alignment has found.
  mutating func add(_ found: AlignmentResult) {
    rowUncertainties = found.uncertainties.map { $0.rows.isFinite ? $0.rows : .nan }
    columnUncertainties = found.uncertainties.map { $0.columns.isFinite ? $0.columns : .nan }
    steps = found.history.map { step in
      TomogramResult.AlignmentStep(
        name: "re-projection, \(step.bin) x \(step.bin) pixels as one",
        change: (step.step.rows * step.step.rows + step.step.columns * step.step.columns).squareRoot(),
        misfit: step.misfit)
    }
    for view in found.outliers where views.indices.contains(view) {
      views[view].isOutlier = true
      views[view].notes.append("does not fit the others")
    }
    notes += found.notes
    if !found.outliers.isEmpty {
      let names = found.outliers.prefix(6).map { views[$0].name }.joined(separator: ", ")
      warnings.append(
        "\(found.outliers.count) of \(views.count) projections do not fit the others and were left out: \(names)"
          + (found.outliers.count > 6 ? " and more." : "."))
    }
    switch found.status {
    case .converged: alignment = "The alignment by re-projection converged in \(found.history.count) iterations."
    case .firstSteps:
      alignment = "Projections were aligned by the mass of each row and the centre of mass."
    case .stuck:
      alignment = "The alignment by re-projection made no more progress after \(found.history.count) iterations."
      warnings.append(alignment + " Look at the displacements and the sinogram.")
    case .limit:
      alignment = "The alignment by re-projection was still improving after \(found.history.count) iterations."
    }
    if let empirical = found.empiricalUncertainty {
      empiricalUncertainty = [empirical.rows, empirical.columns]
      alignment += String(
        format: " Odd and even rows disagree by %.2g pixels down and %.2g to the right.", empirical.rows,
        empirical.columns)
    }
  }
}
