import ArrayMath
import ImageAnalysis
import Tomography

extension ProjectionPreparationParameters {
  /// As the technique takes it.
  var settings: PreparationSettings {
    var settings = PreparationSettings()
    settings.leastIllumination = leastIllumination
    settings.unwrapping = unwrapping.technique
    switch air {
    case .automatic: settings.air = .automatic
    case .sides: settings.air = .strips(airWidth)
    case .corners: settings.air = .corners(airWidth)
    }
    switch correction {
    case .automatic: settings.correction = .automatic
    case .air: settings.correction = .air
    case .none: settings.correction = .none
    }
    switch sign {
    case .automatic: settings.sign = .automatic
    case .matterNegative: settings.sign = .matterNegative
    case .matterPositive: settings.sign = .matterPositive
    }
    return settings
  }
}

extension AlignmentParameters {
  /// As the technique takes it.
  var settings: AlignmentSettings {
    var settings = method == .reprojection ? AlignmentSettings() : .firstSteps
    settings.fitsRamps = fitsRamps
    settings.tolerance = tolerance
    return settings
  }
}

extension VolumeReconstructionParameters {
  private var ramp: RampFilter { RampFilter(filter, cutOff: cutOff) }

  /// - Throws: the technique's errors.
  func reconstruct(_ stack: ProjectionStack, threads: Int) throws -> ScalarVolume {
    switch algorithm {
    case .filteredBackProjection: try FilteredBackProjection(ramp, size: size)(stack, threads: threads)
    }
  }

  /// In words, for a methods section.
  var words: String {
    switch algorithm {
    case .filteredBackProjection:
      "filtered back-projection (window \(filter.rawValue)" + (cutOff < 1 ? ", cut off at \(cutOff) of Nyquist)" : ")")
    }
  }
}
