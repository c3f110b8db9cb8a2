public import ArrayMath

/// What is known of a scan at one point of its reconstruction.
public struct Reconstruction: Sendable, Hashable {
  /// The transmission of the object.
  public var object: ComplexImage
  /// The modes of the illumination, by falling power; the first alone for a coherent beam. |P|² sums to photons.
  public var probes: [ComplexImage]
  /// Where each window lies in ``object``.
  public var positions: [PixelPosition]
  /// What the detector counts without the sample, in the order of the patterns; `nil` where there is none.
  public var background: ScalarImage?
  /// E of each pass so far, Σ w (√I − |Ψ|)² / Σ w I, each term taken before its update.
  public var errors: [Double]

  public init(
    object: ComplexImage, probes: [ComplexImage], positions: [PixelPosition], background: ScalarImage? = nil,
    errors: [Double] = []
  ) {
    self.object = object
    self.probes = probes
    self.positions = positions
    self.background = background
    self.errors = errors
  }

  /// An empty object, 1 everywhere, in front of a probe.
  public init(layout: ScanLayout, probes: [ComplexImage]) {
    self.init(
      object: ComplexImage(repeating: ComplexFloat(1), shape: layout.objectShape), probes: probes,
      positions: layout.positions)
  }
}
