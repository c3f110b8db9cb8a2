public import Crystallography
import Foundation

/// How the frame in which a program states Euler angles lies to the map that it draws.
///
/// The map's frame has x along the rows of points, y from row to row (down) and z into the drawing. All these frames
/// have z out of it, so each is half a turn away from the map's about an axis in the plane. Within the plane, a
/// direction that counts both ways is the same in settings 1 and 2, and in settings 3 and 4.
public enum EulerFrame: String, Sendable, Hashable, Codable, CaseIterable {
  /// x right, y up: Oxford Instruments and HKL Channel 5 (CS0), half a turn about x. EDAX calls it setting 4.
  case oxford
  /// x (A1, RD) down, y (A2, TD) right: EDAX's setting 1, and the frame in which patterns are indexed here; half a turn
  /// about x + y.
  case edax1
  /// x up, y left: EDAX's setting 2, half a turn about x − y.
  case edax2
  /// x left, y down: EDAX's setting 3, half a turn about y.
  case edax3
  /// The map's own frame.
  case map

  /// From the map's frame to this.
  public var fromMap: Rotation {
    let axis: SIMD3<Double>
    switch self {
    case .oxford: axis = SIMD3(1, 0, 0)
    case .edax1: axis = SIMD3(1, 1, 0)
    case .edax2: axis = SIMD3(1, -1, 0)
    case .edax3: axis = SIMD3(0, 1, 0)
    case .map: return .identity
    }
    return Rotation(axis: axis, angle: .pi)
  }

  /// The frame that EDAX numbers 1 to 4.
  public init?(edaxSetting number: Int) {
    switch number {
    case 1: self = .edax1
    case 2: self = .edax2
    case 3: self = .edax3
    case 4: self = .oxford
    default: return nil
    }
  }
}

/// Which crystal axis a program lays along x of a trigonal or hexagonal crystal's Cartesian frame; z is along c.
public enum CrystalFrame: String, Sendable, Hashable, Codable, CaseIterable {
  /// x along a: EDAX, and this program.
  case alongA = "x||a"
  /// x along a*, y along b: Oxford Instruments, HKL, Bruker.
  case alongReciprocalA = "x||a*"

  /// The orientation with x along a that a file states in this frame.
  ///
  /// a* is 30° further than a, so its frame is reached by 30° more in φ2.
  func canonical(_ orientation: Rotation, _ laueClass: LaueClass) -> Rotation {
    turn(laueClass).map { $0.inverse * orientation } ?? orientation
  }

  /// The orientation in this frame of one that has x along a.
  func stated(_ orientation: Rotation, _ laueClass: LaueClass) -> Rotation {
    turn(laueClass).map { $0 * orientation } ?? orientation
  }

  private func turn(_ laueClass: LaueClass) -> Rotation? {
    switch laueClass {
    case .trigonalLow, .trigonalHigh, .hexagonalLow, .hexagonalHigh:
      self == .alongA ? nil : Rotation(bunge: BungeEuler(degrees: 0, 0, 30))
    default: nil
    }
  }
}
