public import ArrayMath
internal import Foundation

/// The probe of a zone plate with all of its diffraction orders, behind the order-sorting aperture.
///
/// A zone plate of opaque and open zones sends the amplitude 1/2 into the zero order and 1/(iπ m) into each odd order m,
/// which has the focal length f/m (D. Attwood, Soft X-Rays and Extreme Ultraviolet Radiation, section 9.3). Each order is
/// carried to the aperture and, cut there, on to the sample. Optics that are symmetric about the axis leave one integral
/// over the radius for each step,
///
///     u(ρ) = 2π/(iλz) exp(iπ ρ²/(λz)) ∫ u₀(r) exp(iπ r²/(λz)) J₀(2π r ρ/(λz)) r dr,
///
/// which knows no window and so no light that wraps round its edges.
public struct OrderSortedProbe: Sendable {
  /// All orders together at the sample, the axis at (rows/2, columns/2).
  public let probe: ComplexImage
  /// Σ |P|² of each order in the window, as a fraction of all orders' sum.
  public let fractions: [Int: Double]

  /// The light in the window that is not of the first order, as a fraction.
  public var leakage: Double { fractions.reduce(0) { $0 + ($1.key == 1 ? 0 : $1.value) } }
}

extension FresnelZonePlate {
  /// The probe with the orders that the aperture lets through.
  ///
  /// - Parameters:
  ///   - wavelength: in metres.
  ///   - defocus: from the focus to the sample, positive downstream, in metres.
  ///   - pixel: of the object, in metres.
  ///   - window: of the probe.
  ///   - photons: Σ |P|² of all orders together.
  ///   - orders: zero and odd numbers, 1 among them.
  /// - Throws: ``PtychographyError`` where the first order alone cannot be computed, without an aperture, for a stop off
  ///   the axis and for orders that a zone plate does not have.
  public func orderSortedProbe(
    wavelength: Double, defocus: Double, pixel: (height: Double, width: Double), window: FrameShape,
    photons: Double = 1, orders: [Int] = [-1, 0, 1, 3]
  ) throws -> OrderSortedProbe {
    _ = try checkedSampling(wavelength: wavelength, defocus: defocus, pixel: pixel, window: window)
    guard let aperture = orderSortingAperture else {
      throw PtychographyError.invalid(
        "the orders of a zone plate are sorted by an aperture, and none is given; give its diameter and its distance to the focus"
      )
    }
    guard stopOffset == Offset() else {
      throw PtychographyError.invalid(
        "the orders are computed for optics that are symmetric about the axis, but the stop is \(micrometres(stopOffset.y)) and \(micrometres(stopOffset.x)) off it; put the stop on the axis, or leave the orders out"
      )
    }
    guard orders.contains(1), Set(orders).count == orders.count, orders.allSatisfy({ $0 == 0 || !$0.isMultiple(of: 2) })
    else {
      throw PtychographyError.invalid("the orders of a zone plate are 0 and odd numbers, 1 among them; found \(orders)")
    }
    let focal = focalLength(wavelength: wavelength)
    let first = focal - aperture.distanceToFocus
    let second = aperture.distanceToFocus + defocus
    let corner =
      0.5
      * (pixel.height * pixel.height * Double(window.rows * window.rows) + pixel.width * pixel.width
      * Double(window.columns * window.columns)).squareRoot()
    let atSample = RadialGrid(first: 0, last: corner + 4 * min(pixel.height, pixel.width), steps: 0)
      .refined(toStep: min(pixel.height, pixel.width) / 4)
    let bessel = BesselTable(
      upTo: 2 * .pi / wavelength
        * max(diameter / 2 * aperture.diameter / 2 / first, aperture.diameter / 2 * atSample.last / second))

    var fields: [Int: [RadialField.Value]] = [:]
    for order in orders {
      // The phase turns by a radian at most from step to step, and that at the rim: Simpson's rule then errs by a few in a
      // thousand there.
      let power = abs(1 / first - Double(order) / focal)
      let turn = 2 * .pi / wavelength * (diameter / 2) * (diameter / 2 * power + aperture.diameter / 2 / first)
      let pupil = RadialGrid(
        first: centralStop / 2, last: diameter / 2, steps: Int(turn * (1 - centralStop / diameter)))
      let amplitude = order == 0 ? 0.5 : 1 / (.pi * Double(abs(order)))
      let lens = -.pi * Double(order) / (wavelength * focal)
      let lit = RadialField(pupil) { r in
        RadialField.Value(amplitude * cos(lens * r * r), amplitude * sin(lens * r * r))
      }
      let cone = 2 * .pi / wavelength * (aperture.diameter / 2)
      let through = RadialGrid(
        first: 0, last: aperture.diameter / 2,
        steps: Int(1.5 * cone * (aperture.diameter / 2 / second + atSample.last / second + diameter / 2 / first)))
      let cut = lit.propagated(by: first, wavelength: wavelength, to: through, bessel: bessel, keepsCurvature: true)
      let here = cut.propagated(
        by: second, wavelength: wavelength, to: atSample, bessel: bessel, keepsCurvature: false)
      // Odd orders share the factor 1/i and negative ones their sign, against the zero order.
      fields[order] = here.values.map {
        order == 0
          ? $0 : order > 0 ? RadialField.Value($0.imaginary, -$0.real) : RadialField.Value(-$0.imaginary, $0.real)
      }
    }

    var total = ComplexImage(repeating: .zero, shape: window)
    var energies: [Int: Double] = [:]
    let curvature = Double.pi / (wavelength * second)
    for order in orders {
      guard let values = fields[order] else { continue }
      let field = RadialField(grid: atSample, values: values)
      var energy = 0.0
      for row in 0..<window.rows {
        let y = Double(row - window.rows / 2) * pixel.height
        for column in 0..<window.columns {
          let x = Double(column - window.columns / 2) * pixel.width
          let square = y * y + x * x
          let value = field.interpolated(at: square.squareRoot())
          let phase = curvature * square
          energy += value.real * value.real + value.imaginary * value.imaginary
          total[row, column] += ComplexFloat(
            Float(value.real * cos(phase) - value.imaginary * sin(phase)),
            Float(value.real * sin(phase) + value.imaginary * cos(phase)))
        }
      }
      energies[order] = energy
    }
    let sum = orders.reduce(0) { $0 + (energies[$1] ?? 0) }
    return OrderSortedProbe(
      probe: total.scaled(toPhotons: photons), fractions: energies.mapValues { sum > 0 ? $0 / sum : 0 })
  }
}
