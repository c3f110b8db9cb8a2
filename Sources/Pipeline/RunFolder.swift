import Foundation

/// The folder of a run and the names of what lies in it.
///
///     runs/<experiment>/
///       experiment.yaml          the experiment file, byte for byte
///       resolved.yaml            the same with every default written out
///       plan.json                the stages and their keys
///       run.log                  what happened when
///       stages/01-<stage>-<key>.nxs
///       stages/.shards-<key>/    finished items of a stage that has not finished
///       results.nxs, report.html, citations.bib
public struct RunFolder: Hashable, Sendable {
  public let path: String

  /// - Parameter path: of a folder that need not be there yet.
  public init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// The folder `runs/<name>` of an experiment; what does not belong into a file's name becomes a hyphen.
  public init(experimentName name: String) {
    var text = String(name.map { $0.isLetter || $0.isNumber || "._-".contains($0) ? $0 : "-" })
    while text.hasPrefix(".") || text.hasPrefix("-") { text.removeFirst() }
    while text.utf8.count > 200 || text.hasSuffix("-") { text.removeLast() }
    self.init("runs/" + (text.isEmpty ? "experiment" : text))
  }

  /// The experiment file as the user wrote it.
  public var experimentPath: String { path + "/experiment.yaml" }
  /// The experiment file with every default written out.
  public var resolvedPath: String { path + "/resolved.yaml" }
  public var manifestPath: String { path + "/plan.json" }
  public var logPath: String { path + "/run.log" }
  public var resultsPath: String { path + "/results.nxs" }
  public var reportPath: String { path + "/report.html" }
  public var citationsPath: String { path + "/citations.bib" }
  public var stagesPath: String { path + "/stages" }

  /// Makes the folder where it is missing and holds it while `body` runs; what a killed run left half-written is
  /// removed first.
  ///
  /// - Throws: `RunFolderInUse` when another run holds the folder; `FileError`; whatever `body` throws.
  public func withLock<Result>(_ body: (_ lock: RunFolderLock) throws -> Result) throws -> Result {
    try makeFolder(stagesPath)
    let lock = try RunFolderLock(self)
    return try withExtendedLifetime(lock) {
      _ = try removePartials()
      return try body(lock)
    }
  }

  /// The complete file of a stage, nil where there is none. The place in the plan may have been another one.
  ///
  /// - Throws: `FileError`.
  public func completeFile(of stage: String, key: ContentKey) throws -> String? {
    try stageFiles().first { $0.stage == stage && $0.shortKey == key.short && $0.size > 0 }?.path
  }

  /// The path of the file that a stage will have.
  ///
  /// - Parameter place: the stage's place in the plan, from 1.
  func stagePath(place: Int, stage: String, key: ContentKey) -> String {
    let number = place < 10 ? "0\(place)" : String(place)
    return "\(stagesPath)/\(number)-\(stage)-\(key.short).nxs"
  }

  func shardFolder(key: ContentKey) -> String { "\(stagesPath)/.shards-\(key.short)" }

  /// All complete stage files of this folder, whatever plan they belong to, by name.
  ///
  /// - Throws: `FileError`; a folder that is not there has none.
  public func stageFiles() throws -> [StageFile] {
    try names(in: stagesPath).compactMap { StageFile(name: $0, in: stagesPath) }
  }

  /// The names of a folder in order; none when the folder is not there.
  func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else {
      if errno == ENOENT { return [] }
      throw FileError(.list, folder)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes files that were being written when a run was killed, and gives their paths.
  func removePartials() throws -> [String] {
    try [path, stagesPath].flatMap { folder in
      try names(in: folder).filter { $0.hasPrefix(AtomicFile.partialPrefix) }.map { try remove("\(folder)/\($0)") }
    }
  }

  /// Removes a file or a folder with all it holds.
  @discardableResult func remove(_ path: String) throws -> String {
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      if access(path, F_OK) == 0 {
        throw FileError(.remove, path, code: access(parentFolder(of: path), W_OK) == 0 ? EIO : errno)
      }
    }
    return path
  }
}

/// A complete stage file.
public struct StageFile: Hashable, Sendable {
  public var path: String
  /// The stage's place in the plan that made it, from 1.
  public var place: Int
  public var stage: String
  /// The first 12 digits of its key.
  public var shortKey: String
  /// In bytes.
  public var size: Int

  /// Reads a name of the form `NN-<stage>-<key>.nxs`; nil when it is another one.
  init?(name: String, in folder: String) {
    guard name.hasSuffix(".nxs") else { return nil }
    let stem = name.dropLast(4)
    guard let first = stem.firstIndex(of: "-"), let last = stem.lastIndex(of: "-"), first < last,
      stem[..<first].count >= 2, let place = Int(stem[..<first]), place > 0
    else { return nil }
    let key = stem[stem.index(after: last)...]
    guard key.count == 12, key.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else { return nil }
    path = "\(folder)/\(name)"
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.place = place
    stage = String(stem[stem.index(after: first)..<last])
    shortKey = String(key)
    size = Int(status.st_size)
  }
}
