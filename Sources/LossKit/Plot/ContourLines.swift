/// The regions in which a field reaches a level, by marching squares (Lorensen and Cline's cubes in
/// the plane), with the places linear between neighbours of the grid.
///
/// The grid is taken to have a frame of nothing around it, so that every outline is closed and can
/// be filled; a saddle is joined where the mean of its corners reaches the level.
struct ContourLines {
  /// A place of an outline, in steps of the grid.
  struct Place {
    let x: Double
    let y: Double
    /// Whether the level itself passes here, as against the edge of the grid or of what is defined.
    let isCrossing: Bool
  }

  private let field: Plot.Field
  private let level: Double
  private let columns: Int
  private let rows: Int

  /// The closed outlines of the places whose values are not below a level; those of all values that
  /// are not nan for -inf.
  static func outlines(of field: Plot.Field, from level: Double) -> [[Place]] {
    ContourLines(field, level).outlines()
  }

  private init(_ field: Plot.Field, _ level: Double) {
    self.field = field
    self.level = level
    columns = field.xs.count
    rows = field.ys.count
  }

  private typealias Edge = Plot.GridEdge

  /// `nil` in the frame.
  private func value(_ i: Int, _ j: Int) -> Double? {
    guard 0..<columns ~= i, 0..<rows ~= j else { return nil }
    return field.values[j * columns + i]
  }

  private func isInside(_ i: Int, _ j: Int) -> Bool { value(i, j).map { $0 >= level } ?? false }

  private func outlines() -> [[Place]] {
    // Along an outline the region lies to the left: from the edge by which a cell's border leaves
    // it to the one by which it entered.
    var next: [Edge: Edge] = [:]
    var order: [Edge] = []
    func link(_ from: Edge, _ to: Edge) {
      next[from] = to
      order.append(from)
    }
    for j in -1..<rows {
      for i in -1..<columns {
        let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)].map { isInside($0.0, $0.1) }
        if corners.allSatisfy({ $0 == corners[0] }) { continue }
        let edges = [
          Edge(i: i, j: j, goesUp: false), Edge(i: i + 1, j: j, goesUp: true),
          Edge(i: i, j: j + 1, goesUp: false), Edge(i: i, j: j, goesUp: true),
        ]
        var entries: [Int] = []
        var exits: [Int] = []
        for k in 0..<4 where corners[k] != corners[(k + 1) % 4] {
          if corners[k] { exits.append(k) } else { entries.append(k) }
        }
        for exit in exits {
          // The entry that the border passed last before this exit, or the next one at a saddle.
          let own = (1...3).lazy.map { (exit + 4 - $0) % 4 }.first { entries.contains($0) }
          let following = (1...3).lazy.map { (exit + $0) % 4 }.first { entries.contains($0) }
          let isJoined = exits.count == 2 && centerIsInside(i, j)
          if let entry = isJoined ? following : own { link(edges[exit], edges[entry]) }
        }
      }
    }
    var result: [[Place]] = []
    for start in order where next[start] != nil {
      var outline: [Place] = []
      var edge = start
      while let following = next.removeValue(forKey: edge) {
        outline.append(place(on: edge))
        edge = following
      }
      result.append(outline)
    }
    return result
  }

  private func centerIsInside(_ i: Int, _ j: Int) -> Bool {
    let values = [(i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1)].map { value($0.0, $0.1) ?? .nan }
    return values.reduce(0) { $0 + $1 / 4 } >= level
  }

  private func place(on edge: Edge) -> Place {
    let (i, j) = edge.end
    let (a, b) = (value(edge.i, edge.j), value(i, j))
    var t = 0.5
    var isCrossing = false
    func part(_ a: Double, _ b: Double) -> Double {
      min(max((level / 2 - a / 2) / (b / 2 - a / 2), 0), 1)
    }
    if let a, let b, a.isFinite, b.isFinite {
      t = part(a, b)
      isCrossing = true
    } else if let border = field.borders[edge] {
      t = border.part
      // The level may lie between the place of the grid and the border.
      let (start, value) = a.map { $0.isNaN } ?? true ? (1, b ?? .nan) : (0, a ?? .nan)
      if border.value < level, value.isFinite, border.value.isFinite {
        t = Double(start) + (border.part - Double(start)) * part(value, border.value)
        isCrossing = true
      }
    }
    func between(_ from: Int, _ to: Int, _ count: Int) -> Double {
      // The frame has no width.
      let (from, to) = (min(max(from, 0), count - 1), min(max(to, 0), count - 1))
      return Double(from) + Double(to - from) * t
    }
    return Place(
      x: between(edge.i, i, columns), y: between(edge.j, j, rows), isCrossing: isCrossing)
  }
}
