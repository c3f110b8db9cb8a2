import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities

/// How a diffraction measurement and a charge are bound together in the experiment file.
extension DiffractionSettings {
  /// The name of the stage that puts this measurement on the clock of a charge.
  var responseStage: String { "\(ChargeResponseStage.name)-\(name)" }

  private static func chargeStage(_ name: String) -> String { "\(StateOfChargeStage.name)-\(name)" }

  // MARK: - Checks

  /// What is wrong with this measurement alone.
  var responseProblems: [SettingProblem] {
    var found: [SettingProblem] = []
    if response != nil, lattice == nil {
      found.append(
        SettingProblem(
          at: "response", "there are no lattice parameters that could follow a charge",
          detail: "give a section `lattice`"))
    }
    if (beamHeight == nil) != (beamWidth == nil), scan == nil {
      found.append(
        SettingProblem(
          severity: .warning, at: beamHeight == nil ? "beam_width" : "beam_height",
          "the footprint of the beam has one side",
          detail: "give both `beam_height` and `beam_width` to have it checked"))
    }
    if let smear = statedSmear {
      found.append(
        SettingProblem(
          severity: .warning, at: "beam_height", "an unfocused beam of this size smears the rings by \(smear) pixels",
          detail: "the report holds it against the fitted lines; nothing is taken out"))
    }
    return found
  }

  /// The smear of a stated footprint, vertical x horizontal, where it is more than a pixel and the pixel is known.
  private var statedSmear: String? {
    guard let beamHeight, let beamWidth, let pixel = calibration?.pixel?.si,
      max(beamHeight.si, beamWidth.si) > pixel
    else { return nil }
    return String(format: "%.3g x %.3g", beamHeight.si / pixel, beamWidth.si / pixel)
  }

  /// What is wrong between measurements.
  ///
  /// - Parameter charges: names of the electrochemistry measurements.
  static func responseProblems(of measurements: [DiffractionSettings], charges: Set<String>) -> [SettingProblem] {
    var found: [SettingProblem] = []
    let others = Set(measurements.filter { $0.response != nil }.map(\.name))
    for (index, measurement) in measurements.enumerated() {
      guard let response = measurement.response else { continue }
      let place = "diffraction[\(index)].response"
      if !charges.contains(response.charge) {
        found.append(
          SettingProblem(
            at: "\(place).charge", "there is no electrochemistry measurement of that name",
            detail: "`\(response.charge)`; expected "
              + (charges.isEmpty ? "one to be described" : charges.sorted().joined(separator: ", "))))
      }
      guard let source = response.curveFrom else { continue }
      let candidates = others.subtracting([measurement.name])
      if !candidates.contains(source) {
        found.append(
          SettingProblem(
            at: "\(place).curve_from", "no other diffraction measurement of that name has a response",
            detail: "`\(source)`; expected "
              + (candidates.isEmpty
                ? "one with its own section `response`" : candidates.sorted().joined(separator: ", "))))
      } else if measurements.contains(where: { $0.name == source && $0.response?.curveFrom != nil }) {
        found.append(
          SettingProblem(
            at: "\(place).curve_from", "the curve of that measurement comes from yet another one",
            detail: "name the measurement that was charged as a whole cell"))
      }
    }
    return found
  }

  /// The conventions of the response, for `check`.
  var responseConventions: [Convention] {
    guard let response else { return [] }
    let reference = response.reference ?? (scan == nil ? .absolute : .firstPass)
    return [
      Convention(
        subject: "clock of \(name)",
        choice: response.clockOffset.map { "potentiostat's clock shows \($0) more than the detector's" }
          ?? (response.clock == .fitted ? "fitted" : "start times as recorded")),
      Convention(
        subject: "lattices of \(name)",
        choice: reference == .firstPass ? "against the first pass at the same position" : "absolute"),
    ]
  }

  // MARK: - Stages

  /// The responses of all measurements, those whose curve another one takes first.
  static func plannedResponses(of measurements: [DiffractionSettings], after count: Int) -> [PlannedStage] {
    let asked = measurements.filter { $0.response != nil && !$0.frames.isEmpty }
    let ordered = asked.filter { $0.response?.curveFrom == nil } + asked.filter { $0.response?.curveFrom != nil }
    return ordered.enumerated().compactMap { $1.plannedResponse(sequenceIndex: count + $0 + 1) }
  }

  private func plannedResponse(sequenceIndex: Int) -> PlannedStage? {
    guard let response, lattice != nil else { return nil }
    let sources = ResponseSources(
      lattice: latticeStage, charge: Self.chargeStage(response.charge), peaks: peaks == nil ? nil : peaksStage,
      calibration: calibration == nil ? nil : calibrationStage,
      curve: response.curveFrom.map { "\(ChargeResponseStage.name)-\($0)" })
    let upstream = [sources.lattice, sources.peaks, sources.charge, sources.calibration, sources.curve]
      .compactMap(\.self)
    let (name, scan, geometry, parts) = (name, scan, geometry, setup)
    let beam = (height: beamHeight?.si ?? scan?.beam.si, width: beamWidth?.si)
    let canonical =
      "beam = \(beam.height ?? 0) \(beam.width ?? 0)\n" + (scan?.canonicalText() ?? "") + parts.canonicalText()
    return ChargeResponseStage.planned(
      instance: name, response, canonical: canonical,
      inputFiles: [response.curve, geometry].compactMap { $0?.path }, upstream: upstream, sequenceIndex: sequenceIndex
    ) { files in
      var input = try ChargeResponseStage.Input(
        lattice: StageDocument.value(LatticeTable.self, from: files[sources.lattice] ?? ""),
        charge: StageDocument.value(ChargeTable.self, from: files[sources.charge] ?? ""))
      input.name = name
      input.scan = scan
      if let path = sources.peaks.flatMap({ files[$0] }) {
        input.peaks = try StageDocument.value(PeakTable.self, from: path)
      }
      if let path = sources.calibration.flatMap({ files[$0] }) ?? geometry?.path,
        let geometry = try? DetectorGeometryFile.read(path)
      {
        input.setup = DiffractionSetup(
          geometry: geometry, parts: parts, beamHeight: beam.height, beamWidth: beam.width)
      }
      if let curve = sources.curve {
        input.curve = try StageDocument.value(ChargeResponseTable.self, from: files[curve] ?? "")
          .givenCurve(source: "stage \(curve)")
      } else if let file = response.curve {
        input.curve = try response.givenCurve(file, charge: input.charge)
      }
      return input
    }
  }
}

/// The stages that a response takes its input from.
private struct ResponseSources: Sendable {
  var lattice, charge: String
  var peaks, calibration, curve: String?
}

extension ChargeResponseStage.Parameters {
  /// The curve of a file, with capacities over the specific capacity of the charge.
  ///
  /// - Throws: `FormatError`, and `StageDocumentError` for a file of capacities where no specific capacity is known.
  func givenCurve(_ file: FilePath, charge: ChargeTable) throws -> ChargeResponseStage.GivenCurve {
    let table = try LatticeCurveFile.read(
      DiffractionInput.bytes(of: file.path), named: file.path, columns: curveColumns, scale: curveScale.file)
    var states = table.charge
    if table.scale == .capacity {
      guard let capacity = charge.record?.specificCapacity else {
        throw StageDocumentError(
          path: file.path, problem: "has capacities, and the file of the state of charge states no specific capacity")
      }
      // 1 mAh/g is 3600 C/kg.
      states = states.map { $0 * 3600 / capacity }
    }
    return ChargeResponseStage.GivenCurve(
      stateOfCharge: states, a: table.a, c: table.c, sigmaA: table.sigmaA, sigmaC: table.sigmaC,
      source: URL(filePath: file.path).lastPathComponent)
  }
}
