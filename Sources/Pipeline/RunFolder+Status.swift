/// What there is of a stage in a run folder.
public struct StageStatus: Codable, Hashable, Sendable {
  public enum State: String, Codable, Hashable, Sendable {
    /// The file is there.
    case complete
    /// Some items are finished.
    case partial
    /// Nothing is there yet.
    case missing
    /// A file of an earlier plan; `clean` removes it.
    case stale
  }

  /// The stage's place in the plan, from 1.
  public var place: Int
  public var stage: String
  /// The first 12 digits of the key.
  public var shortKey: String
  public var state: State
  /// Of the stage file; nil where there is none.
  public var path: String?
  /// Of the stage file, in bytes.
  public var size: Int
  /// The number of finished items that a resumed run will not do again.
  public var finishedItems: Int
}

extension RunFolder {
  /// The stages of the plan and what there is of them, followed by what earlier plans have left.
  ///
  /// - Throws: `FileError`.
  public func status(_ manifest: RunManifest) throws -> [StageStatus] {
    let files = try stageFiles()
    var current: Set<StageFile> = []
    var list: [StageStatus] = []
    for (index, stage) in manifest.stages.enumerated() {
      let file = files.first { $0.stage == stage.name && $0.shortKey == stage.key.short && $0.size > 0 }
      if let file { current.insert(file) }
      let items = try names(in: shardFolder(key: stage.key)).filter { $0.hasSuffix(".shard") }.count
      list.append(
        StageStatus(
          place: index + 1, stage: stage.name, shortKey: stage.key.short,
          state: file != nil ? .complete : items > 0 ? .partial : .missing, path: file?.path, size: file?.size ?? 0,
          finishedItems: items))
    }
    let stale = files.filter { !current.contains($0) }.map {
      StageStatus(
        place: $0.place, stage: $0.stage, shortKey: $0.shortKey, state: .stale, path: $0.path, size: $0.size,
        finishedItems: 0)
    }
    return list + stale
  }
}

extension RunFolderLock {
  /// Removes the stage files that do not belong to the plan, all shards, and what is half-written.
  ///
  /// - Returns: the paths of what was removed.
  /// - Throws: `FileError`.
  public func clean(_ manifest: RunManifest) throws -> [String] {
    let stale = try folder.status(manifest).filter { $0.state == .stale }.compactMap(\.path)
    let shards = try folder.names(in: folder.stagesPath).filter { $0.hasPrefix(".shards-") }
    var removed = try folder.removePartials()
    for path in stale + shards.map({ "\(folder.stagesPath)/\($0)" }) { removed.append(try folder.remove(path)) }
    return removed
  }
}
