internal import ArrayMath

/// How stress acts back on transport: lithium moves along the gradient of its chemical potential
///
///     μ = μ_c(u) − p / c_max,   p = σ : ∂ε*/∂u,   J = −D [∇u − ∇p / (c_max ∂μ_c/∂u)]
///
/// with J the flux of lithiation. p is the partial molar strain's work, c_max Ω σ_h for isotropic expansion; it holds for
/// any eigenstrain. F. Larché, J. W. Cahn, Acta Metall. 33 (1985) 331; X. Zhang, W. Shyy, A. M. Sastry, J. Electrochem.
/// Soc. 154 (2007) A910.
public struct MeshStressCoupling: Sendable {
  /// c_max, in mol/m³.
  public var maximumConcentration: Double
  /// ∂μ_c/∂u in J/mol, positive, at a lithiation.
  public var potentialSlope: @Sendable (Double) -> Double

  public init(maximumConcentration: Double, potentialSlope: @escaping @Sendable (Double) -> Double) {
    self.maximumConcentration = maximumConcentration
    self.potentialSlope = potentialSlope
  }

  /// An ideal solution, μ_c = R T ln u.
  public static func idealSolution(maximumConcentration: Double, temperature: Double = 298.15) -> MeshStressCoupling {
    MeshStressCoupling(maximumConcentration: maximumConcentration) { u in
      PhysicalConstants.gasConstant * temperature / max(u, 1e-6)
    }
  }

  /// The measured open-circuit voltage, μ_c = −F U(u).
  public static func openCircuit(_ kinetics: SurfaceKinetics) -> MeshStressCoupling {
    MeshStressCoupling(maximumConcentration: kinetics.maximumConcentration) { u in
      -PhysicalConstants.faraday * kinetics.openCircuitVoltage.slope(u)
    }
  }

  /// w = 1 / (c_max ∂μ_c/∂u), in 1/Pa.
  func weight(_ lithiation: Double) -> Double {
    1 / (maximumConcentration * potentialSlope(lithiation))
  }
}

/// The work p = σ : ∂ε*/∂u of a distribution of lithium, as a nodal field.
///
/// The stress of the elements jumps between them; its projection in the mean square on the nodes' shape functions has the
/// gradient that transport needs. Across a grain boundary, where p itself jumps, it is smeared over an element.
final class MeshStressPotential<Material: ParticleMaterial> {
  let mechanics: MeshMechanics<Material>
  private let mass: CholeskyFactor
  private let quadrature: ElementQuadrature
  /// The displacement of a distribution of lithium at a time.
  var displacement: (_ lithiation: [Double], _ time: Double) throws -> MeshDisplacement

  init(mechanics: MeshMechanics<Material>, system: MeshTransportSystem<Material>) throws(CholeskyError) {
    self.mechanics = mechanics
    quadrature = system.quadrature
    mass = try CholeskyFactor(pattern: system.pattern)
    try mass.factorise(system.mass.values)
    displacement = { lithiation, _ in try mechanics.displacements(lithiations: [lithiation])[0] }
  }

  /// p of each node, in pascals.
  func values(_ lithiation: [Double], time: Double) throws -> [Double] {
    let moved = try displacement(lithiation, time)
    var sums = [Double](repeating: 0, count: lithiation.count)
    let material = mechanics.material
    lithiation.withUnsafeBufferPointer { lithiation in
      moved.values.withUnsafeBufferPointer { displacement in
        sums.withUnsafeMutableBufferPointer { sums in
          quadrature.forEachElement { points in
            for point in 0..<points.pointCount {
              let place = points.material(point)
              let total = points.strain(
                point, of: displacement, components: moved.components, axialStrain: moved.axialStrain)
              let free = material.eigenstrain(at: place, lithiation: points.value(point, of: lithiation))
              let stress = material.stiffness(at: place)(total - free.value)
              let slope = free.slope
              let normal = stress.xx * slope.xx + stress.yy * slope.yy + stress.zz * slope.zz
              let shear = stress.yz * slope.yz + stress.xz * slope.xz + stress.xy * slope.xy
              let work = points.volumes[point] * (normal + 2 * shear)
              for (local, node) in points.nodes.enumerated() {
                sums[Int(node)] += work * points.values[point * points.nodes.count + local]
              }
            }
          }
        }
      }
    }
    try mass.solve(inPlace: &sums)
    return sums
  }
}
