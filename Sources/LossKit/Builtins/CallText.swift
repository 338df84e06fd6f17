/// The text of a call taken apart: `softplus(0, k = 2)`.
struct CallText {
  let function: String
  /// The texts of the positional arguments.
  let arguments: [String]

  /// `nil` where the text is not one call of a name.
  init?(_ text: String) {
    let result = parse(Source(text: text), symbols: SymbolTable())
    let tree = result.tree
    guard result.errors.isEmpty, tree.statements.count == 1,
      tree[tree.statements[0]].kind == .show
    else { return nil }
    let call = tree[NodeID(index: tree[tree.statements[0]].a)]
    guard call.kind == .call, tree[NodeID(index: call.a)].kind == .name else { return nil }
    function = tree.text(of: NodeID(index: call.a))
    let list = Array(tree.list(at: call.b))
    arguments = stride(from: 0, to: list.count, by: 3)
      .filter { Symbol(index: list[$0]) == .none }
      .map { tree.text(of: NodeID(index: list[$0 + 2])) }
  }
}
