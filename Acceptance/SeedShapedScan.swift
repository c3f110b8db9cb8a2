import ArrayMath
import Foundation
import Ptychography

/// A scan of the seed's shape on an object like the one for which the limits were seen: a sphere of 170 pixels radius whose
/// phase goes to about −2.5 rad, with a texture of an eighth of it, on an aperiodic raster.
enum SeedShapedScan {
  /// - Parameter seed: of the counts; texture and positions are the same for all.
  static func simulated(seed: UInt64, threads: Int) throws -> SimulatedScan {
    let experiment = ParticleExperiment.full()
    var simulation = try experiment.simulation(seed: 1)
    var generator = SeededGenerator(seed: 1)
    simulation.positions = ScanPattern.jitteredRaster(rows: 16, columns: 16, step: 1e-6, jitter: 0.2)
      .positions(using: &generator)
    return try simulation.run(object: object(simulation.objectShape()), seed: seed, threads: threads)
  }

  private static func object(_ shape: FrameShape) -> ComplexImage {
    var generator = SeededGenerator(seed: 2)
    var texture = ComplexImage((0..<shape.count).map { _ in ComplexFloat(Float(generator.normal())) }, shape: shape)
    let transform = FourierTransform2D(shape)
    transform.forward(&texture)
    func frequency(_ index: Int, _ count: Int) -> Double {
      Double(index < (count + 1) / 2 ? index : index - count) / Double(count)
    }
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let (v, u) = (frequency(row, shape.rows) / 0.03, frequency(column, shape.columns) / 0.03)
        texture[row, column] = Float(1 / (1 + u * u + v * v)) * texture[row, column]
      }
    }
    transform.backward(&texture)
    let spread = (texture.pixels.reduce(0) { $0 + Double($1.real * $1.real) } / Double(shape.count)).squareRoot()
    let radius = 170.0
    var object = ComplexImage(repeating: ComplexFloat(1), shape: shape)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let (y, x) = (Double(row - shape.rows / 2), Double(column - shape.columns / 2))
        let thickness = max(radius * radius - x * x - y * y, 0).squareRoot() / radius
        let phase = -2.2 * thickness * (1 + 0.12 * Double(texture[row, column].real) / spread)
        object[row, column] = ComplexFloat(modulus: Float(exp(0.03 * phase)), phase: Float(phase))
      }
    }
    return object
  }
}
