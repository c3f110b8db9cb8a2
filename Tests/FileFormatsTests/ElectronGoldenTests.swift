import ArrayMath
import Crystallography
import ElectronDiffraction
import FileFormats
import Foundation
import TestSupport
import Testing

/// Numbers of kikuchipy 0.13.1; Tests/Golden/electron/make-electron-kikuchipy made them.
@Suite struct ElectronGoldenTests {
  static let folder = SharedData.checkout.appending(path: "Tests/Golden/electron")

  private struct Patterns: Decodable {
    var nickel, lopsided: [Double]
    var shape: [Int]
    var pattern_centre, bunge_deg: [Double]
    var sample_tilt_deg, screen_tilt_deg, azimuth_deg, twist_deg: Double
  }

  private struct Centres: Decodable {
    struct Centre: Decodable {
      var convention: String
      var shape: [Int]
      var given, bruker: [Double]
      var pixel: Double?
      var binning: Int?
    }
    var centres: [Centre]
  }

  @Test func patternCentresOfEveryConvention() throws {
    let data = try Data(contentsOf: Self.folder.appending(path: "pattern_centres.json"))
    let table = try JSONDecoder().decode(Centres.self, from: data)
    #expect(table.centres.count == 16)
    for entry in table.centres {
      let shape = FrameShape(rows: entry.shape[0], columns: entry.shape[1])
      let given = SIMD3(entry.given[0], entry.given[1], entry.given[2])
      let (pixel, binning) = (entry.pixel ?? 1, entry.binning ?? 1)
      let centre: PatternCentre
      let back: SIMD3<Double>
      switch entry.convention {
      case "tsl":
        centre = PatternCentre(tsl: given, shape: shape)
        back = centre.tsl(shape: shape)
      case "oxford":
        centre = PatternCentre(oxford: given, shape: shape)
        back = centre.oxford(shape: shape)
      default:
        let version = entry.convention == "emsoft4" ? 4 : 5
        centre = PatternCentre(emsoft: given, version: version, shape: shape, pixel: pixel, binning: binning)
        back = centre.emsoft(version: version, shape: shape, pixel: pixel, binning: binning)
      }
      let found = [centre.x, centre.y, centre.z]
      for (one, other) in zip(found, entry.bruker) { #expect(abs(one - other) < 1e-12, "\(entry.convention) \(shape)") }
      let misfit = (back - given) / given
      #expect(abs(misfit.x) + abs(misfit.y) + abs(misfit.z) < 1e-12)
    }
  }

  /// As a part of the range of the pattern; kikuchipy stretches patterns of masters of integers to −1...1.
  private func largestDifference(_ master: MasterPattern, _ golden: Patterns, _ expected: [Double], isStretched: Bool)
    -> Double
  {
    let degree = Double.pi / 180
    let geometry = KikuchiGeometry(
      shape: FrameShape(rows: golden.shape[0], columns: golden.shape[1]),
      patternCentre: PatternCentre(
        x: golden.pattern_centre[0], y: golden.pattern_centre[1], z: golden.pattern_centre[2]),
      sampleTilt: golden.sample_tilt_deg * degree, screenTilt: golden.screen_tilt_deg * degree,
      azimuth: golden.azimuth_deg * degree, twist: golden.twist_deg * degree)
    let orientation = Rotation(
      bunge: BungeEuler(degrees: golden.bunge_deg[0], golden.bunge_deg[1], golden.bunge_deg[2]))
    let toCrystal = orientation * geometry.detectorToSample
    let pattern = (0..<geometry.shape.count).map { pixel in
      master(
        toCrystal(
          geometry.ray(row: Double(pixel / geometry.shape.columns), column: Double(pixel % geometry.shape.columns))))
    }
    let (low, high) = (pattern.min() ?? 0, pattern.max() ?? 1)
    return zip(pattern, expected).reduce(0) { worst, pair in
      max(worst, abs(isStretched ? (pair.0 - low) / (high - low) - (pair.1 + 1) / 2 : (pair.0 - pair.1) / (high - low)))
    }
  }

  @Test func aMasterOfEMsoftProjectsAsItDoesElsewhere() throws {
    let data = try Data(contentsOf: Self.folder.appending(path: "kikuchipy_patterns.json"))
    let golden = try JSONDecoder().decode(Patterns.self, from: data)
    // A master without any symmetry: turned or mirrored axes would show.
    try withFrameFolder { folder in
      let size = 41
      func grid(_ value: (Double, Double) -> Double) -> NeXusNode {
        let values = (0..<size * size).map { Float(value(Double($0 / size), Double($0 % size))) }
        return .dataset(NeXusDataset(values, shape: [1, 1, size, size]))
      }
      let group = NeXusGroup(
        "",
        children: [
          "mLPNH": grid { 100 + 2 * $0 + 0.1 * $1 * $1 }, "mLPSH": grid { 50 + 3 * $0 - $1 },
          "EkeVs": .dataset(NeXusDataset([Float(20)])),
        ])
      try NeXusFile.write(
        NeXusGroup("", children: ["EMData": .group(NeXusGroup("", children: ["EBSDmaster": .group(group)]))]),
        to: folder.path("master.h5"))
      let file = try EMsoftMasterFile.read(folder.path("master.h5"))
      let worst = largestDifference(file.master, golden, golden.lopsided, isStretched: false)
      print("lopsided master, largest difference of 1:", worst)
      #expect(worst < 1e-3)
    }
    guard
      let path = SharedData.path(
        "orientation/kikuchipy_ni/emsoft_ebsd_master_pattern_ni_mc_mp_20kv_uint8_gzip_opts9.h5")
    else { return }
    let file = try EMsoftMasterFile.read(path)
    #expect(file.energies == [20_000] && file.spaceGroupNumber == 225 && file.name == "ni2" || file.name == "ni")
    #expect(abs((file.cell?.a ?? 0) - 3.5236e-10) < 1e-15)
    let worst = largestDifference(file.master, golden, golden.nickel, isStretched: true)
    print("nickel, largest difference of 1:", worst)
    #expect(worst < 1e-3)
    // One energy: the mean over all is that one.
    #expect(try EMsoftMasterFile.read(path, energy: .weighted).master == file.master)
  }

  @Test func nickelHasItsSymmetry() throws {
    guard
      let path = SharedData.path(
        "orientation/kikuchipy_ni/emsoft_ebsd_master_pattern_ni_mc_mp_20kv_uint8_gzip_opts9.h5")
    else { return }
    let master = try EMsoftMasterFile.read(path).master
    var random = SeededGenerator(seed: 1)
    let group = RotationGroup(.cubicHigh)
    var worst = 0.0
    for _ in 0..<200 {
      let q = (0..<3).map { _ in Double.random(in: -1...1, using: &random) }
      let direction = SIMD3(q[0], q[1], q[2])
      for rotation in group.rotations {
        worst = max(worst, abs(master(rotation(direction)) - master(direction)))
        worst = max(worst, abs(master(-rotation(direction)) - master(direction)))
      }
    }
    print("nickel, largest difference between equivalent directions of 255:", worst)
    #expect(worst < 12)
  }

  @Test func energiesAreWeightedByTheirElectrons() throws {
    try withFrameFolder { folder in
      let grids = (0..<2).flatMap { energy in [Float](repeating: Float(10 + 20 * energy), count: 9) }
      // Two kinds of atoms, two energies.
      let both = NeXusDataset(grids + grids, shape: [2, 2, 3, 3])
      let group = NeXusGroup(
        "",
        children: [
          "mLPNH": .dataset(both), "mLPSH": .dataset(both), "EkeVs": .dataset(NeXusDataset([Float(19), Float(20)])),
        ])
      let counts = NeXusDataset([1, 3, 0, 0, 0, 0, 0, 0], shape: [2, 2, 2])
      let data = NeXusGroup(
        "",
        children: [
          "EBSDmaster": .group(group), "MCOpenCL": .group(NeXusGroup("", children: ["accum_e": .dataset(counts)])),
        ])
      try NeXusFile.write(NeXusGroup("", children: ["EMData": .group(data)]), to: folder.path("m.h5"))
      func value(_ choice: EMsoftMasterFile.EnergyChoice) throws -> Float {
        try EMsoftMasterFile.read(folder.path("m.h5"), energy: choice).master.north[4]
      }
      #expect(try value(.highest) == 60)
      #expect(try value(.nearest(18_000)) == 20)
      #expect(try value(.weighted) == 50)
    }
  }
}
