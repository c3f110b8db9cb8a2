import ArgumentParser
import Pipeline
import Quantities
import Stages

/// Where the bins of a pattern lie.
struct BinOptions: ParsableArguments {
  @Option(help: "Number of radial bins.")
  var points = 2000
  @Option(help: "Radial axis: 2theta (degrees), q (1/angstrom) or d (angstrom).")
  var unit = "2theta"
  @Option(help: "Range of 2theta, such as \"5 deg,25 deg\". Without it, what the pixels cover.")
  var range: String?
  @Option(help: "Read only pixels with this 2theta, such as \"7.5 deg,8.3 deg\"; may be given once for each ring.")
  var band: [String] = []
  @Option(help: "How a pixel is shared between bins: none, box or full.")
  var splitting = "box"
  @Option(help: "A cake of so many sectors of azimuth and radial bins, such as 360x1000.")
  var cake: String?

  func set(_ parameters: inout AzimuthalIntegrationStage.Parameters) throws {
    parameters.points = try within(10...65_000, points, of: "--points")
    parameters.unit = try choice(unit, of: "--unit")
    parameters.splitting = try choice(splitting, of: "--splitting")
    if let range {
      let ends = try angles(range, of: "--range")
      (parameters.minimumTwoTheta, parameters.maximumTwoTheta) = (ends[0], ends[1])
    }
    if !band.isEmpty { parameters.bands = try band.map { try angles($0, of: "--band") } }
    if let cake {
      let numbers = cake.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let sectors = numbers[0], let bins = numbers[1] else {
        throw wrong("--cake", cake, "sectors and bins such as 360x1000")
      }
      parameters.sectors = try within(2...3600, sectors, of: "--cake")
      parameters.points = try within(10...65_000, bins, of: "--cake")
    }
  }

  private func angles(_ text: String, of option: String) throws -> [Angle] {
    let ends = text.split(separator: ",")
    guard ends.count == 2 else { throw wrong(option, text, "two angles such as \"5 deg,25 deg\"") }
    return try ends.map { try quantity(String($0), of: option, as: "an angle such as \"5 deg\"") }
  }
}

/// Which pixels are left out, and what signals are corrected for.
struct CorrectionOptions: ParsableArguments {
  @Option(help: "Pixels to leave out: an image in which they are not 0.", completion: .file())
  var mask: String?
  @Option(help: "An image without beam; the mean of its frames is subtracted.", completion: .file())
  var dark: String?
  @Option(help: "The relative sensitivity of the pixels.", completion: .file())
  var flat: String?
  @Option(help: "Counts from which a pixel is saturated and left out. Without it, what the file states.")
  var saturation: Double?
  @Option(help: "How the image is turned over, instead of what the geometry says: none, vertical, horizontal or both.")
  var flip: String?
  @Option(help: "Photon energy, such as \"19 keV\", instead of the wavelength that the geometry states.")
  var energy: String?
  @Option(help: "Degree of linear polarisation, horizontal positive, -1 to 1; \"none\" corrects nothing.")
  var polarisation = "0.99"
  @Flag(help: "Do not correct for the solid angle of the pixels.")
  var noSolidAngle = false
  @Option(help: "Correct for the absorption in a sensor of this material, such as Si or CdTe.")
  var sensor: String?
  @Option(help: "Thickness of the sensor, such as \"450 um\".")
  var sensorThickness: String?
  @Option(help: "Density of the sensor, such as \"5.85 g/cm3\". Without it, that of the element.")
  var sensorDensity: String?

  func set(_ parameters: inout AzimuthalIntegrationStage.Parameters) throws {
    parameters.mask = mask.map { FilePath($0) }
    parameters.dark = dark.map { FilePath($0) }
    parameters.flat = flat.map { FilePath($0) }
    if let saturation, !(saturation > 0 && saturation.isFinite) {
      throw wrong("--saturation", "\(saturation)", "a number of counts above 0")
    }
    parameters.saturation = saturation
    parameters.flip = try flip.map { try choice($0, of: "--flip") }
    parameters.energy = try energy.map { try quantity($0, of: "--energy", as: "an energy such as \"19 keV\"") }
    if let energy = parameters.energy, !(energy.si > 0) {
      throw wrong("--energy", self.energy ?? "", "an energy above 0, such as \"19 keV\"")
    }
    parameters.correctSolidAngle = !noSolidAngle
    if polarisation == "none" {
      parameters.correctPolarisation = false
    } else if let factor = Double(polarisation), (-1...1).contains(factor) {
      parameters.polarisation = factor
    } else {
      throw wrong("--polarisation", polarisation, "a number from -1 to 1, or none")
    }
    parameters.sensorMaterial = sensor
    parameters.sensorThickness = try sensorThickness.map {
      try quantity($0, of: "--sensor-thickness", as: "a length such as \"450 um\"")
    }
    parameters.sensorDensity = try sensorDensity.map {
      try quantity($0, of: "--sensor-density", as: "a density such as \"5.85 g/cm3\"")
    }
  }
}

/// What stands for the pixels of a bin, and how sure it is.
struct AverageOptions: ParsableArguments {
  @Option(
    help: """
      Where uncertainties come from: poisson (counted photons), variance (gain and read-out noise), azimuthal (the spread \
      of a bin's pixels) or none.
      """)
  var errors = "poisson"
  @Option(help: "Counts that one photon adds, for --errors variance. Without it, 1.")
  var gain: Double?
  @Option(help: "Standard deviation of a pixel without light, in counts, for --errors variance. Without it, 0.")
  var readNoise: Double?
  @Option(
    help: """
      Leave out pixels farther from the mean of their bin than so many standard deviations, such as 5; of photons counted \
      with --errors poisson, of the bin's spread otherwise. Not for spotty rings: it removes the spots.
      """)
  var clip: Double?
  @Flag(help: "The median of each bin instead of the mean; it states no uncertainty.")
  var median = false

  func set(_ parameters: inout AzimuthalIntegrationStage.Parameters) throws {
    parameters.errors = try choice(errors, of: "--errors")
    if let gain { parameters.gain = try within(1e-6...1e6, gain, of: "--gain") }
    if let readNoise { parameters.readNoise = try within(0...1e9, readNoise, of: "--read-noise") }
    parameters.clip = try clip.map { try within(2...100, $0, of: "--clip") }
    if median { parameters.average = .median }
  }
}
