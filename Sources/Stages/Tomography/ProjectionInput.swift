import ArrayMath
import FileFormats
import Foundation
import Pipeline
import Ptychography
import Quantities
import Tomography

/// Opens the projections of a measurement and fills in what their files do not state.
enum ProjectionInput {
  /// What the files hold.
  enum Found {
    case measured(MeasuredProjections)
    case transmissions(MeasuredTransmissions)
    /// The file of the stage of ptychography.
    case phases(PhaseProjections)
  }

  /// The files of the projections, in order; a folder or a pattern stands for its files.
  ///
  /// - Throws: `FormatError` when a folder cannot be listed or a pattern matches nothing.
  static func files(_ projections: [FilePath]) throws -> [String] {
    try projections.flatMap { try FrameFile.files(of: DiffractionInput.plainPath($0.path)) }
  }

  /// Opens files whose kind is told by their content.
  ///
  /// - Throws: the readers' errors.
  static func open(_ paths: [String], _ options: ProjectionReadOptions) throws -> Found {
    guard let first = try paths.first.map({ try FrameFile.files(of: $0) })?.first else {
      throw StageDocumentError(path: TomogramStage.name, problem: "no file of projections is named")
    }
    let isOne = paths.count == 1
    if isHDF5(first) {
      if isOne, try ProjectionFile.layout(ofHDF5: first) != nil {
        return .measured(try ProjectionFile.read(paths[0], options: options))
      }
      if let layout = try? PtychographyFile.layout(of: first), layout == .ptychodus || layout == .reconstruction {
        return .transmissions(try TransmissionSeriesFile.read(paths, options: options))
      }
      if isOne, first.hasSuffix(".nxs"), let phases = try? StageDocument.value(PhaseProjections.self, from: first) {
        return .phases(phases)
      }
    }
    if isOne { return .measured(try ProjectionFile.read(paths[0], options: options)) }
    // Single frames whose names a shell has listed.
    let frames = try FrameFile.open(paths: paths)
    var measured = MeasuredProjections(name: URL(filePath: first).lastPathComponent, frames: frames.frames)
    measured.content = options.content
    measured.angles = options.angles
    measured.wavelength = options.wavelength
    if let height = options.pixelHeight { measured.pixel = (height, options.pixelWidth ?? height) }
    return .measured(measured)
  }

  private static func isHDF5(_ path: String) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path) else { return false }
    defer { try? file.close() }
    return (try? file.read(upToCount: 8)).map { [UInt8]($0) } == [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]
  }

  /// How large the projections are, as far as their files tell.
  static func extent(of settings: TomographySettings) throws -> TomogramExtent? {
    guard !settings.projections.isEmpty else { return nil }
    switch try open(settings.projections.map(\.path), settings.readOptions) {
    case .measured(let measured):
      return TomogramExtent(
        projections: measured.frames.count, rows: measured.frames.shape.rows, columns: measured.frames.shape.columns)
    case .transmissions(let found):
      guard let shape = found.projections.first?.object.shape else { return nil }
      return TomogramExtent(projections: found.projections.count, rows: shape.rows, columns: shape.columns)
    case .phases(let phases):
      return TomogramExtent(projections: phases.complete.count, rows: phases.shape.rows, columns: phases.shape.columns)
    }
  }
}

extension TomographySettings {
  /// What the settings say about the projections, which wins over their files.
  var readOptions: ProjectionReadOptions {
    var options = ProjectionReadOptions()
    options.content = content
    if !angles.isEmpty {
      options.angles = angles.map(\.si)
      options.angleUnit = .radians
    }
    options.anglesFile = anglesFile?.path
    if let angleUnit { options.angleUnit = angleUnit }
    options.flats = flats.map(\.path)
    options.darks = darks.map(\.path)
    options.pixelHeight = pixel?.si
    options.wavelength = statedWavelength
    return options
  }

  private var statedWavelength: Double? { energy.map { ScanGeometry.wavelength(ofPhotonEnergy: $0.si) } }

  /// Opens the projections of files.
  ///
  /// - Throws: the readers' errors; `StageDocumentError` where something is not known, or does not fit.
  public func input() throws -> TomogramStage.Input {
    switch try ProjectionInput.open(projections.map(\.path), readOptions) {
    case .measured(var measured):
      try state(&measured.angles, count: measured.frames.count)
      if angleRange != nil { measured.angleUnitIsStated = true }
      return try input(.measured(measured), pixel: measured.pixel, wavelength: measured.wavelength)
    case .transmissions(var found):
      var stated: [Double]? = found.projections.map(\.angle)
      try state(&stated, count: found.projections.count)
      for (index, angle) in (stated ?? []).enumerated() { found.projections[index].angle = angle }
      return try input(.transmissions(found.projections), pixel: found.pixel, wavelength: found.wavelength)
    case .phases(let phases):
      return try input(phases)
    }
  }

  /// Takes the objects of a ptychographic measurement as projections.
  ///
  /// - Throws: `StageDocumentError` where something is not known, or does not fit.
  func input(ofPtychography path: String) throws -> TomogramStage.Input {
    try input(try StageDocument.value(PhaseProjections.self, from: path))
  }

  private func input(_ phases: PhaseProjections) throws -> TomogramStage.Input {
    let complete = phases.complete
    guard let first = complete.first else {
      throw StageDocumentError(path: tomogramStage, problem: "no scan of the measurement gave an object")
    }
    var stated: [Double]? = complete.compactMap(\.facts.angle)
    if stated?.count != complete.count { stated = nil }
    try state(&stated, count: complete.count)
    let projections = zip(complete, stated ?? []).compactMap { projection, angle -> TransmissionProjection? in
      guard let images = projection.images else { return nil }
      return TransmissionProjection(
        name: projection.facts.name, angle: angle, object: images.object, illumination: images.illumination,
        phase: images.phase)
    }
    var made = try input(.transmissions(projections), pixel: phases.pixel, wavelength: first.facts.wavelength)
    made.failures = phases.projections.compactMap { projection in
      projection.facts.failure.map { "\(projection.facts.name) is missing: \($0)" }
    }
    return made
  }

  private func input(
    _ source: TomogramStage.Source, pixel found: (height: Double, width: Double)?, wavelength: Double?
  ) throws -> TomogramStage.Input {
    var input = TomogramStage.Input(source, voxel: try voxel(found), wavelength: statedWavelength ?? wavelength)
    input.name = name
    return input
  }

  /// The edge of a pixel, in metres.
  private func voxel(_ found: (height: Double, width: Double)?) throws -> Double {
    if let pixel { return pixel.si }
    guard let found else {
      throw StageDocumentError(
        path: tomogramStage, problem: "the extent of a pixel at the sample is not known; give `pixel` such as 43 nm")
    }
    guard abs(found.height / found.width - 1) < 1e-3 else {
      throw StageDocumentError(
        path: tomogramStage,
        problem: String(
          format: "pixels are %.5g nm high and %.5g nm wide; expected square ones", found.height * 1e9,
          found.width * 1e9))
    }
    return (found.height * found.width).squareRoot()
  }

  /// Angles as they are stated here, or as the files state them.
  private func state(_ found: inout [Double]?, count: Int) throws {
    if let angleRange {
      found = (0..<count).map { angleRange.si * Double($0) / Double(count) }
    } else if !angles.isEmpty {
      guard angles.count == count else {
        throw StageDocumentError(
          path: tomogramStage, problem: "\(count) projections and \(angles.count) `angles`; expected one a projection")
      }
      found = angles.map(\.si)
    }
    guard found != nil else {
      throw StageDocumentError(
        path: tomogramStage,
        problem: "the projections state no angles; give `angle_range` such as 180 deg, or `angles`")
    }
  }
}
