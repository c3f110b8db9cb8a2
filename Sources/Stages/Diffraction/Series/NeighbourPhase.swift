import Crystallography
public import Pipeline
import PowderDiffraction

/// A cubic metal beside the sample whose lines are fitted along with the sample's.
public enum NeighbourPhase: String, SettingChoice {
  case aluminium = "Al"
  case tungsten = "W"
  case platinum = "Pt"
  case lithium = "Li"
  case copper = "Cu"

  /// Edge of the cell at 25 °C, in metres: Swanson & Tatge, NBS Circular 539 I (1953), lithium Nadler & Kempter, Anal.
  /// Chem. 31, 2109 (1959).
  var edge: Double {
    switch self {
    case .aluminium: 4.0494e-10
    case .tungsten: 3.1648e-10
    case .platinum: 3.9231e-10
    case .lithium: 3.5100e-10
    case .copper: 3.6149e-10
    }
  }

  /// Im-3m of the body-centred metals, Fm-3m of the others.
  var spaceGroup: SpaceGroup {
    get throws { try SpaceGroup(number: self == .tungsten || self == .lithium ? 229 : 225) }
  }

  var cell: UnitCell { UnitCell(cubic: edge) }

  /// The reflections down to a spacing in metres.
  func reflections(minimumSpacing: Double) throws -> [Reflection] {
    try spaceGroup.reflections(cell: cell, minimumSpacing: minimumSpacing)
  }
}
