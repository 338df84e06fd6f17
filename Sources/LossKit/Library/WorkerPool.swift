import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Threads that wait for pieces of work: a long array is gone over in less time than it takes to
/// start a thread.
///
/// A worker looks out for work for some microseconds after the last one, then sleeps until it is
/// woken. The pool belongs to one caller at a time, which works with it.
final class WorkerPool: @unchecked Sendable {  // Shared state is atomic or behind the mutex.
  private let generation = Atomic<Int>(0)
  private let next = Atomic<Int>(0)
  private let busy = Atomic<Int>(0)
  private let isEnding = Atomic<Bool>(false)
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let awake: UnsafeMutablePointer<pthread_cond_t>
  private var threads: [SystemThread] = []
  /// Written while no worker is busy.
  private var count = 0
  private var body: ((Int) -> Void)?

  /// How often a worker looks for work before it sleeps: some 20 microseconds.
  private static let patience = 4_000

  /// - Parameter helpers: how many threads there are beside the caller's; no more than processors.
  init(helpers: Int) {
    mutex = .allocate(capacity: 1)
    awake = .allocate(capacity: 1)
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(awake, nil)
    let useful = min(helpers, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1)
    // A thread that keeps the pool would keep it for ever.
    let workers = Unmanaged.passUnretained(self)
    threads = (0..<max(0, useful)).compactMap { _ in
      SystemThread { workers._withUnsafeGuaranteedRef { $0.work() } }
    }
  }

  deinit {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    wake()
    for thread in threads { thread.join() }
    pthread_cond_destroy(awake)
    pthread_mutex_destroy(mutex)
    awake.deallocate()
    mutex.deallocate()
  }

  /// Calls `body` with every number below `count`, by all threads, and returns when all are done.
  func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      self.count = count
      self.body = body
      next.store(0, ordering: .relaxed)
      busy.store(threads.count, ordering: .relaxed)
      wake()
      take(count, body)
      while busy.load(ordering: .acquiring) > 0 { sched_yield() }
      self.body = nil
    }
  }

  private func wake() {
    pthread_mutex_lock(mutex)
    generation.wrappingAdd(1, ordering: .releasing)
    pthread_cond_broadcast(awake)
    pthread_mutex_unlock(mutex)
  }

  private func take(_ count: Int, _ body: (Int) -> Void) {
    while true {
      let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard i < count else { return }
      body(i)
    }
  }

  private func work() {
    var seen = 0
    while true {
      var turns = 0
      while generation.load(ordering: .acquiring) == seen, turns < WorkerPool.patience {
        turns += 1
      }
      pthread_mutex_lock(mutex)
      while generation.load(ordering: .relaxed) == seen { pthread_cond_wait(awake, mutex) }
      seen = generation.load(ordering: .relaxed)
      pthread_mutex_unlock(mutex)
      if isEnding.load(ordering: .acquiring) { return }
      if let body { take(count, body) }
      busy.wrappingSubtract(1, ordering: .releasing)
    }
  }
}
