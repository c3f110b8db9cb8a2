public import ArrayMath
import Foundation

/// A detector with everything that turns photons into the numbers of a file.
///
/// Each pixel counts Poisson distributed photons about the expected image; the file holds
///
///     offset + gain · response · photons + readNoise · normal,
///
/// rounded, and cut to 0 ... ``saturation``. With a response of one the variance of a pixel is therefore
/// `gain · (mean − offset) + readNoise² + 1/12`.
public struct DetectorModel: Sendable {
  /// Where the plate stands and its pixels. A wavelength stated here must be the one of the beam.
  public var geometry: DetectorGeometry
  /// Full width at half maximum of the point spread, in pixels; the footprint of the beam is added to it.
  public var pointSpread: Double
  /// Attenuation μt of the sensor at normal incidence; photons are weakened by (1 − e^(−μt / cos α))/(1 − e^(−μt)),
  /// which is one at the PONI. `nil` for a sensor that stops everything.
  public var sensorAttenuation: Double?
  /// Relative response of each pixel of the stored image; `nil` is one everywhere.
  public var response: [Float]?
  /// Analogue-digital units per detected photon.
  public var gain: Double
  /// Standard deviation of a reading without light, in analogue-digital units.
  public var readNoise: Double
  /// Mean reading without light (bias and dark current of the exposure), in analogue-digital units.
  public var offset: Double
  /// The largest value a pixel can have.
  public var saturation: UInt16
  /// Pixels of the stored image, in C order, that read ``offset`` whatever falls on them.
  public var deadPixels: [Int]
  /// Pixels of the stored image, in C order, that always read ``saturation``.
  public var hotPixels: [Int]
  /// Sub-pixel points (Gauss-Legendre) along each edge where the image is not smooth; `nil` chooses by the width of the
  /// rings.
  public var samplesPerEdge: Int?

  public init(
    geometry: DetectorGeometry, pointSpread: Double = 0, sensorAttenuation: Double? = nil, response: [Float]? = nil,
    gain: Double = 1, readNoise: Double = 0, offset: Double = 0, saturation: UInt16 = .max, deadPixels: [Int] = [],
    hotPixels: [Int] = [], samplesPerEdge: Int? = nil
  ) {
    self.geometry = geometry
    self.pointSpread = pointSpread
    self.sensorAttenuation = sensorAttenuation
    self.response = response
    self.gain = gain
    self.readNoise = readNoise
    self.offset = offset
    self.saturation = saturation
    self.deadPixels = deadPixels
    self.hotPixels = hotPixels
    self.samplesPerEdge = samplesPerEdge
  }

  /// The extent of the stored image; rows and columns change places when the geometry is transposed.
  public var imageShape: FrameShape {
    let shape = geometry.grid.shape
    return geometry.isTransposed ? FrameShape(rows: shape.columns, columns: shape.rows) : shape
  }

  /// - Throws: ``ForwardModelError`` for what cannot be simulated.
  public func check() throws(ForwardModelError) {
    let poni = geometry.poni
    try ForwardModelError.require(poni.distance > 0, "distance", poni.distance, "a positive length")
    let others = [
      ("poni1", poni.poni1), ("poni2", poni.poni2), ("rotation1", poni.rotation1), ("rotation2", poni.rotation2),
      ("rotation3", poni.rotation3),
    ]
    for (name, value) in others { try ForwardModelError.require(true, name, value, "a finite number") }
    let pixels = imageShape.count
    try ForwardModelError.require(pixels > 0, "number of pixels", Double(pixels), "one or more")
    try ForwardModelError.require(
      pointSpread >= 0 && pointSpread < 100, "point spread", pointSpread, "0 to 100 pixels")
    if let sensorAttenuation {
      try ForwardModelError.require(sensorAttenuation > 0, "attenuation", sensorAttenuation, "a positive number")
    }
    if let response {
      guard response.count == pixels else {
        throw .count(name: "the response", found: response.count, expected: pixels)
      }
      for value in response where !(value >= 0 && value.isFinite) {
        throw .parameter(name: "response of a pixel", value: Double(value), expected: "zero or more")
      }
    }
    try ForwardModelError.require(gain > 0, "gain", gain, "a positive number")
    try ForwardModelError.require(readNoise >= 0, "read noise", readNoise, "zero or more units")
    try ForwardModelError.require(offset >= 0, "offset", offset, "zero or more units")
    for (name, list) in [("deadPixels", deadPixels), ("hotPixels", hotPixels)] {
      if let index = list.first(where: { $0 < 0 || $0 >= pixels }) {
        throw .pixel(name: name, index: index, pixels: pixels)
      }
    }
    if let samplesPerEdge {
      try ForwardModelError.require(
        (1...GaussLegendre.largest).contains(samplesPerEdge), "samples per edge", Double(samplesPerEdge),
        "1 to \(GaussLegendre.largest)")
    }
  }

  /// Distinct pixels drawn at random, for ``deadPixels`` and ``hotPixels``, in ascending order.
  ///
  /// - Precondition: no more than the detector has.
  public static func randomPixels(_ count: Int, shape: FrameShape, seed: UInt64) -> [Int] {
    precondition(count >= 0 && count <= shape.count, "no more pixels than there are")
    var generator = SeededGenerator(seed: seed)
    var chosen = Set<Int>()
    while chosen.count < count { chosen.insert(Int.random(in: 0..<shape.count, using: &generator)) }
    return chosen.sorted()
  }
}
