import Foundation
import Pipeline

/// How large a tomographic measurement is, and what its volume costs.
struct TomogramExtent {
  var projections: Int
  /// Rows and columns of a projection.
  var rows: Int
  var columns: Int

  /// CPU seconds of one voxel seen in one projection, back-projected or projected.
  private static let update = 3e-10
  /// CPU seconds of a pixel of a projection: unwrapping, ramp, and writing.
  private static let pixel = 4e-7

  func estimate(_ parameters: TomogramStage.Parameters) -> ResourceEstimate {
    let side = Double(parameters.reconstruction.size ?? columns)
    let pixels = Double(projections * rows * columns)
    let voxels = Double(rows) * side * side
    let pass = Double(projections) * voxels * Self.update + pixels * 2e-8
    var seconds = 0.3 + pixels * Self.pixel + pass
    if parameters.reconstruction.halves { seconds += pass + voxels * 2e-7 }
    if parameters.alignment.method == .reprojection {
      // 12 iterations with pixels of 4 x 4, 6 of 2 x 2 and 2 of single ones, each there and back.
      seconds += (12.0 / 64 + 6.0 / 8 + 2) * (3 * pass + pixels * 1e-7)
    }
    // Compressing what is written.
    seconds += 3e-8 * (voxels * 16 + pixels * 5)
    let memory = 7e7 + pixels * 16 + voxels * 24
    return ResourceEstimate(seconds: seconds, memory: memory, disk: 1e6 + pixels * 5 + voxels * 16)
  }
}
