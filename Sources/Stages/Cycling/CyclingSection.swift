import ArrayMath
import Crystallography
import ElectronDiffraction
import Foundation
import ParticleMechanics
import Pipeline
import Quantities

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
    var outline =
      if let corners = parameters.mesh.outline {
        try MeshOutline.polygon(corners.map { SIMD2($0[0], $0[1]) * 1e-6 })
      } else {
        try MeshOutline.disc(radius: radius)
      }
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
    case .nanorods:
      let rods = try NanorodTexture(
        outline: outline, coreRadius: parameters.transitionRadius.si * radius,
        grainWidth: settings.rodWidth.si * radius,
        axes: settings.texture == .inPlane ? .hoop : .tangentialPlane, using: &generator)
      mesh = try mesher.mesh(rods.grains.partition)
      let frames =
        settings.texture == .random ? rods.frames.map { _ in GrainFrame.random(using: &generator) } : rods.frames
      grains = try Self.grains(frames, model)
    case .orientation:
      guard let map = model.input.map else {
        throw StageDocumentError(path: "grains.orientation", problem: "there is no orientation map")
      }
      let mapped = try Self.mapped(map)
      // The section is as large as the map shows it; its elements are measured by it too.
      let reach = mapped.partition.points.map { ($0 * $0).sum().squareRoot() }.max() ?? radius
      mesh = try SectionMesher(elementSize: parameters.mesh.elementSize.si * reach).mesh(mapped.partition)
      if let contact = parameters.contact { mesh.wet(contact) }
      grains = try Self.grains(mapped.frames, model)
      if mapped.filledPoints > 0 || mapped.droppedPoints > 0 {
        grains?.warnings.append(
          "\(mapped.filledPoints) points of the map that belonged to no grain were given to their neighbours, \(mapped.droppedPoints) apart from the section were left out."
        )
      }
    }
  }

  /// The grains of an orientation map, in the model's frame.
  private static func mapped(_ map: OrientationGrains) throws -> MappedGrains {
    let found = map.grains.grains
    var frames: [Int: GrainFrame] = [:]
    for (label, grain) in found.enumerated() {
      // Rotations take sample to crystal coordinates; axes of the crystal are wanted in the frame of the map.
      func axis(_ direction: SIMD3<Double>) -> SIMD3<Double> {
        map.map.mapToSample.inverse(grain.meanOrientation.inverse(direction))
      }
      frames[label] = try GrainFrame(x: axis(SIMD3(1, 0, 0)), y: axis(SIMD3(0, 1, 0)), z: axis(SIMD3(0, 0, 1)))
    }
    let grid = map.map.grid
    return try GrainLabelMap(
      rows: grid.rows, columns: grid.columns, labels: map.grains.labels.map { Int($0) }, stepX: grid.stepX,
      stepY: grid.stepY
    ).grains(frames: frames)
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

extension ElementMesh {
  /// Names the sides of the outside whose middle lies in a range of directions from the origin as wetted.
  mutating func wet(_ contact: ParticleCyclingStage.ContactSettings) {
    guard let count = shape.facet?.nodeCount else { return }
    let sides = surfaceFacets()
    var wetted: [Int32] = []
    for start in stride(from: 0, to: sides.count, by: count) {
      let middle = position(Int(sides[start])) + position(Int(sides[start + 1]))
      var angle = atan2(middle.y, middle.x) - contact.from.si
      angle -= 2 * .pi * (angle / (2 * .pi)).rounded(.down)
      if angle <= contact.to.si - contact.from.si { wetted += sides[start..<start + count] }
    }
    boundaries[BoundaryName.wetted] = wetted
  }
}
