import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation

/// Patterns in Bruker ESPRIT's HDF5: `<scan>/EBSD/Data/RawPatterns`.
///
/// Patterns and everything measured with them are in the order of acquisition; where they belong on the map is stated by
/// the indices IX and IY of the microscope.
enum BrukerPatterns {
  static func open(_ file: HDF5Statements, scan name: String?) throws -> KikuchiPatternFile {
    let scan = try file.scan(name, holding: "EBSD/Data/RawPatterns")
    let (header, data) = (scan + "/EBSD/Header/", scan + "/EBSD/Data/")
    let stored = try file.frames(data + "RawPatterns")
    if let type = file.text(header + "Grid Type"), type.lowercased() != "isometric" {
      throw FormatError(file.path, at: header + "Grid Type", "is \"\(type)\"; square grids (isometric) are read")
    }
    let stepX = (try file.number(header + "XSTEP") ?? 0) * 1e-6
    let stepY = (try file.number(header + "YSTEP") ?? 0) * 1e-6
    let indices = try indices(file, scan, count: stored.count)
    let order: [Int]
    var patterns: KikuchiPatternFile
    if let indices {
      let (left, top) = (indices.x.min() ?? 0, indices.y.min() ?? 0)
      let (columns, rows) = ((indices.x.max() ?? 0) - left + 1, (indices.y.max() ?? 0) - top + 1)
      let places = zip(indices.x, indices.y).map { ($1 - top) * columns + $0 - left }
      let isFull =
        columns.multipliedReportingOverflow(by: rows) == (stored.count, false)
        && Set(places).count == places.count
      guard isFull else {
        patterns = KikuchiPatternFile(
          frames: stored, format: .brukerHDF5,
          grid: MapGrid(rows: 1, columns: stored.count, stepX: 0, stepY: 0, kind: .scattered), paths: [file.path])
        patterns.positions = zip(indices.x, indices.y).map { SIMD2(Double($0) * stepX, Double($1) * stepY) }
        patterns.notes.append("the scanned region is no rectangle; its patterns are kept in one row, with positions")
        try state(&patterns, file, scan, order: Array(0..<stored.count))
        return patterns
      }
      var sorted = [Int](repeating: 0, count: places.count)
      for (index, place) in places.enumerated() { sorted[place] = index }
      order = sorted
      patterns = KikuchiPatternFile(
        frames: ReorderedFrames(stored, order: order), format: .brukerHDF5,
        grid: MapGrid(rows: rows, columns: columns, stepX: stepX, stepY: stepY), paths: [file.path])
    } else {
      order = Array(0..<stored.count)
      patterns = try KikuchiPatternFile(
        frames: stored, format: .brukerHDF5,
        grid: MapGrid(
          rows: file.count(header + "NROWS"), columns: file.count(header + "NCOLS"), stepX: stepX, stepY: stepY),
        paths: [file.path]
      ).checked()
    }
    try state(&patterns, file, scan, order: order)
    return patterns
  }

  /// The column and row of each pattern; nil where the file has no region of interest.
  private static func indices(_ file: HDF5Statements, _ scan: String, count: Int) throws -> (x: [Int], y: [Int])? {
    for (nameX, nameY) in [("EBSD/SEM/IX", "EBSD/SEM/IY"), ("SEM/SEM IX", "SEM/SEM IY"), ("SEM/IX", "SEM/IY")] {
      guard let x = try file.numbers(scan + "/" + nameX), let y = try file.numbers(scan + "/" + nameY) else { continue }
      guard x.count == count, y.count == count, (x + y).allSatisfy({ $0 >= 0 && $0 < 1e8 }) else {
        throw FormatError(
          file.path, at: scan + "/" + nameX, "has \(x.count) and \(y.count) indices for \(count) patterns")
      }
      return (x.map { Int($0) }, y.map { Int($0) })
    }
    return nil
  }

  private static func state(
    _ patterns: inout KikuchiPatternFile, _ file: HDF5Statements, _ scan: String, order: [Int]
  ) throws {
    let (header, data) = (scan + "/EBSD/Header/", scan + "/EBSD/Data/")
    let centres = try ["PCX", "PCY", "DD"].map { try file.numbers(data + $0) ?? [] }
    if centres.allSatisfy({ $0.count == order.count }) {
      patterns.takeCentres(order.map { PatternCentre(x: centres[0][$0], y: centres[1][$0], z: centres[2][$0]) })
    } else if centres.allSatisfy({ $0.count == 1 }) {
      patterns.takeCentres([PatternCentre(x: centres[0][0], y: centres[1][0], z: centres[2][0])])
    }
    func angle(_ names: [String]) throws -> Double? {
      for name in names { if let value = try file.number(header + name) { return value * .pi / 180 } }
      return nil
    }
    patterns.sampleTilt = try angle(["Sample Tilt", "SampleTilt"])
    patterns.screenTilt = try angle(["CameraTilt", "Camera Tilt"])
    patterns.accelerationVoltage = try file.number(header + "KV").flatMap { $0 > 0 ? $0 * 1000 : nil }
    patterns.takeBackground(try file.numbers(header + "StaticBackground"))
    if let system = try file.number(header + "Coordinate Systems/ID"), system == 5 {
      patterns.notes.append("coordinate system 5 (on-axis transmission): add 90 degrees to the tilt of the sample")
    }
  }
}

/// The frames of another source in another order.
struct ReorderedFrames: FrameSource {
  private let source: any FrameSource
  private let order: [Int]

  /// - Precondition: the order names frames of the source.
  init(_ source: any FrameSource, order: [Int]) {
    precondition(order.allSatisfy { $0 >= 0 && $0 < source.count }, "an order of the frames there are")
    (self.source, self.order) = (source, order)
  }

  var shape: FrameShape { source.shape }
  var pixelType: PixelType { source.pixelType }
  var count: Int { order.count }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    try source.read(frame: order[index], into: buffer)
  }

  func forEachPiece(
    ofFrame index: Int, scratch: inout FrameScratch,
    _ body: (_ first: Int, _ pixels: UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try source.forEachPiece(ofFrame: order[index], scratch: &scratch, body)
  }
}
