public import ArrayMath
internal import Foundation
internal import ImageAnalysis

/// A particle whose projections, volume and mass are known: an ellipsoid with pores, closed cracks and radial grains of
/// slightly different density, on a needle, in vacuum or immersed in a medium.
///
/// Coordinates are those of ``ProjectionGeometry``, in metres: x along the columns of a slice, y along its rows (towards
/// the source at angle 0), z down the axis of rotation. Line integrals are exact along a detector's rows and sampled across
/// them; nothing of it uses a grid of voxels, so that an analysis is not tested with its own projector.
public struct PorousParticle: Sendable, Hashable, Codable {
  /// Half lengths along x, y and z, in metres.
  public let semiAxes: SIMD3<Double>
  /// In metres.
  public let centre: SIMD3<Double>
  /// Of the solid between the grains, electrons per cubic metre (Z + f₁ electrons an atom).
  public let electronDensity: Double
  /// What lies around particle and needle and reaches beyond the field everywhere, electrons per cubic metre. Its own phase
  /// is the same everywhere and not seen; particle, pores and needle show the difference to it.
  public var mediumElectronDensity = 0.0
  /// Whether the medium has entered the pores; otherwise they are empty.
  public var isSoaked = false
  /// Nil for a particle that floats.
  public var mount: NeedleMount?
  /// Voids inside: pores, then cracks. Their density is −1.
  var voids: [EllipsoidBody]
  /// Their density is what they add, as a fraction of ``electronDensity``.
  var grains: [EllipsoidBody]

  init(
    semiAxes: SIMD3<Double>, centre: SIMD3<Double>, electronDensity: Double, voids: [EllipsoidBody],
    grains: [EllipsoidBody]
  ) {
    self.semiAxes = semiAxes
    self.centre = centre
    self.electronDensity = electronDensity
    self.voids = voids
    self.grains = grains
  }

  /// The outer surface.
  var envelope: EllipsoidBody { EllipsoidBody(centre: centre, semiAxes: semiAxes, density: 1) }

  /// Volume inside the outer surface, in cubic metres.
  public var envelopeVolume: Double { envelope.volume }
  /// Volume of pores and cracks, in cubic metres.
  public var voidVolume: Double { voids.reduce(0) { $0 + $1.volume } }
  /// Volume of matter, in cubic metres.
  public var solidVolume: Double { envelopeVolume - voidVolume }
  /// ``voidVolume`` over ``envelopeVolume``.
  public var porosity: Double { voidVolume / envelopeVolume }
  /// Electrons of the particle's matter, needle and medium apart.
  public var electrons: Double {
    electronDensity * (solidVolume + grains.reduce(0) { $0 + $1.density * $1.volume })
  }
  /// The mean over the matter, electrons per cubic metre.
  public var meanElectronDensity: Double { electrons / solidVolume }
  /// What the projections show of the particle: its electrons less those of the medium that it takes the place of.
  public var contrastElectrons: Double {
    electrons - mediumElectronDensity * (isSoaked ? solidVolume : envelopeVolume)
  }

  /// All bodies with the contrast that they show.
  var bodies: [EllipsoidBody] {
    var whole = envelope
    whole.density = electronDensity - mediumElectronDensity
    let emptied = isSoaked ? electronDensity - mediumElectronDensity : electronDensity
    return [whole]
      + voids.map { body in
        var body = body
        body.density *= emptied
        return body
      }
      + grains.map { body in
        var body = body
        body.density *= electronDensity
        return body
      }
  }

  /// What a detector sees: the contrast integrated along the beam, electrons per square metre, the mean over each pixel.
  ///
  /// - Parameters:
  ///   - geometry: where the axis is and how the sample is turned and displaced; the axis stands upright.
  ///   - view: the index of the angle.
  ///   - pixel: extent of a pixel at the sample, in metres.
  ///   - samples: lines a row of pixels.
  public func projection(
    _ geometry: ProjectionGeometry, view: Int, shape: FrameShape, pixel: Double, samples: Int = 4
  ) -> Image<Double> {
    let displacement = geometry.displacements[view]
    let detector = DetectorView(
      shape: shape, pixel: pixel, angle: geometry.sense.sign * geometry.angles[view],
      column: geometry.axisColumn + displacement.columns, row: Double(shape.rows) / 2 + displacement.rows)
    var image = Image(repeating: 0.0, shape: shape)
    image.pixels.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      for body in bodies { body.add(to: start, detector, samples: samples) }
      mount?.add(
        to: start, detector, outside: envelope, density: mountContrast, samples: samples)
    }
    return image
  }

  /// The contrast in every voxel of a volume about the axis, electrons per cubic metre, the mean over the voxel.
  ///
  /// - Parameters:
  ///   - voxel: edge, in metres.
  ///   - samples: lines a voxel along rows and slices; along columns the mean is exact.
  public func volume(_ shape: VolumeShape, voxel: Double, samples: Int = 3, threads: Int) throws -> Volume<Double> {
    let grid = VoxelGrid(shape: shape, voxel: voxel)
    let bodies = bodies
    let planes = try parallelMap(count: shape.slices, threads: threads) { slice -> [Double] in
      var plane = [Double](repeating: 0, count: shape.slice.count)
      plane.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        for body in bodies { body.add(to: start, slice: slice, grid, samples: samples) }
        mount?.add(
          to: start, slice: slice, grid, outside: envelope, density: mountContrast, samples: samples)
      }
      return plane
    }
    return Volume(Array(planes.joined()), shape: shape)
  }

  private var mountContrast: Double { (mount?.electronDensity ?? 0) - mediumElectronDensity }
}
