public import ArrayMath
public import FileFormats
import Foundation
import Ptychography

/// The projections of one sample on one grid of pixels: what a tomogram is made of.
///
/// Pixels of all projections mean the same places of the scan's positions, up to the fraction of a pixel that
/// ``PhaseProjection/Facts/origin`` tells. Where a projection has no light, its object is 0 and its phase NaN; a failed
/// one is so everywhere. Images are (row, column), row 0 at the top.
public struct PhaseProjections: NeXusRepresentable {
  /// In the order of the scans; each that did not fail has images of ``shape``.
  public var projections: [PhaseProjection]
  /// The extent of every image.
  public let shape: FrameShape

  /// Lays projections on one grid.
  ///
  /// - Throws: `StageDocumentError` when their pixels are of different extents.
  init(_ projections: [PhaseProjection]) throws {
    let kept = projections.filter { $0.images != nil }
    guard let first = kept.first else {
      (self.projections, shape) = (projections, FrameShape(rows: 0, columns: 0))
      return
    }
    let (height, width) = (first.facts.pixelHeight, first.facts.pixelWidth)
    for other in kept
    where abs(other.facts.pixelHeight / height - 1) > 1e-4 || abs(other.facts.pixelWidth / width - 1) > 1e-4 {
      throw StageDocumentError(
        path: other.facts.name,
        problem: String(
          format: "its pixels are %.5g x %.5g nm, those of %@ %.5g x %.5g nm; projections of one measurement have the "
            + "same energy, distance and window", other.facts.pixelHeight * 1e9, other.facts.pixelWidth * 1e9,
          first.facts.name, height * 1e9, width * 1e9))
    }
    let top = kept.map(\.facts.origin.y).min() ?? 0
    let left = kept.map(\.facts.origin.x).min() ?? 0
    func offsets(_ facts: PhaseProjection.Facts) -> (row: Int, column: Int) {
      (Int(((facts.origin.y - top) / height).rounded()), Int(((facts.origin.x - left) / width).rounded()))
    }
    func extent(_ offsets: (PhaseProjection.Facts) -> (row: Int, column: Int)) -> FrameShape {
      kept.reduce(FrameShape(rows: 0, columns: 0)) { extent, projection in
        let (row, column) = offsets(projection.facts)
        let shape = projection.images?.object.shape ?? extent
        return FrameShape(
          rows: max(extent.rows, row + shape.rows), columns: max(extent.columns, column + shape.columns))
      }
    }
    let largest = extent { _ in (0, 0) }
    let common = extent(offsets)
    // A stage that follows the sample through its rotation gives each angle a frame of its own.
    let isApart = common.rows > 2 * largest.rows || common.columns > 2 * largest.columns
    shape = isApart ? largest : common
    let extent = shape
    self.projections = projections.map { projection in
      guard let images = projection.images else { return projection }
      let (row, column) = isApart ? (0, 0) : offsets(projection.facts)
      var placed = projection
      placed.facts.origin.y -= Double(row) * height
      placed.facts.origin.x -= Double(column) * width
      placed.facts.ramp.constant -=
        projection.facts.ramp.row * Double(row) + projection.facts.ramp.column * Double(column)
      placed.images = PhaseProjection.Images(
        object: images.object.placed(at: row, column, in: extent, filling: .zero),
        phase: images.phase.placed(at: row, column, in: extent, filling: .nan),
        illumination: images.illumination.placed(at: row, column, in: extent, filling: 0), probes: images.probes)
      return placed
    }
  }

  /// Those that did not fail.
  public var complete: [PhaseProjection] { projections.filter { $0.images != nil } }
  /// The extents of a pixel, in metres.
  public var pixel: (height: Double, width: Double) {
    complete.first.map { ($0.facts.pixelHeight, $0.facts.pixelWidth) } ?? (0, 0)
  }

  // MARK: - NeXus

  public var defaultPlot: String { "phase" }

  public init(entry: NeXusGroup) throws {
    func damaged(_ problem: String) -> StageDocumentError {
      StageDocumentError(path: "/entry/projections", problem: problem)
    }
    guard let text = entry.dataset(at: "facts/data")?.text,
      let facts = try? Self.decoder.decode([PhaseProjection.Facts].self, from: Data(text.utf8)), !facts.isEmpty
    else { throw StageDocumentError(path: "/entry/facts", problem: "it does not tell what the projections are") }
    guard let object = entry.dataset(at: "projections/object"), object.shape.count == 3,
      case .complex64(let pixels) = object.array.values, object.shape[0] == facts.count
    else { throw damaged("`object` does not hold an image for each projection") }
    let extent = FrameShape(rows: object.shape[1], columns: object.shape[2])
    guard let phase = entry.dataset(at: "phase/phase"), case .float32(let phases) = phase.array.values,
      let light = entry.dataset(at: "projections/illumination"), case .float32(let lights) = light.array.values,
      phases.count == pixels.count, lights.count == pixels.count
    else { throw damaged("phase and illumination are not as large as `object`") }
    guard let probe = entry.dataset(at: "projections/probe"), probe.shape.count == 4, probe.shape[0] == facts.count,
      case .complex64(let modes) = probe.array.values
    else { throw damaged("`probe` does not hold modes for each projection") }
    let window = FrameShape(rows: probe.shape[2], columns: probe.shape[3])
    let perProjection = probe.shape[1] * window.count
    shape = extent
    projections = facts.enumerated().map { index, facts in
      guard facts.failure == nil else { return PhaseProjection(facts: facts, images: nil) }
      let range = index * extent.count..<(index + 1) * extent.count
      let probes = (0..<probe.shape[1]).map { mode in
        let start = index * perProjection + mode * window.count
        return ComplexImage(Array(modes[start..<start + window.count]), shape: window)
      }
      return PhaseProjection(
        facts: facts,
        images: PhaseProjection.Images(
          object: ComplexImage(Array(pixels[range]), shape: extent),
          phase: ScalarImage(Array(phases[range]), shape: extent),
          illumination: ScalarImage(Array(lights[range]), shape: extent), probes: probes))
    }
  }

  private static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

extension Image {
  /// The image in a larger one.
  func placed(at row: Int, _ column: Int, in extent: FrameShape, filling: Pixel) -> Image {
    guard extent != shape else { return self }
    var larger = Image(repeating: filling, shape: extent)
    for line in 0..<rows {
      let start = (row + line) * extent.columns + column
      larger.pixels.replaceSubrange(start..<start + columns, with: pixels[line * columns..<(line + 1) * columns])
    }
    return larger
  }
}
