/// Numbers at one address for as long as an engine lives: what hot loops read and write without checks or copies.
final class WorkBuffer<Element: BitwiseCopyable> {
  /// The first number.
  let start: UnsafeMutablePointer<Element>
  /// How many there are.
  let count: Int

  init(repeating value: Element, count: Int) {
    self.count = count
    start = UnsafeMutablePointer<Element>.allocate(capacity: max(count, 1))
    start.initialize(repeating: value, count: max(count, 1))
  }

  deinit { start.deallocate() }

  func fill(_ value: Element) { start.update(repeating: value, count: count) }

  /// Takes over the numbers of an array.
  ///
  /// - Precondition: the array is not longer than the room from `offset` on.
  func load(_ values: [Element], at offset: Int = 0) {
    precondition(offset >= 0 && offset + values.count <= count, "the values fit into the buffer")
    values.withUnsafeBufferPointer {
      if let source = $0.baseAddress { (start + offset).update(from: source, count: $0.count) }
    }
  }

  /// Overwrites an array by the numbers from `offset` on.
  ///
  /// - Precondition: the array is not longer than what there is from `offset` on.
  func store(into values: inout [Element], from offset: Int = 0) {
    precondition(offset >= 0 && offset + values.count <= count, "the buffer fills the array")
    values.withUnsafeMutableBufferPointer {
      if let target = $0.baseAddress { target.update(from: start + offset, count: $0.count) }
    }
  }
}
