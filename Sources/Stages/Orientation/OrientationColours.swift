import Crystallography
import ElectronDiffraction
import Figures
import Foundation

/// Colours of the orientations of a map, and their keys.
struct OrientationColours {
  let map: OrientationMap
  private let keys: [InversePoleFigureKey]

  init(_ map: OrientationMap) {
    self.map = map
    keys = map.phases.map { InversePoleFigureKey($0.laueClass) }
  }

  private static func colour(_ channels: SIMD3<Double>) -> Colour {
    func byte(_ value: Double) -> UInt32 { UInt32((255 * min(max(value, 0), 1)).rounded()) }
    return Colour(byte(channels.x) << 16 | byte(channels.y) << 8 | byte(channels.z))
  }

  /// The colour of a point's c axis in the map's frame.
  func axis(_ index: Int) -> Colour { Self.colour(AxisColourKey()(map.cAxis(at: index))) }

  /// The colour of the crystal's direction that stands on the map.
  func inversePole(_ index: Int) -> Colour {
    let point = map.points[index]
    let normal = map.mapToSample(SIMD3(0, 0, 1))
    return Self.colour(keys[point.phase](point.orientation, along: normal))
  }

  // MARK: - Keys

  private static let size = 121

  /// A disc of directions of the upper hemisphere in equal areas, y up.
  private static func disc(_ colour: (_ direction: SIMD3<Double>) -> Colour?) -> Mark {
    var pixels: [Colour] = []
    for row in 0..<size {
      for column in 0..<size {
        let x = 2 * (Double(column) + 0.5) / Double(size) - 1
        let y = 1 - 2 * (Double(row) + 0.5) / Double(size)
        let square = x * x + y * y
        // The radius is √2 sin(tilt/2).
        let scale = max(2 - square, 0).squareRoot()
        let found = square <= 1 ? colour(SIMD3(x * scale, y * scale, 1 - square)) : nil
        pixels.append(found ?? OrientationPictures.notIndexed)
      }
    }
    return .picture(Picture(rows: size, columns: size, pixels: pixels, xExtent: -1...1, yExtent: -1...1))
  }

  /// All axes of the map's frame, seen along the normal. The map is drawn with y downwards, and so is the key.
  static var axisKey: Panel {
    let key = AxisColourKey()
    return Panel(
      title: "Key: the c axis seen along the normal", x: Axis("x", limits: -1...1), y: Axis("− y", limits: -1...1),
      marks: [disc { colour(key(SIMD3($0.x, -$0.y, $0.z))) }], equalAspect: true)
  }

  /// The sector of the crystal's directions that symmetry does not repeat.
  func inversePoleKey(of phase: MapPhase) -> Panel {
    let sector = FundamentalSector(phase.laueClass)
    let key = InversePoleFigureKey(phase.laueClass)
    return Panel(
      title: "Key: \(phase.name), \(phase.laueClass.rawValue), equal areas", x: Axis("along a", limits: -1...1),
      y: Axis("across a and c*", limits: -1...1),
      marks: [Self.disc { sector.contains($0) ? Self.colour(key($0)) : nil }], equalAspect: true)
  }
}
