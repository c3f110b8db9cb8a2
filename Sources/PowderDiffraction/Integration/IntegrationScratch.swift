import ArrayMath
import CKernels

/// Working memory of one thread that integrates frames.
public struct IntegrationScratch: ~Copyable {
  var frames = FrameScratch()
  var work = WorkingMemory()

  public init() {}
}

/// Sums of the kernels, their totals, and room for a chunk of pixels.
struct WorkingMemory: ~Copyable {
  /// Pixels handed to a kernel at once; chunks start at multiples of it.
  static let chunk = 16384

  private(set) var sums = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 64)
  private(set) var squareSums = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 64)
  private(set) var totals: [Double] = []
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 * Self.chunk, alignment: 64)
  let floored = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 * Self.chunk, alignment: 64)
  let leftOut = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: Self.chunk)

  deinit {
    sums.deallocate()
    squareSums.deallocate()
    copy.deallocate()
    floored.deallocate()
    leftOut.deallocate()
  }

  /// Clears the sums of a frame.
  mutating func prepare(bytes: Int, squareBytes: Int) {
    Self.grow(&sums, bytes)
    Self.grow(&squareSums, squareBytes)
  }

  private static func grow(_ memory: inout UnsafeMutableRawBufferPointer, _ bytes: Int) {
    if memory.count < bytes {
      memory.deallocate()
      memory = .allocate(byteCount: bytes, alignment: 64)
    }
    memory.initializeMemory(as: UInt8.self, repeating: 0)
  }
}
