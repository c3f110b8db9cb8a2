import ArrayMath
import Foundation
import Testing

@testable import Ptychography

@Suite struct ScanPreparationTests {
  /// 96 x 96 frames of the reduced experiment's optics: an annulus on a detector.
  private static func simulated(
    window side: Int = 96, positions: Int = 7, faults: DetectorFaults = DetectorFaults(), photons: Double = 2e5
  ) throws -> SimulatedScan {
    var experiment = ParticleExperiment.reduced(by: 4, positions: positions)
    experiment.window = FrameShape(rows: side, columns: side)
    experiment.defocus = 1.5e-3
    var simulation = try experiment.simulation(seed: 1)
    simulation.faults = faults
    simulation.photons = photons
    return try experiment.run(angle: 0, simulation: simulation, seed: 1)
  }

  /// The frames of a scan on a larger detector, their centre anywhere.
  private static func placed(
    _ scan: SimulatedScan, frame: FrameShape, centre: (row: Int, column: Int), outside: Int32 = 0
  ) -> PtychographyScan {
    var pixels = [Int32](repeating: outside, count: frame.count * scan.count)
    let window = scan.window
    for index in 0..<scan.count {
      for row in 0..<window.rows {
        for column in 0..<window.columns {
          let y = centre.row - window.rows / 2 + row
          let x = centre.column - window.columns / 2 + column
          guard y >= 0, x >= 0, y < frame.rows, x < frame.columns else { continue }
          let i = index * window.count + row * window.columns + column
          let value: Int32 =
            switch scan.frames {
            case .narrow(let counts): counts[i] == .max ? -1 : Int32(counts[i])
            case .wide(let counts): counts[i] == .max ? -1 : Int32(counts[i])
            }
          pixels[index * frame.count + y * frame.columns + x] = value
        }
      }
    }
    return PtychographyScan(
      name: "placed", geometry: scan.geometry, frames: MemoryFrames(pixels, shape: frame),
      positions: scan.nominalPositions)
  }

  @Test func countsComeThroughUnchangedAndCornerCentred() throws {
    let scan = try Self.simulated()
    let prepared = try ScanPreparation().prepare(scan.scan())
    #expect(prepared.data.counts == scan.data.counts)
    #expect(prepared.data.window == scan.window)
    #expect(prepared.centre == PixelPosition(row: 48, column: 48))
    #expect(prepared.positions == scan.nominalPositions)
    #expect(abs(prepared.photons / ((0..<scan.count).map { scan.data.total($0) }.max() ?? 0) - 1) < 1e-6)
    #expect(prepared.warnings.isEmpty, "\(prepared.warnings)")
    #expect(try ScanPreparation().prepare(scan.scan(), threads: 2).data.counts == prepared.data.counts)
  }

  @Test func theCentreIsFoundByTheProgramThroughGaps() throws {
    let scan = try Self.simulated()
    var placed = Self.placed(scan, frame: FrameShape(rows: 140, columns: 152), centre: (66, 81))
    let clean = try ScanPreparation().prepare(placed)
    #expect(abs(clean.centre.row - 66) <= 0.5 && abs(clean.centre.column - 81) <= 0.5, "\(clean.centre)")
    // A cross of gaps that is off the centre would draw the centre of mass away.
    var preparation = ScanPreparation()
    preparation.settings.chips = ChipGrid(
      rows: [.init(first: 70, width: 6)], columns: [.init(first: 70, width: 6)])
    let gaps = try preparation.prepare(placed)
    #expect(abs(gaps.centre.row - 66) <= 0.5 && abs(gaps.centre.column - 81) <= 0.5, "\(gaps.centre)")
    #expect(abs(gaps.photons / clean.photons - 1) < 0.03, "\(gaps.photons) \(clean.photons)")
    // The largest even size with small prime factors: min(66, 74, 81, 71) on each side.
    #expect(gaps.data.window == FrameShape(rows: 128, columns: 128))
    // Given sizes may reach outside: that is not measured.
    preparation.settings.window = FrameShape(rows: 140, columns: 140)
    let wide = try preparation.prepare(placed)
    #expect(wide.data.window.rows == 140)
    let pattern = wide.data.pattern(0).rolled(rows: 70, columns: 70)
    #expect(pattern[0, 30].isNaN && !pattern[4, 30].isNaN)
    placed.centre = (50, 81)
    #expect(
      try ScanPreparation().prepare(placed).warnings.contains {
        if case .centreDisagrees = $0 { true } else { false }
      })
  }

  @Test func faultyPixelsAreFoundWithoutAMask() throws {
    let faults = DetectorFaults(deadPixels: 12, hotPixels: 6, hotCounts: 300)
    let scan = try Self.simulated(faults: faults, photons: 2e6)
    let prepared = try ScanPreparation().prepare(scan.scan(includesMask: false))
    // Dark pixels where hardly anything is counted cannot be told from good ones, nor do they harm.
    let mean = ProbeEstimate.meanPattern(
      try Self.simulated(photons: 2e6).data
    ).rolled(rows: 48, columns: 48)
    guard case .narrow(let firstFrame) = scan.frames else { return }
    var falselyFound = 0
    var dead = 0
    for i in scan.mask.pixels.indices {
      if prepared.mask.pixels[i] && !scan.mask.pixels[i] { falselyFound += 1 }
      guard scan.mask.pixels[i], mean.pixels[i] * Float(scan.count) > 60, firstFrame[i] == 0 else { continue }
      dead += 1
      #expect(prepared.mask.pixels[i], "\(i / 96), \(i % 96)")
    }
    #expect(dead >= 3, "\(dead) dead pixels lie in the light")
    #expect(falselyFound == 0)
    // Hot ones are found wherever they are, save in the brightest light.
    let hot = scan.mask.pixels.indices.filter { scan.mask.pixels[$0] && firstFrame[$0] > 200 && mean.pixels[$0] < 40 }
    #expect(hot.count >= 3 && hot.allSatisfy { prepared.mask.pixels[$0] })
  }

  @Test func valuesThatAreNoCountsAreNotMeasured() throws {
    let scan = try Self.simulated(positions: 5)
    let placed = Self.placed(scan, frame: FrameShape(rows: 96, columns: 96), centre: (48, 48))
    guard let integers = placed.frames as? MemoryFrames<Int32> else { return }
    func prepared<Pixel: BitwiseCopyable & Sendable>(
      _ bad: [Pixel], _ convert: (Int32) -> Pixel
    ) throws -> PreparedScan {
      var pixels = integers.pixels.map(convert)
      for frame in 0..<scan.count {
        for (k, value) in bad.enumerated() { pixels[frame * 9216 + 40 * 96 + 10 + k] = value }
      }
      // Once in one frame alone.
      pixels[9216 + 20 * 96 + 20] = bad[0]
      var other = placed
      other.frames = MemoryFrames(pixels, shape: integers.shape)
      other.centre = (48, 48)
      return try ScanPreparation().prepare(other)
    }
    let reference = try prepared([Int32(-1), -2, .max]) { $0 }
    #expect(try prepared([UInt32.max, .max, .max]) { UInt32($0) }.data.counts == reference.data.counts)
    #expect(try prepared([UInt16.max, .max, .max]) { UInt16($0) }.data.counts == reference.data.counts)
    #expect(try prepared([Float.nan, -.infinity, -1]) { Float($0) }.data.counts == reference.data.counts)
    #expect(try prepared([Double.nan, 4_294_967_295, 1e300]) { Double($0) }.data.counts == reference.data.counts)
    #expect(try prepared([Int64(-1), 4_294_967_295, .max]) { Int64($0) }.data.counts == reference.data.counts)
    #expect(reference.mask.pixels.count(where: \.self) == 3)
    #expect(reference.data.pattern(1).rolled(rows: 48, columns: 48)[20, 20].isNaN)
    #expect(!reference.data.pattern(2).rolled(rows: 48, columns: 48)[20, 20].isNaN)
    #expect(reference.notes.contains { $0.contains("3 pixels hold a value that is no count") })
    // Numbers with fractions are rounded, and that is said.
    let rounded = try prepared([Float.nan, -1, -1]) { Float($0) + 0.25 }
    #expect(rounded.data.counts == reference.data.counts)
    #expect(rounded.warnings.contains { if case .fractionsRounded = $0 { true } else { false } })
  }

  @Test func fullCountersAndFilledSeamsAreSeen() throws {
    let saturated = try Self.simulated(faults: DetectorFaults(saturation: 255), photons: 2e6)
    let prepared = try ScanPreparation().prepare(saturated.scan())
    guard case .narrow(let counts) = prepared.data.counts else { return }
    #expect(!counts.contains(255) && counts.contains(.max))
    #expect(prepared.notes.contains { $0.contains("full counter") })
    // Two rows that repeat their neighbour, as files with wide pixels have them.
    let scan = try Self.simulated()
    var placed = Self.placed(scan, frame: FrameShape(rows: 96, columns: 96), centre: (48, 48))
    guard var pixels = (placed.frames as? MemoryFrames<Int32>)?.pixels else { return }
    for frame in 0..<scan.count {
      for column in 0..<96 {
        pixels[frame * 9216 + 52 * 96 + column] = pixels[frame * 9216 + 51 * 96 + column]
        pixels[frame * 9216 + 53 * 96 + column] = pixels[frame * 9216 + 51 * 96 + column]
      }
    }
    placed.frames = MemoryFrames(pixels, shape: FrameShape(rows: 96, columns: 96))
    let seams = try ScanPreparation().prepare(placed)
    #expect(seams.mask.pixels.count(where: \.self) == 3 * 96)
    #expect(seams.notes.contains { $0.hasPrefix("Rows 51 to 53 repeat") })
  }

  @Test func garbageUnderTheMaskChangesNothing() throws {
    let scan = try Self.simulated()
    guard case .narrow(var counts) = scan.frames else { return }
    var file = scan.scan()
    file.centre = nil
    var mask = Image(repeating: false, shape: scan.window)
    var generator = SeededGenerator(seed: 1)
    for i in mask.pixels.indices where generator.uniform() < 0.05 { mask.pixels[i] = true }
    file.mask = mask
    let clean = try ScanPreparation().prepare(file)
    for frame in 0..<scan.count {
      for i in mask.pixels.indices where mask.pixels[i] {
        counts[frame * scan.window.count + i] = UInt16(truncatingIfNeeded: generator.next())
      }
    }
    file.frames = MemoryFrames(counts, shape: scan.window)
    let dirty = try ScanPreparation().prepare(file)
    #expect(dirty.data.counts == clean.data.counts && dirty.mask == clean.mask)
    #expect(dirty.photons == clean.photons && dirty.centre == clean.centre && dirty.notes == clean.notes)
    #expect(dirty.warnings == clean.warnings)
  }

  @Test func theNearFieldKeepsItsFrame() throws {
    let geometry = ScanGeometry(
      wavelength: 1e-10, distance: 0.5, pixelHeight: 1e-6, pixelWidth: 1e-6, propagation: .nearField, focusDistance: 0.1
    )
    let frame = FrameShape(rows: 40, columns: 52)
    let counts = (0..<25 * frame.count).map { UInt16(20 + $0 % 7) }
    var generator = SeededGenerator(seed: 1)
    let scan = PtychographyScan(
      name: "near", geometry: geometry, frames: MemoryFrames(counts, shape: frame),
      positions: ScanPattern.jitteredRaster(rows: 5, columns: 5, step: 2e-6, jitter: 0.3).positions(using: &generator))
    let prepared = try ScanPreparation().prepare(scan)
    // 52 has the factor 13; 50 is what fits.
    #expect(prepared.data.window == FrameShape(rows: 40, columns: 50))
    #expect(prepared.data.pattern(3)[5, 0] == Float(counts[3 * frame.count + 5 * 52 + 1]))
    #expect(abs(prepared.pixel.height - 1e-6 / 6) < 1e-12)
  }

  @Test func largeCountsTakeFourBytes() throws {
    let scan = try Self.simulated(positions: 5, photons: 3e8)
    let prepared = try ScanPreparation().prepare(scan.scan())
    guard case .wide = prepared.data.counts else {
      Issue.record("counts above 65534 need four bytes")
      return
    }
    #expect(prepared.data.counts == scan.data.counts)
  }

  @Test func cornerCentredFramesGiveTheSame() throws {
    let scan = try Self.simulated(
      faults: DetectorFaults(chips: ChipGrid(rows: [.init(first: 30, width: 2)], columns: [])))
    var corner = scan.scan()
    guard case .narrow(let counts) = scan.data.counts else { return }
    corner.frames = MemoryFrames(counts, shape: scan.window)
    corner.isCornerCentred = true
    corner.mask = scan.mask.rolledToCorner()
    let prepared = try ScanPreparation().prepare(corner)
    #expect(prepared.data.counts == scan.data.counts)
    var settings = ScanPreparation.Settings()
    settings.window = FrameShape(rows: 64, columns: 64)
    let low = try ScanPreparation(settings).prepare(corner)
    var straight = scan.scan()
    straight.centre = (48, 48)
    #expect(try ScanPreparation(settings).prepare(straight).data.counts == low.data.counts)
    #expect(low.mask == scan.mask.rolledToCorner())
  }

  @Test func doubtsAreNamed() throws {
    let scan = try Self.simulated(positions: 4)
    var file = scan.scan()
    func warnings(_ settings: ScanPreparation.Settings = .init()) throws -> [ScanWarning] {
      try ScanPreparation(settings).prepare(file).warnings
    }
    #expect(try warnings() == [.fewPositions(count: 16)])
    var settings = ScanPreparation.Settings()
    settings.probeDiameter = 0.3e-6
    #expect(try warnings(settings).contains { if case .smallOverlap = $0 { true } else { false } })
    settings.probeDiameter = 0.1e-6
    #expect(throws: PtychographyError.self) { try warnings(settings) }
    settings.probeDiameter = 3e-6
    #expect(try warnings(settings).contains { if case .probeWiderThanHalfTheWindow = $0 { true } else { false } })
    file.positions[3] = ScanPosition(y: 5e-6, x: 5e-6)
    #expect(try warnings().contains { if case .isolatedPositions([3], _) = $0 { true } else { false } })
    var generator = SeededGenerator(seed: 1)
    file.positions = ScanPattern.raster(rows: 4, columns: 4, step: 2e-7).positions(using: &generator)
    #expect(try warnings().contains { if case .regularGrid = $0 { true } else { false } })
    guard case .narrow(var counts) = scan.frames else { return }
    for i in 0..<scan.window.count { counts[2 * scan.window.count + i] = 0 }
    file.frames = MemoryFrames(counts, shape: scan.window)
    #expect(try warnings().contains(.emptyPatterns(indices: [2])))
    for warning in try warnings() { #expect(warning.description.count > 40) }
  }

  @Test func whatCannotBeReconstructedIsRefused() throws {
    let scan = try Self.simulated(positions: 4)
    func refused(
      _ part: String, _ settings: ScanPreparation.Settings = .init(), _ change: (inout PtychographyScan) -> Void
    ) {
      var file = scan.scan()
      change(&file)
      do {
        _ = try ScanPreparation(settings).prepare(file)
        Issue.record("\(part) was not refused")
      } catch { #expect("\(error)".contains(part), "\(error)") }
    }
    let shape = scan.window
    refused("no frames") {
      $0.frames = MemoryFrames([UInt16](), shape: shape)
      $0.positions = []
    }
    refused("16 frames and 15 positions") { $0.positions.removeLast() }
    refused("all pixels are masked") { $0.mask = Image(repeating: true, shape: shape) }
    refused("no pixel counts anything") {
      $0.frames = MemoryFrames([UInt16](repeating: 0, count: 16 * shape.count), shape: shape)
    }
    refused("distance from the sample") { $0.geometry.distance = 0 }
    refused("wavelength") { $0.geometry.wavelength = .nan }
    refused("position 2 is not a number") { $0.positions[2].x = .infinity }
    refused("are the same") { $0.positions = [ScanPosition](repeating: ScanPosition(y: 0, x: 0), count: 16) }
    refused("positions' unit") { $0.positions = $0.positions.map { ScanPosition(y: $0.y * 1e6, x: $0.x * 1e6) } }
    refused("lies outside the frames") { $0.centre = (500, 3) }
    refused("the mask is 5 x 5") { $0.mask = Image(repeating: false, shape: FrameShape(rows: 5, columns: 5)) }
    refused("scale of normalised frames") {
      $0.frames = MemoryFrames([Float](repeating: 1e-3, count: 16 * shape.count), shape: shape)
    }
    var settings = ScanPreparation.Settings()
    settings.window = FrameShape(rows: 128, columns: 128)
    refused("do not fit", settings) { _ in }
    settings.window = FrameShape(rows: 63, columns: 63)
    refused("even numbers", settings) { _ in }
  }

  @Test func theMapOfLightIsBrightWhereTheScanWas() throws {
    let scan = try Self.simulated()
    let prepared = try ScanPreparation().prepare(scan.scan())
    let map = IlluminationMap(
      probes: scan.probes, positions: prepared.layout.positions, objectShape: prepared.layout.objectShape)
    #expect(map.image.pixels.max() == 1)
    let region = prepared.layout.scannedRegion(window: prepared.data.window)
    // Six steps of 0.25 um on pixels of 57.3 nm, and the jitter: 26 to 30 pixels.
    #expect(abs(region.rows.count - 28) < 4 && abs(region.columns.count - 28) < 4, "\(region)")
    let inside = map.image.cropped(rows: region.rows, columns: region.columns)
    #expect(inside.pixels.reduce(0, +) > 0.25 * map.image.pixels.reduce(0, +))
    #expect(map.image[0, 0] < 0.01)
  }

  @Test func chipGridsComeFromTheirSizes() throws {
    let grid = try ChipGrid(
      chip: FrameShape(rows: 256, columns: 256), gap: 3, edge: 1, frame: FrameShape(rows: 515, columns: 800))
    #expect(grid.rows == [.init(first: 255, width: 5)])
    #expect(grid.columns == [.init(first: 255, width: 5), .init(first: 514, width: 5), .init(first: 773, width: 5)])
    #expect(grid.mask(FrameShape(rows: 300, columns: 300)).pixels.count(where: \.self) == 2 * 5 * 300 - 25)
    let odd = ChipGrid(rows: [.init(first: -3, width: 5), .init(first: .max, width: .max)], columns: [])
    #expect(odd.mask(FrameShape(rows: 4, columns: 2)).pixels.count(where: \.self) == 4)
    #expect(throws: PtychographyError.self) {
      try ChipGrid(chip: FrameShape(rows: 0, columns: 2), gap: 3, frame: FrameShape(rows: 5, columns: 5))
    }
  }
}
