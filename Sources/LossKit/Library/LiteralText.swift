/// Values as expressions that give the same value again, bit for bit.
struct LiteralText {
  let session: Session

  /// The definition before which the expression stands: a function defined earlier has a name there.
  let before: Int

  /// The expression; `nil` where there is none.
  func text(_ value: Value) -> String? {
    switch value {
    case .number(let x): return NumberFormat.formatted(x)
    case .truth(let x): return x ? "true" : "false"
    case .tensor(let tensor): return text(tensor)
    case .text(let text): return quoted(text)
    case .texts(let texts):
      return texts.elements.isEmpty
        ? "unique([\"\"][..<0])" : "[\(texts.elements.map(quoted).joined(separator: ", "))]"
    case .function(let function): return text(function)
    case .record(let record):
      var parts = ["[\(record.names.map(quoted).joined(separator: ", "))]"]
      for value in record.values {
        guard let text = text(value) else { return nil }
        parts.append(text)
      }
      return "record(\(parts.joined(separator: ", ")))"
    case .scalarDual, .dual, .series: return text(value.plain)
    case .traced, .enclosed: return nil
    }
  }

  private func quoted(_ text: String) -> String {
    ValueText(settings: DisplaySettings()).quoted(text)
  }

  private func text(_ tensor: Tensor) -> String {
    guard !tensor.shape.contains(0) else {
      // Brackets alone would not tell the lengths of the other axes.
      let zeros = "zeros(\(tensor.shape.map(String.init).joined(separator: ", ")))"
      return tensor.isMask ? "\(zeros) > 0" : tensor.shape == [0] ? "[]" : zeros
    }
    return ValueText(settings: DisplaySettings(elide: .max)).text(.tensor(tensor))
  }

  // MARK: Functions

  private func text(_ function: Function) -> String? {
    switch function {
    case .builtin(let builtin): return builtin.name
    case .closure(let closure): return name(of: closure) ?? text(closure)
    case .derivative(let derivative):
      guard let base = text(derivative.base) else { return nil }
      switch derivative.form {
      case .gradient: return "grad(\(base))"
      case .jacobian: return "jac(\(base))"
      case .hessian: return "hess(\(base))"
      case .repeated: return "diff(\(base), \(derivative.order))"
      case .slopes: return "slopes(\(base))"
      default: return nil
      }
    case .smoothed(let smoothed):
      guard let base = text(smoothed.base) else { return nil }
      guard let smoothing = smoothed.smoothing else { return "hard(\(base))" }
      guard case .smoothValue = smoothing.answer, let k = text(smoothing.k) else { return nil }
      return "smooth(\(base), \(k), \(quoted(smoothing.family.rawValue)))"
    }
  }

  /// An expression's text as it can stand at the end of a statement: where a line end was a space only
  /// because of a bracket around it, there is one again.
  static func statementPart(_ text: String) -> String {
    guard text.utf8.contains(0x0A) else { return text }
    let result = parse(Source(text: "let a = \(text)\n0"), symbols: SymbolTable())
    return result.errors.isEmpty && result.tree.statements.count == 2 ? text : "(\(text))"
  }

  /// The name by which a function is reached: where it is still defined, and earlier.
  private func name(of closure: Closure) -> String? {
    func isIt(_ definition: Definition) -> Bool {
      if case .function(.closure(let other)) = definition.value { other === closure } else { false }
    }
    let root = session.root
    if let own = root.order.lazy.compactMap({ root.own($0) }).first(where: {
      $0.kind == .function && isIt($0) && $0.id < before
    }) {
      return own.name
    }
    for module in root.imports {
      for definition in module.order.compactMap({ module.own($0) })
      where definition.kind == .function && isIt(definition) {
        return "\(module.name).\(definition.name)"
      }
    }
    return nil
  }

  /// `x -> body`, in a block with the local names that it sees, with the replacements that it keeps.
  private func text(_ closure: Closure) -> String? {
    let environment = closure.environment
    guard environment.module === session.root,
      closure.parameters.allSatisfy(\.defaultValue.isNone)
    else { return nil }
    let names = closure.parameters.map { session.symbols.name(of: $0.symbol) }
    var result =
      "(\(names.joined(separator: ", "))) -> "
      + LiteralText.statementPart(environment.script.text(of: closure.body))
    guard let bindings = bindings(of: environment.scope, in: environment.script),
      let replacements = replacements(of: closure.frame)
    else { return nil }
    if !bindings.isEmpty { result = "{ \(bindings.map { $0 + "; " }.joined())\(result) }" }
    if !replacements.isEmpty {
      result = "(\(result)) at (\(replacements.joined(separator: ", ")))"
    }
    return result
  }

  /// `let` for each local name that is not hidden by another, outermost first; `nil` where one cannot
  /// be written.
  private func bindings(of scope: Scope?, in script: Script) -> [String]? {
    var seen: Set<Symbol> = []
    var result: [String] = []
    var current = scope
    while let scope = current {
      for binding in scope.bindings.reversed()
      where binding.symbol != .none && seen.insert(binding.symbol).inserted {
        guard binding.functionFrame == nil, let value = text(binding.value) else { return nil }
        // A local definition is evaluated again where a name in it is replaced, which its value alone
        // could not be.
        if !binding.definition.isNone {
          let expression = script.list(script[binding.definition].b).node(0)
          guard script.text(of: expression) == value else { return nil }
        }
        result.append("let \(session.symbols.name(of: binding.symbol)) = \(value)")
      }
      current = scope.parent
    }
    return result.reversed()
  }

  /// `a = 3` for each definition that `at` has replaced; `nil` where one cannot be written.
  private func replacements(of frame: Frame?) -> [String]? {
    var seen: Set<Int> = []
    var result: [String] = []
    var current = frame
    while let frame = current {
      guard frame.smoothing == nil else { return nil }
      for replacement in frame.replacements where seen.insert(replacement.id).inserted {
        guard
          let definition = session.root.order.lazy.compactMap({ session.root.own($0) })
            .first(where: { $0.id == replacement.id })
          // Redefined since: nothing looks the old one up.
        else { continue }
        guard definition.id < before, let value = text(replacement.value.plain) else { return nil }
        result.append("\(definition.name) = \(value)")
      }
      current = frame.parent
    }
    return result
  }
}
