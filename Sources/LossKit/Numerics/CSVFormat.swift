/// How a CSV file is written, where that is not what most are.
struct CSVFormat: Equatable, Sendable {
  /// What separates fields; found in the first line where it is `nil`.
  var separator: UInt8?
  /// The decimal mark, a point or a comma.
  var mark = UInt8.point
  /// Whether the first line names the columns; otherwise they are `column1`, `column2` and so on.
  var hasHeader = true
}

extension CSVFormat {
  /// The separator is whichever of `,`, `;`, tab and `|` the first line has most of outside quotation
  /// marks, in that order where they are equal; a comma that is the decimal mark is none.
  static func separator(
    of bytes: UnsafeBufferPointer<UInt8>, from start: Int, _ mark: UInt8
  ) -> UInt8 {
    let candidates = [.comma, UInt8(ascii: ";"), UInt8(ascii: "\t"), UInt8(ascii: "|")]
      .filter { $0 != mark }
    var counts = candidates.map { _ in 0 }
    var isQuoted = false
    var previous = UInt8.lineFeed
    for byte in bytes[start...] {
      defer { previous = byte }
      if byte == .quotationMark {
        // Inside a field that does not begin with one, it stands for itself; after another one it
        // is doubled, and the field goes on.
        let mayOpen = previous < UInt8(ascii: " ") || previous == .quotationMark
        isQuoted = !isQuoted && (mayOpen || candidates.contains(previous))
      } else if !isQuoted, let index = candidates.firstIndex(of: byte) {
        counts[index] += 1
      } else if !isQuoted, byte == .lineFeed || byte == .carriageReturn {
        if previous != .lineFeed && previous != .carriageReturn { break }
      }
    }
    let most = counts.max() ?? 0
    return candidates[counts.firstIndex(of: most) ?? 0]
  }
}

extension CSVFormat {
  /// A format by the options of `csv`; `nil` stands for one that is left out.
  ///
  /// - Parameter separator: one ASCII character that is no part of a number or a name.
  init(separator: String?, decimal: String?, header: Bool?) throws(EvaluationProblem) {
    if let decimal {
      guard decimal == "." || decimal == "," else {
        throw .textOption("csv", "decimal", "\".\" or \",\"")
      }
      mark = decimal == "," ? .comma : .point
    }
    if let separator, separator != "auto" {
      if separator.utf8.elementsEqual([mark]) {
        throw .textOption("csv", "separator", "another character than the decimal mark")
      }
      guard separator.utf8.count == 1, let byte = separator.utf8.first, Self.maySeparate(byte)
      else {
        throw .textOption(
          "csv", "separator", "one character, such as \";\" or \"\\t\", or \"auto\"")
      }
      self.separator = byte
    }
    hasHeader = header ?? true
  }

  private static func maySeparate(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\t"): true
    case ..<UInt8(ascii: " "), 0x7F..., .quotationMark, .point, UInt8(ascii: "_"),
      UInt8(ascii: "-"),
      UInt8(ascii: "+"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      false
    default: !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
  }
}
