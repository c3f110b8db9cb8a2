/// A damaged section at the end of a load step.
public struct FractureState: Sendable, Hashable {
  /// d of each node, 0 (whole) to 1 (broken).
  public var damage: [Double]
  /// x and y component of each node in turn, in metres.
  public var displacement: [Double]
  /// Energy in the body, in J per metre across the section.
  public var elasticEnergy: Double
  /// Energy spent on cracks: G_c times their length, in J/m. With ``FractureSettings/allowsForOpenRow`` G_c is what was
  /// given, else up to 1 + h/(2 l) of it appears here.
  public var surfaceEnergy: Double
  /// Work of the prescribed displacements since the start, in J/m, by the trapezoidal rule over the steps.
  public var externalWork: Double
  /// The forces that hold the prescribed displacements, in their order, in N/m.
  public var reactions: [Double]
  /// Alternations that the step took.
  public var iterations: Int
  /// Stress of the damaged solid in each triangle of ``PhaseFieldFracture``'s own mesh, in the section, in pascals.
  public var stress: [SymmetricTensor3]
}

/// A displacement that is given: of one component of one node.
public struct PrescribedDisplacement: Sendable, Hashable {
  public var node: Int
  /// 0 for x, 1 for y.
  public var axis: Int
  /// In metres, at the start.
  public var value: Double

  public init(node: Int, axis: Int, value: Double = 0) {
    self.node = node
    self.axis = axis
    self.value = value
  }
}
