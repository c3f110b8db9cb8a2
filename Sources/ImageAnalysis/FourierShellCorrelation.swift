public import ArrayMath
internal import Foundation

/// How two volumes of one thing agree, frequency by frequency, and the resolution that follows.
///
/// The volumes come from odd and even views, so that each has half of the data: the half-bit criterion applies. They share
/// the alignment of the views, which makes the result optimistic; a half of the views leaves wider gaps between their planes
/// in Fourier space, which makes it pessimistic at the rim.
///
/// Shells are one frequency of the shortest axis wide. Opposite frequencies of a real volume say the same, and a body that
/// fills a part of its box makes neighbouring frequencies alike: the independent samples of a shell are its voxels times
/// (Σw²)²/(NΣw⁴) for the mask w, and half of that (M. van Heel, M. Schatz, J. Struct. Biol. 151 (2005) 250).
public struct FourierShellCorrelation: Sendable, Hashable {
  /// Correlation, samples and thresholds of each shell, with frequencies in cycles per voxel.
  public let shells: FourierRingCorrelation
  /// Views that each volume was made from, where they are known.
  public let views: (first: Int, second: Int)?

  /// The resolution as half a period, in voxels; nil where the volumes agree down to the voxel, infinite where they agree
  /// nowhere.
  public func resolution(
    _ criterion: FourierRingCorrelation.Criterion = .halfBit, crossing: FourierRingCorrelation.Crossing = .first
  ) -> Double? {
    shells.resolution(criterion, crossing: crossing)
  }

  /// What the resolution is, for people.
  public func statement(_ criterion: FourierRingCorrelation.Criterion = .halfBit) -> String {
    let from = views.map { " between volumes of \($0.first) and \($0.second) views" } ?? " between two half volumes"
    let name = "Fourier shell correlation\(from), \(criterion.rawValue) criterion"
    guard let half = resolution(criterion) else { return "\(name): they agree down to the voxel" }
    guard half.isFinite else { return "\(name): they agree nowhere" }
    return "\(name): half period \(String(format: "%.3g", half)) voxels"
  }

  /// The correlation of two volumes.
  ///
  /// - Parameters:
  ///   - first: a volume.
  ///   - second: the other one, of the same extent.
  ///   - mask: 0...1, soft at its edge; use ``softMask(of:reach:edge:threads:)``. Nil is a cosine window over an eighth of
  ///     each extent.
  ///   - views: views that each was made from, for the record.
  ///   - threads: the result does not depend on it.
  /// - Throws: ``ImageAnalysisError`` where extents differ, are below 16 voxels, or where the mask is empty.
  public static func between(
    _ first: ScalarVolume, _ second: ScalarVolume, mask: ScalarVolume? = nil,
    views: (first: Int, second: Int)? = nil, threads: Int = 1
  ) throws -> FourierShellCorrelation {
    let shape = first.shape
    guard second.shape == shape, mask.map({ $0.shape == shape }) ?? true else {
      throw ImageAnalysisError.invalid("volumes and mask of a shell correlation differ in extent; give the same to all")
    }
    guard min(shape.slices, shape.rows, shape.columns) >= 16 else {
      throw ImageAnalysisError.invalid(
        """
        volumes of \(shape.slices) x \(shape.rows) x \(shape.columns) voxels have too few shells to compare; give at \
        least 16 each way
        """)
    }
    let window: ScalarVolume
    if let mask { window = mask } else { window = try Self.window(shape) }
    // A voxel that is not known in one of the volumes counts in neither.
    var (sum, squares, fourths, meanFirst, meanSecond) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for index in window.voxels.indices where first.voxels[index].isFinite && second.voxels[index].isFinite {
      let w = Double(window.voxels[index])
      sum += w
      squares += w * w
      fourths += w * w * w * w
      meanFirst += w * Double(first.voxels[index])
      meanSecond += w * Double(second.voxels[index])
    }
    guard sum > 0 else { throw ImageAnalysisError.invalid("the mask of a shell correlation is empty") }
    let means = SIMD2(Float(meanFirst / sum), Float(meanSecond / sum))
    let box = VolumeShape(
      slices: FourierTransform3D.fastLength(atLeast: shape.slices),
      rows: FourierTransform3D.fastLength(atLeast: shape.rows),
      columns: FourierTransform3D.fastLength(atLeast: shape.columns, multipleOf: 16))
    let transform = FourierTransform3D(box)
    // One transform for both: the first volume is the real part, the second the imaginary one.
    let memory = UnsafeMutableBufferPointer<ComplexFloat>.allocate(capacity: box.count)
    defer { memory.deallocate() }
    memory.initialize(repeating: ComplexFloat(0))
    for slice in 0..<shape.slices {
      for row in 0..<shape.rows {
        let source = (slice * shape.rows + row) * shape.columns
        let target = (slice * box.rows + row) * box.columns
        for column in 0..<shape.columns {
          let (a, b) = (first.voxels[source + column], second.voxels[source + column])
          guard a.isFinite, b.isFinite else { continue }
          let w = window.voxels[source + column]
          memory[target + column] = ComplexFloat(w * (a - means.x), w * (b - means.y))
        }
      }
    }
    try transform.forward(memory, threads: threads)
    let sums = try FourierShells(ofPair: memory, shape: box, threads: threads)
    let independent = 0.5 * squares * squares / (Double(box.count) * fourths)
    return FourierShellCorrelation(
      shells: FourierRingCorrelation(sums, independent: independent), views: views)
  }

  /// A mask that is 1 on a body and what lies within a reach of it, and falls to 0 by half a cosine.
  ///
  /// - Parameters:
  ///   - body: true where the body is.
  ///   - reach: voxels about the body that count in full.
  ///   - edge: voxels over which the mask falls.
  ///   - threads: the result does not depend on it.
  public static func softMask(
    of body: Volume<Bool>, reach: Float = 3, edge: Float = 8, threads: Int = 1
  ) throws -> ScalarVolume {
    try DistanceTransform.squared(to: body, threads: threads).map { square in
      let t = (square.squareRoot() - reach) / edge
      return t <= 0 ? 1 : (t >= 1 ? 0 : 0.5 + 0.5 * cos(.pi * t))
    }
  }

  private static func window(_ shape: VolumeShape) throws -> ScalarVolume {
    let soft = try SoftWindow(edge: 0.125)
    let (a, b, c) = (soft.weights(shape.slices), soft.weights(shape.rows), soft.weights(shape.columns))
    var voxels: [Float] = []
    voxels.reserveCapacity(shape.count)
    for slice in a { for row in b { for column in c { voxels.append(slice * row * column) } } }
    return ScalarVolume(voxels, shape: shape)
  }

  public static func == (a: FourierShellCorrelation, b: FourierShellCorrelation) -> Bool {
    a.shells == b.shells && a.views?.first == b.views?.first && a.views?.second == b.views?.second
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(shells) }
}

extension FourierShells {
  /// The shells of two real volumes a and b, from the transform F of a + ib: A(k) = (F(k) + conj F(−k))/2 and
  /// B(k) = (F(k) − conj F(−k))/2i.
  init(ofPair transform: UnsafeMutableBufferPointer<ComplexFloat>, shape: VolumeShape, threads: Int) throws {
    let (slices, rows, columns) = (shape.slices, shape.rows, shape.columns)
    let empty = FourierShells(extent: min(slices, rows, columns))
    nonisolated(unsafe) let field = transform
    let squares = (0..<columns).map { column -> Float in
      let u = Self.frequency(column, columns)
      return Float(u * u)
    }
    let parts = try parallelMap(count: slices, threads: threads) { slice -> FourierShells in
      var part = empty
      let opposite = (slices - slice) % slices
      let w = Self.frequency(slice, slices)
      for row in 0..<rows {
        let v = Self.frequency(row, rows)
        let outer = Float(w * w + v * v)
        let line = (slice * rows + row) * columns
        let other = (opposite * rows + (rows - row) % rows) * columns
        for column in 0..<columns {
          let f = field[line + column]
          let g = field[other + (columns - column) % columns].conjugate
          part.add(
            ComplexFloat((f.real + g.real) / 2, (f.imaginary + g.imaginary) / 2),
            ComplexFloat((f.imaginary - g.imaginary) / 2, (g.real - f.real) / 2),
            squaredFrequency: Double(outer + squares[column]))
        }
      }
      return part
    }
    self = parts.reduce(into: empty) { $0.add($1) }
  }

  /// Adds the sums of another part of the same transforms.
  private mutating func add(_ other: FourierShells) {
    for shell in other.counts.indices {
      add(
        cross: other.cross[shell], first: other.firstPower[shell], second: other.secondPower[shell],
        count: other.counts[shell], shell: shell)
    }
  }
}
