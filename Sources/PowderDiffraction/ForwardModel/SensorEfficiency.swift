import Foundation

/// How much of the light a sensor of finite thickness stops, relative to normal incidence:
///
///     (1 − exp(−μt / cos α)) / (1 − exp(−μt)),
///
/// tabulated against cos α, because an exponential a pixel would cost as much as a third of an image.
struct SensorEfficiency: Sendable {
  private static let steps = 4096

  private let table: [Double]

  /// - Parameter attenuation: μt, positive.
  init(attenuation: Double) {
    table = (0...Self.steps).map { step in
      let cosine = Double(step) / Double(Self.steps)
      return cosine > 0 ? expm1(-attenuation / cosine) / expm1(-attenuation) : -1 / expm1(-attenuation)
    }
  }

  /// - Parameter cosine: of the angle of incidence, from 0 to 1.
  @inline(__always)
  func callAsFunction(cosine: Double) -> Double {
    let place = min(max(cosine, 0), 1) * Double(Self.steps)
    let index = min(Int(place), Self.steps - 1)
    return table[index] + (place - Double(index)) * (table[index + 1] - table[index])
  }
}
