internal import ArrayMath

/// The cuts between residues of opposite charge that no path may cross (Goldstein, Zebker and Werner 1988).
///
/// From each residue without balance a box grows; every residue in it is joined by a line of pixels and, if it was not
/// balanced before, adds its charge. The boxes round all residues joined so far grow in turn until the charges add up to zero
/// or one of them reaches the edge of the image or a pixel that does not count, to which it is then joined.
///
/// Pixels on cuts are joined to their surroundings last, in the order of ``ReliabilitySorting``; so are areas that cuts
/// enclose.
///
/// R. M. Goldstein, H. A. Zebker, C. L. Werner, Radio Sci. 23 (1988) 713; D. C. Ghiglia, M. D. Pritt, "Two-dimensional
/// phase unwrapping", Wiley 1998, section 4.2.
struct BranchCuts {
  /// 1 on a cut.
  private(set) var pixels: [UInt8]
  private let shape: FrameShape
  private let valid: [UInt8]

  init(_ field: WrappedField, residues: PhaseResidues) {
    shape = field.shape
    valid = field.valid
    pixels = [UInt8](repeating: 0, count: shape.count)
    let list = residues.residues
    var numbers = [Int32](repeating: -1, count: shape.count)
    for (number, residue) in list.enumerated() { numbers[residue.row * shape.columns + residue.column] = Int32(number) }
    var balanced = [Bool](repeating: false, count: list.count)
    // The tree that last joined a residue, so that a tree takes each once.
    var tree = [Int](repeating: -1, count: list.count)
    for first in list.indices where !balanced[first] {
      var members = [(residue: first, looked: 0)]
      var charge = list[first].charge
      tree[first] = first
      balanced[first] = true
      var radius = 1
      growth: while charge != 0 {
        var next = 0
        while next < members.count {
          let centre = list[members[next].residue]
          // What lies in smaller boxes has been seen.
          for ring in members[next].looked..<radius + 1 {
            for (row, column) in Self.ring(round: centre, radius: ring) {
              guard row > 0, column > 0, row < shape.rows - 1, column < shape.columns - 1 else {
                cut(
                  from: centre, toRow: min(max(row, 0), shape.rows - 1), column: min(max(column, 0), shape.columns - 1))
                break growth
              }
              let index = row * shape.columns + column
              if valid[index] == 0 {
                cut(from: centre, toRow: row, column: column)
                break growth
              }
              let number = Int(numbers[index])
              guard number >= 0, tree[number] != first else { continue }
              cut(from: centre, toRow: row, column: column)
              tree[number] = first
              members.append((number, 0))
              guard !balanced[number] else { continue }
              balanced[number] = true
              charge += list[number].charge
              if charge == 0 { break growth }
            }
          }
          members[next].looked = radius + 1
          next += 1
        }
        radius += 1
      }
    }
  }

  /// The pixels at a distance from a residue, which is the larger of those in rows and columns: the straight ones first,
  /// the corners last. They may lie outside the image.
  private static func ring(round centre: PhaseResidues.Residue, radius: Int) -> [(row: Int, column: Int)] {
    guard radius > 0 else { return [(centre.row, centre.column)] }
    var ring: [(Int, Int)] = []
    for aside in 0...radius {
      for (down, right) in [(-radius, aside), (radius, aside), (aside, -radius), (aside, radius)] {
        ring.append((centre.row + down, centre.column + right))
        if aside > 0 {
          let mirrored = abs(down) == radius && abs(right) == aside ? (down, -right) : (-down, right)
          ring.append((centre.row + mirrored.0, centre.column + mirrored.1))
        }
      }
    }
    return ring
  }

  /// Marks the line of pixels from a residue to a pixel, both included, touching by edges or corners.
  private mutating func cut(from residue: PhaseResidues.Residue, toRow row: Int, column: Int) {
    let steps = max(abs(row - residue.row), abs(column - residue.column))
    for step in 0...steps {
      let part = steps == 0 ? 0 : Double(step) / Double(steps)
      let lineRow = residue.row + Int((Double(row - residue.row) * part).rounded())
      let lineColumn = residue.column + Int((Double(column - residue.column) * part).rounded())
      pixels[lineRow * shape.columns + lineColumn] = 1
    }
  }
}
