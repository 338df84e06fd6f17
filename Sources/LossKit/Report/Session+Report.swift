extension Session {
  /// Runs a text and makes a document of it, whatever comes of the run.
  ///
  /// An error is part of the document, in its place; what stands below it is shown as not run.
  ///
  /// - Parameters:
  ///   - bytes: the text, in UTF-8.
  ///   - fileName: what diagnostics call the text, and what paths in it are relative to. It shows in
  ///     the document.
  ///   - title: the document's title, in place of its own.
  public func report(on bytes: [UInt8], fileName: String?, title: String? = nil) -> Report {
    let source = Source(name: fileName, bytes: bytes)
    var outline = ReportOutline(tree: SyntaxTree(source: source), symbols: symbols)
    do throws(LossError) {
      let errors = try stop.request { () throws(LossError) in
        let room = try parsingRoom(source)
        let result = parse(source, symbols: symbols, limits: limits)
        outline = ReportOutline(tree: result.tree, symbols: symbols)
        for error in result.errors { outline.place(error) }
        if !result.errors.isEmpty { return result.errors }
        return run(&outline, try script(of: result.tree, room))
      }
      return outline.report(title: title, errors: errors)
    } catch {
      // Too large to be run at all.
      outline.place(error)
      return outline.report(title: title, errors: [error])
    }
  }

  /// Runs the statements of a text up to the first error, and puts what they show into its outline.
  private func run(_ outline: inout ReportOutline, _ script: Script) -> [LossError] {
    for (index, part) in outline.parts.enumerated() {
      guard case .statement(var statement, let nodes) = part else { continue }
      defer { outline.parts[index] = .statement(statement, nodes) }
      for node in nodes {
        do throws(LossError) {
          statement.results += try results(of: node, in: script)
        } catch {
          let error = stop.explained(error)
          statement.outcome = .failed
          statement.errors = [Report.ReportedError(error, in: script.source)]
          return [error]
        }
      }
      statement.outcome = .ran
      if nodes.count == 1 { statement.formula = formula(of: nodes[0], in: script) }
    }
    return []
  }

  /// A definition, or a shown expression that is more than names, typeset.
  private func formula(of statement: NodeID, in script: Script) -> TypesetFormula? {
    let node = script[statement]
    switch node.kind {
    case .formula, .function: break
    case .show where isWorthTypesetting(NodeID(index: node.a), in: script): break
    default: return nil
    }
    let arrays = root.order.compactMap { root.own($0) }.filter { definition in
      if case .tensor = definition.value { definition.isInput } else { false }
    }
    return TypesetFormula(
      script.text(of: statement), names: TypesetFormula.Names(arrays: Set(arrays.map(\.name))))
  }

  private func isWorthTypesetting(_ expression: NodeID, in script: Script) -> Bool {
    let node = script[expression]
    switch node.kind {
    case .sum, .product, .power, .comparison, .conditional, .comprehension: return true
    case .sign, .at: return isWorthTypesetting(NodeID(index: node.a), in: script)
    case .call:
      let callee = script[NodeID(index: node.a)]
      return callee.kind == .name && evaluator.builtin(Symbol(index: callee.a)) != nil
    default: return false
    }
  }

  private func results(
    of node: NodeID, in script: Script
  ) throws(LossError) -> [Report.Result] {
    var results: [Report.Result] = []
    do {
      try withoutActuallyEscaping({ (output: Output) in
        results.append(Report.Result(output: output, settings: self.settings))
      }) { output in
        let run = StatementRun(
          session: self, script: script, module: root, echo: .script, output: output)
        try run.run(node)
      }
    } catch let error as LossError {
      throw error
    } catch {
      // `withoutActuallyEscaping` hides that only these are thrown.
      throw LossError(EvaluationProblem.notAnExpression)
    }
    return results
  }
}
