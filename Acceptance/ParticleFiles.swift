import FileFormats
import Foundation
import ParticleMechanics
import TestSupport
import Tomography

/// Line 7 of the complete particle model, and the mesh formats: files that VTK opens with the same values, meshes read back,
/// damaged meshes, and what Gmsh makes of sections.
func particleFilesLines() throws -> [AcceptanceLine] {
  let damage = try DamagedInput("particle-files")
  for shape in MeshSamples.shapes {
    var inputs: [[UInt8]] = []
    for version in GmshMeshFile.Version.allCases {
      for encoding in GmshMeshFile.Encoding.allCases {
        inputs.append(try GmshMeshFile.write(MeshSamples.box(shape), version: version, encoding: encoding))
      }
    }
    damage.check("meshes of \(shape.rawValue)", inputs) { _ = try GmshMeshFile.read($0, named: "damaged.msh") }
  }
  let forms = ["2.2-text", "2.2-binary", "4.1-text", "4.1-binary"]
  let golden = ["disc", "box", "sheet"].flatMap { name in forms.map { "meshes/\(name)-\($0).msh" } }
  damage.check("meshes of Gmsh 4.15.2 and meshio", try DamagedInput.golden(golden + ["meshes/meshio.msh"])) {
    _ = try GmshMeshFile.read($0, named: "damaged.msh")
  }
  damage.add(try largeMeshLine())
  for line in try vtkLines(damage) + meshingLines() { damage.add(line) }
  return damage.lines
}

/// A mesh of a million nodes through all forms of the format.
private func largeMeshLine() throws -> AcceptanceLine {
  let mesh = MeshSamples.box(.triangle6, cells: 500)
  var isSame = true
  var slowest = 0.0
  for version in GmshMeshFile.Version.allCases {
    for encoding in GmshMeshFile.Encoding.allCases {
      let bytes = try GmshMeshFile.write(mesh, version: version, encoding: encoding, unit: 1)
      let start = clock()
      let read = try GmshMeshFile.read(bytes, named: "large.msh", unit: 1)
      slowest = max(slowest, Double(clock() - start) / Double(CLOCKS_PER_SEC))
      isSame =
        isSame && read.points == mesh.points && read.elementCount == mesh.elementCount
        && read.boundaries["surface"]?.count == mesh.boundaries["surface"]?.count
    }
  }
  return AcceptanceLine(
    "particle-files", "\(mesh.nodeCount) nodes, \(mesh.elementCount) triangles, all forms",
    figure: String(format: "%@, slowest read %.2f CPU s", isSame ? "the same" : "different", slowest),
    limit: "the same, at most 10 CPU s", passed: isSame && slowest <= 10)
}

/// What VTK reads of a file at each of its times, held against what was written.
private func vtkLines(_ damage: DamagedInput) throws -> [AcceptanceLine] {
  let times = (0..<5).map { pow(Double($0), 1.5) * 100 }
  var files: [(name: String, path: String, mesh: ElementMesh, fields: [MeshField])] = []
  for shape in MeshSamples.shapes {
    let mesh = MeshSamples.box(shape, cells: shape.dimension == 2 ? 20 : 6, length: 1e-5)
    func values(_ count: Int, _ seed: Double) -> [Double] { (0..<count).map { sin(seed + 0.37 * Double($0)) * 1e9 } }
    let fields = [
      MeshField(name: "lithiation", values: values(mesh.nodeCount * times.count, 1)),
      MeshField(name: "displacement", components: 3, values: values(3 * mesh.nodeCount * times.count, 2)),
      MeshField(name: "stress", components: 6, values: values(6 * mesh.nodeCount * times.count, 3)),
      MeshField(name: "driver", location: .elements, values: values(mesh.elementCount * times.count, 4)),
      MeshField(name: "c-axis", location: .elements, components: 3, values: values(3 * mesh.elementCount, 5)),
    ]
    for ending in ["vtkhdf", "pvd"] {
      let path = damage.path("\(shape.rawValue).\(ending)")
      if ending == "pvd" {
        try PVDFile.write(mesh, times: times, fields: fields, to: path)
      } else {
        try VTKHDFFile.write(mesh, times: times, fields: fields, to: path)
      }
      files.append(("\(shape.rawValue) in \(ending)", path, mesh, fields))
    }
  }
  guard let readings = try VTKReading.read(files.map(\.path)) else { return [] }
  return zip(files, readings).map { file, reading in
    var different = reading.steps.map(\.time) == times ? 0 : 1
    var compared = 0
    for (index, step) in reading.steps.enumerated() {
      for field in file.fields {
        let count = field.components * (field.location == .nodes ? file.mesh.nodeCount : file.mesh.elementCount)
        let start = field.values.count == count ? 0 : index * count
        compared += count
        if step.arrays["\(field.location) \(field.name)"] != Array(field.values[start..<(start + count)]) {
          different += 1
        }
      }
      if step.arrays["cells connectivity"] != file.mesh.elements.map(Double.init) { different += 1 }
      if step.arrays["elements region"] != file.mesh.regions.map(Double.init) { different += 1 }
    }
    return AcceptanceLine(
      "particle-files", "\(file.name), read by VTK",
      figure: "\(compared) values at \(reading.steps.count) times, \(different) arrays differ",
      limit: "none, to the last bit",
      passed: different == 0 && compared > 0)
  }
}

/// Sections and grains meshed by Gmsh; no line where it is not installed.
private func meshingLines() throws -> [AcceptanceLine] {
  let mesher: GmshMesher
  do { mesher = try GmshMesher() } catch {
    print("skipped: \(error)")
    return []
  }
  var lines: [AcceptanceLine] = []
  // Brick-like grains that meet in T-shaped corners: 10 rows of 6, every other row moved by half a grain.
  var grains: [[SIMD2<Double>]] = []
  for row in 0..<10 {
    let (y, height) = (Double(row) * 1e-6, 1e-6)
    var edges = (0...6).map { 1.5e-6 * (Double($0) - (row.isMultiple(of: 2) ? 0 : 0.5)) }.filter { $0 > 0 }
    edges = [0] + edges.filter { $0 < 9e-6 } + [9e-6]
    for (a, b) in zip(edges, edges.dropFirst()) {
      grains.append([SIMD2(a, y), SIMD2(b, y), SIMD2(b, y + height), SIMD2(a, y + height)])
    }
  }
  let geometry = SectionGeometry(grains: grains)
  let mesh = try mesher.mesh(geometry, sizes: MeshSizes(surface: 0.1e-6, interior: 0.2e-6, transition: 1e-6))
  let sides = (mesh.boundaries["surface"] ?? []).count / 3
  lines.append(
    AcceptanceLine(
      "particle-files", "\(grains.count) grains meshed by Gmsh \(mesher.version)",
      figure: "\(Set(mesh.regions).count) regions, \(mesh.elementCount) triangles, \(sides) sides at the surface",
      limit: "\(grains.count) regions, a surface", passed: Set(mesh.regions).count == grains.count && sides > 200))
  let circle = (0..<400).map { index in
    let angle = 2 * Double.pi * Double(index) / 400
    return SIMD2(5e-6 * cos(angle), 5e-6 * sin(angle))
  }
  let disc = try mesher.mesh(
    SectionGeometry(SectionOutline(polygons: [circle])),
    sizes: MeshSizes(surface: 0.2e-6, interior: 0.5e-6, transition: 2e-6), curves: .smooth)
  let radii = Set(disc.boundaries["surface"] ?? []).map { node -> Double in
    let place = disc.position(Int(node))
    return (place * place).sum().squareRoot()
  }
  let error = radii.reduce(0) { max($0, abs($1 / 5e-6 - 1)) }
  lines.append(
    AcceptanceLine("particle-files", "nodes of a smooth outline off the circle, over R", error, atMost: 1e-5))
  return lines
}
