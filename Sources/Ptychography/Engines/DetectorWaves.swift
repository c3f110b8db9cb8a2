internal import ArrayMath

/// The waves of all modes of one pattern on their way to the detector and back, and what they are compared with.
///
/// The modelled intensity is M = Σ |Ψ_k|² + b; every mode is multiplied by the same gain (P. Thibault and A. Menzel,
/// Nature 494 (2013) 68).
final class DetectorWaves {
  let window: FrameShape
  let modes: Int
  /// ψ_k or Ψ_k, one mode after the other.
  let fields: WorkBuffer<ComplexFloat>
  /// I of the pattern at hand, negative where nothing was measured.
  let counts: WorkBuffer<Float>
  /// M of the pattern at hand.
  let model: WorkBuffer<Float>
  /// What the waves were multiplied by.
  let gain: WorkBuffer<Float>
  private let propagator: WavePropagator
  private let size: Int
  private let padded: Int

  init(propagator: WavePropagator, modes: Int) {
    window = propagator.window
    self.propagator = propagator
    self.modes = modes
    size = window.count
    padded = DetectorKernels.padded(size)
    fields = WorkBuffer(repeating: .zero, count: size * modes)
    counts = WorkBuffer(repeating: -1, count: padded)
    model = WorkBuffer(repeating: 0, count: padded)
    gain = WorkBuffer(repeating: 1, count: padded)
  }

  /// Bytes that an object of this kind keeps.
  static func memory(window: FrameShape, modes: Int) -> Int { window.count * (8 * modes + 12) }

  func field(_ mode: Int) -> UnsafeMutablePointer<ComplexFloat> { fields.start + mode * size }

  private func buffer(_ mode: Int) -> UnsafeMutableBufferPointer<ComplexFloat> {
    UnsafeMutableBufferPointer(start: field(mode), count: size)
  }

  /// Carries all modes to the detector and sums their intensities and the background into ``model``.
  func toDetector(background: WorkBuffer<Float>?) {
    if let background { model.start.update(from: background.start, count: size) } else { model.fill(0) }
    for mode in 0..<modes {
      propagator.toDetector(buffer(mode))
      DetectorKernels.addIntensity(field(mode), to: model.start, size: size)
    }
  }

  func toSample() {
    for mode in 0..<modes { propagator.toSample(buffer(mode)) }
  }

  /// Reads a pattern's counts.
  func load(_ data: DiffractionData, pattern: Int) { data.load(pattern, into: counts.start) }

  /// Compares ``counts`` with ``model`` and sets ``gain``.
  func compare(noise: EngineSettings.NoiseModel) -> DetectorKernels.Misfit {
    DetectorKernels.compare(
      counts: counts.start, model: model.start, gain: gain.start, size: padded, noise: noise)
  }

  /// Takes a fraction of the way only.
  func softenGain(fraction: Float) {
    DetectorKernels.soften(gain: gain.start, fraction: fraction, size: padded)
  }

  /// Multiplies all modes by ``gain``.
  func applyGain() {
    for mode in 0..<modes { DetectorKernels.multiply(field(mode), by: gain.start, size: size) }
  }

  /// Multiplies all modes by ``gain`` − 1, which leaves what they change by.
  func applyGainChange() {
    for i in 0..<size { gain.start[i] -= 1 }
    applyGain()
  }
}
