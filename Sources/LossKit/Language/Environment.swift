/// The local names in force at a place of a text: parameters, `let` in blocks, loop variables.
final class Scope: @unchecked Sendable {  // Filled while it is entered, immutable afterwards.
  struct Binding {
    let symbol: Symbol
    var value: Value
    /// The expression of a local `let`, so that it can be evaluated again when a name that it
    /// depends on is replaced; none for a parameter or a loop variable.
    var definition = NodeID.none
    /// Whether the value varies with a param, as far as that was asked: inside `smooth`.
    var varies = false
  }

  let parent: Scope?
  var bindings: [Binding]

  init(parent: Scope?, bindings: [Binding] = []) {
    self.parent = parent
    self.bindings = bindings
  }

  func find(_ symbol: Symbol) -> Value? {
    var scope: Scope? = self
    while let current = scope {
      // The latest first: a block may bind a name twice.
      for binding in current.bindings.reversed() where binding.symbol == symbol {
        return binding.value
      }
      scope = current.parent
    }
    return nil
  }
}

/// Where an expression is evaluated: its text, its local names and the file that it is part of.
struct Environment {
  let script: Script
  let scope: Scope?
  let module: Module

  func with(_ scope: Scope?) -> Environment {
    Environment(script: script, scope: scope, module: module)
  }
}

/// Inputs and formulas that are replaced while an expression is evaluated: by `at`, by the duals of
/// a derivative, by the draws of a `check`.
///
/// A formula's value is remembered in the innermost frame that replaces something it depends on, so
/// each formula is evaluated once in a request and once more only where that changes it.
final class Frame {
  struct Replacement {
    let id: Int
    let value: Value
  }

  let parent: Frame?
  /// Few, so that a walk is faster than a hash.
  let replacements: [Replacement]
  var memo: [Int: Value] = [:]
  let depth: Int
  /// The smoothing in force: the parent's, unless the frame was made by `smooth` or `hard`.
  let smoothing: Smoothing?

  init(parent: Frame?, replacements: [Replacement] = []) {
    self.parent = parent
    self.replacements = replacements
    depth = (parent?.depth ?? -1) + 1
    smoothing = parent?.smoothing
  }

  init(parent: Frame, smoothing: Smoothing?) {
    self.parent = parent
    self.smoothing = smoothing
    replacements = []
    depth = parent.depth + 1
  }

  func replacement(of id: Int) -> Value? {
    var frame = self
    while true {
      for replacement in frame.replacements where replacement.id == id { return replacement.value }
      guard let parent = frame.parent else { return nil }
      frame = parent
    }
  }

  /// The innermost frame that replaces one of some definitions or changes the smoothing; the
  /// outermost if none does.
  func innermost(replacing ids: Set<Int>) -> Frame {
    var frame = self
    while let parent = frame.parent, frame.smoothing === parent.smoothing,
      !frame.replacements.contains(where: { ids.contains($0.id) })
    {
      frame = parent
    }
    return frame
  }

  /// This frame with the replacements that another added since the two parted.
  func overlaid(with other: Frame) -> Frame {
    var mine = self
    var theirs = other
    var added: [[Replacement]] = []
    while mine !== theirs {
      if theirs.depth >= mine.depth, let parent = theirs.parent {
        added.append(theirs.replacements)
        theirs = parent
      } else if let parent = mine.parent {
        mine = parent
      } else {
        break
      }
    }
    // The innermost first, since the first that fits is found.
    return added.allSatisfy(\.isEmpty)
      ? self : Frame(parent: self, replacements: added.flatMap { $0 })
  }
}
