public import Crystallography

/// A crystalline phase of a whole-pattern refinement: its symmetry and cell, no atoms.
public struct WholePatternPhase: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// The space group; its extinctions decide which reflections there are.
  public var spaceGroup: SpaceGroup
  /// The cell to begin with, or the known one.
  public var cell: UnitCell
  /// Whether the free parameters of the crystal system are refined.
  public var refinesCell: Bool
  /// The reflections to use; nil for all that the group allows.
  public var only: Set<MillerIndices>?
  /// Widths of the sample beside those of the instrument: u and x of microstrain, y of crystallite size; v and w are
  /// not used.
  public var broadening: InstrumentProfile
  /// Which of u, x and y of the sample are refined.
  public var refinedBroadening: Set<WidthParameter>

  public init(
    _ name: String, spaceGroup: SpaceGroup, cell: UnitCell, refinesCell: Bool = true, only: Set<MillerIndices>? = nil,
    broadening: InstrumentProfile = InstrumentProfile(w: 0), refinedBroadening: Set<WidthParameter> = []
  ) {
    self.name = name
    self.spaceGroup = spaceGroup
    self.cell = cell
    self.refinesCell = refinesCell
    self.only = only
    self.broadening = broadening
    self.refinedBroadening = refinedBroadening
  }

  /// The crystal system in the setting of the cell.
  public var system: CellSystem { CellSystem(spaceGroup, cell: cell) }
}
