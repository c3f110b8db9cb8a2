import Crystallography
public import ElectronDiffraction
import Foundation

extension OrientationMapFile {
  /// The text of a `.ctf` file of a map: Euler angles in the frame of Oxford (x right, y up), crystals with x along a*.
  ///
  /// An undecided point is written as an indexed one. Confidence and the uncertainty of the axis have no column.
  ///
  /// - Parameters:
  ///   - accelerationVoltage: in volts; 0 is written where it is not known.
  ///   - sampleTilt: in radians.
  public static func channelText(
    _ map: OrientationMap, accelerationVoltage: Double? = nil, sampleTilt: Double? = nil
  ) -> String {
    let grid = map.grid
    var text = "Channel Text File\r\nPrj\tunnamed\r\nAuthor\t[Unknown]\r\n"
    if grid.kind == .scattered {
      text += "JobMode\tInteractive\r\nNoMeas\t\(grid.count)\r\n"
    } else {
      text += "JobMode\tGrid\r\nXCells\t\(grid.columns)\r\nYCells\t\(grid.rows)\r\n"
      text += "XStep\t\(MapText.micrometres(grid.stepX))\r\nYStep\t\(MapText.micrometres(grid.stepY))\r\n"
    }
    text += "AcqE1\t0\r\nAcqE2\t0\r\nAcqE3\t0\r\n"
    text += "Euler angles refer to Sample Coordinate system (CS0)!\tMag\t0\tCoverage\t100\tDevice\t0"
    text += "\tKV\t\((accelerationVoltage ?? 0) / 1000)\tTiltAngle\t\((sampleTilt ?? 0) * 180 / .pi)\tTiltAxis\t0\r\n"
    text += "Phases\t\(map.phases.count)\r\n"
    for phase in map.phases {
      let edges = phase.cell?.edgesInAngstrom ?? [0, 0, 0], angles = phase.cell?.anglesInDegrees ?? [90, 90, 90]
      func list(_ numbers: [Double]) -> String { numbers.map { String(format: "%.5g", $0) }.joined(separator: ";") }
      text +=
        "\(list(edges))\t\(list(angles))\t\(MapText.name(phase.name))\t\(phase.laueClass.channelNumber)\t0\t\t\t\r\n"
    }
    text += "Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS\r\n"
    let frame = EulerFrame.oxford.fromMap * map.mapToSample.inverse
    for point in map.points {
      let place = "\(MapText.micrometres(point.x))\t\(MapText.micrometres(point.y))"
      let contrast = point.quality.isFinite ? min(max(point.quality.rounded(), 0), 255) : 0
      guard point.status != .notIndexed else {
        text += "0\t\(place)\t0\t3\t0\t0\t0\t0\t\(Int(contrast))\t0\r\n"
        continue
      }
      let inFrame = point.orientation * frame.inverse
      let angles = MapText.degrees(
        CrystalFrame.alongReciprocalA.stated(inFrame, map.phases[point.phase].laueClass).bunge)
      let fit = point.fit.isFinite ? point.fit * 180 / .pi : 0
      text += "\(point.phase + 1)\t\(place)\t\(point.bands)\t0\t\(angles)\t"
      text += String(format: "%.4f\t%d\t0\r\n", fit, Int(contrast))
    }
    return text
  }
}

/// Numbers and names as the text files of maps write them.
enum MapText {
  /// A length in micrometres.
  static func micrometres(_ metres: Double) -> String { String(format: "%.5f", metres * 1e6) }

  /// Three angles in degrees parted by tabs, fine enough for 1e−8 rad.
  static func degrees(_ angles: BungeEuler) -> String {
    [angles.phi1, angles.Phi, angles.phi2].map { String(format: "%.6f", $0 * 180 / .pi) }.joined(separator: "\t")
  }

  /// A name in one line without tabs.
  static func name(_ name: String) -> String {
    name.split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ")
  }
}
