public import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// Finds the particle in a volume.
///
/// The volume is smoothed as far as its noise makes it necessary, parted half-way between the medians of void and matter,
/// and the largest part that hangs together is kept, once what is denser (a deposit of platinum, a needle of tungsten) and
/// what lies beyond the neck of the mount are taken off. Nothing is set by hand.
public struct ParticleSegmentation: Sendable, Hashable, Codable {
  /// How the mount is cut off.
  public var mount: MountCut.Rule
  /// What the particle's voxels are expected to hold, in the volume's unit; where there are several kinds of matter, the
  /// class that is next to it is the particle. Nil takes the class with the most mass.
  public var expectedContrast: Double?
  /// The radius of a ball that does not enter the particle's open cracks, in voxels. Nil is a twentieth of the particle's
  /// radius, at least 3 voxels.
  public var closingRadius: Float?

  public init(mount: MountCut.Rule = .neck, expectedContrast: Double? = nil, closingRadius: Float? = nil) {
    self.mount = mount
    self.expectedContrast = expectedContrast
    self.closingRadius = closingRadius
  }

  /// Gaussians that are tried, in voxels.
  private static let deviations = [0, 0.7, 1, 1.4, 2, 2.8, 4]
  /// Standard deviations from a class to the threshold: 3 voxels of 100 000 are then on the wrong side.
  private static let wantedSeparation = 4.0

  /// - Parameters:
  ///   - volume: positive for matter; voxels that are NaN are none of the particle's.
  ///   - complete: the slices that all views see (``Tomogram/completeSlices``), nil for all: beyond them, where views that
  ///     lie displaced end, a mount fades.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``TomographyError`` where there is no particle to be found.
  public func callAsFunction(_ volume: ScalarVolume, complete: Range<Int>? = nil, threads: Int = 1) throws
    -> SegmentedParticle
  {
    let shape = volume.shape
    guard min(shape.slices, shape.rows, shape.columns) >= 8 else {
      throw TomographyError.invalid(
        """
        a volume of \(shape.slices) x \(shape.rows) x \(shape.columns) voxels is too small to find a particle in; give at \
        least 8 each way
        """)
    }
    var notes: [String] = []
    var (field, smoothing) = (volume, 0.0)
    var classes: MatterClasses?
    for deviation in Self.deviations {
      let tried = try volume.smoothed(deviation: deviation, threads: threads)
      do {
        let found = try MatterClasses(tried, expected: expectedContrast)
        (field, smoothing, classes) = (tried, deviation, found)
        if found.separation >= Self.wantedSeparation { break }
      } catch let error as ImageAnalysisError {
        throw TomographyError.invalid("no particle is found in the volume: \(error)")
      }
    }
    guard var classes else { throw TomographyError.invalid("no particle is found in the volume") }
    if classes.separation < Self.wantedSeparation {
      notes.append(
        """
        void and matter are only \(String(format: "%.2g", classes.separation)) standard deviations of the noise from the \
        threshold, after smoothing by \(smoothing) voxels
        """)
    }
    // A mount that is denser than the particle is still what it stands on.
    let threshold = Float(classes.threshold)
    let matter = try Self.largest(field.map { $0 > threshold })
    let cut = MountCut.find(Self.areas(matter), rule: mount, complete: complete)
    var body = try component(of: field, classes, kept: cut?.kept, threads: threads)
    // Once more with the classes about the particle alone, where the void does not outweigh it.
    let box = Self.box(body, margin: 4)
    if let about = try? MatterClasses(
      box.cropped(field), expected: expectedContrast ?? classes.particle - classes.void)
    {
      let ceiling = classes.ceiling
      classes = about
      // What is denser may lie beyond the box and still hang on the particle.
      if cut == nil, classes.ceiling == nil { classes.ceiling = ceiling }
    }
    body = try component(of: field, classes, kept: cut?.kept, threads: threads)
    return try finish(field, body, classes, cut, smoothing: smoothing, notes: notes, threads: threads)
  }

  /// The largest part of the particle's class that hangs together.
  private func component(
    of field: ScalarVolume, _ classes: MatterClasses, kept: Range<Int>?, threads: Int
  ) throws -> Volume<Bool> {
    let threshold = Float(classes.threshold)
    var mask = field.map { $0 > threshold }
    if let kept { mask = Self.limited(mask, to: kept) }
    guard let ceiling = classes.ceiling else { return try Self.largest(mask) }
    // About what is denser there is a shell that only looks like the particle. It is left out while parts are told apart;
    // then the particle grows back to where it touches.
    let reach: Float = 2.5
    let dense = field.map { $0 > Float(ceiling) }
    let shell = try dense.dilated(by: reach, threads: threads)
    var free = mask
    for index in free.voxels.indices where shell.voxels[index] { free.voxels[index] = false }
    let body = try Self.largest(free)
    let near = try body.dilated(by: reach, threads: threads)
    var grown = body
    for index in grown.voxels.indices
    where near.voxels[index] && shell.voxels[index] && mask.voxels[index] && !dense.voxels[index] {
      grown.voxels[index] = true
    }
    return grown
  }

  private func finish(
    _ field: ScalarVolume, _ body: Volume<Bool>, _ classes: MatterClasses, _ cut: MountCut?, smoothing: Double,
    notes: [String], threads: Int
  ) throws -> SegmentedParticle {
    var notes = notes
    let radius = pow(3 * Double(body.trueCount) / (4 * .pi), 1 / 3)
    let closing = closingRadius ?? Float(max(3, radius / 20))
    let box = Self.box(body, margin: 14 + Int(closing.rounded(.up)))
    let solid = Self.cropped(body, box)
    var envelope = try solid.closed(by: closing, threads: threads).holesFilled()
    for index in envelope.voxels.indices where solid.voxels[index] { envelope.voxels[index] = true }
    let part = box.cropped(field)
    // Matter that is not the particle's: above the threshold without belonging to it, or a kind of its own.
    let floor = Float(classes.floor ?? classes.threshold)
    let nearby = try solid.dilated(by: 3, threads: threads)
    var foreign = part.map { $0 > floor }
    for index in foreign.voxels.indices where foreign.voxels[index] {
      // The particle's own edge reaches below its threshold.
      let isMatter = part.voxels[index] > Float(classes.threshold)
      if envelope.voxels[index] || (!isMatter && nearby.voxels[index]) { foreign.voxels[index] = false }
    }
    var otsuCount = 0
    let inSlices = cut.map { $0.kept } ?? 0..<field.shape.slices
    let size = box.shape.slice.count
    for index in part.voxels.indices
    where nearby.voxels[index] && part.voxels[index] > Float(classes.otsu) && !foreign.voxels[index] {
      if inSlices.contains(box.slices.lowerBound + index / size) { otsuCount += 1 }
    }
    var cut = cut
    if let found = cut {
      let kept =
        max(found.kept.lowerBound - box.slices.lowerBound, 0)..<(found.kept.upperBound - box.slices.lowerBound)
      envelope = Self.limited(envelope, to: kept.clamped(to: 0..<box.slices.count))
      var areas = [Int](repeating: 0, count: field.shape.slices)
      for (slice, area) in zip(box.slices, Self.areas(envelope)) { areas[slice] = area }
      cut = found.withCap(areas)
      notes.append(
        """
        the mount is cut off: the particle is in slices \(found.kept.lowerBound)...\(found.kept.upperBound - 1), the cut \
        is \(String(format: "%.0f", found.area)) voxels wide and the particle goes on for \
        \(String(format: "%.0f", cut?.cap ?? 0)) voxels beyond it (`none` as the mount cuts nothing off)
        """)
    }
    if let ceiling = classes.ceiling {
      notes.append("matter above \(String(format: "%.4g", ceiling)) is denser than the particle and is left out")
    }
    if let floor = classes.floor {
      notes.append(
        "matter from \(String(format: "%.4g", floor)) to \(String(format: "%.4g", classes.threshold)) is lighter than the "
          + "particle and is left out")
    }
    return SegmentedParticle(
      volumeShape: field.shape, box: box, solid: solid, envelope: envelope, foreign: foreign, lower: classes.void,
      upper: classes.particle, threshold: classes.threshold, otsu: classes.otsu,
      otsuCount: otsuCount, smoothing: smoothing,
      closingRadius: closing, cut: cut, isTruncated: Self.touches(body, within: cut?.kept), notes: notes)
  }

  private static func largest(_ mask: Volume<Bool>) throws -> Volume<Bool> {
    let parts = ConnectedComponents(mask, connectivity: .corners)
    guard let largest = parts.largest, parts.sizes[largest] >= 64 else {
      throw TomographyError.invalid(
        "no part of the volume that hangs together has 64 voxels above the threshold; there is no particle to measure")
    }
    return parts.mask(of: largest)
  }

  private static func areas(_ mask: Volume<Bool>) -> [Int] {
    let size = mask.shape.slice.count
    return (0..<mask.shape.slices).map { slice in
      mask.voxels[slice * size..<(slice + 1) * size].reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  private static func limited(_ mask: Volume<Bool>, to kept: Range<Int>) -> Volume<Bool> {
    var result = mask
    let size = mask.shape.slice.count
    for slice in 0..<mask.shape.slices where !kept.contains(slice) {
      for index in slice * size..<(slice + 1) * size { result.voxels[index] = false }
    }
    return result
  }

  private static func touches(_ mask: Volume<Bool>, within kept: Range<Int>?) -> Bool {
    let shape = mask.shape
    let kept = kept ?? 0..<shape.slices
    for slice in kept {
      for row in 0..<shape.rows {
        let isFace =
          (slice == 0 && kept.lowerBound == 0) || (slice == shape.slices - 1 && kept.upperBound == shape.slices)
          || row == 0 || row == shape.rows - 1
        let base = (slice * shape.rows + row) * shape.columns
        if isFace {
          if mask.voxels[base..<base + shape.columns].contains(true) { return true }
        } else if mask.voxels[base] || mask.voxels[base + shape.columns - 1] {
          return true
        }
      }
    }
    return false
  }

  /// The smallest box about a mask, with a margin, inside of the volume.
  private static func box(_ mask: Volume<Bool>, margin: Int) -> SegmentedParticle.Box {
    let shape = mask.shape
    var low = [shape.slices, shape.rows, shape.columns]
    var high = [-1, -1, -1]
    for slice in 0..<shape.slices {
      for row in 0..<shape.rows {
        let base = (slice * shape.rows + row) * shape.columns
        guard let first = mask.voxels[base..<base + shape.columns].firstIndex(of: true),
          let last = mask.voxels[base..<base + shape.columns].lastIndex(of: true)
        else { continue }
        low = [min(low[0], slice), min(low[1], row), min(low[2], first - base)]
        high = [max(high[0], slice), max(high[1], row), max(high[2], last - base)]
      }
    }
    func range(_ axis: Int, _ extent: Int) -> Range<Int> {
      guard high[axis] >= low[axis] else { return 0..<extent }
      return max(low[axis] - margin, 0)..<min(high[axis] + margin + 1, extent)
    }
    return SegmentedParticle.Box(
      slices: range(0, shape.slices), rows: range(1, shape.rows), columns: range(2, shape.columns))
  }

  private static func cropped(_ mask: Volume<Bool>, _ box: SegmentedParticle.Box) -> Volume<Bool> {
    var voxels: [Bool] = []
    voxels.reserveCapacity(box.shape.count)
    for slice in box.slices {
      for row in box.rows {
        let start = (slice * mask.shape.rows + row) * mask.shape.columns
        voxels += mask.voxels[start + box.columns.lowerBound..<start + box.columns.upperBound]
      }
    }
    return Volume(voxels, shape: box.shape)
  }
}
