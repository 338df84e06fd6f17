import CLossKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Tells when the current thread's stack is nearly used up, so that recursion can end in an error.
///
/// A count alone would not do: the same depth that is harmless on a main thread's 8 MB overflows
/// the 512 KB of a server's thread, and frames are several times larger without optimization.
/// Valid only on the thread that made it.
struct StackGuard: Sendable {
  /// What is kept for the work that goes on below the deepest recursion: allocation, library
  /// functions, the making of the error.
  private static let reserve: UInt = 96 * 1024

  /// The address below which the stack counts as used up.
  ///
  /// Stacks grow down on every platform that Swift supports.
  private let limit: UInt

  init() { limit = Self.limitOfCurrentThread() }

  var isExhausted: Bool { Self.stackPointer() < limit }

  /// Whether so little is left that a function should not call itself once more: sooner than
  /// `isExhausted`, so that recursion without end is reported at the call.
  var isNearlyExhausted: Bool { Self.stackPointer() < limit &+ Self.reserve / 2 }

  @inline(never)
  private static func stackPointer() -> UInt { loss_stack_address() }

  private static func limit(lowest: UInt, size: UInt) -> UInt {
    // A quarter at most, so that a very small stack can be used at all.
    lowest &+ min(reserve, size / 4)
  }

  #if canImport(Glibc)
    /// Where each thread keeps its limit: on a main thread `pthread_getattr_np` reads
    /// `/proc/self/maps`, which takes longer than to parse a line.
    private static let cacheKey: pthread_key_t? = {
      var key = pthread_key_t()
      return pthread_key_create(&key, nil) == 0 ? key : nil
    }()

    /// `pthread_getattr_np`, which Glibc's headers hide from Swift (it is a GNU extension).
    ///
    /// A target in C for one declaration would cost more than looking it up.
    private static let getAttributes: GetAttributes? = dlsym(nil, "pthread_getattr_np").map {
      unsafeBitCast($0, to: GetAttributes.self)
    }
    private typealias GetAttributes =
      @convention(c) (pthread_t, UnsafeMutablePointer<pthread_attr_t>) -> Int32

    private static func limitOfCurrentThread() -> UInt {
      if let key = cacheKey, let cached = pthread_getspecific(key) {
        return UInt(bitPattern: cached)
      }
      var attributes = pthread_attr_t()
      guard let getAttributes, getAttributes(pthread_self(), &attributes) == 0 else {
        return assumedLimit()
      }
      defer { pthread_attr_destroy(&attributes) }
      var lowest: UnsafeMutableRawPointer?
      var size = 0
      guard pthread_attr_getstack(&attributes, &lowest, &size) == 0, let lowest, size > 0 else {
        return assumedLimit()
      }
      let result = limit(lowest: UInt(bitPattern: lowest), size: UInt(size))
      if let key = cacheKey { pthread_setspecific(key, UnsafeRawPointer(bitPattern: result)) }
      return result
    }
  #elseif canImport(Darwin)
    private static func limitOfCurrentThread() -> UInt {
      let size = UInt(pthread_get_stacksize_np(pthread_self()))
      let highest = UInt(bitPattern: pthread_get_stackaddr_np(pthread_self()))
      guard size > 0, highest > size else { return assumedLimit() }
      return limit(lowest: highest - size, size: size)
    }
  #else
    private static func limitOfCurrentThread() -> UInt { assumedLimit() }
  #endif

  /// For a system that does not say: a quarter of the smallest usual stack from here on.
  private static func assumedLimit() -> UInt {
    let here = stackPointer()
    return here > 128 * 1024 ? here - 128 * 1024 : 0
  }
}
