// swift-tools-version: 6.2
import PackageDescription

// One table, one line a target: what it is and what it may import. The floors are described in
// Documentation/architecture.md; ArchitectureTests reads every `import` and holds it against that order.

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let targets: [Target] = [
  // MARK: - C libraries of the system
  .systemLibrary(name: "CHDF5System", providers: [.apt(["libhdf5-dev"])]),
  .systemLibrary(name: "CCHOLMODSystem", providers: [.apt(["libsuitesparse-dev"])]),
  .systemLibrary(name: "COpenBLASSystem", providers: [.apt(["libopenblas-dev"])]),
  .systemLibrary(name: "CFFTWSystem", providers: [.apt(["libfftw3-dev"])]),
  .systemLibrary(name: "CPNGSystem", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "COpenSSLSystem", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(name: "CXraylibSystem", providers: [.apt(["libxrl-dev"])]),
  .systemLibrary(name: "CSpglibSystem", providers: [.apt(["libsymspg-dev"])]),
  .systemLibrary(name: "CTIFFSystem", providers: [.apt(["libtiff-dev"])]),
  .systemLibrary(
    name: "CCompressionSystem", providers: [.apt(["liblz4-dev", "libzstd-dev", "libblosc-dev", "zlib1g-dev"])]),
  .target(name: "CHDF5", dependencies: ["CHDF5System"]),
  .target(name: "CTIFF", dependencies: ["CTIFFSystem"]),
  .target(name: "CGmsh"),
  .target(name: "CKernels"),

  // MARK: - Foundations
  .target(name: "Quantities"),
  .target(name: "ArrayMath", dependencies: ["CCHOLMODSystem", "COpenBLASSystem", "CFFTWSystem", "CKernels"]),
  .target(name: "ImageAnalysis", dependencies: ["ArrayMath", "CKernels"]),
  .target(name: "Figures", dependencies: ["CPNGSystem"]),

  .target(name: "Crystallography", dependencies: ["Quantities", "ArrayMath", "CXraylibSystem", "CSpglibSystem"]),

  // MARK: - Techniques
  .target(name: "Electrochemistry", dependencies: ["ArrayMath", "Quantities"]),
  .target(name: "ParticleMechanics", dependencies: ["ArrayMath"]),
  .target(name: "PowderDiffraction", dependencies: ["Crystallography", "ArrayMath", "Quantities", "CKernels"]),
  .target(name: "ElectronDiffraction", dependencies: ["Crystallography", "ArrayMath", "CKernels", "COpenBLASSystem"]),

  .target(name: "Ptychography", dependencies: ["ImageAnalysis", "ArrayMath", "CKernels"]),
  .target(
    name: "Tomography", dependencies: ["ImageAnalysis", "Crystallography", "ArrayMath", "Quantities", "CKernels"]),

  // MARK: - Files and runs
  .target(name: "HDF5", dependencies: ["CHDF5"]),
  .target(
    name: "FileFormats",
    dependencies: [
      "HDF5", "ArrayMath", "Crystallography", "Electrochemistry", "ElectronDiffraction", "ParticleMechanics",
      "PowderDiffraction", "Ptychography", "Tomography", "CTIFF", "CGmsh", "CCompressionSystem", "CKernels",
      "COpenSSLSystem",
    ]),
  .target(name: "Pipeline", dependencies: ["Quantities", "Figures", "ArrayMath", "COpenSSLSystem", yams]),

  // MARK: - The program
  .target(
    name: "VirtualExperiment",
    dependencies: [
      "Quantities", "ArrayMath", "Crystallography", "Electrochemistry", "ElectronDiffraction", "ParticleMechanics",
      "PowderDiffraction", "Ptychography", "Tomography", "FileFormats", "Pipeline",
    ]),
  .target(
    name: "Stages",
    dependencies: [
      "Quantities", "ArrayMath", "Figures", "ImageAnalysis", "Crystallography", "Electrochemistry",
      "ElectronDiffraction", "ParticleMechanics", "PowderDiffraction", "Ptychography", "Tomography", "FileFormats",
      "Pipeline",
      "VirtualExperiment",
    ]),
  .target(name: "Report", dependencies: ["Quantities", "Figures", "Pipeline"]),
  .executableTarget(
    name: "operando",
    dependencies: [
      "Quantities", "ArrayMath", "Crystallography", "Electrochemistry", "ElectronDiffraction", "ParticleMechanics",
      "PowderDiffraction", "ImageAnalysis", "Ptychography", "Tomography", "Figures", "Pipeline", "FileFormats",
      "Stages", "Report",
      argumentParser,
    ]),
]

let tests: [Target] = [
  // Where measured data are, child processes, a manufactured particle: all that the light test targets need.
  .target(name: "TestData", dependencies: ["ParticleMechanics"], path: "Tests/TestData"),
  .target(
    name: "TestSupport",
    dependencies: [
      "TestData", "ParticleMechanics", "Electrochemistry", "FileFormats", "PowderDiffraction", "ArrayMath",
      "Crystallography",
      "Ptychography", "Tomography",
    ],
    path: "Tests/TestSupport"),
  .testTarget(name: "ArchitectureTests"),
  .testTarget(name: "QuantitiesTests", dependencies: ["Quantities"]),
  .testTarget(name: "ArrayMathTests", dependencies: ["ArrayMath"]),
  .testTarget(name: "FiguresTests", dependencies: ["Figures", "TestSupport"]),
  .testTarget(
    name: "ElectrochemistryTests", dependencies: ["Electrochemistry", "ArrayMath", "Quantities", "TestSupport"]),
  .testTarget(name: "ParticleMechanicsTests", dependencies: ["ParticleMechanics", "ArrayMath", "TestData"]),
  .testTarget(name: "CrystallographyTests", dependencies: ["Crystallography", "ArrayMath", "TestSupport"]),
  .testTarget(name: "ElectronDiffractionTests", dependencies: ["ElectronDiffraction", "Crystallography", "ArrayMath"]),
  .testTarget(
    name: "PowderDiffractionTests",
    dependencies: ["PowderDiffraction", "Crystallography", "ArrayMath", "FileFormats", "TestSupport"]),
  .testTarget(name: "ImageAnalysisTests", dependencies: ["ImageAnalysis", "ArrayMath"]),
  .testTarget(
    name: "PtychographyTests", dependencies: ["Ptychography", "ImageAnalysis", "ArrayMath", "CKernels"]),
  .testTarget(
    name: "TomographyTests",
    dependencies: ["Tomography", "ImageAnalysis", "Crystallography", "ArrayMath", "Quantities", "CKernels"]),
  .testTarget(
    name: "FileFormatsTests",
    dependencies: [
      "FileFormats", "HDF5", "ArrayMath", "Crystallography", "Electrochemistry", "ElectronDiffraction",
      "ParticleMechanics", "PowderDiffraction", "Ptychography", "Tomography", "TestSupport",
    ]),
  .testTarget(name: "PipelineTests", dependencies: ["Pipeline", "Quantities", "TestSupport"]),
  .testTarget(name: "ReportTests", dependencies: ["Report", "Figures", "Pipeline", "TestSupport"]),
  .testTarget(
    name: "StagesTests",
    dependencies: [
      "Stages", "VirtualExperiment", "Pipeline", "Figures", "FileFormats", "ArrayMath", "Crystallography",
      "Electrochemistry", "ElectronDiffraction", "ParticleMechanics", "PowderDiffraction", "ImageAnalysis",
      "Ptychography", "Tomography", "Quantities", "TestSupport",
    ]),
  .testTarget(
    name: "VirtualExperimentTests",
    dependencies: [
      "VirtualExperiment", "FileFormats", "ArrayMath", "Electrochemistry", "ElectronDiffraction", "PowderDiffraction",
      "Ptychography", "Tomography", "TestSupport",
    ]),
  .testTarget(
    name: "CommandLineTests",
    dependencies: [
      "operando", "FileFormats", "ArrayMath", "ElectronDiffraction", "PowderDiffraction", "Ptychography", "Tomography",
      "TestSupport",
    ]),

  // Runs the acceptance lines at full counts and prints line, figure, limit, pass or fail.
  .executableTarget(
    name: "acceptance",
    dependencies: [
      "ArrayMath", "Crystallography", "Electrochemistry", "ElectronDiffraction", "ParticleMechanics",
      "PowderDiffraction", "ImageAnalysis", "Ptychography", "Tomography", "Quantities", "Figures", "FileFormats",
      "Pipeline",
      "Stages", "VirtualExperiment", "TestSupport",
    ],
    path: "Acceptance"),

  // Times one technique; Benchmarks/run sets it beside its peers.
  .executableTarget(
    name: "benchmark",
    dependencies: [
      "ArrayMath", "Crystallography", "ElectronDiffraction", "ImageAnalysis", "ParticleMechanics", "PowderDiffraction",
      "Ptychography", "Tomography", "FileFormats",
    ],
    path: "Benchmarks",
    exclude: [
      "run", "requirements.txt", "particle-scikit-fem", "particle-dolfinx", "particle-radial-scipy", "read-biologic",
      "integrate-pyfai",
      "simulate-kikuchi-ebsdsim", "index-pyebsdindex", "match-kikuchipy", "requirements-kikuchi.txt",
      "reconstruct-ptylab", "tomogram-peers",
    ],
    sources: [
      "main.swift", "ParticleSteps.swift", "Integration.swift", "Indexing.swift", "Reconstruction.swift",
      "Tomography.swift",
    ]),
]

let package = Package(
  name: "operando",
  products: [
    .executable(name: "operando", targets: ["operando"]),
    // What Tests/Fuzz, a package of its own, attacks.
    .library(name: "OperandoReaders", targets: ["Electrochemistry", "FileFormats", "Pipeline", "Stages"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: targets + tests,
  swiftLanguageModes: [.v6])

// Swift's settings are for Swift targets; the C targets are shims and kernels.
let shims = ["CHDF5", "CTIFF", "CGmsh", "CKernels"]
for target in package.targets where target.type != .system && !shims.contains(target.name) {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
  ]
}

// While one part is worked on: OPERANDO_TESTS=PowderDiffractionTests,StagesTests builds those and what they need alone.
if let named = Context.environment["OPERANDO_TESTS"] {
  var kept = Set<String>()
  func keep(_ name: String) {
    guard kept.insert(name).inserted, let target = package.targets.first(where: { $0.name == name }) else { return }
    for case .byNameItem(let needed, _) in target.dependencies { keep(needed) }
  }
  named.split(separator: ",").forEach { keep(String($0)) }
  package.targets.removeAll { !kept.contains($0.name) }
  package.products.removeAll()
}
