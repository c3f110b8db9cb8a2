/// The phase between −π and π that differs from `phase` by whole turns.
///
/// - Parameter phase: in radians.
@inlinable public func wrappedPhase(_ phase: Float) -> Float {
  phase - 2 * .pi * (phase / (2 * .pi)).rounded()
}
