import ArrayMath
import Foundation
import ImageAnalysis
import Testing
import Tomography

@Suite struct RotationAxisTests {
  /// A grain whose axis lies 5.3 pixels left of the middle and leans; `field` columns from the left are kept.
  private static func scan(
    views: Int = 91, columns: Int = 96, rows: Int = 48, cut: Range<Int>? = nil, tilt: Double = 0.01,
    noise: Double = 0.02
  ) throws -> (stack: ProjectionStack, column: Double) {
    let angles = (0..<views).map { .pi * Double($0) / Double(views - 1) }
    let geometry = ProjectionGeometry(angles: angles, axisColumn: Double(columns) / 2 - 5.3, axisTilt: tilt)
    let phantom = EllipsoidPhantom.porousGrain(radius: 22, height: 24, pores: 20, seed: 3)
    var whole = try phantom.projections(
      geometry, shape: FrameShape(rows: rows, columns: columns), samples: 3, threads: 2)
    var random = SeededGenerator(seed: 1)
    let sigma = Float(noise) * (whole.pixels.max() ?? 0)
    for index in whole.pixels.indices { whole.pixels[index] += sigma * Float(random.normal()) }
    guard let cut else { return (whole, geometry.axisColumn) }
    var pixels: [Float] = []
    for view in 0..<views { pixels += whole.image(view).cropped(rows: 0..<rows, columns: cut).pixels }
    var part = geometry
    part.axisColumn = 0
    part.axisTilt = 0
    let stack = try ProjectionStack(pixels, shape: FrameShape(rows: rows, columns: cut.count), geometry: part)
    return (stack, geometry.axisColumn - Double(cut.lowerBound))
  }

  @Test(arguments: [RotationAxis.Method.pair, .centreOfMass]) func findsColumnAndTilt(method: RotationAxis.Method)
    throws
  {
    let (stack, column) = try Self.scan()
    let axis = try RotationAxis.find(stack, method: method, threads: 2)
    let uncertainty = try #require(axis.uncertainty)
    #expect(abs(axis.column - column) < 4 * uncertainty && uncertainty < 0.05)
    let tilt = try #require(axis.tiltUncertainty)
    #expect(abs(axis.tilt - 0.01) < 4 * tilt && tilt < 0.002)
  }

  @Test func takesTheCentreOfMassWhereAllIsSeenAndAPairWhereItIsCutOff() throws {
    #expect(try RotationAxis.find(Self.scan().stack, threads: 2).method == .centreOfMass)
    let (stack, column) = try Self.scan(cut: 26..<62)
    let axis = try RotationAxis.find(stack, threads: 2)
    #expect(axis.method == .pair)
    #expect(abs(axis.column - column) < 0.2)
    #expect(axis.notes.contains { $0.contains("beyond the sides") })
    #expect(throws: TomographyError.self) { try RotationAxis.find(stack, method: .centreOfMass, threads: 2) }
  }

  @Test func findsTheSharpestSlices() throws {
    let (stack, column) = try Self.scan(tilt: 0)
    let axis = try RotationAxis.find(stack, method: .sharpness, threads: 2)
    #expect(abs(axis.column - column) < 0.3)
  }

  @Test func saysWhatIsMissing() throws {
    let (stack, _) = try Self.scan(views: 31)
    #expect(throws: TomographyError.self) { try RotationAxis.find(stack.selecting([0]), threads: 1) }
    #expect(throws: TomographyError.self) {
      try RotationAxis.find(stack.selecting(Array(0..<20)), method: .pair, threads: 1)
    }
    #expect(throws: TomographyError.self) {
      try RotationAxis.find(stack.selecting([0, 30, 3]), method: .centreOfMass, threads: 1)
    }
  }
}
