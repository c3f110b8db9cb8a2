import ArrayMath
import Figures
import Foundation
import ImageAnalysis
import Tomography

/// What a report shows of a tomogram.
struct TomogramFigures {
  let value: TomogramResult
  /// What the figures' names begin with.
  let prefix: String
  /// Of the colours, in the unit that is shown.
  private let limits: ClosedRange<Double>
  /// The voxel nearest to the centre of mass of what is above half of the largest values.
  private let centre: (slice: Int, row: Int, column: Int)

  init(value: TomogramResult, prefix: String) {
    (self.value, self.prefix) = (value, prefix)
    let volume = value.volume
    let count = volume.shape.slices
    let factor = Self.shown(value.content).factor
    let some = (0..<min(count, 16)).map { volume.slice($0 * count / min(count, 16)).map { factor * $0 } }
    limits = ComplexPicture.limits(some, share: 0.002)
    centre = Self.centre(of: volume, above: Float(limits.upperBound) / factor / 2)
  }

  /// A report has room for so many slices behind its slider.
  private static let largestFrameCount = 24

  var figures: [Figure] {
    [slices, views, sinograms, displacements, totals, correlation, convergence].compactMap(\.self)
  }

  private var volume: ScalarVolume { value.volume }
  private var voxel: Double { value.facts.voxel }

  private func picture(rows: Int, columns: Int, side: Int) -> ComplexPicture {
    ComplexPicture(
      FrameShape(rows: rows, columns: columns), pixel: (voxel, voxel),
      origin: ((0.5 - Double(rows) / 2) * voxel, (0.5 - Double(columns) / 2) * voxel), side: side)
  }

  // MARK: - The volume

  /// Name, unit and factor of what is shown of a voxel.
  static func shown(_ content: TomogramResult.Content) -> (label: String, unit: String, factor: Float) {
    switch content {
    case .delta: ("delta", "1e-6", 1e6)
    case .attenuation: ("attenuation", "1/mm", 1e-3)
    case .phase: ("phase a voxel", "rad", 1)
    }
  }

  private var shown: (label: String, unit: String, factor: Float) { Self.shown(value.content) }

  private func scaled(_ images: [ScalarImage]) -> [ScalarImage] {
    let factor = shown.factor
    return images.map { $0.map { factor * $0 } }
  }

  private func map(_ picture: ComplexPicture, _ images: [ScalarImage], _ limits: ClosedRange<Double>) -> Mark {
    let scaled = scaled(images)
    return picture.map(scaled, label: shown.label, unit: shown.unit, limits: limits)
  }

  private var slices: Figure {
    let count = volume.shape.slices
    let frames = min(count, Self.largestFrameCount)
    let indices = (0..<frames).map { (2 * $0 + 1) * count / (2 * frames) }
    let picture = picture(rows: volume.shape.rows, columns: volume.shape.columns, side: frames > 8 ? 200 : 360)
    let heights = indices.map { (Double(count) / 2 - Double($0) - 0.5) * voxel * 1e6 }
    return Figure(
      identifier: "\(prefix)tomogram-slices", title: "Slices across the axis of rotation",
      caption:
        "Seen from above, the beam running up the page at angle 0; values are above those of the medium. The slider goes "
        + "from the lowest slice to the highest.",
      panels: [
        Panel(
          x: Axis("x", unit: "um", limits: picture.xExtent),
          y: Axis("y, along the beam", unit: "um", limits: picture.yExtent),
          marks: [map(picture, indices.reversed().map(volume.slice), limits)], equalAspect: true)
      ],
      frames: frames > 1 ? Figure.Frames(label: "height", unit: "um", values: heights.reversed()) : nil)
  }

  private var views: Figure {
    let shape = volume.shape
    let (slice, row, column) = centre
    func image(_ rows: Int, _ columns: Int, _ voxel: (Int, Int) -> Float) -> ScalarImage {
      ScalarImage(
        (0..<rows).flatMap { row in (0..<columns).map { voxel(row, $0) } },
        shape: FrameShape(rows: rows, columns: columns))
    }
    let front = image(shape.slices, shape.columns) { volume[$0, row, $1] }
    // Seen from the right: along the beam is to the right.
    let side = image(shape.slices, shape.rows) { volume[$0, shape.rows - 1 - $1, column] }
    let top = volume.slice(slice)
    func panel(_ title: String, _ image: ScalarImage, _ x: String, _ y: String) -> Panel {
      let picture = picture(rows: image.rows, columns: image.columns, side: 300)
      return Panel(
        title: title, x: Axis(x, unit: "um", limits: picture.xExtent), y: Axis(y, unit: "um", limits: picture.yExtent),
        marks: [map(picture, [image], limits)], equalAspect: true)
    }
    return Figure(
      identifier: "\(prefix)tomogram-views", title: "Three sections at right angles",
      caption: "Through the centre of mass of what is there.",
      panels: [
        panel("from above", top, "x", "y, along the beam"), panel("along the beam", front, "x", "z, up"),
        panel("across the beam", side, "y, along the beam", "z, up"),
      ])
  }

  private static func centre(
    of volume: ScalarVolume, above threshold: Float
  ) -> (slice: Int, row: Int, column: Int) {
    let shape = volume.shape
    var (sum, z, y, x) = (0.0, 0.0, 0.0, 0.0)
    for slice in 0..<shape.slices {
      for row in 0..<shape.rows {
        for column in 0..<shape.columns {
          let value = volume[slice, row, column]
          guard value > threshold else { continue }
          let mass = Double(value)
          sum += mass
          z += mass * Double(slice)
          y += mass * Double(row)
          x += mass * Double(column)
        }
      }
    }
    guard sum > 0 else { return (shape.slices / 2, shape.rows / 2, shape.columns / 2) }
    return (Int((z / sum).rounded()), Int((y / sum).rounded()), Int((x / sum).rounded()))
  }

  // MARK: - Projections

  private var order: [Int] {
    let angles = value.geometry.angles
    return angles.indices.sorted { (angles[$0], $0) < (angles[$1], $1) }
  }

  private var degrees: [Double] { value.geometry.angles.map { $0 * 180 / .pi } }

  /// One row of all projections, before and after the displacements are taken off.
  private var sinograms: Figure? {
    let stack = value.projections
    let (rows, columns) = (stack.shape.rows, stack.shape.columns)
    guard stack.count > 1, rows > 0 else { return nil }
    let line = min(max(centre.slice, 0), rows - 1)
    let geometry = stack.geometry
    func pixel(_ view: Int, _ row: Int, _ column: Int) -> Float {
      guard (0..<rows).contains(row), (0..<columns).contains(column) else { return .nan }
      return stack.pixels[(view * rows + row) * columns + column]
    }
    func sinogram(isAligned: Bool) -> ScalarImage {
      let values = order.flatMap { view -> [Float] in
        let moved = geometry.displacements[view]
        let down = isAligned ? moved.rows.rounded() : 0
        let right = isAligned ? moved.columns + geometry.axisColumn - Double(columns) / 2 : 0
        let first = Int(right.rounded(.down))
        let part = Float(right - right.rounded(.down))
        return (0..<columns).map { column in
          let (a, b) = (
            pixel(view, line + Int(down), column + first), pixel(view, line + Int(down), column + first + 1)
          )
          return part == 0 ? a : (1 - part) * a + part * b
        }
      }
      return ScalarImage(values, shape: FrameShape(rows: stack.count, columns: columns))
    }
    let images = [sinogram(isAligned: false), sinogram(isAligned: true)]
    let limits = ComplexPicture.limits(images, share: 0.002)
    let xExtent = -Double(columns) / 2 * voxel * 1e6...Double(columns) / 2 * voxel * 1e6
    let blocks = (max(1, (columns + 319) / 320), max(1, (stack.count + 319) / 320))
    func panel(_ title: String, _ image: ScalarImage) -> Panel {
      let small = image.averaged(rows: blocks.1, columns: blocks.0)
      return Panel(
        title: title, x: Axis("x", unit: "um", limits: xExtent), y: Axis("projection, by angle"),
        marks: [
          .map(
            PixelMap(
              label: stack.quantity == .phase ? "minus the phase" : "minus ln of the transmission",
              unit: stack.quantity == .phase ? "rad" : "", rows: small.rows, columns: small.columns,
              values: [small.pixels], xExtent: xExtent, yExtent: 0...Double(stack.count), colourScale: .sequential,
              limits: limits))
        ])
    }
    return Figure(
      identifier: "\(prefix)tomogram-sinogram", title: "A sinogram before and after alignment",
      caption:
        "One row of all projections, the first angle at the top, as measured and with the displacements taken off.",
      panels: [panel("as measured", images[0]), panel("aligned", images[1])])
  }

  private var displacements: Figure? {
    let geometry = value.geometry
    guard geometry.displacements.contains(where: { $0.rows != 0 || $0.columns != 0 }) else { return nil }
    let x = order.map { degrees[$0] }
    func panel(_ title: String, _ values: [Double], _ uncertainties: [Double]) -> Panel {
      let isKnown = uncertainties.count == values.count && uncertainties.contains { $0 > 0 }
      return Panel(
        title: title, x: Axis("angle", unit: "deg"), y: Axis("displacement", unit: "pixel"),
        marks: [
          .points(
            Curve(
              name: "", x: x, y: order.map { values[$0] },
              yUncertainty: isKnown ? order.map { uncertainties[$0] } : nil))
        ])
    }
    return Figure(
      identifier: "\(prefix)tomogram-displacements", title: "Displacements of the sample that were found",
      caption: "By how much the sample lies lower or further to the right in each projection; bars are one standard "
        + "uncertainty.",
      panels: [
        panel("down", geometry.displacements.map(\.rows), value.facts.rowUncertainties),
        panel("to the right", geometry.displacements.map(\.columns), value.facts.columnUncertainties),
      ])
  }

  private var totals: Figure? {
    let totals = value.facts.views.map(\.total)
    guard totals.count(where: \.isFinite) > 1 else { return nil }
    let outliers = order.filter { value.facts.views[$0].isOutlier }
    let kept = order.filter { !value.facts.views[$0].isOutlier }
    func points(_ name: String, _ views: [Int], _ colour: Int) -> Mark {
      .points(Curve(name: name, x: views.map { degrees[$0] }, y: views.map { totals[$0] }, colourIndex: colour))
    }
    var marks = [points(outliers.isEmpty ? "" : "used", kept, 0)]
    if !outliers.isEmpty { marks.append(points("left out", outliers, 1)) }
    let unit = value.projections.quantity == .phase ? "rad pixel" : "pixel"
    return Figure(
      identifier: "\(prefix)tomogram-totals", title: "Sum of each projection",
      caption: "The same at all angles where all of the sample is in the field and the zero is right.",
      panels: [Panel(x: Axis("angle", unit: "deg"), y: Axis("sum over the pixels", unit: unit), marks: marks)])
  }

  private var correlation: Figure? {
    guard let shells = value.facts.correlation else { return nil }
    let x = shells.frequencies.map { $0 * 1e-6 }
    var marks: [Mark] = [
      .line(Curve(name: "correlation", x: x, y: shells.correlation, colourIndex: 0)),
      .line(Curve(name: "half-bit threshold", x: x, y: shells.halfBit, style: .dashed, colourIndex: 1)),
      .line(Curve(name: "one-bit threshold", x: x, y: shells.oneBit, style: .dotted, colourIndex: 2)),
    ]
    if let resolution = shells.resolution {
      marks.append(
        .verticalLine(at: 1e-6 / (2 * resolution), label: String(format: "%.3g nm half period", resolution * 1e9)))
    }
    return Figure(
      identifier: "\(prefix)tomogram-correlation", title: "Fourier shell correlation of two halves",
      caption: "Volumes from every second projection. The resolution is the half period at which the correlation falls "
        + "below the half-bit threshold; both halves share the alignment.",
      panels: [
        Panel(x: Axis("spatial frequency", unit: "1/um"), y: Axis("correlation", limits: -0.1...1.05), marks: marks)
      ])
  }

  private var convergence: Figure? {
    let steps = value.facts.steps
    guard steps.count > 1 else { return nil }
    let x = steps.indices.map { Double($0 + 1) }
    var panels = [
      Panel(
        title: "change", x: Axis("iteration"),
        y: Axis("change of displacements, rms", unit: "pixel", scale: .logarithmic),
        marks: [.points(Curve(name: "", x: x, y: steps.map { max($0.change, 1e-6) }))])
    ]
    if steps.contains(where: { $0.misfit.isFinite }) {
      panels.append(
        Panel(
          title: "misfit", x: Axis("iteration"), y: Axis("projections against re-projections, rms"),
          marks: [.points(Curve(name: "", x: x, y: steps.map(\.misfit)))]))
    }
    return Figure(
      identifier: "\(prefix)tomogram-convergence", title: "How the alignment went",
      caption: value.facts.alignment, panels: panels)
  }
}

extension Image where Pixel == Float {
  /// Blocks of pixels as their mean, over those that have a value.
  func averaged(rows blockRows: Int, columns blockColumns: Int) -> ScalarImage {
    let shape = FrameShape(rows: max(1, rows / blockRows), columns: max(1, columns / blockColumns))
    var pixels: [Float] = []
    pixels.reserveCapacity(shape.count)
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        var (sum, count) = (Float(0), Float(0))
        for y in row * blockRows..<min((row + 1) * blockRows, rows) {
          for x in column * blockColumns..<min((column + 1) * blockColumns, columns) where self[y, x].isFinite {
            sum += self[y, x]
            count += 1
          }
        }
        pixels.append(count > 0 ? sum / count : .nan)
      }
    }
    return ScalarImage(pixels, shape: shape)
  }
}
