import Foundation

/// Colours for the directions of a crystal that are equal where symmetry makes the directions equal.
///
/// In classes with mirrors the corners of the ``FundamentalSector`` are red, green and blue and its centre is white, as
/// maps of orientations are commonly coloured. Hue and lightness are polar coordinates about the centre c (Nolze &
/// Hielscher, J. Appl. Cryst. 49, 1786, 2016): with ρ(φ) the distance from c to the border in the azimuth φ,
///
///     lightness = 1 − ∠(c, v) / 2ρ(φ),   hue = ∫ ρ dφ, a third of the circle from corner to corner,
///
/// at full saturation. Classes without mirrors use the sector of the class with mirrors above them, and the black centre
/// in place of the white one for its mirror image; that keeps colours continuous and different directions apart. In −1,
/// where the whole hemisphere is one sector, see ``AxisColourKey``.
public struct InversePoleFigureKey: Sendable, Hashable {
  public let laueClass: LaueClass
  private let sector: FundamentalSector
  private let holohedralSector: FundamentalSector
  private let wheel: Wheel?

  public init(_ laueClass: LaueClass) {
    self.laueClass = laueClass
    sector = FundamentalSector(laueClass)
    let holohedry: LaueClass =
      switch laueClass {
      case .triclinic, .orthorhombic, .tetragonalHigh, .trigonalHigh, .hexagonalHigh, .cubicHigh: laueClass
      case .monoclinic: .orthorhombic
      case .tetragonalLow: .tetragonalHigh
      case .trigonalLow: .trigonalHigh
      case .hexagonalLow: .hexagonalHigh
      case .cubicLow: .cubicHigh
      }
    holohedralSector = FundamentalSector(holohedry)
    wheel = laueClass == .triclinic ? nil : Wheel(holohedralSector)
  }

  /// Red, green and blue, each 0...1.
  ///
  /// - Parameter direction: in the crystal's Cartesian frame, of length 1.
  public func callAsFunction(_ direction: SIMD3<Double>) -> SIMD3<Double> {
    guard let wheel else { return AxisColourKey()(direction) }
    let place = sector.reduced(direction)
    if holohedralSector.contains(place) {
      let (hue, radius) = wheel.polar(place)
      return redGreenBlue(hue: hue, lightness: 1 - radius / 2)
    }
    let (hue, radius) = wheel.polar(holohedralSector.reduced(place))
    return redGreenBlue(hue: hue, lightness: radius / 2)
  }

  /// The colour of what an orientation turns a direction of the sample into: an inverse pole figure map along it.
  ///
  /// - Parameters:
  ///   - orientation: v_crystal = g(v_sample).
  ///   - direction: in the sample's frame, of length 1.
  public func callAsFunction(_ orientation: Rotation, along direction: SIMD3<Double>) -> SIMD3<Double> {
    self(orientation(direction))
  }
}

extension InversePoleFigureKey {
  /// Polar coordinates in a triangle, with the hue of each azimuth in a table.
  private struct Wheel: Sendable, Hashable {
    let normals: [SIMD3<Double>]
    let centre, first, second: SIMD3<Double>
    /// Azimuths of the corners from the first one, 0 to 2π.
    let corners: [Double]
    /// From each corner to the next, at equal steps of the azimuth: the share of ∫ ρ dφ, 0...1.
    let shares: [[Double]]

    init(_ sector: FundamentalSector) {
      let sum = sector.corners.reduce(SIMD3(0.0, 0, 0), +)
      let middle = sum / (sum * sum).sum().squareRoot()
      let start = sector.corners[0] - middle * (middle * sector.corners[0]).sum()
      let e1 = start / (start * start).sum().squareRoot()
      let e2 = cross(middle, e1)
      (normals, centre, first, second) = (sector.normals, middle, e1, e2)
      let azimuths = [
        0.0, Self.azimuth(sector.corners[1], e1, e2), Self.azimuth(sector.corners[2], e1, e2), 2 * Double.pi,
      ]
      corners = azimuths
      shares = (0..<3).map { third in
        let steps = 1000
        let step = (azimuths[third + 1] - azimuths[third]) / Double(steps)
        var integral = [0.0]
        for index in 0..<steps {
          let azimuth = azimuths[third] + step * (Double(index) + 0.5)
          let tangent = e1 * cos(azimuth) + e2 * sin(azimuth)
          integral.append(integral[index] + Self.border(tangent, centre: middle, normals: sector.normals))
        }
        return integral.map { $0 / integral[steps] }
      }
    }

    /// Hue 0...1 and distance from the centre as a fraction of the border's, 0...1.
    func polar(_ place: SIMD3<Double>) -> (hue: Double, radius: Double) {
      let away = place - centre * (place * centre).sum()
      let sine = (away * away).sum().squareRoot()
      guard sine > 1e-12 else { return (0, 0) }
      let radius = atan2(sine, (place * centre).sum()) / Self.border(away / sine, centre: centre, normals: normals)
      let azimuth = Self.azimuth(away, first, second)
      let third = azimuth < corners[1] ? 0 : azimuth < corners[2] ? 1 : 2
      let along = (azimuth - corners[third]) / (corners[third + 1] - corners[third])
      return ((Double(third) + Self.interpolated(shares[third], at: along)) / 3, min(radius, 1))
    }

    private static func azimuth(_ v: SIMD3<Double>, _ e1: SIMD3<Double>, _ e2: SIMD3<Double>) -> Double {
      let angle = atan2((v * e2).sum(), (v * e1).sum())
      return angle < 0 ? angle + 2 * .pi : angle
    }

    /// Angle from the centre to the border along a unit tangent.
    private static func border(
      _ tangent: SIMD3<Double>, centre: SIMD3<Double>, normals: [SIMD3<Double>]
    ) -> Double {
      normals.reduce(.pi) { nearest, normal in
        // The great circle c cos ρ + t sin ρ meets the plane where tan ρ = −(c·n)/(t·n), taken in 0...π.
        min(nearest, atan2((centre * normal).sum(), -(tangent * normal).sum()))
      }
    }

    /// The value of a table of equal steps at a place 0...1.
    private static func interpolated(_ table: [Double], at place: Double) -> Double {
      let index = min(max(place, 0) * Double(table.count - 1), Double(table.count - 1))
      let lower = min(Int(index), table.count - 2)
      return table[lower] + (table[lower + 1] - table[lower]) * (index - Double(lower))
    }
  }
}

private func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
}

/// A colour of full saturation from its hue (0 red, 1/3 green, 2/3 blue) and lightness (0 black, 1 white).
func redGreenBlue(hue: Double, lightness: Double) -> SIMD3<Double> {
  func pure(_ shift: Double) -> Double {
    let turned = hue + shift
    let distance = abs(turned - turned.rounded()) * 6
    return min(max(2 - distance, 0), 1)
  }
  let colour = SIMD3(pure(0), pure(-1.0 / 3), pure(-2.0 / 3))
  // Towards white above one half, towards black below it.
  let strength = 1 - abs(2 * lightness - 1)
  return colour * strength + SIMD3(repeating: max(2 * lightness - 1, 0))
}
