import Foundation

// Each part prints its lines as they are known; the exit status is 1 when any of them failed.
let parts: [(name: String, lines: () throws -> [AcceptanceLine])] = [
  ("particle", particleModelLines), ("radial", radialTwinLines), ("electrochemistry", electrochemistryLines),
  ("readers", readersLines), ("spine", spineLines), ("calibration", calibrationLines),
  ("integration", integrationLines), ("frame-readers", frameReadersLines),
  ("diffraction-files", diffractionFilesLines), ("whole-pattern", wholePatternLines), ("series", seriesLines),
  ("throughput", diffractionThroughputLines), ("operando-series", operandoSeriesLines), ("peaks", peaksLines),
  ("orientation-readers", orientationReadersLines), ("texture", textureLines),
  ("kikuchi-measured", kikuchiMeasuredLines), ("kikuchi-simulated", simulatedNickelLines),
  ("kikuchi-nmc811", kikuchiNMC811Lines), ("kikuchi-speed", kikuchiSpeedLines),
  ("ptychography-run", ptychographyRunLines), ("unwrapping", phaseUnwrappingLines),
  ("ptychography-readers", ptychographyReadersLines), ("ptychography-positions", ptychographyPositionLines),
  ("ptychography-speed", ptychographySpeedLines), ("ptychography-measured", ptychographyMeasuredLines),
  ("ptychography-simulated", ptychographySimulatedLines), ("ptychography-engines", ptychographyEngineLines),
  ("tomography-run", tomographyRunLines),
  ("tomography-algorithms", tomographyAlgorithmLines),
  ("tomography-simulated", tomographySimulatedLines),
  ("tomography-measured", tomographyMeasuredLines),
  ("tomography-alignment", tomographyAlignmentLines),
  ("tomography-readers", tomographyReadersLines),
  ("tomography-reconstruction", tomographyReconstructionLines),
  ("particle-grains", particleGrainLines),
  ("particle-voronoi", particleVoronoiLines),
  ("particle-fracture", particleFractureLines),
  ("particle-files", particleFilesLines),
  ("particle-cycling", particleCyclingLines),
  ("particle-speed", particleSpeedLines),
  ("particle-elements", particleElementLines),
]

let wanted = CommandLine.arguments.dropFirst().first ?? "all"
let chosen = parts.filter { wanted == "all" || $0.name == wanted }
guard !chosen.isEmpty else {
  print("no part named \(wanted); there are: \(parts.map(\.name).joined(separator: ", "))")
  exit(2)
}
var failures = 0
for part in chosen {
  for line in try part.lines() {
    print(line.text)
    fflush(nil)
    if !line.passed { failures += 1 }
  }
}
exit(failures == 0 ? 0 : 1)
