internal import ArrayMath
internal import ImageAnalysis

extension Tomogram {
  /// Finds where the sample lies in each view.
  mutating func align(
    _ settings: AlignmentSettings, threads: Int, progress: (TomogramProgress) throws -> Void
  ) throws {
    try progress(TomogramProgress(.alignment))
    let result = try ProjectionAlignment(settings).align(stack, threads: threads) {
      try progress(TomogramProgress(.alignment, alignment: $0))
    }
    let before = kept
    stack = result.stack
    kept = result.views.map { before[$0] }
    for view in views.indices { views[view].isUsed = false }
    for view in result.outliers { views[before[view]].isOutlier = true }
    for (place, view) in kept.enumerated() {
      views[view].isUsed = true
      views[view].displacement = stack.geometry.displacements[place]
      views[view].uncertainty = result.uncertainties[place]
      views[view].ramp.add(result.ramps[place])
      views[view].reducedChiSquare = result.reducedChiSquares.isEmpty ? nil : result.reducedChiSquares[place]
    }
    history += result.history
    status = result.status
    empiricalUncertainty = result.empiricalUncertainty
    notes += result.notes
    if result.status == .stuck {
      warnings.append("the alignment is stuck: its steps do not fall, or a displacement put on was not taken back")
    }
  }

  /// Fits constants and ramps to projections simulated from the volume as it is aligned, with air set to 0, and aligns again
  /// at full size.
  mutating func refit(
    _ settings: AlignmentSettings, threads: Int, progress: (TomogramProgress) throws -> Void
  ) throws {
    try progress(TomogramProgress(.ramps))
    var volume = try FilteredBackProjection(RampFilter())(stack, threads: threads)
    for index in volume.voxels.indices { volume.voxels[index] = max(volume.voxels[index], 0) }
    let simulated = try ParallelProjector()(volume, geometry: stack.geometry, shape: stack.shape, threads: threads)
    let ramps = try RampCorrection().fit(stack, against: simulated, threads: threads)
    stack = try stack.removing(ramps)
    for (view, ramp) in zip(kept, ramps) { views[view].ramp.add(ProjectionRamp(ramp, shape: stack.shape)) }
    var fine = settings
    (fine.findsHeights, fine.findsCentres) = (false, false)
    fine.levels = settings.levels.suffix(1)
    if !fine.levels.isEmpty { try align(fine, threads: threads, progress: progress) }
  }

  /// Makes volumes of every other view and tells how they agree.
  mutating func halve(threads: Int, reconstruct: (ProjectionStack) throws -> ScalarVolume) throws {
    let (odd, even) = (
      stride(from: 0, to: stack.count, by: 2).map(\.self), stride(from: 1, to: stack.count, by: 2).map(\.self)
    )
    let first = try reconstruct(stack.selecting(odd))
    let second = try reconstruct(stack.selecting(even))
    halves = (first, second)
    guard min(first.shape.slices, first.shape.rows) >= 16 else {
      notes.append("the volume is too small for a shell correlation")
      return
    }
    var mask: ScalarVolume?
    if let classes = try? MatterClasses(volume, expected: nil) {
      let threshold = Float(classes.threshold)
      mask = try FourierShellCorrelation.softMask(of: volume.map { $0 > threshold }, threads: threads)
    }
    correlation = try FourierShellCorrelation.between(
      first, second, mask: mask, views: (odd.count, even.count), threads: threads)
  }
}

extension ProjectionRamp {
  mutating func add(_ other: ProjectionRamp) {
    constant += other.constant
    across += other.across
    down += other.down
  }

  /// The same plane, about the middle of the projection.
  init(_ ramp: PhaseRamp, shape: FrameShape) {
    let middle = ramp.phase(row: Double(shape.rows) / 2 - 0.5, column: Double(shape.columns) / 2 - 0.5)
    self.init(constant: middle, across: ramp.perColumn, down: ramp.perRow)
  }
}
