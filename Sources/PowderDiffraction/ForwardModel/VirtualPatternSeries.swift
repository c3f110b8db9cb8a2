import ArrayMath
import Foundation

/// Makes powder patterns directly, without images: for tests of thousands of frames.
///
/// A bin holds n pixels with the summed weight `N = Σ Ω P` (relative solid angle and polarisation of an untilted plate).
/// Its counts are Poisson distributed about `N · I(2θ)`, with I the photons a pixel facing the sample would get,
/// averaged over the bin; the intensity is counts over N, as azimuthal integration without splitting gives it. Spots put
/// their photons where they are, so that few grains make a ring uneven between frames as they do in images. Phases that
/// stand away from the sample position appear where they do on an untilted plate; texture, footprint and point spread
/// are left out.
public struct VirtualPatternSeries: Sendable {
  /// Edges of the bins in 2θ, rising, in radians.
  public let edges: [Double]
  /// Pixels in each bin.
  public let pixelCounts: [Double]
  /// In metres.
  public let wavelength: Double
  /// Σ Ω P over the pixels of each bin.
  private let weights: [Double]
  /// Solid angle of a pixel that faces the sample, in steradians.
  private let solidAngle: Double
  /// From the sample to the plate along its normal, in metres.
  private let distance: Double

  /// Counts the pixels of each bin by their centres.
  ///
  /// - Parameters:
  ///   - edges: in radians of 2θ, rising, two or more.
  ///   - geometry: of the detector.
  /// - Throws: ``ForwardModelError``.
  public init(edges: [Double], geometry: DetectorGeometry, wavelength: Double) throws(ForwardModelError) {
    guard edges.count > 1 else { throw .count(name: "edges of the bins", found: edges.count, expected: 2) }
    for index in edges.indices {
      try ForwardModelError.require(
        edges[index] >= 0 && edges[index] < .pi && (index == 0 || edges[index] > edges[index - 1]),
        "edge \(index) of the bins", edges[index], "an angle above the one before")
    }
    try ForwardModelError.require(wavelength > 0, "wavelength", wavelength, "a positive length")
    let map = try PlateMap(geometry, displacement: 0)
    let tangents = edges.map { tan($0 / 2) }
    let even = Double(edges.count - 1) / (edges[edges.count - 1] - edges[0])
    var counts = [Double](repeating: 0, count: edges.count - 1)
    for row in 0..<map.rows {
      for column in 0..<map.columns {
        let tangent = PlateMap.halfTangent(map.position(row: Double(row) + 0.5, column: Double(column) + 0.5))
        guard tangent >= tangents[0], tangent < tangents[tangents.count - 1] else { continue }
        // Even edges are found at once; others from that guess on.
        var bin = min(max(Int((2 * atan(tangent) - edges[0]) * even), 0), counts.count - 1)
        while tangent < tangents[bin] { bin -= 1 }
        while tangent >= tangents[bin + 1] { bin += 1 }
        counts[bin] += 1
      }
    }
    self.edges = edges
    self.wavelength = wavelength
    pixelCounts = counts
    solidAngle = map.pixelArea / (map.distance * map.distance)
    distance = map.distance
    weights = counts.indices.map { bin in
      let cosine = cos((edges[bin] + edges[bin + 1]) / 2)
      return counts[bin] * cosine * cosine * cosine * (1 + cosine * cosine) / 2
    }
  }

  /// Expected intensity of each bin: photons on a pixel that faces the sample, polarisation left out.
  ///
  /// - Throws: ``ForwardModelError``.
  public func expected(_ scene: PowderScene) throws(ForwardModelError) -> [Double] {
    try scene.check()
    var sums = edges.indices.dropLast().map { bin in
      let centre = (edges[bin] + edges[bin + 1]) / 2
      let cosine = cos(centre)
      let polarised = (1 + cosine * cosine) / 2
      return scene.background.polarised(twoTheta: centre) + scene.background.isotropic / polarised
        + scene.background.flat / (cosine * cosine * cosine * polarised)
    }
    for phase in scene.phases {
      try ForwardModelError.require(
        phase.displacement < distance, "displacement of \(phase.name)", phase.displacement, "less than the distance")
      // From a place nearer to the plate a ring is smaller: r = (L − z) tan 2θ.
      func apparent(_ twoTheta: Double) -> Double {
        phase.displacement == 0 ? twoTheta : atan(tan(twoTheta) * (1 - phase.displacement / distance))
      }
      guard phase.spottiness == nil else {
        for spot in try phase.spots(wavelength: wavelength) {
          add(spot.photons, spot.shape, apparent(spot.twoTheta), to: &sums)
        }
        continue
      }
      for line in phase.lines {
        guard let centre = line.twoTheta(wavelength: wavelength, strain: phase.strain) else { continue }
        let shape = try (line.profile ?? phase.profile).shape(twoTheta: centre)
        add(phase.scale * line.intensity, shape, apparent(centre), to: &sums)
      }
    }
    for spot in scene.spots { add(spot.photons, spot.shape, spot.twoTheta, to: &sums) }
    return sums
  }

  /// Adds a ring's or a spot's photons: the share of its profile in each bin, over the bin's part of the sphere.
  private func add(_ photons: Double, _ shape: RingShape, _ centre: Double, to sums: inout [Double]) {
    var bin = firstBin(above: centre - shape.reach)
    guard bin < sums.count else { return }
    var below = shape.area(below: edges[bin] - centre)
    while bin < sums.count, edges[bin] < centre + shape.reach {
      let next = shape.area(below: edges[bin + 1] - centre)
      sums[bin] += photons * (next - below) * solidAngle / (2 * .pi * (cos(edges[bin]) - cos(edges[bin + 1])))
      below = next
      bin += 1
    }
  }

  /// The first bin whose upper edge lies above an angle.
  private func firstBin(above angle: Double) -> Int {
    var low = 0
    var high = edges.count - 1
    while low < high {
      let middle = (low + high) / 2
      if edges[middle + 1] <= angle { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The patterns of a series with the noise of counting; uncertainties are the root of the counts, at least one.
  ///
  /// - Parameters:
  ///   - frames: how many.
  ///   - seed: of the noise; each frame has its own stream.
  ///   - scene: gets the index of the frame; may be called from several threads.
  /// - Throws: ``ForwardModelError``, or what the scene throws.
  public func series(
    frames: Int, seed: UInt64, threads: Int = 1, scene: @escaping @Sendable (_ frame: Int) throws -> PowderScene
  ) throws -> PowderPatternSeries {
    try ForwardModelError.require(frames >= 0, "number of frames", Double(frames), "zero or more")
    let patterns = try parallelMap(count: frames, threads: threads) { frame in
      let expected = try expected(try scene(frame))
      var generator = SeededGenerator(seed: seed, item: frame)
      return zip(expected, weights).map { mean, weight in
        weight > 0 ? Double(PoissonSampler.draw(mean: min(mean * weight, 1e12), &generator)) : .nan
      }
    }
    return try PowderPatternSeries(
      axis: .twoTheta, positions: edges.indices.dropLast().map { (edges[$0] + edges[$0 + 1]) / 2 }, edges: edges,
      frameCount: frames, intensities: patterns.flatMap { zip($0, weights).map { $0 / $1 } },
      sigmas: patterns.flatMap { zip($0, weights).map { max($0, 1).squareRoot() / $1 } }, pixelCounts: pixelCounts,
      wavelength: wavelength)
  }
}
