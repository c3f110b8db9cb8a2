public import ArrayMath
internal import Foundation

/// The forward model: what a detector counts while a beam steps over an object.
///
/// In each pattern
///
///     I_j = D[Poisson(Σ_k |𝓕[P_k(r) O(r + R_j)]|² + b)],
///
/// with the modes P_k of a partially coherent beam, the true positions R_j, a background b, and D what the detector does
/// to the counts. Positions between pixels move the probe by the fraction through its Fourier transform.
public struct PtychographySimulation: Sendable {
  public var geometry: ScanGeometry
  /// The extent of the patterns.
  public var window: FrameShape
  /// The modes of the illumination in their relative strengths, the axis at (rows/2, columns/2).
  public var probes: [ComplexImage]
  /// The positions that a file would state, in metres; (0, 0) is the middle of the object.
  public var positions: [ScanPosition]
  public var positionError = PositionError.none
  /// Whether true positions are moved to the nearest whole pixel, so that an engine without sub-pixel positions can reach
  /// the truth.
  public var wholePixels = false
  /// Σ I of a pattern without a sample.
  public var photons: Double
  /// Whether counts scatter as photons do; otherwise they are the expectation, rounded.
  public var isNoisy = true
  public var faults = DetectorFaults()

  public init(
    geometry: ScanGeometry, window: FrameShape, probes: [ComplexImage], positions: [ScanPosition], photons: Double
  ) {
    self.geometry = geometry
    self.window = window
    self.probes = probes
    self.positions = positions
    self.photons = photons
  }

  /// The smallest object that holds every window, with room around.
  ///
  /// - Parameter margin: pixels around; position errors need some.
  public func objectShape(margin: Int = 16) -> FrameShape {
    let pixel = geometry.objectPixel(for: window)
    func extent(_ values: [Double], _ length: Int) -> Int {
      let reach = values.map { abs($0) }.max() ?? 0
      return 2 * Int(reach.rounded(.up)) + length + 2 * margin
    }
    return FrameShape(
      rows: extent(positions.map { $0.y / pixel.height }, window.rows),
      columns: extent(positions.map { $0.x / pixel.width }, window.columns))
  }

  /// Simulates one projection.
  ///
  /// - Parameters:
  ///   - object: the transmission; its pixels are those of ``ScanGeometry/objectPixel(for:)``.
  ///   - seed: of the run.
  ///   - item: the number of the projection: position errors and counts depend on seed, item and pattern alone.
  ///   - threads: patterns are computed side by side.
  /// - Throws: ``PtychographyError`` where the object does not hold every window, and for probes that are missing, dark or
  ///   of another extent than the window.
  public func run(
    object: ComplexImage, seed: UInt64, item: Int = 0, threads: Int = 1
  ) throws -> SimulatedScan {
    try check()
    let pixel = geometry.objectPixel(for: window)
    var positionGenerator = SeededGenerator(seed: seed ^ 0x706F_7369, item: item)
    var windows: [PixelPosition] = []
    var truePositions: [ScanPosition] = []
    for nominal in positions {
      var position = positionError.applied(to: nominal, using: &positionGenerator)
      var row = Double(object.rows / 2 - window.rows / 2) + position.y / pixel.height
      var column = Double(object.columns / 2 - window.columns / 2) + position.x / pixel.width
      if wholePixels {
        position.y += (row.rounded() - row) * pixel.height
        position.x += (column.rounded() - column) * pixel.width
        row.round()
        column.round()
      }
      guard row >= 0, column >= 0, row.rounded(.up) + Double(window.rows) <= Double(object.rows),
        column.rounded(.up) + Double(window.columns) <= Double(object.columns)
      else {
        throw PtychographyError.invalid(
          "the object (\(object.rows) x \(object.columns) pixels) does not hold the window of \(window.rows) x \(window.columns) pixels at row \(row), column \(column); make it at least \(objectShape().rows) x \(objectShape().columns)"
        )
      }
      windows.append(PixelPosition(row: row, column: column))
      truePositions.append(position)
    }

    let power = probes.reduce(0) { $0 + $1.power }
    let scale = Float((photons / power).squareRoot())
    let modes = probes.map { probe in probe.map { scale * $0 } }.sorted { $0.power > $1.power }
    var faultGenerator = SeededGenerator(seed: seed ^ 0x6661_756C, item: 0)
    let kinds = faults.pixels(of: window, using: &faultGenerator)
    let expectation = ExpectedPattern(object: object, modes: modes, geometry: geometry, window: window)

    let base = SeededGenerator.stream(seed: seed, item: item)
    let placed = windows
    func counted<Count: FixedWidthInteger & Sendable>(as type: Count.Type) throws -> [Count]? {
      var all = [Count](repeating: 0, count: placed.count * window.count)
      let fits = try all.withUnsafeMutableBufferPointer { memory -> Bool in
        let frames = FrameWriter(start: memory)
        return try parallelMap(count: placed.count, threads: threads) { index -> Bool in
          // Each pattern draws from its own stream, so that neither threads nor other patterns change it.
          var generator = SeededGenerator(seed: base, item: index)
          return frames.write(
            index, expectation.pattern(at: placed[index]), kinds, faults, isNoisy: isNoisy, generator: &generator)
        }.allSatisfy(\.self)
      }
      return fits ? all : nil
    }
    // Two bytes a count nearly always hold them: the rare scan that needs four is computed again.
    let frames: DiffractionData.Counts
    if let narrow = try counted(as: UInt16.self) {
      frames = .narrow(narrow)
    } else if let wide = try counted(as: UInt32.self) {
      frames = .wide(wide)
    } else {
      throw PtychographyError.invalid(
        "a simulated pixel counts more than four bytes hold with \(photons) photons a pattern; lower the photons")
    }
    return SimulatedScan(
      frames: frames, window: window, geometry: geometry, nominalPositions: positions, truePositions: truePositions,
      windows: windows, object: object, probes: modes, mask: kinds.map { $0 != .good }, background: faults.background)
  }

  private func check() throws {
    guard !positions.isEmpty, positions.allSatisfy({ $0.y.isFinite && $0.x.isFinite }) else {
      throw PtychographyError.invalid("a simulated scan needs at least one position, and every one finite")
    }
    guard !probes.isEmpty, probes.allSatisfy({ $0.shape == window }), probes.contains(where: { $0.power > 0 }) else {
      throw PtychographyError.invalid(
        "a simulated scan needs a probe of \(window.rows) x \(window.columns) pixels that is not dark; found \(probes.map { "\($0.rows) x \($0.columns)" })"
      )
    }
    guard photons.isFinite, photons > 0, faults.background >= 0 else {
      throw PtychographyError.invalid(
        "photons must be positive and the background not negative; found \(photons) and \(faults.background)")
    }
    try geometry.check()
  }
}

extension SeededGenerator {
  /// A seed for the patterns of one projection.
  fileprivate static func stream(seed: UInt64, item: Int) -> UInt64 {
    var generator = SeededGenerator(seed: seed ^ 0x7068_6F74, item: item)
    return generator.next()
  }
}
