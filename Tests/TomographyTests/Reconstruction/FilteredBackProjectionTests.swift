import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct FilteredBackProjectionTests {
  private static func noisy(_ geometry: ProjectionGeometry, rows: Int, columns: Int, seed: UInt64) throws
    -> ProjectionStack
  {
    let count = geometry.count * rows * columns
    return try ProjectionStack(
      ParallelProjectorTests.noise(count, seed: seed), shape: FrameShape(rows: rows, columns: columns),
      geometry: geometry)
  }

  private static func rms(_ a: [Float], _ b: [Float]) -> Double {
    (zip(a, b).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) } / Double(a.count)).squareRoot()
  }

  /// At multiples of a quarter of a turn voxels are seen at the centres of pixels, so that neither interpolates.
  @Test func isTheConvolutionWithTheRamp() throws {
    let geometry = ProjectionGeometry(
      angles: [0, .pi / 2], axisColumn: 13,
      displacements: [ImageShift(rows: 0, columns: 3), ImageShift(rows: -1, columns: -2)])
    let stack = try Self.noisy(geometry, rows: 5, columns: 24, seed: 1)
    var method = FilteredBackProjection()
    let plain = PlainReconstruction.filteredBackProjection(stack)
    // The filter makes up for a box of a quarter of a pixel, which these places do not see.
    let fast = try method(stack, threads: 1)
    let inner = VolumeShape(slices: 3, rows: 24, columns: 24)
    func middle(_ volume: ScalarVolume) -> [Float] {
      Array(volume.voxels[volume.shape.slice.count..<(1 + inner.slices) * volume.shape.slice.count])
    }
    let scale = Self.rms(middle(plain), Array(repeating: 0, count: inner.count))
    #expect(Self.rms(middle(fast), middle(plain)) < 0.03 * scale)
    method.padding = 5
    #expect(Self.rms(middle(try method(stack, threads: 1)), middle(fast)) < 1e-4 * scale)
  }

  /// Smooth data: a quarter of a pixel and linear interpolation are both close.
  @Test(arguments: RotationSense.allCases) func isWhatThePlainOneIs(sense: RotationSense) throws {
    var geometry = ProjectionGeometry(
      angles: ProjectionGeometry.halfTurn(40), axisColumn: 25.4, axisTilt: 0.03, sense: sense)
    geometry.displacements = (0..<40).map { ImageShift(rows: 0, columns: 1.5 * sin(Double($0))) }
    let shape = FrameShape(rows: 20, columns: 48)
    let blob = EllipsePhantom([
      .init(density: 1, semiAxes: (0.5, 0.3), centre: (0.2, -0.2), inclination: 0.5),
      .init(density: -0.5, semiAxes: (0.2, 0.2), centre: (0.3, -0.1)),
    ])
    let stack = try blob.projections(geometry, shape: shape, subsamples: 8)
    let fast = try FilteredBackProjection(RampFilter(.hann))(stack, threads: 2)
    // The plain one on rows smoothed as the window does: 1/4, 1/2, 1/4.
    var smooth = stack
    for row in 0..<geometry.count * shape.rows {
      for column in 1..<shape.columns - 1 {
        let place = row * shape.columns + column
        smooth.pixels[place] =
          0.25 * stack.pixels[place - 1] + 0.5 * stack.pixels[place] + 0.25 * stack.pixels[place + 1]
      }
    }
    let plain = PlainReconstruction.filteredBackProjection(smooth)
    #expect(Self.rms(fast.voxels, plain.voxels) < 0.012)
  }

  @Test func doesNotDependOnThreadsMemoryOrBlocks() throws {
    for tilt in [0, 0.01] {
      var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(70), axisColumn: 40, axisTilt: tilt)
      geometry.displacements = (0..<70).map { ImageShift(rows: 2 * sin(Double($0)), columns: cos(Double(5 * $0))) }
      let stack = try Self.noisy(geometry, rows: 75, columns: 80, seed: 1)
      let method = FilteredBackProjection()
      let one = try method(stack, threads: 1)
      #expect(one == (try method(stack, threads: 4)))
      let least = method.workingMemory(stack, threads: 1).least
      #expect(one == (try method(stack, threads: 2, memory: least)))
      var next = 21
      try method.reconstruct(stack, threads: 2, memory: least, slices: 21..<70) { slices, voxels in
        #expect(slices.lowerBound == next && slices.count <= 16 && voxels.count == slices.count * 6400)
        #expect(voxels.elementsEqual(one.voxels[slices.lowerBound * 6400..<slices.upperBound * 6400]))
        next = slices.upperBound
      }
      #expect(next == 70)
      #expect(throws: TomographyError.self) { try method(stack, threads: 1, memory: least / 2) }
    }
  }

  /// The same disc with any number of angles, uneven ones, any padding and any filter: its mean is 1.
  @Test func hasOneScale() throws {
    let disc = EllipsePhantom([.init(density: 1, semiAxes: (0.6, 0.6))])
    let shape = FrameShape(rows: 1, columns: 96)
    func mean(_ angles: [Double], _ change: (inout FilteredBackProjection) -> Void = { _ in }) throws -> Double {
      var method = FilteredBackProjection()
      change(&method)
      let geometry = ProjectionGeometry(angles: angles, axisColumn: 48)
      let slice = try method(disc.projections(geometry, shape: shape), threads: 1)
      var (sum, count) = (0.0, 0.0)
      for i in 0..<96 {
        for j in 0..<96 where hypot(Double(i) - 47.5, Double(j) - 47.5) < 12 {
          sum += Double(slice[0, i, j])
          count += 1
        }
      }
      return sum / count
    }
    for count in [60, 151, 600] { #expect(abs(try mean(ProjectionGeometry.halfTurn(count)) - 1) < 1e-3) }
    // Twice as dense over a third of half a turn; a whole turn.
    let degree = Double.pi / 180
    let uneven = (0..<60).map { Double($0) * degree } + (0..<60).map { Double(60 + 2 * $0) * degree }
    #expect(abs(try mean(uneven) - 1) < 1e-3)
    #expect(abs(try mean((0..<200).map { 1.8 * degree * Double($0) }) - 1) < 1e-3)
    for padding in [0, 3, 8] {
      #expect(abs(try mean(ProjectionGeometry.halfTurn(150)) { $0.padding = Double(padding) } - 1) < 1e-3)
    }
    for window in RampFilter.Window.allCases {
      #expect(abs(try mean(ProjectionGeometry.halfTurn(150)) { $0.filter = RampFilter(window) } - 1) < 1e-3)
      let low = try mean(ProjectionGeometry.halfTurn(150)) { $0.filter = RampFilter(window, cutOff: 0.4) }
      // A window that does not fade rings.
      #expect(abs(low - 1) < (window == .ramp ? 4e-3 : 2e-3), "\(window)")
    }
  }

  /// Displaced views give the slices of undisplaced ones.
  @Test(arguments: [0, 0.01]) func displacementsAreTakenBack(tilt: Double) throws {
    let shape = FrameShape(rows: 48, columns: 64)
    let phantom = EllipsePhantom([.init(density: 1, semiAxes: (0.5, 0.4), centre: (0.1, 0.2))])
    func profile(_ height: Double) -> Double { exp(-pow((height - 24) / 6, 2)) }
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(90), axisColumn: 32)
    let still = try FilteredBackProjection()(phantom.projections(geometry, shape: shape, profile: profile), threads: 2)
    geometry.axisColumn = 32.7
    geometry.axisTilt = tilt
    geometry.displacements = (0..<90).map {
      ImageShift(rows: 3.3 * sin(Double($0)), columns: 2.6 * cos(Double(7 * $0)))
    }
    let moved = try FilteredBackProjection()(phantom.projections(geometry, shape: shape, profile: profile), threads: 2)
    // What is left is the mean over a pixel, taken elsewhere.
    #expect(Self.rms(still.voxels, moved.voxels) < 0.012)
    func middle(_ volume: ScalarVolume) -> Float {
      (34...42).reduce(0) { sum, row in (31...39).reduce(sum) { $0 + volume[24, row, $1] } } / 81
    }
    #expect(abs(middle(still) - middle(moved)) < 1e-3)
  }

  /// A slice out of sight of some views is as dense as the others.
  @Test func aViewThatDoesNotSeeASliceCountsNothing() throws {
    let shape = FrameShape(rows: 8, columns: 64)
    let disc = EllipsePhantom([.init(density: 1, semiAxes: (0.5, 0.5))])
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(90), axisColumn: 32)
    geometry.displacements = (0..<90).map { ImageShift(rows: $0.isMultiple(of: 3) ? -2 : 0, columns: 0) }
    var stack = try disc.projections(geometry, shape: shape)
    // Nothing of row 5 was measured in view 10.
    for column in 0..<64 { stack.pixels[(10 * 8 + 5) * 64 + column] = .nan }
    let volume = try FilteredBackProjection()(stack, threads: 1)
    for slice in 0..<8 { #expect(abs(volume[slice, 32, 32] - 1) < 0.01) }
  }

  /// A disc wider than the projections: with edges extended its middle is nearly flat, without it is not.
  @Test func extendedEdgesKeepTheInsideOfWideSamplesFlat() throws {
    let wide = EllipsePhantom([.init(density: 1, semiAxes: (0.9, 0.9))])
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(180), axisColumn: 40)
    let stack = try wide.projections(geometry, shape: FrameShape(rows: 1, columns: 80), width: 128)
    func rise(_ edges: FilteredBackProjection.Edges) throws -> Float {
      var method = FilteredBackProjection()
      method.edges = edges
      let slice = try method(stack, threads: 1)
      return slice[0, 40, 74] - slice[0, 40, 40]
    }
    #expect(try rise(.zeros) > 0.3)
    #expect(abs(try rise(.extended)) < 0.1)
  }

  @Test func whatMakesNoSenseIsAnError() throws {
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(3), axisColumn: 8)
    var stack = try Self.noisy(geometry, rows: 2, columns: 16, seed: 1)
    #expect(throws: TomographyError.self) {
      try FilteredBackProjection(RampFilter(.hann, cutOff: 0))(stack, threads: 1)
    }
    #expect(throws: TomographyError.self) { try FilteredBackProjection(size: 0)(stack, threads: 1) }
    #expect(throws: TomographyError.self) {
      try FilteredBackProjection().reconstruct(stack, threads: 1, slices: 1..<3) { _, _ in }
    }
    stack.geometry.angles[1] = .nan
    #expect(throws: TomographyError.self) { try FilteredBackProjection()(stack, threads: 1) }
    #expect(throws: TomographyError.self) {
      try ParallelProjector().adjoint(stack, shape: VolumeShape(slices: 1, rows: 4, columns: 4), threads: 1)
    }
    // One projection, one column, one row: no error, and nothing but numbers.
    let single = try ProjectionStack(
      [1], shape: FrameShape(rows: 1, columns: 1), geometry: ProjectionGeometry(angles: [0], axisColumn: 0.5))
    #expect(try FilteredBackProjection()(single, threads: 3).voxels.allSatisfy(\.isFinite))
  }
}
