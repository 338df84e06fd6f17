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

  /// The colours that a stream has.
  func depth(_ stream: TextStream) -> ColorDepth {
    guard colors(stream) else { return .none }
    let direct = ["truecolor", "24bit"].contains(environmentVariable("COLORTERM") ?? "")
    if direct { return .direct }
    let terminal = environmentVariable("TERM") ?? ""
    return terminal.contains("256color") || terminal.contains("direct") ? .indexed : .named
  }
}

/// How colours are written to a terminal.
enum ColorDepth {
  case none
  /// The 8 named ones, which follow the reader's own palette and so stay readable on light and on
  /// dark.
  case named
  /// 256 by number, as xterm has them.
  case indexed
  /// Red, green and blue.
  case direct

  var colors: Screen.Colors {
    switch self {
    case .none: .none
    case .named: .named
    case .indexed, .direct: .many
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
  /// Only pictures use more than the 8 named colours.
  func colored(_ depth: ColorDepth) -> String {
    if depth == .none { return plain }
    var result = ""
    for span in spans {
      guard let code = span.role.colorCode(depth) else {
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
  fileprivate func colorCode(_ depth: ColorDepth) -> String? {
    switch self {
    case .plain, .value: nil
    case .error: "1;31"
    case .place, .heading: "1"
    case .caret: "31"
    case .label, .derivative: "36"
    case .hint: "32"
    case .note: "33"
    case .axis: "2"
    case .series(let number): Self.series(number, depth)
    case .levels(let upper, let lower): Self.levels(upper, lower, depth)
    }
  }

  /// The colours of curves: those of `Plot.svg`, as near as a terminal has them and light enough
  /// for dark backgrounds, dark enough for light ones.
  private static func series(_ number: Int, _ depth: ColorDepth) -> String {
    let place = number % Plot.seriesCount
    switch depth {
    case .none, .named: return ["36", "31", "32", "35", "33", "34"][place]
    case .indexed, .direct: return "38;5;" + ["32", "166", "35", "169", "136", "245"][place]
    }
  }

  private static func levels(_ upper: UInt8?, _ lower: UInt8?, _ depth: ColorDepth) -> String? {
    // The character is an upper half, a lower one where only that has a colour.
    guard let upper else { return lower.flatMap { color($0, "38", depth) } }
    let front = color(upper, "38", depth)
    guard let lower, let back = color(lower, "48", depth) else { return front }
    return front.map { "\($0);\(back)" }
  }

  /// Colours of xterm's cube along the map, by eye: the nearest ones would be grey where it is dark.
  private static let indexed = [53, 54, 24, 25, 30, 35, 71, 77, 113, 149, 184, 226]

  private static func color(_ place: UInt8, _ kind: String, _ depth: ColorDepth) -> String? {
    let (red, green, blue) = ColorMap.color(at: place)
    switch depth {
    case .none, .named: return nil
    case .direct: return "\(kind);2;\(red);\(green);\(blue)"
    case .indexed: return "\(kind);5;\(indexed[Int(place) * indexed.count / 256])"
    }
  }
}

/// The value of a variable of the environment, or `nil` where it is not set.
func environmentVariable(_ name: String) -> String? {
  getenv(name).map { String(cString: $0) }
}
