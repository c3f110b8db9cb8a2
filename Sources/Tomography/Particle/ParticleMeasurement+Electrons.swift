internal import ArrayMath
internal import Foundation
internal import ImageAnalysis
internal import Quantities

extension ParticleMeasurement {
  /// Densities and the mass by counting electrons.
  ///
  /// A projection in radians is r_e λ times the electrons of a column above those of the medium, so that the sum of its
  /// pixels is N r_e λ / p². What the medium takes off is its density times the volume that it does not fill: the solid
  /// where pores are filled, the envelope where they are empty.
  func countElectrons(
    _ volume: ScalarVolume, _ particle: SegmentedParticle, _ integral: PartialVolume, _ budgets: VolumeBudgets,
    evidence: Evidence, scale: ContrastScale, into result: inout ParticleQuantities
  ) throws {
    guard let composition else { return }
    let contrast = integral.contrast
    let relative = hypot(
      hypot(integral.unevenness.inside, integral.unevenness.outside) / contrast, voxel.relativeUncertainty)
    result.deltaContrast = UncertainValue(
      contrast * scale.delta, uncertainty: contrast * scale.delta * hypot(relative, wavelength.relativeUncertainty))
    let ownDensity = contrast * scale.electronDensity
    let electronDensity = UncertainValue(
      ownDensity + medium.electronDensity.value,
      uncertainty: hypot(
        ownDensity * hypot(relative, wavelength.relativeUncertainty), medium.electronDensity.uncertainty))
    result.electronDensity = electronDensity
    result.solidDensity = UncertainValue(
      composition.massDensity(electronDensity: electronDensity.value),
      uncertainty: composition.massDensity(electronDensity: electronDensity.value)
        * hypot(electronDensity.relativeUncertainty, compositionUncertainty))

    // Above the medium, in the volume's unit times voxels.
    var seen: BudgetedValue
    if let projections = evidence.projections {
      guard projections.shape.rows == particle.volumeShape.slices else {
        throw TomographyError.invalid(
          """
          the projections have \(projections.shape.rows) rows, the volume \(particle.volumeShape.slices) slices; give the \
          projections that the volume was made from
          """)
      }
      let total = try ProjectedTotal(projections, window(particle, integral))
      result.projectedTotal = total
      result.electronRoute = .projections
      let other = otherMatter(volume, particle, integral)
      seen = BudgetedValue(total.mean - other + (particle.cut?.cap ?? 0) * contrast)
      seen.budget.add(.views, total.uncertainty)
      seen.budget.add(.truncation, total.missing / 3.0.squareRoot())
      seen.budget.add(.mountCut, budgets.total.contribution(.mountCut))
      if total.isTruncated {
        result.isTruncated = true
        result.notes.append(
          String(format: "%.2f %% of the total phase lie beyond the field of view", 100 * total.missing / total.mean))
      }
      if !total.leftOut.isEmpty {
        result.notes.append(
          "the total phase of \(total.leftOut.count) views lies more than five standard deviations off; they are left out"
        )
      }
      if total.unmeasured > 0 {
        result.notes.append(
          "\(total.unmeasured) pixels of the particle's part of the projections were not measured and count as empty")
      }
    } else {
      result.electronRoute = .volume
      let sums = PartialVolume.total(integral.sums)
      let counts = PartialVolume.total(integral.counts)
      seen = BudgetedValue(
        sums.integrated - integral.outside * counts.integrated
          + (integral.contact.solid + (particle.cut?.cap ?? 0)) * contrast, budgets.total)
    }
    let number = seen.value * scale.electrons
    var electrons = BudgetedValue(number, seen.budget.scaled(by: scale.electrons))
    electrons.budget.add(.pixelSize, 2 * voxel.relativeUncertainty * number)
    electrons.budget.add(.wavelength, -wavelength.relativeUncertainty * number)
    if medium.electronDensity.value > 0 {
      let displaced = medium.pores == .filled ? result.solidVolume : result.envelopeVolume
      let added = displaced.times(medium.electronDensity, .medium)
      electrons.value += added.value
      for entry in added.budget.entries { electrons.budget.add(entry.source, entry.contribution) }
    }
    result.electronCount = electrons.uncertain
    let mass = electrons.times(
      UncertainValue(
        composition.massPerElectron, uncertainty: composition.massPerElectron * compositionUncertainty), .composition)
    result.massFromElectrons = mass
    result.envelopeDensity = UncertainValue(
      mass.value / result.envelopeVolume.value,
      uncertainty: mass.value / result.envelopeVolume.value
        * hypot(mass.uncertain.relativeUncertainty, result.envelopeVolume.uncertain.relativeUncertainty))
  }

  /// Where the particle is seen in projections.
  private func window(_ particle: SegmentedParticle, _ integral: PartialVolume) -> ProjectedTotal.Window {
    let centre = particle.centre
    let shape = particle.box.shape
    let (row, column) = (
      centre.y - Double(particle.box.rows.lowerBound), centre.z - Double(particle.box.columns.lowerBound)
    )
    var reach = 0.0
    for slice in 0..<shape.slices {
      for i in 0..<shape.rows {
        let base = (slice * shape.rows + i) * shape.columns
        let line = particle.envelope.voxels[base..<base + shape.columns]
        guard let first = line.firstIndex(of: true), let last = line.lastIndex(of: true) else { continue }
        let y = Double(i) + 0.5 - row
        reach = max(reach, hypot(y, Double(first - base) - column), hypot(y, Double(last - base) + 1 - column))
      }
    }
    let whole = particle.volumeShape
    return ProjectedTotal.Window(
      slices: particle.cut?.kept ?? 0..<whole.slices, count: whole.slices,
      x: centre.z - Double(whole.columns) / 2, y: centre.y - Double(whole.rows) / 2,
      reach: reach + Double(integral.reach), density: integral.contrast,
      radius: pow(3 * integral.envelope / (4 * .pi), 1 / 3))
  }

  /// What other matter adds to the projections of the particle's slices, in the volume's unit times voxels.
  private func otherMatter(
    _ volume: ScalarVolume, _ particle: SegmentedParticle, _ integral: PartialVolume
  ) -> Double {
    guard let toForeign = try? DistanceTransform.squared(to: particle.foreign, threads: 1) else { return 0 }
    let field = particle.box.cropped(volume)
    let size = field.shape.slice.count
    let edge = Float(integral.reach * integral.reach)
    // Only what stands in the particle's own slices: the mount beyond the cut is in other rows.
    let kept = particle.keptSlices
    guard kept.contains(where: { slice in particle.foreign.voxels[slice * size..<(slice + 1) * size].contains(true) })
    else { return 0 }
    var sum = 0.0
    for slice in kept {
      for index in slice * size..<(slice + 1) * size where field.voxels[index].isFinite {
        // Far matter within its blur, and near the particle what is its own.
        guard toForeign.voxels[index] <= edge, !particle.solid.voxels[index] else { continue }
        sum += Double(field.voxels[index]) - integral.outside
      }
    }
    return sum
  }
}
