import CHDF5

/// The version of the HDF5 library, for example "1.10.8".
public func hdf5LibraryVersion() -> String {
  var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
  H5get_libversion(&major, &minor, &release)
  return "\(major).\(minor).\(release)"
}
