import ArrayMath
import Foundation
import HDF5
import Ptychography

/// Products of Ptychodus, the program of the Advanced Photon Source: object, probe, positions and losses in HDF5.
///
/// Positions are where the probe's centre is on the object, in metres; the object's array has its centre at
/// (`center_x_m`, `center_y_m`), with half its extent to each side. The first index of the probe is that of its variation
/// over the scan, the second that of its modes; the first of the object is that of its layers.
///
/// Reference: documentation of Ptychodus 1.7, "product files".
enum PtychodusProductFile {
  static func recognises(_ statements: ScanStatements) throws -> Bool {
    try ["object", "probe", "probe_position_x_m", "probe_position_y_m"].allSatisfy {
      try statements.members("/").contains($0)
    }
  }

  // MARK: - Reading

  static func read(_ statements: ScanStatements) throws -> PtychographyReconstructionFile {
    let file = statements.path
    let attributes = try statements.attributes(of: "/")
    func attribute(_ name: String) -> Double? { attributes[name]?.number.flatMap { $0.isFinite ? $0 : nil } }
    guard let objects = try statements.complexImages("/object"), let object = objects.first,
      let probes = try statements.complexImages("/probe"), let first = probes.first
    else { throw FormatError(file, "has an object or a probe that is no complex image") }
    var notes: [String] = []
    if objects.count > 1 { notes.append("of \(objects.count) layers of the object the first was read") }
    // Of probes that vary over the scan the first stands for all.
    let shape = try statements.dataset("/probe") { try $0.shape() } ?? []
    let modes = shape.count == 4 ? shape[1] : probes.count
    if shape.count == 4, shape[0] > 1 { notes.append("of \(shape[0]) variations of the probe the first was read") }
    let objectAttributes = try statements.attributes(of: "/object")
    let probeAttributes = try statements.attributes(of: "/probe")
    func length(_ name: String, _ first: [String: NeXusArray], _ second: [String: NeXusArray]) throws -> Double {
      guard let value = first[name]?.number ?? second[name]?.number, value.isFinite, value > 0 else {
        throw FormatError(file, at: "/object@\(name)", "a length above zero is expected, in metres")
      }
      return value
    }
    let pixel = (
      height: try length("pixel_height_m", objectAttributes, probeAttributes),
      width: try length("pixel_width_m", objectAttributes, probeAttributes)
    )
    guard let x = try statements.numbers("/probe_position_x_m")?.values,
      let y = try statements.numbers("/probe_position_y_m")?.values, x.count == y.count
    else { throw FormatError(file, "has no x and y of equal number in probe_position_x_m and probe_position_y_m") }
    guard (x + y).allSatisfy(\.isFinite) else {
      throw FormatError(file, at: "/probe_position_x_m", "holds positions that are no numbers")
    }
    guard let energy = attribute("probe_energy_eV").map({ $0 * FrameMetadata.electronvolt }),
      PhotonEnergyRule.plausible.contains(energy)
    else { throw FormatError(file, at: "@probe_energy_eV", "an energy of 50 eV to 150 keV is expected") }
    guard let distance = attribute("detector_object_distance_m"), distance != 0 else {
      throw FormatError(file, at: "@detector_object_distance_m", "a distance in metres is expected")
    }
    notes.append("photon energy \(PhotonEnergyRule.text(energy)) from @probe_energy_eV")
    let wavelength = ScanGeometry.wavelength(ofPhotonEnergy: energy)
    // λ z / (N p) is the object's pixel: in the far field that gives the detector's.
    let geometry = ScanGeometry(
      wavelength: wavelength, distance: abs(distance),
      pixelHeight: wavelength * abs(distance) / (Double(first.rows) * pixel.height),
      pixelWidth: wavelength * abs(distance) / (Double(first.columns) * pixel.width))
    // The window's first pixel for a probe whose centre is at (0, 0).
    let centre = (
      y: objectAttributes["center_y_m"]?.number ?? 0, x: objectAttributes["center_x_m"]?.number ?? 0
    )
    let origin = ScanPosition(
      y: centre.y - Double(object.rows - first.rows) / 2 * pixel.height,
      x: centre.x - Double(object.columns - first.columns) / 2 * pixel.width)
    let positions = zip(y, x).map {
      PixelPosition(row: ($0 - origin.y) / pixel.height, column: ($1 - origin.x) / pixel.width)
    }
    let losses = try statements.numbers("/loss_values") ?? statements.numbers("/costs")
    let angle = attribute("tomography_angle_deg").map { $0 * .pi / 180 }
    return PtychographyReconstructionFile(
      name: attributes["name"]?.text ?? "", geometry: geometry, objectPixel: pixel, origin: origin,
      reconstruction: Reconstruction(
        object: object, probes: Array(probes.prefix(modes)), positions: positions, errors: losses?.values ?? []),
      angle: angle, exposure: attribute("exposure_time_s").flatMap { $0 > 0 ? $0 : nil },
      comments: attributes["comments"]?.text ?? "", notes: notes)
  }

  // MARK: - Writing

  static func write(_ result: PtychographyReconstructionFile, to path: String) throws {
    let object = result.reconstruction.object
    guard let first = result.reconstruction.probes.first else {
      throw FormatError(path, "has no probe; a product needs one")
    }
    guard result.geometry.propagation == .farField else {
      throw FormatError(path, "is of the near field, which products of Ptychodus do not describe; write a .cxi file")
    }
    let pixel = result.objectPixel
    let centre = (
      y: result.origin.y + Double(object.rows - first.rows) / 2 * pixel.height,
      x: result.origin.x + Double(object.columns - first.columns) / 2 * pixel.width
    )
    let probes = result.reconstruction.probes
    let extent: [String: NeXusArray] = [
      "pixel_height_m": .number(pixel.height), "pixel_width_m": .number(pixel.width),
    ]
    let positions = result.scanPositions
    let errors = result.reconstruction.errors
    let power = probes.reduce(0.0) { $0 + $1.pixels.reduce(0.0) { $0 + Double($1.squaredModulus) } }
    let root = NeXusGroup(
      "",
      attributes: [
        "name": .text(result.name), "comments": .text(result.comments),
        "detector_object_distance_m": .number(result.geometry.distance),
        "probe_energy_eV": .number(result.geometry.photonEnergy / FrameMetadata.electronvolt),
        "probe_photon_count": .number(power), "exposure_time_s": .number(result.exposure ?? 0),
        "mass_attenuation_m2_kg": .number(0), "tomography_angle_deg": .number((result.angle ?? 0) * 180 / .pi),
      ],
      children: [
        "object": .dataset(
          NeXusDataset(
            NeXusArray(shape: [1, object.rows, object.columns], values: .complex64(object.pixels)),
            attributes: extent.merging(["center_x_m": .number(centre.x), "center_y_m": .number(centre.y)]) { $1 })),
        "probe": .dataset(
          NeXusDataset(
            NeXusArray(
              shape: [1, probes.count, first.rows, first.columns], values: .complex64(probes.flatMap(\.pixels))),
            attributes: extent)),
        "probe_position_indexes": .dataset(NeXusDataset(Array(positions.indices))),
        "probe_position_x_m": .dataset(NeXusDataset(positions.map(\.x))),
        "probe_position_y_m": .dataset(NeXusDataset(positions.map(\.y))),
        "object_layer_spacing_m": .dataset(NeXusDataset([Double]())),
        "loss_epochs": .dataset(NeXusDataset(Array(errors.indices))),
        "loss_values": .dataset(NeXusDataset(errors)),
      ])
    try NeXusFile.write(root, to: path)
  }
}
