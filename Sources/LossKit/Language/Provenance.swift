/// Looks for the operation in which a nan or an infinity first arises, while an expression whose
/// result is not finite is evaluated once more.
final class Provenance {
  enum Fault { case nan, infinity }
  enum Part { case value, derivative }

  let fault: Fault
  let part: Part
  /// What the note says, once the operation is found.
  private(set) var finding: (text: String, hint: String?, site: CallSite)?

  init(_ fault: Fault, in part: Part) {
    self.fault = fault
    self.part = part
  }

  /// Looks at one operation; the first whose result has the fault and whose operands have not is it.
  func observe(_ result: Value, _ operands: [Value], _ operation: Operation, at site: CallSite) {
    guard finding == nil, let faulty = firstFault(result),
      operands.allSatisfy({ firstFault($0) == nil })
    else { return }
    let elements = operands.map { element(of: $0.plain, at: faulty, like: result.plain) }
    finding = (operation.text(elements), operation.hint, site)
  }

  /// An operation as the note shows it.
  enum Operation {
    /// `0 * -inf`, with what to write instead.
    case binary(String, hint: String?)
    /// `log of -1`.
    case call(String)

    fileprivate func text(_ operands: [Double?]) -> String {
      let texts = operands.map { $0.map { NumberFormat.formatted($0) } ?? "…" }
      switch self {
      case .binary(let symbol, _):
        return texts.joined(separator: " \(symbol) ")
      case .call(let name):
        return texts.isEmpty ? name : "\(name) of \(texts.joined(separator: ", "))"
      }
    }

    var hint: String? {
      if case .binary(_, let hint) = self { hint } else { nil }
    }
  }

  /// The place of the first faulty element in the part that is looked at.
  private func firstFault(_ value: Value) -> Int? {
    guard let looked = looked(value) else { return nil }
    func isFaulty(_ x: Double) -> Bool { fault == .nan ? x.isNaN : x.isInfinite }
    switch looked {
    case .number(let x): return isFaulty(x) ? 0 : nil
    case .tensor(let tensor):
      guard let place = tensor.elements.firstIndex(where: isFaulty) else { return nil }
      // Of a derivative, the place within one direction.
      let size = max(value.plain.shape.reduce(1, *), 1)
      return part == .value ? place : place % size
    default: return nil
    }
  }

  private func looked(_ value: Value) -> Value? {
    guard part == .derivative else { return value.isNumeric ? value.plain : nil }
    switch value {
    case .scalarDual(let dual): return .number(dual.tangent)
    case .dual(let dual): return dual.tangent.plain
    default: return nil
    }
  }

  /// The element of an operand that a place of the result was computed from; nothing for a function
  /// of a whole array.
  private func element(of operand: Value, at place: Int, like result: Value) -> Double? {
    guard case .tensor(let tensor) = operand else { return try? operand.numberOrThrow() }
    guard let (spread, _) = try? Value.sameLayout(operand, result), place < spread.count,
      spread.shape == result.shape || tensor.count == 1
    else { return nil }
    return spread.start[place]
  }
}

extension Evaluator {
  /// Looks at an operator's result, where a fault is being sought.
  func observe(
    _ result: Value, _ a: Value, _ b: Value, _ symbol: ChainOperator, _ operands: [NodeID],
    at offset: UInt32, _ env: Environment
  ) {
    guard let provenance else { return }
    provenance.observe(
      result, [a, b], .binary(symbol.spelling, hint: productHint(symbol, operands, env)),
      at: CallSite(source: env.script.source, range: SourceRange(start: offset, end: offset + 1)))
  }

  /// `p * log(q)` is 0 at p = 0 when written `xlogy(p, q)`.
  private func productHint(_ symbol: ChainOperator, _ operands: [NodeID], _ env: Environment)
    -> String?
  {
    guard symbol == .multiply else { return nil }
    for (log, other) in [(operands[1], operands[0]), (operands[0], operands[1])] {
      let node = env.script[log]
      guard node.kind == .call, env.script.text(of: NodeID(index: node.a)) == "log" else {
        continue
      }
      let list = env.script.list(node.b)
      guard list.count == 3 else { continue }
      return "xlogy(\(env.script.text(of: other)), \(env.script.text(of: list.node(2)))) is 0 there"
    }
    return nil
  }

  /// Evaluates once more to find where a fault first arose; the text of a note.
  func whereFirst(
    _ fault: Provenance.Fault, in part: Provenance.Part, _ evaluation: () throws -> Void
  ) -> (text: String, hint: String?, site: CallSite)? {
    let search = Provenance(fault, in: part)
    begin()
    provenance = search
    defer { provenance = nil }
    try? evaluation()
    _ = corners.takeEvents()
    return search.finding
  }
}
