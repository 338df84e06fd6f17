@testable import LossKit

/// A tree as S-expressions: what the tests of the parser compare.
///
/// Operators stand as they are written in the language, names and literals as they are, every other
/// node as its kind followed by its parts; a part that is absent is `_`.
struct SyntaxDump {
  let tree: SyntaxTree
  let symbols: SymbolTable

  /// The statements of a text, one a line; its errors instead, if there are any.
  static func text(of text: String) -> String {
    let symbols = SymbolTable()
    let result = parse(Source(text: text), symbols: symbols)
    guard result.errors.isEmpty else {
      return result.errors.map { "\($0.line):\($0.column): \($0.message)" }.joined(separator: "\n")
    }
    return self.text(of: result.tree, symbols)
  }

  /// The statements of a tree, one a line.
  static func text(of tree: SyntaxTree, _ symbols: SymbolTable) -> String {
    let dump = SyntaxDump(tree: tree, symbols: symbols)
    return tree.statements.map { dump.node($0) }.joined(separator: "\n")
  }

  func node(_ id: NodeID) -> String { node(id.index) }

  private func node(_ index: UInt32) -> String {
    guard index != NodeID.none.index else { return "_" }
    let node = tree[NodeID(index: index)]
    switch node.kind {
    case .number: return "\(tree.numbers[Int(node.a)])"
    case .truth: return node.a == 1 ? "true" : "false"
    case .text: return text(node.a)
    case .name: return name(node.a)
    case .sign: return "(sign \(node.b) \(self.node(node.a)))"
    case .not: return "(not \(node.b) \(self.node(node.a)))"
    case .sum, .product, .comparison, .and, .or, .power: return chain(node)
    case .range:
      return "(\(node.detail == 1 ? "..." : "..<") \(self.node(node.a)) \(self.node(node.b)))"
    case .conditional: return "(if\(joined(items(node.a).map(self.node))))"
    case .lambda:
      return "(->\(joined(groups(node.a, of: 2).map { name($0[0]) })) \(self.node(node.b)))"
    case .call: return "(\(self.node(node.a))\(joined(groups(node.b, of: 3).map(argument))))"
    case .index: return "(index \(self.node(node.a))\(joined(items(node.b).map(self.node))))"
    case .member: return "(. \(self.node(node.a)) \(name(node.b)))"
    case .array: return "(array\(joined(items(node.a).map(self.node))))"
    case .tuple: return "(tuple\(joined(items(node.a).map(self.node))))"
    case .comprehension: return comprehension(node)
    case .block: return "(block\(joined(items(node.a).map(self.node))))"
    case .at: return "(at \(self.node(node.a))\(joined(groups(node.b, of: 3).map(binding))))"
    default: return statement(node)
    }
  }

  private func statement(_ node: Node) -> String {
    let list = statementList(node)
    switch node.kind {
    case .param: return "(param \(name(node.a)) \(self.node(list[0])) \(self.node(list[1])))"
    case .data: return "(data \(name(node.a)) \(self.node(list[0])))"
    case .assignment: return "(= \(name(node.a)) \(self.node(list[0])))"
    case .formula:
      return
        "(let \(name(node.a)) \(self.node(list[0]))\(list[2] == .max ? "" : " " + text(list[2])))"
    case .function:
      let parameters = groups(Array(list.dropFirst(3)), of: 3).map {
        $0[2] == .max ? name($0[0]) : "(\(name($0[0])) \(self.node($0[2])))"
      }
      return "(let (\(([name(node.a)] + parameters).joined(separator: " "))) "
        + "\(self.node(list[0]))\(list[2] == .max ? "" : " " + text(list[2])))"
    case .show: return self.node(node.a)
    case .print: return "(print\(joined(items(node.a).map(self.node))))"
    case .assert:
      return "(assert \(self.node(node.a)) \(self.node(list[0])) \(self.node(list[1])))"
    case .check:
      let draws = groups(Array(list.dropFirst()), of: 4).map {
        "(\($0[2] == 1 ? "in" : "=") \(name($0[0])) \(self.node($0[3])))"
      }
      let tolerance = list[0] == .max ? "" : " (within \(self.node(list[0])))"
      return "(check \(self.node(node.a))\(tolerance)\(joined(draws)))"
    case .importFile: return "(import \(node.a == .max ? name(node.b) : text(node.a)))"
    case .table, .plot:
      let variables = groups(Array(list.dropFirst(2)), of: 3).map {
        "(in \(name($0[0])) \(self.node($0[2])))"
      }
      let target = list[0] == .max ? "" : " (to \(text(list[0])))"
      return "(\(node.kind)\(joined(items(node.a).map(self.node)))\(joined(variables))\(target))"
    case .minimize:
      let count = Int(list[0])
      let names = groups(Array(list[1..<1 + 2 * count]), of: 2).map { name($0[0]) }
      let options = groups(Array(list[(1 + 2 * count)...]), of: 3).map(binding)
      return "(minimize \(self.node(node.a)) (\(names.joined(separator: " ")))\(joined(options)))"
    case .setting: return "(set\(joined(items(node.a).map(text))))"
    default: return "(\(node.kind))"
    }
  }

  private func statementList(_ node: Node) -> [UInt32] {
    switch node.kind {
    case .show, .print, .importFile, .setting, .invalid: []
    default: items(node.b)
    }
  }

  private func chain(_ node: Node) -> String {
    let list = items(node.a)
    var result = self.node(list[0])
    for group in groups(Array(list.dropFirst()), of: 3) {
      result += " \(ChainOperator(rawValue: group[0]).map(spelling) ?? "?") \(self.node(group[2]))"
    }
    return "(\(result))"
  }

  private func comprehension(_ node: Node) -> String {
    let list = items(node.b)
    let clauses = groups(Array(list.dropFirst()), of: 3).map {
      "(in \($0[0] == .max ? "" : name($0[0]) + " ")\(name($0[1])) \(self.node($0[2])))"
    }
    let filter = list[0] == .max ? "" : " (if \(self.node(list[0])))"
    let head = node.detail == 1 ? "bare-for" : "for"
    return "(\(head) \(self.node(node.a))\(joined(clauses))\(filter))"
  }

  private func argument(_ group: [UInt32]) -> String {
    group[0] == .max ? node(group[2]) : binding(group)
  }

  private func binding(_ group: [UInt32]) -> String { "(= \(name(group[0])) \(node(group[2])))" }

  private func name(_ symbol: UInt32) -> String {
    symbol == .max ? "_" : symbols.name(of: Symbol(index: symbol))
  }

  private func text(_ index: UInt32) -> String { tree.texts[Int(index)].debugDescription }

  private func items(_ offset: UInt32) -> [UInt32] { Array(tree.list(at: offset)) }

  private func groups(_ offset: UInt32, of size: Int) -> [[UInt32]] {
    groups(items(offset), of: size)
  }

  private func groups(_ items: [UInt32], of size: Int) -> [[UInt32]] {
    stride(from: 0, to: items.count, by: size).map { Array(items[$0..<$0 + size]) }
  }

  private func joined(_ parts: [String]) -> String { parts.map { " " + $0 }.joined() }

  private func spelling(_ operation: ChainOperator) -> String {
    TokenKind.allCases.first { $0.chainOperator == operation }?.spelling ?? "?"
  }
}
