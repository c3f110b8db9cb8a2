/// A colour of the sRGB space, eight bits a channel.
public struct Colour: Hashable, Sendable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8

  /// - Parameter hex: the colour as 0xRRGGBB.
  public init(_ hex: UInt32) {
    red = UInt8(truncatingIfNeeded: hex >> 16)
    green = UInt8(truncatingIfNeeded: hex >> 8)
    blue = UInt8(truncatingIfNeeded: hex)
  }

  init(red: Double, green: Double, blue: Double) {
    func byte(_ value: Double) -> UInt8 { UInt8(min(max(value.rounded(), 0), 255)) }
    self.red = byte(red)
    self.green = byte(green)
    self.blue = byte(blue)
  }

  /// The colour as "#rrggbb".
  public var hex: String {
    let digits = Array("0123456789abcdef")
    return [red, green, blue].reduce("#") { $0 + String([digits[Int($1 >> 4)], digits[Int($1 & 15)]]) }
  }

  /// The colours of curves, in the order they are taken.
  ///
  /// The palette of Okabe and Ito (2008), which people of every colour vision can tell apart, with its light members
  /// darkened until each has a contrast near 3:1 against white and against the dark page (#15171c) alike, so that one
  /// drawing serves both.
  public static let cycle: [Colour] = [
    Colour(0x1B7FC4), Colour(0xD55E00), Colour(0x009E73), Colour(0xCC79A7), Colour(0xB57F00), Colour(0x4A9BE0),
    Colour(0x858585),
  ]

  /// The colour at a place of the cycle, which repeats.
  public static func ofCycle(_ index: Int) -> Colour {
    cycle[((index % cycle.count) + cycle.count) % cycle.count]
  }
}

extension PixelMap.ColourScale {
  /// The colours at equal steps from the lower to the upper limit; between them the scale is linear in sRGB.
  ///
  /// Sequential: viridis (van der Walt and Smith, matplotlib, CC0) at nine points. Diverging: the RdBu scheme of
  /// ColorBrewer (Brewer, Apache-2.0), blue below and red above. Both are safe for colour-blind readers.
  public var anchors: [Colour] {
    switch self {
    case .sequential:
      [0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725].map(Colour.init)
    case .diverging:
      [
        0x053061, 0x2166AC, 0x4393C3, 0x92C5DE, 0xD1E5F0, 0xF7F7F7, 0xFDDBC7, 0xF4A582, 0xD6604D, 0xB2182B, 0x67001F,
      ].map(Colour.init)
    }
  }

  /// The colour at a fraction of the way from the lower to the upper limit.
  ///
  /// - Parameter fraction: clamped to 0...1; must not be NaN.
  public func colour(at fraction: Double) -> Colour {
    let anchors = self.anchors
    let place = min(max(fraction, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2)
    let (a, b, t) = (anchors[index], anchors[index + 1], place - Double(index))
    func mix(_ from: UInt8, _ to: UInt8) -> Double { Double(from) + (Double(to) - Double(from)) * t }
    return Colour(red: mix(a.red, b.red), green: mix(a.green, b.green), blue: mix(a.blue, b.blue))
  }
}
