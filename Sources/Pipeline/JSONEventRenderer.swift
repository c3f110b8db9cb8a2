import Foundation

/// One JSON object a line, for programs: the values of the event, and `at`, the seconds since the start of the run.
public struct JSONEventRenderer: RunEventRenderer {
  private struct Line: Encodable {
    var event: RunEvent
    var at: Double

    enum Key: String, CodingKey { case at }

    func encode(to encoder: any Encoder) throws {
      try event.encode(to: encoder)
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(at, forKey: .at)
    }
  }

  public init() {}

  public mutating func render(_ event: RunEvent, at seconds: Double) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A number that JSON cannot hold must not cost the reader the line.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    guard let data = try? encoder.encode(Line(event: event, at: (seconds * 1000).rounded() / 1000)) else { return "" }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
