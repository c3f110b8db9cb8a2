import ArrayMath
import FileFormats
import Foundation
import HDF5
import TestSupport
import Testing

/// Complex numbers as other programs write them: Tests/Golden/h5py-complex.h5, whose attribute `writer` names the
/// program. All hold k/4 + (2 − k/8)i for k from 0 to 11.
@Suite struct ComplexNumbersTests {
  static let path = SharedData.checkout.appending(path: "Tests/Golden/h5py-complex.h5").path
  static let expected = (0..<12).map { SIMD2(Double($0) / 4, 2 - Double($0) / 8) }

  @Test(arguments: ["complex64", "complex128", "big_endian", "real_imag", "reversed", "half"])
  func isReadHoweverItIsStored(_ name: String) throws {
    try HDF5File.read(Self.path) { root in
      let dataset = try root.dataset(name)
      #expect(try dataset.shape() == [3, 4])
      #expect(try dataset.readComplex(as: Double.self) == Self.expected)
      #expect(try dataset.readComplex(as: Float.self) == Self.expected.map { SIMD2<Float>($0) })
    }
  }

  @Test func treesHoldThem() throws {
    let single = try NeXusFile.readDataset("/complex64", in: Self.path)
    #expect(single.array.values == .complex64(Self.expected.map { ComplexFloat(Float($0.x), Float($0.y)) }))
    #expect(single.attributes["factor"] == NeXusArray(shape: [], values: .complex128([SIMD2(0.5, -0.25)])))
    #expect(
      single.attributes["weights"]
        == NeXusArray(shape: [2], values: .complex64([ComplexFloat(1), ComplexFloat(0, 2)])))
    #expect(try NeXusFile.readDataset("/big_endian", in: Self.path).array.values == .complex128(Self.expected))
    #expect(try NeXusFile.readDataset("/scalar", in: Self.path).array.values == .complex64([ComplexFloat(1, -2)]))
    let compressed = try NeXusFile.readDataset("/compressed", in: Self.path)
    #expect(compressed.shape == [300, 200])
    #expect(compressed.array.values.complexNumbers?[203] == ComplexFloat(4.0 / 4 + 3.0 / 4, 2 - 7.0 / 8))
  }

  @Test func differencesAreOfBits() throws {
    let root = NeXusGroup("", children: ["z": .dataset(Self.dataset([ComplexFloat(1, 0), ComplexFloat(2, 3)]))])
    var other = root
    other[dataset: "z"] = Self.dataset([ComplexFloat(1, 0), ComplexFloat(2, -3)])
    #expect(NeXusFile.differences(root, other) == ["/z: 2.0 + 3.0i against 2.0 + -3.0i at index 1"])
    other[dataset: "z"] = Self.dataset([ComplexFloat(1, -0.0), ComplexFloat(2, 3)])
    #expect(NeXusFile.differences(root, other).count == 1 && root != other)
    #expect(Self.dataset([ComplexFloat(.nan)]) == Self.dataset([ComplexFloat(.nan)]))
  }

  private static func dataset(_ values: [ComplexFloat]) -> NeXusDataset {
    NeXusDataset(NeXusArray(shape: [values.count], values: .complex64(values)))
  }

  @Test func otherCompoundsAreRefusedByName() throws {
    for name in ["not_complex", "integers", "three"] {
      #expect {
        _ = try NeXusFile.readDataset("/" + name, in: Self.path)
      } throws: {
        "\($0)".contains(name) && "\($0)".contains("a compound")
      }
    }
    _ = try HDF5File.read(Self.path) { root in
      #expect {
        _ = try root.dataset("complex64").read(as: Float.self)
      } throws: {
        "\($0)".contains("/complex64") && "\($0)".contains("complex numbers")
      }
    }
  }

  @Test func damageNeverEndsTheProgram() throws {
    let bytes = try [UInt8](Data(contentsOf: URL(filePath: Self.path)))
    let result = MutatedReads(of: [bytes], count: 150) { damaged in
      try HDF5File.read(bytes: damaged, named: "damaged.h5") { root in
        for (name, member) in try root.members() where member == .dataset {
          if case .complex = try root.dataset(name).elementType() {
            _ = try root.dataset(name).readComplex(as: Float.self)
          }
        }
      }
    }
    #expect(result.silentErrors == 0 && result.errors > 20 && result.slowest < 10)
  }
}
