import ArrayMath
import Foundation
import Testing

@testable import ImageAnalysis

@Suite struct PhaseUnwrappingTests {
  /// The largest difference of two phases from a constant, over the pixels of a region.
  private func spread(_ unwrapped: UnwrappedPhase, _ truth: ScalarImage, region: Int32 = 0) -> Float {
    let differences = truth.pixels.indices.filter { unwrapped.regionOfPixel.pixels[$0] == region }.map {
      unwrapped.phase.pixels[$0] - truth.pixels[$0]
    }
    return (differences.max() ?? .nan) - (differences.min() ?? .nan)
  }

  @Test(arguments: PhaseUnwrapping.Method.allCases)
  func aSmoothPhaseComesBack(_ method: PhaseUnwrapping.Method) throws {
    let truth = TestImages.sum(
      TestImages.ball(61, 47, depth: 20, radius: 40), TestImages.noise(61, 47, 0.1, seed: 1))
    let unwrapped = try PhaseUnwrapping(method)(TestImages.wrapped(truth))
    #expect(spread(unwrapped, truth) < 1e-4)
    #expect(unwrapped.residues.count == 0)
    #expect(unwrapped.regions == [UnwrappedRegion(count: 61 * 47, rows: 0..<61, columns: 0..<47)])
  }

  @Test(arguments: ["smooth", "noisy", "torn", "torn2", "masked"])
  func equalsScikitImage(_ map: String) throws {
    var wrapped: [Float] = []
    var turns: [Int?] = []
    for line in try TestImages.golden("unwrapping-scikit-image.tsv").split(separator: "\n") {
      let words = line.split(separator: "\t")
      guard words.count == 5, words[0] == map else { continue }
      wrapped.append(try #require(Float(words[3])))
      turns.append(Int(words[4]))
    }
    let shape = FrameShape(rows: 30, columns: 26)
    let phase = ScalarImage(wrapped, shape: shape)
    let mask = Image<Bool>(turns.map { $0 != nil }, shape: shape)
    let unwrapped = try PhaseUnwrapping()(phase, mask: mask)
    #expect(unwrapped.regions.count == (map == "masked" ? 2 : 1))
    #expect((unwrapped.residues.count > 0) == map.hasPrefix("torn"))
    for region in unwrapped.regions.indices {
      var constants: Set<Int> = []
      for index in 0..<shape.count where unwrapped.regionOfPixel.pixels[index] == region {
        let theirs = try #require(turns[index])
        constants.insert(Int(((unwrapped.phase.pixels[index] - phase.pixels[index]) / (2 * .pi)).rounded()) - theirs)
      }
      #expect(constants.count == 1)
    }
  }

  /// Joins pairs in the order of reliability, with sets that are lists: as the paper says it.
  private func slowTurns(_ field: WrappedField) -> [Int32] {
    let (rows, columns) = (field.shape.rows, field.shape.columns)
    let roughness = ReliabilitySorting.roughness(field)
    var pairs: [(class: Int, key: Float, first: Int, second: Int)] = []
    for first in 0..<field.shape.count where field.valid[first] == 1 {
      let neighbours =
        (first % columns + 1 < columns ? [first + 1] : []) + (first / columns + 1 < rows ? [first + columns] : [])
      for second in neighbours where field.valid[second] == 1 {
        let (a, b) = (roughness[first], roughness[second])
        let lacking = (a < 0 ? 1 : 0) + (b < 0 ? 1 : 0)
        let step = Double(field.phase[second] - field.phase[first])
        let wrapped = step - 2 * .pi * (step / (2 * .pi)).rounded()
        pairs.append(
          (
            lacking, lacking == 0 ? Float(a + b) : lacking == 1 ? Float(max(a, b)) : Float(wrapped * wrapped), first,
            second
          )
        )
      }
    }
    let order = pairs.indices.sorted {
      (pairs[$0].class, pairs[$0].key, $0) < (pairs[$1].class, pairs[$1].key, $1)
    }
    var turns = [Int32](repeating: 0, count: field.shape.count)
    var group = Array(turns.indices)
    var members = group.map { [$0] }
    for pair in order.map({ pairs[$0] }) where group[pair.first] != group[pair.second] {
      let step = (field.phase[pair.second] - field.phase[pair.first]) / (2 * .pi)
      let move = turns[pair.first] - Int32(step.rounded()) - turns[pair.second]
      let (kept, lost) = (group[pair.first], group[pair.second])
      for member in members[lost] {
        turns[member] += move
        group[member] = kept
      }
      members[kept] += members[lost]
    }
    return turns
  }

  @Test(arguments: 1...6)
  func theSortedForestEqualsTheListOfPairs(_ seed: Int) throws {
    let phase = TestImages.sum(
      TestImages.ball(24, 31, depth: 15, radius: 14), TestImages.noise(24, 31, 0.3 * Float(seed), seed: seed))
    var mask = Image(repeating: true, shape: phase.shape)
    if seed % 2 == 0 { for row in 5..<9 { for column in 8..<20 { mask[row, column] = false } } }
    let field = try WrappedField(TestImages.wrapped(phase), mask: mask)
    let fast = ReliabilitySorting.turns(field)
    let slow = slowTurns(field)
    let constants = Set(fast.indices.filter { field.valid[$0] == 1 }.map { fast[$0] - slow[$0] })
    #expect(constants.count == 1)
  }

  @Test(arguments: PhaseUnwrapping.Method.allCases)
  func everyMethodIsCongruentAndKeepsTheSmoothPart(_ method: PhaseUnwrapping.Method) throws {
    // A pair of residues: half a turn is torn open between two places.
    let truth = TestImages.image(40, 50) { row, column in
      0.3 * Float(column) + atan2f(Float(row) - 19.5, Float(column) - 14.5)
        - atan2f(Float(row) - 19.5, Float(column) - 24.5)
    }
    let wrapped = TestImages.wrapped(truth)
    let unwrapped = try PhaseUnwrapping(method)(wrapped)
    #expect(unwrapped.residues.residues.map(\.charge).sorted() == [-1, 1])
    #expect(unwrapped.residues.netCharge == 0)
    // Without weights and mask the preconditioner is the solution; the second pass takes off its rounding.
    #expect(unwrapped.converged && unwrapped.passes <= 2)
    for (value, start) in zip(unwrapped.phase.pixels, wrapped.pixels) {
      #expect(abs(wrappedPhase(value - start)) < 1e-4)
    }
    // Far from the tear the phase is that of the sum.
    for row in 0..<40 where row < 12 || row > 27 {
      for column in 1..<50 {
        let step = unwrapped.phase[row, column] - unwrapped.phase[row, column - 1]
        #expect(abs(step) < .pi)
      }
    }
  }

  @Test func cutsJoinTheTwoResiduesOfAPairAndNoPathCrossesThem() throws {
    let phase = TestImages.image(30, 60) { row, column in
      wrappedPhase(
        atan2f(Float(row) - 14.5, Float(column) - 25.5) - atan2f(Float(row) - 14.5, Float(column) - 33.5))
    }
    let field = try WrappedField(phase, mask: nil)
    let residues = PhaseResidues(field)
    #expect(residues.residues.map { [$0.row, $0.column] } == [[14, 25], [14, 33]])
    let cuts = BranchCuts(field, residues: residues)
    let marked = cuts.pixels.indices.filter { cuts.pixels[$0] == 1 }
    #expect(marked == (25...33).map { 14 * 60 + $0 })
    // A lone residue is joined to the edge.
    let lone = TestImages.image(30, 60) { row, column in atan2f(Float(row) - 4.5, Float(column) - 30.5) }
    let loneField = try WrappedField(lone, mask: nil)
    let loneCuts = BranchCuts(loneField, residues: PhaseResidues(loneField))
    #expect(loneCuts.pixels.indices.filter { loneCuts.pixels[$0] == 1 } == (0...4).map { $0 * 60 + 30 })
  }

  @Test func cutsConfineTheTearToThemselves() throws {
    let truth = TestImages.image(60, 60) { row, column in
      atan2f(Float(row) - 29.5, Float(column) - 20.5) - atan2f(Float(row) - 29.5, Float(column) - 32.5)
    }
    let unwrapped = try PhaseUnwrapping(.branchCuts)(TestImages.wrapped(truth))
    var torn = 0
    for row in 1..<60 {
      for column in 0..<60 where abs(unwrapped.phase[row, column] - unwrapped.phase[row - 1, column]) > .pi {
        torn += 1
        #expect((19...33).contains(column) && (28...31).contains(row))
      }
    }
    #expect(torn == 12)
  }

  @Test(arguments: PhaseUnwrapping.Method.allCases)
  func aRegionWithoutNumbersDoesNotHang(_ method: PhaseUnwrapping.Method) throws {
    var phase = TestImages.sum(TestImages.ball(64, 64, depth: 20, radius: 30), TestImages.noise(64, 64, 0.6, seed: 3))
    for row in 20..<40 { for column in 10..<30 { phase[row, column] = .nan } }
    phase[2, 2] = .infinity
    for column in 0..<64 { phase[50, column] = .nan }
    let unwrapped = try PhaseUnwrapping(method)(phase)
    #expect(unwrapped.regions.map(\.count) == [50 * 64 - 401, 13 * 64])
    for (value, given) in zip(unwrapped.phase.pixels, phase.pixels) { #expect(value.isNaN != given.isFinite) }
  }

  @Test(arguments: PhaseUnwrapping.Method.allCases)
  func theSmallestImages(_ method: PhaseUnwrapping.Method) throws {
    let unwrapping = PhaseUnwrapping(method)
    #expect(abs(try unwrapping(TestImages.image(1, 1) { _, _ in 7 }).phase.pixels[0] - wrappedPhase(7)) < 1e-6)
    #expect(try unwrapping(TestImages.image(0, 5) { _, _ in 7 }).phase.pixels.isEmpty)
    let line = TestImages.image(1, 40) { _, column in Float(column) }
    #expect(spread(try unwrapping(TestImages.wrapped(line)), line) < 1e-4)
    let post = TestImages.image(40, 1) { row, _ in -2 * Float(row) }
    #expect(spread(try unwrapping(TestImages.wrapped(post)), post) < 1e-4)
    let constant = TestImages.image(9, 9) { _, _ in 1 }
    #expect(try unwrapping(constant).phase == constant)
    let nothing = try unwrapping(constant, mask: Image(repeating: false, shape: constant.shape))
    #expect(nothing.phase.pixels.allSatisfy(\.isNaN) && nothing.regions.isEmpty)
  }

  @Test func weightsKeepABadAreaFromTheRest() throws {
    let truth = TestImages.ball(48, 48, depth: 14, radius: 22)
    var phase = TestImages.wrapped(truth)
    var weights = ScalarImage(repeating: 2, shape: phase.shape)
    let noise = TestImages.noise(48, 48, 2, seed: 4)
    for row in 4..<16 {
      for column in 30..<44 {
        phase[row, column] = wrappedPhase(noise[row, column])
        weights[row, column] = 0
      }
    }
    let unwrapped = try PhaseUnwrapping(.leastSquares)(phase, weights: weights)
    #expect(unwrapped.converged && unwrapped.passes > 1)
    let good = truth.pixels.indices.filter { weights.pixels[$0] > 0 }
    let differences = good.map { unwrapped.phase.pixels[$0] - truth.pixels[$0] }
    #expect(differences.max()! - differences.min()! < 1e-3)
  }

  @Test func airDecidesTheConstant() throws {
    var truth = TestImages.ball(40, 40, depth: 8, radius: 19)
    for row in 0..<40 { truth[row, 20] = .nan }
    let unwrapped = try PhaseUnwrapping()(truth.map { $0.isNaN ? $0 : wrappedPhase($0 + 1) })
    var air = Image(repeating: false, shape: truth.shape)
    air[0, 0] = true
    air[39, 39] = true
    let anchored = try unwrapped.anchored(inAir: air)
    for (value, expected) in zip(anchored.phase.pixels, truth.pixels) where !expected.isNaN {
      #expect(abs(value - expected - 1) < 1e-4)
    }
  }

  @Test func otherExtentsAreRefused() throws {
    let phase = ScalarImage(repeating: 0, shape: FrameShape(rows: 4, columns: 5))
    #expect(throws: ImageAnalysisError.self) {
      try PhaseUnwrapping()(phase, mask: Image(repeating: true, shape: FrameShape(rows: 5, columns: 4)))
    }
    #expect(throws: ImageAnalysisError.self) {
      try PhaseUnwrapping()(phase, weights: ScalarImage(repeating: -1, shape: phase.shape))
    }
    #expect(throws: ImageAnalysisError.self) {
      try PhaseResidues(phase, mask: Image(repeating: true, shape: FrameShape(rows: 1, columns: 1)))
    }
    #expect(throws: ImageAnalysisError.self) {
      try PhaseUnwrapping()(phase).anchored(inAir: Image(repeating: true, shape: FrameShape(rows: 1, columns: 1)))
    }
  }

  @Test func aResidueOutsideTheMaskDoesNotCount() throws {
    let phase = TestImages.image(20, 20) { row, column in atan2f(Float(row) - 9.5, Float(column) - 6.5) }
    #expect(try PhaseResidues(phase).residues == [.init(row: 9, column: 6, charge: 1)])
    var mask = Image(repeating: true, shape: phase.shape)
    mask[10, 7] = false
    #expect(try PhaseResidues(phase, mask: mask).count == 0)
    #expect(try PhaseResidues(phase.map { -$0 }).residues == [.init(row: 9, column: 6, charge: -1)])
  }

  @Test(arguments: 1...6)
  func aWalkAlongRowsGivesWhatSortingGivesWhereNothingContradicts(_ seed: Int) throws {
    let phase = TestImages.sum(
      TestImages.ball(40, 33, depth: 5, radius: 15), TestImages.noise(40, 33, 0.15, seed: seed))
    let holes = TestImages.noise(40, 33, 1, seed: 100 + seed)
    let field = try WrappedField(TestImages.wrapped(phase), mask: holes.map { $0 > -0.3 })
    let regions = PhaseRegions(field)
    #expect(regions.isConsistent && regions.regions.count > 1)
    let sorted = ReliabilitySorting.turns(field)
    var constants = [Set<Int32>](repeating: [], count: regions.regions.count)
    var counts = [Int](repeating: 0, count: regions.regions.count)
    for (index, label) in regions.labels.enumerated() {
      #expect((label >= 0) == (field.valid[index] == 1))
      guard label >= 0 else { continue }
      constants[Int(label)].insert(regions.turns[index] - sorted[index])
      counts[Int(label)] += 1
    }
    #expect(constants.allSatisfy { $0.count == 1 })
    #expect(counts == regions.regions.map(\.count))
  }

  @Test func noOtherPhaseHasSmallerWeightedSquares() throws {
    let (rows, columns) = (17, 22)
    let field = try WrappedField(
      TestImages.wrapped(TestImages.noise(rows, columns, 2, seed: 1)),
      mask: TestImages.noise(rows, columns, 1, seed: 2).map { $0 > -1 })
    let weights = TestImages.noise(rows, columns, 1, seed: 3).map { max(0.2, abs($0)) }
    let found = LeastSquaresUnwrapping(field, weights: weights, regions: PhaseRegions(field))
    let converged = found.converged
    #expect(converged)
    let largest = Double(weights.pixels.max() ?? 1)
    // Half of the derivative of the sum by each pixel.
    var slopes = [Double](repeating: 0, count: rows * columns)
    var size = 0.0
    func visit(_ a: Int, _ b: Int) {
      guard field.valid[a] & field.valid[b] == 1 else { return }
      let weight = pow(Double(min(weights.pixels[a], weights.pixels[b])) / largest, 2)
      let step = Double(wrappedPhase(field.phase[b] - field.phase[a]))
      let miss = weight * (Double(found.solution[b] - found.solution[a]) - step)
      slopes[b] += miss
      slopes[a] -= miss
      size += pow(weight * step, 2)
    }
    for row in 0..<rows {
      for column in 0..<columns {
        let index = row * columns + column
        if column + 1 < columns { visit(index, index + 1) }
        if row + 1 < rows { visit(index, index + columns) }
      }
    }
    #expect(slopes.reduce(0) { $0 + $1 * $1 }.squareRoot() < 1e-4 * size.squareRoot())
  }
}
