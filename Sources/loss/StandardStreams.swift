import ArgumentParser

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What the process was started with: its three streams and its arguments.
enum StandardStreams {
  /// Takes the numbers of streams that the caller closed.
  ///
  /// A file that is opened later would get the number, and what is shown would go into it. Opened for
  /// the wrong direction, as GNU's programs do it, each use still fails as on a closed one.
  static func open() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 {
      let direction = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      #if canImport(Glibc)
        _ = Glibc.open("/dev/null", direction)
      #else
        _ = Darwin.open("/dev/null", direction)
      #endif
    }
  }

  /// Fails for an argument that is not UTF-8: repaired, as Swift hands it over, it would name another
  /// file, or none.
  static func checkArguments() throws {
    for place in 1..<max(1, Int(CommandLine.argc)) {
      guard let argument = CommandLine.unsafeArgv[place] else { continue }
      if String(validatingCString: argument) == nil {
        let shown = String(cString: argument)
        throw ValidationError(
          "The argument '\(shown)' is not UTF-8; a file with such a name can be given as standard "
            + "input: loss - < FILE")
      }
    }
  }
}
