import ArrayMath
import Foundation
import Ptychography

/// A scan's patterns cropped about the beam's axis and its positions laid out in the object.
struct ScanWindows {
  let data: DiffractionData
  let layout: ScanLayout
  /// In the object's frame, in metres.
  let positions: [ScanPosition]
  let centre: (row: Double, column: Double)
  /// Photons of the brightest pattern.
  let photons: Double
  let pixel: (height: Double, width: Double)
  var notes: [String] = []
  var warnings: [String] = []

  init(
    _ scan: PtychographyScan, _ parameters: ScanPreparationParameters, axes: AxisConvention, margin: Int
  ) throws {
    let shape = scan.frames.shape
    let window =
      parameters.window.map { FrameShape(rows: $0[0], columns: $0[1]) } ?? shape
    guard window.rows <= shape.rows, window.columns <= shape.columns else {
      throw PtychographyError.invalid(
        "\(scan.name): a window of \(window.rows) x \(window.columns) pixels does not fit into patterns of \(shape.rows) x "
          + "\(shape.columns); give a smaller `window`")
    }
    guard scan.frames.count == scan.positions.count else {
      throw PtychographyError.invalid(
        "\(scan.name): \(scan.frames.count) patterns and \(scan.positions.count) positions; expected one position a pattern"
      )
    }
    guard scan.frames.count >= 4 else {
      throw PtychographyError.invalid(
        "\(scan.name): \(scan.frames.count) patterns are too few; ptychography needs several that overlap")
    }
    let stated = parameters.centre.map { (row: $0[0], column: $0[1]) } ?? scan.centre
    let centre = stated ?? (row: Double(shape.rows / 2), column: Double(shape.columns / 2))
    let top = Int(centre.row.rounded()) - window.rows / 2
    let left = Int(centre.column.rounded()) - window.columns / 2
    guard top >= 0, left >= 0, top + window.rows <= shape.rows, left + window.columns <= shape.columns else {
      throw PtychographyError.invalid(
        "\(scan.name): a window of \(window.rows) x \(window.columns) about row \(centre.row), column \(centre.column) leaves "
          + "the pattern; give a smaller `window` or another `centre`")
    }
    var counts: [UInt32] = []
    counts.reserveCapacity(scan.frames.count * window.count)
    for index in 0..<scan.frames.count {
      let frame = ScalarImage(try scan.frames.floats(frame: index), shape: shape)
      var cut = frame.cropped(rows: top..<top + window.rows, columns: left..<left + window.columns)
      if !scan.isCornerCentred, scan.geometry.propagation == .farField {
        cut = cut.rolled(rows: -(window.rows / 2), columns: -(window.columns / 2))
      }
      counts += cut.pixels.map { $0 >= 0 && $0 < 4e9 ? UInt32($0) : UInt32.max }
    }
    data = DiffractionData(.wide(counts), window: window, count: scan.frames.count, geometry: scan.geometry)
    self.centre = centre
    positions = scan.positions.map(axes.applied)
    pixel = scan.geometry.objectPixel(for: window)
    layout = ScanLayout(positions, pixel: pixel, window: window, margin: margin)
    let data = data
    photons = (0..<data.count).map { data.total($0) }.max() ?? 0
    guard photons > 0 else {
      throw PtychographyError.invalid("\(scan.name): no pattern holds a count; look at the mask and the file")
    }
  }
}

/// The probe that a reconstruction begins with.
struct FirstProbe {
  let parameters: PtychographyStage.Parameters

  init(_ parameters: PtychographyStage.Parameters) { self.parameters = parameters }

  func callAsFunction(_ scan: PtychographyScan, _ prepared: ScanWindows) throws -> [ComplexImage] {
    let window = prepared.data.window
    if parameters.reconstruction.probe == .file, let first = scan.probe.first, first.shape == window {
      return scan.probe
    }
    var mean = [Float](repeating: 0, count: window.count)
    for index in 0..<prepared.data.count {
      for (pixel, value) in prepared.data.pattern(index).pixels.enumerated() where value.isFinite { mean[pixel] += value }
    }
    let defocus = parameters.reconstruction.defocus?.si ?? parameters.optics?.defocus.si ?? 0
    let kernel = WavePropagator.fresnelKernel(
      window: window, pixel: prepared.pixel, wavelength: scan.geometry.wavelength, distance: defocus)
    var field = (0..<window.count).map { (mean[$0] / Float(prepared.data.count)).squareRoot() * kernel[$0] }
    let propagator = WavePropagator(geometry: scan.geometry, window: window)
    field.withUnsafeMutableBufferPointer { propagator.toSample($0) }
    return [ComplexImage(field, shape: window).rolled(rows: window.rows / 2, columns: window.columns / 2)]
  }
}
