import ArrayMath
import HDF5
public import Tomography

/// Writes projections as NXtomo: flats, darks and projections in one stack told apart by `image_key`, with the angle of
/// every frame.
public enum NXtomoFile {
  /// The attribute of `data` that says what the numbers are where they are no intensities, which NXtomo takes for granted.
  static let contentAttribute = "projected_quantity"

  /// What else a file states.
  public struct Facts: Sendable {
    public var title: String
    public var sample: String
    /// Where the beam is from: its name, its NeXus type, such as "Synchrotron X-ray Source", and what it is made of.
    public var source: (name: String, type: String, probe: String)
    /// ISO 8601; nil where identical runs must give identical files.
    public var startTime: String?
    /// From the sample to the detector, in metres.
    public var distance: Double?
    public var creator: String

    public init(
      title: String, sample: String = "sample",
      source: (name: String, type: String, probe: String) = ("simulation", "Synchrotron X-ray Source", "x-ray"),
      startTime: String? = nil, distance: Double? = nil, creator: String = "operando"
    ) {
      self.title = title
      self.sample = sample
      self.source = source
      self.startTime = startTime
      self.distance = distance
      self.creator = creator
    }
  }

  /// Writes a file, replacing one of that name; a chunk is one frame.
  ///
  /// With flats or darks all frames are stored in single precision, otherwise as they are. Angles are written in degrees,
  /// or, where their unit is not known, as they are and without one.
  ///
  /// - Throws: ``FormatError`` when there is no angle for every projection; `HDF5Error` when the file cannot be written;
  ///   what the source throws when it cannot be read.
  public static func write(_ projections: MeasuredProjections, _ facts: Facts, to path: String) throws {
    let frames = projections.frames
    guard let angles = projections.angles, angles.count == frames.count else {
      throw FormatError(path, "needs an angle for each of \(frames.count) projections")
    }
    var sources: [any FrameSource] = []
    for images in [projections.flats, projections.darks] where !images.isEmpty {
      guard images.allSatisfy({ $0.shape == frames.shape }) else {
        throw FormatError(path, "needs flats and darks of \(frames.shape.rows) x \(frames.shape.columns) pixels")
      }
      sources.append(MemoryFrames(images.flatMap(\.pixels), shape: frames.shape))
    }
    let references = projections.flats.count + projections.darks.count
    sources.append(references > 0 ? SinglePrecisionFrames(source: frames) : frames)
    let stack = try FrameSeries(sources, names: sources.map { _ in path })
    let keys =
      Array(repeating: Int32(1), count: projections.flats.count)
      + Array(repeating: Int32(2), count: projections.darks.count) + Array(repeating: Int32(0), count: frames.count)
    let unit = projections.angleUnitIsStated ? 180 / Double.pi : 1
    // Flats and darks have no angle of their own; they stand at that of the first projection.
    let turns = Array(repeating: (angles.first ?? 0) * unit, count: references) + angles.map { $0 * unit }
    try HDF5File.create(path) { root in
      try root.attributes.write("default", ["entry"], shape: [])
      try root.attributes.write("NX_class", ["NXroot"], shape: [])
      try root.attributes.write("creator", [facts.creator], shape: [])
      let entry = try group(root, "entry", "NXentry")
      try entry.attributes.write("default", ["data"], shape: [])
      try entry.write("title", [facts.title], shape: [])
      try entry.write("definition", ["NXtomo"], shape: [])
      if let startTime = facts.startTime { try entry.write("start_time", [startTime], shape: []) }
      let instrument = try group(entry, "instrument", "NXinstrument")
      let source = try group(instrument, "source", "NXsource")
      try source.write("name", [facts.source.name], shape: [])
      try source.write("type", [facts.source.type], shape: [])
      try source.write("probe", [facts.source.probe], shape: [])
      if let wavelength = projections.wavelength {
        let beam = try group(instrument, "beam", "NXbeam")
        try write("incident_wavelength", wavelength * 1e10, "angstrom", into: beam)
      }
      let detector = try group(instrument, "detector", "NXdetector")
      try NeXusFrameWriter.write(stack, named: "data", into: detector, compression: .gzip)
      if let content = projections.content, content != .intensity {
        try detector.dataset("data").attributes.write(contentAttribute, [content.rawValue], shape: [])
      }
      try detector.write("image_key", keys, shape: [keys.count])
      if let pixel = projections.pixel {
        try write("x_pixel_size", pixel.width, "m", into: detector)
        try write("y_pixel_size", pixel.height, "m", into: detector)
      }
      if let distance = facts.distance { try write("distance", distance, "m", into: detector) }
      if let axis = projections.axisColumn {
        try write("x_rotation_axis_pixel_position", axis, "pixel", into: detector)
      }
      let sample = try group(entry, "sample", "NXsample")
      try sample.write("name", [facts.sample], shape: [])
      let rotation = try sample.write("rotation_angle", turns, shape: [turns.count])
      if projections.angleUnitIsStated { try rotation.attributes.write("units", ["deg"], shape: []) }
      let data = try group(entry, "data", "NXdata")
      try data.attributes.write("signal", ["data"], shape: [])
      try data.attributes.write("axes", ["rotation_angle", ".", "."], shape: [3])
      try data.attributes.write("rotation_angle_indices", [Int64(0)], shape: [])
      try data.createSoftLink("data", to: "/entry/instrument/detector/data")
      try data.createSoftLink("rotation_angle", to: "/entry/sample/rotation_angle")
      try data.createSoftLink("image_key", to: "/entry/instrument/detector/image_key")
    }
  }

  private static func group(_ parent: HDF5Group, _ name: String, _ nxClass: String) throws -> HDF5Group {
    let group = try parent.createGroup(name)
    try group.attributes.write("NX_class", [nxClass], shape: [])
    return group
  }

  private static func write(_ name: String, _ value: Double, _ unit: String, into group: HDF5Group) throws {
    try group.write(name, [value], shape: []).attributes.write("units", [unit], shape: [])
  }
}
