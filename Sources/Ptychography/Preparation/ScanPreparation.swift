internal import ArrayMath
internal import Foundation

/// Makes of a file's scan what the engines take: bad pixels masked, the pattern's centre found, patterns cropped and
/// corner-centred, positions in the object's frame.
///
/// Frames are read twice, one by one: first for what every pixel did over the scan, then to copy the counts, which stay
/// whole numbers.
public struct ScanPreparation: Sendable {
  public var settings: Settings

  public init(_ settings: Settings = Settings()) { self.settings = settings }

  /// - Parameters:
  ///   - scan: as a reader returned it.
  ///   - threads: frames are read side by side; the result does not depend on it.
  /// - Throws: ``PtychographyError`` for what cannot be reconstructed, and what reading a frame throws.
  public func prepare(_ scan: PtychographyScan, threads: Int = 1) throws -> PreparedScan {
    try scan.geometry.check()
    try check(scan)
    var notes = scan.notes
    var warnings: [ScanWarning] = []

    let isFloating = scan.frames.pixelType == .float32 || scan.frames.pixelType == .float64
    if isFloating { try inspectFractions(of: scan, &warnings) }
    var conversion = CountConversion(scale: settings.countScale, saturation: settings.saturation)
    var statistics = try PixelStatistics.gathered(from: scan.frames, conversion: conversion, threads: threads)
    if scan.isCornerCentred { statistics = statistics.centred() }

    var mask = try combinedMask(scan, statistics, &notes)
    if settings.saturation == nil,
      let full = FaultyPixels(statistics: statistics, mask: mask).saturatedCount()
    {
      notes.append("Pixels that count \(full), a full counter, are taken as saturated and not used in those frames.")
      conversion = CountConversion(scale: settings.countScale, saturation: full)
      statistics = try PixelStatistics.gathered(from: scan.frames, conversion: conversion, threads: threads)
      if scan.isCornerCentred { statistics = statistics.centred() }
    }
    findFaults(statistics, &mask, &notes)
    guard mask.pixels.contains(false) else {
      throw PtychographyError.invalid(
        "all pixels are masked; check the mask: in some files 1 means good, in others bad")
    }
    let mean = statistics.mean(mask: mask)
    guard mean.pixels.contains(where: { $0 > 0 }) else {
      throw PtychographyError.invalid(
        "no pixel counts anything in any of the \(scan.frames.count) frames\(isFloating ? ": numbers below 0.5 round to no count, so give the scale of normalised frames" : ""); check the dataset and the mask"
      )
    }

    let centre = try patternCentre(scan, mean, &notes, &warnings)
    let crop = try PatternCrop(
      frame: scan.frames.shape, centre: centre, window: settings.window,
      isCornerCentred: scan.isCornerCentred, propagation: scan.geometry.propagation)
    notes += crop.notes

    let positions = scan.positions.map { settings.axes.applied(to: $0) }
    notes.append("Positions: \(settings.axes) of the file.")
    let pixel = scan.geometry.objectPixel(for: crop.window)
    let layout = try self.layout(positions, pixel: pixel, window: crop.window)

    let counts = try crop.counts(
      of: scan.frames, conversion: conversion, mask: mask, statistics: statistics, threads: threads)
    let data = DiffractionData(counts, window: crop.window, count: scan.frames.count, geometry: scan.geometry)
    let photons = try PhotonScale(data).photons(&warnings)
    warnings += try self.warnings(for: positions, scan: scan, window: crop.window, pixel: pixel)
    let masked = crop.maskedFraction(mask)
    if masked > 0.5 { warnings.append(.muchMasked(fraction: masked)) }
    return PreparedScan(
      data: data, positions: positions, layout: layout, mask: scan.isCornerCentred ? mask.rolledToCorner() : mask,
      centre: centre, photons: photons, pixel: pixel, notes: notes, warnings: warnings)
  }

  private func check(_ scan: PtychographyScan) throws {
    let frames = scan.frames
    guard frames.count > 0, frames.shape.count > 0 else {
      throw PtychographyError.invalid(
        "there are no frames: \(frames.count) of \(frames.shape.rows) x \(frames.shape.columns) pixels")
    }
    guard scan.positions.count == frames.count else {
      throw PtychographyError.invalid(
        "there are \(frames.count) frames and \(scan.positions.count) positions; each frame needs its own. Check that both belong to one scan"
      )
    }
    guard frames.count >= 4 else {
      throw PtychographyError.invalid(
        "\(frames.count) positions are too few: object and probe are told apart by the overlap of many; a scan has tens to thousands"
      )
    }
    if let index = scan.positions.firstIndex(where: { !$0.y.isFinite || !$0.x.isFinite }) {
      throw PtychographyError.invalid("position \(index) is not a number; mend the positions or leave the frame out")
    }
    guard settings.countScale.isFinite, settings.countScale > 0, settings.margin >= 0 else {
      throw PtychographyError.invalid(
        "the scale of counts must be positive and the margin not negative; found \(settings.countScale) and \(settings.margin)"
      )
    }
    if let mask = scan.mask, mask.shape != frames.shape {
      throw PtychographyError.invalid(
        "the mask is \(mask.rows) x \(mask.columns) pixels and the frames are \(frames.shape.rows) x \(frames.shape.columns); they must be alike"
      )
    }
  }

  /// Tells whether floating-point frames hold counts, from some of them.
  private func inspectFractions(of scan: PtychographyScan, _ warnings: inout [ScanWarning]) throws {
    var largest: Float = 0
    var hasFractions = false
    for index in stride(from: 0, to: scan.frames.count, by: max(scan.frames.count / 8, 1)) {
      let values = try scan.frames.floats(frame: index)
      for i in values.indices where values[i].isFinite && scan.mask?.pixels[i] != true {
        let scaled = values[i] * Float(settings.countScale)
        largest = max(largest, scaled)
        // Above 2²³ single precision has no fractions to show.
        if scaled > 0, scaled < 8_388_608, scaled != scaled.rounded() { hasFractions = true }
      }
    }
    if hasFractions { warnings.append(.fractionsRounded(largest: Double(largest))) }
  }

  /// What the file, the chip grid and the values themselves say is not measured, in centred order.
  private func combinedMask(
    _ scan: PtychographyScan, _ statistics: PixelStatistics, _ notes: inout [String]
  ) throws -> Image<Bool> {
    let shape = scan.frames.shape
    var mask = scan.mask ?? Image(repeating: false, shape: shape)
    if scan.isCornerCentred { mask = mask.rolledToCentre() }
    func add(_ other: (Int) -> Bool, _ text: (Int) -> String) {
      var count = 0
      for i in mask.pixels.indices where !mask.pixels[i] && other(i) {
        mask.pixels[i] = true
        count += 1
      }
      if count > 0 { notes.append(text(count)) }
    }
    let fromFile = mask.pixels.count(where: \.self)
    if fromFile > 0 { notes.append("\(fromFile) pixels are masked by the file.") }
    if let chips = settings.chips {
      let seams = chips.mask(shape)
      add({ seams.pixels[$0] }, { "\($0) pixels lie in the seams of the chip grid." })
    }
    add(
      { Int(statistics.missing.pixels[$0]) == statistics.count },
      { "\($0) pixels hold a value that is no count (negative, not a number or the type's largest) in every frame." })
    let sometimes = mask.pixels.indices.count { !mask.pixels[$0] && statistics.missing.pixels[$0] > 0 }
    if sometimes > 0 { notes.append("\(sometimes) pixels were not measured in some frames and not used there.") }
    return mask
  }

  /// Adds what the pixels' behaviour shows to be wrong.
  private func findFaults(_ statistics: PixelStatistics, _ mask: inout Image<Bool>, _ notes: inout [String]) {
    if settings.findsRepeatedLines {
      let lines = FaultyPixels(statistics: statistics, mask: mask).repeatedLines()
      for (name, runs) in [("Rows", lines.rows), ("Columns", lines.columns)] {
        for run in runs {
          notes.append(
            "\(name) \(run.lowerBound) to \(run.upperBound - 1) repeat each other: wide pixels at a chip's edge or a seam that was filled; they are not used."
          )
        }
      }
      for row in lines.rows.joined() { for column in 0..<mask.columns { mask[row, column] = true } }
      for column in lines.columns.joined() { for row in 0..<mask.rows { mask[row, column] = true } }
    }
    func add(_ found: Image<Bool>, _ text: String) {
      let count = found.pixels.count(where: \.self)
      guard count > 0 else { return }
      for i in mask.pixels.indices where found.pixels[i] { mask.pixels[i] = true }
      notes.append("\(count) pixels \(text); they are not used.")
    }
    // Hot pixels first: a dark pixel beside one must not be judged by it.
    if settings.findsHotPixels {
      add(FaultyPixels(statistics: statistics, mask: mask).hot(), "are hot: far brighter than their neighbours")
    }
    if settings.findsDeadPixels {
      add(FaultyPixels(statistics: statistics, mask: mask).dead(), "are dead: they never count among pixels that do")
    }
  }

  private func patternCentre(
    _ scan: PtychographyScan, _ mean: ScalarImage, _ notes: inout [String], _ warnings: inout [ScanWarning]
  ) throws -> PixelPosition {
    let shape = scan.frames.shape
    let middle = PixelPosition(row: Double(shape.rows / 2), column: Double(shape.columns / 2))
    if scan.geometry.propagation == .nearField { return settings.centre ?? middle }
    if scan.isCornerCentred {
      notes.append("The frames have their zero frequency at the corner.")
      return PixelPosition(row: 0, column: 0)
    }
    if let given = settings.centre {
      try requireInside(given, shape)
      return given
    }
    let found = PatternCentreSearch(mean: mean)().map { PixelPosition(row: $0.row, column: $0.column) }
    if let stated = scan.centre.map({ PixelPosition(row: $0.row, column: $0.column) }) {
      try requireInside(stated, shape)
      if let found, hypot(found.row - stated.row, found.column - stated.column) > 3 {
        warnings.append(.centreDisagrees(stated: stated, found: found))
      }
      notes.append("The pattern's centre, row \(stated.row), column \(stated.column), is the file's.")
      return stated
    }
    guard let found else {
      throw PtychographyError.invalid("the patterns are too dark for their centre to be found; give it")
    }
    notes.append("The pattern's centre was found at row \(found.row), column \(found.column), by symmetry.")
    return found
  }

  private func requireInside(_ centre: PixelPosition, _ shape: FrameShape) throws {
    guard (0..<Double(shape.rows)).contains(centre.row), (0..<Double(shape.columns)).contains(centre.column) else {
      throw PtychographyError.invalid(
        "the pattern's centre (row \(centre.row), column \(centre.column)) lies outside the frames of \(shape.rows) x \(shape.columns) pixels"
      )
    }
  }

  private func layout(
    _ positions: [ScanPosition], pixel: (height: Double, width: Double), window: FrameShape
  ) throws -> ScanLayout {
    // Positions in a wrong unit span millions of pixels: whole numbers are formed after this check alone.
    func extent(_ values: [Double], _ step: Double, _ length: Int) -> Double {
      ((values.max() ?? 0) - (values.min() ?? 0)) / step + Double(length + 2 * settings.margin + 1)
    }
    let rows = extent(positions.map(\.y), pixel.height, window.rows)
    let columns = extent(positions.map(\.x), pixel.width, window.columns)
    guard rows * columns <= Double(settings.largestObject) else {
      throw PtychographyError.invalid(
        String(
          format:
            "the object would have %.0f x %.0f pixels, more than the %d allowed; check the positions' unit (they are in metres here), the photon energy and the detector distance",
          rows, columns, settings.largestObject))
    }
    return ScanLayout(positions, pixel: pixel, window: window, margin: settings.margin)
  }

  private func warnings(
    for positions: [ScanPosition], scan: PtychographyScan, window: FrameShape, pixel: (height: Double, width: Double)
  ) throws -> [ScanWarning] {
    var warnings: [ScanWarning] = []
    let regularity = ScanRegularity(positions)
    if positions.count < 25 { warnings.append(.fewPositions(count: positions.count)) }
    let repeated = regularity.nearest.count { $0 == 0 }
    if repeated > 0 { warnings.append(.repeatedPositions(count: repeated)) }
    guard regularity.step > 0 else {
      throw PtychographyError.invalid(
        "all \(positions.count) positions are the same; ptychography needs the beam to move. Check the positions' dataset"
      )
    }
    let isolated = regularity.isolated
    if !isolated.isEmpty { warnings.append(.isolatedPositions(indices: isolated, distance: 5 * regularity.step)) }
    if regularity.isLattice { warnings.append(.regularGrid(step: regularity.step)) }
    var diameter = settings.probeDiameter
    if diameter == nil, let first = scan.probe.first, let probePixel = scan.probePixel, first.power > 0 {
      diameter = ProbeExtent(of: scan.probe).diameter * (probePixel.height + probePixel.width) / 2
    }
    if let diameter {
      let extent = min(pixel.height * Double(window.rows), pixel.width * Double(window.columns))
      warnings += try PreparedScan.warnings(probeDiameter: diameter, positions: positions, extent: extent)
    }
    return warnings
  }
}

extension Image {
  /// From the zero frequency at the corner to the middle.
  func rolledToCentre() -> Image { rolled(rows: rows / 2, columns: columns / 2) }
  /// From the zero frequency in the middle to the corner.
  func rolledToCorner() -> Image { rolled(rows: -(rows / 2), columns: -(columns / 2)) }
}
