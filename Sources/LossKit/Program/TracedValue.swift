/// A value that is not known yet: what a node of a graph will be.
///
/// It stands where a plain number or array would, under duals as well, so that the rules of the
/// primitives record the derivative as they record the value.
final class TracedValue: @unchecked Sendable {  // Immutable; the graph belongs to one evaluation.
  let graph: Graph
  let node: Int
  let lanes: [Lane]
  let shape: [Int]
  let isMask: Bool

  init(graph: Graph, node: Int, lanes: [Lane], shape: [Int], isMask: Bool = false) {
    self.graph = graph
    self.node = node
    self.lanes = lanes
    self.shape = shape
    self.isMask = isMask
  }

  var value: Value { .traced(self) }

  /// The number of elements within one point of the lanes.
  var size: Int { shape.reduce(1, *) }

  /// The same elements under other lanes and axes.
  func relabelled(lanes: [Lane], shape: [Int]) -> Value {
    TracedValue(graph: graph, node: node, lanes: lanes, shape: shape, isMask: isMask).value
  }

  func result(_ node: Int, lanes: [Lane], shape: [Int], isMask: Bool = false) -> Value {
    TracedValue(graph: graph, node: node, lanes: lanes, shape: shape, isMask: isMask).value
  }
}

/// Thrown where an expression does something that depends on numbers which are not known yet; the
/// expression is interpreted then.
struct Untraceable: Error {}

extension Value {
  /// The graph that a plain value is traced in; `nil` where the value is known.
  var graph: Graph? {
    if case .traced(let traced) = self { traced.graph } else { nil }
  }

  var isTraced: Bool { graph != nil }
}

extension Graph {
  /// A plain value as a node: a known one becomes a constant.
  func traced(_ value: Value) throws -> TracedValue {
    switch value {
    case .traced(let traced): return traced
    case .number(let x):
      return TracedValue(graph: self, node: try number(x), lanes: [], shape: [])
    case .truth(let x):
      return TracedValue(
        graph: self, node: try number(x ? 1 : 0), lanes: [], shape: [], isMask: true)
    case .tensor(let tensor):
      return TracedValue(
        graph: self, node: try constant(tensor), lanes: tensor.lanes, shape: tensor.shape,
        isMask: tensor.isMask)
    default: throw Untraceable()
    }
  }

  /// The node of a value as a result of given lanes and shape reads it: of the result's size, or of
  /// one element.
  func spread(_ x: TracedValue, _ broadcast: Broadcast) throws -> Int {
    let extents = broadcast.extents
    if size(x.node) == 1 { return x.node }
    let strides = broadcast.strides(lanes: x.lanes, shape: x.shape)
    if size(x.node) == extents.reduce(1, *), isRowMajor(strides, extents) { return x.node }
    return try view(x.node, strides: strides, extents: extents)
  }

  /// The same, with all its elements.
  func filled(_ x: TracedValue, _ broadcast: Broadcast) throws -> Int {
    let node = try spread(x, broadcast)
    if size(node) == broadcast.extents.reduce(1, *) { return node }
    return try view(
      node, strides: broadcast.extents.map { _ in 0 }, extents: broadcast.extents)
  }
}
