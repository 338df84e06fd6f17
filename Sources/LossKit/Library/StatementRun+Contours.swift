extension StatementRun {
  /// How many places a field has in each direction.
  private static let fieldColumns = 121
  private static let fieldRows = 91
  /// How many places are evaluated at once.
  private static let fieldBlock = 4096
  /// How often an edge of the grid is halved to find where values end.
  private static let borderRounds = 10

  func field(_ columns: Script.List, _ names: [PlotName], _ id: NodeID) throws -> Plot.Content {
    guard columns.count == 1 else { throw plotError(.fieldOfSeveral(columns.count), id) }
    let expression = columns.node(0)
    func places(_ count: Int, _ interval: ClosedRange<Double>) -> [Double] {
      (0..<count).map { i in
        let t = Double(i) / Double(count - 1)
        return interval.lowerBound * (1 - t) + interval.upperBound * t
      }
    }
    let xs = places(StatementRun.fieldColumns, names[0].axis.interval)
    let ys = places(StatementRun.fieldRows, names[1].axis.interval)
    var batch = PlotBatch(id: expression, self)
    func values(_ places: [(x: Double, y: Double)]) throws -> [Double] {
      var values: [Double] = []
      values.reserveCapacity(places.count)
      for start in stride(from: 0, to: places.count, by: StatementRun.fieldBlock) {
        let block = places[start..<min(start + StatementRun.fieldBlock, places.count)]
        let found = try batch.evaluate(
          [
            (names[0].target, names[0].axis.name, block.map(\.x)),
            (names[1].target, names[1].axis.name, block.map(\.y)),
          ], self)
        guard found.count == 1, batch.labels == [batch.label] else {
          throw plotError(.fieldOfKind(batch.kind), expression)
        }
        values += found[0]
      }
      return values
    }
    let grid = try values(ys.flatMap { y in xs.map { ($0, y) } })
    let borders = try StatementRun.borders(of: grid, xs, ys, values)
    return .field(
      Plot.Field(
        label: batch.label, vertical: names[1].axis, xs: xs, ys: ys, values: grid,
        borders: borders))
  }

  /// Halves every edge of the grid that has a number at one end and nan at the other.
  private static func borders(
    of grid: [Double], _ xs: [Double], _ ys: [Double],
    _ values: ([(x: Double, y: Double)]) throws -> [Double]
  ) throws -> [Plot.GridEdge: Plot.Border] {
    struct Search {
      let edge: Plot.GridEdge
      /// The parts of the edge up to which there are values, and from which on there are none.
      var defined: Double
      var undefined: Double
      var value: Double
    }
    var searches: [Search] = []
    func look(at edge: Plot.GridEdge) {
      let a = grid[edge.j * xs.count + edge.i]
      let b = grid[edge.end.j * xs.count + edge.end.i]
      guard a.isNaN != b.isNaN else { return }
      searches.append(
        Search(
          edge: edge, defined: a.isNaN ? 1 : 0, undefined: a.isNaN ? 0 : 1, value: a.isNaN ? b : a))
    }
    for j in ys.indices {
      for i in xs.indices {
        if i + 1 < xs.count { look(at: .init(i: i, j: j, goesUp: false)) }
        if j + 1 < ys.count { look(at: .init(i: i, j: j, goesUp: true)) }
      }
    }
    for _ in 0..<borderRounds where !searches.isEmpty {
      let places = searches.map { search in
        let (edge, end) = (search.edge, search.edge.end)
        let t = (search.defined + search.undefined) / 2
        return (
          x: xs[edge.i] * (1 - t) + xs[end.i] * t, y: ys[edge.j] * (1 - t) + ys[end.j] * t
        )
      }
      for (k, value) in try values(places).enumerated() {
        let t = (searches[k].defined + searches[k].undefined) / 2
        if value.isNaN {
          searches[k].undefined = t
        } else {
          searches[k].defined = t
          searches[k].value = value
        }
      }
    }
    return Dictionary(
      searches.map { ($0.edge, Plot.Border(part: $0.defined, value: $0.value)) }
    ) { first, _ in first }
  }
}
