import Foundation

// libFuzzer has the `main`; it calls these two. The reader and the folder for valid inputs come by the environment, as
// the command line belongs to libFuzzer.

private let reader = ProcessInfo.processInfo.environment["FUZZ_READER"].flatMap(Reader.init)

/// Writes the valid inputs that mutation starts from.
@c(LLVMFuzzerInitialize)
public func initialize(_ count: OpaquePointer?, _ values: OpaquePointer?) -> Int32 {
  guard let reader, let folder = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else {
    print(
      "set FUZZ_READER to one of \(Reader.allCases.map(\.rawValue).joined(separator: ", ")), FUZZ_SEEDS to a folder")
    exit(2)
  }
  do {
    for (index, seed) in try reader.seeds().enumerated() {
      try Data(seed).write(to: URL(filePath: folder).appending(path: "seed-\(index)"))
    }
  } catch {
    print("\(error)")
    exit(1)
  }
  return 0
}

/// Reads one input; a crash ends the process, which is what libFuzzer looks for.
@c(LLVMFuzzerTestOneInput)
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> Int32 {
  guard let reader else { return 0 }
  do { try reader.read(Array(UnsafeBufferPointer(start: data, count: size))) } catch {
    // An error is a good end; it must have words.
    precondition("\(error)".count >= 10, "an error without words")
  }
  return 0
}
