import FileFormats
import Foundation
public import Pipeline
public import Quantities

/// An orientation measurement: its patterns or its map, how they become orientations, grains and the radial texture.
public struct OrientationSettings: ExperimentDecodable {
  @Setting(
    "name of this measurement; its answers are called NAME.texture.order_parameter and so on", default: "orientation")
  public var name: String
  @Setting(
    "Kikuchi patterns of a map: kikuchipy, EDAX, Bruker or Oxford HDF5, .up1, .up2, .ebsp, or NORDIF",
    example: "patterns.h5")
  public var patterns: FilePath?
  @Setting(
    "orientation map instead of patterns: .ctf, .ang, .cpr, .h5oina, or .nxs of operando index", example: "map.ctf")
  public var map: FilePath?
  @Setting(
    "frame of the Euler angles of `map`: oxford (x right, y up), edax1 (x down, y right), edax2, edax3 or map; left out, that of its format"
  )
  public var eulerFrame: EulerFrameName?
  @Setting(
    "crystalline phases to look for, the first one the sample: NMC811, or files such as phase.cif",
    default: [FilePath("NMC811")])
  public var phases: [FilePath]
  @Setting(
    "edge a of the first phase, where its cell is known better than its file states it",
    in: Length(si: 1e-10)...Length(si: 1e-8), example: "2.819 angstrom")
  public var a: Length?
  @Setting("edge c of the first phase", in: Length(si: 1e-10)...Length(si: 1e-8), example: "14.483 angstrom")
  public var c: Length?
  @Section("where the screen stands and how the sample is tilted")
  public var geometry: KikuchiGeometrySettings?
  @Section("the master pattern that candidates are held against")
  public var master: KikuchiMasterStage.Parameters
  @Section("how patterns become orientations")
  public var indexing: OrientationIndexingStage.Parameters
  @Section("how orientations become grains")
  public var grains: OrientationMapStage.Parameters
  @Section("how c axes lie to the radius of the particle")
  public var texture: RadialTextureStage.Parameters?
  @Section("what `operando simulate` makes of this measurement; an analysis reads none of it")
  public var simulation: SimulatedOrientationSettings?

  public init() {}

  public func validate() -> [SettingProblem] {
    var found: [SettingProblem] = []
    if let wrong = problem(ofMeasurementName: name, example: "tebsd-1") { found.append(wrong) }
    switch (patterns, map) {
    case (nil, nil) where simulation == nil:
      found.append(
        SettingProblem(
          at: "", "there is nothing to work on", detail: "give `patterns`, or `map` as a file such as map.ctf"))
    case (.some, .some):
      found.append(SettingProblem(at: "map", "both patterns and a map are given", detail: "keep one of them"))
    default: break
    }
    if map == nil, geometry == nil {
      found.append(
        SettingProblem(
          at: "", "where the screen stands is not known",
          detail: "give a section `geometry` with mode, tilts and pattern centre"))
    }
    if map == nil, eulerFrame != nil {
      found.append(
        SettingProblem(at: "euler_frame", "there is no map whose frame this is", detail: "leave it out for patterns"))
    }
    if phases.isEmpty {
      found.append(SettingProblem(at: "phases", "there is no phase", detail: "expected some such as [NMC811]"))
    }
    for (index, phase) in phases.enumerated() where phase.text != "NMC811" && !Self.isCIF(phase) {
      found.append(
        SettingProblem(
          at: "phases[\(index)]", "this is no phase that is known by its name",
          detail: "`\(phase.text)`; expected NMC811, or a file such as phase.cif"))
    }
    return found
  }

  private static func isCIF(_ path: FilePath) -> Bool { path.text.lowercased().hasSuffix(".cif") }

  /// Every file that is read, with the setting that names it.
  var files: [(key: String, path: FilePath)] {
    [("patterns", patterns), ("map", map)].compactMap { key, path in path.map { (key, $0) } }
      + phases.enumerated().filter { Self.isCIF($0.element) }.map { ("phases[\($0.offset)]", $0.element) }
  }

  /// The files of the phases, for keys.
  private var phaseFiles: [String] { phases.filter(Self.isCIF).map(\.path) }

  /// The phases by what reads them: a name, or a path.
  private var phaseNames: [String] { phases.map { Self.isCIF($0) ? $0.path : $0.text } }

  var masterStage: String { "\(KikuchiMasterStage.name)-\(name)" }
  var indexingStage: String { "\(OrientationIndexingStage.name)-\(name)" }
  var mapStage: String { "\(OrientationMapStage.name)-\(name)" }
  var textureStage: String { "\(RadialTextureStage.name)-\(name)" }

  /// The stages of this measurement.
  func plannedStages(after count: Int) -> [PlannedStage] {
    var stages: [PlannedStage] = []
    if map == nil, let geometry, let patterns {
      stages.append(plannedMaster(energy: geometry.energy, sequenceIndex: count + 1))
      stages.append(plannedIndexing(patterns, geometry, sequenceIndex: count + 2))
    }
    guard map != nil || !stages.isEmpty else { return [] }
    stages.append(plannedMap(sequenceIndex: count + stages.count + 1))
    if let texture { stages.append(plannedTexture(texture, sequenceIndex: count + stages.count + 1)) }
    return stages
  }

  /// The phases with their atoms, the first with the stated edges.
  func openedPhases() throws -> [OrientationPhase] {
    try phaseNames.enumerated().map { index, phase in
      try OrientationPhase(named: phase, a: index == 0 ? a?.si : nil, c: index == 0 ? c?.si : nil)
    }
  }

  /// Indexes the patterns of a file with these settings, outside a run folder.
  ///
  /// - Throws: the readers' errors, `StageDocumentError`, and `Interrupted`.
  public func index(_ path: String, _ context: RunContext) throws -> StageResult<IndexedMap> {
    guard let geometry else { throw StageDocumentError(path: path, problem: "where the screen stands is not known") }
    // Wrong files are told before the master pattern, which takes long.
    let masters = KikuchiMasters(phases: [], wavelength: 0)
    var input = try OrientationIndexingStage.Input(patterns: path, geometry: geometry, masters: masters)
    let phases = try openedPhases()
    let master = try KikuchiMasterStage.run(
      KikuchiMasterStage.Input(
        phases: phases, kiloelectronvolts: geometry.energy.si / Energy(1, .kiloelectronVolt).si), self.master, context)
    input.masters = master.value
    return try OrientationIndexingStage.run(input, indexing, context)
  }

  private func plannedMaster(energy: Energy, sequenceIndex: Int) -> PlannedStage {
    let (settings, name) = (self, name)
    func text(_ length: Length?) -> String { length?.canonical ?? "none" }
    return KikuchiMasterStage.planned(
      instance: name, master,
      canonical: "energy = \(energy.canonical ?? "")\nphases = \(phases.map(\.text))\na = \(text(a))\nc = \(text(c))\n",
      inputFiles: phaseFiles, sequenceIndex: sequenceIndex
    ) { _ in
      var input = KikuchiMasterStage.Input(
        phases: try settings.openedPhases(), kiloelectronvolts: energy.si / Energy(1, .kiloelectronVolt).si)
      input.name = name
      return input
    }
  }

  private func plannedIndexing(
    _ patterns: FilePath, _ geometry: KikuchiGeometrySettings, sequenceIndex: Int
  ) -> PlannedStage {
    let (name, source) = (name, masterStage)
    return OrientationIndexingStage.planned(
      instance: name, indexing, canonical: geometry.canonicalText(), inputFiles: [patterns.path], upstream: [source],
      sequenceIndex: sequenceIndex
    ) { upstream in
      var input = try OrientationIndexingStage.Input(
        patterns: patterns.path, geometry: geometry,
        masters: StageDocument.value(KikuchiMasters.self, from: upstream[source] ?? ""))
      input.name = name
      return input
    }
  }

  private func plannedMap(sequenceIndex: Int) -> PlannedStage {
    let (name, source, map, frame) = (name, indexingStage, map, eulerFrame)
    return OrientationMapStage.planned(
      instance: name, grains, canonical: "euler_frame = \(frame?.rawValue ?? "none")\n",
      inputFiles: map.map { [$0.path] } ?? [], upstream: map == nil ? [source] : [], sequenceIndex: sequenceIndex
    ) { upstream in
      var input: OrientationMapStage.Input
      if let map {
        input = try OrientationMapStage.Input(file: map.path, frame: frame)
      } else {
        let indexed = try StageDocument.value(IndexedMap.self, from: upstream[source] ?? "")
        input = OrientationMapStage.Input(
          map: indexed.map, source: "stage \(source)", eulerFrame: "edax1: x down and y to the right of the map")
      }
      input.name = name
      return input
    }
  }

  private func plannedTexture(_ texture: RadialTextureStage.Parameters, sequenceIndex: Int) -> PlannedStage {
    let (name, source, indexing, map) = (name, mapStage, indexingStage, map)
    return RadialTextureStage.planned(
      instance: name, texture, upstream: map == nil ? [source, indexing] : [source], sequenceIndex: sequenceIndex
    ) { upstream in
      var input = RadialTextureStage.Input(
        grains: try StageDocument.value(OrientationGrains.self, from: upstream[source] ?? ""), source: "stage \(source)"
      )
      input.name = name
      if let path = upstream[indexing] { input.example = try StageDocument.value(IndexedMap.self, from: path).example }
      return input
    }
  }

  /// The conventions in force.
  var conventions: [Convention] {
    var found = geometry.map { $0.conventions(of: name) } ?? []
    found.append(
      Convention(
        subject: "Euler frame of \(name)",
        choice: eulerFrame.map { "\($0.rawValue), as stated" }
          ?? (map == nil ? "edax1: x down and y to the right of the map" : "that of the map's format")))
    found.append(Convention(subject: "crystal frame of \(name)", choice: "x along a, z along c*"))
    return found
  }
}

/// The frames of Euler angles by their names, see ``FileFormats/EulerFrame``.
public enum EulerFrameName: String, SettingChoice {
  case oxford, edax1, edax2, edax3, map

  var frame: EulerFrame {
    switch self {
    case .oxford: .oxford
    case .edax1: .edax1
    case .edax2: .edax2
    case .edax3: .edax3
    case .map: .map
    }
  }
}
