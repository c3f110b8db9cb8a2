internal import ArrayMath

/// The object and the probe that explain a set of exit waves best, one with the other held:
///
///     O = (Σ_j Σ_k P_k* ψ_jk + ε O) / (Σ_j Σ_k |P_k|² + ε),   P_k = (Σ_j O_j* ψ_jk + ε P_k) / (Σ_j |O_j|² + ε),
///
/// with ε a ten-thousandth of the largest denominator: where no light was, the old value stays.
/// P. Thibault et al., Ultramicroscopy 109 (2009) 338.
final class OverlapUpdate {
  private let window: FrameShape
  private let modes: Int
  private let objectSum: WorkBuffer<ComplexFloat>
  private let objectWeight: WorkBuffer<Float>
  private let probeSum: WorkBuffer<ComplexFloat>
  private let probeWeight: WorkBuffer<Float>
  private let power: WorkBuffer<Float>

  private static let inertia: Float = 1e-4

  init(window: FrameShape, modes: Int, objectShape: FrameShape) {
    self.window = window
    self.modes = modes
    objectSum = WorkBuffer(repeating: .zero, count: objectShape.count)
    objectWeight = WorkBuffer(repeating: 0, count: objectShape.count)
    probeSum = WorkBuffer(repeating: .zero, count: window.count * modes)
    probeWeight = WorkBuffer(repeating: 0, count: window.count)
    power = WorkBuffer(repeating: 0, count: window.columns)
  }

  static func memory(window: FrameShape, modes: Int, objectShape: FrameShape) -> Int {
    objectShape.count * 12 + window.count * (8 * modes + 4)
  }

  /// Adds one pattern's Σ P_k* ψ_k and Σ |P_k|² to the object's sums.
  static func addToObject(
    sum: UnsafeMutablePointer<ComplexFloat>, weight: UnsafeMutablePointer<Float>, stride: Int,
    probe: UnsafePointer<ComplexFloat>, waves: UnsafePointer<ComplexFloat>, window: FrameShape, modes: Int,
    power: UnsafeMutablePointer<Float>
  ) {
    let columns = window.columns
    for row in 0..<window.rows {
      let start = row * columns
      SampleKernels.power(probe + start, modeStride: window.count, modes: modes, into: power, count: columns)
      let weightLine = weight + row * stride
      for c in 0..<columns { weightLine[c] += power[c] }
      let line = sum + row * stride
      for mode in 0..<modes {
        let p = probe + mode * window.count + start
        let wave = waves + mode * window.count + start
        for c in 0..<columns { line[c] += p[c].conjugate * wave[c] }
      }
    }
  }

  /// Adds one pattern's O* ψ_k to the probe's sums.
  static func addToProbe(
    sum: UnsafeMutablePointer<ComplexFloat>, object: UnsafePointer<ComplexFloat>, stride: Int,
    waves: UnsafePointer<ComplexFloat>, window: FrameShape, modes: Int
  ) {
    let columns = window.columns
    for mode in 0..<modes {
      for row in 0..<window.rows {
        let o = object + row * stride
        let start = mode * window.count + row * columns
        let wave = waves + start
        let line = sum + start
        for c in 0..<columns { line[c] += o[c].conjugate * wave[c] }
      }
    }
  }

  /// Adds one pattern's |O|² to the probe's weights.
  static func addObjectPower(
    _ object: UnsafePointer<ComplexFloat>, stride: Int, to weight: UnsafeMutablePointer<Float>, window: FrameShape
  ) {
    for row in 0..<window.rows {
      let o = object + row * stride
      let line = weight + row * window.columns
      for c in 0..<window.columns { line[c] += o[c].squaredModulus }
    }
  }

  /// - Parameter waves: of all patterns, pattern after pattern, mode after mode.
  func updateObject(
    _ object: WorkingObject, probe: WorkBuffer<ComplexFloat>, positions: [PixelPosition],
    waves: WorkBuffer<ComplexFloat>
  ) {
    objectSum.fill(.zero)
    objectWeight.fill(0)
    for (index, position) in positions.enumerated() {
      let offset = object.offset(of: position, window: window)
      Self.addToObject(
        sum: objectSum.start + offset, weight: objectWeight.start + offset, stride: object.shape.columns,
        probe: probe.start, waves: waves.start + index * modes * window.count, window: window, modes: modes,
        power: power.start)
    }
    let floor = Self.inertia * DetectorKernels.largest(objectWeight.start, size: objectWeight.count)
    guard floor > 0 else { return }
    let target = object.values.start
    for i in 0..<objectSum.count {
      target[i] = 1 / (objectWeight.start[i] + floor) * (objectSum.start[i] + floor * target[i])
    }
  }

  /// - Parameter waves: of all patterns, pattern after pattern, mode after mode.
  func updateProbe(
    _ probe: WorkBuffer<ComplexFloat>, object: WorkingObject, positions: [PixelPosition],
    waves: WorkBuffer<ComplexFloat>
  ) {
    probeSum.fill(.zero)
    probeWeight.fill(0)
    let stride = object.shape.columns
    for (index, position) in positions.enumerated() {
      let patch = object.window(at: position, window: window)
      Self.addToProbe(
        sum: probeSum.start, object: patch, stride: stride, waves: waves.start + index * modes * window.count,
        window: window, modes: modes)
      Self.addObjectPower(patch, stride: stride, to: probeWeight.start, window: window)
    }
    let floor = Self.inertia * DetectorKernels.largest(probeWeight.start, size: probeWeight.count)
    guard floor > 0 else { return }
    for mode in 0..<modes {
      let sum = probeSum.start + mode * window.count
      let target = probe.start + mode * window.count
      for i in 0..<window.count {
        target[i] = 1 / (probeWeight.start[i] + floor) * (sum[i] + floor * target[i])
      }
    }
  }
}
