internal import ArrayMath
internal import CKernels
internal import Foundation

/// Filtered back-projection by way of the frequency plane.
///
/// The spectrum of a row lies on a line through the origin of the spectrum of its slice. The samples of all lines, times the
/// filter and the part of half a turn they stand for, are spread over a grid that is finer than the slice needs
/// (``GriddingKernel``) and transformed back; what the kernel did to the slice is divided out. The sum that this approximates,
/// to 10⁻⁶, is that of filtered back-projection with rows interpolated as what they are, limited in bandwidth. Phase factors
/// on the lines put the axis where it is, to any part of a pixel.
///
/// Every step is linear over complex numbers: two slices go through as real and imaginary part of one.
struct FourierBackProjection: Sendable {
  /// How much finer than needed the grid is.
  static let oversampling = 1.5
  /// Distance between the exact phase factors of a line.
  private static let fine = 64

  private let stack: ProjectionStack
  private let filter: LineFilter
  private let slices: SliceGeometry
  private let size: Int
  private let angles: [(cosine: Double, sine: Double, weight: Double)]
  private let line: LineTransform
  private let plane: FourierTransform2D
  private let kernel: GriddingKernel
  /// What a row and a column of the slice are multiplied by.
  private let correction: [Float]

  /// The length to which rows are padded: their ends do not meet.
  static func padded(_ columns: Int) -> Int { LineTransform.length(atLeast: 2 * columns) }
  private static func grid(_ size: Int) -> Int {
    LineTransform.length(atLeast: Int((oversampling * Double(size)).rounded(.up)))
  }

  /// Bytes in use beside the stack.
  static func memory(columns: Int, rows: Int, size: Int, threads: Int) -> Int {
    let (grid, pitch) = (grid(size), grid(size) + 2 * GriddingKernel.width)
    let numbers: Int = grid * grid + pitch * pitch + 2 * padded(columns)
    return 4 * size * size * rows + threads * 8 * numbers
  }

  /// - Parameters:
  ///   - filter: of length ``padded(_:)`` of the stack's columns.
  ///   - size: rows and columns of the slices.
  /// - Throws: ``TomographyError`` where the geometry is not finite or there is no memory.
  init(_ stack: ProjectionStack, filter: LineFilter, size: Int) throws {
    try stack.requireFiniteGeometry()
    guard size > 0 else {
      throw TomographyError.invalid("slices of \(size) pixels were asked for; expected at least 1")
    }
    self.stack = stack
    self.filter = filter
    self.size = size
    slices = SliceGeometry(stack)
    line = try LineTransform(filter.length)
    let grid = Self.grid(size)
    plane = FourierTransform2D(FrameShape(rows: grid, columns: grid))
    let kernel = GriddingKernel(oversampling: Double(grid) / Double(size))
    self.kernel = kernel
    angles = zip(slices.angles, stack.geometry.angularWeights).map {
      (cos($0), sin($0), $1 / Double(filter.length))
    }
    correction = (0..<size).map { Float(1 / kernel.transform(Double($0 - size / 2) / Double(grid))) }
  }

  /// The volume, 0 beyond the circle that touches the slices' edges.
  func volume(threads: Int) throws -> ScalarVolume {
    // A lean puts the axis elsewhere in each slice, and phase factors serve one slice alone.
    let together = slices.isUpright ? 2 : 1
    let rows = stack.shape.rows
    let groups = (rows + together - 1) / together
    var voxels = [Float](repeating: 0, count: rows * size * size)
    try voxels.withUnsafeMutableBufferPointer { voxels in
      nonisolated(unsafe) let voxels = voxels
      // Work space is taken once for some groups; groups do not touch each other.
      try parallelFor(count: groups, grain: 4, threads: threads) { _, items in
        let space = Workspace(line: line, grid: plane.shape.rows)
        for group in items {
          let first = group * together
          spread(slice: first, and: together == 2 && first + 1 < rows ? first + 1 : nil, space)
          plane.backward(UnsafeMutableBufferPointer(start: space.plane, count: plane.shape.count))
          guard let target = voxels.baseAddress else { return }
          take(space, part: 0, into: target + first * size * size)
          if together == 2, first + 1 < rows { take(space, part: 1, into: target + (first + 1) * size * size) }
        }
      }
    }
    return ScalarVolume(voxels, shape: VolumeShape(slices: rows, rows: size, columns: size))
  }

  /// Memory of one thread.
  private final class Workspace {
    let row: UnsafeMutablePointer<ComplexFloat>
    let samples: UnsafeMutablePointer<ComplexFloat>
    let phases: UnsafeMutablePointer<ComplexFloat>
    let scratch: UnsafeMutablePointer<Float>
    let points: UnsafeMutablePointer<ComplexFloat>
    let plane: UnsafeMutablePointer<ComplexFloat>
    let pitch: Int
    private let raw: [UnsafeMutableRawPointer]

    init(line: LineTransform, grid: Int) {
      pitch = grid + 2 * GriddingKernel.width
      var raw: [UnsafeMutableRawPointer] = []
      func memory(_ bytes: Int) -> UnsafeMutableRawPointer {
        let start = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        raw.append(start)
        return start
      }
      let complex = MemoryLayout<ComplexFloat>.stride
      row = memory(line.length * complex).bindMemory(to: ComplexFloat.self, capacity: line.length)
      samples = memory((line.length + 1) * complex).bindMemory(to: ComplexFloat.self, capacity: line.length + 1)
      let phases = line.length / fine + 2 + fine
      self.phases = memory(phases * complex).bindMemory(to: ComplexFloat.self, capacity: phases)
      scratch = memory(line.scratch * MemoryLayout<Float>.stride).bindMemory(to: Float.self, capacity: line.scratch)
      points = memory(pitch * pitch * complex).bindMemory(to: ComplexFloat.self, capacity: pitch * pitch)
      plane = memory(grid * grid * complex).bindMemory(to: ComplexFloat.self, capacity: grid * grid)
      self.raw = raw
    }

    deinit { for start in raw { start.deallocate() } }
  }

  /// Fills the grid from every projection.
  private func spread(slice: Int, and second: Int?, _ space: Workspace) {
    let (grid, pitch) = (plane.shape.rows, space.pitch)
    let margin = Double(GriddingKernel.width)
    space.points.update(repeating: .zero, count: pitch * pitch)
    let half = line.length / 2
    // From the centre of the slice, about which the transform counts, to the centre of the pixel there.
    let corner = size.isMultiple(of: 2) ? 0.5 : 0
    let coarse = space.phases + Self.fine
    for (view, angle) in angles.enumerated() {
      load(view: view, slice: slice, and: second, into: space.row)
      line.forward(space.row, scratch: space.scratch)
      let axis = slices.axis(of: slice, in: view)
      let turn = 2 * .pi * (axis - 0.5 + corner * (angle.cosine + angle.sine)) / Double(line.length)
      for j in 0..<Self.fine { space.phases[j] = Self.unit(turn * Double(j), 1) }
      for j in 0...line.length / Self.fine + 1 {
        coarse[j] = Self.unit(turn * Double(j * Self.fine - half), angle.weight)
      }
      let samples = Self.floats(space.samples)
      filter.response.withUnsafeBytes { response in
        operando_gridding_filter(
          Self.floats(space.row), response.assumingMemoryBound(to: Float.self).baseAddress, Self.floats(coarse),
          Self.floats(space.phases), line.length, samples)
      }
      let step = Double(grid) / Double(line.length)
      let start = Double(grid) / 2 + margin
      kernel.table.withUnsafeBufferPointer { table in
        operando_gridding_spread(
          samples, line.length + 1, start - Double(half) * step * angle.sine,
          start - Double(half) * step * angle.cosine, step * angle.sine, step * angle.cosine, table.baseAddress,
          Int32(GriddingKernel.divisions), Self.floats(space.points), pitch)
      }
    }
    fold(space)
  }

  private static func unit(_ angle: Double, _ modulus: Double) -> ComplexFloat {
    ComplexFloat(Float(modulus * cos(angle)), Float(modulus * sin(angle)))
  }

  private static func floats(_ numbers: UnsafeMutablePointer<ComplexFloat>) -> UnsafeMutablePointer<Float> {
    UnsafeMutableRawPointer(numbers).assumingMemoryBound(to: Float.self)
  }

  /// One row of a projection, or of two as real and imaginary part, padded with zeros.
  private func load(view: Int, slice: Int, and second: Int?, into row: UnsafeMutablePointer<ComplexFloat>) {
    row.update(repeating: .zero, count: line.length)
    let columns = stack.shape.columns
    let numbers = Self.floats(row)
    stack.pixels.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      for (part, slice) in [(0, slice), (1, second ?? -1)] where slice >= 0 {
        let place = slices.line(of: slice, in: view)
        for (line, share) in [(place.top, 1 - place.part), (place.top + 1, place.part)] where share > 0 {
          guard line >= 0, line < stack.shape.rows else { continue }
          let source = pixels + (view * stack.shape.rows + line) * columns
          for column in 0..<columns {
            let value = source[column]
            numbers[2 * column + part] += value.isNaN ? 0 : share * value
          }
        }
      }
    }
  }

  /// Brings the grid, whose centre is frequency 0, to the order of the transform; what lies beyond an edge belongs to the
  /// other one.
  private func fold(_ space: Workspace) {
    let (grid, pitch, margin) = (plane.shape.rows, space.pitch, GriddingKernel.width)
    space.plane.update(repeating: .zero, count: grid * grid)
    for row in 0..<pitch {
      let target = space.plane + ((row - margin + grid / 2 + grid) % grid) * grid
      let source = space.points + row * pitch + margin
      for column in 0..<grid / 2 { target[column + grid / 2] += source[column] }
      for column in grid / 2..<grid { target[column - grid / 2] += source[column] }
      for column in 0..<margin {
        target[grid / 2 - margin + column] += source[column - margin]
        target[grid / 2 + column] += source[grid + column]
      }
    }
  }

  /// The slice in the real (0) or imaginary (1) part.
  private func take(_ space: Workspace, part: Int, into slice: UnsafeMutablePointer<Float>) {
    let grid = plane.shape.rows
    let numbers = Self.floats(space.plane)
    correction.withUnsafeBufferPointer { correction in
      for row in 0..<size {
        let y = Double(row) + 0.5 - Double(size) / 2
        let source = numbers + ((row - size / 2 + grid) % grid) * grid * 2 + part
        for column in 0..<size {
          let x = Double(column) + 0.5 - Double(size) / 2
          guard x * x + y * y <= Double(size * size) / 4 else { continue }
          let place = (column - size / 2 + grid) % grid
          slice[row * size + column] = source[2 * place] * correction[row] * correction[column]
        }
      }
    }
  }
}
