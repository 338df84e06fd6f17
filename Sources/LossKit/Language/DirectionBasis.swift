/// Which element of Clarke's generalized gradient is taken at corners.
public enum CornerRule: String, CaseIterable, Sendable {
  /// The lexicographic derivative of Khan and Barton, by the order of the inputs: `relu'(0)` is 1.
  case lexicographic

  /// The mean of lexicographic derivatives over the bases +P and -P, P the rotations of the inputs
  /// that feed a tie, the same P for the whole expression: `relu'(0)` is 1/2, `abs'(0)` is 0, a tie
  /// of two inputs is split evenly.
  ///
  /// Clarke's set is convex, so the mean lies in it. At most 64 bases are used: where more than 32
  /// inputs feed ties, the first 32 rotations, and the note of the corner says so. A derivative
  /// inside another one is a mean of its own, so that its value is the same there.
  case symmetric
}

/// The directions along which a derivative is taken: the coordinates of the inputs in some order,
/// all with one sign.
struct DirectionBasis {
  /// The element that each direction belongs to; `nil` for the order of the inputs.
  private let order: [Int]?
  let sign: Double

  static let identity = DirectionBasis(order: nil, sign: 1)

  /// The most rotations used.
  static let rotationLimit = 32

  /// The bases of the symmetric rule other than the identity.
  static func rotations(of feeding: [Int], among total: Int) -> [DirectionBasis] {
    (0..<min(feeding.count, rotationLimit)).flatMap { shift -> [DirectionBasis] in
      var order = Array(0..<total)
      for (i, element) in feeding.enumerated() {
        order[element] = feeding[(i + shift) % feeding.count]
      }
      let signs: [Double] = shift == 0 ? [-1] : [1, -1]
      return signs.map { DirectionBasis(order: order, sign: $0) }
    }
  }

  /// The element of a direction; one beyond all elements where the direction is padding.
  @inline(__always)
  func element(_ direction: Int) -> Int {
    guard let order, direction < order.count else { return direction }
    return order[direction]
  }

  /// Derivatives along the directions (the first axis) as derivatives by the elements.
  func restoring(_ derivative: Value) throws -> Value {
    guard let order else { return sign == 1 ? derivative : try -derivative }
    var place = order
    for (direction, element) in order.enumerated() { place[element] = direction }
    let rows = try derivative.rows(place)
    return sign == 1 ? rows : try .number(0) - rows
  }
}

/// How the directions of a derivative are cut into chunks, so that intermediate arrays keep within
/// bounds.
///
/// All chunks have one size, the last is padded: what goes by the number of open points (the blocks
/// of a comprehension) is then the same in all. A chunk has two directions at least, because one
/// alone needs no lane and takes other paths.
struct DirectionChunks {
  /// The elements of the tangents of all inputs in one chunk.
  var budget = 1 << 21
  /// The fewest directions, whatever the budget.
  var fewest = 16

  /// The first size to try, where so many points are open side by side.
  func size(for total: Int, openExtent: Int) -> Int {
    let (elements, overflow) = max(total, 1).multipliedReportingOverflow(by: max(openExtent, 1))
    return evened(max(fewest, overflow ? 0 : budget / elements), among: total)
  }

  /// The size that spreads the directions evenly over as many chunks as a size needs.
  func evened(_ size: Int, among total: Int) -> Int {
    let size = max(size, 2)
    if size >= total { return max(total, 1) }
    let count = (total - 1) / size + 1
    return max(2, (total - 1) / count + 1)
  }
}
