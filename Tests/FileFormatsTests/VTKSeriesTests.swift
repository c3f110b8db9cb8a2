import FileFormats
import Foundation
import ParticleMechanics
import TestSupport
import Testing

/// Results on meshes of all shapes, as VTK shows them.
@Suite struct VTKSeriesTests {
  static let times = [0.0, 0.1, 3600]

  /// A number, a vector and a tensor at the nodes, a number in the elements, and one that does not change.
  static func fields(_ mesh: ElementMesh) -> [MeshField] {
    func values(_ count: Int, _ seed: Double) -> [Double] { (0..<count).map { sin(seed + Double($0) * 0.7) / 3 } }
    let nodes = mesh.nodeCount * times.count
    return [
      MeshField(name: "lithiation", values: values(nodes, 1)),
      MeshField(
        name: "displacement", vectors: values(nodes, 2).map { SIMD3($0, 1e-9 * $0, -$0) }),
      MeshField(
        name: "stress",
        tensors: values(nodes, 3).map { SymmetricTensor3(xx: $0, yy: 2, zz: 3, yz: 4, xz: 5, xy: 6 * $0) }),
      MeshField(name: "damage", location: .elements, values: values(mesh.elementCount * times.count, 4)),
      MeshField(name: "c-axis", location: .elements, components: 3, values: values(mesh.elementCount * 3, 5)),
    ]
  }

  /// Holds what VTK read against what was written.
  static func expectSame(_ reading: VTKReading, _ mesh: ElementMesh, _ what: String) {
    #expect(reading.steps.map(\.time) == times, "\(what)")
    for (index, step) in reading.steps.enumerated() {
      let places = (0..<mesh.nodeCount).flatMap { node in (0..<3).map { mesh.position(node)[$0] } }
      #expect(step.arrays["points points"] == places, "\(what)")
      #expect(step.arrays["cells connectivity"] == mesh.elements.map(Double.init), "\(what)")
      let types = [Double](repeating: Double(mesh.shape.vtkType), count: mesh.elementCount)
      #expect(step.arrays["cells types"] == types, "\(what)")
      #expect(step.arrays["elements region"] == mesh.regions.map(Double.init), "\(what)")
      for field in fields(mesh) {
        let count = field.components * (field.location == .nodes ? mesh.nodeCount : mesh.elementCount)
        let start = field.values.count == count ? 0 : index * count
        let key = "\(field.location) \(field.name)"
        #expect(step.arrays[key] == Array(field.values[start..<(start + count)]), "\(what) \(key) step \(index)")
        #expect(step.components[key] == field.components)
      }
    }
  }

  @Test func vtkShowsTheSameValuesAtEachTime() throws {
    try withTemporaryFolder { folder in
      var written: [(mesh: ElementMesh, path: String)] = []
      for shape in MeshSamples.shapes {
        let mesh = MeshSamples.box(shape, length: 1e-5)
        let start = folder + "/\(shape.rawValue)"
        try VTKHDFFile.write(mesh, times: Self.times, fields: Self.fields(mesh), to: start + ".vtkhdf")
        written.append((mesh, start + ".vtkhdf"))
        for compression in VTUFile.Compression.allCases {
          let path = start + "-\(compression).pvd"
          try PVDFile.write(mesh, times: Self.times, fields: Self.fields(mesh), to: path, compression: compression)
          written.append((mesh, path))
        }
      }
      guard let readings = try VTKReading.read(written.map(\.path)) else { return }
      #expect(readings.count == written.count)
      for (reading, file) in zip(readings, written) { Self.expectSame(reading, file.mesh, file.path) }
    }
  }

  /// Arrays of more than one block of compression, whatever they are made of.
  @Test func largeArraysAreCompressedInBlocks() throws {
    let mesh = MeshSamples.box(.quadrilateral9, cells: 30)
    let values = (0..<(3 * mesh.nodeCount)).map { Double($0 % 1000) }
    #expect(values.count * 8 > 2 * (1 << 15))
    let field = MeshField(name: "a < \"b\" & c", components: 3, values: values)
    let bytes = try VTUFile.write(mesh, fields: [field])
    let plain = try VTUFile.write(mesh, fields: [field], compression: .none)
    #expect(bytes.count < plain.count / 2)
    try withTemporaryFolder { folder in
      let paths = ["packed", "plain"].map { folder + "/\($0).vtu" }
      for (path, bytes) in zip(paths, [bytes, plain]) { try Data(bytes).write(to: URL(filePath: path)) }
      guard let readings = try VTKReading.read(paths) else { return }
      #expect(readings.map { $0.steps.first?.arrays["nodes a < \"b\" & c"] == values } == [true, true])
    }
  }

  @Test func whatDoesNotBelongTogetherIsRefused() throws {
    let mesh = MeshSamples.box(.triangle3)
    let good = MeshField(name: "u", values: [Double](repeating: 0, count: mesh.nodeCount))
    func refusal(
      _ mesh: ElementMesh = mesh, times: [Double] = [0, 1], fields: [MeshField] = [good], name: String = "x.pvd"
    ) throws -> [String] {
      var messages: [String] = []
      try withTemporaryFolder { folder in
        let path = folder + "/" + name
        for write in [
          { try PVDFile.write(mesh, times: times, fields: fields, to: path) },
          { try VTKHDFFile.write(mesh, times: times, fields: fields, to: path) },
        ] {
          do {
            try write()
            messages.append("")
          } catch { messages.append("\(error)") }
        }
      }
      return messages
    }
    #expect(try refusal() == ["", ""])
    #expect(try refusal(times: [1, 0]).allSatisfy { $0.contains("do not ascend") })
    #expect(try refusal(times: [0, .nan]).allSatisfy { $0.contains("do not ascend") })
    #expect(try refusal(fields: [good, good]).allSatisfy { $0.contains("two fields are called u") })
    let short = MeshField(name: "u", location: .elements, values: [1])
    #expect(try refusal(fields: [short]).allSatisfy { $0.contains("u has 1 values; expected 1 for each element") })
    var broken = mesh
    broken.elements[0] = -1
    #expect(try refusal(broken).allSatisfy { $0.contains("node that is not there") })
    #expect(try refusal(name: "x.vtu")[0].contains("end in .pvd"))
  }
}
