import Crystallography
import FileFormats

/// Families of bands as datasets of a NeXus collection.
enum ReflectorNodes {
  static func datasets(_ reflectors: [Reflector]) -> [String: NeXusNode] {
    let poles = reflectors.flatMap(\.poles)
    return [
      "indices": .dataset(
        NeXusDataset(reflectors.flatMap { [$0.indices.h, $0.indices.k, $0.indices.l] }, shape: [reflectors.count, 3])),
      "spacing": .dataset(NeXusDataset(reflectors.map(\.dSpacing), units: "m")),
      "amplitude": .dataset(NeXusDataset(reflectors.map(\.amplitude), units: "")),
      "pole_counts": .dataset(NeXusDataset(reflectors.map(\.poles.count))),
      "poles": .dataset(NeXusDataset(poles.flatMap { [$0.x, $0.y, $0.z] }, shape: [poles.count, 3], units: "")),
    ]
  }

  /// - Throws: `StageDocumentError` when something is missing or does not fit together.
  static func reflectors(_ group: NeXusGroup?, place: String) throws -> [Reflector] {
    func wrong(_ name: String) -> StageDocumentError {
      StageDocumentError(path: "\(place)/\(name)", problem: "it is missing or has another shape")
    }
    func numbers(_ name: String) throws -> [Double] {
      guard let values = group?[dataset: name]?.numbers else { throw wrong(name) }
      return values
    }
    let spacing = try numbers("spacing"), amplitude = try numbers("amplitude"), poles = try numbers("poles")
    guard let indices = group?[dataset: "indices"]?.integers, let counts = group?[dataset: "pole_counts"]?.integers,
      indices.count == 3 * spacing.count, amplitude.count == spacing.count, counts.count == spacing.count,
      counts.allSatisfy({ (0...poles.count).contains($0) }), poles.count == 3 * counts.reduce(0, +)
    else { throw wrong("indices") }
    var next = 0
    return spacing.indices.map { place in
      let own = (next..<next + counts[place]).map { SIMD3(poles[3 * $0], poles[3 * $0 + 1], poles[3 * $0 + 2]) }
      next += counts[place]
      return Reflector(
        indices: MillerIndices(indices[3 * place], indices[3 * place + 1], indices[3 * place + 2]), poles: own,
        dSpacing: spacing[place], amplitude: amplitude[place])
    }
  }
}
