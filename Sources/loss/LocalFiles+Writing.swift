import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

// Files are replaced whole or not at all: the new contents go into a file of their own in the same
// folder, reach the disk, and take the name in one step. A full disk, a limit or a signal on the way
// leaves the file that was there.

extension LocalFiles {
  /// Writes a file whole or not at all.
  ///
  /// A link stays one: what it leads to is replaced. A file that is there keeps its owner and its
  /// permissions; a new one gets `permissions` as far as the umask allows. A device or a pipe is
  /// written through, as it has no contents to keep.
  static func write(
    _ bytes: [UInt8], to path: String, permissions: mode_t = 0o666
  ) throws(FileAccess.Failure) {
    try requireName(path)
    let path = try linkTarget(of: path)
    if let descriptor = openDescriptor(path) {
      if let reason = append(bytes, to: descriptor) { throw failure(reason) }
      return
    }
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw failure(errno) }
      return try create(path, bytes, permissions)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: try replace(path, status, by: bytes)
    case S_IFDIR: throw failure(EISDIR)
    default: try writeThrough(path, bytes)
    }
  }

  /// Gives a file that exists new contents, as `write` does.
  static func replace(_ path: String, by bytes: [UInt8]) throws(FileAccess.Failure) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw failure(errno) }
    guard (status.st_mode & S_IFMT) == S_IFREG else {
      throw FileAccess.Failure(reason: "it is no regular file")
    }
    try replace(linkTarget(of: path), status, by: bytes)
  }

  // MARK: Whole or not at all

  private static func replace(
    _ path: String, _ status: stat, by bytes: [UInt8]
  ) throws(FileAccess.Failure) {
    // Renaming asks for no permission to write the file itself.
    guard faccessat(AT_FDCWD, path, W_OK, 0) == 0 else { throw failure(errno) }
    // For its owner only, until it has the permissions of the other.
    try install(bytes, at: path, created: 0o600) { descriptor in
      // Who may not give files away keeps them.
      _ = fchown(descriptor, status.st_uid, status.st_gid)
      return fchmod(descriptor, status.st_mode & 0o7777) == 0
    }
  }

  private static func create(
    _ path: String, _ bytes: [UInt8], _ permissions: mode_t
  ) throws(FileAccess.Failure) {
    // Its temporary neighbour would be made all the same, and only the last step fail.
    if path.hasSuffix("/") { throw failure(EISDIR) }
    try install(bytes, at: path, created: permissions) { _ in true }
  }

  /// - Parameter adapt: gives the new file what the old one had.
  private static func install(
    _ bytes: [UInt8], at path: String, created permissions: mode_t,
    adapting adapt: (Int32) -> Bool
  ) throws(FileAccess.Failure) {
    let reason = Interruption.holdingSignals { () -> Int32? in
      var temporary = ""
      let descriptor = openTemporary(beside: path, permissions, name: &temporary)
      guard descriptor >= 0 else { return errno }
      var reason = append(bytes, to: descriptor)
      if reason == nil, !adapt(descriptor) { reason = errno }
      // Otherwise a crash of the machine could leave the new name on an empty file.
      if reason == nil, !reachesDisk(descriptor) { reason = errno }
      if close(descriptor) != 0, reason == nil { reason = errno }
      if reason == nil, rename(temporary, path) != 0 { reason = errno }
      if reason != nil { unlink(temporary) }
      return reason
    }
    switch reason {
    case nil: return
    // The file itself need not be there.
    case ENOENT: throw FileAccess.Failure(reason: "there is no such folder")
    case .some(let number): throw failure(number)
    }
  }

  /// A new file in the folder of another, its name short enough for every file system.
  private static func openTemporary(
    beside path: String, _ permissions: mode_t, name: inout String
  ) -> Int32 {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    // One that a process with our number left when it was killed is in nobody's way.
    for attempt in 0..<100 {
      name = "\(folder).loss-\(getpid())-\(attempt).new"
      let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
      if descriptor >= 0 || errno != EEXIST { return descriptor }
    }
    return -1
  }

  private static func reachesDisk(_ descriptor: Int32) -> Bool {
    // Some file systems have nothing to wait for, and say so.
    fsync(descriptor) == 0 || [EINVAL, ENOTSUP, ENOSYS].contains(errno)
  }

  // MARK: What is no regular file

  /// The descriptor of this process that a path names: what it leads to may be a file that the
  /// caller goes on writing to, and that a replacement would take away from it.
  private static func openDescriptor(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default: break
    }
    for folder in ["/dev/fd/", "/proc/self/fd/"] where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }

  private static func writeThrough(_ path: String, _ bytes: [UInt8]) throws(FileAccess.Failure) {
    // A pipe that nobody reads waits here, until Ctrl-C.
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    var reason = append(bytes, to: descriptor)
    if close(descriptor) != 0, reason == nil { reason = errno }
    if let reason { throw failure(reason) }
  }

  /// The most links that lead from one to the next, as in Linux.
  private static let linkLimit = 40

  /// What a link leads to in the end, whether or not that exists; any other path as it is, and the
  /// name of an open descriptor.
  private static func linkTarget(of path: String) throws(FileAccess.Failure) -> String {
    var path = path
    for _ in 0..<linkLimit {
      var status = stat()
      guard openDescriptor(path) == nil, lstat(path, &status) == 0,
        (status.st_mode & S_IFMT) == S_IFLNK
      else { return path }
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(path, &buffer, buffer.count)
      guard count > 0 else { throw failure(errno) }
      let bytes = buffer[..<count].map { UInt8(bitPattern: $0) }
      guard let target = String(validating: bytes, as: UTF8.self) else {
        throw FileAccess.Failure(reason: "it is a link to a name that is not UTF-8")
      }
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
      path = target.hasPrefix("/") ? target : folder + target
    }
    throw failure(ELOOP)
  }
}
