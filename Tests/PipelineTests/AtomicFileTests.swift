import Foundation
import Testing

@testable import Pipeline

@Suite struct AtomicFileTests {
  let folder = TemporaryFolder()

  @Test func writesAndReplaces() throws {
    let path = folder.path + "/result.csv"
    try AtomicFile.write("first, and longer", to: path)
    try AtomicFile.write("second", to: path)
    #expect(contents(of: folder.path) == ["result.csv": Array("second".utf8)])
  }

  @Test func keepsTheOldFileWhenWritingFails() throws {
    struct Failure: Error {}
    let path = try folder.file("result.csv", "old")
    #expect(throws: Failure.self) {
      try AtomicFile.place(path) { partial in
        try "half".write(toFile: partial, atomically: false, encoding: .utf8)
        throw Failure()
      }
    }
    #expect(contents(of: folder.path) == ["result.csv": Array("old".utf8)])
  }

  @Test(arguments: [FileSteps.Step.write, .synchronise, .rename])
  func leavesNothingWhenAStepFails(step: FileSteps.Step) throws {
    let path = try folder.file("result.csv", "old")
    let steps = FileSteps { this, path in if this == step { throw FileError(.write, path, code: EIO) } }
    #expect(throws: FileError.self) { try AtomicFile.write(Array("new".utf8), to: path, steps: steps) }
    #expect(contents(of: folder.path) == ["result.csv": Array("old".utf8)])
  }

  @Test func writesBesideItsPlaceUnderAPartialName() throws {
    let path = folder.path + "/result.nxs"
    try AtomicFile.place(path) { partial in
      #expect(partial.hasPrefix(folder.path + "/.partial-") && partial.hasSuffix("-result.nxs"))
      #expect(!FileManager.default.fileExists(atPath: path))
      try "all".write(toFile: partial, atomically: false, encoding: .utf8)
    }
    #expect(contents(of: folder.path).keys.sorted() == ["result.nxs"])
  }

  @Test func followsLinksAndSparesDevices() throws {
    let target = try folder.file("target.csv", "old")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link.csv", withDestinationPath: target)
    try AtomicFile.write("new", to: folder.path + "/link.csv")
    #expect(try String(contentsOfFile: target, encoding: .utf8) == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link.csv") == target)

    try AtomicFile.write("gone", to: "/dev/null")
    #expect(
      try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        == .typeCharacterSpecial)
  }

  @Test func aFullDeviceIsNamed() {
    let error = #expect(throws: FileError.self) { try AtomicFile.write("text", to: "/dev/full") }
    #expect(error == FileError(.write, "/dev/full", code: ENOSPC))
    #expect(
      error?.description
        == "/dev/full: cannot write: no space is left on the device; free some space, then give the same command again, "
        + "finished work is kept")
  }

  @Test func aWriterThatWroteNothingIsAnError() {
    #expect(throws: FileError.self) { try AtomicFile.place(folder.path + "/result.nxs") { _ in } }
    #expect(contents(of: folder.path).isEmpty)
  }

  @Test func namesWhatStandsInTheWay() throws {
    let file = try folder.file("file", "")
    #expect(throws: FileError(.create, "\(file)/.partial-\(getpid())-a", code: ENOTDIR)) {
      try AtomicFile.write("text", to: file + "/a")
    }
    #expect(throws: FileError(.write, folder.path, code: EISDIR)) { try AtomicFile.write("text", to: folder.path) }
    #expect(throws: FileError.self) { try AtomicFile.write("text", to: folder.path + "/missing/a") }
    #expect(throws: FileError.self) {
      try AtomicFile.write("text", to: folder.path + "/" + String(repeating: "n", count: 300))
    }
  }

  @Test func aFolderWithoutPermissionIsNamed() async {
    // In a process of its own, since the superuser may write everywhere and has to step down first.
    await #expect(processExitsWith: .success) { [path = folder.path as String] in
      guard chmod(path, 0o555) == 0 else { exit(2) }
      if getuid() == 0 { guard setgid(65534) == 0, setuid(65534) == 0 else { exit(3) } }
      do {
        try AtomicFile.write("text", to: path + "/result.csv")
        exit(4)
      } catch let error as FileError {
        exit(error.code == EACCES && error.description.contains("permission denied") ? 0 : 5)
      }
    }
    chmod(folder.path, 0o755)
    #expect(contents(of: folder.path).isEmpty)
  }

  @Test func aFileThatGrowsTooLargeLeavesNothing() async {
    await #expect(processExitsWith: .success) { [path = folder.path as String] in
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 10_000, rlim_max: 10_000)
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      do {
        try AtomicFile.write([UInt8](repeating: 1, count: 20_000), to: path + "/result.csv")
        exit(4)
      } catch let error as FileError {
        exit(error.code == EFBIG && error.action == .write ? 0 : 5)
      }
    }
    #expect(contents(of: folder.path).isEmpty)
  }
}
