import Foundation

/// A measured section: the grain of each point of a grid, with holes and points that belong to none.
///
/// The map's frame is that of an image: x along a row, y from row to row, downwards, z into the image; the point of row 0
/// and column 0 is its origin. The model's frame has y up and z out of the image: half a turn about x, which happens in
/// ``place(row:column:)`` for places and in ``GrainFrame/turnedAboutX`` for crystals, and nowhere else.
public struct GrainLabelMap: Sendable, Hashable {
  /// How the section is made whole and its boundaries are drawn.
  public struct Options: Sendable, Hashable {
    /// Gaps in the section's rim up to twice this many points wide are closed.
    public var closing: Int
    /// Holes of more points are pores and stay; nil fills all holes.
    public var largestFilledHole: Int?
    /// Pieces of grains of fewer points go to their neighbours.
    public var smallestGrain: Int
    /// How far a boundary may lie from the line through the sides of the points, in points.
    public var tolerance: Double

    public init(closing: Int = 1, largestFilledHole: Int? = nil, smallestGrain: Int = 5, tolerance: Double = 0.6) {
      self.closing = closing
      self.largestFilledHole = largestFilledHole
      self.smallestGrain = smallestGrain
      self.tolerance = tolerance
    }

    func validate() throws(SectionError) {
      try SectionError.require(
        (0...20).contains(closing), "the closing of the rim in points", Double(closing), "0 to 20")
      try SectionError.require(
        (1...1_000_000).contains(smallestGrain), "the smallest grain in points", Double(smallestGrain), "1 to 1000000")
      try SectionError.require(
        tolerance >= 0.1 && tolerance <= 10, "the tolerance of boundaries in points", tolerance, "0.1 to 10")
    }
  }

  public let rows: Int
  public let columns: Int
  /// The grain of each point, row by row; negative where there is none.
  public let labels: [Int]
  /// Distances of neighbouring points along x and along y, in metres.
  public let stepX: Double
  public let stepY: Double

  /// - Throws: ``SectionError`` for counts that do not fit or steps that are not positive.
  public init(rows: Int, columns: Int, labels: [Int], stepX: Double, stepY: Double) throws(SectionError) {
    try SectionError.require((1...20_000).contains(rows), "the number of rows of the map", Double(rows), "1 to 20000")
    try SectionError.require(
      (1...20_000).contains(columns), "the number of columns of the map", Double(columns), "1 to 20000")
    guard labels.count == rows * columns else {
      throw .wrongCount(name: "labels of the map", found: labels.count, expected: "\(rows) × \(columns)")
    }
    for step in [stepX, stepY] {
      try SectionError.require(step > 0 && step.isFinite, "the step of the map in metres", step, "more than 0")
    }
    self.rows = rows
    self.columns = columns
    self.labels = labels
    self.stepX = stepX
    self.stepY = stepY
  }

  /// A place of the map in the model's frame before its origin is moved, in metres; row and column may be fractions.
  func place(row: Double, column: Double) -> SIMD2<Double> { SIMD2(column * stepX, -row * stepY) }

  /// The section cut into the grains of the map.
  ///
  /// - Parameters:
  ///   - frames: of each label's crystal, in the map's frame.
  ///   - centre: where the model's origin lies, in the map's frame in metres; nil takes the centroid of the section.
  ///   - options: how the section is made whole.
  /// - Throws: ``SectionError/missingFrame(label:)`` where a grain of the section has none; others where nothing is left.
  public func grains(
    frames: [Int: GrainFrame], centre: SIMD2<Double>? = nil, options: Options = Options()
  ) throws(SectionError) -> MappedGrains {
    try options.validate()
    let whole = try LabelRepair(self, options).repaired()
    let numbers = Set(whole.labels).filter { $0 >= 0 }.sorted()
    var regionOfLabel: [Int: Int32] = [:]
    var turned: [GrainFrame] = []
    for (region, label) in numbers.enumerated() {
      guard let frame = frames[label] else { throw .missingFrame(label: label) }
      regionOfLabel[label] = Int32(region)
      turned.append(frame.turnedAboutX)
    }
    var partition = try LabelBoundaries(whole, tolerance: options.tolerance).partition { label in
      regionOfLabel[label] ?? SectionPartition.outside
    } place: {
      place(row: $0, column: $1)
    }
    let areas = partition.areas()
    let area = areas.reduce(0) { $0 + $1.area }
    // The given centre goes through the same turn as every other place.
    let origin =
      centre.map { place(row: $0.y / stepY, column: $0.x / stepX) }
      ?? areas.reduce(SIMD2<Double>.zero) { $0 + $1.area / area * $1.centroid }
    for index in partition.points.indices { partition.points[index] -= origin }
    return MappedGrains(
      partition: partition, labels: numbers, frames: turned, origin: SIMD2(origin.x, -origin.y),
      filledPoints: whole.filledPoints, droppedPoints: whole.droppedPoints)
  }
}

/// The grains of a map in the model's frame.
public struct MappedGrains: Sendable, Hashable {
  /// Around the model's origin, in metres.
  public let partition: SectionPartition
  /// The map's label of each grain.
  public let labels: [Int]
  /// The crystal of each grain, in the model's frame.
  public let frames: [GrainFrame]
  /// The model's origin in the map's frame, in metres.
  public let origin: SIMD2<Double>
  /// Points that belonged to no grain and now do.
  public let filledPoints: Int
  /// Points of pieces apart from the section, left out.
  public let droppedPoints: Int

  /// The model's place of a place in the map, both in metres.
  public func modelPlace(x: Double, y: Double) -> SIMD2<Double> { SIMD2(x - origin.x, origin.y - y) }
}

extension GrainFrame {
  /// The frame after half a turn about x: from an image's axes (y down, z inwards) to the model's (y up, z outwards).
  public var turnedAboutX: GrainFrame {
    let turn = SIMD3<Double>(1, -1, -1)
    return GrainFrame(unchecked: turn * x, turn * y, turn * z)
  }
}
