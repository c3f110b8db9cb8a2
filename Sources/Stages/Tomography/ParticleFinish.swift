import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Tomography

/// What was measured of a particle, as it is kept: entries with units, budgets, labels, surface.
struct ParticleFinish {
  let quantities: ParticleQuantities
  let particle: SegmentedParticle
  /// In radians a voxel.
  let volume: ScalarVolume
  /// From that to the unit of the tomogram's file.
  let factor: Float
  let tomogram: TomogramResult
  let parameters: ParticleVolumeStage.Parameters
  let charge: PassedCharge?
  /// In C/kg.
  let specificCapacity: UncertainValue

  func value(threads: Int) throws -> TomographicParticle {
    var facts = TomographicParticle.Facts(voxel: tomogram.facts.voxel)
    facts.entries = entries
    facts.budget = budget
    facts.histogram = histogram
    (facts.notes, facts.warnings) = (quantities.notes, quantities.warnings)
    if let mass = quantities.massFromElectrons {
      (facts.mass, facts.massUncertainty) = (mass.value, mass.uncertainty)
      facts.massSource = "count of the particle's electrons"
    } else if let mass = quantities.massFromVolume {
      (facts.mass, facts.massUncertainty) = (mass.value, mass.uncertainty)
      facts.massSource = "volume × density"
    }
    return TomographicParticle(labels: labels, surface: try surface(threads: threads), facts: facts)
  }

  // MARK: - Entries

  private var entries: [TomographicParticle.Entry] {
    var all: [TomographicParticle.Entry] = []
    func add(
      _ key: String, _ name: String, _ value: UncertainValue?, scale: Double = 1, _ unit: String,
      isAnswer: Bool = false,
      note: String = ""
    ) {
      guard let value else { return }
      all.append(
        TomographicParticle.Entry(
          key: key, name: name, value: value.value * scale,
          uncertainty: value.uncertainty > 0 && value.uncertainty.isFinite ? value.uncertainty * scale : nil,
          unit: unit,
          note: value.uncertainty > 0 ? "" : note, isAnswer: isAnswer))
    }
    add("solid_volume", "volume of matter", quantities.solidVolume.uncertain, scale: 1e18, "um3", isAnswer: true)
    add(
      "envelope_volume", "volume with pores and cracks", quantities.envelopeVolume.uncertain, scale: 1e18, "um3",
      isAnswer: true)
    add("porosity", "porosity", quantities.porosity, scale: 100, "%")
    add("radius", "radius of the sphere of that volume", quantities.radius, scale: 1e6, "um")
    add(
      "surface_area", "surface", UncertainValue(quantities.surfaceArea), scale: 1e12, "um2",
      note: "depends on smoothing")
    add("sphericity", "sphericity", UncertainValue(quantities.sphericity), "1", note: "depends on smoothing")
    add("delta", "delta of the matter, above the medium", quantities.deltaContrast, "1")
    add(
      "electron_density", "electron density of the matter", quantities.electronDensity, scale: 1e-30, "1/angstrom3")
    add("solid_density", "density of the matter, by its electrons", quantities.solidDensity, scale: 1e-3, "g/cm3")
    add(
      "envelope_density", "density with pores, by its electrons", quantities.envelopeDensity, scale: 1e-3, "g/cm3",
      isAnswer: true)
    let ng = 1e12
    add(
      "mass", "mass, by counting electrons", quantities.massFromElectrons?.uncertain, scale: ng, "ng", isAnswer: true)
    add("mass_from_volume", "mass, volume × density", quantities.massFromVolume?.uncertain, scale: ng, "ng")
    if let disagreement = quantities.massDisagreement {
      add(
        "mass_disagreement", "difference of the masses over its uncertainty", UncertainValue(disagreement), "1",
        note: "a ratio of uncertainties")
    }
    add("electrons", "electrons of the particle", quantities.electronCount, "1")
    if let charge { add("charge", "charge that the particle took", charge.charge, scale: 1e9 / 3600, "nAh") }
    for (state, suffix, words, isAnswer) in [
      (quantities.chargeFromElectrons, "", "mass by electrons", true),
      (quantities.chargeFromVolume, "_from_volume", "mass by volume × density", false),
    ] {
      guard let state else { continue }
      add(
        "transferred_capacity\(suffix)", "transferred capacity, \(words)", state.capacity.uncertain, scale: 1 / 3600,
        "mAh/g", isAnswer: isAnswer)
      add(
        "state_of_charge\(suffix)", "state of charge, \(words)", state.stateOfCharge.uncertain, scale: 100, "%",
        isAnswer: isAnswer)
      if let duration = charge?.duration, duration > 0 {
        let rate = state.stateOfCharge.uncertain.scaled(by: 3600 / duration)
        add("c_rate\(suffix)", "mean C-rate, \(words)", rate, "1/h")
      }
    }
    if let duration = charge?.duration {
      add("charging_time", "time of the charge", UncertainValue(duration), "s", note: "of the record")
    }
    let cracks = quantities.voids
    add("voids", "pores and cracks that were told apart", UncertainValue(Double(cracks.count)), "1", note: "a count")
    let open = cracks.filter(\.isOpen)
    add("open_voids", "of these, open to the outside", UncertainValue(Double(open.count)), "1", note: "a count")
    return all
  }

  private var budget: [TomographicParticle.Cause] {
    let budgets: [(String, BudgetedValue?)] = [
      ("solid_volume", quantities.solidVolume), ("envelope_volume", quantities.envelopeVolume),
      ("mass", quantities.massFromElectrons), ("mass_from_volume", quantities.massFromVolume),
      ("state_of_charge", quantities.chargeFromElectrons?.stateOfCharge),
      ("state_of_charge_from_volume", quantities.chargeFromVolume?.stateOfCharge),
    ]
    return budgets.flatMap { key, value -> [TomographicParticle.Cause] in
      guard let value, value.value != 0 else { return [] }
      return value.budget.entries.map {
        TomographicParticle.Cause(
          quantity: key, name: $0.source.rawValue, relative: abs($0.contribution / value.value))
      }
    }
  }

  private var histogram: TomographicParticle.Histogram? {
    let field = particle.box.cropped(volume)
    let span = particle.upper - particle.lower
    let range = (particle.lower - span, particle.upper + span)
    let found = ValueHistogram(field.voxels, from: range.0, to: range.1, bins: 200)
    let scale = Double(factor)
    return TomographicParticle.Histogram(
      centres: found.counts.indices.map { found.middle($0) * scale }, counts: found.counts.map(Double.init),
      outside: particle.lower * scale, inside: particle.upper * scale, threshold: particle.threshold * scale)
  }

  // MARK: - Where it is

  private var labels: LabelVolume {
    typealias Label = TomographicParticle.Label
    var labels = LabelVolume(repeating: Label.outside.rawValue, shape: volume.shape)
    let box = particle.box
    for slice in 0..<box.shape.slices {
      for row in 0..<box.shape.rows {
        for column in 0..<box.shape.columns {
          let label: Label
          if particle.solid[slice, row, column] {
            label = .solid
          } else if particle.envelope[slice, row, column] {
            label = .void
          } else if particle.foreign[slice, row, column] {
            label = .mount
          } else {
            continue
          }
          labels[box.slices.lowerBound + slice, box.rows.lowerBound + row, box.columns.lowerBound + column] =
            label.rawValue
        }
      }
    }
    return labels
  }

  /// The surface with at most as many triangles as were asked for: voxels are taken together until it has.
  private func surface(threads: Int) throws -> SurfaceMesh {
    for binning in 1...16 {
      let mesh = try particle.surface(of: volume, voxel: tomogram.facts.voxel, binning: binning, threads: threads)
      if mesh.triangles.count <= parameters.triangles { return mesh }
    }
    return try particle.surface(of: volume, voxel: tomogram.facts.voxel, binning: 16, threads: threads)
  }
}
