import ArgumentParser
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// `--color`: when the roles of a text become colours.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
  case auto, always, never

  /// `NO_COLOR` (https://no-color.org) and a terminal without escape sequences decide `auto` only:
  /// who writes `always` has said so.
  func colors(_ stream: TextStream) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto:
      let noColor = environmentVariable("NO_COLOR") ?? ""
      return stream.isTerminal && noColor.isEmpty && environmentVariable("TERM") != "dumb"
    }
  }
}

extension StyledText {
  init(_ text: String, as role: Role = .plain) {
    self.init()
    append(text, as: role)
  }

  /// The text with the escape sequences of ECMA-48 (SGR).
  ///
  /// Only the 8 named colours, which follow
  /// the reader's own palette and so stay readable on light and on dark.
  var colored: String {
    var result = ""
    for span in spans {
      guard let code = span.role.colorCode else {
        result += span.text
        continue
      }
      // A pager shows each line by itself, so none borrows its colour from the line before.
      let lines = span.text.split(separator: "\n", omittingEmptySubsequences: false)
      result += lines.map { $0.isEmpty ? "" : "\u{1B}[\(code)m\($0)\u{1B}[0m" }
        .joined(separator: "\n")
    }
    return result
  }
}

extension StyledText.Role {
  fileprivate var colorCode: String? {
    switch self {
    case .plain, .value: nil
    case .error: "1;31"
    case .place, .heading: "1"
    case .caret: "31"
    case .label, .derivative: "36"
    case .hint: "32"
    case .note: "33"
    }
  }
}

/// The value of a variable of the environment, or `nil` where it is not set.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
