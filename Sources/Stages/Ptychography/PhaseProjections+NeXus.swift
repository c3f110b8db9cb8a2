import ArrayMath
public import FileFormats
import Foundation
import Ptychography

extension PhaseProjections {
  /// Below `/entry`:
  ///
  /// - `phase` (NXdata): phase (projection, row, column) in radians, unwrapped, ramp removed, over y and x in
  ///   micrometres.
  /// - `projections` (NXcollection): `object` and `illumination` of the same shape, `probe` (projection, mode, row,
  ///   column), `angle`, `origin` of the first pixel, `pixel`, `ramp` that was removed, `valid` (1 where there is an
  ///   image) and the numbers of the quality table.
  /// - `errors` (NXdata): E of each pass.
  /// - `facts` (NXnote): all numbers and words of each projection as JSON.
  public var nexusChildren: [String: NeXusNode] {
    [
      defaultPlot: .group(phaseData), "errors": .group(errorData), "projections": .group(.collection(collection)),
      "facts": .group(
        .note(factsText, type: "application/json", description: "numbers and words of each projection, SI units")),
    ]
  }

  private var factsText: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = (try? encoder.encode(projections.map(\.facts))) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  private func stack<Pixel>(
    _ image: (PhaseProjection.Images) -> Image<Pixel>, filling: Pixel
  ) -> [Pixel] {
    var all: [Pixel] = []
    all.reserveCapacity(projections.count * shape.count)
    for projection in projections {
      if let images = projection.images {
        all += image(images).pixels
      } else {
        all += repeatElement(filling, count: shape.count)
      }
    }
    return all
  }

  private var stackShape: [Int] { [projections.count, shape.rows, shape.columns] }

  private var phaseData: NeXusGroup {
    let pixel = pixel
    func axis(_ count: Int, _ step: Double, _ name: String) -> NeXusDataset {
      NeXusDataset((0..<count).map { Double($0) * step * 1e6 }, units: "um", longName: "\(name) / um")
    }
    return .data(
      signal: "phase", axes: [".", "y", "x"], title: "Phase of the projections", interpretation: "image",
      datasets: [
        "phase": NeXusDataset(stack(\.phase, filling: .nan), shape: stackShape, units: "rad", longName: "phase / rad"),
        "y": axis(shape.rows, pixel.height, "y"), "x": axis(shape.columns, pixel.width, "x"),
      ])
  }

  private var errorData: NeXusGroup {
    let passes = max(projections.map(\.facts.errors.count).max() ?? 0, 1)
    let values = projections.flatMap { projection in
      projection.facts.errors + [Double](repeating: .nan, count: passes - projection.facts.errors.count)
    }
    return .data(
      signal: "error", axes: [".", "pass"], title: "Error of each pass", interpretation: "spectrum",
      datasets: [
        "error": NeXusDataset(values, shape: [projections.count, passes], units: "", longName: "E"),
        "pass": NeXusDataset((1...passes).map(Double.init), units: "", longName: "pass"),
      ])
  }

  private var collection: [String: NeXusNode] {
    let facts = projections.map(\.facts)
    let count = projections.count
    func numbers(_ units: String, _ value: (PhaseProjection.Facts) -> Double) -> NeXusNode {
      .dataset(NeXusDataset(facts.map(value), units: units))
    }
    func pairs(_ units: String, _ value: (PhaseProjection.Facts) -> [Double]) -> NeXusNode {
      .dataset(
        NeXusDataset(facts.flatMap(value), shape: [count, value(PhaseProjection.Facts(name: "")).count], units: units))
    }
    let probes = complete.first?.images?.probes ?? []
    let window = probes.first?.shape ?? FrameShape(rows: 0, columns: 0)
    let none = [ComplexFloat](repeating: .zero, count: probes.count * window.count)
    let modes = projections.flatMap { $0.images.map { $0.probes.flatMap(\.pixels) } ?? none }
    let places = facts.map(\.positions.count).max() ?? 0
    func positions(_ value: (PhaseProjection.Facts) -> [ScanPosition]) -> NeXusNode {
      let padded = facts.flatMap { facts -> [Double] in
        let found = value(facts).flatMap { [$0.y, $0.x] }
        return found + [Double](repeating: .nan, count: 2 * places - found.count)
      }
      return .dataset(NeXusDataset(padded, shape: [count, places, 2], units: "m"))
    }
    let pixel = pixel
    return [
      "name": .dataset(NeXusDataset(.texts(facts.map(\.name)))),
      "angle": numbers("rad") { $0.angle ?? .nan },
      "valid": .dataset(NeXusDataset(projections.map { $0.images == nil ? 0 : 1 as Int })),
      "object": .dataset(
        NeXusDataset(
          NeXusArray(shape: stackShape, values: .complex64(stack(\.object, filling: .zero))), units: "",
          longName: "transmission, constant and ramp of the phase removed")),
      "illumination": .dataset(
        NeXusDataset(
          stack(\.illumination, filling: 0), shape: stackShape, units: "", longName: "light over that of the brightest")
      ),
      "probe": .dataset(
        NeXusDataset(
          NeXusArray(shape: [count, probes.count, window.rows, window.columns], values: .complex64(modes)), units: "",
          longName: "probe, squared modulus in photons")),
      "pixel": .dataset(NeXusDataset([pixel.height, pixel.width], units: "m")),
      "origin": pairs("m") { [$0.origin.y, $0.origin.x] },
      "ramp": pairs("rad") { [$0.ramp.constant, $0.ramp.row, $0.ramp.column] },
      "wavelength": numbers("m") { $0.wavelength },
      "photons": numbers("") { $0.photons },
      "error": numbers("") { $0.error },
      "half_bit_resolution": numbers("m") { $0.resolution ?? .nan },
      "one_bit_resolution": numbers("m") { $0.oneBitResolution ?? .nan },
      "probe_drift": numbers("") { $0.drift },
      "residues": .dataset(NeXusDataset(facts.map(\.residues))),
      "stated_positions": positions(\.statedPositions),
      "positions": positions(\.positions),
    ]
  }
}
