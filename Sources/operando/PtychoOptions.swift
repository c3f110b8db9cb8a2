import ArgumentParser
import Foundation
import Pipeline
import Quantities
import Stages

/// What the file of a scan may not state, and which pixels of its patterns count.
struct ScanGeometryOptions: ParsableArguments {
  @Option(help: "Photon energy, such as \"9.7 keV\", instead of the one that the file states.")
  var energy: String?
  @Option(help: "Distance from sample to detector, such as \"9.47 m\".")
  var distance: String?
  @Option(help: "Edge of a detector pixel, such as \"55 um\".")
  var pixel: String?
  @Option(help: "Angles of the scans, comma-separated, such as \"0 deg,0.3 deg\".")
  var angles: String?
  @Option(help: "How the wave travels to the detector: far-field or near-field.")
  var propagation = "far-field"
  @Option(help: "Near field: from the focus to the sample, downstream positive, such as \"20 mm\".")
  var focusDistance: String?
  @Option(help: "Image of pixels not to be used, beside the file's own mask.", completion: .file())
  var mask: String?
  @Option(help: "Rows and columns of the patterns that are used, such as 512x512. Without it, the most that fit.")
  var window: String?
  @Option(help: "Row and column of the beam's axis on the detector, such as 257.5,254. Without it, found.")
  var centre: String?
  @Option(help: "Rows and columns of the detector's chips, such as 256x256; their edges are left out.")
  var chip: String?
  @Option(help: "Axes of the positions along rows and columns: +y+x, +y-x ... -x-y, or auto (tests all eight).")
  var axes = "auto"

  func apply(to settings: inout PtychographySettings) throws {
    settings.energy = try energy.map { try quantity($0, of: "--energy", as: "an energy such as \"9.7 keV\"") }
    if let energy = settings.energy, !(energy.si > 0) { throw wrong("--energy", "\(energy)", "a positive energy") }
    settings.distance = try length(distance, "--distance", "9.47 m")
    settings.pixel = try length(pixel, "--pixel", "55 um")
    settings.propagation = try choice(propagation, of: "--propagation")
    settings.focusDistance = try focusDistance.map {
      try quantity($0, of: "--focus-distance", as: "a length such as \"20 mm\"")
    }
    settings.angles = try (angles?.split(separator: ",") ?? []).map {
      try quantity(String($0), of: "--angles", as: "angles such as \"0 deg,0.3 deg\"")
    }
    settings.mask = mask.map { FilePath($0) }
    settings.preparation.window = try extent(window, "--window", in: 16...8192)
    settings.preparation.chip = try extent(chip, "--chip", in: 8...8192)
    settings.preparation.axes = try choice(axes, of: "--axes")
    if let centre {
      let numbers = centre.split(separator: ",").compactMap { Double($0.trimmingCharacters(in: .whitespaces)) }
      guard numbers.count == 2, centre.split(separator: ",").count == 2, numbers.allSatisfy(\.isFinite) else {
        throw wrong("--centre", centre, "row and column such as 257.5,254")
      }
      settings.preparation.centre = numbers
    }
  }

  private func length(_ text: String?, _ option: String, _ example: String) throws -> Length? {
    guard let text else { return nil }
    let length: Length = try quantity(text, of: option, as: "a length such as \"\(example)\"")
    guard length.si > 0 else { throw wrong(option, text, "a positive length") }
    return length
  }

  private func extent(_ text: String?, _ option: String, in range: ClosedRange<Int>) throws -> [Int]? {
    guard let text else { return nil }
    let words = text.split { "x×,".contains($0) }
    let numbers = words.compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    guard numbers.count == words.count, (1...2).contains(numbers.count), numbers.allSatisfy(range.contains) else {
      throw wrong(option, text, "rows and columns from \(range.lowerBound) to \(range.upperBound), such as 256x256")
    }
    return numbers.count == 1 ? numbers + numbers : numbers
  }
}

/// How object and probe are reconstructed and what is made of the object.
struct ReconstructionOptions: ParsableArguments {
  @Option(help: "Engine: epie, rpie, mpie, difference-map, raar or maximum-likelihood.")
  var engine = "epie"
  @Option(help: "Passes over all patterns.")
  var iterations = 500
  @Option(help: "Seed of the patterns' order.")
  var seed = 1
  @Option(help: "First probe: mean-pattern, zone-plate or file.")
  var probe = "mean-pattern"
  @Option(help: "File whose probe is taken for --probe file; without it, that of the scan.", completion: .file())
  var probeFile: String?
  @Option(help: "Zone plate: diameter, outermost zone and central stop, such as \"400 um,150 nm,60 um\".")
  var zonePlate: String?
  @Option(help: "From the focus to the sample, downstream positive, such as \"8 mm\". Without it, found on the data.")
  var defocus: String?
  @Option(help: "Modes of the probe, for a beam that is not quite coherent.")
  var modes = 1
  @Option(help: "How positions are corrected: none, gradient or annealing.")
  var positions = "none"
  @Option(help: "How a position between pixels is met: nearest or fourier.")
  var interpolation = "nearest"
  @Option(help: "Where further scans' first probe comes from: none, first or neighbour.")
  var warmStart = "none"
  @Option(help: "How the phase is unwrapped: reliability, least-squares or branch-cuts.")
  var unwrapping = "reliability"
  @Option(help: "Where there is no sample: automatic, sides, corners or everywhere.")
  var air = "automatic"
  @Option(help: "Halves that are reconstructed too, for the resolution: none, counts or positions.")
  var halves = "none"

  func apply(to settings: inout PtychographySettings) throws {
    settings.reconstruction.engine = try choice(engine, of: "--engine")
    settings.reconstruction.iterations = try within(1...1_000_000, iterations, of: "--iterations")
    settings.reconstruction.seed = try within(0...1_000_000_000, seed, of: "--seed")
    settings.reconstruction.probe = try choice(probe, of: "--probe")
    settings.probeFile = probeFile.map { FilePath($0) }
    settings.reconstruction.modes = try within(1...32, modes, of: "--modes")
    settings.reconstruction.positions = try choice(positions, of: "--positions")
    settings.reconstruction.interpolation = try choice(interpolation, of: "--interpolation")
    settings.reconstruction.warmStart = try choice(warmStart, of: "--warm-start")
    settings.phase.unwrapping = try choice(unwrapping, of: "--unwrapping")
    settings.phase.air = try choice(air, of: "--air")
    settings.phase.halves = try choice(halves, of: "--halves")
    let distance: Length? = try defocus.map { try quantity($0, of: "--defocus", as: "a length such as \"8 mm\"") }
    settings.reconstruction.defocus = distance
    if let zonePlate {
      let lengths: [Length] = try zonePlate.split(separator: ",").map {
        try quantity(String($0), of: "--zone-plate", as: "lengths such as \"400 um,150 nm,60 um\"")
      }
      guard (2...3).contains(lengths.count), lengths.allSatisfy({ $0.si >= 0 }) else {
        throw wrong("--zone-plate", zonePlate, "diameter, outermost zone and stop such as \"400 um,150 nm,60 um\"")
      }
      var optics = ZonePlateParameters()
      (optics.diameter, optics.outerZoneWidth) = (lengths[0], lengths[1])
      optics.stop = lengths.count == 3 ? lengths[2] : Length(0, .micrometre)
      if let distance { optics.defocus = distance }
      try refuse(optics.validate())
      settings.optics = optics
    }
  }
}
