import ArrayMath
import Foundation
import ImageAnalysis
import Quantities
import Testing

@testable import Tomography

/// From complex projections with all faults to a volume, a mass and a state of charge.
@Suite struct TomogramRecipeTests {
  private static func recipe() -> TomogramRecipe {
    var recipe = TomogramRecipe()
    recipe.alignment?.dropsOutliers = true
    return recipe
  }

  private static func composition(_ simulation: TomographySimulation) throws -> ElectronComposition {
    try ElectronComposition(formula: "LiNi0.8Mn0.1Co0.1O2", wavelength: simulation.wavelength)
  }

  @Test func volumeAndMassOfTwentyParticlesAreRightWithinTheirUncertainty() throws {
    let trials = try parallelMap(count: 20, threads: 2) { index -> TomographyTrial in
      let simulation = TomographySimulation.reducedSeed(UInt64(index + 1), reduction: 10)
      return try TomographyTrial(
        simulation, recipe: Self.recipe(), composition: Self.composition(simulation), threads: 1)
    }
    let quantities: [KeyPath<TomographyTrial.Comparisons, TomographyTrial.Comparison>] = [
      \.solidVolume, \.envelopeVolume, \.massFromVolume, \.massFromElectrons,
    ]
    for quantity in quantities {
      // Of 20 draws with 95 % each, 15 or fewer are covered in 0.3 % of all cases.
      #expect(trials.count { $0.stated[keyPath: quantity].isCovered } > 15)
      #expect(trials.allSatisfy { abs($0.exact[keyPath: quantity].relativeError) < 0.005 })
    }
    for (index, trial) in trials.enumerated() {
      #expect(max(trial.shiftDeviation.rows, trial.shiftDeviation.columns) < 0.1)
      let failures = TomographySimulation.reducedSeed(UInt64(index + 1), reduction: 10).truth().failures
      #expect(failures.keys.allSatisfy { trial.tomogram.views[$0].isOutlier && !trial.tomogram.views[$0].isUsed })
    }
  }

  @Test func aMediumHidesMassAndIsAddedAgain() throws {
    var simulation = TomographySimulation.reducedSeed(1, reduction: 10)
    simulation.particle.mediumElectronDensity = 0.2e30
    simulation.particle.isSoaked = true
    let trial = try TomographyTrial(
      simulation, recipe: Self.recipe(), composition: Self.composition(simulation), threads: 2)
    #expect(abs(trial.exact.massFromElectrons.relativeError) < 0.005)
    #expect(simulation.particle.contrastElectrons < 0.9 * simulation.particle.electrons)
  }

  @Test func theVolumeDoesNotDependOnThreads() throws {
    let simulation = TomographySimulation.reducedSeed(1, reduction: 12)
    let projections = try simulation.projections(threads: 2)
    let one = try Self.recipe()(projections, sense: .counterclockwise, threads: 1)
    let two = try Self.recipe()(projections, sense: .counterclockwise, threads: 2)
    #expect(one.volume == two.volume && one.stack.geometry == two.stack.geometry && one.views == two.views)
    #expect(one.correlation == two.correlation)
  }

  @Test func viewsThatKnowTheirZeroFromAirKeepIt() throws {
    let projections = try TomographySimulation.reducedSeed(2, reduction: 12).projections(threads: 2)
    var recipe = Self.recipe()
    let once = try recipe(projections, sense: .counterclockwise, threads: 2)
    recipe.rampRounds = 1
    let again = try recipe(projections, sense: .counterclockwise, threads: 2)
    #expect(once.views.allSatisfy { $0.prepared.hasZero })
    #expect(once.volume == again.volume && once.views == again.views)
  }

  private struct Stop: Error {}

  @Test func isTakenThroughItsStepsAndStopsWhereItIsTold() throws {
    let simulation = TomographySimulation.reducedSeed(1, reduction: 12)
    let projections = try simulation.projections(threads: 2)
    var steps: [TomogramProgress.Step] = []
    _ = try Self.recipe()(projections, sense: .counterclockwise, threads: 2) {
      if steps.last != $0.step { steps.append($0.step) }
    }
    #expect(steps == [.preparation, .alignment, .reconstruction, .halves])
    for step in steps {
      #expect(throws: Stop.self) {
        try Self.recipe()(projections, sense: .counterclockwise, threads: 2) { if $0.step == step { throw Stop() } }
      }
    }
  }

  @Test func withoutAlignmentAndHalvesThereIsTheVolumeAlone() throws {
    var simulation = TomographySimulation.reducedSeed(1, reduction: 12)
    (simulation.faults.jitter, simulation.faults.drift, simulation.faults.badViews) = (0, 0, 0)
    var recipe = TomogramRecipe()
    (recipe.alignment, recipe.makesHalves) = (nil, false)
    let tomogram = try recipe(
      simulation.projections(threads: 2), sense: .counterclockwise, threads: 2)
    #expect(tomogram.halves == nil && tomogram.correlation == nil && tomogram.status == nil)
    #expect(tomogram.history.isEmpty && tomogram.shiftUncertainty == nil)
    #expect(tomogram.completeSlices == 0..<tomogram.stack.shape.rows)
    let scale = ContrastScale(wavelength: simulation.wavelength, voxel: simulation.pixel)
    let sum = tomogram.volume.voxels.reduce(0.0) { $0 + Double($1) }
    let total = try tomogram.total().mean.value
    #expect(abs(sum / total - 1) < 0.01)
    #expect(total * scale.electrons > simulation.particle.contrastElectrons)
  }

  @Test func nothingToReconstructIsSaid() {
    #expect(throws: TomographyError.self) { try TomogramRecipe()([], sense: .clockwise, threads: 1) }
  }

  @Test func aRecipeIsWrittenAndRead() throws {
    var recipe = Self.recipe()
    recipe.algorithm = ReconstructionAlgorithm(.sirt, iterations: 20)
    (recipe.axisColumn, recipe.rampRounds) = (31.5, 2)
    let text = try JSONEncoder().encode(recipe)
    #expect(try JSONDecoder().decode(TomogramRecipe.self, from: text) == recipe)
  }
}
