import Foundation
public import Tomography

/// Binary STL: triangles with their normals, each with corners of its own, in single precision.
///
/// The format has no units; coordinates are written in micrometres and the header says so.
public enum STLFile {
  private static let headerSize = 80
  private static let triangleSize = 50

  /// The bytes of a file.
  ///
  /// - Parameters:
  ///   - name: goes into the header.
  ///   - unit: of the coordinates in the file, in metres.
  public static func write(_ mesh: SurfaceMesh, name: String = "particle", unit: Double = 1e-6) -> [UInt8] {
    // A header that began with "solid" would be taken for STL in text.
    let header = "binary STL, unit \(unit) m, \(name)".utf8.prefix(headerSize)
    var bytes = Array(header) + [UInt8](repeating: 0x20, count: headerSize - header.count)
    bytes.reserveCapacity(headerSize + 4 + triangleSize * mesh.triangles.count)
    func append(_ word: UInt32) { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
    append(UInt32(mesh.triangles.count))
    for triangle in mesh.triangles {
      let corners = [triangle.x, triangle.y, triangle.z].map { mesh.vertices[Int($0)] / unit }
      let (p, q) = (corners[1] - corners[0], corners[2] - corners[0])
      let n = SIMD3(p.y * q.z - p.z * q.y, p.z * q.x - p.x * q.z, p.x * q.y - p.y * q.x)
      let length = (n * n).sum().squareRoot()
      let normal = length > 0 ? n / length : SIMD3(repeating: 0)
      for vector in [normal] + corners {
        for axis in 0..<3 { append(Float(vector[axis]).bitPattern) }
      }
      bytes += [0, 0]
    }
    return bytes
  }

  /// Reads a file; corners at the same place become one vertex.
  ///
  /// - Parameters:
  ///   - name: for messages.
  ///   - unit: of the coordinates in the file, in metres.
  /// - Throws: ``FormatError`` when it is no binary STL, or damaged.
  public static func read(_ bytes: [UInt8], named name: String, unit: Double = 1e-6) throws -> SurfaceMesh {
    guard bytes.count >= headerSize + 4 else {
      throw FormatError(name, "has \(bytes.count) bytes; binary STL has at least \(headerSize + 4)")
    }
    func word(_ at: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * UInt32($1)) } }
    let count = Int(word(headerSize))
    guard bytes.count - headerSize - 4 == count * triangleSize else {
      let isText = bytes.starts(with: Array("solid".utf8))
      throw FormatError(
        name, at: "byte \(headerSize)",
        isText
          ? "is STL in text; binary STL is read"
          : "claims \(count) triangles, but has \(bytes.count) bytes; \(headerSize + 4 + count * triangleSize) are expected"
      )
    }
    var vertices: [SIMD3<Double>] = []
    var known: [SIMD3<UInt32>: Int32] = [:]
    var triangles: [SIMD3<Int32>] = []
    triangles.reserveCapacity(count)
    for index in 0..<count {
      var corners = SIMD3<Int32>(repeating: 0)
      for corner in 0..<3 {
        let at = headerSize + 4 + triangleSize * index + 12 * (corner + 1)
        let bits = SIMD3(word(at), word(at + 4), word(at + 8))
        let place = (0..<3).map { Double(Float(bitPattern: bits[$0])) * unit }
        guard place.allSatisfy(\.isFinite) else {
          throw FormatError(name, at: "byte \(at)", "is a corner that is no number")
        }
        if let vertex = known[bits] {
          corners[corner] = vertex
        } else {
          guard vertices.count < Int32.max else { throw FormatError(name, "has more corners than are read") }
          corners[corner] = Int32(vertices.count)
          known[bits] = corners[corner]
          vertices.append(SIMD3(place[0], place[1], place[2]))
        }
      }
      triangles.append(corners)
    }
    return SurfaceMesh(vertices: vertices, triangles: triangles)
  }
}
