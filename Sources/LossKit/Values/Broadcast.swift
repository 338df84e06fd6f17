/// The lanes and shape of the result of an operation on two arrays, and how each operand is read.
struct Broadcast {
  let lanes: [Lane]
  let shape: [Int]

  /// NumPy's rule on the trailing axes, a merge on the lanes; `nil` where the shapes do not fit.
  init?(_ a: Value, _ b: Value) {
    guard let shape = Broadcast.shape(a.shape, b.shape) else { return nil }
    self.shape = shape
    lanes = a.lanes.merged(with: b.lanes)
  }

  init(lanes: [Lane], shape: [Int]) {
    self.lanes = lanes
    self.shape = shape
  }

  static func shape(_ a: [Int], _ b: [Int]) -> [Int]? {
    if a == b || b.isEmpty { return a }
    if a.isEmpty { return b }
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for i in 0..<rank {
      let m = i < a.count ? a[a.count - 1 - i] : 1
      let n = i < b.count ? b[b.count - 1 - i] : 1
      guard m == n || m == 1 || n == 1 else { return nil }
      result[rank - 1 - i] = m == 1 ? n : m
    }
    return result
  }

  /// All extents, lanes first.
  var extents: [Int] { lanes.map(\.size) + shape }

  /// The steps with which an operand of given lanes and shape is read, one for each of `extents`;
  /// 0 along what it lacks.
  func strides(lanes operandLanes: [Lane], shape operandShape: [Int]) -> [Int] {
    let axes = lanes.count + shape.count
    var result = [Int](repeating: 0, count: axes)
    var step = 1
    for i in 0..<operandShape.count {
      let n = operandShape[operandShape.count - 1 - i]
      if n != 1 { result[axes - 1 - i] = step }
      step *= n
    }
    var j = lanes.count - 1
    for lane in operandLanes.reversed() {
      while j >= 0, lanes[j].id != lane.id { j -= 1 }
      if j >= 0 { result[j] = lane.size == 1 ? 0 : step }
      step *= lane.size
    }
    return result
  }
}

/// A walk over a broadcast result: runs along the last axis, the rest by an odometer.
///
/// Neighbouring axes along which all operands advance evenly are joined first, so that arrays of
/// equal layout are one run.
struct StridedWalk {
  private(set) var extents: [Int]
  private(set) var strides: [[Int]]

  init(extents: [Int], strides: [[Int]]) {
    var joined: [Int] = []
    var steps = [[Int]](repeating: [], count: strides.count)
    for axis in extents.indices where extents[axis] != 1 {
      let last = joined.count - 1
      let continues =
        last >= 0
        && strides.indices.allSatisfy { steps[$0][last] == strides[$0][axis] * extents[axis] }
      if continues {
        joined[last] *= extents[axis]
        for k in strides.indices { steps[k][last] = strides[k][axis] }
      } else {
        joined.append(extents[axis])
        for k in strides.indices { steps[k].append(strides[k][axis]) }
      }
    }
    if joined.isEmpty {
      joined = [extents.contains(0) ? 0 : 1]
      steps = steps.map { _ in [0] }
    }
    self.extents = joined
    self.strides = steps
  }

  /// The longest piece in which a run is handed out, so that whoever looks at the request to stop
  /// after each does so soon.
  private static let longestPiece = 1 << 16

  /// Calls `body` with the offset into the result, the offsets into the operands and the length of
  /// each run, or piece of a long one; stops early when `body` returns false.
  func forEachRun(_ body: (_ result: Int, _ offsets: [Int], _ length: Int) -> Bool) {
    if extents.contains(0) { return }
    let length = extents[extents.count - 1]
    var index = [Int](repeating: 0, count: extents.count - 1)
    var offsets = [Int](repeating: 0, count: strides.count)
    var result = 0
    while true {
      if length <= StridedWalk.longestPiece {
        guard body(result, offsets, length) else { return }
      } else {
        var piece = offsets
        for done in stride(from: 0, to: length, by: StridedWalk.longestPiece) {
          for k in strides.indices {
            piece[k] = offsets[k] + done * strides[k][extents.count - 1]
          }
          let rest = min(length - done, StridedWalk.longestPiece)
          guard body(result + done, piece, rest) else { return }
        }
      }
      result += length
      var axis = index.count - 1
      while axis >= 0 {
        index[axis] += 1
        for k in strides.indices { offsets[k] += strides[k][axis] }
        if index[axis] < extents[axis] { break }
        for k in strides.indices { offsets[k] -= strides[k][axis] * extents[axis] }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }
}
