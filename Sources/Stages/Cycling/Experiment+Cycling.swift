import Foundation
import ParticleMechanics
import Pipeline
import Quantities

/// How a cycled particle is bound to the measurements of the experiment.
extension ParticleCyclingStage {
  /// What does not fit between a cycled particle and the measurements that it names.
  static func problems(of settings: ExperimentSettings) -> [SettingProblem] {
    guard let cycling = settings.particleCycling else { return [] }
    func unknown(_ key: String, _ name: String, _ kind: String, _ known: [String]) -> SettingProblem? {
      known.contains(name)
        ? nil
        : SettingProblem(
          at: "particle_cycling.\(key)", "there is no \(kind) of that name",
          detail: "`\(name)`; expected \(known.isEmpty ? "one to be described" : known.joined(separator: ", "))")
    }
    return [
      cycling.protocol.from.flatMap {
        unknown("protocol.from", $0, "electrochemistry measurement", settings.electrochemistry.map(\.name))
      },
      cycling.expansion.from.flatMap {
        unknown(
          "expansion.from", $0, "diffraction measurement with a response",
          settings.diffraction.filter { $0.response != nil }.map(\.name))
      },
      cycling.grains?.orientation.flatMap {
        unknown("grains.orientation", $0, "orientation measurement", settings.orientation.map(\.name))
      },
    ].compactMap(\.self)
  }
}

extension ParticleCyclingStage.Parameters {
  /// The conventions in force, for `check`.
  var conventions: [Convention] {
    let words =
      self.protocol.from.map { "the current of \($0)" }
      ?? (try? CyclingProtocol(words: self.protocol.words)).map { "\($0)" } ?? self.protocol.words
    return [
      Convention(subject: "protocol of the cycled particle", choice: words),
      Convention(
        subject: "C-rate of the cycled particle",
        choice: "1 C changes the lithiation by \(self.protocol.lithiationSpan) in an hour"),
      Convention(subject: "expansion of the cycled particle", choice: expansion.convention.rawValue),
    ]
  }

  /// Which of the assumed settings the file gives: the table of assumptions and the uncertainties depend on it.
  var givenKeys: String {
    let all: [(name: String, isGiven: Bool)] = [
      ("radius", $radius.isGiven), ("material.set", material.$set.isGiven),
      ("material.diffusivity_factor", material.$diffusivityFactor.isGiven),
      ("material.diffusivity_ratio", material.$diffusivityRatio.isGiven),
      ("material.exchange_current_factor", material.$exchangeCurrentFactor.isGiven),
      ("surface.film_resistance", surface.$filmResistance.isGiven),
      ("protocol.lithiation_span", self.protocol.$lithiationSpan.isGiven),
      ("expansion.factor", expansion.$factor.isGiven),
      ("expansion.reference_lithiation", expansion.$referenceLithiation.isGiven),
      ("elasticity.youngs_modulus", elasticity.$youngsModulus.isGiven),
      ("elasticity.poisson_ratio", elasticity.$poissonRatio.isGiven),
      ("elasticity.stiffness", elasticity.$stiffness.isGiven),
      ("cracking.flaw_length", cracking.$flawLength.isGiven),
      ("cracking.weibull_strength", cracking.$weibullStrength.isGiven),
    ]
    return all.filter(\.isGiven).map(\.name).joined(separator: " ")
  }
}

extension Experiment {
  func plannedCycling(_ cycling: ParticleCyclingStage.Parameters, after count: Int) -> PlannedStage {
    let capacity = settings.material.specificCapacity.value.si
    let charge = cycling.protocol.from.map { "\(StateOfChargeStage.name)-\($0)" }
    let response = cycling.expansion.from.map { "\(ChargeResponseStage.name)-\($0)" }
    let map = cycling.grains?.orientation.map { "\(OrientationMapStage.name)-\($0)" }
    let known = Set([charge, response, map].compactMap(\.self))
    return ParticleCyclingStage.planned(
      cycling, canonical: "given = \(cycling.givenKeys)\nspecific_capacity = \(settings.material.specificCapacity)\n",
      inputFiles: cycling.mesh.file.map { [$0.path] } ?? [], upstream: known.sorted(), sequenceIndex: count + 1
    ) { upstream in
      var input = ParticleCyclingStage.Input()
      input.specificCapacity = capacity
      if let charge, let name = cycling.protocol.from {
        let table = try StageDocument.value(ChargeTable.self, from: upstream[charge] ?? "")
        input.record = try ParticleCyclingStage.Input.Record(name: name, table)
      }
      if let response, let name = cycling.expansion.from {
        let table = try StageDocument.value(ChargeResponseTable.self, from: upstream[response] ?? "")
        input.lattice = try ParticleCyclingStage.Input.Lattice(name: name, table)
      }
      if let map { input.map = try StageDocument.value(OrientationGrains.self, from: upstream[map] ?? "") }
      return input
    }
  }
}

extension ParticleCyclingStage.Input.Record {
  /// - Throws: `StageDocumentError` for a table without current.
  init(name: String, _ table: ChargeTable) throws {
    guard let time = table["Test Time"]?.values, let current = table["Current"]?.values, let record = table.record
    else {
      throw StageDocumentError(path: name, problem: "the state-of-charge stage holds no current and no capacity")
    }
    self.init(name: name, time: time, current: current, capacity: record.mass * record.specificCapacity)
  }
}

extension ParticleCyclingStage.Input.Lattice {
  /// - Throws: `StageDocumentError` for fewer than two lattices.
  init(name: String, _ table: ChargeResponseTable) throws {
    guard let states = table.curve.numbers("State of Charge"), let a = table.curve.numbers("a"),
      let c = table.curve.numbers("c")
    else {
      throw StageDocumentError(path: name, problem: "the response has no curve of a and c against state of charge")
    }
    // Lithiation counts down from full; patterns of the same state are one.
    var rows: [(lithiation: Double, a: Double, c: Double, count: Double)] = []
    for place in states.indices.reversed() where a[place].isFinite && c[place].isFinite {
      let lithiation = 1 - states[place]
      if let last = rows.last, lithiation - last.lithiation < 1e-4 {
        let n = last.count
        rows[rows.count - 1] = (
          last.lithiation, (last.a * n + a[place]) / (n + 1), (last.c * n + c[place]) / (n + 1), n + 1
        )
      } else {
        rows.append((lithiation, a[place], c[place], 1))
      }
    }
    guard rows.count >= 2 else {
      throw StageDocumentError(path: name, problem: "there are \(rows.count) lattices; expected at least two")
    }
    self.init(
      name: name, lithiation: rows.map(\.lithiation), a: rows.map { $0.a * 1e-10 }, c: rows.map { $0.c * 1e-10 })
  }
}

extension ParticleCyclingStage.Input {
  /// What the `particle` verb gives the stage without the rest of an experiment.
  ///
  /// - Parameter map: path of an orientation map, whose grains are those of the default segmentation.
  /// - Throws: the reader's errors.
  public init(map: String?, material: MaterialSettings) throws {
    self.init()
    specificCapacity = material.specificCapacity.value.si
    if let map {
      let opened = try OrientationMapStage.Input(file: map)
      self.map = OrientationGrains(opened.map, OrientationMapStage.Parameters().segmentation)
    }
  }
}
