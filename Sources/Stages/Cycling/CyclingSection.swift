import ArrayMath
import Crystallography
import Foundation
import ParticleMechanics
import Pipeline

/// The elements of a section, with a crystal frame for each grain where there are grains.
struct CyclingSection {
  /// Grains with their material.
  struct Grains {
    var material: GrainMaterial
    /// c of each region.
    var axes: [SIMD3<Double>?]
    var warnings: [String]
  }

  var mesh: ElementMesh
  var grains: Grains?

  /// - Throws: `SectionError`, and `StageDocumentError` where a map is missing.
  init(_ model: CyclingModel) throws {
    let parameters = model.parameters
    let radius = parameters.radius.value.si
    var outline = try MeshOutline.disc(radius: radius)
    if let contact = parameters.contact { outline = try outline.wetted(contact.from.si...contact.to.si) }
    let mesher = SectionMesher(elementSize: parameters.mesh.elementSize.si * radius)
    guard let settings = parameters.grains else {
      mesh = try mesher.mesh(outline)
      return
    }
    var generator = SeededGenerator(seed: UInt64(settings.seed))
    switch settings.source {
    case .voronoi:
      let voronoi = try VoronoiGrains(count: settings.count, outline: outline, using: &generator)
      mesh = try mesher.mesh(voronoi.partition)
      let centroids = voronoi.partition.areas().map(\.centroid)
      let frames = Self.frames(centroids, parameters, using: &generator)
      grains = try Self.grains(frames, model)
    case .nanorods, .orientation:
      throw StageDocumentError(path: "grains", problem: "not yet")
    }
  }

  /// A frame for each grain that was generated.
  private static func frames(
    _ centroids: [SIMD2<Double>], _ parameters: ParticleCyclingStage.Parameters, using generator: inout SeededGenerator
  ) -> [GrainFrame] {
    let texture = parameters.grains?.texture ?? .random
    let core = parameters.transitionRadius.si * parameters.radius.value.si
    return centroids.map { centroid in
      let random = GrainFrame.random(using: &generator)
      let angle = 2 * Double.pi * generator.uniform(), turn = 2 * Double.pi * generator.uniform()
      let distance = (centroid * centroid).sum().squareRoot()
      switch texture {
      case .random: return random
      case .inPlane: return GrainFrame(cAxis: SIMD3(cos(angle), sin(angle), 0), turn: turn)
      case .acrossRadius:
        guard distance > core else { return random }
        let hoop = SIMD3(-centroid.y / distance, centroid.x / distance, 0)
        return GrainFrame(cAxis: cos(angle) * hoop + sin(angle) * SIMD3(0, 0, 1), turn: turn)
      }
    }
  }

  /// Their material, and what is odd about lithium's way through it.
  private static func grains(_ frames: [GrainFrame], _ model: CyclingModel) throws -> Grains {
    let parameters = model.parameters, elasticity = parameters.elasticity
    let stiffness: Stiffness =
      elasticity.kind == .crystal
      ? elasticity.crystal
      : .isotropic(youngsModulus: elasticity.youngsModulus.value.si, poissonRatio: elasticity.poissonRatio)
    guard let expansion = model.crystal else {
      throw StageDocumentError(path: "expansion.convention", problem: "grains follow their crystal; write `crystal`")
    }
    let material = try GrainMaterial(
      frames: frames, diffusivityInPlane: model.diffusivity,
      diffusivityAlongC: model.diffusivity.scaled(by: parameters.material.diffusivityRatio.si), expansion: expansion,
      stiffness: stiffness)
    return Grains(material: material, axes: frames.map(\.z), warnings: [])
  }
}
