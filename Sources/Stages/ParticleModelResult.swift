import ArrayMath
public import FileFormats
import Foundation
public import ParticleMechanics

/// The states of every structure on their meshes, as the stage hands them on.
public struct ParticleModelResult: NeXusRepresentable {
  /// One structure with its states.
  public struct Case: Sendable {
    public var structure: ParticleModelStage.StructureName
    public var legs: [ProtocolLeg]
    public var simulation: ParticleSimulation
    /// At each output time, legs in order, mechanics solved.
    public var states: [ParticleState]
    /// What each leg tends to.
    public var relaxed: [ParticleState]
    public var statistics: TransportStatistics

    /// The reader of fields for the states.
    public var solution: ParticleSolution {
      ParticleSolution(
        model: simulation.model, mesh: simulation.mesh, states: states + relaxed, transportStatistics: statistics,
        mechanicsUnknowns: 2 * simulation.mesh.nodeCount)
    }

    /// Seconds since the start of the protocol at each state.
    public var elapsed: [Double] {
      states.map { state in legs[..<state.legIndex].reduce(0) { $0 + $1.duration } + state.time }
    }
  }

  /// Values at the nodes of a structure's mesh; what is read back from a file.
  public struct Fields: Sendable, Hashable {
    public var structure: String
    /// Metres, `[node]`.
    public var x: [Double]
    public var y: [Double]
    /// Nine nodes an element: corners, middles of edges, centre.
    public var elements: [Int]
    /// Seconds since the start of the protocol, `[state]`.
    public var time: [Double]
    /// `[state × nodes + node]`.
    public var lithiation: [Double]
    /// Metres, `[(state × nodes + node) × 2 + component]`.
    public var displacement: [Double]
    /// Pascals, `[(state × nodes + node) × 4 + component]`, components xx, yy, zz, xy.
    public var stress: [Double]
  }

  public var fields: [Fields]

  init(cases: [Case], threads: Int) throws {
    let solutions = cases.map(\.solution)
    fields = try zip(cases, solutions).map { entry, solution in
      let mesh = entry.simulation.mesh
      let stresses = try parallelMap(count: entry.states.count, threads: threads) { place in
        solution.stressField(entry.states[place]).nodalTensors().flatMap { [$0.xx, $0.yy, $0.zz, $0.xy] }
      }
      return Fields(
        structure: entry.structure.rawValue, x: mesh.x, y: mesh.y, elements: mesh.elements.map(Int.init),
        time: entry.elapsed, lithiation: entry.states.flatMap(\.lithiation),
        displacement: entry.states.flatMap(\.displacement), stress: stresses.flatMap(\.self))
    }
    profiles = zip(cases, solutions).map { Profiles($0, $1) }
  }

  /// Values along the middle radius of a structure.
  public struct Profiles: Sendable, Hashable {
    public var structure: String
    /// Seconds since the start of the protocol, `[state]`.
    public var time: [Double]
    /// Metres, `[point]`.
    public var radius: [Double]
    /// `[state × points + point]`; stresses in pascals.
    public var lithiation: [Double]
    public var radialStress: [Double]
    public var hoopStress: [Double]
    public var axialStress: [Double]
  }

  public var profiles: [Profiles]

  // MARK: - NeXus

  public var defaultPlot: String { profiles.first.map { "\(Self.groupName($0.structure))_profiles" } ?? "profiles" }

  public var nexusChildren: [String: NeXusNode] {
    var children: [String: NeXusNode] = [:]
    // Groups have no order of their own, structures have the one of the experiment file.
    func inOrder(_ group: NeXusGroup, _ place: Int) -> NeXusNode {
      var group = group
      group[dataset: "time"]?.attributes["structure_index"] = .integer(place)
      return .group(group)
    }
    for (place, profile) in profiles.enumerated() {
      let shape = [profile.time.count, profile.radius.count]
      func field(_ values: [Double], _ unit: String, _ name: String) -> NeXusDataset {
        NeXusDataset(values, shape: shape, units: unit, longName: name)
      }
      children["\(Self.groupName(profile.structure))_profiles"] = inOrder(
        .data(
          signal: "hoop_stress", axes: ["time", "radius"], title: "Hoop stress of the \(profile.structure) particle",
          interpretation: "image",
          datasets: [
            "time": NeXusDataset(profile.time, units: "s", longName: "time / s"),
            "radius": NeXusDataset(profile.radius, units: "m", longName: "radius / m"),
            "hoop_stress": field(profile.hoopStress, "Pa", "hoop stress / Pa"),
            "radial_stress": field(profile.radialStress, "Pa", "radial stress / Pa"),
            "axial_stress": field(profile.axialStress, "Pa", "axial stress / Pa"),
            "lithiation": field(profile.lithiation, "", "lithiation / 1"),
          ]), place)
    }
    for (place, field) in fields.enumerated() {
      let nodes = field.x.count
      children["\(Self.groupName(field.structure))_fields"] = inOrder(
        .collection([
          "x": .dataset(NeXusDataset(field.x, units: "m", longName: "x / m")),
          "y": .dataset(NeXusDataset(field.y, units: "m", longName: "y / m")),
          "elements": .dataset(NeXusDataset(field.elements, shape: [field.elements.count / 9, 9])),
          "time": .dataset(NeXusDataset(field.time, units: "s", longName: "time / s")),
          "lithiation": .dataset(
            NeXusDataset(field.lithiation, shape: [field.time.count, nodes], units: "", longName: "lithiation / 1")),
          "displacement": .dataset(
            NeXusDataset(
              field.displacement, shape: [field.time.count, nodes, 2], units: "m", longName: "displacement x, y / m")),
          "stress": .dataset(
            NeXusDataset(
              field.stress, shape: [field.time.count, nodes, 4], units: "Pa", longName: "stress xx, yy, zz, xy / Pa")),
        ]), place)
    }
    return children
  }

  public init(entry: NeXusGroup) throws {
    func numbers(_ group: NeXusGroup, _ name: String) throws -> [Double] {
      guard let values = group[dataset: name]?.numbers else {
        throw StageDocumentError(path: "/entry", problem: "there are no numbers in \(name)")
      }
      return values
    }
    fields = []
    profiles = []
    let groups = entry.children.compactMap { name, node -> (name: String, group: NeXusGroup, place: Int)? in
      guard case .group(let group) = node else { return nil }
      return (name, group, group[dataset: "time"]?.attributes["structure_index"]?.integers?.first ?? 0)
    }
    for (name, group, _) in groups.sorted(by: { ($0.place, $0.name) < ($1.place, $1.name) }) {
      if name.hasSuffix("_fields") {
        let field = Fields(
          structure: Self.structureName(name.dropLast(7)), x: try numbers(group, "x"), y: try numbers(group, "y"),
          elements: group[dataset: "elements"]?.integers ?? [], time: try numbers(group, "time"),
          lithiation: try numbers(group, "lithiation"), displacement: try numbers(group, "displacement"),
          stress: try numbers(group, "stress"))
        let nodes = field.x.count, values = nodes * field.time.count
        guard
          field.y.count == nodes, field.lithiation.count == values, field.displacement.count == 2 * values,
          field.stress.count == 4 * values, field.elements.count.isMultiple(of: 9),
          field.elements.allSatisfy({ (0..<nodes).contains($0) })
        else { throw StageDocumentError(path: "/entry/\(name)", problem: "the arrays do not belong to one mesh") }
        fields.append(field)
      } else if name.hasSuffix("_profiles") {
        profiles.append(
          Profiles(
            structure: Self.structureName(name.dropLast(9)), time: try numbers(group, "time"),
            radius: try numbers(group, "radius"), lithiation: try numbers(group, "lithiation"),
            radialStress: try numbers(group, "radial_stress"), hoopStress: try numbers(group, "hoop_stress"),
            axialStress: try numbers(group, "axial_stress")))
      }
    }
  }

  private static func groupName(_ structure: String) -> String { structure.replacing("-", with: "_") }
  private static func structureName(_ group: Substring) -> String { String(group.replacing("_", with: "-")) }
}

extension ParticleModelResult.Profiles {
  init(_ entry: ParticleModelResult.Case, _ solution: ParticleSolution) {
    let mesh = entry.simulation.mesh
    structure = entry.structure.rawValue
    time = entry.elapsed
    radius = ParticleModelResult.profileRadii(of: mesh)
    lithiation = []
    radialStress = []
    hoopStress = []
    axialStress = []
    for state in entry.states {
      let profile = solution.radialProfile(state, angle: .pi / 4, radii: radius)
      lithiation += profile.lithiation
      radialStress += profile.radialStress
      hoopStress += profile.hoopStress
      axialStress += profile.axialStress
    }
  }
}

extension ParticleModelResult {
  /// The edges of the rings and two points inside each, in metres; nothing nearer to the centre than a hundredth of the
  /// radius, where directions lose their meaning.
  static func profileRadii(of mesh: SectorMesh) -> [Double] {
    let edges = mesh.ringRadii
    var points: [Double] = []
    for (inner, outer) in zip(edges, edges.dropFirst()) {
      let third = (outer - inner) / 3
      points += [inner, inner + third, inner + 2 * third]
    }
    points.append(edges[edges.count - 1])
    return points.filter { $0 >= 0.01 * mesh.radius }
  }
}
