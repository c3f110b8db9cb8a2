internal import ArrayMath

extension Reconstruction {
  /// Moves probes and object together by whole pixels, round the edges of their arrays.
  ///
  /// With P(r) → P(r − s) and O(r) → O(r − s) each exit wave moves by s, which changes no far-field pattern. Positions
  /// stay. Exact as far as the probe is dark where it crosses the edge of its window.
  mutating func move(rows: Int, columns: Int) {
    object = object.rolled(rows: rows, columns: columns)
    for mode in probes.indices { probes[mode] = probes[mode].rolled(rows: rows, columns: columns) }
  }
}
