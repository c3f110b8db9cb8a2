import CHDF5

/// A number that HDF5 stores: how it lies in memory is told by ``HDF5NumberType``.
public protocol HDF5Element: BitwiseCopyable, Sendable {
  static var hdf5Type: HDF5NumberType { get }
  /// The value that fills memory before a read.
  static var zero: Self { get }
}

/// The numbers that are read and written without conversion.
public enum HDF5NumberType: String, Hashable, Sendable, CaseIterable {
  case float64, float32, int8, uint8, int16, uint16, int32, uint32, int64, uint64

  /// The identifier of the library's native type, which is never closed.
  var native: hid_t {
    switch self {
    case .float64: operando_H5T_NATIVE_DOUBLE()
    case .float32: operando_H5T_NATIVE_FLOAT()
    case .int8: operando_H5T_NATIVE_INT8()
    case .uint8: operando_H5T_NATIVE_UINT8()
    case .int16: operando_H5T_NATIVE_INT16()
    case .uint16: operando_H5T_NATIVE_UINT16()
    case .int32: operando_H5T_NATIVE_INT32()
    case .uint32: operando_H5T_NATIVE_UINT32()
    case .int64: operando_H5T_NATIVE_INT64()
    case .uint64: operando_H5T_NATIVE_UINT64()
    }
  }

  /// Bytes a number.
  public var size: Int {
    switch self {
    case .int8, .uint8: 1
    case .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }
}

extension Double: HDF5Element { public static var hdf5Type: HDF5NumberType { .float64 } }
extension Float: HDF5Element { public static var hdf5Type: HDF5NumberType { .float32 } }
extension Int8: HDF5Element { public static var hdf5Type: HDF5NumberType { .int8 } }
extension UInt8: HDF5Element { public static var hdf5Type: HDF5NumberType { .uint8 } }
extension Int16: HDF5Element { public static var hdf5Type: HDF5NumberType { .int16 } }
extension UInt16: HDF5Element { public static var hdf5Type: HDF5NumberType { .uint16 } }
extension Int32: HDF5Element { public static var hdf5Type: HDF5NumberType { .int32 } }
extension UInt32: HDF5Element { public static var hdf5Type: HDF5NumberType { .uint32 } }
extension Int64: HDF5Element { public static var hdf5Type: HDF5NumberType { .int64 } }
extension UInt64: HDF5Element { public static var hdf5Type: HDF5NumberType { .uint64 } }

/// What a dataset or an attribute holds.
public enum HDF5ElementType: Hashable, Sendable {
  case number(HDF5NumberType)
  case string
  /// A compound of two floating-point numbers named as the real and the imaginary part, each of this type in memory.
  case complex(HDF5NumberType)
  /// A kind that is named but not read.
  case other(String)
}
