import ArrayMath
import CTIFF
import Synchronization

/// The pages of a TIFF file, decoded by libtiff.
///
/// Integers of 8, 16 and 32 bits and floating point of 32 and 64; strips and tiles; every compression and predictor that
/// libtiff has for one sample a pixel; both byte orders; classic and BigTIFF. Pages that are marked as reduced images
/// are passed over.
final class TIFFFrames: FrameSource {
  let shape: FrameShape
  let pixelType: PixelType
  let count: Int
  let metadata: FrameMetadata
  /// The description of the first page; empty where it has none.
  let description: String

  private let bytes: FrameBytes
  private let pages: [operando_tiff_page]
  private let idle = Mutex<[TIFFHandle]>([])

  /// More pages than a file of frames has are damage.
  private static let largestPageCount = 1_000_000
  /// What the densest compression, deflate, gains at most.
  private static let largestGain = 1100
  private static let descriptionTag: UInt32 = 270

  static func recognises(_ start: [UInt8]) -> Bool {
    guard start.count >= 8 else { return false }
    let magic = Array(start[..<4])
    return [[0x49, 0x49, 42, 0], [0x4d, 0x4d, 0, 42], [0x49, 0x49, 43, 0], [0x4d, 0x4d, 0, 43]].contains(magic)
  }

  /// - Throws: ``FormatError`` when the file is damaged, or when its pages are not frames of one shape and type.
  init(_ bytes: FrameBytes) throws {
    self.bytes = bytes
    let handle = try TIFFHandle(bytes)
    var pages: [operando_tiff_page] = []
    var first: (shape: FrameShape, type: PixelType)?
    var metadata = FrameMetadata()
    var description = ""
    var number = 0
    repeat {
      number += 1
      let page = handle.describe()
      if page.kind & 1 != 0, number > 1 { continue }
      let type = try TIFFFrames.check(page, of: bytes, number: number)
      let shape = FrameShape(rows: Int(page.rows), columns: Int(page.columns))
      if let first, first.shape != shape || first.type != type {
        throw FormatError(
          bytes.name, at: "page \(number)",
          "has \(shape.rows) x \(shape.columns) pixels of \(type.rawValue), the first page "
            + "\(first.shape.rows) x \(first.shape.columns) of \(first.type.rawValue); frames of one series are alike")
      }
      first = (shape, type)
      if pages.isEmpty {
        metadata = TIFFFrames.metadata(of: page, handle, type: type)
        description = handle.text(TIFFFrames.descriptionTag) ?? ""
      }
      pages.append(page)
      guard pages.count <= TIFFFrames.largestPageCount else {
        throw FormatError(bytes.name, "has more than \(TIFFFrames.largestPageCount) pages")
      }
    } while handle.next()
    if let message = handle.message {
      throw FormatError(bytes.name, at: "page \(number + 1)", "is damaged: \(message)")
    }
    guard let first else { throw FormatError(bytes.name, "has no page with pixels") }
    shape = first.shape
    pixelType = first.type
    self.pages = pages
    count = pages.count
    self.metadata = metadata
    self.description = description
    idle.withLock { $0.append(handle) }
  }

  func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    precondition(
      buffer.count == shape.count * pixelType.size && index >= 0 && index < count, "a frame of this series")
    let handle = try idle.withLock { $0.popLast() } ?? TIFFHandle(bytes)
    let message = handle.read(pages[index], into: buffer)
    if let message { throw FormatError(bytes.name, at: "frame \(index)", "is damaged: \(message)") }
    idle.withLock { $0.append(handle) }
  }

  /// The pixel type of a page that can be read.
  private static func check(_ page: operando_tiff_page, of bytes: FrameBytes, number: Int) throws -> PixelType {
    func refuse(_ message: String) -> FormatError { FormatError(bytes.name, at: "page \(number)", message) }
    guard page.samples == 1 else {
      throw refuse("has \(page.samples) samples a pixel; a frame has one (colour images are not frames)")
    }
    // 3 is a palette: its numbers are names of colours.
    guard page.photometric != 3 else { throw refuse("has a colour palette; a frame holds counts") }
    let type: PixelType
    switch (page.format, page.bits) {
    case (1, 8), (4, 8): type = .uint8
    case (2, 8): type = .int8
    case (1, 16), (4, 16): type = .uint16
    case (2, 16): type = .int16
    case (1, 32), (4, 32): type = .uint32
    case (2, 32): type = .int32
    case (1, 64), (4, 64): type = .uint64
    case (2, 64): type = .int64
    case (3, 32): type = .float32
    case (3, 64): type = .float64
    default:
      let kinds: [UInt16: String] = [1: "unsigned", 2: "signed", 3: "floating point", 5: "complex", 6: "complex"]
      let kind = kinds[page.format] ?? "unknown"
      throw refuse("has \(kind) pixels of \(page.bits) bits; frames have 8, 16, 32 or 64 bits")
    }
    guard page.rows > 0, page.columns > 0, page.rows <= 1 << 24, page.columns <= 1 << 24 else {
      throw refuse("claims \(page.rows) x \(page.columns) pixels")
    }
    guard page.piece_rows > 0, page.piece_columns > 0 else { throw refuse("has strips or tiles without extent") }
    let claim = Int(page.rows) * Int(page.columns) * type.size
    guard page.farthest <= UInt64(bytes.count) else {
      throw refuse("has pixels up to byte \(page.farthest), but the file ends at byte \(bytes.count)")
    }
    let gain = page.compression == 1 ? 1 : largestGain
    guard claim / gain <= page.stored else {
      throw refuse("claims \(claim) bytes of pixels, but \(page.stored) bytes are stored for them")
    }
    return type
  }

  private static func metadata(
    of page: operando_tiff_page, _ handle: TIFFHandle, type: PixelType
  ) -> FrameMetadata {
    let (modelTag, dateTag): (UInt32, UInt32) = (272, 306)
    var metadata = FrameMetadata()
    metadata.tiffOrientation = page.orientation == 0 ? nil : Int(page.orientation)
    metadata.detectorName = handle.text(modelTag)
    metadata.timestamps = handle.text(dateTag).flatMap(FrameTime.seconds).map { [$0] }
    let header = DectrisHeader(handle.text(descriptionTag) ?? "")
    header.apply(to: &metadata)
    metadata.sentinels = PixelSentinel.usual(for: type, isPhotonCounting: header.isPhotonCounting)
    return metadata
  }
}

/// An open file of libtiff, which remembers where it is; one thread at a time.
private final class TIFFHandle: @unchecked Sendable {
  // Handed from thread to thread through a lock, never shared.
  private let tiff: OpaquePointer
  private let bytes: FrameBytes
  /// The bytes in memory that libtiff reads, pinned at one address.
  private let copy: UnsafeMutableRawBufferPointer?

  init(_ bytes: FrameBytes) throws {
    self.bytes = bytes
    var message = [CChar](repeating: 0, count: 512)
    let opened = bytes.withStore { descriptor, memory -> (OpaquePointer?, UnsafeMutableRawBufferPointer?) in
      guard descriptor < 0 else {
        return (operando_tiff_open(descriptor, nil, UInt64(bytes.count), &message, message.count), nil)
      }
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(memory.count, 1), alignment: 16)
      copy.copyMemory(from: memory)
      return (operando_tiff_open(-1, copy.baseAddress, UInt64(memory.count), &message, message.count), copy)
    }
    guard let tiff = opened.0 else {
      opened.1?.deallocate()
      let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw FormatError(bytes.name, "cannot be read as TIFF: \(reason)")
    }
    self.tiff = tiff
    copy = opened.1
  }

  deinit {
    operando_tiff_close(tiff)
    copy?.deallocate()
  }

  /// What libtiff last complained about.
  var message: String? {
    let text = String(cString: operando_tiff_message(tiff))
    return text.isEmpty ? nil : text
  }

  func describe() -> operando_tiff_page {
    var page = operando_tiff_page()
    operando_tiff_describe(tiff, &page)
    return page
  }

  func text(_ tag: UInt32) -> String? {
    guard let text = operando_tiff_text(tiff, tag) else { return nil }
    let value = String(cString: text)
    return value.isEmpty ? nil : value
  }

  func next() -> Bool { operando_tiff_next(tiff) == 1 }

  /// Fills the buffer with a page; returns what went wrong.
  func read(_ page: operando_tiff_page, into buffer: UnsafeMutableRawBufferPointer) -> String? {
    guard operando_tiff_select(tiff, page.offset) == 1 else { return message ?? "its directory cannot be read" }
    let isRead = withUnsafePointer(to: page) { operando_tiff_read(tiff, $0, buffer.baseAddress, buffer.count) == 1 }
    return isRead ? nil : message ?? "its pixels do not fill the page"
  }
}
