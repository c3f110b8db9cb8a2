import ArrayMath
import Figures
import Foundation

/// Pictures of complex images on axes in micrometres, small enough for a report.
struct ComplexPicture {
  /// The extent of a pixel of the picture, in micrometres.
  private let step: (y: Double, x: Double)
  private let origin: (y: Double, x: Double)
  private let rows: Int
  private let columns: Int
  /// Pixels that are taken as one along each edge.
  private let block: Int
  private let shape: FrameShape

  /// - Parameters:
  ///   - pixel: the extents of a pixel, in metres.
  ///   - origin: where the first pixel's centre lies, in metres.
  ///   - side: the most pixels of the picture along its longer side.
  init(
    _ shape: FrameShape, pixel: (height: Double, width: Double), origin: (y: Double, x: Double) = (0, 0),
    side: Int = 360
  ) {
    self.shape = shape
    block = max(1, (max(shape.rows, shape.columns) + side - 1) / side)
    rows = max(1, shape.rows / block)
    columns = max(1, shape.columns / block)
    step = (pixel.height * 1e6 * Double(block), pixel.width * 1e6 * Double(block))
    self.origin = ((origin.y - pixel.height / 2) * 1e6, (origin.x - pixel.width / 2) * 1e6)
  }

  var xExtent: ClosedRange<Double> { origin.x...origin.x + step.x * Double(columns) }
  /// Rows run down: y of the sample is drawn with its sign changed.
  var yExtent: ClosedRange<Double> { -origin.y - step.y * Double(rows)...(-origin.y) }

  /// A real image as a map: the mean of each block, over its pixels that have a value.
  func map(
    _ images: [ScalarImage], label: String, unit: String, limits: ClosedRange<Double>,
    scale: PixelMap.ColourScale = .sequential
  ) -> Mark {
    .map(
      PixelMap(
        label: label, unit: unit, rows: rows, columns: columns, values: images.map(reduced), xExtent: xExtent,
        yExtent: yExtent, colourScale: scale, limits: limits.lowerBound < limits.upperBound ? limits : 0...1))
  }

  /// A complex image in colours: the hue is the phase, the brightness the modulus.
  func colours(_ image: ComplexImage) -> Picture {
    let peak = image.pixels.lazy.map(\.squaredModulus).max()?.squareRoot() ?? 1
    var pixels: [Colour] = []
    pixels.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = ComplexFloat.zero
        for y in row * block..<(row + 1) * block {
          for x in column * block..<(column + 1) * block { sum += image[y, x] }
        }
        let mean = 1 / Float(block * block) * sum
        pixels.append(Self.colour(phase: Double(mean.phase), brightness: Double(mean.modulus / max(peak, 1e-30))))
      }
    }
    return Picture(rows: rows, columns: columns, pixels: pixels, xExtent: xExtent, yExtent: yExtent)
  }

  private func reduced(_ image: ScalarImage) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns {
        var sum: Float = 0
        var count: Float = 0
        for y in row * block..<(row + 1) * block {
          for x in column * block..<(column + 1) * block where image[y, x].isFinite {
            sum += image[y, x]
            count += 1
          }
        }
        values.append(count > 0 ? sum / count : .nan)
      }
    }
    return values
  }

  /// The colour of a complex number: hue red at phase 0 and on through yellow, green, cyan, blue and magenta.
  static func colour(phase: Double, brightness: Double) -> Colour {
    let hue = (phase / (2 * .pi) + 1).truncatingRemainder(dividingBy: 1) * 6
    let value = min(max(brightness.isFinite ? brightness : 0, 0), 1)
    let channels = [5.0, 3.0, 1.0].map { shift -> UInt32 in
      let place = (shift + hue).truncatingRemainder(dividingBy: 6)
      return UInt32((255 * value * (1 - max(0, min(place, 4 - place, 1)))).rounded())
    }
    return Colour(channels[0] << 16 | channels[1] << 8 | channels[2])
  }

  /// The key of ``colours(_:)``: phase along x, modulus along y.
  static var key: Panel {
    let (rows, columns) = (24, 72)
    var pixels: [Colour] = []
    for row in 0..<rows {
      for column in 0..<columns {
        pixels.append(
          colour(
            phase: (Double(column) + 0.5) / Double(columns) * 2 * .pi - .pi,
            brightness: 1 - (Double(row) + 0.5) / Double(rows)))
      }
    }
    return Panel(
      title: "key", x: Axis("phase", unit: "rad", limits: -Double.pi...Double.pi),
      y: Axis("modulus over its largest", limits: 0...1),
      marks: [
        .picture(
          Picture(rows: rows, columns: columns, pixels: pixels, xExtent: -Double.pi...Double.pi, yExtent: 0...1))
      ])
  }

  func panel(_ title: String, _ marks: [Mark]) -> Panel {
    Panel(
      title: title, x: Axis("x", unit: "um", limits: xExtent), y: Axis("− y", unit: "um", limits: yExtent),
      marks: marks, equalAspect: true)
  }

  /// Limits that leave out the outermost hundredth of values on both ends.
  static func limits(_ images: [ScalarImage], share: Double = 0.01) -> ClosedRange<Double> {
    var values: [Float] = []
    for image in images { values += image.pixels.lazy.filter(\.isFinite) }
    guard !values.isEmpty else { return 0...1 }
    values.sort()
    let low = Double(values[Int(share * Double(values.count - 1))])
    let high = Double(values[Int((1 - share) * Double(values.count - 1))])
    return low < high ? low...high : low - 0.5...low + 0.5
  }
}
