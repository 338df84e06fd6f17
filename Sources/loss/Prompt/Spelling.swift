/// The candidate that a mistyped word most likely meant, or `nil` where none is near.
func nearestSpelling(to word: String, in candidates: [String]) -> String? {
  // A third of the letters may be wrong; more is another word.
  let limit = max(1, word.count / 3)
  return candidates.map { (candidate: $0, distance: editDistance(word, $0)) }
    .filter { $0.distance <= limit }
    .min { $0.distance < $1.distance }?
    .candidate
}

/// Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other
/// (the restricted Damerau-Levenshtein distance).
private func editDistance(_ first: String, _ second: String) -> Int {
  // A pasted megabyte is not a spelling; without the limit its table would take minutes.
  let first = Array(first.prefix(64))
  let second = Array(second.prefix(64))
  var beforePrevious: [Int] = []
  var previous = Array(0...second.count)
  for i in first.indices {
    var row = [i + 1]
    for j in second.indices {
      let replacement = previous[j] + (first[i] == second[j] ? 0 : 1)
      var least = min(previous[j + 1] + 1, row[j] + 1, replacement)
      if i > 0, j > 0, first[i] == second[j - 1], first[i - 1] == second[j] {
        least = min(least, beforePrevious[j - 1] + 1)
      }
      row.append(least)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[second.count]
}
