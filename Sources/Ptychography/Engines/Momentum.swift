internal import ArrayMath

/// The momentum of mPIE for one set of unknowns: v ← η v + (x − x_T), x ← x + f v, x_T ← x after every T updates.
///
/// A. Maiden, D. Johnson and P. Li, Optica 4 (2017) 736.
final class Momentum {
  private let unknowns: WorkBuffer<ComplexFloat>
  private let velocity: WorkBuffer<ComplexFloat>
  private let anchor: WorkBuffer<ComplexFloat>
  /// The unknowns as the last pass left them.
  private let left: WorkBuffer<ComplexFloat>
  private let friction: Float
  private let feedback: Float
  private var updates = 0
  private var hasStarted = false

  init(_ settings: EngineSettings, of unknowns: WorkBuffer<ComplexFloat>) {
    self.unknowns = unknowns
    friction = Float(settings.friction)
    feedback = Float(settings.feedback)
    velocity = WorkBuffer(repeating: .zero, count: unknowns.count)
    anchor = WorkBuffer(repeating: .zero, count: unknowns.count)
    left = WorkBuffer(repeating: .zero, count: unknowns.count)
  }

  /// Begins a pass: what others did to the unknowns since the last one (a gauge, a support) is no movement.
  func follow() {
    if hasStarted {
      for i in 0..<unknowns.count { anchor.start[i] += unknowns.start[i] - left.start[i] }
    } else {
      anchor.start.update(from: unknowns.start, count: unknowns.count)
      hasStarted = true
    }
  }

  /// Ends a pass.
  func leave() { left.start.update(from: unknowns.start, count: unknowns.count) }

  /// How many updates are left until the unknowns are moved.
  func remaining(period: Int) -> Int { max(period - updates, 1) }

  /// Counts updates and moves the unknowns when it is time.
  ///
  /// - Returns: whether they were moved.
  @discardableResult func count(_ made: Int = 1, period: Int) -> Bool {
    updates += made
    guard updates >= period else { return false }
    updates = 0
    for i in 0..<unknowns.count {
      let speed = friction * velocity.start[i] + (unknowns.start[i] - anchor.start[i])
      let moved = unknowns.start[i] + feedback * speed
      velocity.start[i] = speed
      unknowns.start[i] = moved
      anchor.start[i] = moved
    }
    return true
  }

  /// Follows a change of the modes' basis.
  func mix(_ mixing: ModeMixing, size: Int) {
    for buffer in [velocity, anchor, left] { mixing.apply(to: buffer.start, size: size) }
  }
}
