import Foundation
import TestSupport

/// Lines 5 and 7 of the spine: killed and resumed runs, thread counts, the report and the stage files.
func spineLines() throws -> [AcceptanceLine] {
  try KilledRuns.withFolder("spine") { folder in
    var runs = KilledRuns(
      experiment: SharedData.checkout.appending(path: "Examples/nmc811-particle/experiment.yaml").path, folder: folder,
      lineOfRuns: "5", lineOfFiles: "7")
    runs.killsOneAgain = true
    return try runs.lines()
  }
}
