import ArrayMath
import Foundation
import Ptychography

/// Puts what a reader found and what the user says together to a scan, and refuses what does not fit.
struct ScanAssembly {
  let file: String
  let options: PtychographyReadOptions
  var name: String
  var energy: PhotonEnergyRule
  /// In metres.
  var distance: Double?
  var pixelHeight: Double?
  var pixelWidth: Double?
  var propagation: Propagation?
  var focusDistance: Double?
  var centre: (row: Double, column: Double)?
  var mask: Image<Bool>?
  var probe: [ComplexImage] = []
  var probePixel: (height: Double, width: Double)?
  var angle: Double?
  var exposure: Double?
  var isCornerCentred = false
  var notes: [String] = []

  init(file: String, options: PtychographyReadOptions) {
    self.file = file
    self.options = options
    name = URL(filePath: file).deletingPathExtension().lastPathComponent
    energy = PhotonEnergyRule(file: file)
  }

  /// The geometry, from the file and from the user.
  ///
  /// - Throws: ``FormatError`` that names everything that is missing.
  mutating func geometry() throws -> ScanGeometry {
    var missing: [String] = []
    func choose(_ given: Double?, _ stated: Double?, _ what: String) -> Double {
      guard let value = given ?? stated, value.isFinite, value > 0 else {
        missing.append(what)
        return .nan
      }
      return value
    }
    var photonEnergy = options.photonEnergy
    if let photonEnergy {
      notes.append("photon energy \(PhotonEnergyRule.text(photonEnergy)) as given")
    } else if let chosen = try energy.choose() {
      photonEnergy = chosen.energy
      notes.append(chosen.note)
    }
    let found = energy.found
    let joules = choose(photonEnergy, nil, "photon energy" + (found.isEmpty ? "" : " (\(found))"))
    let distance = choose(options.distance, distance, "distance from the sample to the detector")
    let height = choose(options.pixelHeight, pixelHeight, "height of the detector's pixels")
    let width = choose(options.pixelWidth, pixelWidth, "width of the detector's pixels")
    guard missing.isEmpty else {
      throw FormatError(file, "states no \(missing.joined(separator: ", no ")); give what is missing")
    }
    let way = options.propagation ?? propagation ?? .farField
    let focus = options.focusDistance ?? focusDistance
    if let focus, !focus.isFinite || focus == 0 || focus + distance == 0 {
      throw FormatError(file, "has its focus \(focus) m from the sample; the wave must spread on its way")
    }
    return ScanGeometry(
      wavelength: ScanGeometry.wavelength(ofPhotonEnergy: joules), distance: distance, pixelHeight: height,
      pixelWidth: width, propagation: way, focusDistance: focus)
  }

  /// The scan.
  ///
  /// - Throws: ``FormatError`` when counts or extents do not belong together.
  mutating func scan(frames: any FrameSource, positions: [ScanPosition], from place: String) throws -> PtychographyScan
  {
    guard frames.count == positions.count else {
      throw FormatError(
        file, at: place,
        "holds \(positions.count) positions for \(frames.count) patterns; there must be one for each")
    }
    if let bad = positions.firstIndex(where: { !$0.x.isFinite || !$0.y.isFinite }) {
      throw FormatError(file, at: place, "position \(bad + 1) of \(positions.count) is not a finite number")
    }
    if let given = options.mask {
      mask = try ScanMask.read(given, marksGood: options.maskMarksGood)
      notes.append("mask from \(given)")
    }
    if let mask, mask.shape != frames.shape {
      throw FormatError(
        file,
        "has a mask of \(mask.rows) x \(mask.columns) pixels for patterns of \(frames.shape.rows) x "
          + "\(frames.shape.columns)")
    }
    if let mask {
      let bad = mask.pixels.count { $0 }
      notes.append(
        String(format: "the mask leaves out %d pixels, %.2f %%", bad, 100 * Double(bad) / Double(mask.shape.count)))
      if 2 * bad > mask.shape.count {
        notes.append("the mask leaves out most pixels: it may mark the good ones, which a setting says")
      }
    }
    if let row = options.centreRow, let column = options.centreColumn { centre = (row, column) }
    let geometry = try geometry()
    return PtychographyScan(
      name: name, geometry: geometry, frames: frames, positions: positions, mask: mask, centre: centre, probe: probe,
      probePixel: probePixel, angle: angle, exposure: exposure, notes: notes, isCornerCentred: isCornerCentred)
  }
}
