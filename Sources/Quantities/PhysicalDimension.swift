/// The dimension of a physical quantity: the powers of the base quantities in it.
///
/// The base quantities are length, mass, time, electric current, temperature, amount of substance, and angle. Angle is
/// one of them so that a phase in radians and a strain cannot be taken for one another.
///
/// Exponents are kept in twelfths, because a fracture toughness (MPa·m^0.5) has a half power of length.
public struct PhysicalDimension: Hashable, Sendable {
  /// Powers times twelve, in the order length, mass, time, current, temperature, amount, angle.
  private var twelfths: SIMD8<Int16>

  private init(twelfths: SIMD8<Int16>) {
    self.twelfths = twelfths
  }

  /// A dimension from the whole powers of its base quantities.
  public init(
    length: Int = 0, mass: Int = 0, time: Int = 0, current: Int = 0, temperature: Int = 0, amount: Int = 0,
    angle: Int = 0
  ) {
    let powers = [length, mass, time, current, temperature, amount, angle, 0]
    twelfths = SIMD8(powers.map { Int16(clamping: $0 * 12) })
  }

  /// The dimension of a pure number.
  public static let one = PhysicalDimension()

  /// The dimension of the square root of a length, of which a fracture toughness is made.
  static let rootLength = PhysicalDimension(twelfths: SIMD8(6, 0, 0, 0, 0, 0, 0, 0))

  /// The dimension of a product.
  public static func * (a: PhysicalDimension, b: PhysicalDimension) -> PhysicalDimension {
    PhysicalDimension(twelfths: a.twelfths &+ b.twelfths)
  }

  /// The dimension of a quotient.
  public static func / (a: PhysicalDimension, b: PhysicalDimension) -> PhysicalDimension {
    PhysicalDimension(twelfths: a.twelfths &- b.twelfths)
  }

  /// The dimension of a power.
  ///
  /// - Returns: nil when a resulting exponent is not a multiple of 1/12 or its magnitude exceeds 100.
  public func raised(to exponent: Double) -> PhysicalDimension? {
    var result = SIMD8<Int16>()
    for index in 0..<8 {
      let power = Double(twelfths[index]) * exponent
      guard abs(power - power.rounded()) < 1e-6, abs(power) <= 1200 else { return nil }
      result[index] = Int16(power.rounded())
    }
    return PhysicalDimension(twelfths: result)
  }

  /// Whether this is the dimension of a pure number.
  public var isOne: Bool { self == .one }

  /// The dimension in words with its article, such as "a length" or "a specific capacity".
  ///
  /// One without a name is written in base units: "a quantity in kg·m²/s³" becomes "a quantity in m2·kg·s-3".
  public var words: String {
    Self.names[self] ?? "a quantity in \(baseUnits)"
  }

  /// The dimension as a product of SI base units, such as "m2·kg·s-2"; "1" for a pure number.
  public var baseUnits: String {
    let symbols = ["m", "kg", "s", "A", "K", "mol", "rad"]
    let factors = symbols.enumerated().compactMap { index, symbol -> String? in
      let power = Int(twelfths[index])
      if power == 0 { return nil }
      if power == 12 { return symbol }
      return power % 12 == 0 ? "\(symbol)\(power / 12)" : "\(symbol)^\(Double(power) / 12)"
    }
    return factors.isEmpty ? "1" : factors.joined(separator: "·")
  }

  private static let names: [PhysicalDimension: String] = {
    let length = PhysicalDimension(length: 1)
    let mass = PhysicalDimension(mass: 1)
    let time = PhysicalDimension(time: 1)
    let current = PhysicalDimension(current: 1)
    let volume = PhysicalDimension(length: 3)
    let charge = current * time
    let force = mass * length / (time * time)
    let energy = force * length
    let pressure = force / (length * length)
    let voltage = energy / charge
    var names: [PhysicalDimension: String] = [
      .one: "a pure number", length: "a length", mass: "a mass", time: "a time", current: "a current",
      PhysicalDimension(temperature: 1): "a temperature", PhysicalDimension(amount: 1): "an amount of substance",
      PhysicalDimension(angle: 1): "an angle", PhysicalDimension(length: 2): "an area", volume: "a volume",
      charge: "a charge", charge / mass: "a specific capacity", charge / volume: "a charge density",
      current / mass: "a specific current", current / (length * length): "a current density",
      mass / volume: "a density", length / time: "a speed", length * length / time: "a diffusivity",
      force: "a force", energy: "an energy", energy / time: "a power", pressure: "a pressure",
      voltage: "a voltage", voltage / current: "a resistance", current / voltage: "a conductance",
      charge / voltage: "a capacitance", energy / mass: "a specific energy",
      energy / (length * length): "a surface energy", .one / time: "a rate", .one / length: "a reciprocal length",
      .one / volume: "a number density", PhysicalDimension(amount: 1) / volume: "a concentration",
      mass / PhysicalDimension(amount: 1): "a molar mass", volume / PhysicalDimension(amount: 1): "a molar volume",
      PhysicalDimension(angle: 1) / time: "an angular speed",
    ]
    names[pressure * rootLength] = "a fracture toughness"
    return names
  }()
}
