/// How values are shown: `:set digits N`, `:set elide N` and the width of a terminal.
public struct DisplaySettings: Sendable, Equatable {
  /// How many significant digits numbers have; `nil` for the shortest text that reads back to the
  /// same double.
  public var digits: Int?

  /// The length of an axis beyond which its elements are elided.
  public var elide: Int

  /// The columns of the terminal that a value is fitted to; `nil` elides by length alone, as in
  /// scripts.
  ///
  /// A length that was asked for by `:set elide` wins.
  public var width: Int?

  /// Whether `:set elide` asked for a length.
  var isElideSet = false

  /// Settings with given digits, length and width.
  public init(digits: Int? = nil, elide: Int = 8, width: Int? = nil) {
    self.digits = digits
    self.elide = elide
    self.width = width
  }
}

/// The settings by name: the one list that `:set`, completion and help read.
struct Setting {
  let name: String
  let values: String
  let apply: @Sendable (_ text: String, Session) -> Bool
  /// What a saved session sets it to; `nil` where it is as at the start.
  let saved: @Sendable (Session) -> String?

  init(
    name: String, values: String, apply: @escaping @Sendable (_ text: String, Session) -> Bool,
    saved: @escaping @Sendable (Session) -> String?
  ) {
    self.name = name
    self.values = values
    self.apply = apply
    self.saved = saved
  }

  static let all: [Setting] = [
    Setting(name: "digits", values: "a whole number from 1 to 17, or 'all'") { text, session in
      if text == "all" {
        session.settings.digits = nil
        return true
      }
      guard let digits = Int(text), (1...17).contains(digits) else { return false }
      session.settings.digits = digits
      return true
    } saved: {
      $0.settings.digits.map(String.init)
    },
    Setting(name: "elide", values: "a whole number from 4 on, 'none' or 'auto'") { text, session in
      if text == "auto" {
        session.settings.elide = DisplaySettings().elide
        session.settings.isElideSet = false
        return true
      }
      let length = text == "none" ? .max : Int(text)
      guard let length, length >= 4 else { return false }
      session.settings.elide = length
      session.settings.isElideSet = true
      return true
    } saved: { session in
      let length = session.settings.elide
      guard session.settings.isElideSet || length != DisplaySettings().elide else { return nil }
      return length == .max ? "none" : String(length)
    },
    Setting(name: "corners", values: "lexicographic or symmetric") { text, session in
      guard let rule = CornerRule(rawValue: text) else { return false }
      session.corners = rule
      return true
    } saved: {
      $0.corners == .lexicographic ? nil : $0.corners.rawValue
    },
  ]
}

/// The version of the language, the library and the program.
public enum LossVersion {
  /// The version, as `loss --version` prints it.
  public static let current = "0.1.0"
}
