import Foundation

/// What lies beside a PONI file and says what that format cannot: that stored frames are transposed before the
/// orientation applies.
///
/// For "LaB6.poni" it is "LaB6.poni.transform.json" and reads `{"transposed": true}`. Where it is absent nothing is
/// transposed. Other programs do not know it: frames exported for them are written transposed instead.
public struct DetectorTransformFile: Sendable, Hashable, Codable {
  /// See ``PowderDiffraction/DetectorGeometry/isTransposed``.
  public var transposed: Bool

  public init(transposed: Bool) { self.transposed = transposed }

  /// The name of the file beside a PONI file.
  public static func name(beside poniFile: String) -> String { poniFile + ".transform.json" }

  /// - Throws: ``FormatError`` when the file is not `{"transposed": true}` or `false`.
  public static func read(_ bytes: [UInt8], named name: String) throws -> DetectorTransformFile {
    do {
      return try JSONDecoder().decode(DetectorTransformFile.self, from: Data(bytes))
    } catch {
      throw FormatError(name, "expected {\"transposed\": true} or {\"transposed\": false}")
    }
  }

  /// The text of the file.
  public func write() -> String { "{\"transposed\": \(transposed)}\n" }
}
