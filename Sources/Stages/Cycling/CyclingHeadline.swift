/// What the headline values of a cycled particle are called; the order is that of ``CyclingOutcome/headlines``.
struct CyclingHeadline: Sendable {
  var key: String
  var label: String
  var unit: String
  /// From SI to `unit`; the capacity's depends on the material and is 1 here.
  var factor: Double
  var isAnswer = false

  /// What an axis calls it.
  var axis: String {
    switch unit {
    case "mAh/g": "capacity"
    case "MPa": "stress"
    case "MPa*m^0.5": "stress intensity"
    default: key.replacing("_", with: " ")
    }
  }

  /// Places in ``all``.
  enum Place: Int, CaseIterable {
    case firstCharge, firstDischarge, finalLithiation, duration, spread, tension, tensionTime, surfaceHoop, vonMises
    case flawIntensity, flawTime, boundaryIntensity, survival, displacement
  }

  static func all(capacity: Double) -> [CyclingHeadline] {
    [
      CyclingHeadline(
        key: "charge_capacity", label: "capacity of the first charge", unit: "mAh/g", factor: capacity / 3600,
        isAnswer: true),
      CyclingHeadline(
        key: "discharge_capacity", label: "capacity of the first discharge", unit: "mAh/g", factor: capacity / 3600),
      CyclingHeadline(key: "mean_lithiation", label: "mean lithiation at the end", unit: "1", factor: 1),
      CyclingHeadline(key: "duration", label: "duration of the protocol", unit: "h", factor: 1 / 3600),
      CyclingHeadline(
        key: "largest_spread", label: "largest difference of lithiation within the particle", unit: "1", factor: 1,
        isAnswer: true),
      CyclingHeadline(
        key: "largest_tension", label: "largest tension (99.9 % of the particle lies below)", unit: "MPa",
        factor: 1e-6, isAnswer: true),
      CyclingHeadline(
        key: "largest_tension_time", label: "when the largest tension is reached", unit: "h", factor: 1 / 3600),
      CyclingHeadline(
        key: "surface_hoop_stress", label: "largest hoop tension at the surface", unit: "MPa", factor: 1e-6),
      CyclingHeadline(
        key: "largest_von_mises_stress", label: "largest von Mises stress (99.9 % of the particle lies below)",
        unit: "MPa", factor: 1e-6),
      CyclingHeadline(
        key: "flaw_stress_intensity", label: "largest stress intensity of a flaw at the surface", unit: "MPa*m^0.5",
        factor: 1e-6, isAnswer: true),
      CyclingHeadline(key: "flaw_time", label: "when a flaw at the surface bears most", unit: "h", factor: 1 / 3600),
      CyclingHeadline(
        key: "boundary_stress_intensity", label: "largest stress intensity of a flaw inside",
        unit: "MPa*m^0.5", factor: 1e-6, isAnswer: true),
      CyclingHeadline(
        key: "survival", label: "probability that no flaw has run (Weibull)", unit: "%", factor: 100),
      CyclingHeadline(
        key: "surface_displacement", label: "largest displacement of the surface", unit: "nm", factor: 1e9),
    ]
  }

  static var count: Int { Place.allCases.count }
}
