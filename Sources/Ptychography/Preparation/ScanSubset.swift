internal import ArrayMath

/// Some patterns of a scan, for trials that need not see all of it.
struct ScanSubset {
  let data: DiffractionData
  private let layout: ScanLayout

  /// - Parameters:
  ///   - data: the chosen patterns.
  ///   - positions: theirs, in any object's pixels.
  init(_ data: DiffractionData, positions: [PixelPosition]) {
    self.data = data
    let offsets = positions.map { ScanPosition(y: $0.row, x: $0.column) }
    layout = ScanLayout(offsets, pixel: (1, 1), window: data.window)
  }

  /// The numbers of the positions nearest to the middle of all, in ascending order.
  static func middle(_ positions: [PixelPosition], count: Int) -> [Int] {
    let rows = positions.map(\.row).sorted()
    let columns = positions.map(\.column).sorted()
    guard positions.count > count, let top = rows.first, let bottom = rows.last, let left = columns.first,
      let right = columns.last
    else { return Array(positions.indices) }
    let centre = PixelPosition(row: (top + bottom) / 2, column: (left + right) / 2)
    func distance(_ index: Int) -> Double {
      let row = positions[index].row - centre.row
      let column = positions[index].column - centre.column
      return row * row + column * column
    }
    let ordered = positions.indices.sorted { (distance($0), $0) < (distance($1), $1) }
    return ordered.prefix(count).sorted()
  }

  /// E of the last pass of a few from an empty object, the same for the same input.
  func error(from probe: ComplexImage, passes: Int) -> Double {
    var state = Reconstruction(layout: layout, probes: [probe])
    var engine = EngineSettings(.ePIE).makeEngine(
      propagator: WavePropagator(geometry: data.geometry, window: data.window))
    var generator = SeededGenerator(seed: 1)
    var error = Double.infinity
    for pass in 0..<passes { error = engine.pass(&state, on: data, pass: pass, generator: &generator) }
    return error.isNaN ? .infinity : error
  }
}

extension DiffractionData {
  /// Some of the patterns, in the order given.
  func selecting(_ indices: [Int]) -> DiffractionData {
    guard indices != Array(0..<count) else { return self }
    func chosen<Count>(_ counts: [Count]) -> [Count] {
      var some: [Count] = []
      some.reserveCapacity(indices.count * window.count)
      for index in indices { some += counts[index * window.count..<(index + 1) * window.count] }
      return some
    }
    switch counts {
    case .narrow(let values):
      return DiffractionData(.narrow(chosen(values)), window: window, count: indices.count, geometry: geometry)
    case .wide(let values):
      return DiffractionData(.wide(chosen(values)), window: window, count: indices.count, geometry: geometry)
    }
  }
}
