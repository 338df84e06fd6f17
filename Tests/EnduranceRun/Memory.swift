#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What memory the process has.
enum Memory {
  #if canImport(Glibc)
    /// `malloc_trim`, which Swift's module of Glibc leaves out.
    private static let trim = dlsym(nil, "malloc_trim").map {
      unsafeBitCast($0, to: (@convention(c) (Int) -> Int32).self)
    }
  #endif

  /// The bytes in physical memory, after the allocator has given back what it can.
  static func resident() -> Int {
    #if canImport(Glibc)
      _ = trim?(0)
      var text = [UInt8](repeating: 0, count: 256)
      guard let file = fopen("/proc/self/statm", "r") else { return 0 }
      defer { fclose(file) }
      let length = fread(&text, 1, text.count, file)
      // Pages in all, pages in memory, and others.
      let fields = String(decoding: text.prefix(length), as: UTF8.self).split(separator: " ")
      return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * sysconf(Int32(_SC_PAGESIZE))
    #else
      return 0
    #endif
  }
}
