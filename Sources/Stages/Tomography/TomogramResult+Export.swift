import ArrayMath
import FileFormats
import Foundation
import ImageAnalysis
import Pipeline
import Ptychography
public import Quantities
import Tomography

extension TomogramResult {
  /// Writes the volume in a format of other programs, by the ending: TIFF of single precision, or MRC of mode 2.
  ///
  /// - Throws: the writers' errors.
  public func export(to path: String, program: (name: String, version: String)) throws {
    let quantity: VolumeFile.Quantity
    switch content {
    case .delta: quantity = .init(name: "delta", units: "", title: "delta, above the medium")
    case .attenuation: quantity = .init(name: "attenuation", units: "1/m", title: "attenuation")
    case .phase: quantity = .init(name: "phase", units: "rad", title: "phase a voxel")
    }
    let file = VolumeFile(
      name: URL(filePath: path).deletingPathExtension().lastPathComponent, volume: volume, quantity: quantity,
      voxel: VolumeFile.Voxel(edge: facts.voxel), program: program)
    // The ending tells the writer the format.
    let kind = URL(filePath: path).pathExtension
    try AtomicFile.place(path) { partial in
      let named = partial + "." + kind
      defer { try? FileManager.default.removeItem(atPath: named) }
      try file.write(to: named)
      try FileManager.default.moveItem(atPath: named, toPath: partial)
    }
  }

  /// Reads a tomogram: the stage's file, or a volume of another program with what that does not state.
  ///
  /// - Throws: the readers' errors, and `StageDocumentError` where something is not known.
  public static func read(
    _ path: String, voxel: Length?, energy: Energy?, content: Content?
  ) throws -> TomogramResult {
    if path.hasSuffix(".nxs"), let own = try? StageDocument.value(TomogramResult.self, from: path) { return own }
    let file = try VolumeFile.read(path)
    func unknown(_ what: String, _ option: String) -> StageDocumentError {
      StageDocumentError(path: path, problem: "\(what) is not known; give \(option)")
    }
    guard let held = content ?? Content(rawValue: file.quantity.name) else {
      throw unknown("what a voxel holds", "--quantity delta, attenuation or phase")
    }
    guard let edge = try voxel?.si ?? file.cubicVoxel(path) else {
      throw unknown("the edge of a voxel", "--voxel such as \"43 nm\"")
    }
    let wavelength = energy.map { ScanGeometry.wavelength(ofPhotonEnergy: $0.si) }
    if held != .attenuation, wavelength == nil { throw unknown("the photon energy", "--energy such as \"9.7 keV\"") }
    let quantity: ProjectionStack.Quantity = held == .attenuation ? .absorption : .phase
    // There are no projections; one that is empty keeps the place.
    let none = try ProjectionStack(
      [Float](repeating: .nan, count: 1), shape: FrameShape(rows: 1, columns: 1),
      geometry: ProjectionGeometry(angles: [0], axisColumn: 0.5), quantity: quantity)
    var facts = Facts(voxel: edge, wavelength: wavelength, views: [View(name: "none")])
    facts.notes = file.notes
    var volume = file.volume
    if held == .phase, let wavelength {
      let factor = Float(Self.factor(of: .phase, wavelength: wavelength, voxel: edge))
      volume = volume.map { factor * $0 }
    }
    return TomogramResult(volume: volume, projections: none, facts: facts)
  }
}

extension VolumeFile {
  /// The edge of a voxel, in metres; nil where the file does not tell.
  fileprivate func cubicVoxel(_ path: String) throws -> Double? {
    guard let voxel else { return nil }
    let edges = [voxel.slice, voxel.row, voxel.column]
    guard let low = edges.min(), let high = edges.max(), high / low < 1.001 else {
      throw StageDocumentError(
        path: path,
        problem: String(
          format: "voxels are %.5g x %.5g x %.5g nm; expected cubes", voxel.slice * 1e9, voxel.row * 1e9,
          voxel.column * 1e9))
    }
    return voxel.column
  }
}

extension TomographicParticle {
  /// The surface as a file: `stl`, or `msh` of Gmsh, in micrometres.
  public func surfaceFile(ending: String) -> [UInt8] {
    ending == "stl" ? STLFile.write(surface) : Array(GmshFile.write(surface).utf8)
  }
}
