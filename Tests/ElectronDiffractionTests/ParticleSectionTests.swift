import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import Testing

@Suite struct ParticleSectionTests {
  /// A map that is indexed where a condition holds; steps of 0.1 µm.
  private func map(rows: Int = 120, columns: Int = 130, where isInside: (SIMD2<Double>) -> Bool) -> OrientationMap {
    let points = (0..<rows * columns).map { index in
      let place = SIMD2(Double(index % columns), Double(index / columns)) * 0.1e-6
      return MapPoint(
        x: place.x, y: place.y, phase: 0, orientation: .identity, status: isInside(place) ? .indexed : .notIndexed)
    }
    return OrientationMap(
      grid: MapGrid(rows: rows, columns: columns, stepX: 0.1e-6, stepY: 0.1e-6),
      phases: [MapPhase(name: "", cell: nil, laueClass: .trigonalHigh)], points: points, mapToSample: .identity)
  }

  private func length(_ v: SIMD2<Double>) -> Double { (v * v).sum().squareRoot() }

  private let centre = SIMD2(6.23e-6, 5.81e-6)

  @Test(arguments: [ParticleSection.Search.automatic, .circle, .ellipse, .areaCentroid, .arc(tolerance: nil, seed: 1)])
  func aRoundParticleIsFoundByAll(search: ParticleSection.Search) throws {
    let map = map { place in
      // Pores inside and a crumb outside are no part of the outline.
      length(place - centre) < 5e-6 && length(place - centre - SIMD2(1e-6, 2e-6)) > 0.4e-6
        || length(place - SIMD2(0.5e-6, 0.5e-6)) < 0.4e-6
    }
    let section = try ParticleSection(of: map, search: search)
    #expect(length(section.centre - centre) < 0.02e-6)
    #expect(abs(section.radius - 5e-6) < 0.03e-6)
    #expect(section.covariance.xx < 0.02e-6 * 0.02e-6)
  }

  @Test func anEllipseAtTheEdgeOfTheMapKeepsItsCentre() throws {
    func inside(_ place: SIMD2<Double>) -> Bool {
      let d = place - centre
      let (u, v) = (d.x * cos(0.5) + d.y * sin(0.5), d.y * cos(0.5) - d.x * sin(0.5))
      return u * u / (5.4e-6 * 5.4e-6) + v * v / (3.6e-6 * 3.6e-6) < 1
    }
    let section = try ParticleSection(of: map(where: inside), search: .ellipse)
    #expect(length(section.centre - centre) < 0.03e-6)
    #expect(abs(section.radius - (5.4 * 3.6).squareRoot() * 1e-6) < 0.04e-6)
    #expect(section.method == .ellipse)
  }

  @Test func aBrokenParticleIsFoundByItsArc() throws {
    // A third is broken off and a crack runs in from the edge.
    let broken = map { place in
      let d = place - centre
      return length(d) < 5e-6 && d.x < 2e-6 && !(abs(d.y + 0.6 * d.x) < 0.25e-6 && d.x < -1e-6)
    }
    let section = try ParticleSection(of: broken)
    #expect(section.method == .arc)
    #expect(length(section.centre - centre) < 0.08e-6)
    let centroid = try ParticleSection(of: broken, search: .areaCentroid)
    #expect(length(centroid.centre - centre) > 0.5e-6)
  }

  @Test func theCovarianceIsThatOfRoughOutlines() throws {
    var (squares, variances) = (0.0, 0.0)
    for seed in 1...60 {
      var generator = SeededGenerator(seed: UInt64(seed))
      // Patches of five degrees, well below the sectors that are left out.
      let waves = (0..<72).map { _ in 0.25e-6 * generator.normal() }
      let map = map { place in
        let d = place - centre
        let turn = (atan2(d.y, d.x) / (2 * .pi) + 1) * 72
        return length(d) < 4.8e-6 + waves[Int(turn) % 72]
      }
      let section = try ParticleSection(of: map, search: .circle)
      let d = section.centre - centre
      squares += d.x * d.x + d.y * d.y
      variances += section.covariance.xx + section.covariance.yy
    }
    // 120 squares scatter by 13 %.
    #expect(abs(squares / variances - 1) < 0.35)
  }

  @Test func nothingIndexedIsRefused() {
    #expect(throws: TextureError.noOutline(points: 0)) { try ParticleSection(of: map { _ in false }) }
    #expect(throws: TextureError.noOutline(points: 1)) {
      try ParticleSection(of: map(rows: 1, columns: 1) { _ in true })
    }
    #expect(throws: TextureError.self) { try ParticleSection(of: map(rows: 0, columns: 0) { _ in true }) }
  }
}
