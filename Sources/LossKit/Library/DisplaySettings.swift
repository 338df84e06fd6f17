/// How values are shown: `:set digits N` and `:set elide N`.
public struct DisplaySettings: Sendable, Equatable {
  /// How many significant digits numbers have; `nil` for the shortest text that reads back to the
  /// same double.
  public var digits: Int?

  /// The length of an axis beyond which its elements are elided.
  public var elide: Int

  /// Settings with given digits and length.
  public init(digits: Int? = nil, elide: Int = 8) {
    self.digits = digits
    self.elide = elide
  }
}

/// The settings by name: the one list that `:set`, completion and help read.
struct Setting {
  let name: String
  let values: String
  let apply: @Sendable (_ text: String, Session) -> Bool

  static let all: [Setting] = [
    Setting(name: "digits", values: "a whole number from 1 to 17, or 'all'") { text, session in
      if text == "all" {
        session.settings.digits = nil
        return true
      }
      guard let digits = Int(text), (1...17).contains(digits) else { return false }
      session.settings.digits = digits
      return true
    },
    Setting(name: "elide", values: "a whole number from 4 on, or 'none'") { text, session in
      if text == "none" {
        session.settings.elide = .max
        return true
      }
      guard let length = Int(text), length >= 4 else { return false }
      session.settings.elide = length
      return true
    },
    Setting(name: "corners", values: "lexicographic or symmetric") { text, session in
      guard let rule = CornerRule(rawValue: text) else { return false }
      session.corners = rule
      return true
    },
  ]
}

/// The version of the language, the library and the program.
public enum LossVersion {
  /// The version, as `loss --version` prints it.
  public static let current = "0.1.0"
}
