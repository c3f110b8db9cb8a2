internal import Foundation

/// A length as messages write it, such as `6.82 um`.
///
/// - Parameter length: in metres.
func micrometres(_ length: Double) -> String { String(format: "%.4g um", length * 1e6) }
