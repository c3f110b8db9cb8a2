public import ArrayMath
import Figures
import Foundation

/// What is known of a projection while it is reconstructed.
public struct PtychographyPreview: Sendable {
  /// The name of the scan.
  public var name: String
  /// The number of the projection, from 0, and of how many.
  public var index: Int
  public var count: Int
  /// Passes that are done, and of how many.
  public var pass: Int
  public var passes: Int
  /// E of each pass.
  public var errors: [Double]
  public var object: ComplexImage
  public var probe: ComplexImage
  /// The extents of a pixel of the object, in metres.
  public var pixel: (height: Double, width: Double)

  /// Phase and modulus of the object and the probe in colours, side by side.
  ///
  /// - Throws: `PNGError` where there is no pixel.
  public func png() throws -> [UInt8] {
    let phase = object.map { $0.squaredModulus > 1e-12 ? $0.phase : Float.nan }
    let modulus = object.map(\.modulus)
    let side = 320
    func grey(_ image: ScalarImage, _ limits: ClosedRange<Double>) -> [Colour] {
      square(image.shape, side) { row, column in
        let value = Double(image[row, column])
        guard value.isFinite else { return Colour(0) }
        let place = (value - limits.lowerBound) / max(limits.upperBound - limits.lowerBound, 1e-12)
        return PixelMap.ColourScale.sequential.colour(at: place)
      }
    }
    let peak = probe.pixels.lazy.map(\.squaredModulus).max()?.squareRoot() ?? 1
    let tiles = [
      grey(phase, ComplexPicture.limits([phase], share: 0.02)),
      grey(modulus, ComplexPicture.limits([modulus], share: 0.02)),
      square(probe.shape, side) { row, column in
        let value = probe[row, column]
        return ComplexPicture.colour(phase: Double(value.phase), brightness: Double(value.modulus / max(peak, 1e-30)))
      },
    ]
    let gap = 8
    let width = 3 * side + 2 * gap
    var pixels = [Colour](repeating: Colour(0xFFFFFF), count: side * width)
    for (tile, colours) in tiles.enumerated() {
      for row in 0..<side {
        let start = row * width + tile * (side + gap)
        pixels.replaceSubrange(start..<start + side, with: colours[row * side..<(row + 1) * side])
      }
    }
    return try Picture(
      rows: side, columns: width, pixels: pixels, xExtent: 0...Double(width), yExtent: 0...Double(side)
    ).png()
  }

  /// A page with the pictures and the error, which a browser reloads by itself.
  ///
  /// - Parameter refresh: seconds between two looks; 0 for a page that is final.
  /// - Throws: `PNGError`.
  public func html(refresh: Int) throws -> String {
    let picture = Data(try png()).base64EncodedString()
    let again = refresh > 0 ? "<meta http-equiv=\"refresh\" content=\"\(refresh)\">" : ""
    let error = errors.last.map { String(format: "%.4g", $0) } ?? "not known yet"
    let extent = String(
      format: "%.3g x %.3g um", Double(object.rows) * pixel.height * 1e6, Double(object.columns) * pixel.width * 1e6)
    return """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8">\(again)
      <meta name="viewport" content="width=device-width">
      <title>\(escapedXML(name)): pass \(pass) of \(passes)</title>
      <style>body{font-family:system-ui,sans-serif;margin:1rem;max-width:62rem}img{width:100%}</style></head>
      <body><h1>\(escapedXML(name))</h1>
      <p>Projection \(index + 1) of \(count), pass \(pass) of \(passes), error E \(error).</p>
      <img src="data:image/png;base64,\(picture)" alt="Phase of the object, its modulus, and the probe">
      <p>Phase and modulus of the object (\(extent)), and the probe: its hue is the phase, its brightness the modulus.</p>
      \(errorCurve)
      </body></html>

      """
  }

  /// The error of each pass on a logarithmic scale, as an SVG element.
  private var errorCurve: String {
    let logs = errors.map { log10(max($0, 1e-12)) }
    guard logs.count > 1, let low = logs.min(), let high = logs.max() else { return "" }
    let points = logs.enumerated().map { index, value in
      String(
        format: "%.1f,%.1f", 600 * Double(index) / Double(logs.count - 1),
        10 + 180 * (high - value) / max(high - low, 1e-9))
    }
    return """
      <svg viewBox="0 0 600 200" role="img" aria-label="Error of each pass">\
      <polyline fill="none" stroke="#1b7fc4" stroke-width="2" points="\(points.joined(separator: " "))"/></svg>
      <p>Error E of each pass, from \(String(format: "%.3g", pow(10, high))) to \
      \(String(format: "%.3g", pow(10, low))), logarithmic.</p>
      """
  }

  /// The colours of an image that is fitted into a square, nearest pixels.
  private func square(
    _ shape: FrameShape, _ side: Int, _ colour: (_ row: Int, _ column: Int) -> Colour
  ) -> [Colour] {
    let longer = max(shape.rows, shape.columns, 1)
    var pixels: [Colour] = []
    pixels.reserveCapacity(side * side)
    for row in 0..<side {
      for column in 0..<side {
        let y = row * longer / side - (longer - shape.rows) / 2
        let x = column * longer / side - (longer - shape.columns) / 2
        let isInside = (0..<shape.rows).contains(y) && (0..<shape.columns).contains(x)
        pixels.append(isInside ? colour(y, x) : Colour(0xFFFFFF))
      }
    }
    return pixels
  }
}
