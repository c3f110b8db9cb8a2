import FileFormats
import Foundation
import ParticleMechanics
import Pipeline
import Quantities

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
        if let warning = try SectionBlocking(section.mesh, grains.material).warning {
          outcome.warnings.append(warning.prefix(1).uppercased() + warning.dropFirst() + ".")
        }
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
    let mechanics = try MeshMechanics(
      mesh: mesh, material: material, axialCondition: parameters.elasticity.axialCondition, warps: warps)
    let transport = try MeshTransport(
      mesh: mesh, material: material, kinetics: kinetics, coupling: meshCoupling.map { ($0, mechanics) })
    // What a stage of a step is left with must not be told from the error that a step may have.
    transport.iterationTolerance = max(1e-4 * parameters.protocol.tolerance, 1e-10)
    let result = try follow(transport, context)
    var outcome = outcome(of: result)
    let kept = shown(result)
    let lithiations = kept.map(\.state.lithiation)
    let displacements = try mechanics.displacements(lithiations: lithiations)
    let split = RegionNodes(mesh)
    let stresses = zip(displacements, lithiations).map { moved, lithiation in
      mechanics.stress(displacement: moved, lithiation: lithiation)
    }
    let cracking = try CyclingCracking(parameters)
    var fields = CyclingFields(
      mesh, split, axes: axes, times: kept.map(\.time), lithiations: lithiations, displacements: displacements,
      stresses: stresses.map { $0.nodalValues(split) })
    try fields.followBoundaries(stresses, cracking)
    if parameters.cracking.phaseField, mesh.dimension == 2 {
      let states = try damage(mesh, material, lithiations: lithiations, context)
      fields.damage = states.flatMap { split.values($0) }
      let last = split.values(states.last ?? [])
      let weights = fields.nodeWeights
      let broken = zip(last, weights).reduce(0) { $0 + ($1.0 > 0.5 ? $1.1 : 0) } / weights.reduce(0, +)
      if broken > 0.2 {
        outcome.warnings.append(
          "Damage is spread over \(Int((100 * broken).rounded())) % of the particle instead of standing in cracks: the stresses are beyond what a crack of the phase field's width can relieve. Take a smaller `phase_field_width` with smaller elements, or a smaller particle."
        )
      }
    }
    outcome.drivers = try cracking.drivers(fields, surfaceNodes: mesh.surfaceEntries(split))
    outcome.fields = fields
    outcome.statistics = [
      Double(mesh.nodeCount), Double(mesh.elementCount), Double(result.statistics.accepted),
      Double(result.statistics.rejected), balanceDefect(outcome.course), Double(kept.count),
    ]
    outcome.settleHeadlines()
    return outcome
  }

  /// How stress acts back on lithium in elements; nil where it does not.
  private var meshCoupling: MeshStressCoupling? {
    guard parameters.elasticity.coupling else { return nil }
    return kinetics.map { .openCircuit($0) }
      ?? .idealSolution(
        maximumConcentration: maximumConcentration, temperature: parameters.material.temperature.si)
  }

  /// The damage of each node of the mesh at the kept states, by a phase field that follows them and never heals.
  ///
  /// - Throws: `CrackingError`, and `Interrupted`.
  private func damage<Material: ParticleMaterial>(
    _ mesh: ElementMesh, _ material: Material, lithiations: [[Double]], _ context: RunContext
  ) throws -> [[Double]] {
    let modulus = try CyclingCracking(parameters).driver.planeStrainModulus
    // The middle of each range, on the scale of factors.
    func energy(_ range: [FractureToughness]) -> Double { range[0].si * range[1].si / modulus }
    let length = parameters.cracking.phaseFieldWidth.si * mesh.reach
    let grain = energy(parameters.cracking.toughness)
    let boundary = min(energy(parameters.cracking.boundaryToughness), grain)
    let settings = FractureSettings(lengthScale: length)
    let fracture: PhaseFieldFracture<Material>
    if mesh.regionCount > 1 {
      let weak = try WeakBoundaries(
        mesh: mesh, grain: grain, boundary: boundary, halfWidth: 0.5 * length, lengthScale: length)
      fracture = try PhaseFieldFracture(
        mesh: mesh, material: material, settings: settings, fractureEnergy: { weak($0) })
    } else {
      fracture = try PhaseFieldFracture(
        mesh: mesh, material: material, settings: settings, fractureEnergy: { _ in grain })
    }
    return try lithiations.map { lithiation in
      if context.isCancelled() { throw Interrupted() }
      return try fracture.advance(lithiation: lithiation).damage
    }
  }
}

extension ElementMesh {
  /// The largest distance of a node from the origin, in metres.
  var reach: Double {
    (0..<nodeCount).map { node in
      let place = position(node)
      return (place * place).sum().squareRoot()
    }.max() ?? 0
  }
}
