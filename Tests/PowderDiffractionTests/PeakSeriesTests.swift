import ArrayMath
import Crystallography
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct PeakSeriesTests {
  private static let frames = 70
  private static let spoilt = 20

  /// 003 and 104 that move along the published curve's first tenth; one frame is NaN, another counts nothing.
  private static func series() throws -> (series: PowderPatternSeries, truth: [[SimulatedPeaks.Line]]) {
    var (intensities, sigmas, covariances): ([Double], [Double], [Double]) = ([], [], [])
    var truth: [[SimulatedPeaks.Line]] = []
    var edges: [Double] = []
    for frame in 0..<frames {
      let share = Double(frame) / Double(frames - 1)
      let scene = OperandoPeaks(
        cell: UnitCell(hexagonal: 2.8704e-10 * (1 - 0.0018 * share), c: 14.1918e-10 * (1 + 0.0016 * share)),
        height: 200,
        background: 50)
      truth.append(scene.lines)
      edges = scene.simulation.edges
      var generator = SeededGenerator(seed: 7, item: frame)
      let pattern = try scene.simulation.pattern(&generator)
      let factor = frame == spoilt ? Double.nan : frame == spoilt + 1 ? 0 : 1
      intensities += pattern.intensities.map { $0 * factor }
      sigmas += (pattern.sigmas ?? []).map { $0 * factor }
      covariances += (pattern.neighbourCovariances ?? []).map { $0 * factor }
    }
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }, edges: edges, frameCount: frames,
      intensities: intensities, sigmas: sigmas, neighbourCovariances: covariances, wavelength: OperandoPeaks.wavelength)
    return (series, truth)
  }

  private static let model = OperandoPeaks(cell: OperandoPeaks.pristine, height: 200, background: 50)
    .model(tiedToCell: false)

  @Test func spoiltFramesLeaveTheOthersWhole() throws {
    let (series, truth) = try Self.series()
    let result = try Self.model.fit(series)
    #expect(result.frameCount == Self.frames)
    var pulls = PeakPulls()
    for (frame, fit) in result.fits.enumerated() {
      if frame == Self.spoilt || frame == Self.spoilt + 1 {
        #expect(fit.peaks.allSatisfy { $0.status == .noData })
        continue
      }
      for peak in 0..<2 {
        #expect(fit.peaks[peak].status == .fitted, "frame \(frame), \(fit.peaks[peak].label)")
        pulls.add(
          fit.peaks[peak].twoTheta.value, fit.peaks[peak].twoTheta.sigma, truth: truth[frame][peak].twoTheta)
      }
    }
    #expect(pulls.passes, "\(pulls.text)")
    #expect(result.jumps.isEmpty)
  }

  @Test func theNumberOfThreadsDoesNotMatter() throws {
    let (series, _) = try Self.series()
    let one = try Self.model.fit(series, threads: 1)
    let two = try Self.model.fit(series, threads: 2)
    // NaN differs from itself, so the numbers are compared by their bits.
    for (a, b) in zip(one.fits, two.fits) {
      #expect(a.parameters.map(\.bitPattern) == b.parameters.map(\.bitPattern))
      #expect(a.covariance.map(\.bitPattern) == b.covariance.map(\.bitPattern))
    }
    #expect(one.jumps == two.jumps)
  }

  @Test func aJumpIsFlagged() throws {
    var (intensities, positions): ([Double], [Double]) = ([], [])
    for frame in 0..<24 {
      let scene = OperandoPeaks(
        cell: UnitCell(hexagonal: 2.8704e-10, c: 14.1918e-10 * (frame < 12 ? 1 : 1.001)), height: 200, background: 50)
      var generator = SeededGenerator(seed: 9, item: frame)
      let pattern = try scene.simulation.pattern(&generator)
      intensities += pattern.intensities.map { $0 * 30 }
      positions = pattern.positions
    }
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: positions, frameCount: 24, intensities: intensities,
      wavelength: OperandoPeaks.wavelength)
    let result = try Self.model.fit(series)
    let jumps = result.jumps.filter { $0.peak == 0 }
    #expect(jumps.map(\.frame) == [12])
    #expect((jumps.first?.deviation ?? 0) < -5)
  }

  @Test func aNeighbourThatIsCrossedKeepsItsIntensity() throws {
    // 104 runs across Al 200; a first fit where it stands free tells how strong the neighbour is.
    let offsets = (0..<24).map { -0.12 + 0.01 * Double($0) }
    var (intensities, sigmas, covariances, edges): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
    var truth: [Double] = []
    for (frame, offset) in offsets.enumerated() {
      let scene = OperandoPeaks(
        cell: OperandoPeaks.cell(beyondAluminium: offset * OperandoPeaks.degree), height: 200, background: 50)
      var generator = SeededGenerator(seed: 11, item: frame)
      let pattern = try scene.simulation.pattern(&generator)
      intensities += pattern.intensities
      sigmas += pattern.sigmas ?? []
      covariances += pattern.neighbourCovariances ?? []
      edges = scene.simulation.edges
      truth.append(scene.cell.a)
    }
    let series = try PowderPatternSeries(
      axis: .twoTheta, positions: zip(edges, edges.dropFirst()).map { ($0 + $1) / 2 }, edges: edges,
      frameCount: offsets.count, intensities: intensities, sigmas: sigmas, neighbourCovariances: covariances,
      wavelength: OperandoPeaks.wavelength)
    var model = OperandoPeaks(
      cell: OperandoPeaks.cell(beyondAluminium: -0.06 * OperandoPeaks.degree), height: 200, background: 50
    ).model(tiedToCell: true)
    model = model.restrainingIntensities(of: "Al", to: try model.fit(series))
    let result = try model.fit(series)
    var pulls = PeakPulls()
    for (fit, a) in zip(result.fits, truth) {
      let cell = try #require(fit.cells.first)
      #expect(fit.peaks[1].status == .fitted)
      pulls.add(cell.cell.a, cell.sigmaA, truth: a)
    }
    #expect(pulls.passes, "\(pulls.text)")
  }

  @Test func chainsAreChecked() throws {
    let (series, _) = try Self.series()
    #expect(throws: PeakFitError.frames("frame 3 stands in the chains twice")) {
      try Self.model.fit(series, chains: [[3, 4], [3]])
    }
    #expect(throws: PeakFitError.frames("a chain names frame 70 of a series of 70")) {
      try Self.model.fit(series, chains: [[70]])
    }
    #expect(throws: PeakFitError.frames("sector 1 of 1 is asked for")) { try Self.model.fit(series, sector: 1) }
  }
}
