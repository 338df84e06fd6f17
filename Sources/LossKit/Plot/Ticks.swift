/// Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten.
///
/// The steps are Heckbert's ("Nice numbers for graph labels", Graphics Gems, 1990); where few
/// numbers are wanted, others lie between them, so that as many as possible fit. The numbers are
/// kept as whole multiples of a power of ten, so that their texts have no digit that rounding made,
/// and ranges at both ends of the doubles have ticks, too.
struct Ticks: Equatable {
  struct Tick: Equatable {
    let value: Double
    let label: String
  }

  let ticks: [Tick]
  /// What is to be added to each label, where they share many digits: "1" for 1 + 2e-10.
  let offset: String?

  /// How many tenths of a power of ten steps may be, ascending.
  enum Steps {
    static let round = [10, 20, 50]
    static let many = [10, 15, 20, 25, 30, 40, 50, 60, 80]
  }

  /// Ticks in an interval of positive width, at most `limit` of them, which is 2 at least.
  init(in interval: ClosedRange<Double>, atMost limit: Int, steps: [Int] = Steps.round) {
    let limit = max(limit, 2)
    let scale = Ticks.scale(of: interval)
    let lower = interval.lowerBound * scale.factor
    let upper = interval.upperBound * scale.factor
    // Halves first: the width of the widest range is no double.
    var exponent = Ticks.exponent(of: (upper / 2 - lower / 2) / Double(limit) * 2) - 1
    var (first, last, mantissa) = (0, -1, 1)
    search: while true {
      for candidate in steps {
        let step = Ticks.double(candidate, exponent)
        guard step > 0, step.isFinite else { continue }
        let (low, high) = ((lower / step).rounded(.up), (upper / step).rounded(.down))
        guard low.magnitude < 0x1p53, high.magnitude < 0x1p53, high - low < Double(limit) else {
          continue
        }
        (first, last, mantissa) = (Int(low), Int(high), candidate)
        break search
      }
      exponent += 1
      // Beyond the largest double no step is left: an axis without ticks.
      if exponent > 330 { break }
    }
    let power = exponent - scale.exponent
    let multiples = first <= last ? (first...last).map { $0 * mantissa } : []
    let values = multiples.map { Ticks.double($0, power) }
    let labels = Ticks.texts(multiples, power)
    if (labels.map(\.count).max() ?? 0) > Ticks.longestLabel, let base = Ticks.base(of: multiples) {
      offset = Ticks.texts([base], power)[0]
      let differences = Ticks.texts(multiples.map { $0 - base }, power)
      ticks = zip(values, differences).map { Tick(value: $0, label: $1) }
    } else {
      offset = nil
      ticks = zip(values, labels).map { Tick(value: $0, label: $1) }
    }
  }

  /// Labels longer than this share a part that is better said once.
  private static let longestLabel = 8

  // MARK: Scale

  /// Ranges of the least doubles are moved up, where steps are no subnormals.
  private static func scale(of interval: ClosedRange<Double>) -> (factor: Double, exponent: Int) {
    let largest = max(interval.lowerBound.magnitude, interval.upperBound.magnitude)
    return largest < 1e-250 ? (1e250, 250) : (1, 0)
  }

  private static func exponent(of x: Double) -> Int {
    guard x > 0, x.isFinite else { return -330 }
    return Int(Scalar.log10(x).rounded(.down))
  }

  /// n · 10^e, correctly rounded; the standard library reads decimal texts so.
  private static func double(_ n: Int, _ exponent: Int) -> Double {
    Double("\(n)e\(exponent)") ?? 0
  }

  /// A round number that all multiples are near to: the roundest within their range, else one below.
  private static func base(of multiples: [Int]) -> Int? {
    guard let first = multiples.first, let last = multiples.last, last > first else { return nil }
    if last < 0 { return base(of: [-last, -first]).map { -$0 } }
    var unit = 1
    while unit < last - first { unit *= 10 }
    var base = (first / unit) * unit
    while last / unit > 0, (last / unit) * unit >= first {
      base = (last / unit) * unit
      unit *= 10
    }
    return base == 0 ? nil : base
  }

  // MARK: Texts

  /// Multiples of 10^e in few characters: all plain, or all with exponents.
  static func texts(_ multiples: [Int], _ exponent: Int) -> [String] {
    let plain = multiples.map { text($0, exponent, isPlain: true) }
    let scientific = multiples.map { text($0, exponent, isPlain: false) }
    let longest = plain.map { $0?.count ?? .max }.max() ?? 0
    let other = scientific.map { $0?.count ?? .max }.max() ?? 0
    return (longest <= max(other, plainLabel) ? plain : scientific).map { $0 ?? "0" }
  }

  /// Labels up to this length are plain: 100000 rather than 1e5.
  private static let plainLabel = 6

  /// `nil` for a number whose plain text would be all zeros.
  private static func text(_ n: Int, _ exponent: Int, isPlain: Bool) -> String? {
    if n == 0 { return "0" }
    var digits = String(n.magnitude)
    var exponent = exponent
    while digits.last == "0" {
      digits.removeLast()
      exponent += 1
    }
    let sign = n < 0 ? "-" : ""
    // The point stands after this many digits.
    let point = digits.count + exponent
    guard isPlain else {
      let fraction = digits.count > 1 ? ".\(digits.dropFirst())" : ""
      return "\(sign)\(digits.prefix(1))\(fraction)e\(point - 1)"
    }
    if exponent >= 0 {
      return exponent <= 20 ? sign + digits + String(repeating: "0", count: exponent) : nil
    }
    if point > 0 { return "\(sign)\(digits.prefix(point)).\(digits.dropFirst(point))" }
    return point > -20 ? sign + "0." + String(repeating: "0", count: -point) + digits : nil
  }
}
