import ArrayMath
import Foundation
import Testing
@testable import Ptychography

func cpu() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

@Suite struct Exploration {
  @Test func engines() throws {
    var o = EngineProblem.Options(); 
    if let s = ProcessInfo.processInfo.environment["SIZE"].flatMap(Int.init) { o.size = s; o.step = Double(s)/9; o.side = 10 }
    o.hasNoise = ProcessInfo.processInfo.environment["NOISE"] != nil
    o.photons = ProcessInfo.processInfo.environment["PHOTONS"].flatMap(Double.init) ?? 1e6
    let p = EngineProblem(o)
    for algorithm in EngineSettings.Algorithm.allCases {
      for variant in 0..<2 {
      var s = EngineSettings(algorithm)
      if algorithm == .maximumLikelihood && variant == 1 { s.noise = .poisson } else if variant == 1 { 
        if algorithm == .mPIE { s.momentumPeriod = 30; s.objectStep = 0.25; s.probeStep = 0.25 } else if algorithm == .rPIE { s.objectRegularisation = 0.3; s.probeRegularisation = 1 } else { continue } }
      var state = p.start()
      let t = cpu()
      let e = p.run(s, on: &state, passes: 60)
      var marks = ""
      for k in [0,1,2,5,10,20,40,59] { marks += String(format: " %d:%.2e", k, e[k]) }
      print(algorithm, variant, marks, "object", p.objectError(state.object), "cpu", cpu() - t)
      }
    }
  }
}
