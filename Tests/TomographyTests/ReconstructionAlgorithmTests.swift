import ArrayMath
import Foundation
import Testing
import Tomography

@Suite struct ReconstructionAlgorithmTests {
  @Test(arguments: ReconstructionAlgorithm.Method.allCases)
  func isReadAsItWasWritten(method: ReconstructionAlgorithm.Method) throws {
    for size in [nil, 40] {
      let algorithm = ReconstructionAlgorithm(
        method, filter: RampFilter(.hann, cutOff: 0.8), iterations: 7, nonNegative: true, size: size)
      #expect(algorithm.method == method)
      let data = try JSONEncoder().encode(algorithm)
      #expect(try JSONDecoder().decode(ReconstructionAlgorithm.self, from: data) == algorithm)
    }
    let record = try JSONEncoder().encode(ReconstructionAlgorithm(method))
    let keys = try #require(JSONSerialization.jsonObject(with: record) as? [String: Any])
    #expect(keys["method"] as? String == method.rawValue)
    #expect(keys[method.isIterative ? "iterations" : "filter"] != nil)
  }

  @Test(arguments: ReconstructionAlgorithm.Method.allCases)
  func givesADiscItsDensity(method: ReconstructionAlgorithm.Method) throws {
    let geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(40), axisColumn: 16)
    // The phase rises by less than half a turn between pixels.
    let stack = try Disc.stack([[Disc(radius: 9, value: 0.1)]], geometry: geometry, columns: 32)
    let algorithm = ReconstructionAlgorithm(method, iterations: method == .cgls ? 8 : 40)
    let (volume, courses) = try algorithm.reconstruct(stack, threads: 1)
    #expect(abs(volume.mean(0, within: 6) / 0.1 - 1) < 0.01)
    #expect((courses != nil) == method.isIterative)
    #expect(try algorithm(stack, threads: 1) == volume)
  }

  @Test(arguments: ReconstructionAlgorithm.Method.allCases)
  func needsMoreMemoryForMore(method: ReconstructionAlgorithm.Method) {
    let algorithm = ReconstructionAlgorithm(method)
    let shape = FrameShape(rows: 64, columns: 64)
    let one = algorithm.memory(views: 90, shape: shape, threads: 1)
    // Stack and volume at the least.
    #expect(one > 4 * (90 * shape.count + 64 * 64 * 64))
    #expect(algorithm.memory(views: 90, shape: shape, threads: 4) > one)
    #expect(algorithm.memory(views: 180, shape: shape, threads: 1) > one)
  }
}
