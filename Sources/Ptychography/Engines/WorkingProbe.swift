internal import ArrayMath

/// The modes of the probe while an engine works on them, seen from positions on or between pixels.
///
/// The object stays on its grid: where a position lies a fraction f beyond a whole pixel, the probe is moved by f. With
/// Fourier interpolation the modes are kept as spectra, so that a position costs one transform a mode to look from and
/// one to change from. In the far field a moved exit wave has the same pattern; in the near field it is moved back before
/// it travels, because the detector stays where the beam is.
final class WorkingProbe {
  let window: FrameShape
  let modes: Int
  /// What is kept from update to update: the modes, or their spectra.
  let kept: WorkBuffer<ComplexFloat>
  private let shift: SubpixelShift?
  private let isNearField: Bool
  private let moved: WorkBuffer<ComplexFloat>
  private let change: WorkBuffer<ComplexFloat>
  private let support: ProbeSupport?

  init(propagator: WavePropagator, modes: Int, settings: EngineSettings) {
    window = propagator.window
    self.modes = modes
    let size = window.count * modes
    kept = WorkBuffer(repeating: .zero, count: size)
    isNearField = propagator.propagation == .nearField
    support = settings.probeSupport.map { ProbeSupport(radius: $0, window: propagator.window) }
    let interpolates = settings.interpolation == .fourier
    shift = interpolates ? SubpixelShift(window: window) : nil
    moved = WorkBuffer(repeating: .zero, count: interpolates ? size : 0)
    change = WorkBuffer(repeating: .zero, count: interpolates ? size : 0)
  }

  static func memory(window: FrameShape, modes: Int, settings: EngineSettings) -> Int {
    window.count * modes * 8 * (settings.interpolation == .fourier ? 3 : 1)
  }

  var interpolates: Bool { shift != nil }

  private func each(_ buffer: WorkBuffer<ComplexFloat>, _ body: (UnsafeMutablePointer<ComplexFloat>) -> Void) {
    for mode in 0..<modes { body(buffer.start + mode * window.count) }
  }

  func load(_ probes: [ComplexImage]) {
    for (mode, probe) in probes.enumerated() { kept.load(probe.pixels, at: mode * window.count) }
    if let support { each(kept, support.apply) }
    if let shift { each(kept, shift.transform) }
  }

  /// Hands the modes over, dark outside the support.
  func store(into probes: inout [ComplexImage]) {
    if let shift { each(kept, shift.inverseTransform) }
    if let support { each(kept, support.apply) }
    for mode in 0..<modes { kept.store(into: &probes[mode].pixels, from: mode * window.count) }
    if let shift { each(kept, shift.transform) }
  }

  /// The modes as the object's window at the whole pixel sees them.
  ///
  /// - Parameter position: of the window.
  func look(from position: PixelPosition) -> UnsafeMutablePointer<ComplexFloat> {
    guard let shift else { return kept.start }
    let (row, column) = position.rounded
    shift.setFraction(row: position.row - Double(row), column: position.column - Double(column))
    for mode in 0..<modes {
      shift.move(spectrum: kept.start + mode * window.count, into: moved.start + mode * window.count)
    }
    return moved.start
  }

  /// Changes of the kept kind, seen as ``look(from:)`` saw the modes last.
  ///
  /// - Parameters:
  ///   - changes: common to many positions.
  ///   - room: where they are put if they have to be moved.
  func look(at changes: WorkBuffer<ComplexFloat>, room: WorkBuffer<ComplexFloat>) -> UnsafeMutablePointer<ComplexFloat>
  {
    guard let shift else { return changes.start }
    for mode in 0..<modes {
      shift.move(spectrum: changes.start + mode * window.count, into: room.start + mode * window.count)
    }
    return room.start
  }

  /// Where changes of the modes, as ``look(from:)`` showed them, are added before ``commit(to:)``.
  ///
  /// - Parameter target: what collects them: ``kept`` or other memory of the same kind.
  func beginChange(of target: WorkBuffer<ComplexFloat>) -> UnsafeMutablePointer<ComplexFloat> {
    guard shift != nil else { return target.start }
    change.fill(.zero)
    return change.start
  }

  /// Takes the changes over into what collects them.
  func commit(to target: WorkBuffer<ComplexFloat>) {
    guard let shift else { return }
    for mode in 0..<modes {
      shift.addMovedBack(change.start + mode * window.count, to: target.start + mode * window.count)
    }
  }

  /// Multiplies memory of the kept kind by real numbers of the sample's plane, the same for every mode.
  func weigh(_ target: WorkBuffer<ComplexFloat>, by weights: UnsafePointer<Float>) {
    each(target) { field in
      shift?.inverseTransform(field)
      DetectorKernels.multiply(field, by: weights, size: window.count)
      shift?.transform(field)
    }
  }

  /// Moves exit waves from the object's grid to the detector's, where that matters.
  func alignToDetector(_ fields: WorkBuffer<ComplexFloat>) {
    if isNearField, let shift { each(fields) { shift.move($0, backwards: true) } }
  }

  /// The opposite of ``alignToDetector(_:)``.
  func alignToObject(_ fields: WorkBuffer<ComplexFloat>) {
    if isNearField, let shift { each(fields) { shift.move($0, backwards: false) } }
  }
}
