/// The sums that tell a small displacement of an image S from P, and with it a constant and a ramp: the normal equations of
/// P − S = −∂S/∂x sₓ − ∂S/∂y s_y + c + a x + b y, streamed row by row (optical flow, B. D. Lucas and T. Kanade (1981)).
struct FlowSums: Sendable {
  // With u = −∂S/∂x, v = −∂S/∂y, r = P − S and the weight w, sums over w times the product named.
  private var uu = 0.0, uv = 0.0, vv = 0.0, ur = 0.0, vr = 0.0
  private(set) var weight = 0.0
  private(set) var square = 0.0
  private var u = 0.0, v = 0.0, r = 0.0, ux = 0.0, vx = 0.0, rx = 0.0, x = 0.0, xx = 0.0
  private var uy = 0.0, vy = 0.0, ry = 0.0, y = 0.0, yy = 0.0, xy = 0.0

  /// Σ w (∂S/∂x)² and Σ w (∂S/∂y)².
  var across: Double { uu }
  var down: Double { vv }

  private typealias Lanes = SIMD8<Float>

  /// Pixels of a row that are added together.
  static let chunk = 8

  /// Adds every other chunk of the pixels of a row, but for the first pixel and the last.
  ///
  /// - Parameters:
  ///   - model: the row of S; the rows above and below lie `columns` before and after.
  ///   - measured: the row of P.
  ///   - weights: of the columns.
  ///   - counts: further weights of the row's pixels, or nil.
  ///   - parity: 0 for the first, third, ... chunk, 1 for the others.
  ///   - rowWeight: of the row.
  ///   - height: y of the row.
  ///   - fitsRamp: whether the sums with 1, x and y are needed.
  mutating func add(
    model: UnsafePointer<Float>, measured: UnsafePointer<Float>, weights: UnsafePointer<Float>,
    counts: UnsafePointer<Float>?, columns: Int, parity: Int, rowWeight: Float, height: Double, fitsRamp: Bool
  ) {
    var (suu, suv, svv, sur, svr) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (sw, srr) = (Lanes.zero, Lanes.zero)
    var (su, sv, sr, sux) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    var (svx, srx, sx, sxx) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
    func load(_ pointer: UnsafePointer<Float>, _ count: Int) -> Lanes {
      if count >= 8 { return UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self) }
      var lanes = Lanes.zero
      for lane in 0..<count { lanes[lane] = pointer[lane] }
      return lanes
    }
    var column = 1 + parity * Self.chunk
    while column < columns - 1 {
      // Lanes beyond the last pixel weigh nothing.
      let count = min(Self.chunk, columns - 1 - column)
      var w = load(weights + column, count)
      if let counts { w *= load(counts + column, count) }
      let across = 0.5 * (load(model + column - 1, count) - load(model + column + 1, count))
      let down = 0.5 * (load(model + column - columns, count) - load(model + column + columns, count))
      let rest = load(measured + column, count) - load(model + column, count)
      let (wu, wv, wr) = (w * across, w * down, w * rest)
      suu += wu * across
      suv += wu * down
      svv += wv * down
      sur += wu * rest
      svr += wv * rest
      srr += wr * rest
      sw += w
      if fitsRamp {
        let first = Float(column) + 0.5 - 0.5 * Float(columns)
        let place = Lanes(0, 1, 2, 3, 4, 5, 6, 7) + first
        su += wu
        sv += wv
        sr += wr
        sux += wu * place
        svx += wv * place
        srx += wr * place
        sx += w * place
        sxx += w * place * place
      }
      column += 2 * Self.chunk
    }
    func total(_ lanes: Lanes) -> Double { Double(rowWeight) * Double(lanes.sum()) }
    uu += total(suu)
    uv += total(suv)
    vv += total(svv)
    ur += total(sur)
    vr += total(svr)
    weight += total(sw)
    square += total(srr)
    guard fitsRamp else { return }
    u += total(su)
    v += total(sv)
    r += total(sr)
    ux += total(sux)
    vx += total(svx)
    rx += total(srx)
    x += total(sx)
    xx += total(sxx)
    uy += height * total(su)
    vy += height * total(sv)
    ry += height * total(sr)
    y += height * total(sw)
    yy += height * height * total(sw)
    xy += height * total(sx)
  }

  static func + (a: FlowSums, b: FlowSums) -> FlowSums {
    var sum = a
    sum.uu += b.uu
    sum.uv += b.uv
    sum.vv += b.vv
    sum.ur += b.ur
    sum.vr += b.vr
    sum.weight += b.weight
    sum.square += b.square
    sum.u += b.u
    sum.v += b.v
    sum.r += b.r
    sum.ux += b.ux
    sum.vx += b.vx
    sum.rx += b.rx
    sum.x += b.x
    sum.xx += b.xx
    sum.uy += b.uy
    sum.vy += b.vy
    sum.ry += b.ry
    sum.y += b.y
    sum.yy += b.yy
    sum.xy += b.xy
    return sum
  }

  /// The equations of (sₓ, s_y), or of (sₓ, s_y, c, a, b).
  func equations(withRamp: Bool) -> LeastSquaresSum {
    var sum = LeastSquaresSum(unknowns: withRamp ? 5 : 2)
    if withRamp {
      sum.matrix = [
        uu, uv, u, ux, uy,
        uv, vv, v, vx, vy,
        u, v, weight, x, y,
        ux, vx, x, xx, xy,
        uy, vy, y, xy, yy,
      ]
      sum.right = [ur, vr, r, rx, ry]
    } else {
      sum.matrix = [uu, uv, uv, vv]
      sum.right = [ur, vr]
    }
    sum.square = square
    sum.terms = weight
    return sum
  }
}
