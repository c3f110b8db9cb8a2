import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import TestSupport

/// Patterns that peers alone made, with their truth; see Benchmarks/simulate-kikuchi-ebsdsim.
struct KikuchiPatterns {
  /// Without noise, mean 0 and standard deviation 1.
  var patterns: [[Float]]
  var truth: [Rotation]
  var geometry: KikuchiGeometry
  /// The file's path without its ending, as the peers take it.
  var path: String

  private struct Truth: Decodable {
    var count, size: Int
    var patternCentre: [Double]
    var sampleTilt: Double
    var quaternions: [[Double]]
  }

  /// The Python that has kikuchipy, PyEBSDIndex and ebsdsim.
  static let python =
    ProcessInfo.processInfo.environment["OPERANDO_KIKUCHI_PYTHON"]
    ?? SharedData.checkout.appending(path: ".tools/kikuchi/bin/python").path

  /// Runs a script of Benchmarks and returns the last line that it prints.
  static func run(_ script: String, _ arguments: [String]) throws -> String {
    let child = try ChildProcess.run(
      python, [SharedData.checkout.appending(path: "Benchmarks/" + script).path] + arguments,
      environment: ["OMP_NUM_THREADS": "1"])
    guard child.status == 0 else { throw PeerFailure(script: script, message: String(child.errors.suffix(400))) }
    return child.output.split(separator: "\n").last.map(String.init) ?? ""
  }

  /// Has patterns made from a master, which is an EMsoft file or one of Tests/Golden/kikuchi.
  init(_ name: String, master: String, count: Int, size: Int, centre: PatternCentre, tilt: Double, seed: Int = 1) throws
  {
    path = SharedData.checkout.appending(path: ".tools/kikuchi-patterns/\(name)").path
    let emission: EmissionSide = tilt < 0 ? .exit : .entry
    _ = try Self.run(
      "simulate-kikuchi-ebsdsim",
      [
        "patterns", master, path, "--count", "\(count)", "--size", "\(size)", "--centre", "\(centre.x)", "\(centre.y)",
        "\(centre.z)", "--tilt=\(tilt)", "--seed", "\(seed)",
      ])
    let made = try JSONDecoder().decode(Truth.self, from: Data(contentsOf: URL(filePath: path + ".json")))
    truth = made.quaternions.map { Rotation(w: $0[0], x: $0[1], y: $0[2], z: $0[3]) }
    geometry = KikuchiGeometry(
      shape: FrameShape(rows: size, columns: size), patternCentre: centre, sampleTilt: tilt * .pi / 180,
      emission: emission)
    let bytes = try Data(contentsOf: URL(filePath: path + ".f32"))
    let pixels = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    patterns = (0..<made.count).map { Array(pixels[$0 * size * size..<($0 + 1) * size * size]) }
  }

  /// The patterns with white noise, of which each has its own seed.
  ///
  /// - Parameter ratio: standard deviation of a pattern over that of the noise; infinite adds none.
  func noisy(_ ratio: Double) -> [[Float]] {
    guard ratio.isFinite else { return patterns }
    return patterns.enumerated().map { index, pattern in
      var generator = SeededGenerator(seed: 1, item: index)
      return pattern.map { $0 + Float(generator.normal() / ratio) }
    }
  }

  /// Patterns as a source of frames.
  func frames(_ patterns: [[Float]]) -> MemoryFrames<Float> {
    MemoryFrames(patterns.flatMap(\.self), shape: geometry.shape)
  }
}

/// A peer that did not run.
struct PeerFailure: Error, CustomStringConvertible {
  var script: String
  var message: String
  var description: String { "\(script) failed; is the Python of `make .tools/kikuchi` there? \(message)" }
}

/// Orientations that were found, held against the truth.
struct OrientationErrors {
  /// Disorientation of each pattern in degrees; infinite where nothing was found.
  var angles: [Double]

  init(_ found: [IndexedPattern], _ truth: [Rotation], _ laueClass: LaueClass) {
    let group = RotationGroup(laueClass)
    angles = zip(found, truth).map { pattern, true_ in
      pattern.status == .notIndexed ? .infinity : group.disorientation(pattern.orientation, true_) * 180 / .pi
    }
  }

  var mean: Double { angles.reduce(0, +) / Double(angles.count) }
  /// Mean of those below 5 degrees.
  var meanOfGood: Double {
    let good = angles.filter { $0 < 5 }
    return good.reduce(0, +) / Double(good.count)
  }
  var shareAbove5: Double { Double(angles.filter { !($0 < 5) }.count) / Double(angles.count) }
}

/// How many of the true orientations lie in the stated ellipsoids of 95 %.
func coverageLine(
  _ line: String, _ subject: String, _ found: [IndexedPattern], _ truth: [Rotation], _ laueClass: LaueClass,
  isReported: Bool = false
) -> AcceptanceLine {
  let group = RotationGroup(laueClass)
  var (inside, count) = (0, 0)
  var squares: [Double] = []
  var limits: [Double: Double] = [:]
  for (pattern, true_) in zip(found, truth) where pattern.status != .notIndexed {
    guard group.disorientation(pattern.orientation, true_) < 0.1 else { continue }
    let limit = limits[pattern.degreesOfFreedom] ?? pattern.regionLimit(probability: 0.95)
    limits[pattern.degreesOfFreedom] = limit
    let distance = pattern.squaredDistance(to: true_, group: group)
    squares.append(distance)
    count += 1
    if distance < limit { inside += 1 }
  }
  let share = Double(inside) / Double(max(count, 1))
  let interval = binomialInterval(count: count, probability: 0.95)
  let scale = (squares.sorted()[max(squares.count / 2, 0)] / 2.366).squareRoot()
  return AcceptanceLine(
    line, "\(subject), truth in the ellipsoid of 95 %",
    figure: String(format: "%.3f of %d; errors %.2f of the stated ones", share, count, scale),
    limit: isReported ? "reported" : "\(interval.lowerBound) to \(interval.upperBound) of \(count)",
    passed: isReported || interval.contains(inside))
}

/// The counts between which 99 % of binomial draws lie.
func binomialInterval(count: Int, probability: Double) -> ClosedRange<Int> {
  var (cumulative, low, high) = (0.0, 0, count)
  var isLowFound = false
  for successes in 0...count {
    let n = Double(count), k = Double(successes)
    let logarithm =
      lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(probability) + (n - k) * log(1 - probability)
    cumulative += exp(logarithm)
    if !isLowFound && cumulative > 0.005 { (low, isLowFound) = (successes, true) }
    if cumulative >= 0.995 {
      high = successes
      break
    }
  }
  return low...high
}
