import ArrayMath
import Foundation
import ImageAnalysis

/// Images that several tests look at.
enum TestImages {
  static func image(_ rows: Int, _ columns: Int, _ value: (_ row: Int, _ column: Int) -> Float) -> ScalarImage {
    let shape = FrameShape(rows: rows, columns: columns)
    return ScalarImage((0..<shape.count).map { value($0 / columns, $0 % columns) }, shape: shape)
  }

  static func wrapped(_ phase: ScalarImage) -> ScalarImage { phase.map(wrappedPhase) }

  /// The phase of a ball in the middle, in radians, negative.
  static func ball(_ rows: Int, _ columns: Int, depth: Float, radius: Float) -> ScalarImage {
    image(rows, columns) { row, column in
      let down = (Float(row) - Float(rows - 1) / 2) / radius
      let right = (Float(column) - Float(columns - 1) / 2) / radius
      return -depth * max(1 - down * down - right * right, 0).squareRoot()
    }
  }

  static func noise(_ rows: Int, _ columns: Int, _ amplitude: Float, seed: Int) -> ScalarImage {
    var generator = SeededGenerator(seed: UInt64(seed))
    return image(rows, columns) { _, _ in amplitude * Float(generator.normal()) }
  }

  static func sum(_ a: ScalarImage, _ b: ScalarImage) -> ScalarImage {
    ScalarImage(zip(a.pixels, b.pixels).map { $0 + $1 }, shape: a.shape)
  }

  /// A file of Tests/Golden.
  static func golden(_ name: String) throws -> String {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: folder.appending(path: "Golden/" + name), encoding: .utf8)
  }
}

extension TestImages {
  /// A transmission of modulus 1 with a phase, in complex white noise of a standard deviation a component.
  static func object(_ phase: ScalarImage, noise: Float, seed: Int) -> ComplexImage {
    var generator = SeededGenerator(seed: UInt64(seed))
    return phase.map {
      ComplexFloat(modulus: 1, phase: $0)
        + noise * ComplexFloat(Float(generator.normal()), Float(generator.normal()))
    }
  }

  static func plane(_ rows: Int, _ columns: Int, constant: Float, perRow: Float, perColumn: Float) -> ScalarImage {
    image(rows, columns) { row, column in
      constant + perRow * (Float(row) - Float(rows - 1) / 2) + perColumn * (Float(column) - Float(columns - 1) / 2)
    }
  }

  /// True outside a ball in the middle.
  static func outside(_ rows: Int, _ columns: Int, radius: Float) -> Image<Bool> {
    image(rows, columns) { row, column in
      hypotf(Float(row) - Float(rows - 1) / 2, Float(column) - Float(columns - 1) / 2) / radius
    }.map { $0 > 1 }
  }
}
