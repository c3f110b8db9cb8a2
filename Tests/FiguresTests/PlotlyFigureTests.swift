import Figures
import Foundation
import Testing

@Suite struct PlotlyFigureTests {
  static let map = PixelMap(
    label: "stress", unit: "MPa", rows: 2, columns: 3, values: [[1, 2, .nan, 4, 5, 6], [2, 4, 6, 8, 10, -1.5]],
    xExtent: 0...3, yExtent: 0...2, colourScale: .diverging, limits: -10...10)
  let figure = Figure(
    identifier: "test", title: "t", caption: "c",
    panels: [
      Panel(
        x: Axis("x", unit: "µm"), y: Axis("y", unit: "µm"),
        marks: [
          .map(map), .line(Curve(name: "a</script>", x: [0, 1, 2], frames: [[1, .nan, 1.0 / 3], [3, 2, 1]])),
          .points(Curve(name: "still", x: [0], y: [1])),
        ], equalAspect: true)
    ], frames: .init(label: "time", unit: "s", values: [0, 100]))

  private func parsed(_ maps: PlotlyMapEncoding) throws -> [String: Any] {
    let text = try figure.plotlyJSON(maps: maps).text
    #expect(!text.contains("<") && text.contains("0.333333") && !text.contains("0.3333333"))
    return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func framesHoldTheTracesThatMove() throws {
    let panel = try #require((try parsed(.numbers)["panels"] as? [[String: Any]])?.first)
    let (data, frames) = (panel["data"] as? [[String: Any]], panel["frames"] as? [[String: Any]])
    #expect(data?.count == 3 && frames?.count == 2)
    #expect(frames?[1]["traces"] as? [Int] == [0, 1])
    let moved = (frames?[1]["data"] as? [[String: Any]])?[1]["y"] as? [Double]
    #expect(moved == [3, 2, 1])
    let raster = data?[0]["z"] as? [[Any]]
    #expect(raster?.map(\.count) == [3, 3] && raster?[0][2] is NSNull)
    #expect((data?[1]["y"] as? [Any])?[1] is NSNull)
    let axis = (panel["layout"] as? [String: Any])?["xaxis"] as? [String: Any]
    #expect((axis?["title"] as? [String: Any])?["text"] as? String == "x / µm")
  }

  @Test func packedMapsCarryTheRangeOfTheirValues() throws {
    let packed = try PackedMap(Self.map)
    #expect(packed.frames == 2 && packed.minimum == -1.5)
    #expect(abs(packed.minimum + packed.step * 4094 - 10) < 1e-12)
    #expect(PNGHeader(packed.png) == PNGHeader(width: 3, height: 4, depth: 16, colour: 0))
  }

  @Test func aMapBecomesAnIndexedImage() throws {
    #expect(PNGHeader(try Self.map.png(frame: 1)) == PNGHeader(width: 3, height: 2, depth: 8, colour: 3))
  }

  /// A picture of four pixels becomes an image below the axes, and an SVG has its colours too.
  @Test func aPictureKeepsItsColoursAndItsPlace() throws {
    let picture = Picture(
      rows: 2, columns: 2, pixels: [Colour(0xFF0000), Colour(0x00FF00), Colour(0x0000FF), Colour(0xFFFFFF)],
      xExtent: 0...2, yExtent: -2...0)
    #expect(picture.colour(row: 1, column: 0) == Colour(0x0000FF))
    let figure = Figure(
      identifier: "picture", title: "t", caption: "c",
      panels: [Panel(x: Axis("x"), y: Axis("y"), marks: [.picture(picture)], equalAspect: true)])
    let read = try JSONDecoder().decode(Figure.self, from: JSONEncoder().encode(figure))
    #expect(read == figure)
    let text = try figure.plotlyJSON().text
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let layout = (json["panels"] as? [[String: Any]])?.first?["layout"] as? [String: Any]
    let image = try #require((layout?["images"] as? [[String: Any]])?.first)
    #expect(image["x"] as? Double == 0 && image["y"] as? Double == 0 && image["sizey"] as? Double == 2)
    let source = try #require((image["source"] as? String)?.split(separator: ",").last)
    let png = [UInt8](try #require(Data(base64Encoded: String(source))))
    #expect(PNGHeader(png) == PNGHeader(width: 480, height: 480, depth: 8, colour: 2))
    guard let gnuplot = try? Gnuplot.find() else { return }
    let svg = try #require(try gnuplot.inlineSVG([FigureView(figure)]).first)
    #expect(svg.contains("<image"))
  }

  @Test func coarseningAveragesAndKeepsGaps() {
    let fine = PixelMap(
      label: "", unit: "", rows: 2, columns: 4, values: [[1, 3, .nan, .nan, 5, 7, .nan, 2]], xExtent: 0...4,
      yExtent: 0...2, colourScale: .sequential, limits: 0...1)
    let coarse = fine.coarsened(by: 2)
    #expect(coarse.rows == 1 && coarse.columns == 2 && coarse.values[0][0] == 4 && coarse.values[0][1].isNaN)
  }

  @Test func scalesEndInTheirAnchors() {
    #expect(PixelMap.ColourScale.sequential.colour(at: 0).hex == "#440154")
    #expect(PixelMap.ColourScale.sequential.colour(at: 1).hex == "#fde725")
    #expect(PixelMap.ColourScale.diverging.colour(at: 0.5).hex == "#f7f7f7")
  }
}

/// The first chunk of a PNG file.
private struct PNGHeader: Equatable {
  var width, height, depth, colour: Int

  init(width: Int, height: Int, depth: Int, colour: Int) {
    (self.width, self.height, self.depth, self.colour) = (width, height, depth, colour)
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: [137, 80, 78, 71, 13, 10, 26, 10]), bytes.count > 26 else { return nil }
    func number(_ place: Int) -> Int { bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) } }
    (width, height, depth, colour) = (number(16), number(20), Int(bytes[24]), Int(bytes[25]))
  }
}
