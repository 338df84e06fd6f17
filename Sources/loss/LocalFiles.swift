import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The files of this machine, read and written with system calls: Foundation would cost more time
/// to load than a short script takes to run.
enum LocalFiles {
  /// What a session reads and writes with; the library has resolved the path already.
  static let access = FileAccess(
    read: { (path, byteLimit) throws(FileAccess.Failure) in try read(path, atMost: byteLimit) },
    write: { bytes, path throws(FileAccess.Failure) in try write(bytes, to: path) })

  /// The files beneath a folder, named as the caller's shell names them: from the working folder.
  static func access(beneath root: String) -> FileAccess {
    let beneath = FileAccess.readingAndWriting(beneath: root)
    let folder = workingFolder
    @Sendable func absolute(_ path: String) -> String {
      path.hasPrefix("/") ? path : folder + path
    }
    return FileAccess(
      read: { (path, byteLimit) throws(FileAccess.Failure) in
        try beneath.read(absolute(path), atMost: min(byteLimit, sizeLimit))
      },
      write: { bytes, path throws(FileAccess.Failure) in
        try beneath.write(bytes, absolute(path))
      })
  }

  /// A device such as `/dev/zero` has no end; a script or table larger than this has no reader.
  static let sizeLimit = 1 << 30

  static func read(
    _ path: String, atMost byteLimit: Int = sizeLimit
  ) throws(FileAccess.Failure) -> [UInt8] {
    try requireName(path)
    // A pipe that nobody writes to waits here, until Ctrl-C.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    return try read(descriptor: descriptor, atMost: byteLimit)
  }

  static func read(
    descriptor: Int32, atMost byteLimit: Int = sizeLimit
  ) throws(FileAccess.Failure) -> [UInt8] {
    let byteLimit = min(byteLimit, sizeLimit)
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(errno) }
    if (status.st_mode & S_IFMT) == S_IFDIR { throw failure(EISDIR) }

    var result: [UInt8] = []
    // An array that grows holds its elements twice while it moves them. A size is a guess only:
    // files in /proc have none, and one may grow.
    if (status.st_mode & S_IFMT) == S_IFREG, status.st_size > 0 {
      if status.st_size > byteLimit { throw .tooLong(byteLimit) }
      result.reserveCapacity(Int(status.st_size) + 1)
    }
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      // Reading may take long by itself, and wait for long: at a terminal, or a slow disk.
      if Interruption.cancellation.isCancelled { throw FileAccess.Failure(reason: "interrupted") }
      let count = blockRead(descriptor, into: &block)
      if count == 0 { return result }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw failure(errno)
      }
      if result.count + count > byteLimit { throw .tooLong(byteLimit) }
      result.append(contentsOf: block[..<count])
    }
  }

  /// Whether a name leads anywhere, be it to something that cannot be read.
  static func exists(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 || errno != ENOENT && errno != ENOTDIR
  }

  /// The folder that relative paths begin at, with its final `/`; nothing where it is gone.
  static var workingFolder: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    let folder = String(cString: path)
    return folder.hasSuffix("/") ? folder : folder + "/"
  }

  /// Writes all bytes; the error number where that failed.
  static func append(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var start = 0
    while start < bytes.count {
      let count = bytes.withUnsafeBytes { all in
        #if canImport(Glibc)
          Glibc.write(descriptor, all.baseAddress?.advanced(by: start), all.count - start)
        #else
          Darwin.write(descriptor, all.baseAddress?.advanced(by: start), all.count - start)
        #endif
      }
      if count > 0 {
        start += count
      } else if errno != EINTR || Interruption.cancellation.isCancelled {
        // A pipe that nobody empties waits until Ctrl-C.
        return errno
      }
    }
    return nil
  }

  /// Fails for a name that the system would take for a shorter one.
  static func requireName(_ path: String) throws(FileAccess.Failure) {
    if path.utf8.contains(0) { throw FileAccess.Failure(reason: "no file's name has a zero byte") }
  }

  /// Whether two paths lead to one file that exists.
  static func areSame(_ one: String, _ other: String) -> Bool {
    var first = stat()
    var second = stat()
    return stat(one, &first) == 0 && stat(other, &second) == 0
      && first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// `~` and `~/…` as a shell reads them, for the commands whose argument no shell has seen.
  static func expandingTilde(_ path: String) -> String {
    guard path == "~" || path.hasPrefix("~/"), let home = environmentVariable("HOME") else {
      return path
    }
    return home + path.dropFirst()
  }

  /// The names in a folder that begin with `prefix`, sorted, folders with a `/` at their end.
  static func names(in folder: String, prefix: String) -> [String] {
    guard let handle = opendir(folder.isEmpty ? "." : folder) else { return [] }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: tuple.pointee))
        {
          String(cString: $0)
        }
      }
      // Hidden files only for who asks for them.
      guard name.hasPrefix(prefix), name != ".", name != "..",
        !name.hasPrefix(".") || prefix.hasPrefix(".")
      else { continue }
      names.append(name + (isFolder(folder + name) ? "/" : ""))
    }
    return names.sorted()
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && (status.st_mode & S_IFMT) == S_IFDIR
  }

  private static func blockRead(_ descriptor: Int32, into block: inout [UInt8]) -> Int {
    block.withUnsafeMutableBytes { bytes in
      #if canImport(Glibc)
        Glibc.read(descriptor, bytes.baseAddress, bytes.count)
      #else
        Darwin.read(descriptor, bytes.baseAddress, bytes.count)
      #endif
    }
  }

  static func failure(_ number: Int32) -> FileAccess.Failure {
    switch number {
    case ENOENT, ENOTDIR: FileAccess.Failure(reason: "there is no such file")
    case EISDIR: FileAccess.Failure(reason: "it is a folder")
    case EACCES, EPERM: FileAccess.Failure(reason: "permission denied")
    case EROFS: FileAccess.Failure(reason: "its file system is read-only")
    case ENOSPC, EDQUOT: FileAccess.Failure(reason: "the disk is full")
    case EFBIG: FileAccess.Failure(reason: "it would be larger than files may be here")
    case ELOOP: FileAccess.Failure(reason: "its links lead in a circle")
    case ENAMETOOLONG: FileAccess.Failure(reason: "the name is too long")
    case EBADF: FileAccess.Failure(reason: "it is closed")
    case EINTR: FileAccess.Failure(reason: "interrupted")
    default: FileAccess.Failure(reason: systemErrorText(number))
    }
  }
}
