internal import ArrayMath

extension DiffractionData {
  /// Writes the counts of one pattern as single precision numbers, −1 where nothing was measured.
  ///
  /// - Parameters:
  ///   - index: of the pattern.
  ///   - target: room for a window.
  func load(_ index: Int, into target: UnsafeMutablePointer<Float>) {
    precondition(index >= 0 && index < count, "a pattern of the data")
    let size = window.count
    func convert<Count: FixedWidthInteger & UnsignedInteger>(_ counts: [Count]) {
      counts.withUnsafeBufferPointer { all in
        guard let source = all.baseAddress.map({ $0 + index * size }) else { return }
        for i in 0..<size {
          let value = source[i]
          target[i] = value == .max ? -1 : Float(value)
        }
      }
    }
    switch counts {
    case .narrow(let counts): convert(counts)
    case .wide(let counts): convert(counts)
    }
  }
}
