public import Pipeline
public import Quantities

extension OrientationIndexingStage {
  /// How patterns become orientations.
  public struct Parameters: ExperimentDecodable {
    @Setting(
      "bands (detected bands are put together) or dictionary (held against simulated patterns of all orientations)",
      default: .bands)
    public var method: Method
    @Setting("which bands count: bright, or both (inverted ones too, where a foil is thick)", default: .bright)
    public var contrast: Contrast
    @Setting("the most bands of a pattern", default: 12, in: 4...30)
    public var bands: Int
    @Setting("the fewest bands that an orientation must explain", default: 4, in: 3...20)
    public var leastBands: Int
    @Setting(
      "largest angle between a detected band and the one that explains it", default: 2 * .degree,
      in: 0.1 * .degree...10 * .degree)
    public var tolerance: Angle
    @Setting("spacing of the dictionary's orientations", default: 4 * .degree, in: 1 * .degree...15 * .degree)
    public var dictionaryStep: Angle
    @Setting("whether patterns are divided by the static background that their file holds", default: true)
    public var staticBackground: Bool
    @Setting(
      "degree of a polynomial that is fitted to each pattern and subtracted, for the steep gradients of transmission; 0 subtracts nothing",
      default: 0, in: 0...6)
    public var backgroundPolynomial: Int
    @Setting(
      "standard deviation of the blur that is subtracted from a pattern, over its width; 0 subtracts nothing",
      default: 0.125, in: 0...1)
    public var backgroundBlur: Double
    @Setting(
      "what neighbours in the map add to a pattern before anything else: unused, gaussian (by their distance: less noise, blurred boundaries) or alike (by how alike their patterns are, NLPAR)",
      default: .unused)
    public var neighbours: Neighbours
    @Setting("rows and columns that the neighbours of a pattern reach", default: 1, in: 1...5)
    public var neighbourRadius: Int
    @Setting(
      "how different a neighbour may be to count as alike, in standard deviations of the noise", default: 0.7,
      in: 0.05...10)
    public var neighbourLikeness: Double
    @Setting("whether orientations are refined on all pixels against the master pattern", default: true)
    public var refine: Bool
    @Setting("whether pseudo-symmetric orientations are told apart on the pattern", default: true)
    public var decidePseudoSymmetry: Bool
    @Setting(
      "standard uncertainties by which the best of the pseudo-symmetric orientations must stand above the next",
      default: 3,
      in: 0...20)
    public var decisionThreshold: Double
    @Setting("pattern centre: stated, or optimised on patterns spread over the map", default: .stated)
    public var patternCentre: Refined
    @Setting(
      "ratio c/a of the first phase: stated, or optimised on patterns spread over the map, together with the pattern centre",
      default: .stated)
    public var axialRatio: Refined
    @Setting("patterns on which pattern centre and c/a are optimised", default: 25, in: 1...10_000)
    public var optimisedPatterns: Int
    @Setting(
      "orientations with a larger mean deviation of their bands count as not indexed", default: 2 * .degree,
      in: 0.05 * .degree...10 * .degree)
    public var largestFit: Angle

    public init() {}

    public enum Method: String, SettingChoice { case bands, dictionary }
    public enum Neighbours: String, SettingChoice { case unused, gaussian, alike }
    public enum Contrast: String, SettingChoice { case bright, both }
    public enum Refined: String, SettingChoice { case stated, optimised }
  }
}
