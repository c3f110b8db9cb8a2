/// The normal equations of a model, and the loops over bins that fill them.
///
/// Each window has a row of local derivatives for each bin: the terms of its background, then intensity, position, width
/// and share of each line, then the residual. Rows are whitened by the factors of the covariance, multiplied, and the
/// products carried over to the free parameters by the chain rule.
struct PeakEquations {
  /// Jᵀ V⁻¹ J, row by row, and Jᵀ V⁻¹ r.
  var normal: [Double]
  var gradient: [Double]
  /// Jᵀ V⁻¹ C V⁻¹ J with the true covariance C; filled on request.
  var meat: [Double]
  var chiSquare = 0.0
  /// χ² of each window.
  var windowChiSquare: [Double]
  /// Σ over neighbours of the product of whitened residuals, by window: shows serial correlation.
  var serial: [Double]
  /// By what the covariance of each window exceeds that of independent bins, where the noise is taken from the scatter.
  var serialFactor: [Double]
  /// The model by bin.
  var model: [Double]
  var states: [PeakLineState]

  private var rows: [Double]
  private var local: [Double]
  private var localMeat: [Double]
  private var chainStart: [Int] = []
  private var chainIndex: [Int] = []
  private var chainValue: [Double] = []

  init(layout: PeakLayout) {
    let count = layout.parameterCount
    normal = [Double](repeating: 0, count: count * count)
    meat = [Double](repeating: 0, count: count * count)
    gradient = [Double](repeating: 0, count: count)
    windowChiSquare = [Double](repeating: 0, count: layout.windows.count)
    serial = [Double](repeating: 0, count: layout.windows.count)
    serialFactor = [Double](repeating: 1, count: layout.windows.count)
    model = [Double](repeating: 0, count: layout.binCount)
    states = [PeakLineState](repeating: PeakLineState(), count: layout.lines.count)
    let widest = layout.windows.map { Self.stride($0) }.max() ?? 0
    let longest = layout.windows.map(\.bins.count).max() ?? 0
    rows = [Double](repeating: 0, count: widest * longest)
    local = [Double](repeating: 0, count: widest * widest)
    localMeat = local
  }

  /// Local columns of a window with the residual, rounded up for vectors of four.
  private static func stride(_ window: PeakLayout.Window) -> Int {
    (window.terms + 4 * window.lines.count + 1 + 3) / 4 * 4
  }

  /// Evaluates the model and fills the normal equations.
  ///
  /// - Parameters:
  ///   - p: all parameters.
  ///   - silent: where lines that were not found are kept, by line; `nil` for those that move.
  ///   - held: lines whose widths are not fitted.
  ///   - withMeat: whether to fill ``meat``.
  mutating func evaluate(
    _ layout: PeakLayout, _ data: PeakData, _ p: [Double], silent: [Double?], held: [Bool], withMeat: Bool = false
  ) {
    let count = layout.parameterCount
    for i in 0..<count * count { normal[i] = 0 }
    for i in 0..<count { gradient[i] = 0 }
    if withMeat { for i in 0..<count * count { meat[i] = 0 } }
    chiSquare = 0
    for index in layout.lines.indices {
      states[index] = layout.lines[index].state(
        p, wavelength: layout.wavelength, displacement: layout.displacement, shift: layout.shift,
        silentAt: silent[index], isWidthHeld: held[index])
    }
    for index in layout.windows.indices { addWindow(layout, data, p, index, withMeat: withMeat) }
    for restraint in layout.restraints {
      let weight = 1 / (restraint.sigma * restraint.sigma)
      let away = restraint.value - p[restraint.parameter]
      normal[restraint.parameter * count + restraint.parameter] += weight
      gradient[restraint.parameter] += weight * away
      chiSquare += weight * away * away
      if withMeat { meat[restraint.parameter * count + restraint.parameter] += weight }
    }
  }

  private mutating func addWindow(
    _ layout: PeakLayout, _ data: PeakData, _ p: [Double], _ index: Int, withMeat: Bool
  ) {
    let window = layout.windows[index]
    let stride = Self.stride(window)
    fillRows(window, data, p, stride)
    let residual = window.terms + 4 * window.lines.count
    let bins = window.bins.count
    let isCorrelated = data.noise == .given
    rows.withUnsafeMutableBufferPointer { rows in
      local.withUnsafeMutableBufferPointer { local in
        for i in 0..<stride * stride { local[i] = 0 }
        var serialSum = 0.0
        var before = 0.0
        for bin in 0..<bins {
          let pivot = data.pivots[window.offset + bin]
          let row = rows.baseAddress! + bin * stride
          guard pivot > 0 else {
            for j in 0..<stride { row[j] = 0 }
            before = 0
            continue
          }
          let lower = data.lowers[window.offset + bin]
          if lower != 0 {
            let last = row - stride
            for j in 0..<stride { row[j] -= lower * last[j] }
          }
          let inverse = 1 / pivot
          for i in 0...residual {
            let factor = row[i] * inverse
            let target = local.baseAddress! + i * stride
            for j in 0..<stride { target[j] += factor * row[j] }
          }
          let white = row[residual] * inverse.squareRoot()
          serialSum += white * before
          before = white
        }
        serial[index] = serialSum
        windowChiSquare[index] = local[residual * stride + residual]
      }
    }
    chiSquare += windowChiSquare[index]
    if withMeat, isCorrelated { fillMeat(window, data, stride) }
    if withMeat, !isCorrelated {
      for i in 0..<stride * stride { localMeat[i] = serialFactor[index] * local[i] }
    }
    carry(layout, window, stride, withMeat: withMeat)
  }

  /// One row a bin, and the model.
  private mutating func fillRows(_ window: PeakLayout.Window, _ data: PeakData, _ p: [Double], _ stride: Int) {
    let bins = window.bins.count
    let terms = window.terms
    rows.withUnsafeMutableBufferPointer { rows in
      for bin in 0..<bins {
        let row = rows.baseAddress! + bin * stride
        for j in 0..<stride { row[j] = 0 }
        var sum = 0.0
        for order in 0..<terms {
          let value = window.polynomials[bin * terms + order]
          row[order] = value
          sum += p[window.background + order] * value
        }
        model[window.offset + bin] = sum
      }
      for (slot, line) in window.lines.enumerated() {
        let state = states[line]
        let column = terms + 4 * slot
        let inverseWidth = 1 / state.fwhm
        let (eta, intensity) = (state.mixing, state.intensity)
        var from = PeakEdge(
          reduced: (window.edges[0] - state.twoTheta) * inverseWidth, inverseWidth: inverseWidth, mixing: eta)
        for bin in 0..<bins {
          let to = PeakEdge(
            reduced: (window.edges[bin + 1] - state.twoTheta) * inverseWidth, inverseWidth: inverseWidth, mixing: eta)
          let inverse = 1 / (window.edges[bin + 1] - window.edges[bin])
          let gaussian = to.gaussianShare - from.gaussianShare
          let lorentzian = to.lorentzianShare - from.lorentzianShare
          let mean = (gaussian + eta * (lorentzian - gaussian)) * inverse
          let row = rows.baseAddress! + bin * stride + column
          row[0] = mean
          row[1] = -intensity * (to.density - from.density) * inverse
          row[2] = -intensity * (to.reduced * to.density - from.reduced * from.density) * inverse
          row[3] = intensity * (lorentzian - gaussian) * inverse
          model[window.offset + bin] += intensity * mean
          from = to
        }
      }
      let residual = terms + 4 * window.lines.count
      for bin in 0..<bins {
        rows[bin * stride + residual] = data.values[window.offset + bin] - model[window.offset + bin]
      }
    }
  }

  /// The middle of the sandwich in local columns, from the whitened rows.
  private mutating func fillMeat(_ window: PeakLayout.Window, _ data: PeakData, _ stride: Int) {
    let bins = window.bins.count
    for i in 0..<stride * stride { localMeat[i] = 0 }
    rows.withUnsafeMutableBufferPointer { rows in
      localMeat.withUnsafeMutableBufferPointer { meat in
        // z = V⁻¹ J: divide by the pivots, then substitute backwards.
        for bin in (0..<bins).reversed() {
          let place = window.offset + bin
          let row = rows.baseAddress! + bin * stride
          guard data.pivots[place] > 0 else { continue }
          let inverse = 1 / data.pivots[place]
          for j in 0..<stride { row[j] *= inverse }
          guard bin + 1 < bins, data.pivots[place + 1] > 0 else { continue }
          let next = row + stride
          let lower = data.lowers[place + 1]
          for j in 0..<stride { row[j] -= lower * next[j] }
        }
        for bin in 0..<bins where data.pivots[window.offset + bin] > 0 {
          let place = window.offset + bin
          let row = rows.baseAddress! + bin * stride
          let hasNext = bin + 1 < bins && data.pivots[place + 1] > 0
          let covariance = hasNext ? data.covariances[place] : 0
          let next = hasNext ? row + stride : row
          for i in 0..<stride {
            let own = data.variances[place] * row[i]
            let (mine, theirs) = (covariance * row[i], covariance * next[i])
            for j in 0..<stride { meat[i * stride + j] += own * row[j] + mine * next[j] + theirs * row[j] }
          }
        }
      }
    }
  }

  /// Carries a window's products over to the free parameters.
  private mutating func carry(
    _ layout: PeakLayout, _ window: PeakLayout.Window, _ stride: Int, withMeat: Bool
  ) {
    let residual = window.terms + 4 * window.lines.count
    chainStart.removeAll(keepingCapacity: true)
    chainIndex.removeAll(keepingCapacity: true)
    chainValue.removeAll(keepingCapacity: true)
    for order in 0..<window.terms {
      chainStart.append(chainIndex.count)
      chainIndex.append(window.background + order)
      chainValue.append(1)
    }
    for line in window.lines {
      chainStart.append(chainIndex.count)
      chainIndex.append(layout.lines[line].intensity)
      chainValue.append(layout.lines[line].intensityFactor)
      append(states[line].positionChain)
      append(states[line].fwhmChain)
      append(states[line].mixingChain)
    }
    chainStart.append(chainIndex.count)
    let count = layout.parameterCount
    for i in 0..<residual {
      for a in chainStart[i]..<chainStart[i + 1] {
        let (row, factor) = (chainIndex[a], chainValue[a])
        gradient[row] += factor * local[residual * stride + i]
        for j in 0..<residual {
          for b in chainStart[j]..<chainStart[j + 1] {
            let place = row * count + chainIndex[b]
            normal[place] += factor * chainValue[b] * local[i * stride + j]
            if withMeat {
              meat[place] += factor * chainValue[b] * localMeat[i * stride + j]
            }
          }
        }
      }
    }
  }

  private mutating func append(_ chain: PeakChain) {
    chainStart.append(chainIndex.count)
    for place in 0..<chain.count {
      chainIndex.append(chain.index[place])
      chainValue.append(chain.value[place])
    }
  }
}
