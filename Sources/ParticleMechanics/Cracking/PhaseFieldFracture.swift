internal import ArrayMath

/// Cracks in a section, smeared over a length l, that grow where that lowers the energy, and never heal.
///
///     E(u, d) = ∫ g(d) ψ⁺ + ψ⁻ dV + G_c/(4 c) ∫ (w(d)/l + l |∇d|²) dV,    g = (1 − d)² (1 − k) + k
///
/// is minimised alternately in the displacement u and the damage d, with d nowhere below its value at the step before.
/// Each alternation lowers the energy. Plane strain; loads are the eigenstrain of the lithium and displacements that are
/// given. Linear triangles carry both fields (quadratic elements are cut up), and those that may break must not be
/// larger than l/4.
///
/// B. Bourdin, G. A. Francfort, J.-J. Marigo, J. Mech. Phys. Solids 48 (2000) 797; K. Pham, H. Amor, J.-J. Marigo, C.
/// Maurini, Int. J. Damage Mech. 20 (2011) 618.
public final class PhaseFieldFracture<Material: ParticleMaterial> {
  public let settings: FractureSettings
  /// The state after the last step; undamaged and unstrained at first.
  public private(set) var state: FractureState
  /// Largest element that may break, in metres.
  public let largestElement: Double

  private let material: Material
  private let mesh: FractureMesh
  private let stiffness: [Stiffness]
  private let prescribed: [PrescribedDisplacement]
  private let displacement: FractureDisplacement
  private let damage: FractureDamage
  private var elements: [FractureElement]

  /// - Parameters:
  ///   - mesh: a section. Nodes on `symmetry-x` and `symmetry-y` are held across these planes.
  ///   - fractureEnergy: G_c at a place, in J/m²; infinite where nothing may break, and there elements may be large.
  ///   - prescribed: displacements that are given. Without these and planes of symmetry, three components are held so
  ///     that the section does not float.
  ///   - initialDamage: d of each node at the start: 1 along a notch; see ``damage(from:to:on:)``.
  public init(
    mesh: ElementMesh, material: Material, settings: FractureSettings,
    fractureEnergy: (_ point: MaterialPoint) -> Double, prescribed: [PrescribedDisplacement] = [],
    initialDamage: [Double]? = nil
  ) throws(CrackingError) {
    try settings.validate()
    let pieces = try FractureMesh(mesh)
    var elements: [FractureElement] = []
    var stiffness: [Stiffness] = []
    var largest = 0.0
    for triangle in 0..<pieces.count {
      let place = pieces.material(triangle)
      let toughness = fractureEnergy(place)
      guard toughness > 0 else {
        throw .outOfRange(name: "the fracture energy", value: toughness, expected: "a positive number of J/m²")
      }
      let size = pieces.size(of: triangle)
      if toughness.isFinite { largest = max(largest, size) }
      stiffness.append(material.stiffness(at: place))
      elements.append(
        try FractureElement(
          stiffness[triangle], toughness: toughness / settings.openRowFactor(elementSize: size)))
    }
    guard largest <= 0.25 * settings.lengthScale * (1 + 1e-9) else {
      throw .meshTooCoarse(elementSize: largest, lengthScale: settings.lengthScale)
    }
    var start = [Double](repeating: 0, count: pieces.nodeCount)
    if let initialDamage {
      guard initialDamage.count == pieces.nodeCount, initialDamage.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
        throw .invalidField(
          name: "the initial damage",
          reason: "\(initialDamage.count) values; expected one from 0 to 1 for each of \(pieces.nodeCount) nodes")
      }
      start = initialDamage
    }
    let held = try Self.heldComponents(mesh, pieces, prescribed)
    self.mesh = pieces
    self.material = material
    self.settings = settings
    self.stiffness = stiffness
    self.elements = elements
    self.prescribed = prescribed
    largestElement = largest
    displacement = try FractureDisplacement(mesh: pieces, held: held, splits: settings.split != .none)
    damage = try FractureDamage(mesh: pieces, elements: elements, settings: settings)
    state = FractureState(
      damage: start, displacement: [Double](repeating: 0, count: 2 * pieces.nodeCount), elasticEnergy: 0,
      surfaceEnergy: 0, externalWork: 0, reactions: [Double](repeating: 0, count: prescribed.count), iterations: 0,
      stress: [SymmetricTensor3](repeating: SymmetricTensor3(), count: pieces.count))
    for item in prescribed { state.displacement[2 * item.node + item.axis] = item.value }
    state.surfaceEnergy = surfaceEnergy(start)
  }

  /// Goes to the next load.
  ///
  /// - Parameters:
  ///   - lithiation: a value for each node; nil without eigenstrain.
  ///   - prescribed: the given displacements, in their order; nil keeps them.
  ///   - progress: called after each alternation with its number and the largest change of damage; false stops.
  /// - Returns: the new state, which is also ``state``. After an error the state is what it was.
  @discardableResult
  public func advance(
    lithiation: [Double]? = nil, prescribed values: [Double]? = nil, progress: ((Int, Double) -> Bool)? = nil
  ) throws(CrackingError) -> FractureState {
    if let lithiation, lithiation.count != mesh.nodeCount {
      throw .invalidField(
        name: "the lithiation", reason: "\(lithiation.count) values; expected one for each of \(mesh.nodeCount) nodes")
    }
    if let values, values.count != prescribed.count || !values.allSatisfy(\.isFinite) {
      throw .invalidField(
        name: "the prescribed displacements",
        reason: "\(values.count) values; expected \(prescribed.count) finite ones")
    }
    let previous = state
    var loaded = elements
    for triangle in 0..<mesh.count {
      let strain =
        lithiation.map { material.eigenstrain(at: mesh.material(triangle), lithiation: mesh.mean($0, triangle)).value }
      loaded[triangle].relax(stiffness[triangle], eigenstrain: strain ?? SymmetricTensor3())
    }
    var next = previous
    for (item, value) in zip(prescribed, values ?? []) { next.displacement[2 * item.node + item.axis] = value }
    var change = Double.infinity
    next.iterations = 0
    while change > settings.tolerance {
      guard next.iterations < settings.maximumIterations else {
        throw .notConverged(iterations: next.iterations, change: change, tolerance: settings.tolerance)
      }
      try displacement.solve(
        elements: loaded, degradation: degradation(next.damage), displacement: &next.displacement)
      let renewed = try damage.solve(
        elements: loaded, drive: drive(loaded, next.displacement), bound: previous.damage, start: next.damage)
      change = zip(renewed, next.damage).reduce(0) { max($0, abs($1.0 - $1.1)) }
      next.damage = renewed
      next.iterations += 1
      if progress?(next.iterations, change) == false { break }
    }
    elements = loaded
    finish(&next, after: previous)
    state = next
    return next
  }

  /// The energies, stresses and reactions of a solution.
  private func finish(_ next: inout FractureState, after previous: FractureState) {
    let g = degradation(next.damage)
    let splits = settings.split != .none
    var forces = [Double](repeating: 0, count: 2 * mesh.nodeCount)
    next.elasticEnergy = 0
    for triangle in 0..<mesh.count {
      let strain = displacement.strain(triangle, next.displacement)
      let parts = elements[triangle].energies(xx: strain.x, yy: strain.y, xy: strain.z, splits: splits)
      next.elasticEnergy += mesh.areas[triangle] * (g[triangle] * parts.lost + parts.kept)
      let stress = displacement.stress(elements[triangle], degradation: g[triangle], strain: strain)
      next.stress[triangle] = SymmetricTensor3(xx: stress.x, yy: stress.y, xy: stress.z)
      for corner in 0..<3 {
        let node = Int(mesh.triangles[3 * triangle + corner])
        let gradient = mesh.areas[triangle] * mesh.gradients[3 * triangle + corner]
        forces[2 * node] += gradient.x * stress.x + gradient.y * stress.z
        forces[2 * node + 1] += gradient.y * stress.y + gradient.x * stress.z
      }
    }
    next.surfaceEnergy = surfaceEnergy(next.damage)
    next.reactions = prescribed.map { forces[2 * $0.node + $0.axis] }
    for (index, item) in prescribed.enumerated() {
      let component = 2 * item.node + item.axis
      let moved = next.displacement[component] - previous.displacement[component]
      next.externalWork += 0.5 * (next.reactions[index] + previous.reactions[index]) * moved
    }
  }

  /// g of each triangle: the mean of its nodes.
  private func degradation(_ damage: [Double]) -> [Double] {
    let rest = settings.residualStiffness
    return (0..<mesh.count).map { triangle in
      var sum = 0.0
      for corner in 0..<3 {
        let whole = 1 - damage[Int(mesh.triangles[3 * triangle + corner])]
        sum += whole * whole
      }
      return rest + (1 - rest) * sum / 3
    }
  }

  private func drive(_ elements: [FractureElement], _ field: [Double]) -> [Double] {
    (0..<mesh.count).map { triangle in
      let strain = displacement.strain(triangle, field)
      let parts = elements[triangle].energies(
        xx: strain.x, yy: strain.y, xy: strain.z, splits: settings.split != .none)
      return (1 - settings.residualStiffness) * parts.lost
    }
  }

  private func surfaceEnergy(_ damage: [Double]) -> Double {
    let length = settings.lengthScale
    var sum = 0.0
    for triangle in 0..<mesh.count where elements[triangle].toughness.isFinite {
      var (local, gradient) = (0.0, SIMD2<Double>.zero)
      for corner in 0..<3 {
        let d = damage[Int(mesh.triangles[3 * triangle + corner])]
        local += (settings.dissipation == .at1 ? d : d * d) / 3
        gradient += d * mesh.gradients[3 * triangle + corner]
      }
      let factor = settings.dissipation == .at1 ? 0.375 : 0.5
      let density = local / length + length * (gradient * gradient).sum()
      sum += mesh.areas[triangle] * factor * elements[triangle].toughness * density
    }
    return sum
  }
}
