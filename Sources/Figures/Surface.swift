import Foundation

/// A closed surface of triangles in space, such as that of a particle.
///
/// Where scripts run it can be turned; elsewhere it is a picture, seen from one side. A panel that shows one shows nothing
/// else; the panel's own axes are those of the picture, and ``axes`` those of space.
public struct Surface: Codable, Hashable, Sendable {
  /// What is shown when the pointer rests on it.
  public var name: String
  /// x, y and z of each corner in the units of ``axes``, a right-handed frame with z up: `[3 × corner]`.
  public var corners: [Float]
  /// Three corners a triangle, counterclockwise seen from outside: `[3 × triangle]`.
  public var triangles: [UInt32]
  /// x, y and z.
  public var axes: [Axis]
  public var colourIndex: Int?

  /// - Precondition: three numbers a corner, three corners a triangle, and all of them are there.
  public init(name: String, corners: [Float], triangles: [UInt32], axes: [Axis], colourIndex: Int? = nil) {
    precondition(corners.count.isMultiple(of: 3) && triangles.count.isMultiple(of: 3), "corners and triangles of three")
    precondition(triangles.allSatisfy { 3 * Int($0) < corners.count }, "triangles have corners that are there")
    precondition(axes.count == 3, "space has three axes")
    self.name = name
    self.corners = corners
    self.triangles = triangles
    self.axes = axes
    self.colourIndex = colourIndex
  }

  var cornerCount: Int { corners.count / 3 }
  var triangleCount: Int { triangles.count / 3 }

  /// One coordinate of all corners.
  func coordinate(_ axis: Int) -> [Float] { (0..<cornerCount).map { corners[3 * $0 + axis] } }

  /// The first, second or third corner of all triangles.
  func corner(_ place: Int) -> [UInt32] { (0..<triangleCount).map { triangles[3 * $0 + place] } }
}

/// Corners are stored as bytes: as decimal text they would be four times as long.
extension Surface {
  private enum CodingKeys: CodingKey { case name, corners, triangles, axes, colourIndex }

  /// - Throws: `DecodingError` when a key is missing, or triangles have corners that are not there.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    axes = try container.decode([Axis].self, forKey: .axes)
    colourIndex = try container.decodeIfPresent(Int.self, forKey: .colourIndex)
    corners = Self.words(try container.decode(Data.self, forKey: .corners)).map { Float(bitPattern: $0) }
    triangles = Self.words(try container.decode(Data.self, forKey: .triangles))
    guard corners.count.isMultiple(of: 3), triangles.count.isMultiple(of: 3), axes.count == 3,
      triangles.allSatisfy({ 3 * Int($0) < corners.count })
    else {
      throw DecodingError.dataCorruptedError(
        forKey: .triangles, in: container, debugDescription: "a surface has corners that are not there")
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(axes, forKey: .axes)
    try container.encodeIfPresent(colourIndex, forKey: .colourIndex)
    try container.encode(Self.bytes(corners.map(\.bitPattern)), forKey: .corners)
    try container.encode(Self.bytes(triangles), forKey: .triangles)
  }

  /// Little-endian.
  static func bytes(_ words: [UInt32]) -> Data {
    var data = Data(capacity: 4 * words.count)
    for word in words { withUnsafeBytes(of: word.littleEndian) { data.append(contentsOf: $0) } }
    return data
  }

  private static func words(_ data: Data) -> [UInt32] {
    data.withUnsafeBytes { bytes in
      (0..<data.count / 4).map { UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)) }
    }
  }
}
