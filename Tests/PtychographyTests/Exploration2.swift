import ArrayMath
import Foundation
import Testing
@testable import Ptychography

@Suite struct Timing {
  @Test func kernels() throws {
    for n in [128, 512] {
      let w = FrameShape(rows: n, columns: n)
      let geometry = ScanGeometry(wavelength: 1e-10, distance: 1, pixelHeight: 50e-6, pixelWidth: 50e-6)
      let prop = WavePropagator(geometry: geometry, window: w)
      let waves = DetectorWaves(propagator: prop, modes: 1)
      let obj = WorkBuffer(repeating: ComplexFloat(1, 0.1), count: (n+30)*(n+30))
      let probe = WorkBuffer(repeating: ComplexFloat(1, 0.1), count: n*n)
      let scratch = WorkBuffer(repeating: Float(0), count: 6*n); let line = WorkBuffer(repeating: ComplexFloat.zero, count: n)
      let data = DiffractionData(.narrow([UInt16](repeating: 3, count: n*n)), window: w, count: 1, geometry: geometry)
      func time(_ name: String, _ body: () -> Void) {
        var best = 1e9
        for _ in 0..<5 { let t = cpu(); for _ in 0..<20 { body() }; best = min(best, (cpu() - t)/20) }
        print(n, name, best*1e3, "ms")
      }
      let fft = FourierTransform2D(w)
      time("fft") { fft.forward(UnsafeMutableBufferPointer(start: waves.fields.start, count: n*n)) ; waves.fields.fill(ComplexFloat(1)) }
      time("fill") { waves.fields.fill(ComplexFloat(1)) }
      time("toDetector") { waves.toDetector(background: nil) ; waves.fields.fill(ComplexFloat(1)) }
      time("exit") { SampleKernels.exitWaves(probe: probe.start, object: obj.start, stride: n+30, into: waves.fields.start, window: w, modes: 1) }
      time("peak") { _ = SampleKernels.objectPeak(obj.start, stride: n+30, window: w, scratch: scratch.start) }
      time("load") { waves.load(data, pattern: 0) }
      time("compare") { _ = waves.compare(noise: .amplitude) }
      time("gain") { waves.gain.fill(1); waves.applyGain() }
      time("intensity") { DetectorKernels.addIntensity(waves.fields.start, to: waves.model.start, size: n*n) }
      waves.fields.fill(ComplexFloat(1))
      time("update") { _ = SampleKernels.update(object: obj.start, stride: n+30, probe: probe.start, target: probe.start, waves: waves.fields.start, window: w, modes: 1, weights: .init(objectStep: 1e-3, objectShare: 0.1, probeStep: 1e-3, probeShare: 0.1, objectPeak: 1, probePeak: 1), change: line.start, scratch: scratch.start) }
      time("normal") { _ = SampleKernels.normalEquations(object: obj.start, objectChange: obj.start, stride: n+30, probe: probe.start, probeChange: probe.start, waves: waves.fields.start, window: w, modes: 1, scratch: scratch.start) }
    }
  }
}
