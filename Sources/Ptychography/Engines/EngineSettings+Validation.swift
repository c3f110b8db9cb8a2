internal import ArrayMath

extension EngineSettings {
  /// A setting that some engines know and others do not.
  private struct Setting {
    var name: String
    var users: Set<Algorithm>
    var isSet: Bool
  }

  private func settings() -> [Setting] {
    let plain = EngineSettings(algorithm)
    let sequential: Set<Algorithm> = [.ePIE, .rPIE, .mPIE]
    let stepping = sequential.union([.maximumLikelihood])
    let regularised: Set<Algorithm> = [.rPIE, .mPIE, .maximumLikelihood]
    let reflecting: Set<Algorithm> = [.differenceMap, .raar]
    func setting<Value: Equatable>(
      _ name: String, _ users: Set<Algorithm>, _ path: KeyPath<EngineSettings, Value>
    ) -> Setting {
      Setting(name: name, users: users, isSet: self[keyPath: path] != plain[keyPath: path])
    }
    return [
      setting("the object's step", stepping, \.objectStep), setting("the probe's step", stepping, \.probeStep),
      setting("the object's regularisation", regularised, \.objectRegularisation),
      setting("the probe's regularisation", regularised, \.probeRegularisation),
      setting("the momentum's period", [.mPIE], \.momentumPeriod), setting("the friction", [.mPIE], \.friction),
      setting("the feedback", [.mPIE], \.feedback), setting("the relaxation", [.raar], \.relaxation),
      setting("the power bound", reflecting, \.powerBound),
      setting("the noise model", [.maximumLikelihood], \.noise),
      setting("the size of a batch", [.maximumLikelihood], \.batchSize),
      setting("a fitted background", stepping, \.backgroundStart),
      setting("interpolation between pixels", stepping, \.interpolation),
    ]
  }

  /// A sentence for each setting that the engine would ignore.
  var ignored: [String] {
    settings().filter { $0.isSet && !$0.users.contains(algorithm) }.map { setting in
      let users = Algorithm.allCases.filter(setting.users.contains).map(\.rawValue).joined(separator: ", ")
      return
        "\(setting.name) means nothing to the engine \(algorithm.rawValue): leave it out, or choose one of \(users)"
    }
  }

  /// Checks that every setting has a value that its engine can use and that no setting would be ignored.
  ///
  /// - Parameter patterns: of the scan, where they are known.
  /// - Throws: ``PtychographyError`` for the first setting found wrong: what was found, what was expected, what to do.
  public func validate(patterns: Int? = nil) throws(PtychographyError) {
    if let first = ignored.first { throw .invalid(first) }
    try requireStep(objectStep, "the object's step")
    try requireStep(probeStep, "the probe's step")
    for (name, value) in [("object", objectRegularisation), ("probe", probeRegularisation)] {
      guard value > 0, value <= 1 else {
        throw .invalid(
          "the \(name)'s regularisation is \(value); expected a number above 0 (the step that trusts dim pixels most) "
            + "up to 1 (ePIE)")
      }
    }
    guard friction >= 0, friction < 1 else {
      throw .invalid("the friction is \(friction); expected a number from 0 up to but not including 1, such as 0.7")
    }
    guard feedback >= 0, feedback <= 1 else {
      throw .invalid("the feedback is \(feedback); expected a number from 0 (no momentum) to 1, such as 0.3")
    }
    guard relaxation > 0, relaxation <= 1 else {
      throw .invalid("the relaxation is \(relaxation); expected a number above 0 up to 1 (the difference map)")
    }
    if let powerBound, !(powerBound >= 0 && powerBound.isFinite) {
      throw .invalid(
        "the power bound is \(powerBound); expected counts a pixel, not negative; Poisson counts leave 0.25")
    }
    try requirePositive(momentumPeriod, "the momentum's period", unit: "updates", patterns: nil)
    try requirePositive(batchSize, "the size of a batch", unit: "patterns", patterns: patterns)
    try requirePass(probeStart, "the probe's start")
    if let backgroundStart { try requirePass(backgroundStart, "the background's start") }
    if let probeSupport, !(probeSupport > 0 && probeSupport <= 1.5) {
      throw .invalid(
        "the probe's support has a radius of \(probeSupport); expected a fraction of half the window's side above 0 and "
          + "up to 1.5, beyond which it would reach past the corners")
    }
  }

  private func requireStep(_ value: Double, _ name: String) throws(PtychographyError) {
    guard value > 0, value <= 2 else {
      throw .invalid("\(name) is \(value); expected a number above 0 and up to 2, as a rule 1")
    }
  }

  private func requirePass(_ value: Int, _ name: String) throws(PtychographyError) {
    guard value >= 0 else {
      throw .invalid("\(name) is pass \(value); passes count from 0")
    }
  }

  private func requirePositive(
    _ value: Int?, _ name: String, unit: String, patterns: Int?
  ) throws(PtychographyError) {
    guard let value else { return }
    guard value >= 1 else { throw .invalid("\(name) is \(value) \(unit); expected at least 1") }
    if let patterns, value > patterns {
      throw .invalid("\(name) is \(value) \(unit) but the scan has \(patterns); expected at most as many")
    }
  }
}
