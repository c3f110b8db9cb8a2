internal import ArrayMath

extension Reconstruction {
  /// The modulus of a wave at the detector below which it counts as dark: 10⁻⁶ √Σ |P|².
  ///
  /// The transform of a beam leaves some 10⁻⁹ √Σ |P|² of rounding on each pixel of a large pattern, and where the model
  /// is dark, outside the image of a zone plate for one, there is nothing else. Counts there would get the phase of the
  /// rounding if the wave were set to their modulus at once. A dark wave is therefore multiplied by √I over this modulus
  /// instead of √I over its own, and takes the measured modulus as soon as the object has scattered light there.
  public var darkness: Float {
    1e-6 * Float(probes.reduce(0) { $0 + $1.power }.squareRoot())
  }
}
