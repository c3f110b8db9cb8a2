import ArrayMath
import Crystallography
import FileFormats
import Foundation
import Pipeline
import PowderDiffraction
import Quantities
import Stages
import Testing

/// From simulated patterns with a known lattice to peaks and lattice parameters.
@Suite struct DiffractionSeriesTests {
  static let wavelength = SeedInstrument.wavelength
  static let degree = Double.pi / 180

  /// Patterns of NMC811 beside aluminium and tungsten, a and c in metres for each; nil for a pattern without the sample.
  static func patterns(_ lattices: [(a: Double, c: Double)?], seed: UInt64 = 1) throws -> PatternTable {
    let grid = DetectorGrid(shape: FrameShape(rows: 520, columns: 520), pixelHeight: 182e-6, pixelWidth: 182e-6)
    let geometry = DetectorGeometry(
      poni: PoniGeometry(distance: 131.67e-3, poni1: 260 * 182e-6, poni2: 260 * 182e-6), grid: grid,
      wavelength: wavelength)
    let virtual = try VirtualPatternSeries(
      edges: (0...1500).map { (6 + 14 * Double($0) / 1500) * degree }, geometry: geometry, wavelength: wavelength)
    let profile = RingProfile.constant(fwhm: 0.05 * degree, mixing: 0.2)
    let series = try virtual.series(frames: lattices.count, seed: seed) { frame in
      var phases = [
        PowderPhase("Al", lines: PowderLines.aluminium, scale: 2e4, profile: profile),
        PowderPhase("W", lines: PowderLines.tungsten, scale: 2e4, profile: profile),
      ]
      if let lattice = lattices[frame] {
        phases.append(
          PowderPhase(
            "NMC811", lines: PowderLines.nmc811(a: lattice.a, c: lattice.c), scale: 2e4, profile: profile))
      }
      return PowderScene(
        beam: IncidentBeam(wavelength: wavelength, polarisation: 0), phases: phases,
        background: ScatteringBackground(flat: 20))
    }
    let count = lattices.count
    return PatternTable(series, times: (0..<count).map { 1.7e9 + 22 * Double($0) }, exposure: 20)
  }

  static func peaks(_ table: PatternTable, _ change: (inout DiffractionPeaksStage.Parameters) -> Void = { _ in }) throws
    -> StageResult<PeakTable>
  {
    var parameters = DiffractionPeaksStage.Parameters()
    parameters.neighbours = [.aluminium, .tungsten]
    change(&parameters)
    let input = DiffractionPeaksStage.Input(patterns: table, phase: try SamplePhase(named: "NMC811"))
    return try DiffractionPeaksStage.run(input, parameters, RunContext())
  }

  static let truth: [(a: Double, c: Double)?] = (0..<6).map { index -> (a: Double, c: Double)? in
    let strain = 4e-4 * Double(index)
    return (a: 2.8704e-10 * (1 - strain), c: 14.1918e-10 * (1 + strain))
  }

  @Test func latticesOfASeriesAreFoundWithinTheirUncertainties() throws {
    let found = try Self.peaks(Self.patterns(Self.truth))
    #expect(found.value.lines.map(\.label).contains("Al 200"))
    let result = try LatticeParametersStage.run(.init(.peaks(found.value)), .init(), RunContext())
    let table = result.value.columns
    let a = try #require(table.numbers("a")), c = try #require(table.numbers("c"))
    let sigmaA = try #require(table.numbers("a Uncertainty")), sigmaC = try #require(table.numbers("c Uncertainty"))
    var square = 0.0
    for index in a.indices {
      let isTrue = try #require(Self.truth[index])
      let pulls = ((a[index] - isTrue.a * 1e10) / sigmaA[index], (c[index] - isTrue.c * 1e10) / sigmaC[index])
      #expect(abs(pulls.0) < 4.5 && abs(pulls.1) < 4.5)
      square += pulls.0 * pulls.0 + pulls.1 * pulls.1
      #expect(sigmaA[index] < 2e-3 && sigmaC[index] < 1e-2)
    }
    // χ² of twelve degrees of freedom: the chance of less than 2 or more than 33 is one in a thousand.
    #expect((2...33).contains(square))
    let strain = try #require(table.numbers("Strain c"))
    #expect(strain[0].isNaN && abs(strain[5] - 2e-3) < 4 * (table.numbers("Strain c Uncertainty")?[5] ?? 0))
    #expect(result.value.times?.count == 6 && result.value.exposure == 20)
  }

  @Test func tablesReadBackEqualFromNeXusAndCSV() throws {
    let found = try Self.peaks(Self.patterns(Self.truth))
    let lattice = try LatticeParametersStage.run(.init(.peaks(found.value)), .init(), RunContext())
    let folder = FileManager.default.temporaryDirectory.appending(path: "series-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let peaksPath = folder.appending(path: "peaks.nxs").path, latticePath = folder.appending(path: "lattice.nxs").path
    try StageDocument.write(found, parameters: "", to: peaksPath)
    try StageDocument.write(lattice, parameters: "", to: latticePath)
    let peaks = try PeakTable.read(peaksPath)
    #expect(peaks.lines == found.value.lines && peaks.statuses == found.value.statuses)
    for (read, written) in zip(peaks.dSpacing.values, found.value.dSpacing.values) {
      #expect(abs(read - written) <= 1e-14 * written || (read.isNaN && written.isNaN))
    }
    #expect(
      try StageDocument.value(LatticeTable.self, from: latticePath).columns.numbers("c")
        == lattice.value.columns.numbers("c"))
    let csv = folder.appending(path: "peaks.csv").path
    try Data(found.value.table.csv.utf8).write(to: URL(filePath: csv))
    let again = try LatticeParametersStage.run(.init(.peaks(PeakTable.read(csv))), .init(), RunContext())
    // The covariance of 003 and 104 is not in the text; they lie in different windows, so it is small.
    for (read, written) in zip(again.value.columns.numbers("a") ?? [], lattice.value.columns.numbers("a") ?? []) {
      #expect(abs(read - written) < 1e-9)
    }
  }

  @Test func aPatternWithoutTheSampleLeavesTheRestIntact() throws {
    var lattices = Self.truth
    lattices[2] = nil
    let found = try Self.peaks(Self.patterns(lattices))
    let result = try LatticeParametersStage.run(.init(.peaks(found.value)), .init(), RunContext())
    let a = try #require(result.value.columns.numbers("a"))
    #expect(a[2].isNaN && [0, 1, 3, 4, 5].allSatisfy { !a[$0].isNaN })
    #expect(result.value.columns.texts("Status")?[2].contains("no usable peak") == true)
    #expect(result.summary.warnings.contains { $0.contains("1 of 6 patterns give no lattice") })
    #expect(try result.value.observations()[2] == nil)
  }

  @Test func wholePatternsGiveTheSameLattice() throws {
    let table = try Self.patterns(Array(Self.truth.prefix(2)))
    for method in [LatticeParametersStage.Method.pawley, .leBail] {
      var parameters = LatticeParametersStage.Parameters()
      parameters.method = method
      parameters.pattern.neighbours = [.aluminium, .tungsten]
      parameters.pattern.instrumentWidth = .init(si: 0.05 * Self.degree)
      let input = LatticeParametersStage.Input(.patterns(table, phase: try SamplePhase(named: "NMC811")))
      let result = try LatticeParametersStage.run(input, parameters, RunContext())
      let c = try #require(result.value.columns.numbers("c"))
      let sigma = try #require(result.value.columns.numbers("c Uncertainty"))
      for index in c.indices {
        let isTrue = try #require(Self.truth[index]).c * 1e10
        #expect(abs(c[index] - isTrue) < 4.5 * sigma[index], "\(method) \(result.value.columns.texts("Status") ?? [])")
      }
    }
  }

  @Test func whatCannotBeFittedIsSaid() throws {
    let table = try Self.patterns([Self.truth[0]])
    func message(_ change: (inout DiffractionPeaksStage.Parameters) -> Void) -> String {
      do {
        _ = try Self.peaks(table, change)
        return ""
      } catch { return "\(error)" }
    }
    #expect(message { $0.reflections = ["001"] }.contains("extinct"))
    #expect(message { $0.reflections = ["0 0 12"] }.contains("lies outside the patterns"))
    #expect(DiffractionPeaksStage.Parameters().validate().isEmpty)
    var parameters = DiffractionPeaksStage.Parameters()
    parameters.reflections = ["00x"]
    parameters.displacement = .fitted
    #expect(parameters.validate().count == 2)
    #expect(SamplePhase.indices("-1 1 1") == MillerIndices(-1, 1, 1))
    #expect(SamplePhase.indices("000") == nil && SamplePhase.indices("10") == nil)
    #expect(throws: StageDocumentError.self) { try SamplePhase(named: "NMC") }
  }

  @Test(arguments: ["", "a,b\n1,2\n", "Pattern / 1,Phase / 1\n0,NMC811\n"])
  func aDamagedTableOfPeaksIsRefused(text: String) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "peaks-\(UUID().uuidString).csv").path
    try Data(text.utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(throws: StageDocumentError.self) { try PeakTable.read(path) }
  }
}
