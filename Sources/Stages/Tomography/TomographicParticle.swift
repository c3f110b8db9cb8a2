public import ArrayMath
public import FileFormats
import Foundation
public import Quantities
public import Tomography

/// The particle in a volume: what it is where, its surface, and what follows from both.
public struct TomographicParticle: NeXusRepresentable {
  /// What a voxel is.
  public enum Label: UInt8, Sendable, CaseIterable {
    case outside = 0
    case solid = 1
    /// A void that the particle encloses, or a crack in it.
    case void = 2
    /// What holds the particle.
    case mount = 3
  }

  /// A number that was found.
  public struct Entry: Sendable, Hashable, Codable {
    /// Lower case with underscores.
    public var key: String
    /// In words.
    public var name: String
    /// In ``unit``.
    public var value: Double
    /// Standard uncertainty in ``unit``; nil where none can be stated, and then ``note`` says why.
    public var uncertainty: Double?
    public var unit: String
    public var note = ""
    public var isAnswer = false
  }

  /// A cause of uncertainty.
  public struct Cause: Sendable, Hashable, Codable {
    /// Of what: the key of an entry.
    public var quantity: String
    public var name: String
    /// Standard uncertainty over the value.
    public var relative: Double
  }

  /// How often each contrast occurs about the particle, and what it was divided by.
  public struct Histogram: Sendable, Hashable, Codable {
    /// In the volume's unit.
    public var centres: [Double]
    public var counts: [Double]
    /// Mean of the surroundings and of matter, and what divides them.
    public var outside, inside, threshold: Double
  }

  public struct Facts: Sendable, Hashable, Codable {
    /// Edge of a voxel, in metres.
    public var voxel: Double
    public var entries: [Entry] = []
    public var budget: [Cause] = []
    public var histogram: Histogram?
    /// Of the active material, in kg, with its standard uncertainty and where it comes from.
    public var mass = Double.nan
    public var massUncertainty = Double.nan
    public var massSource = ""
    public var notes: [String] = []
    public var warnings: [String] = []
  }

  public var labels: LabelVolume
  public var surface: SurfaceMesh
  public var facts: Facts

  public init(labels: LabelVolume, surface: SurfaceMesh, facts: Facts) {
    self.labels = labels
    self.surface = surface
    self.facts = facts
  }

  /// The mass of the active material, in kg.
  public var mass: UncertainValue { UncertainValue(facts.mass, uncertainty: facts.massUncertainty) }

  public subscript(key: String) -> Entry? { facts.entries.first { $0.key == key } }

  /// Comma-separated text: Quantity, Value, Uncertainty, Unit.
  public var csv: String {
    func field(_ text: String) -> String {
      text.contains { ",\"\n".contains($0) } ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
    var text = "Quantity,Value,Uncertainty,Unit\n"
    for entry in facts.entries {
      let value = entry.value.isFinite ? "\(entry.value)" : ""
      let uncertainty = entry.uncertainty.flatMap { $0.isFinite ? "\($0)" : nil } ?? ""
      text += "\(field(entry.name)),\(value),\(uncertainty),\(field(entry.unit))\n"
    }
    return text
  }

  // MARK: - NeXus

  public var defaultPlot: String { "particle" }

  /// Below `/entry`:
  ///
  /// - `particle` (NXdata): `label` (slice, row, column): 0 outside, 1 solid, 2 void, 3 mount, over z, y, x in micrometres
  ///   about the middle of the volume.
  /// - `quantities` (NXcollection): every number with `units`, and its standard uncertainty as NAME_errors.
  /// - `surface` (NXcollection): `vertices` in metres (x along the columns, y along the beam, z up) and `triangles`.
  /// - `facts` (NXnote): numbers and words as JSON.
  public var nexusChildren: [String: NeXusNode] {
    [
      defaultPlot: .group(labelData), "quantities": .group(.collection(quantities)),
      "surface": .group(
        .collection([
          "vertices": .dataset(
            NeXusDataset(
              surface.vertices.flatMap { [$0.x, $0.y, $0.z] }, shape: [surface.vertices.count, 3], units: "m")),
          "triangles": .dataset(
            NeXusDataset(
              surface.triangles.flatMap { [Int($0.x), Int($0.y), Int($0.z)] }, shape: [surface.triangles.count, 3])),
        ])),
      "facts": .group(
        .note(factsText, type: "application/json", description: "numbers and words of the particle")),
    ]
  }

  private var labelData: NeXusGroup {
    func axis(_ count: Int, _ name: String) -> NeXusDataset {
      NeXusDataset(
        (0..<count).map { (Double($0) + 0.5 - Double(count) / 2) * facts.voxel * 1e6 }, units: "um",
        longName: "\(name) / um")
    }
    let shape = labels.shape
    return .data(
      signal: "label", axes: ["z", "y", "x"], title: "The particle", interpretation: "image",
      datasets: [
        "label": NeXusDataset(
          NeXusArray(shape: [shape.slices, shape.rows, shape.columns], values: .uint8(labels.voxels)), units: nil,
          longName: "0 outside, 1 solid, 2 void, 3 mount"),
        "z": axis(shape.slices, "z"), "y": axis(shape.rows, "y"), "x": axis(shape.columns, "x"),
      ])
  }

  private var quantities: [String: NeXusNode] {
    var members: [String: NeXusNode] = [:]
    for entry in facts.entries {
      let units = entry.unit == "1" ? "" : entry.unit
      members[entry.key] = .dataset(NeXusDataset(entry.value, units: units, longName: entry.name))
      if let uncertainty = entry.uncertainty {
        members["\(entry.key)_errors"] = .dataset(NeXusDataset(uncertainty, units: units))
      }
    }
    return members
  }

  private var factsText: String {
    let data = (try? TomogramResult.encoder.encode(facts)) ?? Data()
    return String(decoding: data, as: UTF8.self)
  }

  public init(entry: NeXusGroup) throws {
    guard let text = entry.dataset(at: "facts/data")?.text,
      let facts = try? TomogramResult.decoder.decode(Facts.self, from: Data(text.utf8))
    else { throw StageDocumentError(path: "/entry/facts", problem: "it does not tell what the particle is") }
    self.facts = facts
    guard let label = entry.dataset(at: "particle/label"), label.shape.count == 3,
      case .uint8(let values) = label.array.values
    else { throw StageDocumentError(path: "/entry/particle", problem: "it does not tell what each voxel is") }
    labels = LabelVolume(
      values, shape: VolumeShape(slices: label.shape[0], rows: label.shape[1], columns: label.shape[2]))
    guard let vertices = entry.dataset(at: "surface/vertices")?.numbers, vertices.count.isMultiple(of: 3),
      let triangles = entry.dataset(at: "surface/triangles")?.integers, triangles.count.isMultiple(of: 3),
      triangles.allSatisfy({ (0..<vertices.count / 3).contains($0) })
    else { throw StageDocumentError(path: "/entry/surface", problem: "it does not hold a surface") }
    let corners = (0..<vertices.count / 3).map { index -> SIMD3<Double> in
      SIMD3(vertices[3 * index], vertices[3 * index + 1], vertices[3 * index + 2])
    }
    let numbers = triangles.map { Int32($0) }
    let faces = (0..<numbers.count / 3).map { index -> SIMD3<Int32> in
      SIMD3(numbers[3 * index], numbers[3 * index + 1], numbers[3 * index + 2])
    }
    surface = SurfaceMesh(vertices: corners, triangles: faces)
  }
}
