// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what measures is no part of what is used.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "Loss", path: "..")],
  targets: [
    .executableTarget(
      name: "loss-bench",
      dependencies: [.product(name: "LossKit", package: "Loss")])
  ],
  swiftLanguageModes: [.v6]
)
