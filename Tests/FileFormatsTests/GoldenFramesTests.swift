import ArrayMath
import FileFormats
import Foundation
import TestSupport
import Testing

/// Files that fabio, tifffile and h5py with hdf5plugin wrote: Tests/Golden/frames, versions in its README.
@Suite struct GoldenFramesTests {
  @Test func everyFileHasTheFramesThatWereWritten() throws {
    let folder = FrameSamples.golden
    let table = try String(contentsOf: folder.appending(path: "expected.tsv"), encoding: .utf8)
    let lines = table.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count >= 20)
    for line in lines {
      let fields = line.split(separator: "\t").map(String.init)
      let name = fields[0]
      do {
        let frames = try FrameFile.open(path: folder.appending(path: name).path).frames
        #expect(frames.count == Int(fields[1]), "\(name)")
        #expect(frames.shape.rows == Int(fields[2]) && frames.shape.columns == Int(fields[3]), "\(name)")
        #expect(frames.pixelType.rawValue == fields[4], "\(name)")
        var sum = 0.0, weighted = 0.0
        for index in 0..<frames.count {
          let (whole, pieces) = try frames.bothWays(index)
          #expect(whole == pieces, "\(name), frame \(index): pieces")
          for (offset, value) in try frames.doubles(index).enumerated() {
            sum += value
            weighted += value * Double((index * frames.shape.count + offset) % 97)
          }
        }
        // Sums of integers up to 2^64 round in the order of addition.
        #expect(abs(sum - (Double(fields[5]) ?? .nan)) <= 1e-12 * abs(sum), "\(name)")
        #expect(abs(weighted - (Double(fields[6]) ?? .nan)) <= 1e-12 * abs(weighted), "\(name)")
      } catch { Issue.record("\(name): \(error)") }
    }
  }

  @Test func aMeasuredPilatusFrameEqualsWhatFabioReads() throws {
    guard let path = SharedData.path("diffraction/dioptas/CeO2_Pilatus1M.tif") else { return }
    let file = try FrameFile.open(path: path)
    #expect(file.frames.shape == FrameShape(rows: 1043, columns: 981) && file.frames.pixelType == .int32)
    let values = try file.frames.doubles(0)
    #expect(values.reduce(0, +) == 126_770_499 && values.min() == -2 && values.max() == 621_698)
    #expect(file.metadata.pixelWidth == 172e-6 && file.metadata.pixelHeight == 172e-6)
    #expect(file.metadata.sentinels == [.negative])
    #expect(file.metadata.timestamps?.count == 1 && file.metadata.exposureTime != nil)
  }

  @Test func aMeasuredFloatingPointStripEqualsWhatFabioReads() throws {
    guard let path = SharedData.path("diffraction/ssrl_lab6/b_toney_lab6_th3_scan1_0008.tif") else { return }
    let file = try FrameFile.open(path: path)
    #expect(file.frames.shape == FrameShape(rows: 195, columns: 1475) && file.frames.pixelType == .float32)
    let values = try file.frames.doubles(0)
    #expect(values.reduce(0, +) == 7_357_539 && values.min() == 0 && values.max() == 92_839)
  }
}
