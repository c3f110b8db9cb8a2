import Crystallography
public import ElectronDiffraction
public import FileFormats
import Foundation

/// What patterns of the phases are held against: bands and master patterns.
public struct KikuchiMasters: NeXusRepresentable {
  /// One phase.
  public struct Phase: Sendable {
    public var indexing: IndexingPhase
    public var master: MasterPattern
  }

  public var phases: [Phase]
  /// In metres.
  public var wavelength: Double

  public init(phases: [Phase], wavelength: Double) { (self.phases, self.wavelength) = (phases, wavelength) }

  // MARK: - NeXus

  public var defaultPlot: String { "master_0" }

  public var nexusChildren: [String: NeXusNode] {
    var children: [String: NeXusNode] = [
      "beam": .group(.collection(["wavelength": .dataset(NeXusDataset(wavelength, units: "m"))]))
    ]
    for (index, phase) in phases.enumerated() {
      let size = phase.master.size
      children["master_\(index)"] = .group(
        .data(
          signal: "north", axes: [".", "."], title: "Master pattern of \(phase.indexing.name), equal area",
          interpretation: "image",
          datasets: [
            "north": NeXusDataset(phase.master.north, shape: [size, size], units: "", longName: "intensity"),
            "south": NeXusDataset(phase.master.south, shape: [size, size], units: ""),
          ]))
      children["phase_\(index)"] = .group(Self.collection(phase))
    }
    return children
  }

  private static func collection(_ phase: Phase) -> NeXusGroup {
    let cell = phase.indexing.cell
    var children = ReflectorNodes.datasets(phase.indexing.reflectors)
    children["name"] = .dataset(NeXusDataset(text: phase.indexing.name))
    children["laue_class"] = .dataset(NeXusDataset(text: phase.indexing.laueClass.rawValue))
    children["cell"] = .dataset(
      NeXusDataset([cell.a, cell.b, cell.c, cell.alpha, cell.beta, cell.gamma], units: ""))
    return .collection(children)
  }

  public init(entry: NeXusGroup) throws {
    guard let length = entry.dataset(at: "beam/wavelength")?.numbers?.first else {
      throw StageDocumentError(path: "/entry/beam", problem: "there is no wavelength")
    }
    wavelength = length
    phases = []
    while let group = entry[group: "phase_\(phases.count)"] {
      phases.append(try Self.phase(group, entry[group: "master_\(phases.count)"], index: phases.count))
    }
    guard !phases.isEmpty else { throw StageDocumentError(path: "/entry", problem: "there is no phase") }
  }

  private static func phase(_ group: NeXusGroup, _ pattern: NeXusGroup?, index: Int) throws -> Phase {
    func wrong(_ name: String) -> StageDocumentError {
      StageDocumentError(path: "/entry/phase_\(index)/\(name)", problem: "it is missing or has another shape")
    }
    func numbers(_ name: String) throws -> [Double] {
      guard let values = group[dataset: name]?.numbers else { throw wrong(name) }
      return values
    }
    guard let name = group[dataset: "name"]?.text,
      let laueClass = group[dataset: "laue_class"]?.text.flatMap(LaueClass.init(rawValue:))
    else { throw wrong("name") }
    let edges = try numbers("cell")
    guard edges.count == 6,
      UnitCell.isPossible(
        a: edges[0], b: edges[1], c: edges[2], alpha: edges[3], beta: edges[4], gamma: edges[5])
    else { throw wrong("cell") }
    let reflectors = try ReflectorNodes.reflectors(group, place: "/entry/phase_\(index)")
    guard let north = pattern?[dataset: "north"], let south = pattern?[dataset: "south"], north.shape.count == 2,
      north.shape == south.shape, north.shape[0] == north.shape[1], north.shape[0] >= 3, north.shape[0] % 2 == 1,
      let up = north.numbers, let down = south.numbers, up.count == north.shape[0] * north.shape[0]
    else { throw StageDocumentError(path: "/entry/master_\(index)", problem: "there is no square master pattern") }
    return Phase(
      indexing: IndexingPhase(
        name: name,
        cell: UnitCell(
          a: edges[0], b: edges[1], c: edges[2], alpha: edges[3], beta: edges[4], gamma: edges[5]),
        laueClass: laueClass, reflectors: reflectors),
      master: MasterPattern(size: north.shape[0], north: up.map(Float.init), south: down.map(Float.init)))
  }
}
