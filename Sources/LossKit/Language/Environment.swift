/// The local names in force at a place of a text: parameters, `let` in blocks, loop variables.
final class Scope: @unchecked Sendable {  // Filled while it is entered, immutable afterwards.
  struct Binding {
    let symbol: Symbol
    var value: Value
    /// The expression of a local `let`, so that it can be evaluated again when a name that it
    /// depends on is replaced; none for a parameter or a loop variable.
    var definition = NodeID.none
    /// For a local `let f(…)` the replacements in force where it was made.
    ///
    /// Its value is made when it is looked up: held here, a function and the scope that it sees
    /// would keep each other.
    var functionFrame: Frame?
    /// Whether the value varies with a param, as far as that was asked: inside `smooth`.
    var varies = false
  }

  let parent: Scope?
  private(set) var bindings: [Binding]
  /// How deep functions lie inside one another through what they were made with.
  ///
  /// Their release recurses as deep, so the depth is bounded where scopes are entered. Kept up to
  /// date rather than found when it is asked for: threads share the scopes of a model's functions.
  private(set) var nesting: Int

  init(parent: Scope?, bindings: [Binding] = []) {
    self.parent = parent
    self.bindings = bindings
    nesting = bindings.reduce(parent?.nesting ?? 0) { max($0, $1.value.functionNesting) }
  }

  /// - Parameter capacity: how many names will be bound.
  init(parent: Scope?, capacity: Int) {
    self.parent = parent
    bindings = []
    bindings.reserveCapacity(capacity)
    nesting = parent?.nesting ?? 0
  }

  func bind(_ binding: Binding) {
    bindings.append(binding)
    nesting = max(nesting, binding.value.functionNesting)
  }

  /// Whether a name is bound here or further out.
  func binds(_ symbol: Symbol) -> Bool { lookUp(symbol) != nil }

  /// The innermost binding of a name and the scope that has it.
  @inline(__always)
  func lookUp(_ symbol: Symbol) -> (binding: Binding, scope: Scope)? {
    var scope = self
    while true {
      for binding in scope.bindings where binding.symbol == symbol { return (binding, scope) }
      guard let parent = scope.parent else { return nil }
      scope = parent
    }
  }
}

extension Value {
  /// The nesting of a function, 0 of anything else.
  var functionNesting: Int {
    if case .function(let function) = self { function.nesting } else { 0 }
  }
}

extension Function {
  /// How many functions lie inside one another through what each was made with.
  var nesting: Int {
    switch self {
    case .builtin: 0
    case .closure(let closure): closure.nesting
    case .derivative(let derivative): derivative.nesting
    case .smoothed(let smoothed): smoothed.nesting
    }
  }

  /// The most functions that may lie inside one another.
  static let nestingLimit = 500
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
  /// Whether a function is among the replacements in force.
  let replacesFunctions: Bool
  /// The smoothing in force: the parent's, unless the frame was made by `smooth` or `hard`.
  let smoothing: Smoothing?
  /// Whether every formula evaluated below is remembered here or further in: whoever watches an
  /// evaluation wants all of it, and may change what it comes to.
  let keepsFormulas: Bool

  init(parent: Frame?, replacements: [Replacement] = [], keepsFormulas: Bool = false) {
    self.parent = parent
    self.replacements = replacements
    self.keepsFormulas = keepsFormulas
    depth = (parent?.depth ?? -1) + 1
    smoothing = parent?.smoothing
    replacesFunctions =
      parent?.replacesFunctions ?? false
      || replacements.contains { if case .function = $0.value { true } else { false } }
  }

  init(parent: Frame, smoothing: Smoothing?) {
    self.parent = parent
    self.smoothing = smoothing
    keepsFormulas = false
    replacesFunctions = parent.replacesFunctions
    replacements = []
    depth = parent.depth + 1
  }

  /// Forgets the formulas' values, because the frame is no longer in force: a function among them
  /// keeps the frame that it was made in, so that the two would keep each other.
  @inline(__always)
  func leave() {
    if !memo.isEmpty { memo = [:] }
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
    while let parent = frame.parent, frame.smoothing === parent.smoothing, !frame.keepsFormulas,
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
