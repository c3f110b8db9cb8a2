public import ArrayMath

/// A part of an image in which every pixel that counts can be reached from every other over its four neighbours.
///
/// Its phase has a constant of its own: what lies between two regions is unknown, so is the number of turns.
public struct UnwrappedRegion: Sendable, Hashable {
  /// Pixels in the region.
  public let count: Int
  /// The rows it reaches over.
  public let rows: Range<Int>
  /// The columns it reaches over.
  public let columns: Range<Int>
}

/// A phase without jumps of whole turns, and what is to be known about it.
public struct UnwrappedPhase: Sendable {
  /// Radians; NaN where a pixel does not count. In each region, most pixels keep the value that they had wrapped.
  public let phase: ScalarImage
  /// The residues of the wrapped phase: more than none inside the object speak of a path that was chosen.
  public let residues: PhaseResidues
  /// The regions, ordered by their first pixel in C order. More than one: their constants are not known relative to each
  /// other.
  public let regions: [UnwrappedRegion]
  /// The region of each pixel, −1 where a pixel does not count.
  public let regionOfPixel: Image<Int32>
  /// Passes of the conjugate gradients; 0 with methods that have none.
  public let passes: Int
  /// Whether the conjugate gradients reached their tolerance; true with methods that have none.
  public let converged: Bool

  /// The phase with whole turns taken off each region so that its mean over the air in it is as close to 0 as can be.
  ///
  /// Regions without air stay as they are.
  ///
  /// - Parameter air: true where nothing is in the beam.
  /// - Throws: ``ImageAnalysisError`` where `air` has another extent.
  public func anchored(inAir air: Image<Bool>) throws -> UnwrappedPhase {
    try ImageAnalysisError.requireSameShape(air.shape, phase.shape, "the air mask")
    var sums = [(sum: Double, count: Int)](repeating: (0, 0), count: regions.count)
    for index in 0..<phase.shape.count where air.pixels[index] && regionOfPixel.pixels[index] >= 0 {
      let region = Int(regionOfPixel.pixels[index])
      sums[region].sum += Double(phase.pixels[index])
      sums[region].count += 1
    }
    let offsets = sums.map { $0.count == 0 ? 0 : 2 * Double.pi * ($0.sum / Double($0.count) / (2 * .pi)).rounded() }
    var moved = phase
    for index in 0..<phase.shape.count where regionOfPixel.pixels[index] >= 0 {
      moved.pixels[index] = Float(Double(phase.pixels[index]) - offsets[Int(regionOfPixel.pixels[index])])
    }
    return UnwrappedPhase(
      phase: moved, residues: residues, regions: regions, regionOfPixel: regionOfPixel, passes: passes,
      converged: converged)
  }
}
