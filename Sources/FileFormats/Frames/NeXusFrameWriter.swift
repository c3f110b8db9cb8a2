public import ArrayMath
import HDF5

/// Writes frames as a NeXus file: NXentry, NXinstrument, NXdetector and an NXdata whose signal they are.
public enum NeXusFrameWriter {
  public enum Compression: Sendable, Hashable {
    case none
    /// Shuffled and deflated by the library.
    case gzip
    /// The bits of 8 kB blocks transposed and compressed with LZ4; the registered filter 32008.
    case bitshuffleLZ4
  }

  /// Writes a file, replacing one of that name; a chunk is one frame.
  ///
  /// - Parameters:
  ///   - metadata: what is stated is written: pixel size, distance, beam centre, exposure time, wavelength, name,
  ///     and when each exposure began as `timestamps`, in seconds since 1970-01-01.
  ///   - stagePositions: where a stage stood during each exposure, in metres; written as an NXpositioner.
  ///   - mask: a non-zero pixel is written as a dead one into `pixel_mask`; as many as a frame has pixels.
  /// - Throws: `HDF5Error` when the file cannot be written, what the source throws when it cannot be read.
  public static func write(
    _ frames: any FrameSource, to path: String, compression: Compression = .bitshuffleLZ4, title: String = "frames",
    metadata: FrameMetadata = FrameMetadata(), stagePositions: [Double]? = nil, mask: [UInt8]? = nil
  ) throws {
    try HDF5File.create(path) { root in
      try root.attributes.write("default", ["entry"], shape: [])
      func group(_ parent: HDF5Group, _ name: String, _ nxClass: String) throws -> HDF5Group {
        let group = try parent.createGroup(name)
        try group.attributes.write("NX_class", [nxClass], shape: [])
        return group
      }
      let entry = try group(root, "entry", "NXentry")
      try entry.attributes.write("default", ["data"], shape: [])
      try entry.write("title", [title], shape: [])
      let instrument = try group(entry, "instrument", "NXinstrument")
      let detector = try group(instrument, "detector", "NXdetector")
      func state(_ group: HDF5Group, _ name: String, _ value: Double?, _ unit: String) throws {
        guard let value else { return }
        try group.write(name, [value], shape: []).attributes.write("units", [unit], shape: [])
      }
      try state(detector, "x_pixel_size", metadata.pixelWidth, "m")
      try state(detector, "y_pixel_size", metadata.pixelHeight, "m")
      try state(detector, "distance", metadata.distance, "m")
      try state(detector, "beam_center_x", metadata.beamCentreColumn, "pixel")
      try state(detector, "beam_center_y", metadata.beamCentreRow, "pixel")
      try state(detector, "count_time", metadata.exposureTime, "s")
      if let name = metadata.detectorName { try detector.write("description", [name], shape: []) }
      if let times = metadata.timestamps {
        try detector.write("timestamps", times, shape: [times.count]).attributes.write("units", ["s"], shape: [])
      }
      if let stagePositions {
        let stage = try group(instrument, "stage", "NXpositioner")
        try stage.write("value", stagePositions, shape: [stagePositions.count]).attributes.write(
          "units", ["m"], shape: [])
      }
      if let wavelength = metadata.wavelength {
        try state(group(instrument, "beam", "NXbeam"), "incident_wavelength", wavelength * 1e10, "angstrom")
      }
      let shape = [frames.shape.rows, frames.shape.columns]
      if let mask {
        // Bit 1 of the field stands for a dead pixel.
        try detector.write("pixel_mask", mask.map { $0 == 0 ? UInt32(0) : 2 }, shape: shape)
      }
      try write(frames, named: "data", into: detector, compression: compression)
      let data = try group(entry, "data", "NXdata")
      try data.attributes.write("signal", ["data"], shape: [])
      try data.createSoftLink("data", to: "/entry/instrument/detector/data")
    }
  }

  /// Writes frames as a dataset of a group; a chunk is one frame.
  static func write(
    _ frames: any FrameSource, named name: String, into group: HDF5Group, compression: Compression
  ) throws {
    guard let number = HDF5NumberType(rawValue: frames.pixelType.rawValue) else {
      throw HDF5Error.invalid(
        object: "\(group.path)/\(name)", reason: "cannot hold pixels of \(frames.pixelType.rawValue)")
    }
    let shape = [frames.shape.rows, frames.shape.columns]
    let dataset = try group.createChunked(
      name, number, shape: [frames.count] + shape, chunk: [1] + shape, filter: filter(compression, number.size))
    let codec = BitshuffleCodec(elementSize: number.size, compression: .lz4)
    var pixels = [UInt8](repeating: 0, count: frames.shape.count * number.size)
    for index in 0..<frames.count {
      try pixels.withUnsafeMutableBytes { try frames.read(frame: index, into: $0) }
      switch compression {
      case .bitshuffleLZ4:
        try dataset.writeChunk(pixels.withUnsafeBytes { codec.encode($0) }, at: [index, 0, 0])
      case .none, .gzip: try dataset.write(pixels, start: [index, 0, 0], count: [1] + shape, number)
      }
    }
  }

  private static func filter(_ compression: Compression, _ size: Int) -> HDF5ChunkFilter {
    switch compression {
    case .none: .none
    case .gzip: .deflate(level: 4)
    // Version of the format, element size, elements of a block (0: the usual), 2 for LZ4.
    case .bitshuffleLZ4: .registered(32008, [0, 4, UInt32(size), 0, 2])
    }
  }
}
