public import Electrochemistry

/// BioLogic's binary `.mpr`: a magic text and modules (settings, data, log, loops), each with a header and a length.
///
/// The data module lists the identifiers of its columns; the records follow without gaps. An identifier that is not
/// known costs that column, not the file: its width follows from the length of a record, and a warning says so.
public enum BioLogicBinary {
  static let magic = Array("BIO-LOGIC MODULAR FILE\u{1a}".utf8)
  /// Where the first module starts, behind the magic text and its padding.
  static let firstModule = 52

  /// Whether bytes start like an `.mpr` file.
  public static func recognises(_ bytes: [UInt8]) -> Bool { bytes.starts(with: magic) }

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: the name of the file, for messages.
  /// - Throws: ``FormatError`` when the bytes are no `.mpr` file, hold no samples, or no time, voltage and current.
  public static func read(_ bytes: [UInt8], named name: String) throws -> PotentiostatSeries {
    try table(bytes, named: name).series(named: name)
  }

  /// Reads all columns of a run.
  public static func table(_ bytes: [UInt8], named name: String) throws -> BioLogicTable {
    guard recognises(bytes) else {
      throw FormatError(name, "is not a BioLogic .mpr file: it does not start with \"BIO-LOGIC MODULAR FILE\"")
    }
    var warnings: [String] = []
    let modules = try modules(bytes, name, &warnings)
    guard let data = modules.first(where: { $0.name == "VMP data" }) else {
      let found = modules.map { "\"\($0.name)\"" }.joined(separator: ", ")
      throw FormatError(name, "has no data module; it has \(found.isEmpty ? "no module at all" : found)")
    }
    let columns = try BioLogicRecords.columns(of: data, named: name, &warnings)
    let settings = modules.first { $0.name == "VMP Set" }
    let log = modules.first { $0.name == "VMP LOG" }
    return BioLogicTable(
      technique: settings?.data.byte(0).map(BioLogicColumns.technique) ?? "",
      startDate: log.flatMap { startDate($0.data) } ?? settings.flatMap { date($0.date) },
      mass: settings.flatMap { mass($0) }, columns: columns, warnings: warnings)
  }

  /// A module of the file.
  struct Module {
    var name: String
    /// The date of the header, "MM/DD/YY" with "/", "-" or ".".
    var date: String
    /// Whether the header is the longer one of EC-Lab 11.50 and later.
    var isLong: Bool
    var version: Int
    var data: ByteReader
    /// Where `data` starts in the file.
    var offset: Int
    /// Whether the file ends before the module does.
    var isCut: Bool
  }

  static func modules(_ bytes: [UInt8], _ file: String, _ warnings: inout [String]) throws -> [Module] {
    let reader = ByteReader(bytes[...])
    var modules: [Module] = []
    var position = firstModule
    while position < bytes.count {
      guard reader.slice(position, 6).map({ $0.elementsEqual(Array("MODULE".utf8)) }) ?? false else {
        if modules.contains(where: { $0.name == "VMP data" }) {
          warnings.append("What follows byte \(position) is not a module and is skipped.")
          return modules
        }
        throw FormatError(file, at: "byte \(position)", "expected the start of a module, the text \"MODULE\"")
      }
      guard let name = reader.text(position + 6, 10), let first = reader.uint32(position + 41) else {
        warnings.append("The file ends inside the header of a module.")
        return modules
      }
      // A length of all ones is the maximal length of the longer header; the length itself comes next.
      let isLong = first == .max
      let header = isLong ? 65 : 57
      guard
        let length = isLong ? reader.uint32(position + 45) : first,
        let version = reader.uint32(position + (isLong ? 53 : 45)),
        let date = reader.text(position + (isLong ? 57 : 49), 8)
      else {
        warnings.append("The file ends inside the header of a module.")
        return modules
      }
      let start = position + header
      let available = min(Int(length), max(bytes.count - start, 0))
      guard let content = reader.slice(start, available) else {
        warnings.append("The file ends inside the header of a module.")
        return modules
      }
      modules.append(
        Module(
          name: name, date: date, isLong: isLong, version: Int(version), data: ByteReader(content), offset: start,
          isCut: available < Int(length)))
      position = start + available
    }
    return modules
  }

  /// The mass of active material, which the shorter settings module states in milligrams.
  private static func mass(_ settings: Module) -> Double? {
    guard let milligrams = settings.data.float32(0x107), milligrams.isFinite, milligrams > 0, milligrams != 0.001
    else { return nil }
    return Double(milligrams) / 1e6
  }

  /// The start of the acquisition from the log module: days since 1899-12-30.
  private static func startDate(_ log: ByteReader) -> String? {
    guard let days = log.float64(0x249), days > 20_000, days < 80_000 else { return nil }
    return CalendarDate.text(daysSince1899: days)
  }

  /// "2024-01-10" from "01/10/24".
  private static func date(_ header: String) -> String? {
    let parts = header.split { "/-.".contains($0) }.compactMap { Int($0) }
    guard parts.count == 3, (1...12).contains(parts[0]), (1...31).contains(parts[1]), (0...99).contains(parts[2]) else {
      return nil
    }
    return "\(2000 + parts[2])-\(CalendarDate.padded(parts[0], 2))-\(CalendarDate.padded(parts[1], 2))"
  }
}
