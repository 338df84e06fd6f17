extension StatementRun {
  /// `minimize e over w, v with (steps = 100)`.
  func minimize(_ node: Node, _ id: NodeID) throws {
    let loss = NodeID(index: node.a)
    let list = script.list(node.b)
    let count = Int(list[0])
    let params = try (0..<count).map { i in
      try param(list.symbol(1 + 2 * i), at: list[2 + 2 * i])
    }
    let (method, options) = try self.options(list, from: 1 + 2 * count)
    let value = try evaluate(loss)
    guard case .number = value else {
      throw LossError(
        MinimizeProblem.lossKind(value.kindDescription, isArray: value.isNumeric),
        in: script.source, at: script.range(of: loss))
    }
    try requireDependence(of: loss, on: params, offsets: (0..<count).map { list[2 + 2 * $0] })

    let objective = ParamsObjective(evaluator, loss, env, params: params, parallelism: 1)
    let room = self.room(objective, method)
    let summary = try session.account.holding(room) {
      // Drawn beforehand: what was reached must not be lost for want of memory.
      let kept = try objective.values(at: objective.point(), account: session.account)
      let descent = try self.descent(objective, method, options, loss)
      return try self.summary(of: descent, objective, id, loss, kept: kept)
    }
    evaluator.lastValue = .number(summary.descent.value)
    show(.descent(summary), id)
  }

  private func descent(
    _ objective: ParamsObjective, _ method: Descent.Method, _ options: Descent.Options,
    _ loss: NodeID
  ) throws -> Descent {
    do {
      return try DescentRun.minimize(
        objective.objective(hasHessian: method == .newton), from: objective.point(),
        method: method, options: options, bounds: objective.bounds(), progress: session.onProgress)
    } catch let start as DescentRun.StartNotFinite {
      throw LossError(
        MinimizeProblem.startNotFinite(value: start.value, gradient: start.gradient),
        in: script.source, at: script.range(of: loss))
    } catch is DescentInterrupted {
      // Before the first evaluation: there is nothing to keep.
      throw error(.cancelled, loss)
    }
  }

  /// About how many doubles a descent holds, beside those of the interpreter.
  private func room(_ objective: ParamsObjective, _ method: Descent.Method) -> Int {
    let n = objective.count
    let vectors = method == .lbfgs ? 2 * LBFGSDirections.memory + 12 : 12
    var room = n.multipliedReportingOverflow(by: vectors).partialValue
    if method == .newton {
      // The Hessian, what is made of it and its factor.
      let (square, overflow) = n.multipliedReportingOverflow(by: n)
      let (all, overflowOfAll) = square.multipliedReportingOverflow(by: 4)
      room = overflow || overflowOfAll ? .max / 2 : all
    }
    return room + objective.workspaceSize
  }

  // MARK: What is asked for

  private func error(_ problem: MinimizeProblem, at offset: UInt32, _ name: String) -> LossError {
    LossError(
      problem, in: script.source,
      at: SourceRange(start: offset, end: script.source.nameEnd(at: offset)))
  }

  private func param(_ symbol: Symbol, at offset: UInt32) throws -> Definition {
    let name = session.symbols.name(of: symbol)
    guard let definition = module.find(symbol) else {
      let params = module.visibleNames.compactMap { module.find($0) }.filter { $0.kind == .param }
      let problem: MinimizeProblem =
        evaluator.builtin(symbol) != nil
        ? .overFunction(name)
        : .unknownInput(name, suggestion: nearest(to: name, among: params.map(\.name)))
      throw error(problem, at: offset, name)
    }
    switch definition.kind {
    case .param: return definition
    case .data: throw error(MinimizeProblem.overData(name), at: offset, name)
    case .function: throw error(MinimizeProblem.overFunction(name), at: offset, name)
    case .formula:
      let env = Environment(script: definition.script, scope: nil, module: definition.module)
      let params = evaluator.params(of: definition.body, env).map(\.name)
      throw error(MinimizeProblem.overFormula(name, params: params), at: offset, name)
    }
  }

  /// An input that the loss does not depend on would stay where it is, most likely by mistake.
  private func requireDependence(of loss: NodeID, on params: [Definition], offsets: [UInt32]) throws
  {
    let varying = Set(evaluator.params(of: loss, env).map(\.id))
    for (param, offset) in zip(params, offsets) where !varying.contains(param.id) {
      let isByValue = evaluator.dependencies(of: loss, env, .all).contains { $0 === param }
      throw error(
        MinimizeProblem.independent(of: param.name, isByValue: isByValue), at: offset, param.name)
    }
  }

  private func options(_ list: Script.List, from start: Int) throws -> (
    Descent.Method, Descent.Options
  ) {
    var method = Descent.Method.lbfgs
    var options = Descent.Options()
    var rate: (value: Double, offset: UInt32)?
    for i in stride(from: start, to: list.count, by: 3) {
      let name = session.symbols.name(of: list.symbol(i))
      guard let option = MinimizeOption(rawValue: name) else {
        throw error(MinimizeProblem.unknownOption(name), at: list[i + 1], name)
      }
      let id = list.node(i + 2)
      switch option {
      case .method: method = try self.method(id)
      case .steps: options.steps = try steps(id)
      case .rate:
        let value = try number(id, "rate", "a number above 0") { $0 > 0 && $0 < .infinity }
        rate = (value, list[i + 1])
      case .tolerance:
        options.tolerance = try number(id, "tolerance", "a number from 0 on") {
          $0 >= 0 && $0 < .infinity
        }
      }
    }
    if let rate {
      guard method.takesRate else {
        throw error(MinimizeProblem.noRate(method), at: rate.offset, "rate")
      }
      options.rate = rate.value
    }
    return (method, options)
  }

  private func method(_ id: NodeID) throws -> Descent.Method {
    let value = try evaluate(id).plain
    guard case .text(let name) = value else {
      throw invalid("method", "the name of a method in quotes", value, id)
    }
    guard let method = Descent.Method(rawValue: name) else {
      throw LossError(
        MinimizeProblem.unknownMethod(name), in: script.source, at: script.range(of: id))
    }
    return method
  }

  private func steps(_ id: NodeID) throws -> Int {
    let range = "a whole number from 1 to 1e+15"
    let steps = try number(id, "steps", range) { $0 >= 1 && $0 <= 1e15 && $0 == $0.rounded() }
    return Int(steps)
  }

  private func number(
    _ id: NodeID, _ name: String, _ range: String, _ isAllowed: (Double) -> Bool
  ) throws -> Double {
    let value = try evaluate(id).plain
    guard case .number(let x) = value, isAllowed(x) else { throw invalid(name, range, value, id) }
    return x
  }

  private func invalid(_ name: String, _ range: String, _ value: Value, _ id: NodeID) -> LossError {
    let isShort = if case .number = value { true } else { false }
    return LossError(
      MinimizeProblem.optionValue(
        name, range: range,
        given: isShort
          ? ValueText(settings: DisplaySettings()).text(value) : value.kindDescription),
      in: script.source, at: script.range(of: id))
  }

  // MARK: What came of it

  /// Gives the params their new values, and says how it went.
  private func summary(
    of descent: Descent, _ objective: ParamsObjective, _ id: NodeID, _ loss: NodeID,
    kept: [Value]
  ) throws -> DescentSummary {
    var offset = 0
    for (param, value) in zip(objective.params, kept) {
      if case .tensor(let tensor) = value {
        for i in 0..<tensor.count { tensor.start[i] = descent.point[offset + i] }
        param.value = value
        offset += tensor.count
      } else {
        param.value = .number(descent.point[offset])
        offset += 1
      }
    }
    evaluator.definitionsChanged()
    let corner = descent.reason == .corner ? cornerText(objective, descent.point, id) : nil
    let inputs = objective.params.map { param in
      // Shown in full also where Ctrl-C has stopped the session's evaluations.
      (name: param.name, value: param.value.used(by: .unlimited))
    }
    return DescentSummary(
      descent: descent, inputs: inputs, reason: descent.explanation(corner: corner),
      notes: descent.reason == .corner ? [smoothNote(loss, objective.params)] : [])
  }

  /// The primitives at a corner with their places: `relu (column 9)`.
  private func cornerText(_ objective: ParamsObjective, _ point: [Double], _ id: NodeID) -> String?
  {
    _ = evaluator.corners.takeEvents()
    do { try objective.noteCorners(at: point) } catch { evaluator.begin() }
    var names: [(String, [CallSite])] = []
    for event in evaluator.corners.takeEvents() {
      if let known = names.firstIndex(where: { $0.0 == event.primitive }) {
        if !names[known].1.contains(event.site) { names[known].1.append(event.site) }
      } else {
        names.append((event.primitive, [event.site]))
      }
    }
    if names.isEmpty { return nil }
    let shown = names.prefix(4).map { name, sites in
      "\(name) (\(describe(Array(sites.prefix(4)), id)))"
    }
    return names.count > 4 ? shown.joined(separator: ", ") + ", …" : joined(shown)
  }

  private func smoothNote(_ loss: NodeID, _ params: [Definition]) -> String {
    let text = script.text(of: loss)
    let names = params.map(\.name).joined(separator: ", ")
    guard text.count <= 40, !text.contains(where: \.isNewline) else {
      return "smooth(…) of the loss has no corners"
    }
    return "smooth(…) has no corners: minimize smooth(\(text), 10) over \(names)"
  }
}
