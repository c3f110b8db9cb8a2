internal import CKernels
internal import Foundation
internal import Synchronization

/// Numbers in memory that kernels may use: aligned to cache lines, not set to anything. Whoever shares it among threads
/// sees to it that they write to different parts.
final class LaneMemory: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
  let count: Int

  init(count: Int) throws {
    let bytes = count * MemoryLayout<Float>.stride
    guard let pages = operando_pages(bytes) else {
      throw TomographyError.invalid(
        "there is no memory for \(bytes >> 20) MB; give a smaller memory budget or reconstruct fewer columns")
    }
    start = pages.bindMemory(to: Float.self, capacity: count)
    self.count = count
  }

  deinit { free(start) }

  func clear() { start.update(repeating: 0, count: count) }
}

/// Work space that threads take and give back, so that no more is made than there are threads.
final class ScratchPool: Sendable {
  private let size: Int
  private let idle = Mutex<[LaneMemory]>([])

  /// - Parameter size: numbers that each thread needs.
  init(size: Int) { self.size = size }

  func with(_ body: (UnsafeMutablePointer<Float>) throws -> Void) throws {
    let memory = try idle.withLock { $0.popLast() } ?? LaneMemory(count: size)
    defer { idle.withLock { $0.append(memory) } }
    try body(memory.start)
  }
}

/// Memory of a caller to which several threads write, each to its own part.
struct SharedNumbers: @unchecked Sendable {
  let start: UnsafeMutablePointer<Float>
}

/// Numbers that several threads read.
struct SharedValues: @unchecked Sendable {
  let start: UnsafePointer<Float>
}

/// A place with 32 bits after the point, as the kernels count.
func fixedPoint(_ place: Double) -> Int64 { Int64((place * 4_294_967_296).rounded()) }
