internal import ArrayMath

/// The momentum of mPIE beside the fused updates: it takes object and probe from the state and puts them back moved.
final class FusedMomentum {
  private let object: WorkBuffer<ComplexFloat>
  private let probe: WorkBuffer<ComplexFloat>
  private let objectMomentum: Momentum
  private let probeMomentum: Momentum

  init(_ settings: EngineSettings, of state: Reconstruction) {
    object = WorkBuffer(repeating: .zero, count: state.object.shape.count)
    probe = WorkBuffer(repeating: .zero, count: state.probes[0].shape.count)
    objectMomentum = Momentum(settings, of: object)
    probeMomentum = Momentum(settings, of: probe)
  }

  /// Whether it was made for a state of these extents.
  func fits(_ state: Reconstruction) -> Bool {
    object.count == state.object.shape.count && probe.count == state.probes[0].shape.count
  }

  /// Begins a pass.
  func follow(_ state: Reconstruction) {
    load(state)
    objectMomentum.follow()
    probeMomentum.follow()
  }

  /// How many updates are left until object and probe are moved.
  func remaining(period: Int) -> Int { objectMomentum.remaining(period: period) }

  /// Counts updates of the state and moves it when it is time.
  func count(_ updates: Int, period: Int, moving state: inout Reconstruction) {
    load(state)
    let isMoved = objectMomentum.count(updates, period: period)
    probeMomentum.count(updates, period: period)
    guard isMoved else { return }
    object.store(into: &state.object.pixels)
    probe.store(into: &state.probes[0].pixels)
  }

  /// Ends a pass.
  func leave() {
    objectMomentum.leave()
    probeMomentum.leave()
  }

  private func load(_ state: Reconstruction) {
    object.load(state.object.pixels)
    probe.load(state.probes[0].pixels)
  }
}
