/// A leading axis of an array that every primitive carries along without looking at it.
///
/// The directions of a derivative, the elements of a comprehension and the draws of a `check` are
/// lanes. An identity is given once, in increasing order, so the lanes of an array stand in the
/// order in which they were opened and two arrays are aligned by merging their lanes; an array that
/// lacks a lane is constant along it. Leading, so that broadcasting between the trailing axes stays
/// NumPy's.
struct Lane: Hashable, Sendable {
  /// What a lane runs over.
  ///
  /// Only directions take part in the comparison of tangents at a corner.
  enum Kind: Hashable, Sendable { case elements, directions }

  let id: Int
  let size: Int
  let kind: Kind
}

extension [Lane] {
  /// The number of points that the lanes run over together.
  var extent: Int { reduce(1) { $0 * $1.size } }

  /// The lanes of two operands together, in the order of their identities.
  func merged(with other: [Lane]) -> [Lane] {
    if isEmpty { return other }
    if other.isEmpty || self == other { return self }
    var result: [Lane] = []
    result.reserveCapacity(count + other.count)
    var i = 0
    var j = 0
    while i < count || j < other.count {
      if j == other.count || (i < count && self[i].id < other[j].id) {
        result.append(self[i])
        i += 1
      } else {
        if i < count, self[i].id == other[j].id { i += 1 }
        result.append(other[j])
        j += 1
      }
    }
    return result
  }
}
