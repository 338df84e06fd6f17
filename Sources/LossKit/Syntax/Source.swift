import Synchronization

/// A text in the language, with the name that its diagnostics carry.
///
/// Positions in a text are offsets into its UTF-8 bytes.
public final class Source: Sendable {
  /// The longest text that is parsed, in bytes.
  ///
  /// Below it every offset, node and list index of a tree fits into 32 bits: no construct makes
  /// more than 3 list words out of 2 bytes.
  static let maximumLength = 1 << 30

  /// What a diagnostic calls the text: a file's name as the user wrote it, or `nil` for a line at
  /// the prompt and for text handed to the library.
  public let name: String?

  /// The UTF-8 bytes of the text.
  let bytes: [UInt8]

  /// The offsets at which lines start, found when a position is first asked for: a script that has
  /// no error and shows nothing never pays for it.
  private let lineStarts = Mutex<[Int]?>(nil)

  /// The characters of the line that a column was asked for last: a linter asks for each of its places,
  /// and a text may be one line.
  private let lastLine = Mutex<LineCharacters?>(nil)

  init(name: String?, bytes: [UInt8]) {
    self.name = name
    self.bytes = Source.withLineFeeds(bytes)
  }

  /// The text with a line feed for each carriage return that has none, as old systems ended lines.
  ///
  /// Each place stays what it is. Otherwise the whole text would be one line, a comment to its end.
  private static func withLineFeeds(_ bytes: [UInt8]) -> [UInt8] {
    guard bytes.contains(0x0D) else { return bytes }
    var result = bytes
    for place in bytes.indices
    where bytes[place] == 0x0D && (place + 1 == bytes.count || bytes[place + 1] != 0x0A) {
      result[place] = 0x0A
    }
    return result
  }

  convenience init(name: String? = nil, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }

  /// The text between two offsets; what is not UTF-8 shows as U+FFFD.
  func text(_ range: SourceRange) -> String {
    let end = min(Int(range.end), bytes.count)
    let start = min(Int(range.start), end)
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}

/// A half-open range of byte offsets in a `Source`.
struct SourceRange: Hashable, Sendable {
  var start: UInt32
  var end: UInt32
}

// MARK: - Lines and columns

extension Source {
  /// The line of an offset, counted from 1.
  func line(at offset: UInt32) -> Int {
    withLineStarts { starts in lineIndex(of: offset, in: starts) + 1 }
  }

  /// The column of an offset in its line, counted from 1 in characters as a reader sees them.
  func column(at offset: UInt32) -> Int {
    let line = lineBounds(at: offset)
    return lastLine.withLock { last in
      if last?.bounds != line { last = LineCharacters(of: bytes, in: line) }
      return (last?.count(before: Int(offset)) ?? 0) + 1
    }
  }

  /// How many characters, as a reader sees them, lie between two offsets.
  func characterCount(from start: Int, to end: Int) -> Int {
    let part = bytes[min(start, bytes.count)..<min(max(start, end), bytes.count)]
    // Each ASCII byte is a character but for CR LF, and a line holds no LF before its end.
    if part.allSatisfy({ $0 < 0x80 }) { return part.count }
    return String(decoding: part, as: UTF8.self).count
  }

  /// The bytes of the line that holds an offset, without its line end and without a byte order mark.
  func lineBounds(at offset: UInt32) -> Range<Int> {
    let (start, next) = withLineStarts { starts in
      let index = lineIndex(of: offset, in: starts)
      return (starts[index], index + 1 < starts.count ? starts[index + 1] : nil)
    }
    var end = next.map { $0 - 1 } ?? bytes.count
    if end > start, bytes[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// Whether the text has more than one line with something on it, so that a place in it needs a
  /// line number.
  var hasSeveralLines: Bool {
    let spaces: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x20]
    let first = bytes.firstIndex { !spaces.contains($0) } ?? bytes.endIndex
    let last = bytes.lastIndex { !spaces.contains($0) } ?? bytes.endIndex
    return first < last && bytes[first...last].contains(0x0A)
  }

  private func lineIndex(of offset: UInt32, in starts: [Int]) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if starts[middle] <= Int(offset) { low = middle } else { high = middle }
    }
    return low
  }

  /// The characters of one line.
  private struct LineCharacters {
    let bounds: Range<Int>
    /// Where they begin; `nil` where each byte is one.
    private let starts: [Int]?

    init(of bytes: [UInt8], in bounds: Range<Int>) {
      self.bounds = bounds
      let line = bytes[bounds]
      // Each ASCII byte is a character but for CR LF, and a line holds no LF before its end.
      guard line.contains(where: { $0 >= 0x80 }) else {
        starts = nil
        return
      }
      var scalars = String.UnicodeScalarView()
      var offsets: [Int] = []
      bytes.withUnsafeBufferPointer { bytes in
        var position = bounds.lowerBound
        while position < bounds.upperBound {
          let (scalar, length) = decodeScalar(in: bytes, at: position)
          scalars.append(scalar ?? "\u{FFFD}")
          offsets.append(position)
          position += length
        }
      }
      var starts: [Int] = []
      var index = 0
      for character in String(scalars) {
        starts.append(offsets[index])
        index += character.unicodeScalars.count
      }
      self.starts = starts
    }

    /// How many begin before an offset.
    func count(before offset: Int) -> Int {
      let offset = min(max(offset, bounds.lowerBound), bounds.upperBound)
      guard let starts else { return offset - bounds.lowerBound }
      var low = 0
      var high = starts.count
      while low < high {
        let middle = low + (high - low) / 2
        if starts[middle] < offset { low = middle + 1 } else { high = middle }
      }
      return low
    }
  }

  private func withLineStarts<Result: Sendable>(_ body: ([Int]) -> Result) -> Result {
    lineStarts.withLock { cache in
      if let starts = cache { return body(starts) }
      var starts = [bytes.starts(with: Lexer.byteOrderMark) ? Lexer.byteOrderMark.count : 0]
      bytes.withUnsafeBufferPointer { bytes in
        for index in 0..<bytes.count where bytes[index] == 0x0A { starts.append(index + 1) }
      }
      cache = starts
      return body(starts)
    }
  }
}
