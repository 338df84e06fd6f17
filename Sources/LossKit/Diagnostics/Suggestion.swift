/// The candidate that `name` is most likely a misspelling of, if one is close.
///
/// A candidate that differs in case only wins over all others. Otherwise the one at the least
/// distance (insertion, deletion, replacement or exchange of neighbours), a third of the name's
/// length at most; of several, the one that shares the longest beginning, then the first in the
/// alphabet, so that the order of the candidates does not matter.
package func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
  let letters = Array(name.unicodeScalars)
  let lowercased = name.lowercased()
  // A single letter is one replacement away from every other: only its case can be wrong.
  let limit = letters.count < 2 ? 0 : max(1, (letters.count + 1) / 3)
  var best: (name: String, distance: Int, shared: Int)?
  for candidate in candidates where candidate != name {
    let other = Array(candidate.unicodeScalars)
    let distance: Int
    if candidate.lowercased() == lowercased {
      distance = 0
    } else if letters.count <= longestCompared, other.count <= longestCompared,
      abs(letters.count - other.count) <= limit
    {
      distance = editDistance(letters, other)
      guard distance <= limit, distance < max(letters.count, other.count) else { continue }
    } else {
      continue
    }
    let shared = zip(letters, other).prefix { $0 == $1 }.count
    if let current = best,
      (current.distance, -current.shared, current.name) <= (distance, -shared, candidate)
    {
      continue
    }
    best = (candidate, distance, shared)
  }
  return best?.name
}

/// Names longer than this are no misspellings worth quadratic time.
private let longestCompared = 64

/// The Damerau-Levenshtein distance in its restricted form, in which no part is edited twice
/// (optimal string alignment).
private func editDistance(_ from: [Unicode.Scalar], _ to: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...to.count)
  for i in from.indices {
    var row = [i + 1]
    row.reserveCapacity(to.count + 1)
    for j in to.indices {
      var cost = min(
        last[j + 1] + 1,
        row[j] + 1,
        last[j] + (from[i] == to[j] ? 0 : 1))
      if i > 0, j > 0, from[i] == to[j - 1], from[i - 1] == to[j] {
        cost = min(cost, beforeLast[j - 1] + 1)
      }
      row.append(cost)
    }
    beforeLast = last
    last = row
  }
  return last[to.count]
}
