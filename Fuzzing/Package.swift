// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that fuzzing is no part of what is used. Built by `bin/fuzz`, with the
// flags that it needs: `swift build` here by itself has no libFuzzer to link with.
let package = Package(
  name: "Fuzzing",
  platforms: [.macOS(.v26)],
  dependencies: [.package(name: "Loss", path: "..")],
  targets: [
    .target(name: "CSanitizerOptions"),
    .executableTarget(
      name: "loss-fuzz",
      dependencies: ["CSanitizerOptions", .product(name: "LossKit", package: "Loss")]),
  ],
  swiftLanguageModes: [.v6]
)
