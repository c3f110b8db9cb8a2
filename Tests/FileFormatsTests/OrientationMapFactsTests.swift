import Crystallography
import ElectronDiffraction
import FileFormats
import Foundation
import TestSupport
import Testing

/// What is known of measured maps.
@Suite struct OrientationMapFactsTests {
  let degree = Double.pi / 180

  /// Counts of connected components, computed once by another program from the same file.
  @Test(arguments: [(10.0, 125), (5, 126)])
  func grainsOfTwinnedMagnesium(threshold: Double, count: Int) throws {
    guard let path = SharedData.path("orientation/mtex/twins.ctf") else { return }
    let map = try OrientationMapFile.open(path: path).map
    #expect(GrainSegmentation(threshold: threshold * degree)(map).grains.count == count)
  }

  @Test func boundariesOfTwinnedMagnesiumAreTensileTwins() throws {
    guard let path = SharedData.path("orientation/mtex/twins.ctf") else { return }
    let map = try OrientationMapFile.open(path: path).map
    let cell = try #require(map.phases[0].cell)
    let grains = GrainSegmentation(threshold: 10 * degree)(map)
    let twin = SpecialBoundary.twin(plane: MillerIndices(1, 0, 2), cell: cell)
    let boundaries = grains.boundaries(of: map, special: [twin])
    // More than half of the boundary is that of {10-12} twins, and nearly all near 86 degrees is.
    let twins = boundaries.count { $0.special == 0 }
    let steep = boundaries.count { $0.disorientation > 80 * degree }
    #expect(boundaries.count == 3265 && twins > boundaries.count / 2)
    #expect(abs(Double(twins) / Double(steep) - 0.94) < 0.01)
    // The orientation changes little within a grain.
    let kernel = map.kernelAverageMisorientation(threshold: 5 * degree).filter { !$0.isNaN }
    #expect(kernel.reduce(0, +) / Double(kernel.count) < 0.5 * degree)
    #expect(
      GrainSegmentation(threshold: 10 * degree, minimumPoints: 5, fillSteps: 50)(map).labels.allSatisfy { $0 >= 0 })
  }

  @Test func cAxesOfQuartzInEclogite() throws {
    guard let path = SharedData.path("orientation/mtex/eclogite.ctf") else { return }
    let map = try OrientationMapFile.open(path: path).map
    let axes = map.points.indices
      .filter { map.points[$0].status == .indexed && map.points[$0].phase == 6 }.map { map.cAxis(at: $0) }
    let tensor = try #require(OrientationTensor(axes: axes))
    #expect(axes.count == 172)
    let difference = tensor.eigenvalues - SIMD3(0.29315, 0.30584, 0.40101)
    #expect(max(difference.max(), -difference.min()) < 1e-5)
  }
}
