public import ArrayMath

/// The parts of a mask that hang together.
///
/// Matter is joined by faces, edges and corners (26 neighbours) and the void in it by faces (6), or the other way round:
/// with the same kind for both, a surface would leak. Components are numbered in the order of their first voxels.
///
/// Voxels in a line that are true without a break are one run; runs of neighbouring lines that touch are joined in a forest
/// of disjoint sets (after L. He, Y. Chao, K. Suzuki, IEEE Trans. Image Process. 17 (2008) 749).
public struct ConnectedComponents: Sendable {
  /// Which voxels are neighbours.
  public enum Connectivity: Int, Sendable, Hashable, Codable {
    /// Those that share a face.
    case faces = 6
    /// Those that share a face, an edge or a corner.
    case corners = 26
  }

  private struct Run: Sendable {
    var start: Int32
    var end: Int32
    var component: Int32
  }

  public let shape: VolumeShape
  /// Voxels of each component.
  public let sizes: [Int]
  /// Whether a component has a voxel in a face of the volume.
  public let touchesBorder: [Bool]
  private let runs: [Run]
  /// Where the runs of a line (slice, row) begin.
  private let lines: [Int]

  /// - Parameters:
  ///   - mask: true where a voxel counts.
  ///   - connectivity: which voxels are neighbours.
  public init(_ mask: Volume<Bool>, connectivity: Connectivity) {
    let shape = mask.shape
    var runs: [Run] = []
    var lines = [0]
    lines.reserveCapacity(shape.slices * shape.rows + 1)
    mask.voxels.withUnsafeBufferPointer { voxels in
      for line in 0..<shape.slices * shape.rows {
        let base = line * shape.columns
        var column = 0
        while column < shape.columns {
          guard voxels[base + column] else {
            column += 1
            continue
          }
          let start = column
          while column < shape.columns, voxels[base + column] { column += 1 }
          runs.append(Run(start: Int32(start), end: Int32(column), component: -1))
        }
        lines.append(runs.count)
      }
    }
    let roots = Self.joined(runs, lines, shape, connectivity)
    var numbers = [Int32](repeating: -1, count: runs.count)
    var sizes: [Int] = []
    var touching: [Bool] = []
    for line in 0..<shape.slices * shape.rows {
      let (slice, row) = (line / shape.rows, line % shape.rows)
      let isOuter = slice == 0 || slice == shape.slices - 1 || row == 0 || row == shape.rows - 1
      for index in lines[line]..<lines[line + 1] {
        let root = Int(roots[index])
        if numbers[root] < 0 {
          numbers[root] = Int32(sizes.count)
          sizes.append(0)
          touching.append(false)
        }
        let number = Int(numbers[root])
        runs[index].component = Int32(number)
        sizes[number] += Int(runs[index].end - runs[index].start)
        if isOuter || runs[index].start == 0 || Int(runs[index].end) == shape.columns { touching[number] = true }
      }
    }
    self.shape = shape
    self.sizes = sizes
    touchesBorder = touching
    self.runs = runs
    self.lines = lines
  }

  /// The number of components.
  public var count: Int { sizes.count }

  /// The component of the most voxels, the first of those that are as large; nil where the mask is empty.
  public var largest: Int? { sizes.indices.max { (sizes[$0], $1) < (sizes[$1], $0) } }

  /// The voxels of a component.
  public func mask(of component: Int) -> Volume<Bool> { mask { $0 == component } }

  /// The voxels of all components that are wanted.
  public func mask(where isWanted: (Int) -> Bool) -> Volume<Bool> {
    let wanted = sizes.indices.map(isWanted)
    var result = Volume(repeating: false, shape: shape)
    visit { component, range in
      guard wanted[component] else { return }
      for index in range { result.voxels[index] = true }
    }
    return result
  }

  /// Hands over the voxels of the volume that belong to components, run by run: the component and indices in C order.
  public func visit(_ body: (_ component: Int, _ voxels: Range<Int>) throws -> Void) rethrows {
    for line in 0..<shape.slices * shape.rows {
      for index in lines[line]..<lines[line + 1] {
        let run = runs[index]
        let base = line * shape.columns
        try body(Int(run.component), base + Int(run.start)..<base + Int(run.end))
      }
    }
  }

  /// For each run the first run that it is joined with.
  private static func joined(
    _ runs: [Run], _ lines: [Int], _ shape: VolumeShape, _ connectivity: Connectivity
  ) -> [Int32] {
    var parents = runs.indices.map { Int32($0) }
    func root(_ index: Int32) -> Int32 {
      var place = index
      while parents[Int(place)] != place {
        parents[Int(place)] = parents[Int(parents[Int(place)])]
        place = parents[Int(place)]
      }
      return place
    }
    let reach: Int32 = connectivity == .corners ? 1 : 0
    func join(_ line: Int, _ other: Int) {
      var (a, b) = (lines[line], lines[other])
      let (endA, endB) = (lines[line + 1], lines[other + 1])
      while a < endA, b < endB {
        if runs[a].start < runs[b].end + reach, runs[b].start < runs[a].end + reach {
          let (first, second) = (root(Int32(a)), root(Int32(b)))
          // The lower number stays the root, so that the result does not depend on the order of joining.
          if first < second { parents[Int(second)] = first } else { parents[Int(first)] = second }
        }
        if runs[a].end < runs[b].end { a += 1 } else { b += 1 }
      }
    }
    for slice in 0..<shape.slices {
      for row in 0..<shape.rows {
        let line = slice * shape.rows + row
        if row > 0 { join(line, line - 1) }
        guard slice > 0 else { continue }
        join(line, line - shape.rows)
        if connectivity == .corners {
          if row > 0 { join(line, line - shape.rows - 1) }
          if row + 1 < shape.rows { join(line, line - shape.rows + 1) }
        }
      }
    }
    return runs.indices.map { root(Int32($0)) }
  }
}
