import ArrayMath
import Foundation
public import PowderDiffraction

/// A diffraction measurement that never took place: a scan of a charging NMC811 particle with smooth rings.
public struct VirtualDiffraction: Sendable {
  public var plate: VirtualPlate
  /// Exposures of the scan.
  public var frames: Int

  public init(plate: VirtualPlate, frames: Int) {
    self.plate = plate
    self.frames = frames
  }

  /// Lattice parameters a and c of each exposure, in metres: a linear change over the first tenth of the charge, after
  /// Märker et al. 2019.
  public var latticeParameters: [(a: Double, c: Double)] {
    (0..<frames).map { frame in
      let part = frames > 1 ? Double(frame) / Double(frames - 1) : 0
      return (2.8704e-10 - 0.0046e-10 * part, 14.1918e-10 + 0.0206e-10 * part)
    }
  }

  /// The exposures of the particle: 400 photons on the crest of 003, over 15.
  public func scan() throws -> SimulatedFrames {
    let lattice = latticeParameters
    let (beam, profile) = (plate.beam, plate.profile)
    let scale = try plate.scale(crest: 400, of: PowderLines.nmc811()[0])
    return try SimulatedFrames(detector: plate.detector, count: frames, seed: plate.seed &+ 1) { frame in
      let lines = PowderLines.nmc811(a: lattice[frame].a, c: lattice[frame].c)
      let phase = PowderPhase("NMC811", lines: lines, scale: scale, profile: profile)
      return PowderScene(beam: beam, phases: [phase], background: ScatteringBackground(flat: 15))
    }
  }
}
