import ArrayMath

@testable import Ptychography

/// The engines written from their equations, without care for speed: what the fast ones are held against.
struct PlainEngines {
  var object: ComplexImage
  var probes: [ComplexImage]
  let positions: [PixelPosition]
  let data: DiffractionData
  let propagator: WavePropagator
  private let background: Float
  private var window: FrameShape { data.window }

  /// - Parameter state: with a background that is the same everywhere, or none.
  init(_ state: Reconstruction, _ problem: EngineProblem) {
    object = state.object
    probes = state.probes
    positions = state.positions
    background = state.background?.pixels[0] ?? 0
    data = problem.data
    propagator = problem.propagator
  }

  typealias Field = [ComplexFloat]

  private func patch(_ image: ComplexImage, _ index: Int) -> Field {
    let (top, left) = positions[index].rounded
    return image.cropped(rows: top..<top + window.rows, columns: left..<left + window.columns).pixels
  }

  private func place(_ index: Int, _ pixel: Int) -> (Int, Int) {
    let (top, left) = positions[index].rounded
    return (top + pixel / window.columns, left + pixel % window.columns)
  }

  private func product(_ a: Field, _ b: Field) -> Field { zip(a, b).map { $0 * $1 } }

  private func propagated(_ field: Field, back: Bool = false) -> Field {
    var field = field
    field.withUnsafeMutableBufferPointer { back ? propagator.toSample($0) : propagator.toDetector($0) }
    return field
  }

  /// Each mode's wave at the detector times `gain(I, M)`, back at the sample.
  private func constrained(_ waves: [Field], _ index: Int, gain: (Float, Float) -> Float) -> [Field] {
    let pattern = data.pattern(index).pixels
    let atDetector = waves.map { propagated($0) }
    let model = pattern.indices.map { i in atDetector.reduce(background) { $0 + $1[i].squaredModulus } }
    return atDetector.map { field in
      propagated(
        field.indices.map { i in (pattern[i].isNaN ? 1 : gain(pattern[i], model[i])) * field[i] }, back: true)
    }
  }

  private static func amplitude(_ counts: Float, _ model: Float) -> Float { (counts / max(model, 1e-24)).squareRoot() }

  /// One pass of ePIE, rPIE or mPIE with a momentum every `period` updates.
  mutating func sequential(
    alpha: Float, beta: Float, a: Float, b: Float, momentum: (period: Int, friction: Float, feedback: Float)? = nil,
    generator: inout SeededGenerator
  ) {
    var objectVelocity = object.map { _ in ComplexFloat.zero }
    var probeVelocity = probes.map { $0.map { _ in ComplexFloat.zero } }
    var objectAnchor = object
    var probeAnchor = probes
    for (turn, index) in (0..<data.count).shuffled(using: &generator).enumerated() {
      let old = patch(object, index)
      let waves = probes.map { product($0.pixels, old) }
      let changes = zip(constrained(waves, index, gain: Self.amplitude), waves).map { zip($0, $1).map { $0 - $1 } }
      let power = old.indices.map { i in probes.reduce(Float(0)) { $0 + $1.pixels[i].squaredModulus } }
      let probePeak = power.max() ?? 1
      let objectPeak = old.map(\.squaredModulus).max() ?? 1
      let oldProbes = probes
      for i in old.indices {
        var change = ComplexFloat.zero
        for k in probes.indices {
          change += oldProbes[k].pixels[i].conjugate * changes[k][i]
          probes[k].pixels[i] +=
            beta / ((1 - b) * old[i].squaredModulus + b * objectPeak) * (old[i].conjugate * changes[k][i])
        }
        let (row, column) = place(index, i)
        object[row, column] += alpha / ((1 - a) * power[i] + a * probePeak) * change
      }
      guard let momentum, (turn + 1) % momentum.period == 0 else { continue }
      func move(_ x: inout ComplexImage, _ v: inout ComplexImage, _ anchor: inout ComplexImage) {
        for i in x.pixels.indices {
          v.pixels[i] = momentum.friction * v.pixels[i] + (x.pixels[i] - anchor.pixels[i])
          x.pixels[i] += momentum.feedback * v.pixels[i]
        }
        anchor = x
      }
      move(&object, &objectVelocity, &objectAnchor)
      for k in probes.indices { move(&probes[k], &probeVelocity[k], &probeAnchor[k]) }
    }
  }

  /// Passes of ψ ← β/2 (R_F R_O + 1) ψ + (1 − β) Π_O ψ, R = 2 Π − 1.
  mutating func reflections(beta: Float, passes: Int) {
    var waves = positions.indices.map { index in probes.map { product($0.pixels, patch(object, index)) } }
    for _ in 0..<passes {
      for index in positions.indices {
        let explained = probes.map { product($0.pixels, patch(object, index)) }
        let mirrored = zip(explained, waves[index]).map { zip($0, $1).map { 2 * $0 - $1 } }
        let projected = constrained(mirrored, index, gain: Self.amplitude)
        for k in probes.indices {
          for i in 0..<window.count {
            let twice = 2 * projected[k][i] - mirrored[k][i]
            waves[index][k][i] = beta / 2 * (twice + waves[index][k][i]) + (1 - beta) * explained[k][i]
          }
        }
      }
      for _ in 0..<AveragedReflections.overlapUpdates { overlap(waves) }
    }
  }

  private mutating func overlap(_ waves: [[Field]]) {
    var sum = object.map { _ in ComplexFloat.zero }
    var weight = object.map { _ in Float(0) }
    for index in positions.indices {
      for i in 0..<window.count {
        let (row, column) = place(index, i)
        for k in probes.indices {
          sum[row, column] += probes[k].pixels[i].conjugate * waves[index][k][i]
          weight[row, column] += probes[k].pixels[i].squaredModulus
        }
      }
    }
    let floor = 1e-4 * (weight.pixels.max() ?? 1)
    for i in object.pixels.indices {
      object.pixels[i] = 1 / (weight.pixels[i] + floor) * (sum.pixels[i] + floor * object.pixels[i])
    }
    var objectPower = [Float](repeating: 0, count: window.count)
    var probeSum = [Field](repeating: Field(repeating: .zero, count: window.count), count: probes.count)
    for index in positions.indices {
      let o = patch(object, index)
      for i in 0..<window.count {
        objectPower[i] += o[i].squaredModulus
        for k in probes.indices { probeSum[k][i] += o[i].conjugate * waves[index][k][i] }
      }
    }
    let probeFloor = 1e-4 * (objectPower.max() ?? 1)
    for k in probes.indices {
      for i in 0..<window.count {
        probes[k].pixels[i] =
          1 / (objectPower[i] + probeFloor) * (probeSum[k][i] + probeFloor * probes[k].pixels[i])
      }
    }
  }

  /// One pass of least squares maximum likelihood over given batches.
  mutating func maximumLikelihood(_ groups: [[Int]], noise: EngineSettings.NoiseModel, damping: Float) {
    for group in groups {
      var objectSum = object.map { _ in ComplexFloat.zero }
      var light = object.map { _ in Float(0) }
      var probeSum = probes.map { $0.map { _ in ComplexFloat.zero } }
      var objectPower = [Float](repeating: 0, count: window.count)
      var changes: [[Field]] = []
      for index in group {
        let o = patch(object, index)
        let waves = probes.map { product($0.pixels, o) }
        let target = constrained(waves, index) { counts, model in
          let amplitude = Self.amplitude(counts, model)
          guard noise == .poisson else { return amplitude }
          let score = 0.5 * (counts - model) / (model + 0.5)
          return 1 + (counts > model ? min(score, 2 * (amplitude - 1)) : score)
        }
        let chi = zip(target, waves).map { zip($0, $1).map { $0 - $1 } }
        changes.append(chi)
        for i in o.indices {
          let (row, column) = place(index, i)
          objectPower[i] += o[i].squaredModulus
          for k in probes.indices {
            objectSum[row, column] += probes[k].pixels[i].conjugate * chi[k][i]
            light[row, column] += probes[k].pixels[i].squaredModulus
            probeSum[k].pixels[i] += o[i].conjugate * chi[k][i]
          }
        }
      }
      let lightFloor = damping * (light.pixels.max() ?? 1)
      let powerFloor = damping * (objectPower.max() ?? 1)
      let objectChange = ComplexImage(
        zip(objectSum.pixels, light.pixels).map { 1 / ($1 + lightFloor) * $0 }, shape: object.shape)
      let probeChange = probeSum.map {
        ComplexImage(zip($0.pixels, objectPower).map { 1 / ($1 + powerFloor) * $0 }, shape: window)
      }
      var weighted = object.map { _ in Float(0) }
      var probeSteps = 0.0
      for (slot, index) in group.enumerated() {
        let o = patch(object, index)
        let dO = patch(objectChange, index)
        var m = (oo: 0.0, op: 0.0, pp: 0.0, o: 0.0, p: 0.0)
        for k in probes.indices {
          for i in o.indices {
            let x = dO[i] * probes[k].pixels[i]
            let y = o[i] * probeChange[k].pixels[i]
            let chi = changes[slot][k][i]
            m.oo += Double(x.squaredModulus)
            m.op += Double((x.conjugate * y).real)
            m.pp += Double(y.squaredModulus)
            m.o += Double((x.conjugate * chi).real)
            m.p += Double((y.conjugate * chi).real)
          }
        }
        let (a, d) = (m.oo * 1.001, m.pp * 1.001)
        let determinant = a * d - m.op * m.op
        let objectStep = (m.o * d - m.p * m.op) / determinant
        probeSteps += (m.p * a - m.o * m.op) / determinant
        for i in o.indices {
          let (row, column) = place(index, i)
          for probe in probes { weighted[row, column] += Float(objectStep) * probe.pixels[i].squaredModulus }
        }
      }
      for i in object.pixels.indices where light.pixels[i] > 0 {
        object.pixels[i] += weighted.pixels[i] / light.pixels[i] * objectChange.pixels[i]
      }
      let mean = Float(probeSteps / Double(group.count))
      for k in probes.indices {
        for i in 0..<window.count { probes[k].pixels[i] += mean * probeChange[k].pixels[i] }
      }
    }
  }
}
