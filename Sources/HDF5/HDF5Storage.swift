/// How the numbers of a dataset lie in the file.
public struct HDF5Storage: Hashable, Sendable {
  /// A step that a chunk went through when it was written.
  public struct Filter: Hashable, Sendable {
    /// The registered number, for example 1 for deflate and 32008 for bitshuffle.
    public let identifier: Int
    /// What the file calls it; may be empty.
    public let name: String
    /// What the filter recorded for its reader.
    public let parameters: [UInt32]

    public init(identifier: Int, name: String, parameters: [UInt32]) {
      self.identifier = identifier
      self.name = name
      self.parameters = parameters
    }
  }

  public enum Layout: Hashable, Sendable {
    /// One piece at a byte of the file.
    case contiguous(offset: UInt64)
    /// Chunks of a shape, slowest axis first.
    case chunked([Int])
    /// In the object's header, in other files, or not written at all: only the library reads it.
    case opaque
  }

  /// The lengths along the axes, slowest first.
  public let shape: [Int]
  /// What one element is in memory.
  public let number: HDF5NumberType
  /// Whether the bytes of the file are those of memory once the byte order is right; false for packed or odd types.
  public let isPlain: Bool
  /// Whether the file has the most significant byte first.
  public let isBigEndian: Bool
  public let layout: Layout
  /// In the order in which they were applied on writing.
  public let filters: [Filter]
  /// One element, in the byte order of the machine, for what was never written.
  public let fillValue: [UInt8]
  /// The bytes that all values take in the file.
  public let storedBytes: Int
}
