import Ptychography

/// How a scan's positions lie along rows and columns, and what the patterns say of it.
struct AxisFinding: Codable, Hashable, Sendable {
  var choice: AxisConvention
  /// E of each of ``AxisConvention/all`` after a few passes; empty where the choice was stated.
  var errors: [Double] = []
  /// What the test says, a sentence each.
  var notes: [String] = []
  /// What looks doubtful about it.
  var warnings: [String] = []

  init(choice: AxisConvention) { self.choice = choice }

  var isTested: Bool { !errors.isEmpty }
}
