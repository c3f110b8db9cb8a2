import ArrayMath
import Crystallography
import Foundation
import Testing

@testable import ElectronDiffraction

@Suite struct PatternProjectorTests {
  let geometry = KikuchiGeometry(
    shape: FrameShape(rows: 40, columns: 60), patternCentre: PatternCentre(x: 0.45, y: 0.3, z: 0.6),
    sampleTilt: 0.8, screenTilt: 0.1, azimuth: 0.05, twist: 0.02)
  /// Smooth on the scale of the grid, so that the slope between two points is the derivative.
  let master = MasterPattern(size: 801) {
    Float(100 + sin(2 * $0.x + 1) * 10 + cos(2 * $0.y - $0.z) * 8 + 12 * $0.z * $0.x)
  }

  @Test func seesWhatTheGeometrySays() {
    let projector = PatternProjector(master: master, geometry: geometry)
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<20 {
      let g = generator.rotation()
      let pattern = projector.pattern(g)
      for row in 0..<40 {
        for column in 0..<60 {
          let ray = geometry.ray(row: Double(row), column: Double(column))
          let expected = master(g(geometry.detectorToSample(ray)))
          #expect(abs(Double(pattern[row * 60 + column]) - expected) < 2e-3)
        }
      }
    }
  }

  @Test func aMaskPicksPixels() {
    let mask = PatternMask.circle(geometry.shape)
    let g = Rotation(vector: SIMD3(0.3, 0.7, -0.2))
    let all = PatternProjector(master: master, geometry: geometry).pattern(g)
    #expect(PatternProjector(master: master, geometry: geometry, mask: mask).pattern(g) == mask.values(all))
    #expect(abs(Double(mask.pixels.count) - .pi * 400) < 40)
  }

  @Test func aStretchedCellMovesBandsWithItsPlanes() {
    // A line of the zone of a plane stays dark: intensity |n · v| is zero in the plane, whatever the cell.
    let (pristine, charged) = (UnitCell(hexagonal: 2.872, c: 14.2), UnitCell(hexagonal: 2.819, c: 14.483))
    let ratio = log(charged.c / charged.a / (pristine.c / pristine.a))
    for indices in [MillerIndices(1, 0, 4), MillerIndices(0, 1, 8), MillerIndices(1, 1, 3)] {
      let normal = pristine.planeNormal(indices)
      let zone = MasterPattern(size: 1001) { Float(($0 * normal).sum()) }
      let projector = PatternProjector(master: zone, geometry: geometry)
      let pose = CrystalPose(
        orientation: .identity, patternCentre: geometry.patternCentre, logAxialRatio: ratio)
      let pattern = projector.pattern(pose)
      let moved = charged.planeNormal(indices)
      for pixel in 0..<geometry.shape.count {
        let ray = geometry.detectorToSample(
          geometry.ray(row: Double(pixel / 60), column: Double(pixel % 60)))
        let sine = (ray * moved).sum() / (ray * ray).sum().squareRoot()
        if abs(sine) < 0.003 { #expect(abs(pattern[pixel]) < 0.004) }
        if abs(sine) > 0.02 { #expect((pattern[pixel] > 0) == (sine > 0)) }
      }
    }
  }

  @Test func derivativesAreThoseOfFiniteDifferences() {
    let projector = PatternProjector(master: master, geometry: geometry)
    let n = projector.count
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<5 {
      let pose = CrystalPose(
        orientation: generator.rotation(), patternCentre: geometry.patternCentre, logAxialRatio: 0.02)
      var planes = [Float](repeating: 0, count: PatternProjector.planes * n)
      planes.withUnsafeMutableBufferPointer {
        projector.derivatives(pose, pixels: 0..<n, into: $0.baseAddress!, stride: n)
      }
      let h = 4e-3
      for unknown in 0..<7 {
        func shifted(_ step: Double) -> [Float] {
          var all = [Double](repeating: 0, count: 7)
          all[unknown] = step
          return projector.pattern(
            pose.moved(turn: SIMD3(all[0], all[1], all[2]), centre: SIMD3(all[3], all[4], all[5]), ratio: all[6]))
        }
        let (plus, minus) = (shifted(h), shifted(-h))
        var (error, size) = (0.0, 0.0)
        // Cells across the folds of the grid, its diagonals and its edges, have slopes of their own.
        let smooth = (0..<n).filter { pixel in
          let ray = geometry.ray(row: Double(pixel / 60), column: Double(pixel % 60))
          var v = pose.orientation(geometry.detectorToSample(ray))
          v.z *= exp(-pose.logAxialRatio)
          let point = MasterPattern.point(v)
          return abs(abs(point.x) - abs(point.y)) > 0.02 && max(abs(point.x), abs(point.y)) < 0.99
        }
        #expect(smooth.count > n / 2)
        for pixel in smooth {
          let difference = Double(plus[pixel] - minus[pixel]) / (2 * h)
          let analytic = Double(planes[(unknown + 1) * n + pixel])
          error += (difference - analytic) * (difference - analytic)
          size += analytic * analytic
        }
        // The slope of a cell of the grid is constant: half a cell off it is up to 2 x 0.002 rad off.
        #expect((error / size).squareRoot() < 0.02, "unknown \(unknown)")
      }
    }
  }

  @Test func looksAlongThePoles() {
    let head = KikuchiGeometry(
      shape: FrameShape(rows: 3, columns: 3), patternCentre: PatternCentre(x: 0.5, y: 0.5, z: 0.5),
      sampleTilt: .pi / 2)
    let projector = PatternProjector(master: master, geometry: head)
    for turn in [0, Double.pi] {
      let pattern = projector.pattern(Rotation(axis: SIMD3(1, 0, 0), angle: turn))
      #expect(pattern.allSatisfy { $0.isFinite })
      var planes = [Float](repeating: 0, count: PatternProjector.planes * 9)
      planes.withUnsafeMutableBufferPointer {
        projector.derivatives(
          CrystalPose(Rotation(axis: SIMD3(1, 0, 0), angle: turn), in: head), pixels: 0..<9,
          into: $0.baseAddress!, stride: 9)
      }
      #expect(planes.allSatisfy { $0.isFinite && abs($0) < 1000 })
    }
  }
}
