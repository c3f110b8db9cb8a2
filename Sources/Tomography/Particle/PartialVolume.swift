internal import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// The volume of a particle as an integral over its density, in voxels, and the regions that it was read in.
///
/// With e the reach of the blur: the integral runs over the solid and all within e of it; ρ_in is the mean of the solid that
/// lies deeper than e, ρ_out that of a shell from e to e + 4 about it. Where other matter is within e the edge cannot be
/// integrated; voxels are counted there.
///
/// The envelope is counted where it is deeper than half of e and integrated from there outwards. Pores in that rim look like
/// a surface that lies deeper. They are added as closed pores of the size of those that are seen would lie in the rim, given
/// how many there are in the layer of the same depth below it.
struct PartialVolume {
  /// What a voxel serves for.
  struct Region: OptionSet {
    let rawValue: UInt8
    static let integrated = Region(rawValue: 1)
    static let core = Region(rawValue: 2)
    static let shell = Region(rawValue: 4)
    /// The integrated part outside of the envelope and within half of e below its surface.
    static let band = Region(rawValue: 8)
  }

  /// Sums over the regions of a slice.
  struct Sums {
    var integrated = 0.0
    var core = 0.0
    var shell = 0.0
    var band = 0.0
  }

  let shape: VolumeShape
  let reach: Int
  let regions: [Region]
  /// Voxels of each region, slice by slice.
  let counts: [Sums]
  /// Densities per slice and region.
  let sums: [Sums]
  let inside: Double
  let outside: Double
  /// How far the density that the medium has lies below the void of empty pores; 0 where pores are filled.
  let hidden: Double
  /// Voxels that were counted as they touch other matter: of the solid, and of the envelope.
  let contact: (solid: Double, envelope: Double)
  /// What was added for pores in the rim, and its standard uncertainty.
  let rimPores: (volume: Double, uncertainty: Double)
  let solid: Double
  let envelope: Double
  /// Difference of ρ_in and of ρ_out from those with a reach one voxel smaller.
  let reachEffect: (inside: Double, outside: Double)
  /// Scatter of ρ_in and ρ_out between sixteen parts about the middle, as standard uncertainties of their means.
  let unevenness: (inside: Double, outside: Double)
  let otsuCount: Int
  /// Squared distance of envelope voxels to what is outside.
  let distanceToOutside: ScalarVolume
  let notes: [String]

  var contrast: Double { inside - outside }

  init(
    _ volume: ScalarVolume, _ particle: SegmentedParticle, resolution: Double?, emptyPores: Double, threads: Int
  ) throws {
    let field = particle.box.cropped(volume)
    shape = field.shape
    hidden = emptyPores
    // A filter's response has faded three half periods away.
    let wanted = min(max(Int((resolution.map { 3 * $0 } ?? 4).rounded(.up)), 3), 6)
    let toSolid = try DistanceTransform.squared(to: particle.solid, threads: threads)
    let toVoid = try DistanceTransform.squared(to: particle.solid.map { !$0 }, threads: threads)
    let toForeign = try DistanceTransform.squared(to: particle.foreign, threads: threads)
    distanceToOutside = try DistanceTransform.squared(to: particle.envelope.map { !$0 }, threads: threads)
    let kept = particle.keptSlices
    let size = shape.slice.count

    // As deep as the solid allows.
    var depth = wanted
    func coreCount(_ depth: Int) -> Int {
      let limit = Float(depth * depth)
      return toVoid.voxels.reduce(0) { $0 + ($1 > limit ? 1 : 0) }
    }
    let least = max(200, particle.solidCount / 50)
    while depth > 1, coreCount(depth) < least { depth -= 1 }
    var notes: [String] = []
    if depth < wanted {
      notes.append(
        """
        the solid is too thin to read its density \(wanted) voxels from its edges; it is read \(depth) voxels from them
        """)
    }
    reach = wanted

    var regions = [Region](repeating: [], count: shape.count)
    var counts = [Sums](repeating: Sums(), count: shape.slices)
    var (contactSolid, contactEnvelope, deep) = (0.0, 0.0, 0.0)
    let edge = Float(wanted * wanted)
    let outer = Float((wanted + 4) * (wanted + 4))
    let apart = Float((wanted + 2) * (wanted + 2))
    let core = Float(depth * depth)
    let rim = edge / 4
    let dips = try Self.dips(volume, particle, toVoid, deeperThan: core, threads: threads)
    var (rimCount, layerCount, layerSum) = (0.0, 0.0, 0.0)
    for slice in kept {
      var count = Sums()
      for index in slice * size..<(slice + 1) * size {
        let isMeasured = field.voxels[index].isFinite
        let foreign = toForeign.voxels[index]
        let (isSolid, isInside) = (particle.solid.voxels[index], particle.envelope.voxels[index])
        if foreign <= edge || !isMeasured {
          if isSolid { contactSolid += 1 }
          if isInside { contactEnvelope += 1 }
          continue
        }
        var region: Region = []
        let distance = toSolid.voxels[index]
        let isDeep = isInside && distanceToOutside.voxels[index] > rim
        if isDeep {
          deep += 1
          if distanceToOutside.voxels[index] <= edge {
            layerCount += 1
            layerSum += Double(field.voxels[index])
          }
        } else if isInside {
          rimCount += 1
        }
        // Wide pores have a middle that lies beyond the reach of the solid; it holds nothing.
        if distance <= edge {
          region.insert(.integrated)
          count.integrated += 1
          if !isDeep {
            region.insert(.band)
            count.band += 1
          }
        }
        if isSolid, toVoid.voxels[index] > core, foreign > apart, !dips.voxels[index] {
          region.insert(.core)
          count.core += 1
        }
        if !isInside, distance > edge, distance <= outer, foreign > apart {
          region.insert(.shell)
          count.shell += 1
        }
        regions[index] = region
      }
      counts[slice] = count
    }
    self.regions = regions
    self.counts = counts
    contact = (contactSolid, contactEnvelope)
    sums = Self.sums(field, regions)
    let whole = Self.total(counts)
    let values = Self.total(sums)
    guard whole.core > 0 else {
      throw TomographyError.invalid(
        "the particle is nowhere more than a voxel from an edge; its density cannot be read at this resolution")
    }
    guard whole.shell > 0 else {
      throw TomographyError.invalid(
        """
        there is no void about the particle within \(wanted + 4) voxels to compare it with; reconstruct a wider field
        """)
    }
    inside = values.core / whole.core
    outside = values.shell / whole.shell
    let contrast = inside - outside
    guard contrast > 0 else {
      throw TomographyError.invalid(
        "the particle is not denser than what surrounds it; is the sign of the phase right?")
    }
    let porosity = layerCount > 0 ? max(1 - (layerSum / layerCount - outside) / contrast, 0) : 0
    let share = Self.rimShare(depth: Double(wanted) / 2, poreRadius: Self.poreRadius(particle))
    // Between none and twice as many.
    rimPores = (porosity * rimCount * share, porosity * rimCount * share / 3.0.squareRoot())
    let cap = particle.cut?.cap ?? 0
    envelope =
      contactEnvelope + deep + (values.band - outside * whole.band) / contrast + rimPores.volume + cap
    solid =
      contactSolid + cap
      + (values.integrated - outside * whole.integrated + hidden * (envelope - contactEnvelope - cap))
      / (contrast + hidden)
    otsuCount = particle.otsuCount
    unevenness = Self.unevenness(field, regions, kept)
    // What a reach one voxel smaller would read: where blur still reaches, the means differ.
    var (nearInside, nearInsideCount, nearOutside, nearOutsideCount) = (0.0, 0.0, 0.0, 0.0)
    let nearCore = Float((depth - 1) * (depth - 1))
    let nearEdge = Float((wanted - 1) * (wanted - 1))
    let nearOuter = Float((wanted + 3) * (wanted + 3))
    for slice in kept {
      for index in slice * size..<(slice + 1) * size
      where field.voxels[index].isFinite && toForeign.voxels[index] > apart {
        let distance = toSolid.voxels[index]
        if particle.solid.voxels[index], toVoid.voxels[index] > nearCore, !dips.voxels[index] {
          nearInside += Double(field.voxels[index])
          nearInsideCount += 1
        } else if !particle.envelope.voxels[index], distance > nearEdge, distance <= nearOuter {
          nearOutside += Double(field.voxels[index])
          nearOutsideCount += 1
        }
      }
    }
    reachEffect = (
      nearInsideCount > 0 ? nearInside / nearInsideCount - inside : 0,
      nearOutsideCount > 0 ? nearOutside / nearOutsideCount - outside : 0
    )
    self.notes = notes
  }

  /// The porosity of a rim over that of the layer of the same depth below it, for round pores of one radius whose centres are
  /// spread evenly below the depth at which they would break the surface.
  ///
  /// At a depth of x pore diameters the porosity is x²(3 − 2x) of that far inside, from one diameter on all of it; up to x it
  /// adds up to x³ − x⁴/2, and x − 1/2.
  private static func rimShare(depth: Double, poreRadius: Double) -> Double {
    func integral(_ x: Double) -> Double { x < 1 ? x * x * x * (1 - x / 2) : x - 0.5 }
    let x = depth / (2 * poreRadius)
    let layer = integral(2 * x) - integral(x)
    return layer > 0 ? integral(x) / layer : 0
  }

  /// The radius of pores in the mean over their volume, at least that of one that is as wide as a resolved distance, in
  /// voxels.
  private static func poreRadius(_ particle: SegmentedParticle) -> Double {
    var void = particle.envelope
    for index in void.voxels.indices where particle.solid.voxels[index] { void.voxels[index] = false }
    let pores = ConnectedComponents(void, connectivity: .faces).sizes.filter { $0 >= 4 }.map(Double.init)
    let volume = pores.reduce(0, +)
    guard volume > 0 else { return 1 }
    return max(pores.reduce(0) { $0 + $1 * cbrt(3 * $1 / (4 * .pi)) } / volume, 1)
  }

  /// Where the solid is lower than its noise explains, and what lies within the blur of such places: pores that are too small
  /// to be seen as void.
  private static func dips(
    _ volume: ScalarVolume, _ particle: SegmentedParticle, _ toVoid: ScalarVolume, deeperThan core: Float, threads: Int
  ) throws -> Volume<Bool> {
    let field = try particle.box.cropped(volume).smoothed(deviation: particle.smoothing, threads: threads)
    let inside = field.voxels.indices.filter { toVoid.voxels[$0] > core && particle.solid.voxels[$0] }
    let none = Volume(repeating: false, shape: field.shape)
    guard inside.count >= 200, let histogram = try? ValueHistogram(inside.lazy.map { field.voxels[$0] }) else {
      return none
    }
    let median = histogram.quantile(0.5)
    // The upper side of the spread has no pores in it.
    let limit = Float(median - 4 * (histogram.quantile(0.8413) - median))
    var dips = none
    for index in inside where field.voxels[index] < limit { dips.voxels[index] = true }
    let grown = try dips.dilated(by: 2.5, threads: threads)
    let left = inside.reduce(0) { $0 + (grown.voxels[$1] ? 0 : 1) }
    // Where that leaves nothing to read the density from, what is low belongs to the solid.
    return left >= inside.count / 4 ? grown : none
  }

  /// Sums of a volume (of the box) over the regions, slice by slice.
  static func sums(_ field: ScalarVolume, _ regions: [Region]) -> [Sums] {
    let size = field.shape.slice.count
    return (0..<field.shape.slices).map { slice in
      var sum = Sums()
      for index in slice * size..<(slice + 1) * size where !regions[index].isEmpty {
        let (region, value) = (regions[index], Double(field.voxels[index]))
        guard value.isFinite else { continue }
        if region.contains(.integrated) { sum.integrated += value }
        if region.contains(.core) { sum.core += value }
        if region.contains(.shell) { sum.shell += value }
        if region.contains(.band) { sum.band += value }
      }
      return sum
    }
  }

  static func total(_ sums: [Sums]) -> Sums {
    sums.reduce(into: Sums()) {
      $0.integrated += $1.integrated
      $0.core += $1.core
      $0.shell += $1.shell
      $0.band += $1.band
    }
  }

  /// Standard uncertainties of the means of core and shell, from the scatter of the means of eight sectors about the axis,
  /// above and below the middle.
  private static func unevenness(
    _ field: ScalarVolume, _ regions: [Region], _ kept: Range<Int>
  ) -> (inside: Double, outside: Double) {
    let shape = field.shape
    var core = [(sum: Double, count: Double)](repeating: (0, 0), count: 16)
    var shell = core
    for slice in kept {
      let half = slice < (kept.lowerBound + kept.upperBound) / 2 ? 0 : 8
      for row in 0..<shape.rows {
        let y = Double(row) + 0.5 - Double(shape.rows) / 2
        for column in 0..<shape.columns {
          let index = (slice * shape.rows + row) * shape.columns + column
          let region = regions[index]
          guard region.contains(.core) || region.contains(.shell) else { continue }
          let angle = atan2(y, Double(column) + 0.5 - Double(shape.columns) / 2)
          let part = half + min(Int((angle + .pi) / (.pi / 4)), 7)
          let value = Double(field.voxels[index])
          if region.contains(.core) { core[part] = (core[part].sum + value, core[part].count + 1) }
          if region.contains(.shell) { shell[part] = (shell[part].sum + value, shell[part].count + 1) }
        }
      }
    }
    func uncertainty(_ parts: [(sum: Double, count: Double)]) -> Double {
      let used = parts.filter { $0.count > 0 }
      let all = used.reduce(0) { $0 + $1.count }
      guard used.count > 1 else { return 0 }
      let mean = used.reduce(0) { $0 + $1.sum } / all
      // The variance of a weighted mean of parts whose means scatter alike.
      let scatter = used.reduce(0) { sum, part in
        let d = part.sum / part.count - mean
        return sum + part.count / all * part.count / all * d * d
      }
      return (scatter * Double(used.count) / Double(used.count - 1)).squareRoot()
    }
    return (uncertainty(core), uncertainty(shell))
  }
}
