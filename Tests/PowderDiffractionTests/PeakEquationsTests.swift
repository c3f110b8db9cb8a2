import ArrayMath
import Crystallography
import Foundation
import TestSupport
import Testing

@testable import PowderDiffraction

/// The fast loops against the plain simulation, and their derivatives against differences.
@Suite struct PeakEquationsTests {
  private let scene = OperandoPeaks(cell: OperandoPeaks.pristine, height: 200, background: 50)

  /// A fitter of the scene without noise, at its truth.
  private func fitter(_ model: PeakModel, _ noise: PeakNoise) throws -> PeakFitter {
    var generator = SeededGenerator(seed: 1)
    let drawn = try scene.simulation.pattern(&generator)
    var fitter = try PeakFitter(
      model, PeakFitSettings(noise: noise), edges: scene.simulation.edges, hasSigmas: true,
      wavelength: OperandoPeaks.wavelength)
    fitter.data.load(
      fitter.layout, intensities: drawn.intensities, sigmas: drawn.sigmas, covariances: drawn.neighbourCovariances,
      first: 0, firstPair: 0)
    fitter.data.weigh(fitter.layout, model: fitter.data.values.map { max($0, 1) })
    return fitter
  }

  private func models() -> [PeakModel] {
    var tied = scene.model(tiedToCell: true)
    tied.phases[0].widths = .strained
    tied.phases[1].positions = .scale
    tied.phases[1].intensities = .relative([0.9, 0.6])
    var free = scene.model(tiedToCell: false)
    free.phases[0].widths = .free()
    free.displacement = .restrained(value: 1e-4, sigma: 1e-4)
    return [tied, free, scene.model(tiedToCell: true)]
  }

  @Test(arguments: 0..<3, [PeakNoise.given, .counts]) func theGradientIsThatOfChiSquare(
    model: Int, noise: PeakNoise
  ) throws {
    var fitter = try fitter(models()[model], noise)
    let silent = [Double?](repeating: nil, count: fitter.layout.lines.count)
    let held = [Bool](repeating: false, count: fitter.layout.lines.count)
    var p = fitter.layout.start
    for (index, name) in fitter.layout.names.enumerated() {
      switch name {
      case .background(_, let order): p[index] = order == 0 ? 50 : 2
      case .intensity: p[index] = 0.03
      case .intensityScale: p[index] = 0.04
      case .broadening: p[index] = 3e-8
      case .strain: p[index] = 2e-7
      case .displacement: p[index] = 3e-4
      default: break
      }
    }
    fitter.equations.evaluate(fitter.layout, fitter.data, p, silent: silent, held: held)
    let (gradient, normal) = (fitter.equations.gradient, fitter.equations.normal)
    let order = p.count
    for index in p.indices {
      // A fiftieth of sigma.
      let step = 0.02 / normal[index * order + index].squareRoot()
      var chi = [0.0, 0.0]
      for (side, sign) in [1.0, -1.0].enumerated() {
        var moved = p
        moved[index] += sign * step
        fitter.equations.evaluate(fitter.layout, fitter.data, moved, silent: silent, held: held)
        chi[side] = fitter.equations.chiSquare
      }
      let slope = -(chi[0] - chi[1]) / (4 * step)
      let scale = normal[index * order + index].squareRoot()
      #expect(
        abs(slope - gradient[index]) < 2e-3 * abs(gradient[index]) + 0.02 * scale,
        "\(fitter.layout.names[index]): \(slope) for \(gradient[index])")
    }
  }

  @Test func theModelIsTheSimulation() throws {
    let fitter = try fitter(scene.model(tiedToCell: false), .counts)
    var model = scene.model(tiedToCell: false)
    model.displacement = .fixed(OperandoPeaks.displacement)
    model.phases[0].cell = scene.cell
    var exact = try PeakFitter(
      model, PeakFitSettings(noise: .counts), edges: scene.simulation.edges, hasSigmas: true,
      wavelength: OperandoPeaks.wavelength)
    exact.data = fitter.data
    var p = exact.layout.start
    let truth = scene.lines
    for (index, line) in exact.layout.lines.enumerated() {
      p[line.intensity] = truth[index].area
      if case .instrument(_, _, let excess?, _) = line.width {
        let width = [0.010, 0.012, 0.010, 0.010][index] * OperandoPeaks.degree
        p[excess] = width * width
      }
    }
    exact.equations.evaluate(
      exact.layout, exact.data, p, silent: [Double?](repeating: nil, count: exact.layout.lines.count),
      held: [Bool](repeating: false, count: exact.layout.lines.count))
    let expectation = scene.simulation.expectation
    for window in exact.layout.windows {
      for (bin, place) in zip(window.bins, window.offset...) {
        // The lines of the other windows have Lorentzian tails here.
        let x = scene.simulation.edges[bin]
        let background = scene.background + scene.simulation.slope * (x - scene.simulation.edges[0])
        #expect(abs(exact.equations.model[place] - (expectation[bin] - background)) < 0.2, "bin \(bin)")
      }
    }
  }

  @Test func correlatedBinsAreWhitened() throws {
    // χ² of the factors against the inverse of the whole covariance, by Gauss elimination.
    var fitter = try fitter(scene.model(tiedToCell: true), .given)
    let window = fitter.layout.windows[0]
    let count = window.bins.count
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: count + 1), count: count)
    for i in 0..<count {
      let d = fitter.data.pivots[window.offset + i]
      let l = fitter.data.lowers[window.offset + i]
      let before = i > 0 ? fitter.data.pivots[window.offset + i - 1] : 0
      matrix[i][i] = d + l * l * before
      if i > 0 { (matrix[i][i - 1], matrix[i - 1][i]) = (l * before, l * before) }
    }
    let silent = [Double?](repeating: nil, count: fitter.layout.lines.count)
    fitter.equations.evaluate(
      fitter.layout, fitter.data, fitter.layout.start, silent: silent,
      held: [Bool](repeating: false, count: silent.count))
    let residual = (0..<count).map {
      fitter.data.values[window.offset + $0] - fitter.equations.model[window.offset + $0]
    }
    for i in 0..<count { matrix[i][count] = residual[i] }
    for i in 0..<count {
      for j in i + 1..<count {
        let factor = matrix[j][i] / matrix[i][i]
        for k in i...count { matrix[j][k] -= factor * matrix[i][k] }
      }
    }
    var x = [Double](repeating: 0, count: count)
    for i in (0..<count).reversed() {
      x[i] = (matrix[i][count] - (i + 1..<max(count, i + 1)).reduce(0.0) { $0 + matrix[i][$1] * x[$1] }) / matrix[i][i]
    }
    let chiSquare = zip(x, residual).reduce(0.0) { $0 + $1.0 * $1.1 }
    #expect(abs(chiSquare / fitter.equations.windowChiSquare[0] - 1) < 1e-9)
    #expect(fitter.data.lowers.contains { $0 > 0.05 })
  }
}
