/// Makes a point at which something fails as simple as it can be while it goes on failing.
///
/// Greedy, with a bounded number of trials: first points that are simple as a whole (all zero, one
/// element that is not, all alike), then the point's own elements: zeros, whole numbers, fewer
/// digits, less, alike. What is simpler is told by `cost` alone, which falls with every step, so
/// that the search ends.
struct PointSimplifier {
  /// The elements that were drawn for one name.
  struct Part {
    let range: Range<Int>
    let support: Support
  }

  private(set) var point: [Double]
  private let parts: [Part]
  private var trials: Int
  private var elements: Int
  private var cost: Int
  /// The first of some points that fails.
  private let firstFailure: ([[Double]]) throws -> Int?

  init(
    point: [Double], parts: [Part], trials: Int, elements: Int,
    firstFailure: @escaping ([[Double]]) throws -> Int?
  ) {
    self.point = point
    self.parts = parts
    self.trials = trials
    self.elements = elements
    self.firstFailure = firstFailure
    cost = PointSimplifier.cost(of: point)
  }

  mutating func run() throws {
    try take(simplePoints().sorted { Self.cost(of: $0) < Self.cost(of: $1) })
    var before = Int.max
    while cost < before, !isExhausted {
      before = cost
      try take(roundedPoints())
      try clearParts()
      try simplifyValues()
      try simplifyElements()
    }
  }

  // MARK: - What is simple

  /// How much there is to read in a point: less for zeros, then for small whole numbers, then for
  /// few digits; and for few different numbers.
  static func cost(of point: [Double]) -> Int {
    var different = Set<Double>()
    var sum = 0
    for x in point where x != 0 || x.sign == .minus {
      sum += cost(of: x)
      if different.count < 64 { different.insert(x.magnitude) }
    }
    return sum + 3 * different.count
  }

  static func cost(of x: Double) -> Int {
    if x == 0 { return x.sign == .minus ? 1 : 0 }
    guard x.isFinite else { return 1000 }
    let sign = x < 0 ? 1 : 0
    if x == x.rounded(), x.magnitude <= 20 { return 8 + 2 * Int(x.magnitude) + sign }
    // Without a look at its text: this is asked for every element of every trial.
    if x == x.rounded() {
      return (x.magnitude <= 40 ? 48 + Int(x.magnitude) : 88 + 4 * (Int(x.exponent) - 5)) + sign
    }
    let digits = (1...3).first { rounded(x, $0, .toNearestOrEven) == x } ?? 12
    // Of two with as many digits the lesser one; magnitudes count by powers of two.
    return 60 + 16 * digits + max(0, Int(x.exponent) + 8) + sign
  }

  private static let simpleNumbers: [Double] = [
    0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10,
  ]

  // MARK: - Trials

  private var isExhausted: Bool { trials <= 0 || elements <= 0 }

  /// Goes to the first of some points that is allowed, simpler and fails.
  private mutating func take(_ candidates: some Sequence<[Double]>) throws {
    var block: [[Double]] = []
    func firstFailing() throws -> [Double]? {
      defer { block = [] }
      return block.isEmpty ? nil : try firstFailure(block).map { block[$0] }
    }
    var found: [Double]?
    for candidate in candidates {
      if isExhausted { break }
      elements -= point.count
      guard Self.cost(of: candidate) < cost, isAllowed(candidate) else { continue }
      trials -= 1
      block.append(candidate)
      if block.count == 32 { found = try firstFailing() }
      if found != nil { break }
    }
    if found == nil { found = try firstFailing() }
    guard let found else { return }
    point = found
    cost = Self.cost(of: found)
  }

  private func isAllowed(_ candidate: [Double]) -> Bool {
    parts.allSatisfy { part in
      part.range.allSatisfy { candidate[$0] == point[$0] }
        || part.support.admits(candidate[part.range])
    }
  }

  // MARK: - Moves

  /// All parts constant, or one element that is not zero.
  private func simplePoints() -> [[Double]] {
    var result: [[Double]] = []
    // Of a long point only a few: they are made before they are tried.
    let isLong = point.count > 2000
    let simpleNumbers = Self.simpleNumbers.prefix(isLong ? 9 : .max)
    for x in simpleNumbers { result.append(point.map { _ in x }) }
    let zero = point.map { _ in 0.0 }
    if parts.count > 1 {
      // A few numbers for each part, as long as that makes few points.
      let numbers = Self.simpleNumbers.prefix(parts.count <= 2 ? 9 : parts.count <= 3 ? 6 : 3)
      var points = [zero]
      for part in parts where points.count <= 100 {
        points = points.flatMap { point in
          numbers.map { x in
            var copy = point
            for i in part.range { copy[i] = x }
            return copy
          }
        }
      }
      result += points
    }
    // In a long array the first elements and the largest are enough.
    var places = Array(point.indices.prefix(isLong ? 1 : 16))
    if let largest = point.indices.max(by: { point[$0].magnitude < point[$1].magnitude }),
      !places.contains(largest)
    {
      places.append(largest)
    }
    for i in places {
      for x in simpleNumbers + [20, -20, 50, -50, 100, -100] {
        var copy = zero
        copy[i] = x
        result.append(copy)
      }
    }
    return result
  }

  /// All elements with fewer digits; where rows have one sum, their largest makes up for the others.
  private func roundedPoints() -> [[Double]] {
    var result = [point.map { $0.magnitude }]
    for digits in 0...3 {
      for rule in [FloatingPointRoundingRule.toNearestOrEven, .awayFromZero, .towardZero] {
        result.append(point.map { Self.rounded($0, digits, rule) })
      }
      var copy = point
      for part in parts { part.roundRows(of: &copy, digits) }
      result.append(copy)
    }
    return result
  }

  static func rounded(_ x: Double, _ digits: Int, _ rule: FloatingPointRoundingRule) -> Double {
    let scale = [1, 10, 100, 1000].dropFirst(digits).first ?? 1.0
    let result = (x * scale).rounded(rule) / scale
    // Plus zero: minus zero reads as if it mattered.
    return result.isFinite ? result + 0 : x
  }

  /// Zeros: by halves of the point, then by quarters, down to single elements.
  private mutating func clearParts() throws {
    var size = point.count
    while size > 1 {
      size = (size + 1) / 2
      var start = 0
      while start < point.count, !isExhausted {
        let end = min(start + size, point.count)
        var copy = point
        for i in start..<end { copy[i] = 0 }
        if copy != point { try take([copy]) }
        start = end
      }
    }
  }

  /// Elements with the same value together.
  private mutating func simplifyValues() throws {
    var values: [Double] = []
    for x in point where x != 0 && !values.contains(x) && values.count < 16 { values.append(x) }
    for x in values where !isExhausted && point.contains(x) {
      let others = values.filter { $0 != x && point.contains($0) }
      try take(
        (Self.simpler(than: x) + others).lazy.map { [point] y in point.map { $0 == x ? y : $0 } })
    }
  }

  private mutating func simplifyElements() throws {
    var seen = 0
    for i in point.indices where point[i] != 0 {
      seen += 1
      if seen > 64 || isExhausted { break }
      try take(
        Self.simpler(than: point[i]).lazy.map { [point] x in
          var copy = point
          copy[i] = x
          return copy
        })
    }
  }

  /// Numbers that may do instead of one, the simplest first.
  static func simpler(than x: Double) -> [Double] {
    guard x.isFinite else { return simpleNumbers }
    var result = simpleNumbers
    for digits in 0...3 {
      for rule in [FloatingPointRoundingRule.toNearestOrEven, .awayFromZero, .towardZero] {
        result.append(rounded(x, digits, rule))
      }
    }
    let step: Double = x < 0 ? -1 : 1
    result += [-x, (x / 2).rounded(), x.rounded() - step, 10 * step, 20 * step, 100 * step]
    return result.sorted { cost(of: $0) < cost(of: $1) }
  }
}

extension PointSimplifier.Part {
  /// Rounds the rows of the part, whose largest elements keep the sums, if these are constant.
  fileprivate func roundRows(of point: inout [Double], _ digits: Int) {
    guard let (row, sum) = support.rowSum else { return }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: row) {
      let places = start..<start + row
      let largest = places.max { point[$0] < point[$1] } ?? start
      var rest = sum
      for i in places where i != largest {
        point[i] = PointSimplifier.rounded(point[i], digits, .toNearestOrEven)
        rest -= point[i]
      }
      point[largest] = PointSimplifier.rounded(rest, digits, .toNearestOrEven)
    }
  }
}
