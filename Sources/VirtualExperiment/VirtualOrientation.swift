public import ArrayMath
import Crystallography
public import ElectronDiffraction
import FileFormats
import Foundation

/// A transmission EBSD measurement that never took place: patterns of a particle's section with a random core and a
/// shell whose layers lie along the radius.
public struct VirtualOrientation: Sendable {
  public let section: PhantomSection
  public let simulator: PatternSimulator
  public let background: PatternBackground
  /// Standard deviation of the bands over that of the noise.
  public var signalToNoise: Double
  public var seed: UInt64
  /// Of the beam, in keV.
  public var kiloelectronvolts: Double

  public init(
    phantom: TexturePhantom, master: MasterPattern, geometry: KikuchiGeometry, kiloelectronvolts: Double,
    signalToNoise: Double, seed: UInt64
  ) {
    section = phantom.make(seed: seed)
    simulator = PatternSimulator(master: master, geometry: geometry)
    background = geometry.emission == .exit ? .transmission(geometry) : .backscatter
    (self.signalToNoise, self.seed, self.kiloelectronvolts) = (signalToNoise, seed, kiloelectronvolts)
  }

  /// The patterns as a camera of eight bits records them; where there is no particle, light without bands.
  public func patterns() -> VirtualPatterns { VirtualPatterns(self) }

  /// Writes the patterns in the layout of kikuchipy.
  ///
  /// - Throws: `HDF5Error` when the file cannot be written.
  public func write(to path: String) throws {
    try KikuchiPatternWriter.write(
      patterns(), grid: section.map.grid, geometry: simulator.geometry, kiloelectronvolts: kiloelectronvolts, to: path)
  }
}

/// Patterns that are made when they are read.
public struct VirtualPatterns: FrameSource {
  private let measurement: VirtualOrientation
  private let gain: Float

  init(_ measurement: VirtualOrientation) {
    self.measurement = measurement
    // The lobe's crest is about 1; a quarter of the range is left for bands and noise.
    gain = 150
  }

  public var shape: FrameShape { measurement.simulator.geometry.shape }
  public var pixelType: PixelType { .uint8 }
  public var count: Int { measurement.section.map.points.count }

  public func read(frame index: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    let point = measurement.section.map.points[index]
    var background = measurement.background
    let isCrystal = point.status == .indexed
    // Without a crystal there is light and noise, of the size that bands would have set.
    let noise = PatternNoise.gaussian(signalToNoise: measurement.signalToNoise)
    var values = measurement.simulator.recording(
      point.orientation, background: background, noise: noise, seed: measurement.seed, item: index)
    if !isCrystal {
      let bands = measurement.simulator.recording(point.orientation, background: background)
      background.contrast = 0
      let light = measurement.simulator.recording(point.orientation, background: background)
      for pixel in values.indices { values[pixel] += light[pixel] - bands[pixel] }
    }
    for pixel in values.indices {
      buffer[pixel] = UInt8(min(max((values[pixel] * gain).rounded(), 0), 255))
    }
  }
}
