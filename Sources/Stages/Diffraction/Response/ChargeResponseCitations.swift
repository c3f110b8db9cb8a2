public import Pipeline

extension Citation {
  public static let york2004 = Citation(
    key: "york2004",
    text:
      "D. York, N. M. Evensen, M. López Martínez, J. De Basabe Delgado, Unified equations for the slope, intercept, and standard errors of the best straight line, Am. J. Phys. 72, 367 (2004).",
    doi: "10.1119/1.1632486")
  public static let hartungKnapp2001 = Citation(
    key: "hartungknapp2001",
    text:
      "J. Hartung, G. Knapp, A refined method for the meta-analysis of controlled clinical trials with binary outcome, Stat. Med. 20, 3875 (2001).",
    doi: "10.1002/sim.1009")
  public static let wahba1978 = Citation(
    key: "wahba1978",
    text:
      "G. Wahba, Improper priors, spline smoothing and the problem of guarding against model errors in regression, J. R. Stat. Soc. B 40, 364 (1978)."
  )
}
