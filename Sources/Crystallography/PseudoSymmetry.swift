import Foundation

extension CrystalStructure {
  /// Rotations that are no symmetry of the crystal but map most of its strong bands onto strong bands.
  ///
  /// They lie in the crystal's Cartesian frame, one for each set that the Laue class makes equal: where g is an
  /// orientation, `rotation * g` are those that a pattern hardly tells from it. A layered oxide with c/a near 2√6 is
  /// nearly cubic and has three, turns by about 90° about the normals of 104.
  ///
  /// A rotation counts when the bands that it maps onto bands (of nearly the same spacing, within 3 degrees) hold half of
  /// Σ m |F|² of all bands.
  ///
  /// - Parameter minimumSpacing: bands of smaller spacing are left out, in metres.
  /// - Throws: ``CrystallographyError``.
  public func pseudoSymmetries(minimumSpacing: Double = 0.8e-10) throws(CrystallographyError) -> [Rotation] {
    pseudoSymmetries(of: try electronReflectors(minimumSpacing: minimumSpacing))
  }

  /// How much the spacings of bands that map onto each other may differ.
  private static let spacingTolerance = 0.06
  /// The cosine of the angle by which they may miss each other: 3 degrees.
  private static let cosineTolerance = cos(3 * Double.pi / 180)

  /// The pseudo-symmetries of bands that are sorted by falling amplitude.
  func pseudoSymmetries(of reflectors: [Reflector]) -> [Rotation] {
    let group = RotationGroup(spaceGroup.laueClass)
    guard let largest = reflectors.first?.amplitude, largest > 0 else { return [] }
    let strong = reflectors.filter { $0.amplitude >= 0.1 * largest }
    let total = strong.reduce(0) { $0 + $1.intensity }
    var found: [Rotation] = []
    for candidate in Self.candidates(strong) where !Self.contains(group, candidate, found) {
      let refined = Self.refined(candidate, strong)
      guard !Self.contains(group, refined, found) else { continue }
      let mapped = strong.reduce(0) { $0 + (Self.isMapped($1, by: refined, onto: strong) ? $1.intensity : 0) }
      if mapped >= total / 2 { found.append(refined) }
    }
    return found
  }

  /// Whether a rotation is one of the group or equal to one found, up to the group; within 4 degrees.
  private static func contains(_ group: RotationGroup, _ rotation: Rotation, _ found: [Rotation]) -> Bool {
    ([.identity] + found).contains { group.disorientation(rotation, $0) < 4 * .pi / 180 }
  }

  /// Rotations that take two bands of the strongest families onto two of the like.
  private static func candidates(_ reflectors: [Reflector]) -> [Rotation] {
    let strongest = reflectors.prefix(6)
    let bands = strongest.flatMap { family in
      family.poles.flatMap { [(pole: $0, spacing: family.dSpacing), (pole: -$0, spacing: family.dSpacing)] }
    }
    var result: [Rotation] = []
    // Not every family needs to be mapped, so each pair of families is a start.
    for firstFamily in strongest {
      for secondFamily in strongest {
        guard let first = firstFamily.poles.first,
          let second = secondFamily.poles.first(where: { abs(($0 * first).sum()) < 0.95 })
        else { continue }
        let angle = acos((first * second).sum())
        for a in bands where abs(a.spacing / firstFamily.dSpacing - 1) < spacingTolerance {
          for b in bands where abs(b.spacing / secondFamily.dSpacing - 1) < spacingTolerance {
            let cosine = (a.pole * b.pole).sum()
            guard abs(acos(min(max(cosine, -1), 1)) - angle) < 3 * .pi / 180 else { continue }
            result.append(Rotation.aligning([(first, a.pole), (second, b.pole)]))
          }
        }
      }
    }
    return result
  }

  /// The rotation that fits best all bands that it maps, after two rounds.
  private static func refined(_ rotation: Rotation, _ reflectors: [Reflector]) -> Rotation {
    let once = fitted(rotation, reflectors)
    return fitted(once, reflectors)
  }

  private static func fitted(_ rotation: Rotation, _ reflectors: [Reflector]) -> Rotation {
    var pairs: [(SIMD3<Double>, SIMD3<Double>)] = []
    for reflector in reflectors {
      for pole in reflector.poles {
        if let image = image(of: pole, spacing: reflector.dSpacing, by: rotation, onto: reflectors) {
          pairs.append((pole, image))
        }
      }
    }
    return pairs.count < 2 ? rotation : Rotation.aligning(pairs)
  }

  /// Whether a rotation brings all bands of a family to bands.
  static func isMapped(_ reflector: Reflector, by rotation: Rotation, onto reflectors: [Reflector]) -> Bool {
    reflector.poles.allSatisfy { image(of: $0, spacing: reflector.dSpacing, by: rotation, onto: reflectors) != nil }
  }

  private static func image(
    of pole: SIMD3<Double>, spacing: Double, by rotation: Rotation, onto reflectors: [Reflector]
  ) -> SIMD3<Double>? {
    let turned = rotation(pole)
    var best: SIMD3<Double>?
    var closest = cosineTolerance
    for reflector in reflectors where abs(reflector.dSpacing / spacing - 1) < spacingTolerance {
      for candidate in reflector.poles {
        let cosine = (candidate * turned).sum()
        guard abs(cosine) > closest else { continue }
        closest = abs(cosine)
        best = cosine > 0 ? candidate : -candidate
      }
    }
    return best
  }
}

extension Reflector {
  /// m |F|², the share of the family in what is scattered.
  fileprivate var intensity: Double { Double(2 * poles.count) * amplitude * amplitude }
}

extension Rotation {
  /// The rotation R that makes Σ |b − R a|² of pairs (a, b) smallest: Davenport's method, the eigenvector of the largest
  /// eigenvalue found by repeated squaring.
  ///
  /// - Precondition: there are two pairs at least, not all along one line.
  static func aligning(_ pairs: [(SIMD3<Double>, SIMD3<Double>)]) -> Rotation {
    var (s, z) = ([[Double]](repeating: [0, 0, 0], count: 3), SIMD3<Double>.zero)
    for (a, b) in pairs {
      for i in 0..<3 { for j in 0..<3 { s[i][j] += b[i] * a[j] } }
      z += SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
    let trace = s[0][0] + s[1][1] + s[2][2]
    // In the order w, x, y, z; shifted by the number of pairs, which makes all eigenvalues positive.
    var k = [[Double]](repeating: [0, 0, 0, 0], count: 4)
    k[0][0] = trace
    for i in 0..<3 {
      k[0][i + 1] = z[i]
      k[i + 1][0] = z[i]
      for j in 0..<3 { k[i + 1][j + 1] = s[i][j] + s[j][i] - (i == j ? trace : 0) }
    }
    for i in 0..<4 { k[i][i] += Double(pairs.count) }
    for _ in 0..<40 {
      var square = k
      let largest = k.flatMap(\.self).reduce(0) { max($0, abs($1)) }
      for i in 0..<4 {
        for j in 0..<4 { square[i][j] = (0..<4).reduce(0) { $0 + k[i][$1] * k[$1][j] } / (largest * largest) }
      }
      k = square
    }
    let best = k.max { ($0.map { $0 * $0 }.reduce(0, +)) < ($1.map { $0 * $0 }.reduce(0, +)) } ?? [1, 0, 0, 0]
    return Rotation(w: best[0], x: best[1], y: best[2], z: best[3])
  }
}
