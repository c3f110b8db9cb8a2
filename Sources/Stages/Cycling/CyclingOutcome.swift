import Foundation
import Pipeline
import Quantities

/// What a run of the model gives, whatever solver ran it: the course of the protocol, the headline values, and what is
/// known of the particle at the kept times.
struct CyclingOutcome: Sendable, Hashable {
  /// The readings of every step in time, `[sample]`.
  struct Course: Sendable, Hashable {
    /// Seconds since the start.
    var time: [Double] = []
    /// Volts; NaN without kinetics.
    var voltage: [Double] = []
    /// dū/dt in 1/s, negative while lithium leaves.
    var rate: [Double] = []
    var mean: [Double] = []
    var surface: [Double] = []
    /// What the potentiostat has counted, as a change of the mean lithiation.
    var passed: [Double] = []
    /// The step of the protocol that a sample belongs to.
    var step: [Double] = []
  }

  /// How a step of the protocol went.
  struct Step: Sendable, Hashable {
    var words: String
    var end: String
    /// Seconds since the start.
    var endTime: Double
    var endVoltage: Double
    var endMean: Double
  }

  /// What drives cracks at each kept time, `[state]`, SI units; NaN where a model does not tell it.
  struct Drivers: Sendable, Hashable {
    var time: [Double] = []
    /// Largest less smallest lithiation within the particle.
    var spread: [Double] = []
    var tension: [Double] = []
    var vonMises: [Double] = []
    var surfaceHoop: [Double] = []
    /// Of a flaw at the surface.
    var surfaceIntensity: [Double] = []
    /// Of a flaw in a grain boundary.
    var boundaryIntensity: [Double] = []
    var survival: [Double] = []
    var displacement: [Double] = []

    var columns: [[Double]] {
      [
        time, spread, tension, vonMises, surfaceHoop, surfaceIntensity, boundaryIntensity, survival, displacement,
      ]
    }
  }

  var course = Course()
  var drivers = Drivers()
  var steps: [Step] = []
  /// In the order of ``CyclingHeadline/all``, SI units; NaN where a model does not tell it.
  var headlines: [Double] = []
  /// Along the radius at the kept times, for spheres and cylinders.
  var profiles: [CyclingProfile] = []
  /// On the elements at the kept times, for sections and meshes.
  var fields: CyclingFields?
  /// What is odd about the run, a sentence each.
  var warnings: [String] = []
  /// Steps in time and unknowns.
  var statistics: [Double] = []
}

/// The state of a sphere or cylinder along its radius.
struct CyclingProfile: Sendable, Hashable {
  var time: Double
  /// Metres, ascending.
  var radius: [Double]
  var lithiation: [Double]
  /// Pascals.
  var radialStress: [Double]
  var hoopStress: [Double]
  var axialStress: [Double]
  /// Metres.
  var surfaceDisplacement: Double
}

/// The states of a section or mesh on its elements. A node between two regions is there once for each, so that nothing
/// is averaged across a boundary.
public struct CyclingFields: Sendable, Hashable {
  /// 2 or 3.
  public var dimension: Int
  /// Metres, `[node × dimension + axis]`.
  public var points: [Double]
  /// VTK's number of the cell.
  public var cellType: Int
  /// Nodes of an element.
  public var cellSize: Int
  public var elements: [Int]
  /// `[element]`.
  public var regions: [Int]
  /// Angle of each region's c axis to the normal of the section, and of its projection from the x axis, in radians;
  /// NaN where a region has no frame. `[region]`.
  public var tilt: [Double]
  public var azimuth: [Double]
  /// Seconds since the start, `[state]`.
  public var time: [Double]
  /// `[state × nodes + node]`.
  public var lithiation: [Double]
  /// Metres, `[(state × nodes + node) × dimension + axis]`.
  public var displacement: [Double]
  /// Pascals, `[(state × nodes + node) × 6 + component]`, components xx, yy, zz, yz, xz, xy.
  public var stress: [Double]
  /// 0 sound ... 1 broken, `[state × nodes + node]`; empty where cracks are not followed.
  public var damage: [Double]
  /// The pieces of the boundaries between regions of a section, x and y of both ends in metres, `[piece × 4 + value]`.
  public var boundaries: [Double]
  /// Stress intensity of a flaw in the middle of each piece, Pa√m, `[state × pieces + piece]`.
  public var boundaryIntensity: [Double]

  public var nodeCount: Int { points.count / dimension }
  public var boundaryCount: Int { boundaries.count / 4 }
}

extension CyclingOutcome {
  func encoded() -> [UInt8] {
    var arrays: [[Double]] = [
      [Double(steps.count), Double(profiles.count), fields == nil ? 0 : 1, Double(warnings.count)], headlines,
      statistics, course.time, course.voltage, course.rate, course.mean, course.surface, course.passed, course.step,
    ]
    arrays += drivers.columns
    for step in steps {
      arrays += [Self.numbers(step.words), Self.numbers(step.end), [step.endTime, step.endVoltage, step.endMean]]
    }
    for warning in warnings { arrays.append(Self.numbers(warning)) }
    for profile in profiles {
      arrays += [
        [profile.time, profile.surfaceDisplacement], profile.radius, profile.lithiation, profile.radialStress,
        profile.hoopStress, profile.axialStress,
      ]
    }
    if let fields {
      arrays += [
        [Double(fields.dimension), Double(fields.cellType), Double(fields.cellSize)], fields.points,
        fields.elements.map(Double.init), fields.regions.map(Double.init), fields.tilt, fields.azimuth, fields.time,
        fields.lithiation, fields.displacement, fields.stress, fields.damage, fields.boundaries,
        fields.boundaryIntensity,
      ]
    }
    return ArrayShard.encode(arrays)
  }

  init(encoded bytes: [UInt8]) throws {
    var arrays = try ArrayShard.decode(bytes, of: ParticleCyclingStage.name)[...]
    func next() throws -> [Double] {
      guard let first = arrays.popFirst() else { throw ArrayShard.damaged(ParticleCyclingStage.name) }
      return first
    }
    func next(_ count: Int) throws -> [Double] {
      let array = try next()
      guard array.count == count else { throw ArrayShard.damaged(ParticleCyclingStage.name) }
      return array
    }
    let counts = try next(4).map { Int($0) }
    headlines = try next()
    statistics = try next()
    course = Course(
      time: try next(), voltage: try next(), rate: try next(), mean: try next(), surface: try next(),
      passed: try next(), step: try next())
    drivers = Drivers(
      time: try next(), spread: try next(), tension: try next(), vonMises: try next(), surfaceHoop: try next(),
      surfaceIntensity: try next(), boundaryIntensity: try next(), survival: try next(), displacement: try next())
    for _ in 0..<counts[0] {
      let (words, end, numbers) = (Self.text(try next()), Self.text(try next()), try next(3))
      steps.append(
        Step(words: words, end: end, endTime: numbers[0], endVoltage: numbers[1], endMean: numbers[2]))
    }
    for _ in 0..<counts[3] { warnings.append(Self.text(try next())) }
    for _ in 0..<counts[1] {
      let head = try next(2)
      profiles.append(
        CyclingProfile(
          time: head[0], radius: try next(), lithiation: try next(), radialStress: try next(), hoopStress: try next(),
          axialStress: try next(), surfaceDisplacement: head[1]))
    }
    guard counts[2] == 1 else { return }
    let head = try next(3).map { Int($0) }
    fields = CyclingFields(
      dimension: head[0], points: try next(), cellType: head[1], cellSize: head[2],
      elements: try next().map { Int($0) },
      regions: try next().map { Int($0) }, tilt: try next(), azimuth: try next(), time: try next(),
      lithiation: try next(), displacement: try next(), stress: try next(), damage: try next(),
      boundaries: try next(), boundaryIntensity: try next())
  }

  private static func numbers(_ text: String) -> [Double] { text.unicodeScalars.map { Double($0.value) } }

  private static func text(_ numbers: [Double]) -> String {
    var scalars = String.UnicodeScalarView()
    for number in numbers {
      if let value = UInt32(exactly: number), let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
    }
    return String(scalars)
  }
}
