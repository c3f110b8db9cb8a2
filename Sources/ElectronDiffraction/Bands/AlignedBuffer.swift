/// Zeroed memory for vector instructions, kept as long as the object lives.
final class AlignedBuffer<Value: BitwiseCopyable> {
  let pointer: UnsafeMutablePointer<Value>
  let count: Int

  init(count: Int) {
    let bytes = max(count, 1) * MemoryLayout<Value>.stride
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    pointer = raw.bindMemory(to: Value.self, capacity: max(count, 1))
    self.count = count
  }

  deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}
