import Crystallography
import FileFormats
import Foundation
import PowderDiffraction

extension PeakTable {
  /// Reads the peaks that `operando peaks` wrote, as `.nxs` or `.csv`.
  ///
  /// A `.csv` file has no covariances between lines, no times and no total scatter.
  ///
  /// - Throws: the reader's errors and `StageDocumentError`.
  public static func read(_ path: String) throws -> PeakTable {
    guard path.lowercased().hasSuffix(".csv") else { return try StageDocument.value(PeakTable.self, from: path) }
    return try PeakTable(csv: String(decoding: DiffractionInput.bytes(of: path), as: UTF8.self), path: path)
  }

  /// - Parameter path: for messages.
  /// - Throws: `StageDocumentError` that names the line.
  init(csv text: String, path: String) throws {
    let rows = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    guard let heading = rows.first?.map(String.init) else {
      throw StageDocumentError(path: path, problem: "is empty; expected the table of operando peaks")
    }
    func column(_ name: String) throws -> Int {
      guard let place = heading.firstIndex(of: name) else {
        throw StageDocumentError(path: path, problem: "has no column \"\(name)\"; expected the table of operando peaks")
      }
      return place
    }
    let names = [
      "Pattern / 1", "Two Theta / deg", "Two Theta Uncertainty / deg", "d Spacing / angstrom",
      "d Spacing Uncertainty / angstrom", "Intensity / 1", "Intensity Uncertainty / 1", "FWHM / deg",
      "FWHM Uncertainty / deg", "Detection Limit / 1", "Reduced Chi Square / 1",
    ]
    let places = try names.map { try column($0) }
    let (phasePlace, linePlace, statusPlace) = (
      try column("Phase / 1"), try column("Reflection / 1"), try column("Status / 1")
    )
    var found: [Line] = []
    var numbers = [[Double]](repeating: [], count: names.count)
    var statuses: [PeakStatus] = []
    for (index, fields) in rows.enumerated().dropFirst() {
      func fail(_ problem: String) -> StageDocumentError {
        StageDocumentError(path: "\(path), line \(index + 1)", problem: problem)
      }
      guard fields.count == heading.count else { throw fail("has \(fields.count) fields, not \(heading.count)") }
      for (slot, place) in places.enumerated() {
        let field = fields[place]
        guard let value = field.isEmpty ? .nan : Double(field) else { throw fail("\"\(field)\" is not a number") }
        numbers[slot].append(value)
      }
      guard let indices = SamplePhase.indices(String(fields[linePlace])) else {
        throw fail("\"\(fields[linePlace])\" are not the indices of a reflection")
      }
      guard let status = PeakStatus(rawValue: String(fields[statusPlace])) else {
        throw fail("\"\(fields[statusPlace])\" is no known status")
      }
      statuses.append(status)
      let line = Line(phase: String(fields[phasePlace]), indices: indices)
      if numbers[0].last == 0 {
        found.append(line)
      } else if found.isEmpty || found[(statuses.count - 1) % found.count] != line {
        throw fail("\(line.label) is out of the order of the first pattern")
      }
    }
    guard !found.isEmpty, statuses.count.isMultiple(of: found.count) else {
      throw StageDocumentError(path: path, problem: "holds no whole patterns")
    }
    let count = statuses.count / found.count
    let (width, radian) = (found.count, Double.pi / 180)
    func estimates(_ slot: Int, _ factor: Double) -> Estimates {
      Estimates(values: numbers[slot].map { $0 * factor }, sigmas: numbers[slot + 1].map { $0 * factor })
    }
    samplePhase = found[0].phase
    lines = found
    patternCount = count
    twoTheta = estimates(1, radian)
    dSpacing = estimates(3, 1e-10)
    intensity = estimates(5, radian)
    fwhm = estimates(7, radian)
    detectionLimits = numbers[9].map { $0 * radian }
    self.statuses = statuses
    spacingCovariances = [Double](repeating: 0, count: count * width * width)
    for row in 0..<count * width {
      let sigma = numbers[4][row] * 1e-10
      spacingCovariances[row * width + row % width] = sigma * sigma
    }
    reducedChiSquares = (0..<count).map { numbers[10][$0 * width] }
    displacement = Estimates(
      values: [Double](repeating: 0, count: count), sigmas: [Double](repeating: 0, count: count))
    totalScatter = Estimates(
      values: [Double](repeating: .nan, count: count), sigmas: [Double](repeating: .nan, count: count))
    (times, exposure, wavelength, states) = (nil, nil, nil, nil)
  }
}
