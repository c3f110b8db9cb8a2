/// What a calibration can determine, in PONI terms.
public enum CalibrationParameter: Int, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
  case distance, poni1, poni2, rotation1, rotation2
  /// A common factor on the wavelengths of all frames. It cannot be told from the distance unless frames at several known
  /// distances are given or the distance is held.
  case wavelength
  /// Shift of the beam on the plate along axis 1 for each metre that the stage moves along the beam.
  case stageDrift1
  /// Shift of the beam on the plate along axis 2 for each metre that the stage moves along the beam.
  case stageDrift2

  public var description: String {
    switch self {
    case .distance: "distance"
    case .poni1: "poni1"
    case .poni2: "poni2"
    case .rotation1: "rotation 1"
    case .rotation2: "rotation 2"
    case .wavelength: "wavelength"
    case .stageDrift1: "stage drift along axis 1"
    case .stageDrift2: "stage drift along axis 2"
    }
  }

  /// The five that place the plate. Rotation 3 turns it about the beam, which rings do not show.
  public static let plate: Set<CalibrationParameter> = [.distance, .poni1, .poni2, .rotation1, .rotation2]
}
