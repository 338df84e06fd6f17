/// How `import` and `csv` read files and `plot` writes them; the library by itself reaches none.
public struct FileAccess: Sendable {
  /// Why a file could not be read or written, in words for a person: "there is no such file".
  public struct Failure: Error, Sendable {
    /// The reason, without a capital letter or a full stop.
    public let reason: String

    /// A failure with its reason.
    public init(reason: String) { self.reason = reason }

    /// The failure of a file that is longer than a session has room for.
    public static func tooLong(_ byteLimit: Int) -> Failure {
      Failure(reason: "it is longer than \(byteLimit) bytes, the most that are allowed")
    }
  }

  /// Reads a whole file of at most `byteLimit` bytes.
  ///
  /// The path is as the script wrote it, resolved against the folder of the script that named it.
  public typealias Reader =
    @Sendable (_ path: String, _ byteLimit: Int) throws(Failure) -> [UInt8]

  /// Writes a whole file, in place of one that is there; the path is as in `Reader`.
  public typealias Writer = @Sendable (_ bytes: [UInt8], _ path: String) throws(Failure) -> Void

  private let reader: Reader

  /// Writes a whole file, in place of one that is there.
  public let write: Writer

  /// Access through a function that reads whole files; none is written.
  public init(read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8]) {
    self.init { (path, _) throws(Failure) in
      try read(path)
    } write: { (_, _) throws(Failure) in
      throw FileAccess.notWritable
    }
  }

  /// Access through functions that read and write whole files.
  ///
  /// - Parameters:
  ///   - read: given how many bytes the session has room for, so that a longer file need not be read
  ///     to be refused.
  ///   - write: is to replace a file as a whole or leave it.
  public init(read: @escaping Reader, write: @escaping Writer) {
    reader = read
    self.write = write
  }

  /// Reads a whole file, or fails where it is longer than `byteLimit` bytes.
  public func read(_ path: String, atMost byteLimit: Int) throws(Failure) -> [UInt8] {
    let bytes = try reader(path, byteLimit)
    guard bytes.count <= byteLimit else { throw .tooLong(byteLimit) }
    return bytes
  }

  static let notWritable = Failure(reason: "this session may not write files")

  /// Refuses every file: what a session has unless it is given something else.
  public static let none = FileAccess { _ throws(Failure) in
    throw Failure(reason: "this session was given no access to files")
  }
}
