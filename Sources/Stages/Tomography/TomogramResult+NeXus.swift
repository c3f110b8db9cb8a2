import ArrayMath
public import FileFormats
import Foundation
import ImageAnalysis
import Tomography

extension TomogramResult {
  public var defaultPlot: String { "volume" }

  /// Below `/entry`:
  ///
  /// - `volume` (NXdata): `delta` (slice, row, column), 1 − Re n above that of the surrounding medium, with
  ///   `electron_density` in electrons per cubic metre beside it; of absorption `attenuation` in 1/m; of a phase whose
  ///   wavelength is not known `phase` in radians a voxel. Over z, y and x in micrometres about the middle of the volume.
  /// - `projections` (NXdata): `projection` (projection, row, column) in radians or nepers as they were measured, prepared,
  ///   with `weight` where pixels count differently.
  /// - `geometry` (NXcollection): `rotation_angle` in radians, `rotation_sense`, `axis_column`, `axis_tilt`,
  ///   `displacement` (projection, row and column) with `displacement_errors`, `pixel`, `wavelength`, `total`, `ramp`.
  /// - `halves` (NXdata), where they were made: `first` and `second`, volumes of every second projection, as the signal of
  ///   `volume`.
  /// - `correlation` (NXdata), where halves were compared: the Fourier shell correlation and its thresholds.
  /// - `facts` (NXnote): numbers and words as JSON.
  public var nexusChildren: [String: NeXusNode] {
    var children: [String: NeXusNode] = [
      defaultPlot: .group(volumeData), "projections": .group(projectionData),
      "geometry": .group(.collection(geometryCollection)),
      "facts": .group(
        .note(factsText, type: "application/json", description: "numbers and words of the tomogram, SI units")),
    ]
    if let halves {
      let shape = [volume.shape.slices, volume.shape.rows, volume.shape.columns]
      children["halves"] = .group(
        .data(
          signal: "first", axes: [".", ".", "."], title: "Volumes of every second projection", interpretation: "image",
          auxiliarySignals: ["second"],
          datasets: [
            "first": NeXusDataset(halves.first.voxels, shape: shape, units: signal.units, longName: "first half"),
            "second": NeXusDataset(halves.second.voxels, shape: shape, units: signal.units, longName: "second half"),
          ]))
    }
    if let correlation = facts.correlation { children["correlation"] = .group(Self.data(of: correlation)) }
    return children
  }

  private static func axis(_ count: Int, _ step: Double, _ name: String) -> NeXusDataset {
    NeXusDataset(
      (0..<count).map { (Double($0) + 0.5 - Double(count) / 2) * step * 1e6 }, units: "um", longName: "\(name) / um")
  }

  private var signal: (units: String, name: String) {
    switch content {
    case .delta: ("", "delta, above the medium")
    case .attenuation: ("1/m", "attenuation / (1/m)")
    case .phase: ("rad", "phase a voxel / rad")
    }
  }

  private var volumeData: NeXusGroup {
    let shape = [volume.shape.slices, volume.shape.rows, volume.shape.columns]
    let (units, name) = signal
    var datasets = [
      "z": Self.axis(volume.shape.slices, facts.voxel, "z"), "y": Self.axis(volume.shape.rows, facts.voxel, "y"),
      "x": Self.axis(volume.shape.columns, facts.voxel, "x"),
      content.rawValue: NeXusDataset(volume.voxels, shape: shape, units: units, longName: name),
    ]
    var further: [String] = []
    if let scale {
      let factor = Float(scale.electronDensity / scale.delta)
      datasets["electron_density"] = NeXusDataset(
        volume.voxels.map { factor * $0 }, shape: shape, units: "1/m^3",
        longName: "electron density, above the medium / (1/m3)")
      further = ["electron_density"]
    }
    return .data(
      signal: content.rawValue, axes: ["z", "y", "x"], title: "Volume", interpretation: "image",
      auxiliarySignals: further, datasets: datasets)
  }

  private var projectionData: NeXusGroup {
    let shape = [projections.count, projections.shape.rows, projections.shape.columns]
    let isPhase = projections.quantity == .phase
    var datasets = [
      "projection": NeXusDataset(
        projections.pixels, shape: shape, units: isPhase ? "rad" : "",
        longName: isPhase ? "minus the phase / rad" : "minus the logarithm of the transmission"),
      "y": Self.axis(projections.shape.rows, facts.voxel, "y"),
      "x": Self.axis(projections.shape.columns, facts.voxel, "x"),
    ]
    if let weights = projections.weights { datasets["weight"] = NeXusDataset(weights, shape: shape, units: "") }
    return .data(
      signal: "projection", axes: [".", "y", "x"], title: "Projections", interpretation: "image", datasets: datasets)
  }

  private var geometryCollection: [String: NeXusNode] {
    let geometry = geometry
    func numbers(_ values: [Double], _ units: String, shape: [Int]? = nil) -> NeXusNode {
      .dataset(NeXusDataset(values, shape: shape, units: units))
    }
    var members: [String: NeXusNode] = [
      "rotation_angle": numbers(geometry.angles, "rad"),
      "rotation_sense": .dataset(NeXusDataset(text: geometry.sense.rawValue)),
      "axis_column": .dataset(NeXusDataset(geometry.axisColumn, units: "")),
      "axis_tilt": .dataset(NeXusDataset(geometry.axisTilt, units: "rad")),
      "displacement": numbers(
        geometry.displacements.flatMap { [$0.rows, $0.columns] }, "", shape: [geometry.count, 2]),
      "pixel": .dataset(NeXusDataset(facts.voxel, units: "m")),
      "quantity": .dataset(NeXusDataset(text: projections.quantity.rawValue)),
      "total": numbers(facts.views.map(\.total), projections.quantity == .phase ? "rad" : ""),
      "ramp": numbers(facts.views.flatMap(\.ramp), "rad", shape: [facts.views.count, 3]),
      "name": .dataset(NeXusDataset(.texts(facts.views.map(\.name)))),
    ]
    if let wavelength = facts.wavelength { members["wavelength"] = .dataset(NeXusDataset(wavelength, units: "m")) }
    if facts.rowUncertainties.count == geometry.count, facts.columnUncertainties.count == geometry.count {
      members["displacement_errors"] = numbers(
        zip(facts.rowUncertainties, facts.columnUncertainties).flatMap { [$0, $1] }, "", shape: [geometry.count, 2])
    }
    return members
  }

  private static func data(of correlation: Correlation) -> NeXusGroup {
    func shells(_ values: [Double], _ name: String) -> NeXusDataset {
      NeXusDataset(values, units: "", longName: name)
    }
    return .data(
      signal: "correlation", axes: ["frequency"], title: "Fourier shell correlation",
      auxiliarySignals: ["half_bit", "one_bit"],
      datasets: [
        "frequency": NeXusDataset(
          correlation.frequencies.map { $0 * 1e-6 }, units: "1/um", longName: "spatial frequency / (1/um)"),
        "correlation": shells(correlation.correlation, "correlation"),
        "half_bit": shells(correlation.halfBit, "half-bit threshold"),
        "one_bit": shells(correlation.oneBit, "one-bit threshold"),
      ])
  }

  private var factsText: String {
    let data = (try? Self.encoder.encode(facts)) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }

  // MARK: - Reading

  public init(entry: NeXusGroup) throws {
    func damaged(_ place: String, _ problem: String) -> StageDocumentError {
      StageDocumentError(path: "/entry/\(place)", problem: problem)
    }
    guard let text = entry.dataset(at: "facts/data")?.text,
      let facts = try? Self.decoder.decode(Facts.self, from: Data(text.utf8)), facts.voxel > 0
    else { throw damaged("facts", "it does not tell how the tomogram was made") }
    self.facts = facts
    guard let angles = entry.dataset(at: "geometry/rotation_angle")?.numbers, angles.count == facts.views.count,
      let moved = entry.dataset(at: "geometry/displacement")?.numbers, moved.count == 2 * angles.count,
      let column = entry.dataset(at: "geometry/axis_column")?.numbers?.first,
      let tilt = entry.dataset(at: "geometry/axis_tilt")?.numbers?.first,
      let sense = entry.dataset(at: "geometry/rotation_sense")?.text.flatMap(RotationSense.init),
      let quantity = entry.dataset(at: "geometry/quantity")?.text.flatMap(ProjectionStack.Quantity.init)
    else { throw damaged("geometry", "it does not tell how the projections were taken") }
    let geometry = ProjectionGeometry(
      angles: angles, axisColumn: column, axisTilt: tilt, sense: sense,
      displacements: angles.indices.map { ImageShift(rows: moved[2 * $0], columns: moved[2 * $0 + 1]) })
    guard let stack = entry.dataset(at: "projections/projection"), stack.shape.count == 3,
      case .float32(let pixels) = stack.array.values
    else { throw damaged("projections", "`projection` does not hold an image for each projection") }
    var weights: [Float]?
    if let found = entry.dataset(at: "projections/weight"), case .float32(let values) = found.array.values {
      weights = values
    }
    do {
      projections = try ProjectionStack(
        pixels, shape: FrameShape(rows: stack.shape[1], columns: stack.shape[2]), geometry: geometry,
        quantity: quantity, weights: weights)
    } catch { throw damaged("projections", "\(error)") }
    let content = Self.content(of: quantity, wavelength: facts.wavelength)
    guard let voxels = entry.dataset(at: "volume/\(content.rawValue)"), voxels.shape.count == 3,
      case .float32(let values) = voxels.array.values
    else { throw damaged("volume", "it does not hold a volume of \(content.rawValue)") }
    let shape = VolumeShape(slices: voxels.shape[0], rows: voxels.shape[1], columns: voxels.shape[2])
    volume = ScalarVolume(values, shape: shape)
    if let first = entry.dataset(at: "halves/first"), let second = entry.dataset(at: "halves/second"),
      case .float32(let odd) = first.array.values, case .float32(let even) = second.array.values,
      odd.count == shape.count, even.count == shape.count
    {
      halves = (ScalarVolume(odd, shape: shape), ScalarVolume(even, shape: shape))
    }
  }
}
