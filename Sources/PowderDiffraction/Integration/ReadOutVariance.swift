/// The variance of the pixels of a detector that adds up charge.
///
/// A photon adds `gain` counts, and reading a pixel adds noise of its own: `V = gain · max(raw − dark, 0) + readNoise²`,
/// in counts². Source: Janesick, Photon Transfer (SPIE 2007), section 4.
public struct ReadOutVariance: Sendable, Hashable, Codable {
  /// Counts that one photon adds.
  public var gain: Double
  /// Standard deviation of a pixel without light, in counts.
  public var readNoise: Double

  public init(gain: Double, readNoise: Double) {
    self.gain = gain
    self.readNoise = readNoise
  }

  /// The variance of each pixel, in counts².
  ///
  /// - Parameters:
  ///   - pixels: raw counts.
  ///   - dark: counts without light, as many as pixels; nil for none. A dark that is not a number counts as 0.
  public func callAsFunction(_ pixels: [Float], dark: [Float]?) -> [Float] {
    let (gain, floor) = (Float(gain), Float(readNoise * readNoise))
    guard let dark else { return pixels.map { gain * max($0, 0) + floor } }
    return zip(pixels, dark).map { gain * max($0 - ($1.isNaN ? 0 : $1), 0) + floor }
  }
}
