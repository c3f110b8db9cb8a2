import Foundation
import TestSupport

/// Line 5 of ptychography: runs killed and resumed, one and two threads, and what others read of the files.
func ptychographyRunLines() throws -> [AcceptanceLine] {
  try simulatedRunLines(of: "ptychography", lineOfRuns: "5", lineOfFiles: "7", trials: 20)
}
