/// Line 6 of tomography: runs from raw patterns to the state of charge killed and resumed, one and two threads, and what
/// others read of the files.
func tomographyRunLines() throws -> [AcceptanceLine] {
  try simulatedRunLines(of: "ptychographic-tomography", lineOfRuns: "6", lineOfFiles: "6", trials: 10)
}
