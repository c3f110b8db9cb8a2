public import Foundation

/// A complex number in single precision, laid out as the C libraries and NumPy's `complex64` lay it out.
///
/// The operators are the plain formulas without care for infinities, so that loops over them vectorise.
@frozen public struct ComplexFloat: Sendable, Hashable, BitwiseCopyable {
  /// The real part.
  public var real: Float
  /// The imaginary part.
  public var imaginary: Float

  @inlinable public init(_ real: Float, _ imaginary: Float = 0) {
    self.real = real
    self.imaginary = imaginary
  }

  /// The number of a given modulus whose angle to the real axis is `phase`, in radians.
  @inlinable public init(modulus: Float, phase: Float) {
    self.init(modulus * cosf(phase), modulus * sinf(phase))
  }

  /// 0.
  @inlinable public static var zero: ComplexFloat { ComplexFloat(0, 0) }

  /// |z|².
  @inlinable public var squaredModulus: Float { real * real + imaginary * imaginary }
  /// |z|.
  @inlinable public var modulus: Float { squaredModulus.squareRoot() }
  /// The angle to the real axis, in radians, from −π to π.
  @inlinable public var phase: Float { atan2f(imaginary, real) }
  /// The mirror image at the real axis.
  @inlinable public var conjugate: ComplexFloat { ComplexFloat(real, -imaginary) }

  @inlinable public static func + (a: Self, b: Self) -> Self { Self(a.real + b.real, a.imaginary + b.imaginary) }
  @inlinable public static func - (a: Self, b: Self) -> Self { Self(a.real - b.real, a.imaginary - b.imaginary) }
  @inlinable public static func * (a: Self, b: Self) -> Self {
    Self(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }
  @inlinable public static func * (factor: Float, z: Self) -> Self { Self(factor * z.real, factor * z.imaginary) }
  @inlinable public static func += (a: inout Self, b: Self) { a = a + b }
  @inlinable public static func -= (a: inout Self, b: Self) { a = a - b }
  @inlinable public static func *= (a: inout Self, b: Self) { a = a * b }
}
