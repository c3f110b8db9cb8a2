internal import Foundation

/// What is doubtful about a scan that can be reconstructed all the same.
public enum ScanWarning: Sendable, Hashable, CustomStringConvertible {
  /// Fewer positions than object and probe ask for.
  case fewPositions(count: Int)
  /// Neighbouring illuminations share too little: 1 − step/diameter.
  case smallOverlap(overlap: Double, step: Double, diameter: Double)
  /// The probe is wider than half its window.
  case probeWiderThanHalfTheWindow(diameter: Double, window: Double)
  /// Patterns without a single count.
  case emptyPatterns(indices: [Int])
  /// Positions far from all others.
  case isolatedPositions(indices: [Int], distance: Double)
  /// The positions form a lattice.
  case regularGrid(step: Double)
  /// Two positions are the same.
  case repeatedPositions(count: Int)
  /// The file's centre and the one found lie apart.
  case centreDisagrees(stated: PixelPosition, found: PixelPosition)
  /// Much of the window was not measured.
  case muchMasked(fraction: Double)
  /// Frames hold numbers with fractions.
  case fractionsRounded(largest: Double)

  public var description: String {
    func list(_ indices: [Int]) -> String {
      indices.prefix(6).map(String.init).joined(separator: ", ") + (indices.count > 6 ? ", ..." : "")
    }
    func percent(_ fraction: Double) -> String { String(format: "%.0f %%", 100 * fraction) }
    switch self {
    case .fewPositions(let count):
      return "\(count) positions are few: object and probe are told apart by the overlap of many; expect artefacts"
    case .smallOverlap(let overlap, let step, let diameter):
      return
        "neighbouring positions (step \(micrometres(step)), probe \(micrometres(diameter))) overlap by \(percent(overlap)); 60 % and more is usual, and below 40 % object and probe mix; scan more finely or enlarge the probe"
    case .probeWiderThanHalfTheWindow(let diameter, let window):
      return
        "the probe is \(micrometres(diameter)) wide, more than half of its window of \(micrometres(window)): the patterns are sampled too coarsely for it; keep more of the detector or bring the sample nearer to the focus"
    case .emptyPatterns(let indices):
      return
        "\(indices.count) patterns have no count (\(list(indices))): the beam was off or the shutter closed; they pull the object to zero where they lie, so leave them out"
    case .isolatedPositions(let indices, let distance):
      return
        "\(indices.count) positions (\(list(indices))) are \(micrometres(distance)) or more from all others: they overlap nothing; check the positions' file"
    case .regularGrid(let step):
      return
        "the positions form a regular grid of \(micrometres(step)): its period passes into object and probe (raster pathology); expect a grid of artefacts, or let the probe's support be kept"
    case .repeatedPositions(let count):
      return "\(count) positions occur more than once; is the positions' file that of these frames?"
    case .centreDisagrees(let stated, let found):
      return String(
        format:
          "the file puts the pattern's centre at row %.1f, column %.1f, but the patterns are symmetric about row %.1f, column %.1f; the file's is used, which tilts the phase if it is wrong",
        stated.row, stated.column, found.row, found.column)
    case .muchMasked(let fraction):
      return "\(percent(fraction)) of the window was not measured; check the mask (1 may mean good)"
    case .fractionsRounded(let largest):
      return String(
        format:
          "the frames hold numbers with fractions (largest %.4g), which are rounded to counts; give the scale if they are not counts",
        largest)
    }
  }
}
