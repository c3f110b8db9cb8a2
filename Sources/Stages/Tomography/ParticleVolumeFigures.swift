import ArrayMath
import Figures
import Foundation
import Tomography

/// What a report shows of the particle of a tomogram.
struct ParticleVolumeFigures {
  let value: TomographicParticle
  let tomogram: TomogramResult
  let outline: SectionOutline
  let prefix: String

  /// A report has room for so many triangles.
  private static let largestTriangleCount = 20_000

  var figures: [Figure] { [surface, section, histogram].compactMap(\.self) }

  private var surface: Figure? {
    var mesh = value.surface
    guard !mesh.triangles.isEmpty, let bounds = mesh.bounds else { return nil }
    if mesh.triangles.count > Self.largestTriangleCount { mesh = mesh.clustered(below: Self.largestTriangleCount) }
    let middle = (bounds.lower + bounds.upper) / 2
    let corners = mesh.vertices.flatMap { vertex -> [Float] in
      let place = (vertex - middle) * 1e6
      return [Float(place.x), Float(place.y), Float(place.z)]
    }
    let surface = Surface(
      name: "surface", corners: corners,
      triangles: mesh.triangles.flatMap { [UInt32($0.x), UInt32($0.y), UInt32($0.z)] },
      axes: [Axis("x", unit: "um"), Axis("y, along the beam", unit: "um"), Axis("z, up", unit: "um")], colourIndex: 0)
    return Figure(
      identifier: "\(prefix)particle-surface", title: "Surface of the particle",
      caption:
        "Half-way between the densities of matter and surroundings, pores filled; \(mesh.triangles.count) triangles"
        + (mesh.triangles.count < value.surface.triangles.count ? " of \(value.surface.triangles.count)" : "")
        + ". Where the page can draw in space, turn it with the pointer.",
      panels: [
        Panel(
          x: Axis("to the right", unit: "um"), y: Axis("up", unit: "um"), marks: [.surface(surface)], equalAspect: true)
      ])
  }

  /// The upright section through the particle's middle, with its outline.
  private var section: Figure? {
    let (volume, labels, voxel) = (tomogram.volume, value.labels, tomogram.facts.voxel)
    let shape = volume.shape
    // The middle of the particle, its pores included: the outline's place across counts from it.
    let own = [TomographicParticle.Label.solid.rawValue, TomographicParticle.Label.void.rawValue]
    var (rows, columns, count) = (0, 0, 0)
    for (index, label) in labels.voxels.enumerated() where own.contains(label) {
      rows += index / shape.columns % shape.rows
      columns += index % shape.columns
      count += 1
    }
    guard count > 0 else { return nil }
    let row = rows / count
    let across = (Double(columns) / Double(count) + 0.5 - Double(shape.columns) / 2) * voxel
    let shown = TomogramFigures.shown(tomogram.content)
    let image = ScalarImage(
      (0..<shape.slices).flatMap { slice in
        (0..<shape.columns).map { shown.factor * volume[slice, row, $0] }
      }, shape: FrameShape(rows: shape.slices, columns: shape.columns))
    let picture = ComplexPicture(
      image.shape, pixel: (voxel, voxel),
      origin: ((0.5 - Double(shape.slices) / 2) * voxel, (0.5 - Double(shape.columns) / 2) * voxel), side: 320)
    let map = picture.map(
      [image], label: shown.label, unit: shown.unit, limits: ComplexPicture.limits([image], share: 0.002))
    // Heights of the outline are measured from the top of the volume, upwards.
    let middle = Double(shape.slices) / 2 * voxel
    var (x, y): ([Double], [Double]) = ([], [])
    for polygon in outline.polygons {
      for corner in polygon + polygon.prefix(1) {
        x.append((corner.x + across) * 1e6)
        y.append((corner.y + middle) * 1e6)
      }
      x.append(.nan)
      y.append(.nan)
    }
    return Figure(
      identifier: "\(prefix)particle-section", title: "Section through the particle",
      caption:
        "Upright, through the particle's middle, seen along the beam; the line is the outline that counts as the "
        + "particle's, pores filled.",
      panels: [
        Panel(
          x: Axis("x", unit: "um", limits: picture.xExtent), y: Axis("z, up", unit: "um", limits: picture.yExtent),
          marks: [map, .line(Curve(name: "outline", x: x, y: y, colourIndex: 1))], equalAspect: true)
      ])
  }

  private var histogram: Figure? {
    guard let histogram = value.facts.histogram else { return nil }
    let shown = TomogramFigures.shown(tomogram.content)
    let scale = Double(shown.factor)
    let whole = max(histogram.counts.reduce(0, +), 1)
    func mark(_ place: Double, _ label: String) -> Mark { .verticalLine(at: place * scale, label: label) }
    return Figure(
      identifier: "\(prefix)particle-histogram", title: "What voxels about the particle hold",
      caption:
        "Which part of the voxels has each value, with the means of surroundings and matter and what divides them.",
      panels: [
        Panel(
          x: Axis(shown.label, unit: shown.unit), y: Axis("voxels", unit: "%", scale: .logarithmic),
          marks: [
            .line(
              Curve(
                name: "", x: histogram.centres.map { $0 * scale },
                y: histogram.counts.map { $0 > 0 ? 100 * $0 / whole : .nan }, colourIndex: 0)),
            mark(histogram.outside, "surroundings"), mark(histogram.inside, "matter"),
            mark(histogram.threshold, "threshold"),
          ])
      ])
  }
}

extension SurfaceMesh {
  /// A mesh of fewer triangles: corners that share a cell of a grid become one, and triangles that lose a corner go.
  ///
  /// The grid is made coarser until there are few enough; for pictures, not for measures.
  func clustered(below limit: Int) -> SurfaceMesh {
    guard triangles.count > limit, let bounds = bounds else { return self }
    let size = (bounds.upper - bounds.lower).max()
    var cells = Double(limit).squareRoot()
    while true {
      let step = size / cells
      var places: [SIMD3<Int32>: Int32] = [:]
      var sums: [SIMD3<Double>] = []
      var counts: [Double] = []
      let index = vertices.map { vertex -> Int32 in
        let scaled = (vertex - bounds.lower) / step
        let cell = SIMD3(Int32(scaled.x), Int32(scaled.y), Int32(scaled.z))
        if let known = places[cell] {
          sums[Int(known)] += vertex
          counts[Int(known)] += 1
          return known
        }
        let new = Int32(sums.count)
        places[cell] = new
        sums.append(vertex)
        counts.append(1)
        return new
      }
      let kept = triangles.map { SIMD3(index[Int($0.x)], index[Int($0.y)], index[Int($0.z)]) }.filter {
        $0.x != $0.y && $0.y != $0.z && $0.z != $0.x
      }
      if kept.count <= limit || cells < 8 {
        return SurfaceMesh(vertices: zip(sums, counts).map { $0 / $1 }, triangles: kept)
      }
      cells *= 0.9
    }
  }
}
