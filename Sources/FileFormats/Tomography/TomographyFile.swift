/// What files of tomography hold, in words: projections of any layout and volumes of any format.
public enum TomographyFile {
  /// Nil where an HDF5 file holds neither projections of a known layout nor a volume as its default plot.
  ///
  /// - Throws: ``FormatError`` or `HDF5Error` when it is one, and damaged.
  public static func description(ofHDF5 path: String) throws -> String? {
    if (try? VolumeFile.recognises(hdf5: path)) == true { return try VolumeFile.description(of: path) }
    return try ProjectionFile.description(ofHDF5: path)
  }

  /// - Throws: ``FormatError`` when it is no MRC file, or damaged.
  public static func description(ofMRC path: String) throws -> String {
    let mrc = try MRCFile(FrameBytes(path: path))
    let content =
      try mrc.isVolume
      ? VolumeFile.description(of: path) : ProjectionFile.description(of: ProjectionFile.read(path), layout: .mrc)
    return mrc.description + "\n" + content
  }

  /// Nil where a stack of TIFF does not say that it is a volume.
  ///
  /// - Throws: ``FormatError`` when it is damaged.
  public static func description(ofTIFF path: String) throws -> String? {
    let source = try VolumeSource.open(path)
    return source.quantity == .unknown ? nil : source.description
  }
}
