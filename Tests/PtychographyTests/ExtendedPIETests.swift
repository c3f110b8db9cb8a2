import ArrayMath
import Foundation
import Ptychography
import Testing

@Suite struct ExtendedPIETests {
  @Test func aSmallScanIsReconstructed() throws {
    let window = FrameShape(rows: 32, columns: 32)
    let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 50e-6, pixelWidth: 50e-6)
    let propagator = WavePropagator(geometry: geometry, window: window)
    var generator = SeededGenerator(seed: 1)
    let probe = ComplexImage(
      (0..<window.count).map { i in
        let y = Double(i / 32) - 16
        let x = Double(i % 32) - 16
        let square = x * x + y * y
        return ComplexFloat(modulus: Float(500 * exp(-square / 40)), phase: Float(0.02 * square))
      }, shape: window)
    let positions = (0..<36).map { (index: Int) -> PixelPosition in
      let down = (generator.uniform() * 3).rounded()
      let right = (generator.uniform() * 3).rounded()
      return PixelPosition(row: Double(index / 6 * 4) + down, column: Double(index % 6 * 4) + right)
    }
    let shape = FrameShape(rows: 56, columns: 56)
    let object = ComplexImage(
      (0..<shape.count).map { i in
        let phase: Double = sin(Double(i / 56) * 0.25) * cos(Double(i % 56) * 0.2)
        return ComplexFloat(modulus: 1, phase: Float(phase))
      }, shape: shape)
    var counts: [UInt32] = []
    for position in positions {
      let (top, left) = position.rounded
      var field = object.cropped(rows: top..<top + 32, columns: left..<left + 32)
      for i in field.pixels.indices { field.pixels[i] *= probe.pixels[i] }
      field.pixels.withUnsafeMutableBufferPointer { propagator.toDetector($0) }
      counts += field.pixels.map { UInt32($0.squaredModulus.rounded()) }
    }
    let data = DiffractionData(.wide(counts), window: window, count: positions.count, geometry: geometry)
    let start = probe.map { ComplexFloat(modulus: $0.modulus, phase: 0.8 * $0.phase) }
    var state = Reconstruction(
      object: ComplexImage(repeating: ComplexFloat(1), shape: shape), probes: [start], positions: positions)
    var engine = ExtendedPIE(EngineSettings(.ePIE), propagator: propagator)
    var errors: [Double] = []
    for pass in 0..<60 { errors.append(engine.pass(&state, on: data, pass: pass, generator: &generator)) }
    #expect(errors[59] < 0.05 * errors[0], "\(errors[0]) to \(errors[59])")
  }
}
