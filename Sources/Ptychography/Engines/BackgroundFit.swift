internal import ArrayMath

/// What the detector counts without the sample, a number a pixel, fitted along with the object.
///
/// The background is an incoherent contribution that does not move with the scan. The projection onto the measured
/// intensity multiplies each incoherent contribution to M by I/M, and one that is common to all patterns takes the mean:
///
///     b ← b ⟨I_j / M_j⟩_j.
///
/// This is also the step of expectation and maximisation for an additive term of Poisson means (L. A. Shepp and
/// Y. Vardi, IEEE Trans. Med. Imaging 1 (1982) 113): b stays positive, and with the waves held the likelihood never
/// falls. It starts from the mean counts of the tenth of the pixels that count least, the same everywhere:
/// dim pixels find their own within a few passes, bright ones keep it until the waves explain them.
final class BackgroundFit {
  /// b, padded to whole vectors.
  let values: WorkBuffer<Float>
  private let ratios: WorkBuffer<Float>
  private let visits: WorkBuffer<Float>
  private let size: Int

  init(window: FrameShape) {
    size = window.count
    values = WorkBuffer(repeating: 0, count: DetectorKernels.padded(size))
    ratios = WorkBuffer(repeating: 0, count: values.count)
    visits = WorkBuffer(repeating: 0, count: values.count)
  }

  static func memory(window: FrameShape) -> Int { window.count * 12 }

  /// Takes a background that is known, negative numbers as 0.
  func load(_ image: ScalarImage) {
    values.load(image.pixels)
    for i in 0..<size { values.start[i] = max(values.start[i], 0) }
  }

  /// A first guess from the counts, in the buffers that sums are taken in afterwards.
  func start(from data: DiffractionData) {
    values.fill(0)
    visits.fill(0)
    for pattern in 0..<data.count {
      data.load(pattern, into: ratios.start)
      for i in 0..<size where ratios.start[i] >= 0 {
        values.start[i] += ratios.start[i]
        visits.start[i] += 1
      }
    }
    let means = (0..<size).filter { visits.start[$0] > 0 }.map { values.start[$0] / visits.start[$0] }.sorted()
    let dimmest = means.prefix(max(means.count / 10, 1))
    // A zero would stay zero.
    values.fill(max(dimmest.reduce(0, +) / Float(max(dimmest.count, 1)), 1e-3))
  }

  func beginPass() {
    ratios.fill(0)
    visits.fill(0)
  }

  func add(_ waves: DetectorWaves) {
    DetectorKernels.addRatios(
      counts: waves.counts.start, model: waves.model.start, ratios: ratios.start, visits: visits.start, size: size)
  }

  func endPass() {
    for i in 0..<size where visits.start[i] > 0 { values.start[i] *= ratios.start[i] / visits.start[i] }
  }

  func store(into state: inout Reconstruction, window: FrameShape) {
    if state.background?.shape != window { state.background = ScalarImage(repeating: 0, shape: window) }
    if var image = state.background {
      state.background = nil
      values.store(into: &image.pixels)
      state.background = image
    }
  }
}
