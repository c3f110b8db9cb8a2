import Foundation
import Testing

@testable import Figures

@Suite struct SurfaceTests {
  /// A sphere of radius 2 about (1, 2, 3), of rings of triangles, counterclockwise seen from outside.
  static let sphere: Surface = {
    let (rings, spokes) = (40, 80)
    var corners: [Float] = []
    for ring in 0...rings {
      let polar = Double.pi * Double(ring) / Double(rings)
      for spoke in 0..<spokes {
        let azimuth = 2 * Double.pi * Double(spoke) / Double(spokes)
        corners.append(Float(1 + 2 * sin(polar) * cos(azimuth)))
        corners.append(Float(2 + 2 * sin(polar) * sin(azimuth)))
        corners.append(Float(3 + 2 * cos(polar)))
      }
    }
    var triangles: [UInt32] = []
    for ring in 0..<rings {
      for spoke in 0..<spokes {
        let (a, b) = (UInt32(ring * spokes + spoke), UInt32(ring * spokes + (spoke + 1) % spokes))
        triangles += [a, a + UInt32(spokes), b, b, a + UInt32(spokes), b + UInt32(spokes)]
      }
    }
    return Surface(
      name: "sphere", corners: corners, triangles: triangles,
      axes: [Axis("x", unit: "um"), Axis("y", unit: "um"), Axis("z", unit: "um")], colourIndex: 0)
  }()

  static let figure = Figure(
    identifier: "surface", title: "t", caption: "c",
    panels: [
      Panel(x: Axis("across", unit: "um"), y: Axis("up", unit: "um"), marks: [.surface(sphere)], equalAspect: true)
    ])

  /// From any side a sphere covers πr², and is lightest towards the lamp.
  @Test func aSphereIsSeenAsADisc() throws {
    let picture = try #require(SurfacePicture(Self.sphere, colour: Colour(0xFFFFFF)))
    let width = (picture.xExtent.upperBound - picture.xExtent.lowerBound) / Double(picture.columns)
    let height = (picture.yExtent.upperBound - picture.yExtent.lowerBound) / Double(picture.rows)
    let area = picture.pixels.reduce(0) { $0 + ($1?.cover ?? 0) } * width * height
    #expect(abs(area / (.pi * 4) - 1) < 0.01, "\(area)")
    func light(_ right: Double, _ up: Double) -> Int {
      let column = Int((right + 0.5) * Double(picture.columns))
      let row = Int((0.5 - up) * Double(picture.rows))
      return Int(picture.pixels[row * picture.columns + column]?.colour.red ?? 0)
    }
    #expect(light(-0.2, 0.25) > light(0.2, -0.25) + 50)
    #expect(picture.pixels[0] == nil)
  }

  @Test func cornersSurviveTheFile() throws {
    let read = try JSONDecoder().decode(Figure.self, from: JSONEncoder().encode(Self.figure))
    #expect(read == Self.figure)
    var damaged = String(decoding: try JSONEncoder().encode(Self.sphere), as: UTF8.self)
    let none = Data(count: 12).base64EncodedString()
    damaged.replace(/"corners":"[^"]*"/, with: "\"corners\":\"\(none)\"")
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(Surface.self, from: Data(damaged.utf8)) }
  }

  @Test func plotlyGetsAMeshInASceneOfItsOwn() throws {
    let text = try Self.figure.plotlyJSON(maps: .packed).text
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let panel = try #require((json["panels"] as? [[String: Any]])?.first)
    let trace = try #require((panel["data"] as? [[String: Any]])?.first)
    #expect(trace["type"] as? String == "mesh3d")
    func bytes(_ key: String) throws -> Data {
      let packed = try #require(trace[key] as? [String: String])
      return try #require(Data(base64Encoded: packed["bdata"] ?? ""))
    }
    #expect(try bytes("x").count == 4 * Self.sphere.corners.count / 3)
    let first = try bytes("z").withUnsafeBytes { Float(bitPattern: $0.loadUnaligned(as: UInt32.self).littleEndian) }
    #expect(first == 5)
    #expect(try bytes("k").count == 4 * Self.sphere.triangles.count / 3)
    let layout = try #require(panel["layout"] as? [String: Any])
    let scene = try #require(layout["scene"] as? [String: Any])
    #expect(layout["xaxis"] == nil && scene["aspectmode"] as? String == "data")
    #expect(((scene["zaxis"] as? [String: Any])?["title"] as? [String: Any])?["text"] as? String == "z / um")
  }

  @Test func aPageWithoutScriptsHasAPicture() throws {
    guard let gnuplot = try? Gnuplot.find() else { return }
    let svg = try #require(try gnuplot.inlineSVG([FigureView(Self.figure)]).first)
    #expect(svg.contains("<image") && svg.contains("across / um"))
  }
}
