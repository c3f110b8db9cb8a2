extension ScanGeometry {
  /// - Throws: ``PtychographyError`` unless every length is finite and positive.
  public func check() throws {
    for (name, value) in [
      ("wavelength", wavelength), ("distance from the sample to the detector", distance),
      ("height of a detector pixel", pixelHeight), ("width of a detector pixel", pixelWidth),
    ] {
      guard value.isFinite, value > 0 else {
        throw PtychographyError.invalid(
          "the \(name) is \(value) m; it must be positive. Give it where the file does not state it")
      }
    }
    if propagation == .nearField, let focusDistance {
      guard focusDistance.isFinite, focusDistance != 0, magnification.isFinite, magnification > 0 else {
        throw PtychographyError.invalid(
          "the distance from the focus to the sample is \(focusDistance) m; in the near field it must be positive, or, before a focus, longer than the \(distance) m to the detector"
        )
      }
    }
  }
}
