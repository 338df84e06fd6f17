/// How `import` and `csv` read files and `plot` writes them; the library by itself reaches none.
public struct FileAccess: Sendable {
  /// Why a file could not be read or written, in words for a person: "there is no such file".
  public struct Failure: Error, Sendable {
    /// The reason, without a capital letter or a full stop.
    public let reason: String

    /// A failure with its reason.
    public init(reason: String) { self.reason = reason }
  }

  /// Reads a whole file.
  ///
  /// The path is as the script wrote it, resolved against the folder of the script that named it.
  public let read: @Sendable (_ path: String) throws(Failure) -> [UInt8]

  /// Writes a whole file, in place of one that is there; the path is as in `read`.
  public let write: @Sendable (_ bytes: [UInt8], _ path: String) throws(Failure) -> Void

  /// Access through a function that reads whole files; none is written.
  public init(read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8]) {
    self.init(read: read) { (_, _) throws(Failure) in
      throw Failure(reason: "this session may not write files")
    }
  }

  /// Access through functions that read and write whole files.
  public init(
    read: @escaping @Sendable (_ path: String) throws(Failure) -> [UInt8],
    write: @escaping @Sendable (_ bytes: [UInt8], _ path: String) throws(Failure) -> Void
  ) {
    self.read = read
    self.write = write
  }

  /// Refuses every file: what a session has unless it is given something else.
  public static let none = FileAccess { _ throws(Failure) in
    throw Failure(reason: "this session was given no access to files")
  }
}
