import ArrayMath
import Crystallography
import ElectronDiffraction
import Figures
import Foundation
import Pipeline
import Quantities
import Testing

@testable import Stages

@Suite struct KikuchiGeometrySettingsTests {
  static let shape = FrameShape(rows: 48, columns: 64)
  static let degree = Double.pi / 180

  static func settings(_ change: (inout KikuchiGeometrySettings) -> Void) -> KikuchiGeometrySettings {
    var settings = KikuchiGeometrySettings()
    settings.mode = .transmission
    change(&settings)
    return settings
  }

  /// The angle that a protocol states, measured on the geometry it gives.
  @Test(arguments: [20.0, 45, 70]) func theStatedAngleIsTheOneThatIsNamed(angle: Double) {
    func geometry(_ named: KikuchiGeometrySettings.StatedAngle) -> KikuchiGeometry {
      let settings = Self.settings {
        $0.angle = angle * .degree
        $0.angleIs = named
      }
      return settings.geometry(shape: Self.shape, centre: PatternCentre(x: 0.5, y: 0.3, z: 0.6))
    }
    // Directions in the sample's frame: the screen's axis, and the beam that runs against the untilted normal.
    func axis(_ geometry: KikuchiGeometry) -> SIMD3<Double> { geometry.detectorToSample(SIMD3(0, 0, 1)) }
    func between(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { acos((a * b).sum()) / Self.degree }
    let exit = SIMD3(0.0, 0, -1)
    #expect(abs(between(axis(geometry(.exitScreen)), exit) - angle) < 1e-9)
    let flat = geometry(.beamScreen)
    #expect(flat.sampleTilt == 0 && abs(between(axis(flat), exit) - angle) < 1e-9)
    let tilted = geometry(.foilTilt)
    #expect(tilted.screenTilt == 0 && abs(tilted.sampleTilt + angle * Self.degree) < 1e-12)
    // The foil's exit face turns to the screen, and electrons that leave it reach the middle of the pattern.
    #expect(abs(between(axis(tilted), exit) - (90 - angle)) < 1e-9)
    #expect(tilted.isVisible(axis(tilted)))
  }

  @Test func centresAreReadInTheirConvention() throws {
    func centre(_ numbers: [Double], _ convention: KikuchiGeometrySettings.PatternCentreConvention) throws
      -> PatternCentre
    {
      let settings = Self.settings {
        $0.patternCentre = numbers
        $0.patternCentreConvention = convention
        $0.pixel = Length(si: 70e-6)
      }
      return try #require(settings.statedCentre(shape: Self.shape))
    }
    #expect(try centre([0.4, 0.3, 0.6], .bruker) == PatternCentre(x: 0.4, y: 0.3, z: 0.6))
    #expect(try centre([0.4, 0.7, 0.6], .tsl).y == 1 - 0.7)
    #expect(abs(try centre([0.4, 0.525, 0.45], .oxford).y - 0.3) < 1e-12)
    #expect(abs(try centre([0, 0, 70e-6 * 48 * 0.6], .emsoft).z - 0.6) < 1e-12)
    #expect(Self.settings { _ in }.statedCentre(shape: Self.shape) == nil)
  }

  @Test func whatIsMissingOrTwiceIsSaid() {
    func keys(_ change: (inout KikuchiGeometrySettings) -> Void) -> [String] {
      Self.settings(change).validate().map(\.key)
    }
    #expect(keys { _ in } == [""])
    #expect(keys { $0.angle = 45 * .degree } == ["angle"])
    #expect(
      keys {
        $0.angle = 45 * .degree
        $0.angleIs = .foilTilt
        $0.sampleTilt = 10 * .degree
      } == ["angle"])
    #expect(
      keys {
        $0.sampleTilt = -45 * .degree
        $0.patternCentre = [0.5, 0.3]
      } == ["pattern_centre", "pattern_centre"])
    #expect(
      keys {
        $0.sampleTilt = -45 * .degree
        $0.patternCentre = [0.5, 0.3, -1]
        $0.patternCentreConvention = .bruker
      } == ["pattern_centre"])
    #expect(
      keys {
        $0.sampleTilt = -45 * .degree
        $0.patternCentre = [0, 0, 15_000]
        $0.patternCentreConvention = .emsoft
      } == ["pattern_centre_convention"])
  }

  @Test func theSetupIsDrawnWithItsAngles() {
    let geometry = Self.settings { $0.sampleTilt = -45 * .degree }.geometry(
      shape: Self.shape, centre: PatternCentre(x: 0.5, y: 0.3, z: 0.6))
    let panel = KikuchiSetupFigure(geometry: geometry, identifier: "setup").side
    #expect(panel.legend.contains { $0.contains("tilt -45 deg") })
    #expect(panel.legend.contains { $0 == "normal to screen's axis 45 deg" }, "\(panel.legend)")
    #expect(panel.legend.contains { $0 == "beam to screen's axis 90 deg" })
  }
}
