import Foundation

/// The machine of a run, without its name and without its users.
public struct HostFacts: Codable, Hashable, Sendable {
  /// The operating system and its kernel.
  public var system: String
  /// The processor's model.
  public var processor: String
  /// The number of processor cores the system offers.
  public var cores: Int
  /// In bytes.
  public var memory: Int

  public init(system: String, processor: String, cores: Int, memory: Int) {
    self.system = system
    self.processor = processor
    self.cores = cores
    self.memory = memory
  }

  /// The machine this program runs on; what cannot be found out is "unknown" or zero.
  public static func current() -> HostFacts {
    let release = field("PRETTY_NAME", of: "/etc/os-release", separator: "=")?.filter { $0 != "\"" }
    var names = utsname()
    var kernel = ""
    if uname(&names) == 0 {
      kernel = [text(names.sysname), text(names.release), text(names.machine)].joined(separator: " ")
    }
    let memory = field("MemTotal", of: "/proc/meminfo", separator: ":")?.split(separator: " ").first.flatMap { Int($0) }
    return HostFacts(
      system: [release, kernel.isEmpty ? nil : kernel].compactMap { $0 }.joined(separator: ", "),
      processor: field("model name", of: "/proc/cpuinfo", separator: ":") ?? "unknown",
      cores: max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 0), memory: (memory ?? 0) * 1024)
  }

  /// Bytes of memory that are free or can be freed at once, nil where the system does not say.
  static func availableMemory() -> Double? {
    field("MemAvailable", of: "/proc/meminfo", separator: ":")?.split(separator: " ").first.flatMap { Double($0) }
      .map { $0 * 1024 }
  }

  /// Bytes that can be written to the file system of a folder, nil where the system does not say.
  static func freeSpace(at folder: String) -> Double? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Double(status.f_bavail) * Double(status.f_frsize)
  }

  /// The value of the first line of a text file that begins with a name.
  static func field(_ name: String, of path: String, separator: Character) -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name else { continue }
      return parts[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }

  private static func text<Characters>(_ characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
