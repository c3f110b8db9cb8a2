import ArrayMath
import Foundation
import Ptychography

/// Which engine reaches the object error of ePIE in how many CPU seconds: one projection of the seed's experiment at half
/// its size, the probe's defocus wrong by an eighth.
func ptychographyEngineLines() throws -> [AcceptanceLine] {
  let race = try EngineRace(.reduced(by: 2))
  return try race.lines(passes: 200)
}

/// Engines on one simulated scan with a known object.
struct EngineRace {
  private let scan: SimulatedScan
  private let start: Reconstruction
  private let weights: ScalarImage
  private let propagator: WavePropagator

  init(_ experiment: ParticleExperiment) throws {
    let simulation = try experiment.simulation(seed: 1)
    scan = try experiment.run(angle: 0, simulation: simulation, seed: 1, threads: 2)
    let guess = try experiment.zonePlate.probe(
      for: experiment.geometry, window: experiment.window, defocus: experiment.defocus * 7 / 8,
      photons: experiment.photons)
    start = Reconstruction(
      object: ComplexImage(repeating: ComplexFloat(1), shape: scan.object.shape), probes: [guess],
      positions: scan.windows)
    weights = scan.truth.scanWeights()
    propagator = WavePropagator(geometry: scan.geometry, window: scan.window)
  }

  /// How far an engine came.
  private struct Course {
    var passes = 0
    /// CPU seconds of the passes alone.
    var seconds = 0.0
    var error = 0.0
    var objectError = Double.infinity
  }

  /// The settings that are compared, by name.
  private var entrants: [(name: String, settings: EngineSettings)] {
    let quarter = (scan.count + 3) / 4
    func settings(_ algorithm: EngineSettings.Algorithm, _ change: (inout EngineSettings) -> Void) -> EngineSettings {
      var settings = EngineSettings(algorithm)
      change(&settings)
      return settings
    }
    func momentum(step: Double, period: Int) -> (name: String, settings: EngineSettings) {
      (
        "mPIE, a = 0.3, b = 1, steps \(step), T = \(period)",
        settings(.mPIE) {
          $0.objectRegularisation = 0.3
          $0.probeRegularisation = 1
          $0.objectStep = step
          $0.probeStep = step
          $0.momentumPeriod = period
        }
      )
    }
    return [
      (
        "rPIE, a = 0.3, b = 1",
        settings(.rPIE) {
          $0.objectRegularisation = 0.3
          $0.probeRegularisation = 1
        }
      ),
      momentum(step: 0.5, period: 50), momentum(step: 0.3, period: 50), momentum(step: 0.2, period: 50),
      momentum(step: 0.3, period: 100),
      ("difference map, bound 0.25", settings(.differenceMap) { $0.powerBound = 0.25 }),
      ("RAAR, beta = 0.75", settings(.raar) { _ in }),
      ("maximum likelihood, amplitudes", settings(.maximumLikelihood) { _ in }),
      ("maximum likelihood, Poisson", settings(.maximumLikelihood) { $0.noise = .poisson }),
      (
        "maximum likelihood, Poisson, a quarter of the scan a batch",
        settings(.maximumLikelihood) {
          $0.noise = .poisson
          $0.batchSize = quarter
        }
      ),
    ]
  }

  /// Runs until the goal, or where there is none returns the course up to the smallest object error seen.
  private func run(_ settings: EngineSettings, passes: Int, until goal: Double?) throws -> Course {
    try settings.validate(patterns: scan.count)
    var engine = settings.makeEngine(propagator: propagator)
    var state = start
    var generator = SeededGenerator(seed: 1)
    var course = Course()
    var best = Course()
    let data = scan.data
    while course.passes < passes {
      let begin = clock()
      course.error = engine.pass(&state, on: data, pass: course.passes, generator: &generator)
      course.seconds += Double(clock() - begin) / Double(CLOCKS_PER_SEC)
      course.passes += 1
      guard course.passes % Self.interval == 0 else { continue }
      course.objectError = try GaugeAlignment(of: state.object, to: scan.object, weights: weights).error
      if course.objectError < best.objectError { best = course }
      if let goal, course.objectError <= goal { return course }
    }
    return best
  }

  /// Passes between two looks at the object's error.
  private static let interval = 5

  /// A row an engine; it passes where some engine needs fewer CPU seconds than ePIE.
  ///
  /// - Parameter passes: of each at most; the smallest object error that ePIE sees on its way is the goal.
  func lines(passes: Int) throws -> [AcceptanceLine] {
    let reference = try run(EngineSettings(.ePIE), passes: passes, until: nil)
    func row(_ name: String, _ course: Course) -> AcceptanceLine {
      let reached = course.objectError <= reference.objectError
      let figure = String(
        format: "%@ after %d passes, %.2f CPU s (%.1f ms a pass); object error %.4f, E %.3e",
        reached ? "reached" : "not reached", course.passes, course.seconds,
        1e3 * course.seconds / Double(course.passes), course.objectError, course.error)
      return AcceptanceLine(
        "2", "engine \(name)", figure: figure, limit: String(format: "object error %.4f", reference.objectError),
        passed: true)
    }
    var rows = [row("ePIE", reference)]
    var fastest = Double.infinity
    for entrant in entrants {
      let course = try run(entrant.settings, passes: passes, until: reference.objectError)
      rows.append(row(entrant.name, course))
      if course.objectError <= reference.objectError { fastest = min(fastest, course.seconds) }
    }
    rows.append(
      AcceptanceLine(
        "2", "CPU time of the fastest other engine over that of ePIE", fastest / reference.seconds, atMost: 1))
    return rows
  }
}
