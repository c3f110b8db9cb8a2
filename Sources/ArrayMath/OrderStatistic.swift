extension Array where Element: BinaryFloatingPoint {
  /// The value that would stand at an index if the array were sorted, in a time that grows with the length alone.
  ///
  /// Reorders the array: smaller values end up before the index, larger ones behind it. The middle one is the median.
  ///
  /// C. A. R. Hoare, "Algorithm 65: find", Commun. ACM 4 (1961) 321.
  ///
  /// - Precondition: the index is one of the array, and no value is NaN.
  @inlinable public mutating func select(_ index: Int) -> Element {
    precondition(indices.contains(index), "there is a value of that rank")
    return withUnsafeMutableBufferPointer { values in
      var (low, high) = (0, values.count - 1)
      while low < high {
        // The middle one of three keeps sorted arrays from being the worst case.
        let (a, b, c) = (values[low], values[(low + high) / 2], values[high])
        let pivot = Swift.max(Swift.min(a, b), Swift.min(Swift.max(a, b), c))
        var (left, right) = (low, high)
        while left <= right {
          while values[left] < pivot { left += 1 }
          while values[right] > pivot { right -= 1 }
          if left <= right {
            values.swapAt(left, right)
            left += 1
            right -= 1
          }
        }
        if index <= right {
          high = right
        } else if index >= left {
          low = left
        } else {
          break
        }
      }
      return values[index]
    }
  }
}
