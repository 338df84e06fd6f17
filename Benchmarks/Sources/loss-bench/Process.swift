import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Bench {
  /// P6: a whole process, from its start to its end.
  func measureProcess() {
    guard let program = lossProgram else {
      return report.skip(.process, "the program loss is not beside loss-bench")
    }
    let call = [
      program, "-e", "param s = [2, 1, 0.1]; softplus(lse(drop(s, 0)) - s[0])",
    ]
    guard let output = run(call)?.output else {
      return report.skip(.process, "the program loss does not run")
    }
    // mpmath 1.3.0: value and gradient.
    for digits in ["0.41703001627783", "-0.34099886", "0.24243297", "0.09856589"]
    where !output.contains(digits) {
      report.wrong(.process, "no \(digits) in: \(output)")
    }
    do throws(LossError) {
      let times = try clock.times { calls throws(LossError) in
        for _ in 0..<calls { _ = run(call) }
      }
      report.add(.process, times.best * 1e3, median: times.median * 1e3, "ms")
    } catch {
      report.skip(.process, error.message)
    }
  }

  /// The path of `loss`, which the package builds beside the bench.
  var lossProgram: String? {
    let folder = CommandLine.arguments[0].split(separator: "/", omittingEmptySubsequences: false)
      .dropLast().joined(separator: "/")
    let program = (folder.isEmpty ? "." : folder) + "/loss"
    return access(program, X_OK) == 0 ? program : nil
  }

  /// What a program prints, and the most memory that it held, in bytes; `nil` if it fails.
  func run(_ arguments: [String]) -> (output: String, memory: Int)? {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    defer { close(ends[0]) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    var call = arguments.map { strdup($0) } + [nil]
    defer { for argument in call { free(argument) } }
    var process = pid_t()
    let failure = posix_spawn(&process, arguments[0], &actions, nil, &call, environ)
    close(ends[1])
    guard failure == 0 else { return nil }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    while case let count = read(ends[0], &chunk, chunk.count), count > 0 {
      bytes += chunk[..<count]
    }
    var status: Int32 = 0
    var usage = rusage()
    while wait4(process, &status, 0, &usage) < 0, errno == EINTR {}
    #if canImport(Darwin)
      let unit = 1
    #else
      let unit = 1024
    #endif
    return status == 0 ? (String(decoding: bytes, as: UTF8.self), usage.ru_maxrss * unit) : nil
  }
}
