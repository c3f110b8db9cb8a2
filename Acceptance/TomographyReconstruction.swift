import ArrayMath
import Foundation
import ImageAnalysis
import Tomography

/// Shepp-Logan's head from 600 angles and 512 columns: how right a slice is, on one scale, how fast and in how much memory.
func tomographyReconstructionLines() throws -> [AcceptanceLine] {
  let threads = ProcessInfo.processInfo.activeProcessorCount
  let (angles, size) = (600, 512)
  let truth = EllipsePhantom.sheppLogan.slice(size: size)
  func stack(_ geometry: ProjectionGeometry, rows: Int) throws -> ProjectionStack {
    try EllipsePhantom.sheppLogan.projections(geometry, shape: FrameShape(rows: rows, columns: size))
  }
  let even = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(angles), axisColumn: Double(size) / 2)
  let one = try stack(even, rows: 1)
  let score = SliceComparison(try FilteredBackProjection()(one, threads: threads).slice(0), truth: truth)
  var lines = [
    AcceptanceLine("1", "Shepp-Logan, 600 angles x 512: root mean square error", score.error, atMost: 0.0155),
    AcceptanceLine("1", "Shepp-Logan: slope against the truth, from 1", abs(score.slope - 1), atMost: 0.003),
    AcceptanceLine("1", "Shepp-Logan: offset", abs(score.offset), atMost: 0.002),
  ]

  // The scale is held against even angles; few angles are streaky, which is no matter of scale.
  var worst = 0.0
  let degree = Double.pi / 180
  let uneven = (0..<400).map { 0.15 * degree * Double($0) } + (0..<300).map { degree * (60 + 0.4 * Double($0)) }
  for some in [ProjectionGeometry.halfTurn(400), ProjectionGeometry.halfTurn(901), uneven] {
    let geometry = ProjectionGeometry(angles: some, axisColumn: Double(size) / 2)
    let slice = try FilteredBackProjection()(stack(geometry, rows: 1), threads: threads).slice(0)
    worst = max(worst, abs(SliceComparison(slice, truth: truth).slope - score.slope))
  }
  var method = FilteredBackProjection()
  for padding in [3.0, 5, 8] {
    method.padding = padding
    let slice = try method(one, threads: threads).slice(0)
    worst = max(worst, abs(SliceComparison(slice, truth: truth).slope - score.slope))
  }
  lines.append(
    AcceptanceLine(
      "1", "slopes with 400, 901 and uneven angles and with 3 to 8 times padding, apart", worst, atMost: 0.001))

  // 512 slices, handed over as they are made.
  let whole = try stack(even, rows: size)
  let budget = FilteredBackProjection().workingMemory(whole, threads: 1).most
  let before = residentBytes()
  let started = processSeconds()
  var checksum = 0.0
  var peak = 0
  try FilteredBackProjection().reconstruct(whole, threads: 1, memory: budget) { slices, voxels in
    checksum += Double(voxels[size * size / 2 + size / 2])
    peak = max(peak, residentBytes() - before)
  }
  let seconds = processSeconds() - started
  lines += [
    AcceptanceLine(
      "1", "a slice, one thread, filter included", 1e3 * seconds / Double(size), atMost: 20, unit: "CPU ms"),
    AcceptanceLine("1", "the whole of 512 x 512 x 512, one thread", seconds, atMost: 10, unit: "CPU s"),
    AcceptanceLine(
      "1", "memory that came on top while it ran", Double(peak) / 1e6, atMost: Double(budget) / 1e6, unit: "MB"),
  ]

  // Bits: threads, the least memory and slices out of their order.
  let some = try stack(even, rows: 48)
  let volume = try FilteredBackProjection()(some, threads: 1)
  let least = FilteredBackProjection().workingMemory(some, threads: 1).least
  var same = try FilteredBackProjection()(some, threads: threads + 1, memory: least) == volume
  try FilteredBackProjection().reconstruct(some, threads: threads, memory: least, slices: 21..<43) { slices, voxels in
    let start = slices.lowerBound * size * size
    same = same && voxels.elementsEqual(volume.voxels[start..<start + voxels.count])
  }
  lines.append(
    AcceptanceLine(
      "6", "one thread, other threads, \(least >> 20) MB of memory, slices 21 to 42 alone",
      figure: same ? "equal" : "different",
      limit: "equal to the last bit", passed: same))
  lines.append(try adjointLine(threads: threads))
  return lines
}

/// ⟨Ax, y⟩ against ⟨x, Aᵀy⟩ with a tilted axis and displaced views.
private func adjointLine(threads: Int) throws -> AcceptanceLine {
  let extent = VolumeShape(slices: 40, rows: 120, columns: 120)
  let shape = FrameShape(rows: 40, columns: 128)
  var worst = 0.0
  for seed in 1...5 {
    var generator = SeededGenerator(seed: UInt64(seed), item: 0)
    var geometry = ProjectionGeometry(angles: ProjectionGeometry.halfTurn(90), axisColumn: 63.2)
    geometry.axisTilt = seed.isMultiple(of: 2) ? 0.02 : 0
    geometry.displacements = geometry.angles.map { _ in
      ImageShift(
        rows: Double.random(in: -3...3, using: &generator), columns: Double.random(in: -3...3, using: &generator))
    }
    let voxels = (0..<extent.count).map { _ in Float.random(in: -1...1, using: &generator) }
    let pixels = (0..<90 * shape.count).map { _ in Float.random(in: -1...1, using: &generator) }
    let stack = try ProjectionStack(pixels, shape: shape, geometry: geometry)
    let forward = try ParallelProjector()(
      ScalarVolume(voxels, shape: extent), geometry: geometry, shape: shape, threads: threads)
    let backward = try ParallelProjector().adjoint(stack, shape: extent, threads: threads)
    func dot(_ a: [Float], _ b: [Float]) -> Double { zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
    let scale = (dot(forward.pixels, forward.pixels) * dot(pixels, pixels)).squareRoot()
    worst = max(worst, abs(dot(forward.pixels, pixels) - dot(voxels, backward.voxels)) / scale)
  }
  return AcceptanceLine("1", "<Ax, y> and <x, A'y> apart, over |Ax| |y|, 5 seeds", worst, atMost: 1e-6)
}

/// A slice against the truth over r < 0.95 R: root mean square, and the straight line fitted to it.
private struct SliceComparison {
  let error: Double
  let slope: Double
  let offset: Double

  init(_ slice: ScalarImage, truth: ScalarImage) {
    let size = truth.rows
    var (n, a, b, aa, ab, square) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for i in 0..<size {
      for j in 0..<size {
        let (y, x) = (Double(i) + 0.5 - Double(size) / 2, Double(j) + 0.5 - Double(size) / 2)
        guard hypot(x, y) < 0.475 * Double(size) else { continue }
        let (t, r) = (Double(truth[i, j]), Double(slice[i, j]))
        n += 1
        a += t
        b += r
        aa += t * t
        ab += t * r
        square += (r - t) * (r - t)
      }
    }
    error = (square / n).squareRoot()
    slope = (ab - a * b / n) / (aa - a * a / n)
    offset = (b - slope * a) / n
  }
}

/// CPU seconds of this process.
private func processSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// Memory of this process that is in use now, in bytes.
private func residentBytes() -> Int {
  let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
  return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
}
