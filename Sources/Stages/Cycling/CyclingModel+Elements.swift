import FileFormats
import Foundation
import ParticleMechanics
import Pipeline

/// Sections and meshes of elements.
extension CyclingModel {
  /// - Throws: the errors of the technique and of the mesh's reader, and `Interrupted`.
  func outcome(_ context: RunContext) throws -> CyclingOutcome {
    switch parameters.shape {
    case .sphere, .cylinder: return try radialOutcome(context)
    case .section:
      let section = try CyclingSection(self)
      if let grains = section.grains {
        var outcome = try outcome(
          mesh: section.mesh, material: grains.material, axes: grains.axes, warps: true, context)
        outcome.warnings += grains.warnings
        return outcome
      }
      return try outcome(
        mesh: section.mesh, material: try texturedMaterial(.cylinder), axes: [nil], warps: false, context)
    case .mesh:
      guard let file = parameters.mesh.file, let data = FileManager.default.contents(atPath: file.path) else {
        throw StageDocumentError(path: parameters.mesh.file?.path ?? "mesh.file", problem: "the file cannot be read")
      }
      let mesh = try GmshMeshFile.read(Array(data), named: file.path, unit: parameters.mesh.fileUnit.si)
      let axes = [SIMD3<Double>?](repeating: nil, count: Int(mesh.regions.max() ?? 0) + 1)
      return try outcome(
        mesh: mesh, material: try texturedMaterial(mesh.dimension == 3 ? .sphere : .cylinder), axes: axes,
        warps: false, context)
    }
  }

  /// The particle without grains: one texture, random or core and shell.
  ///
  /// - Throws: `TexturedMaterialError`.
  func texturedMaterial(_ geometry: RadialGeometry) throws -> TexturedMaterial {
    let settings = parameters.expansion, elasticity = parameters.elasticity
    let radius = parameters.radius.value.si
    let structure: ParticleModel.Structure =
      switch parameters.structure {
      case .coreShell:
        .coreShell(
          SmoothStep(
            position: parameters.transitionRadius.si * radius, width: parameters.transitionWidth.si * radius))
      case .random: .random
      case .allShell: .allShell
      }
    let convention: ExpansionConvention =
      switch settings.convention {
      case .equalArea, .crystal: .equalArea
      case .isotropicCore: .isotropicCore
      case .equalLinear: .equalLinear
      }
    // All diffusivities follow one function of lithiation, so that those of the model are factors on it. Across the
    // radius the shell's layers lead one way of two.
    let ratio = parameters.material.diffusivityRatio.si
    let model = ParticleModel(
      radius: radius, structure: structure, coreDiffusivity: 1, radialDiffusivity: 1, tangentialDiffusivity: ratio,
      youngsModulus: elasticity.youngsModulus.value.si, poissonRatio: elasticity.poissonRatio, expansion: convention,
      volumetricStrainPerLithiation: settings.volumetricContraction.si * settings.factor.value.si,
      referenceLithiation: (settings.referenceLithiation ?? parameters.protocol.initialLithiation).si,
      axialCondition: elasticity.axialCondition)
    return try TexturedMaterial(
      model: model, geometry: geometry,
      expansion: crystal.map { .crystal($0, shell: settings.axis) } ?? .volumetric,
      elasticity: elasticity.kind == .isotropic
        ? .isotropic : .crystal(elasticity.crystal, shell: settings.axis),
      diffusivityFactor: diffusivity)
  }

  private func outcome<Material: ParticleMaterial>(
    mesh: ElementMesh, material: Material, axes: [SIMD3<Double>?], warps: Bool, _ context: RunContext
  ) throws -> CyclingOutcome {
    let transport = try MeshTransport(mesh: mesh, material: material, kinetics: kinetics)
    let result = try follow(transport, context)
    var outcome = outcome(of: result)
    let kept = shown(result)
    let mechanics = try MeshMechanics(
      mesh: mesh, material: material, axialCondition: parameters.elasticity.axialCondition, warps: warps)
    let lithiations = kept.map(\.state.lithiation)
    let displacements = try mechanics.displacements(lithiations: lithiations)
    let split = RegionNodes(mesh)
    let stresses = zip(displacements, lithiations).map { moved, lithiation in
      mechanics.stress(displacement: moved, lithiation: lithiation).nodalValues(split)
    }
    let cracking = try CyclingCracking(parameters)
    var fields = CyclingFields(
      mesh, split, axes: axes, times: kept.map(\.time), lithiations: lithiations, displacements: displacements,
      stresses: stresses)
    try fields.followBoundaries(of: mesh, split, cracking)
    outcome.drivers = try cracking.drivers(fields, surfaceNodes: mesh.surfaceEntries(split))
    outcome.fields = fields
    outcome.statistics = [
      Double(mesh.nodeCount), Double(mesh.elementCount), Double(result.statistics.accepted),
      Double(result.statistics.rejected), balanceDefect(outcome.course), Double(kept.count),
    ]
    outcome.settleHeadlines()
    return outcome
  }
}
