import Pipeline

/// What is wrong with the name of a measurement, which becomes part of the names of stages, files and answers.
///
/// - Parameters:
///   - name: as the experiment file has it.
///   - example: a name that fits, for the message.
/// - Returns: nil for 1 to 60 lower-case letters, digits and hyphens that neither begin nor end with a hyphen.
func problem(ofMeasurementName name: String, example: String) -> SettingProblem? {
  let letters = name.utf8
  let hyphen = UInt8(ascii: "-")
  let isFit =
    (1...60).contains(letters.count) && letters.first != hyphen && letters.last != hyphen
    && letters.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == hyphen }
  guard !isFit else { return nil }
  return SettingProblem(
    at: "name", "the name cannot be that of a stage",
    detail: "`\(name)`; expected at most 60 lower-case letters, digits and hyphens between them, such as \(example)")
}
