import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Work on blocks of a range by several threads.
///
/// Threads of the system rather than tasks: Swift's concurrency brings libdispatch, which costs
/// every program that uses the library several milliseconds at its start.
enum ParallelRanges {
  /// Runs `body` on every block of a range; blocks are handed out in order, so that all threads end
  /// at about the same time.
  ///
  /// - Returns: the failure of the earliest block that has one; blocks after it may not have run.
  static func run(
    _ range: Range<Int>, blockSize: Int, threads: Int,
    _ body: @escaping @Sendable (Range<Int>) -> LossError?
  ) -> LossError? {
    let blocks = (range.count + blockSize - 1) / blockSize
    let work = SharedWork(range: range, blockSize: blockSize, blocks: blocks, body: body)
    // More threads than processors only wait for each other; to count these takes microseconds.
    let wanted = min(threads, blocks)
    let useful = wanted < 2 ? 1 : min(wanted, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let helpers = (1..<max(1, useful)).compactMap { _ in SystemThread(work.run) }
    work.run()
    for helper in helpers { helper.join() }
    return work.failure
  }
}

private final class SharedWork: Sendable {
  private let range: Range<Int>
  private let blockSize: Int
  private let blocks: Int
  private let body: @Sendable (Range<Int>) -> LossError?
  private let next = Atomic<Int>(0)
  private let earliest = Mutex<(block: Int, error: LossError)?>(nil)

  init(
    range: Range<Int>, blockSize: Int, blocks: Int,
    body: @escaping @Sendable (Range<Int>) -> LossError?
  ) {
    self.range = range
    self.blockSize = blockSize
    self.blocks = blocks
    self.body = body
  }

  var failure: LossError? { earliest.withLock { $0?.error } }

  @Sendable func run() {
    while true {
      let block = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard block < blocks, earliest.withLock({ $0 == nil }) else { return }
      let start = range.lowerBound + block * blockSize
      if let error = body(start..<min(start + blockSize, range.upperBound)) {
        earliest.withLock { known in
          if known.map({ block < $0.block }) ?? true { known = (block, error) }
        }
      }
    }
  }
}

/// A thread of the system that runs one closure.
struct SystemThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let thread: pthread_t

  /// `nil` where the system gives no thread: the caller's then does all the work.
  init?(_ run: @escaping @Sendable () -> Void) {
    let body = Unmanaged.passRetained(Body(run))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let status = pthread_create(
      &thread, nil,
      { argument in
        #if canImport(Darwin)
          let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        #else
          guard let argument else { return nil }
          let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        #endif
        body.run()
        return nil
      }, body.toOpaque())
    guard status == 0 else {
      body.release()
      return nil
    }
    #if canImport(Darwin)
      guard let thread else { return nil }
    #endif
    self.thread = thread
  }

  func join() { pthread_join(thread, nil) }
}
