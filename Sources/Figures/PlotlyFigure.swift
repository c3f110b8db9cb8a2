import Foundation

/// How the values of pixel maps are written for the interactive renderer.
public enum PlotlyMapEncoding: Sendable {
  /// As numbers in `z`, which Plotly reads without help.
  case numbers
  /// As ``PackedMap`` beside the traces, which the page's own script unpacks into `z`.
  case packed
}

extension Figure {
  /// The figure for Plotly, one plot a panel, as JSON:
  ///
  ///     {"identifier", "title", "slider": {"label", "unit", "texts"} or null,
  ///      "panels": [{"data", "layout", "frames", "packed": [{"trace", "png", ...}]}]}
  ///
  /// `data`, `layout` and `frames` are what `Plotly.newPlot` takes; frames are named "0", "1", ... and hold only the
  /// traces that move. Numbers have at most six significant digits; NaN is null. Colours of text and grid are left to
  /// the page, which knows whether it is light or dark.
  ///
  /// - Throws: ``PNGError`` where a packed map has no pixels.
  public func plotlyJSON(maps: PlotlyMapEncoding = .numbers) throws -> JSONText {
    var slider = JSONText.null
    if let frames {
      slider = .object([
        ("label", .string(frames.label)), ("unit", .string(frames.unit)),
        ("texts", .array(frames.values.indices.map { .string(frameText($0)) })),
      ])
    }
    return .object([
      ("identifier", .string(identifier)), ("title", .string(title)), ("slider", slider),
      ("panels", .array(try panels.map { try PlotlyPanel($0, frameCount: frameCount, maps: maps).json })),
    ])
  }
}

/// One panel on its way to Plotly.
struct PlotlyPanel {
  /// More points than this on one curve make a page slow without showing more.
  private static let pointLimit = 5000
  /// Plotly draws each arrow as an annotation, which is slow in large numbers.
  private static let arrowLimit = 400

  let panel: Panel
  private let frameCount: Int
  private let maps: PlotlyMapEncoding
  private var traces: [JSONText] = []
  private var shapes: [JSONText] = []
  private var annotations: [JSONText] = []
  private var images: [JSONText] = []
  private var packed: [JSONText] = []
  /// For each frame the places of the moving traces and what changes in them.
  private var moving: [(trace: Int, updates: [JSONText])] = []

  init(_ panel: Panel, frameCount: Int, maps: PlotlyMapEncoding) throws {
    self.panel = panel
    self.frameCount = frameCount
    self.maps = maps
    for (mark, colour) in zip(panel.marks, panel.colours) { try add(mark, colour: colour) }
  }

  var json: JSONText {
    let frames: [JSONText] =
      moving.isEmpty
      ? []
      : (0..<frameCount).map { frame in
        .object([
          ("name", .string(String(frame))), ("data", .array(moving.map { $0.updates[frame] })),
          ("traces", .numbers(moving.map { Double($0.trace) })),
        ])
      }
    return .object([
      ("data", .array(traces)), ("layout", layout), ("frames", .array(frames)), ("packed", .array(packed)),
    ])
  }

  /// Plotly reads tags and entities in its texts; ours are plain.
  static func plain(_ text: String) -> JSONText { .string(escapedXML(text)) }

  // MARK: - Marks

  private mutating func add(_ mark: Mark, colour: Colour) throws {
    switch mark {
    case .line(let curve): add(curve, mode: "lines", colour: colour)
    case .points(let curve): add(curve, mode: "markers", colour: colour)
    case .map(let map): try add(map)
    case .picture(let picture): try add(picture)
    case .segments(let segments): add(segments, colour: colour)
    case .surface(let surface): traces.append(Self.trace(surface, colour: colour))
    case .verticalLine(let place, let label):
      add(line: place, label: label, along: "y", across: "x", scale: panel.x.scale)
    case .horizontalLine(let place, let label):
      add(line: place, label: label, along: "x", across: "y", scale: panel.y.scale)
    }
  }

  private mutating func add(_ curve: Curve, mode: String, colour: Colour) {
    let lengths = curve.y.map(\.count).min() ?? 0
    let count = min(curve.x.count, lengths)
    // A moving curve keeps the same points in every frame, or the frames would not fit each other.
    let indices =
      curve.y.count > 1
      ? Array(0..<count) : decimatedIndices(Array(curve.values(frame: 0).prefix(count)), limit: Self.pointLimit)
    func picked(_ values: [Double]) -> JSONText { .numbers(indices.map { $0 < values.count ? values[$0] : .nan }) }
    let unit = { (axis: Axis) in axis.unit.isEmpty ? "" : " " + escapedXML(axis.unit) }
    let dash = ["solid": "solid", "dashed": "dash", "dotted": "dot"][curve.style.rawValue] ?? "solid"
    var trace: [(String, JSONText)] = [
      ("type", .string("scatter")), ("mode", .string(mode)), ("name", Self.plain(curve.name)),
      ("showlegend", .bool(!curve.name.isEmpty)), ("x", picked(curve.x)), ("y", picked(curve.values(frame: 0))),
      (
        "line",
        .object([("color", .string(colour.hex)), ("width", .number(2)), ("dash", .string(dash))])
      ), ("marker", .object([("color", .string(colour.hex)), ("size", .number(6))])),
      (
        "hovertemplate",
        .string(
          "\(escapedXML(panel.x.label)) %{x:.5~g}\(unit(panel.x))<br>\(escapedXML(panel.y.label)) %{y:.5~g}\(unit(panel.y))"
            + "<extra>\(escapedXML(curve.name))</extra>")
      ),
    ]
    if let uncertainty = curve.yUncertainty {
      trace.append(
        (
          "error_y",
          .object([
            ("type", .string("data")), ("array", picked(uncertainty)), ("color", .string(colour.hex)),
            ("thickness", .number(1)), ("width", .number(mode == "lines" ? 0 : 3)),
          ])
        ))
    }
    if curve.y.count > 1 {
      moving.append((traces.count, (0..<frameCount).map { .object([("y", picked(curve.values(frame: $0)))]) }))
    }
    traces.append(.object(trace))
  }

  private mutating func add(_ map: PixelMap) throws {
    let (width, height) = (
      (map.xExtent[1] - map.xExtent[0]) / Double(map.columns), (map.yExtent[1] - map.yExtent[0]) / Double(map.rows)
    )
    let anchors = map.colourScale.anchors
    let stops = anchors.enumerated().map { index, colour in
      JSONText.array([.number(Double(index) / Double(anchors.count - 1)), .string(colour.hex)])
    }
    func raster(_ frame: Int) -> JSONText {
      guard case .numbers = maps else { return .array([]) }
      let values = map.values(frame: frame)
      return .array(
        (0..<map.rows).map { row in
          .numbers(values[(row * map.columns)..<((row + 1) * map.columns)].map(Double.init))
        })
    }
    if case .packed = maps {
      packed.append(.object([("trace", .number(Double(traces.count))), ("map", try PackedMap(map).json)]))
    }
    if map.values.count > 1 {
      moving.append((traces.count, (0..<frameCount).map { .object([("z", raster($0))]) }))
    }
    // The title of the colour bar is placed by hand: Plotly's own runs into the numbers of the bar.
    annotations.append(
      .object([
        ("xref", .string("paper")), ("yref", .string("paper")), ("x", .number(1)), ("y", .number(0.5)),
        ("xshift", .number(88)), ("xanchor", .string("center")), ("yanchor", .string("middle")),
        ("textangle", .number(-90)), ("text", Self.plain(map.text)), ("showarrow", .bool(false)),
      ]))
    let unit = map.unit.isEmpty ? "" : " " + escapedXML(map.unit)
    traces.append(
      .object([
        ("type", .string("heatmap")), ("z", raster(0)),
        ("x0", .number(map.xExtent[0] + width / 2)), ("dx", .number(width)),
        ("y0", .number(map.yExtent[1] - height / 2)), ("dy", .number(-height)),
        ("zmin", .number(map.limits[0])), ("zmax", .number(map.limits[1])), ("colorscale", .array(stops)),
        ("hoverongaps", .bool(false)),
        (
          "hovertemplate",
          .string(
            "\(escapedXML(panel.x.label)) %{x:.4~g} \(escapedXML(panel.x.unit))<br>\(escapedXML(panel.y.label)) "
              + "%{y:.4~g} \(escapedXML(panel.y.unit))<br>\(escapedXML(map.label)) %{z:.4~g}\(unit)<extra></extra>")
        ),
        (
          "colorbar",
          .object([
            ("thickness", .number(14)), ("outlinewidth", .number(0)), ("len", .number(1)),
          ])
        ),
      ]))
  }

  private mutating func add(_ picture: Picture) throws {
    let (x, y) = (picture.xExtent, picture.yExtent)
    images.append(
      .object([
        ("source", .string("data:image/png;base64," + Data(try picture.png()).base64EncodedString())),
        ("xref", .string("x")), ("yref", .string("y")), ("x", .number(x[0])), ("y", .number(y[1])),
        ("sizex", .number(x[1] - x[0])), ("sizey", .number(y[1] - y[0])), ("sizing", .string("stretch")),
        ("layer", .string("below")),
      ]))
  }

  private mutating func add(_ segments: Segments, colour: Colour) {
    var (x, y): ([Double], [Double]) = ([], [])
    for index in segments.x0.indices {
      x += [segments.x0[index], segments.x1[index], .nan]
      y += [segments.y0[index], segments.y1[index], .nan]
    }
    traces.append(
      .object([
        ("type", .string("scatter")), ("mode", .string("lines")), ("name", Self.plain(segments.name)),
        ("showlegend", .bool(!segments.name.isEmpty)), ("x", .numbers(x)), ("y", .numbers(y)),
        ("line", .object([("color", .string(colour.hex)), ("width", .number(1.8))])), ("hoverinfo", .string("skip")),
      ]))
    guard segments.arrows, segments.x0.count <= Self.arrowLimit else { return }
    for index in segments.x0.indices {
      annotations.append(
        .object([
          ("x", .number(segments.x1[index])), ("y", .number(segments.y1[index])), ("ax", .number(segments.x0[index])),
          ("ay", .number(segments.y0[index])), ("xref", .string("x")), ("yref", .string("y")),
          ("axref", .string("x")), ("ayref", .string("y")), ("text", .string("")), ("showarrow", .bool(true)),
          ("arrowhead", .number(2)), ("arrowwidth", .number(1.8)), ("arrowcolor", .string(colour.hex)),
        ]))
    }
  }

  private mutating func add(line place: Double, label: String, along: String, across: String, scale: Axis.Scale) {
    shapes.append(
      .object([
        ("type", .string("line")), ("\(across)ref", .string(across)), ("\(along)ref", .string("\(along) domain")),
        ("\(across)0", .number(place)), ("\(across)1", .number(place)), ("\(along)0", .number(0)),
        ("\(along)1", .number(1)),
        (
          "line",
          .object([("color", .string("#858585")), ("width", .number(1.2)), ("dash", .string("dash"))])
        ),
      ]))
    // On a logarithmic axis Plotly places shapes by value but annotations by exponent.
    let position = scale == .linear ? place : log10(place)
    let upright = across == "x"
    annotations.append(
      .object([
        ("\(across)ref", .string(across)), ("\(along)ref", .string("\(along) domain")),
        (across, .number(position)), (along, .number(0.97)), ("text", Self.plain(label)), ("showarrow", .bool(false)),
        ("textangle", .number(upright ? -90 : 0)), ("xanchor", .string(upright ? "left" : "right")),
        ("yanchor", .string(upright ? "top" : "bottom")),
      ]))
  }

  // MARK: - Layout

  private var layout: JSONText {
    if let surface = panel.surface { return scene(surface) }
    let extent = panel.extent()
    // The static drawing and the frames share limits, so that nothing jumps while the slider moves.
    var members: [(String, JSONText)] = [
      ("title", .object([("text", Self.plain(panel.title)), ("x", .number(0.02)), ("xanchor", .string("left"))])),
      ("xaxis", axis(panel.x, extent: extent?.x, anchored: false)),
      ("yaxis", axis(panel.y, extent: extent?.y, anchored: panel.equalAspect)),
      ("shapes", .array(shapes)), ("annotations", .array(annotations)),
      ("images", .array(images)), ("showlegend", .bool(!panel.legend.isEmpty)),
    ]
    if panel.equalAspect, let extent {
      let shape = (extent.y.upperBound - extent.y.lowerBound) / (extent.x.upperBound - extent.x.lowerBound)
      members.append(("meta", .object([("aspect", .number(shape))])))
    }
    return .object(members)
  }

  private func axis(_ axis: Axis, extent: ClosedRange<Double>?, anchored: Bool) -> JSONText {
    var members: [(String, JSONText)] = [
      ("title", .object([("text", Self.plain(axis.text)), ("standoff", .number(8))])),
      ("type", .string(axis.scale == .linear ? "linear" : "log")), ("exponentformat", .string("power")),
      ("minexponent", .number(5)),
      ("zeroline", .bool(false)), ("automargin", .bool(true)),
    ]
    if let range = range(axis, extent: extent) { members.append(("range", .numbers(range))) }
    if panel.equalAspect { members.append(("constrain", .string("domain"))) }
    if anchored { members += [("scaleanchor", .string("x")), ("scaleratio", .number(1))] }
    return .object(members)
  }

  private func range(_ axis: Axis, extent: ClosedRange<Double>?) -> [Double]? {
    let logarithmic = axis.scale == .logarithmic
    if let limits = axis.limits, limits.count == 2 { return logarithmic ? limits.map(log10) : limits }
    guard let extent, panel.isAnimated || panel.equalAspect || !images.isEmpty else { return nil }
    let ends = [extent.lowerBound, extent.upperBound].map { logarithmic ? log10($0) : $0 }
    let room = !panel.hasRaster ? max(0.04 * (ends[1] - ends[0]), 1e-300) : 0
    return [ends[0] - room, ends[1] + room]
  }
}
