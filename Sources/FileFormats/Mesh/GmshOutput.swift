/// Takes the numbers of a file of Gmsh, in text or binary.
struct GmshOutput {
  let isBinary: Bool
  private(set) var bytes: [UInt8] = []
  private var isAtStart = true

  init(isBinary: Bool) { self.isBinary = isBinary }

  /// A line of text, in both encodings.
  mutating func line(_ text: String) {
    bytes += Array(text.utf8)
    endLine()
  }

  mutating func endLine() {
    bytes.append(0x0A)
    isAtStart = true
  }

  /// The end of a row of numbers, which only text has.
  mutating func endRow() {
    if !isBinary { endLine() }
  }

  /// The end of a section's numbers, which only binary files need.
  mutating func endBinaryLine() {
    if isBinary { endLine() }
  }

  private mutating func word(_ text: String) {
    if !isAtStart { bytes.append(0x20) }
    bytes += Array(text.utf8)
    isAtStart = false
  }

  private mutating func raw<Word: FixedWidthInteger>(_ word: Word) {
    withUnsafeBytes(of: word.littleEndian) { bytes += $0 }
  }

  mutating func integer(_ value: Int) {
    if isBinary { raw(Int32(truncatingIfNeeded: value)) } else { word("\(value)") }
  }

  mutating func size(_ value: Int) {
    if isBinary { raw(UInt64(value)) } else { word("\(value)") }
  }

  mutating func number(_ value: Double) {
    if isBinary { raw(value.bitPattern) } else { word("\(value)") }
  }
}
