public import ArrayMath

/// A series of simulated frames that reads like a file: each frame is computed when it is read.
///
/// Frame 17 is the same whether or not frames 0 to 16 were read, and whichever thread reads it.
public struct SimulatedFrames: FrameSource {
  /// What records the frames.
  public let detector: DetectorModel
  /// The seed of the noise.
  public let seed: UInt64
  public let count: Int
  private let content: Content

  private enum Content: Sendable {
    case still(expected: [Float])
    case moving(@Sendable (Int) throws -> PowderScene)
    case blended(StillImages, @Sendable (Int) throws -> (weights: [Double], scene: PowderScene))
  }

  /// Repeated exposures of one scene: the image is computed once, the noise for each frame.
  ///
  /// - Throws: ``ForwardModelError``.
  public init(_ scene: PowderScene, detector: DetectorModel, count: Int, seed: UInt64, threads: Int = 1) throws {
    try ForwardModelError.require(count >= 0, "number of frames", Double(count), "zero or more")
    self.detector = detector
    self.seed = seed
    self.count = count
    content = .still(expected: try detector.expectedPhotons(of: scene, threads: threads))
  }

  /// A scene for each frame, for example an operando series or a line scan.
  ///
  /// - Parameter scene: gets the index of the frame; may be called from several threads.
  /// - Throws: ``ForwardModelError`` for the detector; scenes are checked when their frame is read.
  public init(
    detector: DetectorModel, count: Int, seed: UInt64, scene: @escaping @Sendable (_ frame: Int) throws -> PowderScene
  ) throws {
    try ForwardModelError.require(count >= 0, "number of frames", Double(count), "zero or more")
    try detector.check()
    self.detector = detector
    self.seed = seed
    self.count = count
    content = .moving(scene)
  }

  /// Frames that share still images and differ in their strength and in what moves.
  ///
  /// - Parameter content: the weight of each still image and the moving scene of a frame; may be called from several
  ///   threads.
  /// - Throws: ``ForwardModelError``; scenes are checked when their frame is read.
  public init(
    stills: StillImages, count: Int, seed: UInt64,
    content: @escaping @Sendable (_ frame: Int) throws -> (weights: [Double], scene: PowderScene)
  ) throws {
    try ForwardModelError.require(count >= 0, "number of frames", Double(count), "zero or more")
    detector = stills.detector
    self.seed = seed
    self.count = count
    self.content = .blended(stills, content)
  }

  public var shape: FrameShape { detector.imageShape }
  public var pixelType: PixelType { .uint16 }

  /// - Throws: ``ForwardModelError``, or what the scene throws.
  public func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let expected =
      switch content {
      case .still(let expected): expected
      case .moving(let scene): try detector.expectedPhotons(of: try scene(index))
      case .blended(let stills, let content): try blended(stills, try content(index))
      }
    try detector.record(
      expected: expected, seed: seed, frame: index, threads: 1, into: buffer.bindMemory(to: UInt16.self))
  }

  private func blended(_ stills: StillImages, _ content: (weights: [Double], scene: PowderScene)) throws -> [Float] {
    try stills.expectedPhotons(weights: content.weights, moving: content.scene)
  }
}
