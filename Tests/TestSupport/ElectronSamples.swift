import ArrayMath
import FileFormats
import Foundation

/// Files of orientation maps and Kikuchi patterns, made from the formats' descriptions where no measured one is shared.
///
/// All hold the same 5 columns x 4 rows, 0.25 um apart; the angles of point i are ``angles(_:)``, every seventh point is
/// not indexed, and pixel p of pattern i is ``pixel(_:_:)``.
public enum ElectronSamples {
  public static let columns = 5
  public static let rows = 4
  public static let count = 20
  public static let patternRows = 6
  public static let patternColumns = 8
  /// In micrometres.
  public static let step = 0.25

  /// φ1, Φ and φ2 of a point, in radians.
  public static func angles(_ index: Int) -> [Double] {
    [0.1 + 0.3 * Double(index), 0.2 + 0.1 * Double(index), 0.05 * Double(index)]
  }

  public static func isIndexed(_ index: Int) -> Bool { index % 7 != 3 }

  public static func pixel(_ pattern: Int, _ pixel: Int) -> UInt8 { UInt8((31 * pattern + 7 * pixel) % 251) }

  private static func pattern(_ index: Int) -> [UInt8] {
    (0..<patternRows * patternColumns).map { pixel(index, $0) }
  }

  /// HKL's pair: the `.cpr` and the `.crc`.
  public static func channelProject() -> (project: [UInt8], points: [UInt8]) {
    let project = """
      [General]
      Version=5.0
      [Job]
      Magnification=1000
      kV=20
      TiltAngle=-20
      NoOfPoints=\(count)
      GridDistX=\(step)
      GridDistY=\(step)
      xCells=\(columns)
      yCells=\(rows)
      [Fields]
      Count=8
      Field1=3
      Field2=4
      Field3=5
      Field4=6
      Field5=7
      Field6=8
      Field7=10
      Field8=11
      [Phases]
      Count=1
      [Phase1]
      StructureName=NMC811
      a=2.872
      b=2.872
      c=14.2
      alpha=90
      beta=90
      gamma=120
      LaueGroup=7
      SpaceGroup=166
      """.replacing("\n", with: "\r\n")
    var points: [UInt8] = []
    func append(_ value: Double) { withUnsafeBytes(of: Float(value).bitPattern.littleEndian) { points += Array($0) } }
    for index in 0..<count {
      points.append(isIndexed(index) ? 1 : 0)
      for angle in angles(index) { append(isIndexed(index) ? angle : 0) }
      append(0.01)
      points += [UInt8(index + 100), 0, isIndexed(index) ? 8 : 0, isIndexed(index) ? 0 : 3]
    }
    return (Array(project.utf8), points)
  }

  /// HKL's text with a point for each of the same; `comma` as the decimal sign of a German machine.
  public static func channelText(comma: Bool = false) -> [UInt8] {
    var text = "Channel Text File\r\nPrj\tsample\r\nAuthor\t[Unknown]\r\nJobMode\tGrid\r\nXCells\t\(columns)\r\n"
    text += "YCells\t\(rows)\r\nXStep\t\(step)\r\nYStep\t\(step)\r\nAcqE1\t0\r\nAcqE2\t0\r\nAcqE3\t0\r\n"
    text += "Euler angles refer to Sample Coordinate system (CS0)!\tMag\t200\tCoverage\t100\tDevice\t0\tKV\t20"
    text += "\tTiltAngle\t70\tTiltAxis\t0\r\nPhases\t1\r\n2.872;2.872;14.200\t90;90;120\tNMC811\t7\t166\t\t\t\r\n"
    text += "Phase\tX\tY\tBands\tError\tEuler1\tEuler2\tEuler3\tMAD\tBC\tBS\r\n"
    for index in 0..<count {
      let place = [Double(index % columns) * step, Double(index / columns) * step]
      let angles = isIndexed(index) ? angles(index).map { $0 * 180 / .pi } : [0, 0, 0]
      let numbers = place.map { String(format: "%.4f", $0) }.joined(separator: "\t")
      let euler = angles.map { String(format: "%.5f", $0) }.joined(separator: "\t")
      text += "\(isIndexed(index) ? 1 : 0)\t\(numbers)\t8\t0\t\(euler)\t0.5000\t\(index + 100)\t0\r\n"
    }
    return Array((comma ? text.replacing(".", with: ",") : text).utf8)
  }

  /// EDAX's text of the same points.
  public static func edaxText() -> [UInt8] {
    var text = "# TEM_PIXperUM          1.000000\n# x-star                0.5\n# y-star                0.7\n"
    text += "# z-star                0.6\n#\n# Phase 1\n# MaterialName  \tNMC811\n# Formula     \tNMC\n# Info\n"
    text += "# Symmetry              32\n# LatticeConstants      2.872 2.872 14.200  90.000  90.000 120.000\n"
    text += "# NumberFamilies        0\n#\n# GRID: SqrGrid\n# XSTEP: \(step)\n# YSTEP: \(step)\n"
    text += "# NCOLS_ODD: \(columns)\n# NCOLS_EVEN: \(columns)\n# NROWS: \(rows)\n#\n"
    for index in 0..<count {
      let angles = isIndexed(index) ? angles(index) : [4 * .pi, 4 * .pi, 4 * .pi]
      text += angles.map { String(format: "%10.6f", $0) }.joined(separator: " ")
      text += String(
        format: " %12.5f %12.5f %8.1f %6.3f  0      1  0.500\n", Double(index % columns) * step,
        Double(index / columns) * step, Double(index + 100), isIndexed(index) ? 0.9 : -1)
    }
    return Array(text.utf8)
  }

  /// Oxford's HDF5 with orientations and patterns.
  public static func writeOxford(to path: String) throws {
    func vector(_ name: String, _ values: [Double]) -> (String, NeXusNode) { (name, .dataset(NeXusDataset(values))) }
    let indexed = (0..<count).map(isIndexed)
    let euler = (0..<count).flatMap { indexed[$0] ? angles($0) : [0, 0, 0] }.map { Float($0) }
    var data = Dictionary(
      uniqueKeysWithValues: [
        vector("X", (0..<count).map { Double($0 % columns) * step }),
        vector("Y", (0..<count).map { Double($0 / columns) * step }),
        vector("Pattern Center X", [Double](repeating: 0.51, count: count)),
        vector("Pattern Center Y", [Double](repeating: 0.63, count: count)),
        vector("Detector Distance", [Double](repeating: 0.55, count: count)),
        vector("Mean Angular Deviation", [Double](repeating: 0.01, count: count)),
        vector("Band Contrast", (0..<count).map { Double($0 + 100) }),
      ])
    data["Euler"] = .dataset(NeXusDataset(euler, shape: [count, 3]))
    data["Phase"] = .dataset(NeXusDataset(indexed.map { $0 ? 1 : 0 }))
    data["Bands"] = .dataset(NeXusDataset(indexed.map { $0 ? 8 : 0 }))
    data["Processed Patterns"] = .dataset(patterns(Array(0..<count)))
    let phase = NeXusGroup(
      "",
      children: [
        "Phase Name": .dataset(NeXusDataset(text: "NMC811")), "Laue Group": .dataset(NeXusDataset([7])),
        "Lattice Dimensions": .dataset(NeXusDataset([2.872, 2.872, 14.2])),
        "Lattice Angles": .dataset(NeXusDataset([Double.pi / 2, .pi / 2, 2 * .pi / 3])),
      ])
    let header = NeXusGroup(
      "",
      children: [
        "X Cells": .dataset(NeXusDataset([columns])), "Y Cells": .dataset(NeXusDataset([rows])),
        "X Step": .dataset(NeXusDataset([step])), "Y Step": .dataset(NeXusDataset([step])),
        "Tilt Angle": .dataset(NeXusDataset([70 * Double.pi / 180])), "Beam Voltage": .dataset(NeXusDataset([20.0])),
        "Detector Orientation Euler": .dataset(NeXusDataset([0, 95 * Double.pi / 180, 0])),
        "Phases": .group(NeXusGroup("", children: ["1": .group(phase)])),
      ])
    let scan = NeXusGroup("", children: ["Data": .group(NeXusGroup("", children: data)), "Header": .group(header)])
    try NeXusFile.write(
      NeXusGroup(
        "",
        children: [
          "Manufacturer": .dataset(NeXusDataset(text: "Oxford Instruments")),
          "Format Version": .dataset(NeXusDataset(text: "5.0")),
          "1": .group(NeXusGroup("", children: ["EBSD": .group(scan)])),
        ]), to: path)
  }

  /// Bruker's HDF5: patterns in the order of acquisition, which here goes back and forth.
  public static func writeBruker(to path: String) throws {
    let order = (0..<rows).flatMap { row in
      (0..<columns).map { row * columns + (row % 2 == 0 ? $0 : columns - 1 - $0) }
    }
    func list(_ value: (Int) -> Double) -> NeXusNode { .dataset(NeXusDataset(order.map(value))) }
    let data = NeXusGroup(
      "",
      children: [
        "RawPatterns": .dataset(patterns(order)), "PCX": list { 0.4 + 0.001 * Double($0) },
        "PCY": list { 0.2 + 0.001 * Double($0) }, "DD": list { 0.6 + 0.001 * Double($0) },
      ])
    let header = NeXusGroup(
      "",
      children: [
        "Grid Type": .dataset(NeXusDataset(text: "isometric")), "NROWS": .dataset(NeXusDataset([100])),
        "NCOLS": .dataset(NeXusDataset([100])), "XSTEP": .dataset(NeXusDataset([step])),
        "YSTEP": .dataset(NeXusDataset([step])), "Sample Tilt": .dataset(NeXusDataset([70.0])),
        "CameraTilt": .dataset(NeXusDataset([5.0])), "KV": .dataset(NeXusDataset([20.0])),
        "StaticBackground": .dataset(
          NeXusDataset(
            NeXusArray(shape: [patternRows, patternColumns], values: .uint8(pattern(99))), units: nil)),
      ])
    let microscope = NeXusGroup(
      "",
      children: [
        "IX": .dataset(NeXusDataset(order.map { 11 + $0 % columns })),
        "IY": .dataset(NeXusDataset(order.map { 23 + $0 / columns })),
      ])
    let scan = NeXusGroup(
      "", children: ["Data": .group(data), "Header": .group(header), "SEM": .group(microscope)])
    try NeXusFile.write(
      NeXusGroup(
        "",
        children: [
          "Manufacturer": .dataset(NeXusDataset(text: "Bruker Nano")),
          "Scan 0": .group(NeXusGroup("", children: ["EBSD": .group(scan)])),
        ]), to: path)
  }

  private static func patterns(_ order: [Int]) -> NeXusDataset {
    NeXusDataset(
      NeXusArray(
        shape: [order.count, patternRows, patternColumns], values: .uint8(order.flatMap(pattern))), units: nil)
  }

  /// EDAX's binary file.
  public static func edaxBinary(version: UInt32 = 3, bytesPerPixel: Int = 2, isHexagonal: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    func append<Value: FixedWidthInteger>(_ value: Value) {
      withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
    }
    let offset: UInt32 = version == 1 ? 16 : 42
    for value in [version, UInt32(patternColumns), UInt32(patternRows), offset] { append(value) }
    if version >= 3 {
      bytes.append(1)
      append(UInt32(columns))
      append(UInt32(rows))
      bytes.append(isHexagonal ? 1 : 0)
      append(step.bitPattern)
      append(step.bitPattern)
    }
    for index in 0..<count {
      for value in pattern(index) { bytesPerPixel == 2 ? append(UInt16(value)) : append(value) }
    }
    return bytes
  }

  /// Oxford's binary file: patterns stored backwards, the third of the map not stored where `isPartial`.
  public static func oxfordBinary(version: Int = 2, isPartial: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    func append<Value: FixedWidthInteger>(_ value: Value) {
      withUnsafeBytes(of: value.littleEndian) { bytes += Array($0) }
    }
    if version > 0 { append(Int64(-version)) }
    if version > 3 { bytes.append(1) }
    let (header, footer) = (version >= 5 ? 24 : 16, version == 0 ? 0 : (version == 1 ? 16 : 18))
    let size = header + patternRows * patternColumns + footer
    let stored = (0..<count).reversed().filter { !(isPartial && $0 == 2) }
    let first = bytes.count + 8 * count
    for index in 0..<count { append(Int64(stored.firstIndex(of: index).map { first + $0 * size } ?? 0)) }
    for index in stored {
      if version >= 5 {
        append(Int32(index % columns))
        append(Int32(index / columns))
      }
      for value in [0, patternRows, patternColumns, patternRows * patternColumns] { append(Int32(value)) }
      bytes += pattern(index)
      for value in [Double(index % columns) * step, Double(index / columns) * step] where version > 0 {
        if version > 1 { bytes.append(1) }
        append(value.bitPattern)
      }
    }
    return bytes
  }
}
