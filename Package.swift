// swift-tools-version: 6.2
import PackageDescription

// Linux keeps C libraries where the compiler looks, and SwiftPM warns of the flags in some .pc files;
// Homebrew keeps them apart, readline from the system's libedit too, where only pkg-config finds them.
#if os(macOS)
  let readlinePackage: String? = "readline"
  let cmarkPackage: String? = "libcmark"
#else
  let readlinePackage: String? = nil
  let cmarkPackage: String? = nil
#endif

let package = Package(
  name: "Loss",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "LossKit", targets: ["LossKit"]),
    .executable(name: "loss", targets: ["loss"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // MARK: Library
    // The library of losses is part of the code, so that a program needs no files beside it.
    .target(
      name: "LossKit", dependencies: ["CLossKernels"],
      resources: [.embedInCode("Losses/losses.loss")]),
    .target(name: "CLossKernels"),

    // MARK: Program
    .systemLibrary(
      name: "CReadline",
      pkgConfig: readlinePackage,
      providers: [.apt(["libreadline-dev"]), .brew(["readline"])]
    ),
    .systemLibrary(
      name: "CCmark",
      pkgConfig: cmarkPackage,
      providers: [.apt(["libcmark-dev"]), .brew(["cmark"])]
    ),
    .executableTarget(
      name: "loss",
      dependencies: [
        "LossKit",
        "CReadline",
        "CCmark",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]
    ),

    // MARK: Examples
    .executableTarget(
      name: "Embedding",
      dependencies: ["LossKit"],
      path: "Examples/Embedding"
    ),

    // MARK: Tests
    .testTarget(
      name: "LossKitTests",
      dependencies: ["LossKit"],
      exclude: [
        "Losses/README.md", "Losses/losses.jsonl", "Typesetting/formulas.latex.txt",
        "Typesetting/formulas.mathml.txt", "Report/small.loss", "Report/small.html",
        "Fuzzing/Cases",
      ],
      resources: [.copy("Reference"), .copy("Scripts")]
    ),
    .target(
      name: "KernelTestSupport",
      dependencies: ["CLossKernels"],
      path: "Tests/KernelTestSupport"
    ),
    .testTarget(
      name: "KernelTests",
      dependencies: ["CLossKernels", "KernelTestSupport", "LossKit"]
    ),
    .executableTarget(
      name: "EnduranceRun",
      dependencies: ["LossKit"],
      path: "Tests/EnduranceRun"
    ),
    .testTarget(
      name: "ProgramTests",
      dependencies: ["loss", "EnduranceRun", "LossKit"],
      exclude: ["Determinism"]
    ),
  ],
  swiftLanguageModes: [.v6]
)
