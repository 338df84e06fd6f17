/// One call that was at a corner: its operands tied and their tangents differed.
struct CornerEvent {
  let primitive: String
  let site: CallSite
  /// The text of the call, whose arguments a note quotes.
  let script: Script
  let call: NodeID
  fileprivate(set) var tie: CornerTie
  /// The first places where it was, at most `CornerEvent.placeLimit`.
  fileprivate(set) var places: [CornerPlace]
  /// How often the call was at a corner, element by element.
  fileprivate(set) var count: Int

  static let placeLimit = 4

  init(_ context: CallContext, _ tie: CornerTie, places: [CornerPlace], count: Int) {
    primitive = context.name
    site = context.site
    script = context.script
    call = context.call
    self.tie = tie
    self.places = places
    self.count = count
  }

  /// Adds what the same call met later.
  mutating func merge(_ other: CornerEvent) {
    // `max(a, b, c)` goes from left to right: a tie of three follows that of its first two.
    if case .arguments(let before) = tie, case .arguments(let now) = other.tie, now.count > 2,
      before.allSatisfy(now.contains)
    {
      tie = other.tie
      return
    }
    places += other.places.prefix(CornerEvent.placeLimit - places.count)
    count += other.count
  }

  /// What tells apart the events that are kept: one call may have corners of several kinds.
  struct Key: Hashable {
    let primitive: String
    let site: CallSite
    let kind: Int
  }

  var key: Key { Key(primitive: primitive, site: site, kind: tie.kind) }
}

/// What tied, and what that means for the slopes.
enum CornerTie {
  /// Arguments of the call that are equal, by their number.
  case arguments([Int])
  /// Arguments of `clamp` that are equal, and the slopes in its first one.
  case bound([Int], below: Double, above: Double)
  /// The argument is where a function of one number changes its slope.
  case slopes(below: Double, above: Double)
  /// Elements of the array that is the argument, in groups of equal ones.
  case elements([Group], mark: String)
  /// Something else, in words.
  case described(String)

  /// Equal elements.
  struct Group {
    /// The indices of the first ones.
    let indices: [[Int]]
    let count: Int
  }

  fileprivate var kind: Int {
    switch self {
    case .arguments: 0
    case .slopes: 1
    case .elements: 2
    case .described: 3
    case .bound(let tied, _, _): 4 + (tied.last ?? 0)
    }
  }
}

/// Where among lanes and elements a corner was.
struct CornerPlace {
  /// The loop variables that are numbers there, or the number of the element where there are none.
  var variables: [(name: Symbol?, value: Double)] = []
  var index: [Int] = []
}

/// How the rows that a reduction works on lie in its argument, so that notes can name elements.
struct RowLayout {
  let shape: [Int]
  /// The axis that became the rows; all elements are one row where there is none.
  let axis: Int?
  /// What encloses an element in a note: `|`, where magnitudes are compared.
  var mark = ""

  /// The index, in the argument, of a place of a row.
  func index(row: Int, place: Int) -> [Int] {
    guard let axis, shape.indices.contains(axis) else { return shape.index(ofPlace: place) }
    var outer = shape
    let length = outer.remove(at: axis)
    var index = outer.index(ofPlace: row)
    index.insert(length == 0 ? 0 : place % length, at: axis)
    return index
  }
}

extension [Int] {
  /// The index of a place in an array of this shape, counted row by row.
  func index(ofPlace place: Int) -> [Int] {
    var rest = place
    var index = self
    for axis in indices.reversed() {
      let extent = Swift.max(self[axis], 1)
      index[axis] = rest % extent
      rest /= extent
    }
    return index
  }
}

/// Where the elements of an array of lanes and shape stand, for the places of corners.
struct CornerLayout {
  let lanes: [Lane]
  let shape: [Int]
  let rows: RowLayout?

  /// The place of an element, counted through lanes and shape.
  func place(_ element: Int, _ corners: Corners) -> CornerPlace {
    let size = shape.reduce(1, *)
    var place = lanePlace(element / Swift.max(size, 1), corners)
    let within = element % Swift.max(size, 1)
    if let rows, let length = shape.last, length > 0 {
      place.index = rows.index(row: within / length, place: within % length)
    } else {
      place.index = shape.index(ofPlace: within)
    }
    return place
  }

  /// The place of a row of the last axis; its elements are named by the tie.
  func rowPlace(_ row: Int, _ corners: Corners) -> CornerPlace {
    lanePlace(row / Swift.max(rowsPerPoint, 1), corners)
  }

  /// The index in the argument of an element of a row.
  func index(row: Int, place: Int) -> [Int] {
    let row = row % Swift.max(rowsPerPoint, 1)
    if let rows { return rows.index(row: row, place: place) }
    return shape.dropLast().map(\.self).index(ofPlace: row) + [place]
  }

  private var rowsPerPoint: Int { shape.dropLast().reduce(1, *) }

  /// An operand's element where the result has one; `nil` of what is no number, or has several there.
  func element(of operand: Value, at element: Int) -> Double? {
    guard case .tensor(let tensor) = operand else { return try? operand.numberOrThrow() }
    guard Broadcast.shape(shape, tensor.shape) == shape else { return nil }
    let strides = Broadcast(lanes: lanes, shape: shape)
      .strides(lanes: tensor.lanes, shape: tensor.shape)
    let index = (lanes.map(\.size) + shape).index(ofPlace: element)
    let offset = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
    return offset < tensor.count ? tensor.start[offset] : nil
  }

  private func lanePlace(_ point: Int, _ corners: Corners) -> CornerPlace {
    var place = CornerPlace()
    let index = lanes.map(\.size).index(ofPlace: point)
    let bare = CornerLayout(lanes: lanes, shape: [], rows: nil)
    for (lane, ordinal) in zip(lanes, index) {
      let loop = corners.loops[lane.id]?.bindings ?? []
      var isNamed = false
      for binding in loop where binding.value.isNumeric && binding.value.shape.isEmpty {
        guard let value = bare.element(of: binding.value.plain, at: point) else { continue }
        place.variables.append((binding.symbol, value))
        isNamed = true
      }
      if !isNamed { place.variables.append((nil, Double(ordinal))) }
    }
    return place
  }
}
