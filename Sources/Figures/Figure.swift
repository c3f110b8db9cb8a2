/// A figure as data: what is drawn, on which axes, in which units, and how to read it.
///
/// A figure knows nothing of how it is rendered. The renderers of this module turn the same value into static SVG
/// and PDF, into an interactive plot, and pixel maps into PNG.
public struct Figure: Codable, Hashable, Sendable {
  /// A name fit for a file and an anchor: lower case, digits and hyphens, unique within a run.
  public var identifier: String
  /// What is shown, in words.
  public var title: String
  /// How to read the figure, in a sentence or two.
  public var caption: String
  /// The plots, side by side on a wide page and stacked on a narrow one.
  public var panels: [Panel]
  /// The variable behind the slider of an animated figure; nil when nothing changes.
  public var frames: Frames?

  public init(identifier: String, title: String, caption: String, panels: [Panel], frames: Frames? = nil) {
    self.identifier = identifier
    self.title = title
    self.caption = caption
    self.panels = panels
    self.frames = frames
  }

  /// The values a slider steps through; every mark that varies has one entry for each.
  public struct Frames: Codable, Hashable, Sendable {
    /// What varies, for example "time".
    public var label: String
    /// The unit of `values`, for example "s".
    public var unit: String
    /// One value a frame, ascending.
    public var values: [Double]

    public init(label: String, unit: String, values: [Double]) {
      self.label = label
      self.unit = unit
      self.values = values
    }
  }
}

/// One pair of axes and what is drawn on it.
public struct Panel: Codable, Hashable, Sendable {
  public var title: String
  public var x: Axis
  public var y: Axis
  /// Drawn in order, the last on top.
  public var marks: [Mark]
  /// Whether one unit of x is as long as one unit of y.
  public var equalAspect: Bool

  public init(title: String = "", x: Axis, y: Axis, marks: [Mark], equalAspect: Bool = false) {
    self.title = title
    self.x = x
    self.y = y
    self.marks = marks
    self.equalAspect = equalAspect
  }
}

/// An axis with its label, its unit and its scale.
public struct Axis: Codable, Hashable, Sendable {
  public enum Scale: String, Codable, Hashable, Sendable { case linear, logarithmic }

  public var label: String
  /// Empty for a pure number.
  public var unit: String
  public var scale: Scale
  /// The limits, lower first; nil lets the renderer choose.
  public var limits: [Double]?

  public init(_ label: String, unit: String = "", scale: Scale = .linear, limits: ClosedRange<Double>? = nil) {
    self.label = label
    self.unit = unit
    self.scale = scale
    self.limits = limits.map { [$0.lowerBound, $0.upperBound] }
  }

  /// The label with its unit, as it is printed: "time / s".
  public var text: String { unit.isEmpty ? label : "\(label) / \(unit)" }
}

/// Something drawn on a panel.
public enum Mark: Codable, Hashable, Sendable {
  case line(Curve)
  case points(Curve)
  case map(PixelMap)
  case picture(Picture)
  case segments(Segments)
  /// Alone on its panel.
  case surface(Surface)
  case verticalLine(at: Double, label: String)
  case horizontalLine(at: Double, label: String)
}

/// A named curve of points; `y` holds one array, or one a frame.
public struct Curve: Codable, Hashable, Sendable {
  public enum Style: String, Codable, Hashable, Sendable { case solid, dashed, dotted }

  /// The entry of the legend; empty for none.
  public var name: String
  public var x: [Double]
  /// `[frame][point]`; a single entry is shown in every frame. NaN breaks the line.
  public var y: [[Double]]
  /// Standard uncertainties of `y`, `[point]`; nil when there are none.
  public var yUncertainty: [Double]?
  public var style: Style
  /// The place in the colour cycle; nil takes the next.
  public var colourIndex: Int?

  public init(
    name: String, x: [Double], y: [Double], yUncertainty: [Double]? = nil, style: Style = .solid,
    colourIndex: Int? = nil
  ) {
    self.init(name: name, x: x, frames: [y], yUncertainty: yUncertainty, style: style, colourIndex: colourIndex)
  }

  public init(
    name: String, x: [Double], frames: [[Double]], yUncertainty: [Double]? = nil, style: Style = .solid,
    colourIndex: Int? = nil
  ) {
    self.name = name
    self.x = x
    self.y = frames
    self.yUncertainty = yUncertainty
    self.style = style
    self.colourIndex = colourIndex
  }
}

/// A regular raster of values with its place on the axes and its colour scale.
public struct PixelMap: Codable, Hashable, Sendable {
  public enum ColourScale: String, Codable, Hashable, Sendable {
    /// One hue to another, for a quantity that starts somewhere (viridis).
    case sequential
    /// Two hues around zero, for a signed quantity; the limits are made symmetric by whoever makes the map.
    case diverging
  }

  /// What the colours mean, for example "hoop stress".
  public var label: String
  public var unit: String
  public var rows: Int
  public var columns: Int
  /// `[frame][row × columns + column]`, row 0 at the top; NaN is transparent.
  public var values: [[Float]]
  /// The extent of the raster on the x axis, outer edges, `[left, right]`.
  public var xExtent: [Double]
  /// The extent of the raster on the y axis, outer edges, `[bottom, top]`.
  public var yExtent: [Double]
  public var colourScale: ColourScale
  /// The values at both ends of the colour scale, the same in every frame.
  public var limits: [Double]

  public init(
    label: String, unit: String, rows: Int, columns: Int, values: [[Float]], xExtent: ClosedRange<Double>,
    yExtent: ClosedRange<Double>, colourScale: ColourScale, limits: ClosedRange<Double>
  ) {
    precondition(values.allSatisfy { $0.count == rows * columns }, "a pixel map has rows × columns values a frame")
    self.label = label
    self.unit = unit
    self.rows = rows
    self.columns = columns
    self.values = values
    self.xExtent = [xExtent.lowerBound, xExtent.upperBound]
    self.yExtent = [yExtent.lowerBound, yExtent.upperBound]
    self.colourScale = colourScale
    self.limits = [limits.lowerBound, limits.upperBound]
  }
}

/// Straight strokes, each with its own colour class: outlines, tensor glyphs, conventions drawn.
public struct Segments: Codable, Hashable, Sendable {
  public var name: String
  /// Start and end of each stroke in axis units.
  public var x0: [Double]
  public var y0: [Double]
  public var x1: [Double]
  public var y1: [Double]
  /// Whether each stroke ends in an arrow head.
  public var arrows: Bool
  public var colourIndex: Int?

  public init(
    name: String, x0: [Double], y0: [Double], x1: [Double], y1: [Double], arrows: Bool = false, colourIndex: Int? = nil
  ) {
    precondition(x0.count == y0.count && x0.count == x1.count && x0.count == y1.count, "one end for each start")
    self.name = name
    self.x0 = x0
    self.y0 = y0
    self.x1 = x1
    self.y1 = y1
    self.arrows = arrows
    self.colourIndex = colourIndex
  }
}
