/// The lowest point of a function near a start, by the simplex of Nelder and Mead (1965).
///
/// - Parameters:
///   - start: where to begin.
///   - steps: extent of the first simplex along each coordinate.
///   - evaluations: upper limit on calls of the function.
/// - Returns: the best point and its value.
func nelderMead(
  from start: [Double], steps: [Double], evaluations: Int, _ function: ([Double]) -> Double
) -> (point: [Double], value: Double) {
  let order = start.count
  var simplex = [(point: start, value: function(start))]
  for index in 0..<order {
    var point = start
    point[index] += steps[index]
    simplex.append((point, function(point)))
  }
  var calls = order + 1
  while calls < evaluations {
    simplex.sort { $0.value < $1.value }
    if simplex[order].value - simplex[0].value < 1e-9 * (1e-3 + abs(simplex[0].value)) { break }
    let centre = (0..<order).map { k in simplex[..<order].reduce(0) { $0 + $1.point[k] } / Double(order) }
    func along(_ factor: Double) -> (point: [Double], value: Double) {
      let point = (0..<order).map { centre[$0] + factor * (simplex[order].point[$0] - centre[$0]) }
      calls += 1
      return (point, function(point))
    }
    let mirrored = along(-1)
    if mirrored.value < simplex[0].value {
      let farther = along(-2)
      simplex[order] = farther.value < mirrored.value ? farther : mirrored
    } else if mirrored.value < simplex[order - 1].value {
      simplex[order] = mirrored
    } else {
      let nearer = mirrored.value < simplex[order].value ? along(-0.5) : along(0.5)
      if nearer.value < min(mirrored.value, simplex[order].value) {
        simplex[order] = nearer
      } else {
        for index in 1...order {
          simplex[index].point = zip(simplex[index].point, simplex[0].point).map { ($0 + $1) / 2 }
          simplex[index].value = function(simplex[index].point)
        }
        calls += order
      }
    }
  }
  return simplex.min { $0.value < $1.value } ?? (start, .infinity)
}
