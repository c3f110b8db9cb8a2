public import ArrayMath

/// Which pixels of a detector are left out.
public struct PixelMask: Sendable, Hashable {
  /// The extent of the frame.
  public let shape: FrameShape
  /// A non-zero entry leaves the pixel out; C order.
  public private(set) var flags: [UInt8]

  /// - Precondition: as many flags as pixels.
  public init(_ flags: [UInt8], shape: FrameShape) {
    precondition(flags.count == shape.count, "a mask has a flag for each pixel")
    self.flags = flags
    self.shape = shape
  }

  /// Leaves out nothing.
  public init(shape: FrameShape) { self.init([UInt8](repeating: 0, count: shape.count), shape: shape) }

  /// The number of pixels left out.
  public var maskedCount: Int { flags.reduce(0) { $0 + ($1 != 0 ? 1 : 0) } }

  /// Leaves out what either leaves out.
  ///
  /// - Precondition: both are of one shape.
  public mutating func formUnion(_ other: PixelMask) {
    precondition(shape == other.shape, "masks of one shape")
    for index in flags.indices where other.flags[index] != 0 { flags[index] = 1 }
  }
}
