#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension FileAccess {
  /// Access to read the regular files beneath a folder, and nothing else.
  ///
  /// Relative paths begin at the folder. `..` may not lead above it, nor may a symbolic link: each
  /// part of a path is opened by itself, so that a link that is put in place meanwhile is not
  /// followed unseen, as it could be by a check of the whole path beforehand. Devices, pipes and
  /// sockets are refused.
  ///
  /// - Parameter root: the folder; what its own path means is the caller's business.
  public static func reading(beneath root: String) -> FileAccess {
    FileAccess(
      read: { (path, byteLimit) throws(Failure) in
        try OpenedFolder(root).read(path, atMost: byteLimit)
      }, write: { (_, _) throws(Failure) in throw notWritable })
  }

  /// Access to read and replace the regular files beneath a folder, as `reading(beneath:)`.
  ///
  /// A file is replaced as a whole or not at all; no folder is made.
  public static func readingAndWriting(beneath root: String) -> FileAccess {
    FileAccess(
      read: { (path, byteLimit) throws(Failure) in
        try OpenedFolder(root).read(path, atMost: byteLimit)
      },
      write: { (bytes, path) throws(Failure) in try OpenedFolder(root).write(bytes, to: path) })
  }
}

/// A walk from a folder down, with the descriptors of the folders that it is in.
private struct OpenedFolder: ~Copyable {
  private typealias Failure = FileAccess.Failure

  private let root: String
  private var folders: [Int32] = []
  /// The parts of the path that are still to be passed, last one first.
  private var pending: [Substring] = []
  private var linkCount = 0

  /// As many links as Linux follows in one path.
  private static let linkLimit = 40

  init(_ root: String) throws(FileAccess.Failure) {
    self.root = root
    let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(reason: "its root folder cannot be opened") }
    folders = [descriptor]
  }

  deinit { for folder in folders { close(folder) } }

  // MARK: Reading

  consuming func read(_ path: String, atMost byteLimit: Int) throws(FileAccess.Failure) -> [UInt8] {
    try begin(path)
    while let name = try nextName() {
      let flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
      let descriptor = openat(top, name, flags)
      guard descriptor >= 0 else { throw Self.failure(errno) }
      defer { close(descriptor) }
      // It may be another one than the one that was looked at.
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
        throw Self.notRegular
      }
      return try Self.contents(of: descriptor, atMost: byteLimit)
    }
    throw Failure(reason: "it is a folder")
  }

  private static func contents(
    of descriptor: Int32, atMost byteLimit: Int
  ) throws(FileAccess.Failure) -> [UInt8] {
    var result: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = block.withUnsafeMutableBytes { readBytes(descriptor, $0) }
      if count == 0 { return result }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      guard result.count + count <= byteLimit else { throw .tooLong(byteLimit) }
      result.append(contentsOf: block[..<count])
    }
  }

  // MARK: Writing

  consuming func write(_ bytes: [UInt8], to path: String) throws(FileAccess.Failure) {
    try begin(path)
    guard let name = try nextName(isToBeMade: true) else {
      throw Failure(reason: "it is a folder")
    }
    let temporary = ".\(name.prefix(100)).\(getpid()).new"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
    let descriptor = openat(top, temporary, flags, 0o666)
    guard descriptor >= 0 else { throw Self.failure(errno) }
    var reason = Self.append(bytes, to: descriptor)
    // A file that is replaced keeps its permissions.
    var status = stat()
    if reason == nil, fstatat(top, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
      fchmod(descriptor, status.st_mode & 0o7777) != 0
    {
      reason = errno
    }
    if close(descriptor) != 0, reason == nil { reason = errno }
    if reason == nil, renameat(top, temporary, top, name) != 0 { reason = errno }
    if let reason {
      unlinkat(top, temporary, 0)
      throw Self.failure(reason)
    }
  }

  private static func append(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes {
        writeBytes(descriptor, UnsafeRawBufferPointer(rebasing: $0[start...]))
      }
      if count > 0 {
        start += count
      } else if errno != EINTR {
        return errno
      }
    }
    return fsync(descriptor) == 0 || errno == EINVAL ? nil : errno
  }

  // MARK: Walking

  private var top: Int32 { folders.last ?? -1 }

  private mutating func begin(_ path: String) throws(FileAccess.Failure) {
    guard !path.utf8.contains(0) else { throw Failure(reason: "there is no such file") }
    var parts = path.split(separator: "/")
    if path.hasPrefix("/") {
      // By its words alone: what the words lead to is seen on the way.
      parts = Self.normalized(parts)
      guard let pointer = realpath(root, nil) else { throw Self.failure(errno) }
      defer { free(pointer) }
      let rootParts = String(cString: pointer).split(separator: "/").map(String.init)
      guard parts.starts(with: rootParts, by: { $0 == $1 }) else { throw outside }
      parts.removeFirst(rootParts.count)
    }
    pending = parts.reversed()
  }

  private static func normalized(_ parts: [Substring]) -> [Substring] {
    var result: [Substring] = []
    for part in parts where part != "." {
      if part == ".." { _ = result.popLast() } else { result.append(part) }
    }
    return result
  }

  /// Goes on to the last part of the path that is no folder, and gives its name in the folder that
  /// the walk is in; `nil` where the path ends in a folder.
  private mutating func nextName(isToBeMade: Bool = false) throws(FileAccess.Failure) -> String? {
    while let part = pending.popLast() {
      if part == "." { continue }
      if part == ".." {
        guard folders.count > 1, let folder = folders.popLast() else { throw outside }
        close(folder)
        continue
      }
      let name = String(part)
      var status = stat()
      guard fstatat(top, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        if errno == ENOENT, isToBeMade, pending.isEmpty { return name }
        throw Self.failure(errno)
      }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: try enter(name)
      case S_IFLNK: try follow(name)
      case S_IFREG where pending.isEmpty: return name
      case S_IFREG: throw Self.failure(ENOTDIR)
      default: throw Self.notRegular
      }
    }
    return nil
  }

  private mutating func enter(_ name: String) throws(FileAccess.Failure) {
    let descriptor = openat(top, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.failure(errno) }
    folders.append(descriptor)
  }

  private mutating func follow(_ name: String) throws(FileAccess.Failure) {
    linkCount += 1
    guard linkCount <= Self.linkLimit else { throw Failure(reason: "it is a link to itself") }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let folder = top
    let count = buffer.withUnsafeMutableBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        characters.baseAddress.map { readlinkat(folder, name, $0, characters.count) } ?? -1
      }
    }
    guard count >= 0 else { throw Self.failure(errno) }
    guard count < buffer.count, buffer[0] != UInt8(ascii: "/") else { throw outside }
    let target = String(decoding: buffer[..<count], as: UTF8.self)
    pending.append(contentsOf: target.split(separator: "/").reversed())
  }

  // MARK: Failures

  private var outside: FileAccess.Failure {
    Failure(reason: "it is outside of the folder that this session may use")
  }

  private static let notRegular = Failure(reason: "it is no regular file")

  private static func failure(_ number: Int32) -> FileAccess.Failure {
    switch number {
    case ENOENT, ENOTDIR: Failure(reason: "there is no such file")
    case EISDIR: Failure(reason: "it is a folder")
    case EACCES, EPERM: Failure(reason: "permission denied")
    case ELOOP: Failure(reason: "it is a link")
    default: Failure(reason: strerror(number).map { String(cString: $0) } ?? "error \(number)")
    }
  }
}

private func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
  read(descriptor, buffer.baseAddress, buffer.count)
}

private func writeBytes(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
  write(descriptor, buffer.baseAddress, buffer.count)
}
