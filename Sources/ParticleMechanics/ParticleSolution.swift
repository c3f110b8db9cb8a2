import Foundation

/// A quantity that can be drawn over the section.
public enum FieldQuantity: Sendable, Hashable {
  /// The lithiation, 0...1.
  case lithiation
  /// Displacement along the radius, in metres.
  case radialDisplacement
  /// A component of the stress, in pascals.
  case stress(StressComponent)
}

/// A protocol's states on their mesh, and how to read them.
public struct ParticleSolution: Sendable {
  public let model: ParticleModel
  public let mesh: SectorMesh
  /// A state for each output time, legs in order, mechanics solved.
  public let states: [ParticleState]
  public let transportStatistics: TransportStatistics
  /// Displacement components solved for.
  public let mechanicsUnknowns: Int
  /// Extrema of the stress are reported from this radius on, in metres: an all-shell particle's stress is singular at
  /// the centre, others' is not and theirs is zero.
  public let singularityCutOff: Double

  /// - Parameters:
  ///   - singularityCutOff: in metres; where none is given, a tenth of the radius of an all-shell particle and zero
  ///     for others.
  /// - Precondition: the states belong to the mesh and their mechanics are solved.
  public init(
    model: ParticleModel, mesh: SectorMesh, states: [ParticleState], transportStatistics: TransportStatistics,
    mechanicsUnknowns: Int, singularityCutOff: Double? = nil
  ) {
    precondition(
      states.allSatisfy { $0.lithiation.count == mesh.nodeCount && $0.displacement.count == 2 * mesh.nodeCount },
      "states of this mesh with their mechanics solved")
    self.model = model
    self.mesh = mesh
    self.states = states
    self.transportStatistics = transportStatistics
    self.mechanicsUnknowns = mechanicsUnknowns
    self.singularityCutOff = singularityCutOff ?? (model.structure == .allShell ? 0.1 * model.radius : 0)
  }

  /// The stress of a state, computed from its displacements.
  public func stressField(_ state: ParticleState) -> StressField {
    StressField(
      mesh: mesh, model: model, lithiation: state.lithiation, displacement: state.displacement,
      axialStrain: state.axialStrain)
  }

  /// Lithiation, stress and displacement along a radius.
  public struct Profile: Sendable, Hashable {
    /// Distances from the centre, in metres.
    public var radii: [Double]
    public var lithiation: [Double]
    /// In pascals.
    public var radialStress: [Double]
    public var hoopStress: [Double]
    public var axialStress: [Double]
    /// In metres.
    public var radialDisplacement: [Double]
  }

  /// Reads a state along a radius.
  ///
  /// - Parameters:
  ///   - state: a state of this solution's mesh, mechanics solved.
  ///   - angle: of the radius, from the x axis, in radians, 0...π/2.
  ///   - radii: distances from the centre, in metres.
  public func radialProfile(_ state: ParticleState, angle: Double, radii: [Double]) -> Profile {
    let field = stressField(state)
    var profile = Profile(
      radii: radii, lithiation: [], radialStress: [], hoopStress: [], axialStress: [], radialDisplacement: [])
    let direction = SIMD2.direction(angle)
    for radius in radii {
      let place = mesh.locate(radius: radius, angle: angle)
      let stress = field.polar(element: place.element, xi: place.xi, eta: place.eta)
      profile.lithiation.append(lithiation(state, place))
      profile.radialStress.append(stress.radial)
      profile.hoopStress.append(stress.hoop)
      profile.axialStress.append(stress.axial)
      profile.radialDisplacement.append((displacement(state, place) * direction).sum())
    }
    return profile
  }

  /// A picture of a quantity: `pixels` × `pixels` values, row by row from the top, y up in the model and so the first
  /// row at the largest y; not a number outside the particle.
  ///
  /// The picture covers 0...R along x and y; a value is that at the middle of its pixel.
  public func raster(_ state: ParticleState, _ quantity: FieldQuantity, pixels: Int) -> [Float] {
    rasters(state, [quantity], pixels: pixels)[0]
  }

  /// Pictures of several quantities of one state, as ``raster(_:_:pixels:)``, each place looked up once.
  public func rasters(_ state: ParticleState, _ quantities: [FieldQuantity], pixels: Int) -> [[Float]] {
    precondition(pixels > 0, "a picture has pixels")
    let needsStress = quantities.contains { if case .stress = $0 { true } else { false } }
    let field = needsStress ? stressField(state) : nil
    var pictures = quantities.map { _ in [Float](repeating: .nan, count: pixels * pixels) }
    let size = mesh.radius / Double(pixels)
    for row in 0..<pixels {
      let y = (Double(pixels - 1 - row) + 0.5) * size
      for column in 0..<pixels {
        let x = (Double(column) + 0.5) * size
        let radius = (x * x + y * y).squareRoot()
        guard radius <= mesh.radius else { continue }
        let place = mesh.locate(radius: radius, angle: atan2(y, x))
        let (cosine, sine) = (x / radius, y / radius)
        let tensor = field.map { field in
          let polar = field.polar(element: place.element, xi: place.xi, eta: place.eta)
          return SymmetricTensor(
            radial: polar.radial, hoop: polar.hoop, axial: polar.axial, shear: polar.shear, cosine: cosine, sine: sine)
        }
        for (picture, quantity) in quantities.enumerated() {
          let value: Double
          switch quantity {
          case .lithiation: value = lithiation(state, place)
          case .radialDisplacement: value = (displacement(state, place) * SIMD2(cosine, sine)).sum()
          case .stress(let component):
            guard let tensor else { continue }
            value = component.value(of: tensor, cosine: cosine, sine: sine)
          }
          pictures[picture][row * pixels + column] = Float(value)
        }
      }
    }
    return pictures
  }

  private func lithiation(_ state: ParticleState, _ place: (element: Int, xi: Double, eta: Double)) -> Double {
    let shape = BiquadraticElement.shape(xi: place.xi, eta: place.eta).value
    var sum = 0.0
    for local in 0..<9 { sum += shape[local] * state.lithiation[Int(mesh.elements[9 * place.element + local])] }
    return sum
  }

  private func displacement(
    _ state: ParticleState, _ place: (element: Int, xi: Double, eta: Double)
  ) -> SIMD2<Double> {
    let shape = BiquadraticElement.shape(xi: place.xi, eta: place.eta).value
    var sum = SIMD2<Double>.zero
    for local in 0..<9 {
      let node = Int(mesh.elements[9 * place.element + local])
      sum += shape[local] * SIMD2(state.displacement[2 * node], state.displacement[2 * node + 1])
    }
    return sum
  }
}

extension SIMD2<Double> {
  /// The unit vector at an angle from the x axis, in radians.
  static func direction(_ angle: Double) -> SIMD2<Double> {
    SIMD2(cos(angle), sin(angle))
  }
}
