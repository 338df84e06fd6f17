// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what measures is no part of what is used.
let package = Package(
  name: "Benchmarks",
  platforms: [.macOS(.v26)],
  dependencies: [
    .package(name: "Loss", path: ".."),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
  ],
  targets: [
    .target(name: "CAllocations"),
    .executableTarget(
      name: "loss-bench",
      dependencies: [
        "CAllocations",
        .product(name: "LossKit", package: "Loss"),
        // Not linked with: built beside it, to be measured as a process.
        .product(name: "loss", package: "Loss"),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
