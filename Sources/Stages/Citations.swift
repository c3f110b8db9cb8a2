public import Pipeline

extension Citation {
  public static let gum2008 = Citation(
    key: "gum2008",
    text:
      "Joint Committee for Guides in Metrology, Evaluation of measurement data: guide to the expression of uncertainty in measurement, JCGM 100:2008."
  )
  public static let bdf = Citation(
    key: "batterydataformat", text: "Battery Data Alliance, Battery Data Format, LF Energy, ontology 1.3.0.")
  public static let marker2019 = Citation(
    key: "marker2019",
    text:
      "K. Märker, P. J. Reeves, C. Xu, K. J. Griffith, C. P. Grey, Evolution of structure and lithium dynamics in LiNi0.8Mn0.1Co0.1O2 (NMC811) cathodes during electrochemical cycling, Chem. Mater. 31, 2545 (2019).",
    doi: "10.1021/acs.chemmater.9b00140")
  public static let kondrakov2017 = Citation(
    key: "kondrakov2017",
    text:
      "A. O. Kondrakov et al., Anisotropic lattice strain and mechanical degradation of high- and low-nickel NCM cathode materials for Li-ion batteries, J. Phys. Chem. C 121, 3286 (2017)."
  )
  public static let xu2017 = Citation(
    key: "xu2017",
    text:
      "R. Xu, H. Sun, L. S. de Vasconcelos, K. Zhao, Mechanical and structural degradation of LiNixMnyCozO2 cathode in Li-ion batteries: an experimental study, J. Electrochem. Soc. 164, A3333 (2017)."
  )
  public static let cheng2017 = Citation(
    key: "cheng2017",
    text:
      "E. J. Cheng et al., Mechanical and physical properties of LiNi0.33Mn0.33Co0.33O2 (NMC), J. Eur. Ceram. Soc. 37, 3213 (2017)."
  )
  public static let chen2020 = Citation(
    key: "chen2020",
    text:
      "C.-H. Chen et al., Development of experimental techniques for parameterization of multi-scale lithium-ion battery models, J. Electrochem. Soc. 167, 080534 (2020).",
    doi: "10.1149/1945-7111/ab9050")
  public static let cholmod2008 = Citation(
    key: "chen2008cholmod",
    text:
      "Y. Chen, T. A. Davis, W. W. Hager, S. Rajamanickam, Algorithm 887: CHOLMOD, supernodal sparse Cholesky factorization and update/downdate, ACM Trans. Math. Softw. 35, 22 (2008).",
    doi: "10.1145/1391989.1391995")
  public static let kieffer2020 = Citation(
    key: "kieffer2020",
    text:
      "J. Kieffer, V. Valls, N. Blanc, C. Hennig, New tools for calibrating diffraction setups, J. Synchrotron Rad. 27, 558 (2020)."
  )
  public static let hart2013 = Citation(
    key: "hart2013",
    text:
      "M. L. Hart, M. Drakopoulos, C. Reinhard, T. Connolley, Complete elliptical ring geometry provides energy and instrument calibration for synchrotron-based two-dimensional X-ray diffraction, J. Appl. Cryst. 46, 1249 (2013)."
  )
  public static let kieffer2013 = Citation(
    key: "kieffer2013",
    text:
      "J. Kieffer, J. P. Wright, PyFAI: a Python library for high performance azimuthal integration on GPU, Powder Diffr. 28, S339 (2013)."
  )
  public static let filik2017 = Citation(
    key: "filik2017",
    text:
      "J. Filik et al., Processing two-dimensional X-ray diffraction and small-angle scattering data in DAWN 2, J. Appl. Cryst. 50, 959 (2017)."
  )
  public static let thompson1987 = Citation(
    key: "thompson1987",
    text:
      "P. Thompson, D. E. Cox, J. B. Hastings, Rietveld refinement of Debye-Scherrer synchrotron X-ray data from Al2O3, J. Appl. Cryst. 20, 79 (1987)."
  )
  public static let pawley1981 = Citation(
    key: "pawley1981",
    text: "G. S. Pawley, Unit-cell refinement from powder diffraction scans, J. Appl. Cryst. 14, 357 (1981)."
  )
  public static let leBail1988 = Citation(
    key: "lebail1988",
    text:
      "A. Le Bail, H. Duroy, J. L. Fourquet, Ab-initio structure determination of LiSbWO6 by X-ray powder diffraction, Mater. Res. Bull. 23, 447 (1988)."
  )
}
