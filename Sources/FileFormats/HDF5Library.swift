import HDF5

/// The HDF5 library that files are read and written with.
public enum HDF5Library {
  /// For example "1.10.8".
  public static var version: String { hdf5LibraryVersion() }
}
