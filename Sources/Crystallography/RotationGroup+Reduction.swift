extension RotationGroup {
  /// The equivalent of an orientation that is closest to a reference.
  ///
  /// - Returns: S g, S one of ``rotations``: the same crystal, described on the same branch as the reference.
  public func closest(_ orientation: Rotation, to reference: Rotation) -> Rotation {
    // w of (S g) r⁻¹ is the scalar product of S with r g⁻¹.
    let quotient = (reference * orientation.inverse).quaternion
    var (best, largest) = (Rotation.identity, -1.0)
    for rotation in rotations {
      let cosine = abs((rotation.quaternion * quotient).sum())
      // The margin makes ties go to the first in the list, whatever the rounding.
      if cosine > largest + 1e-12 { (best, largest) = (rotation, cosine) }
    }
    return best * orientation
  }

  /// The equivalent of an orientation in the fundamental zone: the one of the smallest angle.
  public func reduced(_ orientation: Rotation) -> Rotation { closest(orientation, to: .identity) }

  /// The rotation between two orientations, described with the smallest angle and with the axis in the sector of its
  /// class.
  ///
  /// The axis is one of the crystal's frame, and fixed by it: g₁ = S (turn) g₂ with S of the group, or the same with both
  /// orientations exchanged.
  public func disorientationRotation(_ first: Rotation, _ second: Rotation) -> Rotation {
    let turn = reduced(first * second.inverse)
    return Rotation(axis: FundamentalSector(laueClass).reduced(turn.axis), angle: turn.angle)
  }

  /// The smallest angle between the turn that joins two orientations and a given turn or an equivalent of it, in radians.
  ///
  /// The turn is one in the crystal's frame, such as the law of a twin: zero where S g₁ = turn · S' g₂ for any S, S' of the
  /// group, or the same with the orientations exchanged.
  public func deviation(_ first: Rotation, _ second: Rotation, from turn: Rotation) -> Double {
    rotations.reduce(.pi) { smallest, symmetry in
      let partner = turn * (symmetry * second)
      let exchanged = turn.inverse * (symmetry * second)
      return min(smallest, laueClass.disorientation(first, partner), laueClass.disorientation(first, exchanged))
    }
  }

  /// The mean of orientations that lie close together, as under ``Rotation``'s symmetric equivalents.
  ///
  /// Each orientation is put on the branch closest to the current mean; the mean is then the eigenvector of the largest
  /// eigenvalue of the sum of q qᵀ (Markley et al., J. Guid. Control Dyn. 30, 1193, 2007), which minimises the sum of
  /// sin²(ω/2). Repeated until no branch changes.
  ///
  /// - Parameters:
  ///   - orientations: at least one.
  ///   - weights: not negative, as many as orientations; all equal by default.
  /// - Returns: the mean, on the branch of the first orientation; nil without orientations or weight.
  public func mean(_ orientations: [Rotation], weights: [Double]? = nil) -> Rotation? {
    guard var mean = orientations.first else { return nil }
    precondition(weights.map { $0.count == orientations.count } ?? true, "each orientation has a weight")
    for _ in 0..<10 {
      var (x, y, z, w) = (SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero)
      for (index, orientation) in orientations.enumerated() {
        let q = closest(orientation, to: mean).quaternion
        let weighted = (weights?[index] ?? 1) * q
        x += weighted.x * q
        y += weighted.y * q
        z += weighted.z * q
        w += weighted.w * q
      }
      guard x.x + y.y + z.z + w.w > 0 else { return nil }
      let sum = [x, y, z, w].map { row in (0..<4).map { row[$0] } }
      let q = jacobiEigen(sum).vectors[3]
      let next = Rotation(w: q[3], x: q[0], y: q[1], z: q[2])
      let change = (next * mean.inverse).angle
      mean = next
      if change < 1e-9 { break }
    }
    return mean
  }
}
