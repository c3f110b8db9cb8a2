internal import ArrayMath
internal import CKernels

/// The updates of ePIE and rPIE at the speed of the machine's memory, for what most scans are: the far field, one probe,
/// whole pixels, no background.
///
/// An update takes two passes over memory. One goes down the columns of the wave field, sixteen at a time: transform,
/// measured moduli, transform back, while the columns stay in the core's own cache. The other goes along the rows: it
/// transforms a row back, updates that row of object and probe, and while they are at hand forms and transforms the row
/// of the next position's exit wave. Nothing is transposed and no factor is applied on its own. What it computes is the
/// same to the last bit in every run on a machine.
final class FusedPIE {
  /// The extent of the patterns.
  let window: FrameShape
  /// The extent of the object.
  let objectShape: FrameShape
  private let kernel: OpaquePointer

  /// How far an update goes.
  struct Steps {
    /// α of ePIE, γ_O of rPIE.
    var object: Double
    /// β of ePIE, γ_P of rPIE; 0 leaves the probe as it is.
    var probe: Double
    /// What is divided by: 1 for max |P|² (ePIE), otherwise (1 − a) |P|² + a max |P|².
    var objectRegularisation = 1.0
    /// The same for the probe, with O in the place of P.
    var probeRegularisation = 1.0
  }

  /// - Returns: `nil` where the window has no fast transform: its width must be a multiple of 16 and both extents a
  ///   product of 2, 3 and 5.
  init?(window: FrameShape, objectShape: FrameShape) {
    let made = operando_pie_make(window.rows, window.columns, objectShape.rows, objectShape.columns)
    guard let made else { return nil }
    self.window = window
    self.objectShape = objectShape
    kernel = made
  }

  deinit { operando_pie_free(kernel) }

  /// Whether a scan is of the kind that is computed here, but for the extent of its window.
  static func applies(to state: Reconstruction, on data: DiffractionData, settings: EngineSettings) -> Bool {
    data.geometry.propagation == .farField && state.probes.count == 1 && state.background == nil
      && settings.interpolation == .nearest && settings.probeSupport == nil && settings.backgroundStart == nil
  }

  /// Updates object and probe by some of the patterns, one after the other.
  ///
  /// - Parameters:
  ///   - state: object and the first probe are replaced by better ones.
  ///   - data: the patterns.
  ///   - order: the numbers of the patterns, in the order of their updates.
  ///   - steps: how far each update goes.
  /// - Returns: Σ w (√I − |Ψ|)² and Σ w I over these patterns, each term taken before its update.
  /// - Precondition: the extents are those this object was made for, and every window lies inside the object.
  func update(
    _ state: inout Reconstruction, on data: DiffractionData, order: some Sequence<Int>, steps: Steps
  ) -> (misfit: Double, total: Double) {
    precondition(
      data.window == window && state.probes[0].shape == window && state.object.shape == objectShape,
      "patterns, probe and object have the extents the engine was made for")
    var peaks: [Float] = [0, 0]
    state.probes[0].pixels.withUnsafeBytes { probe in
      state.object.pixels.withUnsafeBytes { object in
        peaks[0] = operando_pie_set(
          kernel, probe.assumingMemoryBound(to: Float.self).baseAddress,
          object.assumingMemoryBound(to: Float.self).baseAddress)
      }
    }
    let places = state.positions.map(place)
    let sums =
      switch data.counts {
      case .narrow(let counts):
        run(counts, order: order, places: places, steps: steps, peaks: &peaks) {
          operando_pie_detector_narrow($0, $1, $2)
        }
      case .wide(let counts):
        run(counts, order: order, places: places, steps: steps, peaks: &peaks) {
          operando_pie_detector_wide($0, $1, $2)
        }
      }
    state.probes[0].pixels.withUnsafeMutableBytes { probe in
      state.object.pixels.withUnsafeMutableBytes { object in
        operando_pie_get(
          kernel, probe.assumingMemoryBound(to: Float.self).baseAddress,
          object.assumingMemoryBound(to: Float.self).baseAddress)
      }
    }
    return sums
  }

  private func place(_ position: PixelPosition) -> operando_pie_window {
    let (top, left) = position.rounded
    precondition(
      top >= 0 && left >= 0 && top + window.rows <= objectShape.rows && left + window.columns <= objectShape.columns,
      "every window lies inside the object")
    return operando_pie_window(top: top, left: left)
  }

  private func run<Count>(
    _ counts: [Count], order: some Sequence<Int>, places: [operando_pie_window], steps: Steps, peaks: inout [Float],
    detector: (OpaquePointer, UnsafePointer<Count>, UnsafeMutablePointer<Double>) -> Void
  ) -> (misfit: Double, total: Double) {
    var sums = [0.0, 0.0]
    var steps = operando_pie_steps(
      object_step: Float(steps.object), probe_step: Float(steps.probe), object_part: Float(steps.objectRegularisation),
      probe_part: Float(steps.probeRegularisation))
    let bytes = window.count * MemoryLayout<Count>.stride
    counts.withUnsafeBufferPointer { counts in
      guard let first = counts.baseAddress else { return }
      var current: Int?
      func turn(to next: Int?) {
        var now = current.map { places[$0] } ?? operando_pie_window()
        var then = next.map { places[$0] } ?? operando_pie_window()
        withUnsafePointer(to: &now) { now in
          withUnsafePointer(to: &then) { then in
            operando_pie_sample(
              kernel, current == nil ? nil : now, next == nil ? nil : then, &steps, &peaks,
              next.map { UnsafeRawPointer(first + $0 * window.count) }, bytes)
          }
        }
        current = next
      }
      for index in order {
        turn(to: index)
        detector(kernel, first + index * window.count, &sums)
      }
      turn(to: nil)
    }
    return (sums[0], sums[1])
  }
}
