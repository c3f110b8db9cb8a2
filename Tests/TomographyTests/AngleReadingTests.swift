import Foundation
import Testing
import Tomography

@Suite struct AngleReadingTests {
  private static func even(_ count: Int, step: Double, from start: Double = 0) -> [Double] {
    (0..<count).map { start + step * Double($0) }
  }

  /// Steps of 0.3° with the end excluded; the end included; full turns; ±76°; three views; backwards; two turns; little of a
  /// turn; golden angles.
  private static let degrees: [[Double]] = [
    even(600, step: 0.3), even(181, step: 1), even(720, step: 0.5), even(77, step: 2, from: -76), even(3, step: 60),
    even(360, step: -0.5, from: 10), even(1441, step: 0.5), even(91, step: 2, from: -88.2),
    even(41, step: 1, from: -20),
    even(200, step: 111.246117975),
  ]

  private static let degree = Double.pi / 180

  private static let radians: [[Double]] = [
    even(600, step: 0.3 * degree), even(181, step: degree), even(140, step: 360 * degree / 140, from: 1.8),
    even(76, step: 2 * degree, from: -1.3), even(3, step: 60 * degree), even(901, step: degree),
    even(200, step: 111.246117975 * degree),
  ]

  @Test(arguments: degrees) func tellsDegrees(numbers: [Double]) throws {
    let reading = try AngleReading(numbers)
    #expect(reading.unit == .degrees)
    #expect(zip(reading.angles, numbers).allSatisfy { abs($0 - $1 * Self.degree) < 1e-12 })
    #expect(reading.notes[0].contains("read as degrees"))
  }

  @Test(arguments: radians) func tellsRadians(numbers: [Double]) throws {
    let reading = try AngleReading(numbers)
    #expect(reading.unit == .radians)
    #expect(reading.angles == numbers)
  }

  private static let unclear: [[Double]] = [
    [5], [0, 1, 2], even(101, step: 0.1, from: -5), even(20, step: 0.5), even(2, step: 10),
  ]

  @Test(arguments: unclear) func asksWhereItCannotTell(numbers: [Double]) {
    #expect {
      try AngleReading(numbers)
    } throws: {
      "\($0)".contains("could be degrees or radians; state the unit")
    }
    #expect(throws: Never.self) { try AngleReading(numbers, unit: .degrees) }
  }

  @Test func refusesWhatIsNoAngle() {
    #expect { try AngleReading([]) } throws: { "\($0)".contains("there is no angle") }
    #expect { try AngleReading([0, .nan, 2]) } throws: { "\($0)".contains("the angle of projection 2 is nan") }
  }

  @Test func halfATurnExcludesItsEnd() throws {
    let reading = try AngleReading.halfTurn(600)
    #expect(abs(reading.angles[1] - 0.3 * .pi / 180) < 1e-15)
    #expect(abs(reading.angles[599] - 179.7 * .pi / 180) < 1e-12)
    #expect(reading.notes[0].contains("180° excluded, in steps of 0.3°"))
    #expect(throws: TomographyError.self) { try AngleReading.halfTurn(0) }
  }

  @Test func saysWhatIsUnusual() throws {
    func said(_ numbers: [Double], unit: AngleReading.Unit? = nil) throws -> String {
      let reading = try AngleReading(numbers, unit: unit)
      return (reading.notes + reading.warnings).joined(separator: "\n")
    }
    #expect(try said(Self.even(181, step: 1)).contains("1 of 181 projections have a direction that another one has"))
    #expect(try said([0, 20, 20, 40, 60, 80, 100, 120, 140, 160]).contains("1 of 10 projections"))
    #expect(try said(Self.even(77, step: 2, from: -76)).contains("no projection looks from 76° to 104°"))
    #expect(try said(Self.even(1081, step: 1)).contains("the sample turned 3 times"))
    #expect(try said([0, 90, 45, 135, 22.5, 112.5, 67.5, 157.5]).contains("do not rise or fall"))
    #expect(try said([0.5], unit: .radians).contains("one projection"))
    #expect(try said([1, 1, 1], unit: .degrees).contains("look along one direction"))
    #expect(try said(Self.even(10, step: 0.3), unit: .degrees).contains("are they in radians?"))
    #expect(try said(Self.even(180, step: 1), unit: .radians).contains("are they in degrees?"))
    let even = try AngleReading(Self.even(600, step: 0.3))
    #expect(even.warnings.isEmpty && even.notes.count == 1)
  }
}
