import Foundation

/// The kinds of file that gnuplot writes for us.
public enum StaticFormat: String, Sendable { case svg, pdf }

/// One moment of a figure, ready to be drawn.
public struct FigureView: Sendable {
  public var figure: Figure
  /// The frame shown; 0 for a figure that does not move.
  public var frame: Int

  public init(_ figure: Figure, frame: Int = 0) {
    self.figure = figure
    self.frame = frame
  }
}

/// Writes a figure in the language of gnuplot. All data are inside the text; nothing is read from elsewhere.
///
/// The places of plots, legends and colour bars are computed here in pixels rather than left to gnuplot, so that
/// panels of one figure line up and a map keeps the shape of its object.
struct GnuplotScript {
  /// A panel's width in pixels (SVG) or in 1/96 inch (PDF).
  static let panelWidth = 480.0
  private static let fontSize = 14.0
  private static let rowHeight = 20.0
  private static let left = 84.0
  /// gnuplot leaves out the title of the x axis without a word where it has less room than this.
  private static let bottom = 66.0
  /// More points than this on a curve cannot be told apart at this size.
  private static let pointLimit = 3000

  private var lines: [String] = []
  /// Names of data blocks are numbered.
  private var blocks = 0

  /// The script that draws a view into a file.
  ///
  /// - Parameter path: where gnuplot writes; the text contains it quoted.
  static func text(_ view: FigureView, format: StaticFormat, path: String) -> String {
    var script = GnuplotScript()
    let heights = view.figure.panels.map { script.height($0) }
    let height = heights.max() ?? 300
    let width = panelWidth * Double(max(view.figure.panels.count, 1))
    script.begin(format: format, path: path, width: width, height: height)
    for (index, panel) in view.figure.panels.enumerated() {
      script.draw(
        panel, frame: view.frame, left: panelWidth * Double(index), canvas: (width, height), height: heights[index])
    }
    script.lines.append("unset multiplot\nunset output")
    return script.lines.joined(separator: "\n") + "\n"
  }

  /// A text as a gnuplot string that is taken literally.
  ///
  /// Every ASCII character but letters, digits and spaces is written as an octal escape: a single-quoted string that
  /// begins with a quote ends early in gnuplot 5.4, and backquotes in a double-quoted one start a shell. A digit after
  /// an escape is escaped too, since gnuplot reads as many octal digits as there are.
  static func quoted(_ text: String) -> String {
    var result = "\""
    var afterEscape = false
    for scalar in text.unicodeScalars {
      switch scalar {
      case "0"..."9" where !afterEscape, "a"..."z", "A"..."Z", " ":
        result.unicodeScalars.append(scalar)
        afterEscape = false
      case _ where scalar.value < 32 || scalar.value == 127:
        result += " "
        afterEscape = false
      case _ where scalar.isASCII:
        afterEscape = true
        let octal = String(scalar.value, radix: 8)
        result += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      default:
        result.unicodeScalars.append(scalar)
        afterEscape = false
      }
    }
    return result + "\""
  }

  private mutating func begin(format: StaticFormat, path: String, width: Double, height: Double) {
    switch format {
    case .svg:
      lines.append(
        "set terminal svg size \(Int(width)),\(Int(height)) dynamic noenhanced font \"system-ui,sans-serif,14\"")
    case .pdf:
      lines.append(
        "set terminal pdfcairo size \(width / 96)in,\(height / 96)in noenhanced font \"Sans,10.5\" linewidth 0.75")
    }
    lines.append(
      """
      set output \(Self.quoted(path))
      set encoding utf8
      set multiplot
      """)
  }

  // MARK: - Layout

  private func legendColumns(_ panel: Panel) -> Int {
    let longest = panel.legend.map(\.count).max() ?? 0
    // gnuplot gives a legend the width of the plot, wherever it stands.
    return max(1, min(3, Int((Self.panelWidth - Self.left - right(panel)) / (Double(longest) * 7.6 + 46))))
  }

  private func top(_ panel: Panel) -> Double {
    let rows = (panel.legend.count + legendColumns(panel) - 1) / legendColumns(panel)
    return (panel.title.isEmpty ? 10 : 34) + Double(rows) * Self.rowHeight + (rows > 0 ? 8 : 0)
  }

  private func right(_ panel: Panel) -> Double { panel.map == nil ? 20 : 108 }

  private func height(_ panel: Panel) -> Double {
    let plotWidth = Self.panelWidth - Self.left - right(panel)
    var plotHeight = 0.68 * plotWidth
    if panel.equalAspect, let ranges = ranges(panel) {
      let shape = (ranges.y.upperBound - ranges.y.lowerBound) / (ranges.x.upperBound - ranges.x.lowerBound)
      if shape.isFinite { plotHeight = plotWidth * min(max(shape, 0.3), 2.2) }
    }
    return (plotHeight + top(panel) + Self.bottom).rounded()
  }

  /// The limits of both axes: the stated ones, else those of the data over all frames with a little room.
  private func ranges(_ panel: Panel) -> (x: ClosedRange<Double>, y: ClosedRange<Double>)? {
    guard let extent = panel.extent() else { return nil }
    func widened(_ axis: Axis, _ range: ClosedRange<Double>) -> ClosedRange<Double> {
      if let limits = axis.limits, limits.count == 2, limits[0] < limits[1] { return limits[0]...limits[1] }
      if axis.scale == .logarithmic { return (range.lowerBound / 1.2)...(range.upperBound * 1.2) }
      if panel.hasRaster && range.lowerBound < range.upperBound { return range }
      let size = range.upperBound - range.lowerBound
      let room = size > 0 ? 0.04 * size : max(abs(range.lowerBound) * 0.1, 1e-300)
      return (range.lowerBound - room)...(range.upperBound + room)
    }
    return (widened(panel.x, extent.x), widened(panel.y, extent.y))
  }

  /// Ticks at round steps, far enough apart for their numbers; gnuplot's own run into each other on small plots.
  private func ticks(
    _ name: String, _ axis: Axis, _ range: ClosedRange<Double>?, room: Double, spacing: Double
  ) -> String {
    guard axis.scale == .linear, let range, range.upperBound > range.lowerBound else {
      return "set \(name)tics autofreq"
    }
    let least = (range.upperBound - range.lowerBound) * spacing / room
    let decade = pow(10, floor(log10(least)))
    let step = [1, 2, 5, 10].first { $0 * decade >= least } ?? 10
    return "set \(name)tics \(compactNumber(step * decade))"
  }

  // MARK: - Panels

  private mutating func draw(
    _ panel: Panel, frame: Int, left: Double, canvas: (width: Double, height: Double), height: Double
  ) {
    let plotLeft = left + Self.left
    let plotRight = left + Self.panelWidth - right(panel)
    let plotTop = top(panel)
    let plotBottom = height - Self.bottom
    func x(_ place: Double) -> String { "screen \(compactNumber(place / canvas.width))" }
    func y(_ place: Double) -> String { "screen \(compactNumber(1 - place / canvas.height))" }
    lines.append(
      """
      reset
      set border 3 lw 0.9
      set tics out nomirror scale 0.6
      set lmargin at \(x(plotLeft))
      set rmargin at \(x(plotRight))
      set tmargin at \(y(plotTop))
      set bmargin at \(y(plotBottom))
      set xlabel \(Self.quoted(panel.x.text)) offset 0,0.4
      set ylabel \(Self.quoted(panel.y.text)) offset character 0.5,0
      set format x '%g'
      set format y '%g'
      \(ticks("x", panel.x, ranges(panel)?.x, room: plotRight - plotLeft, spacing: 62))
      \(ticks("y", panel.y, ranges(panel)?.y, room: plotBottom - plotTop, spacing: 42))
      set grid lc rgb '#80808080' lw 0.5 dt 3
      set key at \(x(left + 26)),\(y(panel.title.isEmpty ? 8 : 32)) left top Left reverse horizontal \
      maxcols \(legendColumns(panel)) samplen 2 spacing 1
      """)
    if !panel.title.isEmpty {
      lines.append("set label 1 \(Self.quoted(panel.title)) at \(x(left + 26)),\(y(16)) left")
    }
    for (name, axis) in [("x", panel.x), ("y", panel.y)] where axis.scale == .logarithmic {
      lines.append("set logscale \(name) 10")
    }
    if let ranges = ranges(panel) {
      lines.append("set xrange [\(ranges.x.lowerBound):\(ranges.x.upperBound)]")
      lines.append("set yrange [\(ranges.y.lowerBound):\(ranges.y.upperBound)]")
    } else {
      lines.append("set xrange [0:1]\nset yrange [0:1]")
    }
    if let map = panel.map {
      let anchors = map.colourScale.anchors
      let stops = anchors.enumerated().map { "\($0.offset) '\($0.element.hex)'" }.joined(separator: ", ")
      lines.append(
        """
        set palette defined (\(stops)) maxcolors 256
        set cbrange [\(map.limits[0]):\(map.limits[1])]
        set cblabel \(Self.quoted(map.text)) offset character 0.6,0
        set cbtics scale 0.4
        set format cb '%g'
        set colorbox user origin \(x(plotRight + 10)),\(y(plotBottom)) \
        size screen \(compactNumber(14 / canvas.width)),\(compactNumber((plotBottom - plotTop) / canvas.height)) noborder
        """)
    }
    var plots: [String] = []
    for (mark, colour) in zip(panel.marks, panel.colours) {
      plots += draw(mark, colour: colour, frame: frame)
    }
    // A plot needs something to draw, even where a panel is empty.
    lines.append("plot " + (plots.isEmpty ? "NaN notitle" : plots.joined(separator: ", \\\n  ")))
  }

  private mutating func block(_ rows: some Sequence<String>) -> String {
    blocks += 1
    let name = "$data\(blocks)"
    lines.append("\(name) << EOD\n\(rows.joined(separator: "\n"))\nEOD")
    return name
  }

  /// Adds the data of a mark and returns its entries of the plot command.
  private mutating func draw(_ mark: Mark, colour: Colour, frame: Int) -> [String] {
    let paint = "lc rgb '\(colour.hex)'"
    switch mark {
    case .line(let curve): return drawLine(curve, paint: paint, frame: frame)
    case .points(let curve):
      let name = block(rows(curve, frame: frame))
      let title = Self.title(curve.name)
      if curve.yUncertainty == nil { return ["\(name) using 1:2 with points pt 7 ps 0.4 \(paint) \(title)"] }
      // Strokes and points apart: gnuplot's error bars blank out what lies under their points.
      return [
        "\(name) using 1:($2-$3):(0):(2*$3) with vectors nohead lw 1.4 \(paint) notitle",
        "\(name) using 1:2 with points pt 7 ps 0.5 \(paint) \(title)",
      ]
    case .map(let map): return [drawMap(map, frame: frame)]
    case .picture(let picture): return [draw(picture)]
    case .surface(let surface): return SurfacePicture(surface, colour: colour).map { [draw($0)] } ?? []
    case .segments(let segments):
      let strokes = segments.x0.indices.map { index in
        [
          segments.x0[index], segments.y0[index], segments.x1[index] - segments.x0[index],
          segments.y1[index] - segments.y0[index],
        ].map { compactNumber($0) }.joined(separator: " ")
      }
      let head = segments.arrows ? "filled head size screen 0.012,18" : "nohead"
      return ["\(block(strokes)) using 1:2:3:4 with vectors \(head) lw 1.6 \(paint) \(Self.title(segments.name))"]
    case .verticalLine(let place, let label):
      lines.append("set arrow from \(place),graph 0 to \(place),graph 1 nohead dt 2 lw 1.2 lc rgb '#858585' front")
      lines.append(
        "set label \(Self.quoted(label)) at \(place),graph 0.97 right rotate by 90 offset character 0.7,0 front")
    case .horizontalLine(let place, let label):
      lines.append(
        "set arrow from graph 0,first \(place) to graph 1,first \(place) nohead dt 2 lw 1.2 lc rgb '#858585' front")
      lines.append("set label \(Self.quoted(label)) at graph 0.98,first \(place) right offset character 0,0.55 front")
    }
    return []
  }

  private mutating func drawLine(_ curve: Curve, paint: String, frame: Int) -> [String] {
    let name = block(rows(curve, frame: frame))
    let dash =
      switch curve.style {
      case .solid: "dt 1"
      case .dashed: "dt (12,6)"
      case .dotted: "dt (2,5)"
      }
    let line = "\(name) using 1:2 with lines lw 2 \(dash) \(paint) \(Self.title(curve.name))"
    if curve.yUncertainty == nil { return [line] }
    return [
      "\(name) using 1:($2-$3):($2+$3) with filledcurves fs transparent solid 0.2 noborder \(paint) notitle", line,
    ]
  }

  private static func title(_ name: String) -> String { name.isEmpty ? "notitle" : "title \(quoted(name))" }

  private func rows(_ curve: Curve, frame: Int) -> [String] {
    let y = curve.values(frame: frame)
    let count = min(curve.x.count, y.count)
    return decimatedIndices(Array(y.prefix(count)), limit: Self.pointLimit).map { index in
      var row = "\(compactNumber(curve.x[index], digits: 8)) \(compactNumber(y[index], digits: 8))"
      if let uncertainty = curve.yUncertainty, index < uncertainty.count {
        row += " " + compactNumber(uncertainty[index])
      }
      return row
    }
  }

  private mutating func draw(_ picture: Picture) -> String {
    let (x0, x1, y0, y1) = (picture.xExtent[0], picture.xExtent[1], picture.yExtent[0], picture.yExtent[1])
    let (width, height) = ((x1 - x0) / Double(picture.columns), (y1 - y0) / Double(picture.rows))
    let name = block(
      (0..<picture.rows).lazy.flatMap { row in
        (0..<picture.columns).lazy.map { column in
          let colour = picture.colour(row: row, column: column)
          return "\(column) \(row) \(colour.red) \(colour.green) \(colour.blue)"
        }
      })
    return
      "\(name) using (\(x0 + width / 2)+$1*\(width)):(\(y1 - height / 2)-$2*\(height)):3:4:5 with rgbimage notitle"
  }

  private mutating func draw(_ picture: SurfacePicture) -> String {
    let width = (picture.xExtent.upperBound - picture.xExtent.lowerBound) / Double(picture.columns)
    let height = (picture.yExtent.upperBound - picture.yExtent.lowerBound) / Double(picture.rows)
    let name = block(
      (0..<picture.rows).lazy.flatMap { row in
        (0..<picture.columns).lazy.map { column in
          guard let (colour, cover) = picture.pixels[row * picture.columns + column] else {
            return "\(column) \(row) 0 0 0 0"
          }
          return "\(column) \(row) \(colour.red) \(colour.green) \(colour.blue) \(Int(255 * cover))"
        }
      })
    return
      "\(name) using (\(picture.xExtent.lowerBound + width / 2)+$1*\(width)):"
      + "(\(picture.yExtent.upperBound - height / 2)-$2*\(height)):3:4:5:6 with rgbalpha notitle"
  }

  private mutating func drawMap(_ map: PixelMap, frame: Int) -> String {
    // Whole numbers of a thousandth of the scale are a quarter of the text, and finer than the 256 colours.
    let lower = Float(map.limits[0])
    let step = Float(map.limits[1] - map.limits[0]) / 1000
    let values = map.values(frame: frame)
    let name = block(
      (0..<map.rows).map { row in
        values[(row * map.columns)..<((row + 1) * map.columns)].map { value in
          let level = ((value - lower) / step).rounded()
          return level.isFinite ? String(Int(min(max(level, 0), 1000))) : "NaN"
        }.joined(separator: " ")
      })
    let (x0, x1, y0, y1) = (map.xExtent[0], map.xExtent[1], map.yExtent[0], map.yExtent[1])
    let (width, height) = ((x1 - x0) / Double(map.columns), (y1 - y0) / Double(map.rows))
    return
      "\(name) matrix using (\(x0 + width / 2)+$1*\(width)):(\(y1 - height / 2)-$2*\(height)):"
      + "(\(lower)+$3*\(step)) with image notitle"
  }
}
