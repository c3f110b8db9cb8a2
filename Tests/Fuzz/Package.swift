// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody builds it unasked: `Tests/Fuzz/run READER [SECONDS]`.
let package = Package(
  name: "fuzz",
  dependencies: [.package(name: "operando", path: "../..")],
  targets: [
    .executableTarget(
      name: "fuzz", dependencies: [.product(name: "OperandoReaders", package: "operando")],
      linkerSettings: [.unsafeFlags(["-use-ld=lld"])])
  ],
  swiftLanguageModes: [.v6])
