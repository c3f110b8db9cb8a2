import ArrayMath
import Foundation
import PowderDiffraction
import Testing

/// A small tilted detector, so that the slow twin stays fast.
private let shape = FrameShape(rows: 90, columns: 110)
private let geometry = DetectorGeometry(
  poni: PoniGeometry(distance: 0.1, poni1: 0.0021, poni2: 0.0034, rotation1: 0.03, rotation2: -0.05, rotation3: 0.2),
  grid: DetectorGrid(shape: shape, pixelHeight: 1e-4, pixelWidth: 1e-4), wavelength: 1e-10)

private func counts(seed: UInt64, mean: (Int) -> Double) -> [UInt16] {
  var generator = SeededGenerator(seed: seed)
  return (0..<shape.count).map { UInt16(poisson(mean($0), &generator)) }
}

/// A Poisson deviate by multiplication of uniform numbers (Knuth).
private func poisson(_ mean: Double, _ generator: inout SeededGenerator) -> Int {
  let limit = exp(-mean)
  var product = generator.uniform()
  var count = 0
  while product > limit {
    product *= generator.uniform()
    count += 1
  }
  return count
}

@Suite struct IntegrationPatternTests {
  /// From the equation: the bin of a pixel's centre, or the overlap with c ± d, pixel by pixel.
  private func twin(
    _ pixels: [Double], _ settings: IntegrationSettings, edges: (lower: Double, upper: Double)
  ) -> (intensity: [Double], sem: [Double]) {
    let bins = settings.points
    let width = (edges.upper - edges.lower) / Double(bins)
    var (signal, norm, variance) = (
      [Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins), [Double](repeating: 0, count: bins)
    )
    for row in 0..<shape.rows {
      for column in 0..<shape.columns {
        let (y, x) = (Double(row), Double(column))
        let centre = geometry.twoTheta(row: y + 0.5, column: x + 0.5)
        let chi = geometry.azimuth(row: y + 0.5, column: x + 0.5)
        let place = geometry.grid.position(row: y + 0.5, column: x + 0.5)
        let v = (place.axis1 - geometry.poni.poni1, place.axis2 - geometry.poni.poni2, geometry.poni.distance)
        let incidence = v.2 / (v.0 * v.0 + v.1 * v.1 + v.2 * v.2).squareRoot()
        let square = cos(centre) * cos(centre)
        let n = pow(incidence, 3) * 0.5 * (1 + square - 0.99 * cos(2 * chi) * (1 - square))
        let corners = [(0.0, 0.0), (0, 1), (1, 0), (1, 1)].map { geometry.twoTheta(row: y + $0.0, column: x + $0.1) }
        let reach = settings.splitting == .none ? 0 : corners.map { abs($0 - centre) }.max()!
        let raw = pixels[row * shape.columns + column]
        for bin in 0..<bins {
          let (low, high) = (edges.lower + Double(bin) * width, edges.lower + Double(bin + 1) * width)
          var share = 0.0
          if reach == 0 {
            share = centre >= low && centre < high ? 1 : 0
          } else {
            guard centre + reach >= edges.lower, centre - reach < edges.upper else { continue }
            // What reaches beyond an end belongs to the bin there.
            let from = bin == 0 ? centre - reach : max(centre - reach, low)
            let to = bin == bins - 1 ? centre + reach : min(centre + reach, high)
            share = max(0, to - from) / (2 * reach)
          }
          signal[bin] += share * raw
          norm[bin] += share * n
          variance[bin] += share * share * raw
        }
      }
    }
    return (zip(signal, norm).map { $0 / $1 }, zip(variance, norm).map { $0.squareRoot() / $1 })
  }

  @Test(arguments: [PixelSplitting.none, .box], [20, 400])
  func everyPixelTypeEqualsTheTwin(_ splitting: PixelSplitting, _ points: Int) throws {
    let raw = counts(seed: 1) { $0 % 7 == 0 ? 40 : 10 }
    var settings = IntegrationSettings(points: points, splitting: splitting, errorModel: .poisson())
    settings.range = 0.02...0.13
    let integrator = try AzimuthalIntegrator(geometry, settings)
    let expected = twin(raw.map(Double.init), settings, edges: integrator.edges)
    func check<Pixel: BitwiseCopyable & Sendable>(_ pixels: [Pixel]) throws {
      var scratch = IntegrationScratch()
      let pattern = try integrator.integrate(MemoryFrames(pixels, shape: shape), scratch: &scratch)
      for bin in 0..<points where pattern.count[bin] > 0 {
        #expect(abs(pattern.intensity[bin] / expected.intensity[bin] - 1) < 1e-5, "\(Pixel.self) \(bin)")
        #expect(abs(pattern.sem![bin] / expected.sem[bin] - 1) < 2e-4, "\(Pixel.self) \(bin)")
      }
    }
    try check(raw)
    try check(raw.map { UInt8($0) })
    try check(raw.map { Int8($0) })
    try check(raw.map { Int16($0) })
    try check(raw.map { UInt32($0) })
    try check(raw.map { Int32($0) })
    try check(raw.map { Int64($0) })
    try check(raw.map { UInt64($0) })
    try check(raw.map { Float($0) })
    try check(raw.map { Double($0) })
  }

  /// A source that hands its frames over in pieces of odd sizes.
  struct Pieces<Pixel: BitwiseCopyable & Sendable>: FrameSource {
    let frames: MemoryFrames<Pixel>
    let size: Int
    var shape: FrameShape { frames.shape }
    var pixelType: PixelType { frames.pixelType }
    var count: Int { frames.count }
    func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
      try frames.read(frame: index, into: buffer)
    }
    func forEachPiece(
      ofFrame index: Int, scratch: inout FrameScratch, _ body: (Int, UnsafeRawBufferPointer) throws -> Void
    ) throws {
      try frames.pixels.withUnsafeBytes { bytes in
        for first in stride(from: 0, to: shape.count, by: size) {
          // Off by one byte: nobody promised an alignment.
          let piece = bytes[first * pixelType.size..<min(first + size, shape.count) * pixelType.size]
          var moved = [UInt8](repeating: 0, count: piece.count + 1)
          moved.replaceSubrange(1..., with: piece)
          try moved.withUnsafeBytes { try body(first, UnsafeRawBufferPointer(rebasing: $0[1...])) }
        }
      }
    }
  }

  @Test(arguments: PixelSplitting.allCases)
  func piecesAndThreadsChangeNothing(_ splitting: PixelSplitting) throws {
    let settings = IntegrationSettings(points: 50, splitting: splitting, errorModel: .poisson())
    let one = try AzimuthalIntegrator(geometry, settings, threads: 1)
    let two = try AzimuthalIntegrator(geometry, settings, threads: 2)
    let raw = counts(seed: 2) { _ in 20 }
    var scratch = IntegrationScratch()
    func check<Pixel: BitwiseCopyable & Sendable>(_ pixels: [Pixel]) throws {
      let frames = MemoryFrames(pixels, shape: shape)
      let whole = try one.integrate(frames, scratch: &scratch)
      #expect(try two.integrate(frames, scratch: &scratch) == whole)
      for size in [1, 7, 1000] {
        #expect(try one.integrate(Pieces(frames: frames, size: size), scratch: &scratch) == whole)
      }
    }
    try check(raw)
    try check(raw.map { 0.1 * Float($0) })
  }

  @Test func aTransposedImageGivesTheSamePattern() throws {
    var transposed = geometry
    transposed.isTransposed = true
    let raw = counts(seed: 3) { _ in 20 }
    var flipped = raw
    for row in 0..<shape.rows {
      for column in 0..<shape.columns { flipped[column * shape.rows + row] = raw[row * shape.columns + column] }
    }
    let stored = FrameShape(rows: shape.columns, columns: shape.rows)
    var scratch = IntegrationScratch()
    for splitting in PixelSplitting.allCases {
      let settings = IntegrationSettings(points: 60, splitting: splitting)
      let a = try AzimuthalIntegrator(geometry, settings).integrate(
        MemoryFrames(raw, shape: shape), scratch: &scratch)
      let b = try AzimuthalIntegrator(transposed, settings).integrate(
        MemoryFrames(flipped, shape: stored), scratch: &scratch)
      #expect(zip(a.intensity, b.intensity).allSatisfy { abs($0 - $1) < 1e-4 * abs($0) })
    }
  }

  @Test func sumsOfTheGeometryFollowPixelsLeftOut() throws {
    // A pixel left out by its value is as if the mask left it out.
    let raw = counts(seed: 4) { _ in 20 }
    var marked = raw.map { Int32($0) }
    var floats = raw.map { Float($0) }
    var flags = [UInt8](repeating: 0, count: shape.count)
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<500 {
      let pixel = Int(generator.uniform() * Double(shape.count))
      marked[pixel] = [-1, 777, 5000].randomElement(using: &generator)!
      floats[pixel] = [Float.nan, .infinity, -.infinity, 777, 5000].randomElement(using: &generator)!
      flags[pixel] = 1
    }
    var scratch = IntegrationScratch()
    for splitting in PixelSplitting.allCases {
      for points in [40, 700] {
        var settings = IntegrationSettings(
          points: points, range: 0.02...0.13, splitting: splitting,
          dark: (0..<shape.count).map { Float($0 % 3) }, darkVariance: (0..<shape.count).map { Float($0 % 5) },
          flat: (0..<shape.count).map { 1 + 0.1 * Float($0 % 4) },
          invalid: InvalidPixels(values: [777], saturation: 5000), errorModel: .poisson(floor: 1), emptyValue: -7)
        let integrator = try AzimuthalIntegrator(geometry, settings)
        settings.mask = PixelMask(flags, shape: shape)
        let masked = try AzimuthalIntegrator(geometry, settings).integrate(
          MemoryFrames(raw.map { Int32($0) }, shape: shape), scratch: &scratch)
        for pattern in [
          try integrator.integrate(MemoryFrames(marked, shape: shape), scratch: &scratch),
          try integrator.integrate(MemoryFrames(floats, shape: shape), scratch: &scratch),
        ] {
          #expect(pattern.count == masked.count)
          func agree(_ a: [Double], _ b: [Double]) -> Bool {
            zip(a, b).allSatisfy { abs($0 - $1) <= 1e-9 * abs($0) + 1e-12 }
          }
          #expect(agree(pattern.intensity, masked.intensity))
          #expect(agree(pattern.sumNormalisation, masked.sumNormalisation))
          #expect(agree(pattern.sem!, masked.sem!))
        }
      }
    }
  }

  @Test func anEmptyFrameIsFlagged() throws {
    var scratch = IntegrationScratch()
    let settings = IntegrationSettings(points: 30, errorModel: .poisson(), emptyValue: -1)
    let integrator = try AzimuthalIntegrator(geometry, settings)
    let dead = MemoryFrames([UInt16](repeating: .max, count: shape.count), shape: shape)
    let pattern = try integrator.integrate(dead, scratch: &scratch)
    #expect(pattern.count.allSatisfy { $0 == 0 })
    #expect(pattern.intensity.allSatisfy { $0 == -1 })
    #expect(pattern.sem!.allSatisfy { $0 == 0 })
    var masked = settings
    masked.mask = PixelMask([UInt8](repeating: 1, count: shape.count), shape: shape)
    let none = try AzimuthalIntegrator(geometry, masked).integrate(dead, scratch: &scratch)
    #expect(none.count.allSatisfy { $0 == 0 } && none.intensity.allSatisfy { $0 == -1 })
  }

  @Test func badInputIsAnError() throws {
    func setUp(_ change: (inout IntegrationSettings) -> Void) throws {
      var settings = IntegrationSettings(points: 10)
      change(&settings)
      _ = try AzimuthalIntegrator(geometry, settings)
    }
    let short = FrameShape(rows: 3, columns: 4)
    #expect(throws: IntegrationError.points(0, allowed: 1...65_000)) { try setUp { $0.points = 0 } }
    #expect(throws: IntegrationError.points(70_000, allowed: 1...65_000)) { try setUp { $0.points = 70_000 } }
    #expect(throws: IntegrationError.range(lower: 1, upper: 1)) { try setUp { $0.range = 1...1 } }
    #expect(throws: IntegrationError.rangeMissing) { try setUp { $0.unit = .dSpacing } }
    #expect(throws: IntegrationError.size(of: "dark", 3, expected: shape.count)) { try setUp { $0.dark = [1, 2, 3] } }
    #expect(throws: IntegrationError.shape(of: "mask", short, expected: shape)) {
      try setUp { $0.mask = PixelMask(shape: short) }
    }
    #expect(throws: IntegrationError.parameter("the polarisation", 1.5)) {
      try setUp { $0.polarisation = BeamPolarisation(factor: 1.5) }
    }
    #expect(throws: IntegrationError.self) {
      try setUp { $0.sensor = SensorAbsorption(attenuation: -1, thickness: 1e-3) }
    }
    var noWavelength = geometry
    noWavelength.wavelength = nil
    #expect(throws: IntegrationError.wavelengthMissing) {
      _ = try AzimuthalIntegrator(noWavelength, IntegrationSettings(points: 10, unit: .scatteringVector))
    }
    let integrator = try AzimuthalIntegrator(geometry, IntegrationSettings(points: 10, errorModel: .variance))
    let frames = MemoryFrames([UInt16](repeating: 1, count: shape.count), shape: shape)
    var scratch = IntegrationScratch()
    #expect(throws: IntegrationError.varianceMissing) { _ = try integrator.integrate(frames, scratch: &scratch) }
    #expect(throws: IntegrationError.frame(1, count: 1)) {
      _ = try integrator.integrate(frames, frame: 1, scratch: &scratch)
    }
    #expect(throws: IntegrationError.shape(of: "frame", short, expected: shape)) {
      _ = try integrator.integrate(
        MemoryFrames([UInt16](repeating: 1, count: 12), shape: short), scratch: &scratch)
    }
  }

  @Test func variancesGivenEqualThePoissonModel() throws {
    let raw = counts(seed: 5) { _ in 30 }
    let frames = MemoryFrames(raw, shape: shape)
    var scratch = IntegrationScratch()
    for splitting in PixelSplitting.allCases {
      var settings = IntegrationSettings(points: 80, splitting: splitting, errorModel: .poisson())
      let counted = try AzimuthalIntegrator(geometry, settings).integrate(frames, scratch: &scratch)
      settings.errorModel = .variance
      let given = try AzimuthalIntegrator(geometry, settings).integrate(
        frames, scratch: &scratch, variance: raw.map { Float($0) })
      #expect(zip(counted.sem!, given.sem!).allSatisfy { abs($0 - $1) < 1e-6 * $0 })
      let (a, b) = (counted.uncertainty!.neighbourCovariance, given.uncertainty!.neighbourCovariance)
      #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 * abs($0) + 1e-12 })
    }
  }

  @Test func bandsLeaveOutTheRest() throws {
    let frames = MemoryFrames(counts(seed: 6) { _ in 20 }, shape: shape)
    var scratch = IntegrationScratch()
    var settings = IntegrationSettings(points: 50, range: 0.03...0.13, splitting: .none)
    let all = try AzimuthalIntegrator(geometry, settings).integrate(frames, scratch: &scratch)
    let width = 0.1 / 50
    settings.bands = [0.03 + 10 * width...0.03 + 15 * width]
    let some = try AzimuthalIntegrator(geometry, settings).integrate(frames, scratch: &scratch)
    #expect(Array(some.intensity[11..<14]) == Array(all.intensity[11..<14]))
    #expect(some.count[..<9].allSatisfy { $0 == 0 } && some.count[17...].allSatisfy { $0 == 0 })
  }

  @Test func clippingRemovesZingersAndMedianIgnoresThem() throws {
    var raw = counts(seed: 7) { _ in 30 }
    var settings = IntegrationSettings(points: 30, range: 0.03...0.13, splitting: .none, errorModel: .azimuthal)
    settings.correctsSolidAngle = false
    settings.polarisation = nil
    let integrator = try AzimuthalIntegrator(geometry, settings)
    var scratch = IntegrationScratch()
    let clean = try integrator.integrate(MemoryFrames(raw, shape: shape), scratch: &scratch)
    for pixel in stride(from: 5, to: shape.count, by: 101) { raw[pixel] = 5000 }
    let frames = MemoryFrames(raw, shape: shape)
    let dirty = try integrator.integrate(frames, scratch: &scratch)
    let clipped = try integrator.clipped(frames, clipping: SigmaClipping(threshold: 4), scratch: &scratch)
    let median = try integrator.quantile(0.5, of: frames, scratch: &scratch)
    #expect(zip(dirty.intensity, clean.intensity).contains { $0 > $1 + 40 })
    for bin in 0..<30 {
      #expect(abs(clipped.intensity[bin] - clean.intensity[bin]) < 1)
      #expect(abs(median[bin] - 30) < 2)
      // The spread of counts of mean 30.
      #expect(abs(clean.uncertainty!.std[bin] / 30.0.squareRoot() - 1) < 0.35)
    }
  }
}

/// Uncertainties against the scatter of simulated frames, seeds 1...N.
@Suite struct IntegrationUncertaintyTests {
  @Test(arguments: PixelSplitting.allCases)
  func quotedUncertaintiesAreTrue(_ splitting: PixelSplitting) throws {
    let settings = IntegrationSettings(points: 40, range: 0.03...0.13, splitting: splitting, errorModel: .poisson())
    let integrator = try AzimuthalIntegrator(geometry, settings)
    let trials = 300
    var scratch = IntegrationScratch()
    var patterns: [IntegratedPattern] = []
    for seed in 1...trials {
      let raw = counts(seed: UInt64(seed)) { 8 + 6 * sin(Double($0) / 900) }
      patterns.append(try integrator.integrate(MemoryFrames(raw, shape: shape), scratch: &scratch))
    }
    let bins = 40
    let mean = (0..<bins).map { bin in patterns.reduce(0) { $0 + $1.intensity[bin] } / Double(trials) }
    func covariance(_ a: Int, _ b: Int) -> Double {
      patterns.reduce(0) { $0 + ($1.intensity[a] - mean[a]) * ($1.intensity[b] - mean[b]) } / Double(trials - 1)
    }
    func average(_ value: (IntegratedPattern) -> Double) -> Double {
      patterns.reduce(0) { $0 + value($1) } / Double(trials)
    }
    // Summed over bins, the ratio of scatter to quoted variance is known to √(2/(bins · trials)): 1.3 %.
    var (seen, quoted) = (0.0, 0.0)
    var (seenNext, quotedNext) = (0.0, 0.0)
    for bin in 0..<bins {
      let scale = average { $0.sem![bin] * $0.sem![bin] }
      seen += covariance(bin, bin) / scale / Double(bins)
      quoted += 1 / Double(bins)
      guard bin + 1 < bins else { continue }
      let next = (scale * average { $0.sem![bin + 1] * $0.sem![bin + 1] }).squareRoot()
      seenNext += covariance(bin, bin + 1) / next / Double(bins - 1)
      quotedNext += average { $0.uncertainty!.neighbourCovariance[bin] } / next / Double(bins - 1)
    }
    #expect(abs(seen / quoted - 1) < 2.6 * 0.013)
    #expect(abs(seenNext - quotedNext) < 2.6 * 0.010)
    if splitting == .none { #expect(quotedNext == 0) } else { #expect(quotedNext > 0.05) }

    // A sum over bins: its scatter against the whole covariance, and against the diagonal alone.
    let sums = patterns.map { $0.intensity.reduce(0, +) }
    let centre = sums.reduce(0, +) / Double(trials)
    let scatter = sums.reduce(0) { $0 + ($1 - centre) * ($1 - centre) } / Double(trials - 1)
    let whole = average { pattern in
      pattern.sem!.reduce(0) { $0 + $1 * $1 } + 2 * pattern.uncertainty!.neighbourCovariance.reduce(0, +)
        + 2 * pattern.uncertainty!.secondNeighbourCovariance.reduce(0, +)
    }
    // The variance of one quantity from `trials` values is known to √(2/trials).
    #expect(abs(scatter / whole - 1) < 2.6 * (2 / Double(trials)).squareRoot())
  }
}
