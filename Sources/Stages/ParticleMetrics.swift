import Foundation
import ParticleMechanics

/// The few numbers that a leg of the particle model is told by, from profiles along a radius; the same for the 2-D
/// model and its 1-D twin.
struct ParticleMetrics {
  /// A state along a radius, centre first, surface last. Pascals and metres.
  struct Profile {
    var time: Double
    var radius: [Double]
    var lithiation: [Double]
    var radialStress: [Double]
    var hoopStress: [Double]
    var axialStress: [Double]
    var surfaceDisplacement: Double
    var meanLithiation: Double
  }

  /// Hoop stress at the surface once lithium is uniform, in pascals.
  var relaxedSurfaceHoop: Double
  /// Radial stress at the centre once lithium is uniform, in pascals.
  var relaxedCentreRadial: Double
  /// The largest hoop tension at the kept times, in pascals, and where and when.
  var largestHoop: Double
  var largestHoopRadius: Double
  var largestHoopTime: Double
  /// The radial stress at the centre with the largest magnitude at the kept times, in pascals, and when.
  var extremeCentreRadial: Double
  var extremeCentreTime: Double
  /// At the last kept time, in metres.
  var surfaceDisplacement: Double
  var meanLithiation: Double

  /// - Precondition: there is at least one profile.
  init(profiles: [Profile], relaxed: Profile) {
    relaxedSurfaceHoop = relaxed.hoopStress[relaxed.hoopStress.count - 1]
    relaxedCentreRadial = relaxed.radialStress[0]
    (largestHoop, largestHoopRadius, largestHoopTime) = (-.infinity, 0, 0)
    (extremeCentreRadial, extremeCentreTime) = (0, 0)
    for profile in profiles {
      for (place, value) in profile.hoopStress.enumerated() where value > largestHoop {
        (largestHoop, largestHoopRadius, largestHoopTime) = (value, profile.radius[place], profile.time)
      }
      if abs(profile.radialStress[0]) > abs(extremeCentreRadial) {
        (extremeCentreRadial, extremeCentreTime) = (profile.radialStress[0], profile.time)
      }
    }
    let last = profiles[profiles.count - 1]
    surfaceDisplacement = last.surfaceDisplacement
    meanLithiation = last.meanLithiation
  }

  /// The values in the order of ``ParticleHeadline``.
  var values: [Double] {
    [
      relaxedSurfaceHoop, relaxedCentreRadial, largestHoop, extremeCentreRadial, surfaceDisplacement, meanLithiation,
    ]
  }
}

/// What the headline values of a leg are called; the order is that of ``ParticleMetrics/values``.
struct ParticleHeadline {
  var key: String
  var label: String
  var unit: String
  /// From SI to `unit`.
  var factor: Double
  var isAnswer: Bool

  static let all = [
    ParticleHeadline(
      key: "relaxed_surface_hoop_stress", label: "hoop stress left at the surface once lithium is uniform", unit: "GPa",
      factor: 1e-9, isAnswer: true),
    ParticleHeadline(
      key: "relaxed_centre_stress", label: "radial stress left at the centre once lithium is uniform", unit: "GPa",
      factor: 1e-9, isAnswer: false),
    ParticleHeadline(
      key: "largest_hoop_stress", label: "largest hoop stress at the kept times", unit: "GPa", factor: 1e-9,
      isAnswer: true),
    ParticleHeadline(
      key: "extreme_centre_stress", label: "radial stress of largest magnitude at the centre at the kept times",
      unit: "GPa", factor: 1e-9, isAnswer: false),
    ParticleHeadline(
      key: "surface_displacement", label: "displacement of the surface at the last kept time", unit: "nm", factor: 1e9,
      isAnswer: false),
    ParticleHeadline(
      key: "mean_lithiation", label: "mean lithiation at the last kept time", unit: "1", factor: 1, isAnswer: false),
  ]
}

extension ParticleModelResult.Case {
  /// The radius that stands for the centre, in metres: zero, or the radius from which on a singular stress is told.
  var centreRadius: Double { structure == .allShell ? 0.1 * simulation.model.radius : 0 }

  /// Distances from the centre at which the profiles of the figures and the metrics are read, in metres.
  var profileRadii: [Double] {
    [centreRadius] + ParticleModelResult.profileRadii(of: simulation.mesh).filter { $0 > centreRadius }
  }

  /// A name for each leg, unique: "charge", "discharge", "charge-2".
  var legNames: [String] {
    legs.enumerated().map { place, leg in
      let earlier = legs[..<place].count { $0.direction == leg.direction }
      return earlier == 0 ? leg.direction.rawValue : "\(leg.direction.rawValue)-\(earlier + 1)"
    }
  }

  /// The states of the 2-D model along its middle radius.
  func profiles(of states: [ParticleState]) -> [ParticleMetrics.Profile] {
    let solution = solution
    return states.map { state in
      let profile = solution.radialProfile(state, angle: .pi / 4, radii: profileRadii)
      return ParticleMetrics.Profile(
        time: state.time, radius: profile.radii, lithiation: profile.lithiation, radialStress: profile.radialStress,
        hoopStress: profile.hoopStress, axialStress: profile.axialStress,
        surfaceDisplacement: profile.radialDisplacement[profile.radialDisplacement.count - 1],
        meanLithiation: state.meanLithiation)
    }
  }

  /// The metrics of each leg by the 2-D model.
  var metrics: [ParticleMetrics] {
    legs.indices.map { leg in
      ParticleMetrics(
        profiles: profiles(of: states.filter { $0.legIndex == leg }), relaxed: profiles(of: [relaxed[leg]])[0])
    }
  }
}
