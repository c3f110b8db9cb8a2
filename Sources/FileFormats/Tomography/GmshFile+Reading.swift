import Foundation
public import Tomography

extension GmshFile {
  /// Reads the triangles of a file as a surface.
  ///
  /// - Parameters:
  ///   - name: for messages.
  ///   - unit: of the coordinates in the file, in metres.
  /// - Throws: ``FormatError`` when it is no MSH 4.1 in text, damaged, or without triangles.
  public static func readSurface(_ bytes: [UInt8], named name: String, unit: Double = 1e-6) throws -> SurfaceMesh {
    let mesh = try GmshText(bytes, name)
    let triangles = mesh.elements.filter { $0.type == triangle }
    guard !triangles.isEmpty else { throw FormatError(name, "has no triangles") }
    guard mesh.nodes.count <= Int32.max else { throw FormatError(name, "has more nodes than are read") }
    return SurfaceMesh(
      vertices: mesh.nodes.map { $0 * unit },
      triangles: triangles.map { SIMD3(Int32($0.corners[0]), Int32($0.corners[1]), Int32($0.corners[2])) })
  }

  /// Reads the lines of a file as closed polygons, each from node to node until it is back at its start.
  ///
  /// - Throws: ``FormatError`` when it is no MSH 4.1 in text, damaged, without lines, or where a polygon is not closed.
  public static func readOutline(_ bytes: [UInt8], named name: String, unit: Double = 1e-6) throws -> SectionOutline {
    let mesh = try GmshText(bytes, name)
    var next: [Int: Int] = [:]
    var order: [Int] = []
    for element in mesh.elements where element.type == line {
      guard next.updateValue(element.corners[1], forKey: element.corners[0]) == nil else {
        throw FormatError(name, "has a node from which two lines begin; a closed outline has one")
      }
      order.append(element.corners[0])
    }
    guard !order.isEmpty else { throw FormatError(name, "has no lines") }
    var polygons: [[SIMD2<Double>]] = []
    for start in order where next[start] != nil {
      var polygon: [SIMD2<Double>] = []
      var node = start
      repeat {
        polygon.append(SIMD2(mesh.nodes[node].x * unit, mesh.nodes[node].y * unit))
        guard let following = next.removeValue(forKey: node) else {
          throw FormatError(name, "has a line that no other goes on from; an outline is closed")
        }
        node = following
      } while node != start
      polygons.append(polygon)
    }
    return SectionOutline(polygons: polygons)
  }
}

/// The nodes and elements of a file of Gmsh.
private struct GmshText {
  struct Element {
    var type: Int
    /// Indices into ``GmshText/nodes``.
    var corners: [Int]
  }

  var nodes: [SIMD3<Double>] = []
  var elements: [Element] = []

  init(_ bytes: [UInt8], _ name: String) throws {
    var reader = GmshWords(bytes, name)
    var indices: [Int: Int] = [:]
    var isFormatKnown = false
    while let section = reader.nextSection() {
      switch section {
      case "$MeshFormat":
        let version = try reader.number("the version")
        guard version >= 4.1, version < 5, try reader.integer("the kind of file") == 0 else {
          throw reader.refuse("is no text of MSH 4.1; write it by gmsh -format msh41")
        }
        isFormatKnown = true
      case "$Nodes" where isFormatKnown:
        let blocks = try reader.count("of blocks")
        for _ in 0..<3 { _ = try reader.integer("a count of nodes") }
        for _ in 0..<blocks {
          _ = try reader.integer("a dimension")
          _ = try reader.integer("an entity")
          guard try reader.integer("the kind of nodes") == 0 else { throw reader.refuse("has parametric nodes") }
          let count = try reader.count("of nodes")
          let tags = try (0..<count).map { _ in try reader.integer("the number of a node") }
          for tag in tags {
            let place = SIMD3(try reader.number("x"), try reader.number("y"), try reader.number("z"))
            guard indices.updateValue(nodes.count, forKey: tag) == nil else {
              throw reader.refuse("has the node \(tag) twice")
            }
            nodes.append(place)
          }
        }
      case "$Elements" where isFormatKnown:
        let blocks = try reader.count("of blocks")
        for _ in 0..<3 { _ = try reader.integer("a count of elements") }
        for _ in 0..<blocks {
          _ = try reader.integer("a dimension")
          _ = try reader.integer("an entity")
          let type = try reader.integer("the type of elements")
          let count = try reader.count("of elements")
          // Lines, triangles, quadrilaterals, tetrahedra and points have as many corners.
          guard let corners = [1: 2, 2: 3, 3: 4, 4: 4, 15: 1][type] else {
            throw reader.refuse("has elements of type \(type); lines and triangles are read")
          }
          for _ in 0..<count {
            _ = try reader.integer("the number of an element")
            let places = try (0..<corners).map { _ in
              let tag = try reader.integer("a corner")
              guard let index = indices[tag] else {
                throw reader.refuse("has a corner at node \(tag), which is not there")
              }
              return index
            }
            if type == GmshFile.line || type == GmshFile.triangle {
              elements.append(Element(type: type, corners: places))
            }
          }
        }
      default: continue
      }
    }
    guard isFormatKnown else { throw FormatError(name, "is no file of Gmsh: it has no $MeshFormat") }
  }
}

/// The words of a text, one after another.
private struct GmshWords {
  private let bytes: [UInt8]
  private let name: String
  private var position = 0

  init(_ bytes: [UInt8], _ name: String) {
    self.bytes = bytes
    self.name = name
  }

  func refuse(_ message: String) -> FormatError { FormatError(name, at: "byte \(position)", message) }

  private mutating func next() -> ArraySlice<UInt8>? {
    while position < bytes.count, bytes[position] <= 0x20 { position += 1 }
    let start = position
    while position < bytes.count, bytes[position] > 0x20 { position += 1 }
    return start == position ? nil : bytes[start..<position]
  }

  /// The next section's name; the rest of the one before is passed over.
  mutating func nextSection() -> String? {
    while let word = next() {
      if word.first == UInt8(ascii: "$"), !word.starts(with: Array("$End".utf8)) {
        return String(decoding: word, as: UTF8.self)
      }
    }
    return nil
  }

  mutating func number(_ what: String) throws -> Double {
    guard let word = next(), let value = DecimalParser.number(word, decimalComma: false), value.isFinite else {
      throw refuse("has no number where \(what) is expected")
    }
    return value
  }

  mutating func integer(_ what: String) throws -> Int {
    guard let value = Int(exactly: try number(what)) else { throw refuse("has a fraction where \(what) is expected") }
    return value
  }

  /// A count that the rest of the file can hold: every item takes two bytes at least.
  mutating func count(_ what: String) throws -> Int {
    let count = try integer("the number \(what)")
    guard count >= 0, count <= (bytes.count - position) / 2 else {
      throw refuse("claims \(count) \(what.dropFirst(3)), more than the file can hold")
    }
    return count
  }
}
