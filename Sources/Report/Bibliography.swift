public import Pipeline

/// The works cited in a run, each once, numbered in the order of their first mention.
struct Bibliography {
  private(set) var citations: [Citation] = []

  init(_ summaries: [StageSummary]) {
    for citation in summaries.flatMap(\.citations) where number(citation.key) == nil { citations.append(citation) }
  }

  /// The number of a work, from 1; nil for one that is not cited.
  func number(_ key: String) -> Int? {
    citations.firstIndex { $0.key == key }.map { $0 + 1 }
  }
}

/// The works as a BibTeX file.
///
/// The references are known in words, not in fields, so each becomes a `@misc` entry with the words as its note.
///
/// - Returns: one entry a key, in the given order; a later entry with the same key is left out.
public func bibliographyText(_ citations: [Citation]) -> String {
  func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "%", "&", "_", "#", "$", "{", "}": result += "\\\(character)"
      case "\\": result += "\\textbackslash{}"
      case "~": result += "\\textasciitilde{}"
      case "^": result += "\\textasciicircum{}"
      case _ where character.isNewline: result += " "
      default: result.append(character)
      }
    }
    return result
  }
  var seen: Set<String> = []
  return citations.filter { seen.insert($0.key).inserted }.map { citation in
    var lines = ["@misc{\(citation.key.filter { $0.isLetter || $0.isNumber || "-_:.".contains($0) }),"]
    lines.append("  note = {\(escaped(citation.text))},")
    if !citation.doi.isEmpty {
      lines.append("  doi = {\(citation.doi.filter { !"{}\\".contains($0) && !$0.isWhitespace })},")
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }.joined(separator: "\n")
}
