import ImageAnalysis
import Testing

@Suite struct WrappedPhaseTests {
  @Test func wholeTurnsAreTakenOff() {
    #expect(abs(wrappedPhase(7) - (7 - 2 * .pi)) < 1e-5)
    #expect(abs(wrappedPhase(-7) + (7 - 2 * .pi)) < 1e-5)
    #expect(wrappedPhase(1) == 1)
  }
}
