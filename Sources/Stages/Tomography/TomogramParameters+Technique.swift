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

  /// As the technique takes it.
  var technique: ReconstructionAlgorithm {
    ReconstructionAlgorithm(
      algorithm, filter: ramp, iterations: iterations, nonNegative: nonNegative, size: size)
  }

  /// Filtered back-projection, which makes slices one by one; nil for methods that do not.
  var sliceBySlice: FilteredBackProjection? { algorithm == .fbp ? FilteredBackProjection(ramp, size: size) : nil }

  /// In words, for a methods section.
  var words: String {
    let window = "window \(filter.rawValue)" + (cutOff < 1 ? ", cut off at \(cutOff) of Nyquist" : "")
    let steps = iterations.map { " of \($0) iterations" } ?? ""
    return switch algorithm {
    case .fbp: "filtered back-projection (\(window))"
    case .fourier: "filtered back-projection through the frequency plane (\(window))"
    case .derivative: "filtered back-projection of differences of the phase (\(window))"
    case .sirt: "simultaneous iterative reconstruction\(steps)"
    case .cgls: "conjugate gradients\(steps)"
    case .tv: "total variation\(steps)"
    }
  }
}
