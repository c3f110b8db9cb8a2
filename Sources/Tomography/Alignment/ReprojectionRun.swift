internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// The state of a re-projection alignment.
struct ReprojectionRun {
  let source: ProjectionStack
  let settings: AlignmentSettings
  let threads: Int
  let radius: Double?
  /// Projections without anything measured.
  let empty: Set<Int>
  var displacements: [ImageShift]
  var ramps: [ProjectionRamp]
  var outliers: Set<Int> = []
  var history: [AlignmentProgress] = []
  var restored: ImageShift?
  var notes: [String] = []
  /// Of the level in hand: projections without displacements, those that were compared last, with whole rows for
  /// displacements, and their re-projections.
  var level: AlignmentLevel?
  var measured: ProjectionStack?
  var simulated: ProjectionStack?
  var registrations: [ViewRegistration] = []
  /// Of a disc with as many voxels as a slice keeps, in pixels of the level.
  var diameter = 0.0
  /// The steps of the level in hand stopped falling.
  var isStuck = false

  init(
    _ source: ProjectionStack, profiles: [ViewProfiles], radius: Double?, settings: AlignmentSettings, threads: Int
  ) {
    (self.source, self.radius, self.settings, self.threads) = (source, radius, settings, threads)
    empty = Set(profiles.indices.filter { profiles[$0].isEmpty })
    displacements = source.geometry.displacements
    ramps = Array(repeating: ProjectionRamp(), count: source.count)
  }

  /// Projections that the volume is made of.
  var used: [Int] { (0..<source.count).filter { !empty.contains($0) && !outliers.contains($0) } }

  mutating func enter(_ bin: Int) throws {
    level = try AlignmentLevel(
      source, bin: bin, radius: radius, cutOff: settings.cutOff, ramps: ramps, threads: threads)
    (measured, simulated) = (nil, nil)
  }

  mutating func iterate(_ count: Int, of total: Int, progress: (AlignmentProgress) throws -> Void) throws {
    guard let bin = level?.bin else { return }
    var best: (misfit: Double, displacements: [ImageShift], ramps: [ProjectionRamp])?
    var steps: [Double] = []
    isStuck = false
    for iteration in 0..<count {
      try evaluate(displacements)
      let misfit = overallMisfit()
      // Steps that make the re-projections worse are taken back.
      if let kept = best, misfit > 1.002 * kept.misfit {
        (displacements, ramps) = (kept.displacements, kept.ramps)
        isStuck = true
        try setRamps()
        break
      }
      if misfit < best?.misfit ?? .infinity { best = (misfit, displacements, ramps) }
      let step = try advance(isFirst: iteration == 0)
      history.append(
        AlignmentProgress(
          bin: bin, iteration: history.count + 1, iterations: total, step: step, misfit: misfit.squareRoot()))
      try progress(history[history.count - 1])
      steps.append(max(step.rows, step.columns))
      if steps[iteration] < settings.tolerance { break }
      if iteration >= 3, steps[iteration] > 0.9 * steps[iteration - 3] {
        isStuck = true
        break
      }
    }
  }

  /// A volume of the projections displaced as given, and how each lies relative to its re-projection.
  mutating func evaluate(_ displacements: [ImageShift]) throws {
    guard var level else { return }
    level.displace(displacements)
    var measured = try RowShift.whole(level.stack, threads: threads)
    if let weights = measured.weights, let simulated {
      // What was not measured is as the volume says.
      for index in weights.indices where weights[index] == 0 { measured.pixels[index] = simulated.pixels[index] }
    }
    let used = used
    let part = used.count == source.count ? measured : measured.selecting(used)
    var volume = try FilteredBackProjection(size: level.size)(part, threads: threads)
    diameter = regularise(&volume)
    let model = try ParallelProjector()(volume, geometry: measured.geometry, shape: measured.shape, threads: threads)
    let (rows, columns) = windows(level)
    let (fits, compared) = (settings.fitsRamps, measured)
    registrations = try parallelMap(count: source.count, threads: threads) { view in
      ViewRegistration(compared, model, view: view, rows: rows, columns: columns, fitsRamp: fits)
    }
    self.level = level
    self.measured = measured
    simulated = model
  }

  /// What each row and each column counts: nothing where displaced projections end, softly more from there.
  func windows(_ level: AlignmentLevel) -> (rows: [Float], columns: [Float]) {
    let shape = level.stack.shape
    func window(_ count: Int, _ margin: Double) -> [Float] {
      let rise = max(4, Double(count) / 16)
      return (0..<count).map { index in
        let distance = Double(min(index, count - 1 - index)) - margin
        let t = min(max(distance / rise, 0), 1)
        return Float(t * t * (3 - 2 * t))
      }
    }
    let moved = level.stack.geometry.displacements.map { abs($0.rows) }.sorted()
    let margin = min(moved[min(moved.count - 1, moved.count * 19 / 20)] + 0.5, Double(shape.rows) / 4)
    return (window(shape.rows, margin), window(shape.columns, 0))
  }

  /// Sets to 0 what is beyond the support and, if asked, what is negative.
  ///
  /// - Returns: the diameter of a disc with as many voxels as are left in a slice, the mean over slices weighted by mass.
  private func regularise(_ volume: inout ScalarVolume) -> Double {
    let size = volume.shape.rows
    let reach = (radius.map { $0 / Double(level?.bin ?? 1) } ?? Double(size)) + 1
    let isPositive = settings.isPositive
    let columns = volume.shape.columns
    // The columns of every row of a slice that lie within the support.
    let spans = (0..<size).map { row -> Range<Int> in
      let y = Double(row) + 0.5 - Double(size) / 2
      let half = max(reach * reach - y * y, 0).squareRoot()
      let left = max(0, Int((Double(columns) / 2 - half).rounded(.down)))
      return left..<max(left, min(columns, Int((Double(columns) / 2 + half).rounded(.up))))
    }
    var (weighted, mass) = (0.0, 0.0)
    volume.voxels.withUnsafeMutableBufferPointer { voxels in
      for slice in 0..<volume.shape.slices {
        var (kept, sum) = (0, Float(0))
        for row in 0..<size {
          let start = (slice * size + row) * columns
          let span = spans[row]
          for column in 0..<span.lowerBound { voxels[start + column] = 0 }
          for column in span.upperBound..<columns { voxels[start + column] = 0 }
          for column in span {
            let voxel = isPositive ? max(voxels[start + column], 0) : voxels[start + column]
            voxels[start + column] = voxel
            sum += voxel
            kept += voxel == 0 ? 0 : 1
          }
        }
        weighted += Double(kept) * Double(max(sum, 0))
        mass += Double(max(sum, 0))
      }
    }
    return mass > 0 ? (4 / .pi * weighted / mass).squareRoot() : Double(size)
  }

  private func overallMisfit() -> Double {
    let used = used
    return used.reduce(0) { $0 + registrations[$1].misfit } / Double(max(used.count, 1))
  }

  /// Takes the steps that the registrations ask for.
  ///
  /// - Returns: root mean squares of the steps in pixels of the projections.
  private mutating func advance(isFirst: Bool) throws -> ImageShift {
    guard let level, let measured, let simulated else { return ImageShift(rows: 0, columns: 0) }
    flagOutliers()
    let (rows, columns) = windows(level)
    let found = registrations
    let empty = empty
    let steps = try parallelMap(count: source.count, threads: threads) { view -> ImageShift in
      let small = found[view].shift
      guard found[view].isDetermined, !empty.contains(view) else { return ImageShift(rows: 0, columns: 0) }
      if abs(small.rows) <= 1, abs(small.columns) <= 1 { return small }
      return Self.correlated(measured, simulated, view, rows, columns)
        ?? ImageShift(rows: min(max(small.rows, -1), 1), columns: min(max(small.columns, -1), 1))
    }
    let scale = Double(level.bin)
    var moves = steps.map { ImageShift(rows: scale * $0.rows, columns: scale * $0.columns) }
    moves = AlignmentGauge.removed(from: moves, geometry: source.geometry, used: used)
    for view in empty { moves[view] = ImageShift(rows: 0, columns: 0) }
    displacements = zip(displacements, moves).map { $0 + $1 }
    if settings.fitsRamps {
      for view in 0..<source.count where found[view].isDetermined {
        ramps[view].constant += found[view].ramp.constant
        ramps[view].across += found[view].ramp.across / scale
        ramps[view].down += found[view].ramp.down / scale
      }
      try setRamps()
    }
    return used.map { moves[$0] }.rms
  }

  private mutating func setRamps() throws {
    guard settings.fitsRamps, let bin = level?.bin else { return }
    level = try AlignmentLevel(
      source, bin: bin, radius: radius, cutOff: settings.cutOff, ramps: ramps, threads: threads)
  }

  /// A large displacement by cross-correlation, nil where it finds none.
  private static func correlated(
    _ measured: ProjectionStack, _ simulated: ProjectionStack, _ view: Int, _ rows: [Float], _ columns: [Float]
  ) -> ImageShift? {
    let shape = measured.shape
    var weights = ScalarImage(repeating: 0, shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let count = measured.weights?[view * shape.count + row * shape.columns + column] ?? 1
        weights[row, column] = rows[row] * columns[column] * count
      }
    }
    let found = try? ImageRegistration(of: measured.image(view), relativeTo: simulated.image(view), weights: weights)
    guard let shift = found?.shift, abs(shift.rows) < Double(shape.rows) / 3,
      abs(shift.columns) < Double(shape.columns) / 3
    else { return nil }
    return shift
  }

  /// Puts a small displacement of random sign on every projection and sees which part of it the next step takes back.
  ///
  /// Projections that meet themselves in their re-projections would stay: steps are small then, and nothing is aligned.
  mutating func tryDisplacement() throws {
    guard let bin = level?.bin else { return }
    let size = 0.3 * Double(bin)
    var random = SeededGenerator(seed: 1)
    let trial = displacements.map { _ in
      ImageShift(
        rows: random.uniform() < 0.5 ? -size : size, columns: random.uniform() < 0.5 ? -size : size)
    }
    try evaluate(zip(displacements, trial).map { $0 + $1 })
    var part = ImageShift(rows: 0, columns: 0)
    let used = used
    for view in used {
      part.rows -= registrations[view].shift.rows * Double(bin) * trial[view].rows
      part.columns -= registrations[view].shift.columns * Double(bin) * trial[view].columns
    }
    let norm = size * size * Double(max(used.count, 1))
    restored = ImageShift(rows: part.rows / norm, columns: part.columns / norm)
  }

  private mutating func flagOutliers() {
    let candidates = (0..<source.count).filter { !empty.contains($0) }
    outliers = ViewOutliers.find(registrations.map(\.misfit), among: candidates)
  }
}

/// Projections whose misfit lies far above that of the others.
enum ViewOutliers {
  /// By how many robust standard deviations the logarithm of a misfit may lie above the median, and by which factor.
  static let deviations = 6.0
  static let factor = 2.0

  static func find(_ misfits: [Double], among candidates: [Int]) -> Set<Int> {
    let logarithms = candidates.map { log(max(misfits[$0], .leastNormalMagnitude)) }
    let middle = median(logarithms)
    let spread = 1.4826 * median(logarithms.map { abs($0 - middle) })
    let limit = middle + max(deviations * spread, log(factor))
    let found = Set(zip(candidates, logarithms).filter { $0.1 > limit }.map(\.0))
    // A flag on a third of all says that there is no such thing as the others.
    return 3 * found.count > candidates.count ? [] : found
  }
}
