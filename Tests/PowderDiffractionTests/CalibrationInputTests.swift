import ArrayMath
import Foundation
import PowderDiffraction
import TestSupport
import Testing

@Suite struct CalibrationInputTests {
  typealias Sim = CalibrationTests

  private func failure(
    of frame: CalibrationFrame, _ calibration: Calibration = Sim.calibration(.distance(0.13))
  ) -> CalibrationError? {
    do {
      _ = try calibration([frame])
      return nil
    } catch { return error as? CalibrationError }
  }

  private func flat(_ value: Float) -> CalibrationFrame {
    CalibrationFrame(
      pixels: [Float](repeating: value, count: Sim.shape.count), shape: Sim.shape, wavelength: Sim.wavelength)
  }

  @Test func framesWithoutRingsAreRefused() throws {
    #expect(failure(of: flat(0))?.step == .centre)
    #expect(failure(of: flat(100))?.step == .centre)
    #expect(failure(of: flat(.nan))?.step == .input)
    #expect(failure(of: flat(-1))?.step == .input)
    var generator = SeededGenerator(seed: 1)
    for mean in [0.2, 5, 300] {
      var noise = flat(0)
      for index in noise.pixels.indices { noise.pixels[index] = Float(generator.poisson(mean)) }
      #expect(failure(of: noise)?.step == .centre)
      #expect(failure(of: noise, Sim.calibration(.geometry(Sim.rings().geometry.poni))) != nil)
    }
  }

  @Test func inputThatContradictsItselfIsRefused() throws {
    var frame = flat(1)
    frame.mask = PixelMask([UInt8](repeating: 1, count: Sim.shape.count), shape: Sim.shape)
    #expect(failure(of: frame)?.step == .input)
    frame.mask = PixelMask(shape: FrameShape(rows: 3, columns: 3))
    #expect(failure(of: frame)?.step == .input)
    frame = flat(1)
    frame.pixels.removeLast()
    #expect(failure(of: frame)?.step == .input)
    for wavelength in [0, -1e-10, .nan, .infinity, 1e-8] {
      frame = flat(1)
      frame.wavelength = wavelength
      #expect(failure(of: frame)?.step == .input)
    }
    var calibration = Sim.calibration(.unknown)
    calibration.pixelWidth = 0
    #expect(failure(of: flat(1), calibration)?.step == .input)
    calibration = Sim.calibration(.unknown)
    calibration.rings = []
    #expect(failure(of: flat(1), calibration)?.step == .input)
    calibration = Sim.calibration(.unknown)
    calibration.options.free = []
    #expect(failure(of: flat(1), calibration)?.step == .input)
    #expect(failure(of: flat(1), Sim.calibration(.distance(-1)))?.step == .input)
    #expect(failure(of: flat(1), Sim.calibration(.distance(.nan)))?.step == .input)
    #expect(throws: CalibrationError.self) { try Sim.calibration(.unknown)([]) }
  }

  @Test func anotherCalibrantIsRefusedOrWarnedOf() throws {
    let frame = try Sim.frame(Sim.rings())
    for start in [CalibrationStart.distance(0.13), .unknown, .geometry(Sim.rings().geometry.poni)] {
      var calibration = Sim.calibration(start)
      calibration.rings = SimulatedRings.ceria(least: 0.8e-10).map { CalibrationRing(dSpacing: $0) }
      let refused = failure(of: frame, calibration)
      #expect(refused != nil, "\(start)")
    }
  }

  @Test func aSlightlyWrongCellIsWarnedOf() throws {
    // Silicon for ceria: the same rings, 0.4 % apart; the distance takes up most of it.
    var rings = Sim.rings()
    rings.dSpacings = SimulatedRings.ceria(least: 0.8e-10)
    var calibration = Sim.calibration(.distance(0.13))
    calibration.rings = rings.dSpacings.map { CalibrationRing(dSpacing: $0 * 5.43102 / 5.41165) }
    let result = try calibration([Sim.frame(rings)])
    #expect(result.warnings.contains { $0.contains("off their place") })
    calibration.rings = rings.dSpacings.map { CalibrationRing(dSpacing: $0) }
    #expect(try calibration([Sim.frame(rings)]).warnings.isEmpty)
  }

  @Test func aWrongPixelSizeIsNoticed() throws {
    let frame = try Sim.frame(Sim.rings())
    var calibration = Sim.calibration(.distance(0.13))
    calibration.pixelHeight *= 2
    calibration.pixelWidth *= 2
    let refused = try #require(failure(of: frame, calibration))
    #expect(refused.step == .assignment && refused.description.contains("pixel size"))
  }

  @Test func saturatedRingsAreLeftOutWithAWarning() throws {
    let rings = Sim.rings(height: 6000)
    var frame = try Sim.frame(rings)
    for index in frame.pixels.indices { frame.pixels[index] = min(frame.pixels[index], 2000) }
    let result = try Sim.calibration(.distance(0.13))([frame])
    #expect(result.warnings.contains { $0.contains("saturated") })
    #expect(Sim.worst(result.geometry, rings.geometry) < 2)
  }

  @Test func oneRingAloneIsSaidToBeSo() throws {
    var rings = Sim.rings()
    rings.dSpacings = [rings.dSpacings[3]]
    var calibration = Sim.calibration(.geometry(rings.geometry.poni))
    calibration.rings = rings.dSpacings.map { CalibrationRing(dSpacing: $0) }
    let result = try calibration([Sim.frame(rings)])
    #expect(result.warnings.contains { $0.contains("one ring") })
  }
}
