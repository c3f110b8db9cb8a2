import ArrayMath
public import Crystallography
import Foundation

/// The section of a made-up secondary particle: grains with random axes in the core and with a-b planes along the
/// radius in the shell.
///
/// The grains are the Voronoi cells of nuclei drawn evenly over the section. A grain belongs to the shell with the
/// probability H(r) = 1 / (1 + exp(−(r − R_T) / s)) of its nucleus' distance r from the particle's centre, in space, and
/// draws its c axis from a ``WatsonDistribution`` about its nucleus' radius. Outside, in pores and in cracks nothing is
/// indexed.
public struct TexturePhantom: Sendable, Hashable {
  /// Distance of neighbouring points, in metres.
  public var step = 0.1e-6
  /// Points along a row and along a column.
  public var size = 110
  /// The particle's centre from the middle of the map, in metres.
  public var centreOffset = SIMD2<Double>(0, 0)
  /// Mean radius of the section, in metres.
  public var sectionRadius = 5e-6
  /// z of the section seen from the particle's centre in the map's frame, in metres.
  public var sectionHeight = 0.0
  /// Standard deviation of each of the outline's waves two to seven, as a share of the radius.
  public var outlineRoughness = 0.0
  public var grainCount = 250
  /// Distance from the particle's centre at which half of the grains belong to the shell, in metres.
  public var transitionRadius = 3e-6
  /// Scale s of the transition, in metres; 0 is sharp.
  public var transitionScale = 0.0
  /// κ of the axes about the radius, in the core and in the shell.
  public var coreConcentration = 0.0, shellConcentration = -12.0
  /// Standard deviation of the turn of each point about each axis, in radians.
  public var orientationNoise = 0.0
  /// Round pores that are not indexed, and their radius in metres.
  public var pores = 0, poreRadius = 0.2e-6
  /// Cracks from the edge inwards, and their width in metres.
  public var cracks = 0, crackWidth = 0.3e-6
  public var mapToSample = Rotation.identity

  public init() {}

  /// A particle whose grains are all random.
  public static var random: TexturePhantom {
    var phantom = TexturePhantom()
    phantom.shellConcentration = 0
    return phantom
  }

  /// Makes the particle of a seed.
  public func make(seed: UInt64) -> PhantomSection {
    var generator = SeededGenerator(seed: seed)
    let centre = step * Double(size - 1) / 2 * SIMD2(1, 1) + centreOffset
    let waves = (2...7).map { _ in
      SIMD2(outlineRoughness * generator.normal(), outlineRoughness * generator.normal())
    }
    func edge(_ azimuth: Double) -> Double {
      var sum = 1.0
      for (index, wave) in waves.enumerated() {
        let angle = Double(index + 2) * azimuth
        sum += wave.x * cos(angle) + wave.y * sin(angle)
      }
      return sectionRadius * sum
    }
    var nuclei = [SIMD2<Double>]()
    while nuclei.count < grainCount {
      let place = 1.4 * sectionRadius * SIMD2(2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
      if length(place) <= edge(atan2(place.y, place.x)) { nuclei.append(place) }
    }
    var orientations = [Rotation]()
    var isShell = [Bool]()
    for nucleus in nuclei {
      let radius = SIMD3(nucleus.x, nucleus.y, sectionHeight)
      let distance = (radius * radius).sum().squareRoot()
      let direction = distance > 0 ? radius / distance : SIMD3(1, 0, 0)
      let belongs = generator.uniform() < LogisticStep(position: transitionRadius, scale: transitionScale)(distance)
      isShell.append(belongs)
      let concentration = belongs ? shellConcentration : coreConcentration
      let axis = WatsonDistribution(concentration: concentration).axis(about: direction, using: &generator)
      orientations.append(orientation(axis: mapToSample(axis), turn: 2 * .pi * generator.uniform()))
    }
    let holes = (0..<pores).map { _ in
      let azimuth = 2 * .pi * generator.uniform()
      return sectionRadius * generator.uniform().squareRoot() * SIMD2(cos(azimuth), sin(azimuth))
    }
    let slits = (0..<cracks).map { _ in
      (azimuth: 2 * .pi * generator.uniform(), from: sectionRadius * (0.2 + 0.6 * generator.uniform()))
    }
    var points = [MapPoint]()
    var labels = [Int](repeating: -1, count: size * size)
    for row in 0..<size {
      for column in 0..<size {
        let position = step * SIMD2(Double(column), Double(row))
        let place = position - centre
        var point = MapPoint(
          x: position.x, y: position.y, phase: 0, orientation: .identity, status: .notIndexed,
          axisUncertainty: orientationNoise)
        let inside =
          length(place) <= edge(atan2(place.y, place.x))
          && !holes.contains { length(place - $0) < poreRadius }
          && !slits.contains { slit in
            let along = place.x * cos(slit.azimuth) + place.y * sin(slit.azimuth)
            let across = place.y * cos(slit.azimuth) - place.x * sin(slit.azimuth)
            return along > slit.from && abs(across) < crackWidth / 2
          }
        if inside {
          var (nearest, best) = (-1, Double.infinity)
          for (index, nucleus) in nuclei.enumerated() {
            let difference = place - nucleus
            let square = (difference * difference).sum()
            if square < best { (nearest, best) = (index, square) }
          }
          labels[row * size + column] = nearest
          let turn = orientationNoise * SIMD3(generator.normal(), generator.normal(), generator.normal())
          point.orientation = Rotation(vector: turn) * orientations[nearest]
          point.status = .indexed
        }
        points.append(point)
      }
    }
    let map = OrientationMap(
      grid: MapGrid(rows: size, columns: size, stepX: step, stepY: step),
      phases: [MapPhase(name: "NMC811", cell: nil, laueClass: .trigonalHigh)], points: points, mapToSample: mapToSample)
    return PhantomSection(
      map: map, labels: GrainLabels(labels), centre: centre, nuclei: nuclei.map { $0 + centre }, isShell: isShell)
  }

  /// The orientation whose c axis lies along a direction of the sample's frame, turned about it.
  private func orientation(axis: SIMD3<Double>, turn: Double) -> Rotation {
    let sine = cross(axis, SIMD3(0, 0, 1))
    let size = (sine * sine).sum().squareRoot()
    let tilt =
      size > 1e-12
      ? Rotation(axis: sine, angle: atan2(size, axis.z))
      : Rotation(
        axis: SIMD3(1, 0, 0), angle: axis.z > 0 ? 0 : .pi)
    return Rotation(axis: SIMD3(0, 0, 1), angle: turn) * tilt
  }

  private func length(_ v: SIMD2<Double>) -> Double { (v * v).sum().squareRoot() }
}

/// The map of a made-up particle with what is true of it.
public struct PhantomSection: Sendable, Hashable {
  public let map: OrientationMap
  /// The grain of each point.
  public let labels: GrainLabels
  /// The particle's centre in the map's frame, in metres.
  public let centre: SIMD2<Double>
  /// The nucleus of each grain in the map's frame, in metres.
  public let nuclei: [SIMD2<Double>]
  /// Whether each grain belongs to the shell.
  public let isShell: [Bool]
}
