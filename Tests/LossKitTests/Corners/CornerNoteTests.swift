import Testing

@testable import LossKit

/// What a note says of a corner: which primitive, where, what tied, the slopes.
@Suite struct CornerNoteTests {
  private static let declarations = """
    param x = 0, y = 0, a = 1, b = 1, c = 1, s = [1, 3, 3, 3], v = [0, 0, 1]
    param X = [[1, 1], [2, 3]]

    """

  private static let ending =
    "; if the whole is not differentiable, the gradient shown is one of Clarke's generalized "
    + "gradients"

  /// The notes of an expression, the common ending of the last one checked and cut off.
  private func notes(_ e: String, _ declarations: String = declarations) throws -> [String] {
    var notes = try TestSession(declarations).notes(e)
    guard let last = notes.last else { return [] }
    #expect(last.hasSuffix(Self.ending), "\(e): \(last)")
    #expect(notes.filter { $0.contains("Clarke") }.count == 1, "\(e)")
    notes[notes.count - 1] = String(last.dropLast(Self.ending.count))
    return notes
  }

  @Test(arguments: [
    ("relu(x)", "relu is at a corner here (column 1): slopes 0 and 1"),
    ("abs(x)", "abs is at a corner here (column 1): slopes -1 and 1"),
    ("1 + abs(x)", "abs is at a corner here (column 5): slopes -1 and 1"),
    ("relu(x) - relu(-x)", "relu is at a corner here (columns 1 and 11): slopes 0 and 1"),
    (
      "relu(x) + relu(y) + relu(x + y)",
      "relu is at a corner here (columns 1, 11 and 21): slopes 0 and 1"
    ),
    ("clamp(x, 0, 1)", "clamp is at a corner here (column 1): x and 0 tie (slopes 0 and 1)"),
    ("clamp(x, -1, 0)", "clamp is at a corner here (column 1): x and 0 tie (slopes 1 and 0)"),
    (
      "clamp(x - 2, 5, 5 + y)",
      "clamp is at a corner here (column 1): 5 and 5 + y tie (slopes 0 and 0)"
    ),
    ("clamp(x - 2, 5, 6 + y)", ""),
    (
      "clamp(x + 2, 5, 4 + a)",
      "clamp is at a corner here (column 1): 5 and 4 + a tie (slopes 0 and 0)"
    ),
    ("max(a, b)", "max is at a corner here (column 1): a and b tie"),
    ("min(a, b)", "min is at a corner here (column 1): a and b tie"),
    ("max(a, b, c)", "max is at a corner here (column 1): a, b and c tie"),
    ("max(a, 2 * b, c + 1)", "max is at a corner here (column 1): 2 * b and c + 1 tie"),
    ("min(2, a, 3, b)", "min is at a corner here (column 1): a and b tie"),
    ("max(x, 0)", "max is at a corner here (column 1): x and 0 tie"),
    ("max(x, x, -x)", "max is at a corner here (column 1): x, x and -x tie"),
    (
      "max(a * 1 + b * 0 + c * 0, b)",
      "max is at a corner here (column 1): a * 1 + b * 0 + c * 0 and b tie"
    ),
    (
      "max(a * 1 + b * 0 + c * 0 + 0, b)",
      "max is at a corner here (column 1): argument 1 and b tie"
    ),
  ]) func ofNumbers(_ e: String, _ note: String) throws {
    #expect(try notes(e) == (note.isEmpty ? [] : [note]))
  }

  @Test(arguments: [
    ("max(s)", "max is at a corner here (column 1): s[1], s[2] and s[3] tie"),
    ("min(-s)", "min is at a corner here (column 1): elements 1, 2 and 3 tie"),
    ("max([a, b, 0])", "max is at a corner here (column 1): a and b tie"),
    ("max([[x, a], [b, x]])", "max is at a corner here (column 1): a and b tie"),
    ("max(X[0])", "max is at a corner here (column 1): elements 0 and 1 tie"),
    ("min(X)", "min is at a corner here (column 1): X[0, 0] and X[0, 1] tie"),
    ("sum(max(X, axis = 1))", "max is at a corner here (column 5): X[0, 0] and X[0, 1] tie"),
    ("sum(max(X.T, axis = 0))", "max is at a corner here (column 5): X.T[0, 0] and X.T[1, 0] tie"),
    ("max(s[j] for j in 1..<4)", "max is at a corner here (column 1): elements 0, 1 and 2 tie"),
    (
      "max(s[j] for j in 0..<4 if j != 2)",
      "max is at a corner here (column 1): of those kept, elements 1 and 2 tie"
    ),
    ("sort(s)[3]", "sort is at a corner here (column 1): s[1], s[2] and s[3] tie"),
    ("topk(s, 2)[1]", "topk is at a corner here (column 1): s[1], s[2] and s[3] tie"),
    ("topk(s, 1)[0]", "topk is at a corner here (column 1): s[1], s[2] and s[3] tie"),
    (
      "sort([a, 2 * a, b, 2 * b])[0]",
      "sort is at a corner here (column 1): a and b tie, 2 * a and 2 * b tie"
    ),
    ("median(s)", "median is at a corner here (column 1): s[1], s[2] and s[3] tie"),
    (
      "max(zeros(1000) * x + onehot(3, 1000) * y)",
      "max is at a corner here (column 1): elements 0, 1, 2, 3 and 996 more tie"
    ),
    ("norm(s, inf)", "norm is at a corner here (column 1): |s[1]|, |s[2]| and |s[3]| tie"),
    ("norm(v, 1)", "norm is at a corner here (column 1): slopes -1 and 1 at v[0] and v[1]"),
    ("norm(x)", "norm is at a corner here (column 1): slopes -1 and 1"),
    (
      "norm([x, y])",
      "norm is at a corner here (column 1): the elements are 0, and the slope along d is norm(d)"
    ),
    (
      "norm([x, y], 3)",
      "norm is at a corner here (column 1): the elements are 0, and the slope along d is norm(d, 3)"
    ),
    (
      "std([a, b, c])",
      "std is at a corner here (column 1): the elements are equal, and the slope along d is std(d)"
    ),
    (
      "hypot(x, y)",
      "hypot is at a corner here (column 1): both are 0, and the slope along (da, db) is "
        + "hypot(da, db)"
    ),
  ]) func ofReductions(_ e: String, _ note: String) throws {
    #expect(try notes(e) == [note])
  }

  @Test(arguments: [
    ("sum(relu(v))", "relu is at a corner here (column 5): slopes 0 and 1 at v[0] and v[1]"),
    ("sum(relu(2 * v))", "relu is at a corner here (column 5): slopes 0 and 1 at [0] and [1]"),
    ("sum(max(v, x))", "max is at a corner here (column 5): v and x tie at [0] and [1]"),
    ("sum(abs(X - 1))", "abs is at a corner here (column 5): slopes -1 and 1 at [0, 0] and [0, 1]"),
    (
      "sum(relu(x * ones(9)))",
      "relu is at a corner here (column 5): slopes 0 and 1, in 9 elements, the first at [0]"
    ),
    (
      "sum(relu(v[j]) for j in 0..<3)",
      "relu is at a corner here (column 5): slopes 0 and 1, in 2 elements, the first at j = 0"
    ),
    (
      "sum(relu(s[j] - 1) for j in 0..<4)",
      "relu is at a corner here (column 5): slopes 0 and 1 at j = 0"
    ),
    (
      "sum(relu(s[j] - 3) for j in 0..<4 if j != 1)",
      "relu is at a corner here (column 5): slopes 0 and 1, in 2 elements, the first at j = 2"
    ),
    (
      "sum(abs(s[i] - s[j] - 2) for i in 0..<4, j in 0..<4 if i > 1)",
      "abs is at a corner here (column 5): slopes -1 and 1, in 2 elements, the first at i = 2, j = 0"
    ),
    (
      "sum(sum(abs(s[i] - s[j] - 2) for j in 0..<4) for i in 0..<4)",
      "abs is at a corner here (column 9): slopes -1 and 1, in 3 elements, the first at i = 1, j = 0"
    ),
    (
      "sum(relu(t) for t in v)",
      "relu is at a corner here (column 5): slopes 0 and 1, in 2 elements, the first at t = 0"
    ),
    (
      "sum(max(r) for r in X)",
      "max is at a corner here (column 5): r[0] and r[1] tie at element 0"
    ),
    (
      "sum(map(relu, v))",
      "relu is at a corner here (column 5): slopes 0 and 1, in 2 elements, the first at element 0"
    ),
    // One by one, because the condition differs from element to element.
    (
      "sum((if j > 1 then 1 else relu(v[j])) for j in 0..<3)",
      "relu is at a corner here (column 27): slopes 0 and 1, 2 times"
    ),
    ("fold(max, x, [0])", "max is at a corner here (column 1): argument 1 and argument 2 tie"),
  ]) func ofElements(_ e: String, _ note: String) throws {
    #expect(try notes(e) == [note])
  }

  @Test func eachHasItsOwn() throws {
    #expect(
      try notes("max(max(a, b), c) - abs(x)") == [
        "max is at a corner here (column 5): a and b tie",
        "max is at a corner here (column 1): max(a, b) and c tie",
        "abs is at a corner here (column 21): slopes -1 and 1",
      ])
    #expect(
      try notes("clamp(x, 0, 1) + clamp(y, 0, 0)") == [
        "clamp is at a corner here (column 1): x and 0 tie (slopes 0 and 1)",
        "clamp is at a corner here (column 18): y and 0 tie (slopes 0 and 0)",
        "clamp is at a corner here (column 18): y, 0 and 0 tie (slopes 0 and 0)",
      ])
  }

  @Test func manyAreCutShort() throws {
    let sum = (1...9).map { "max(\($0) * x, 0)" }.joined(separator: " + ")
    let found = try notes(sum)
    #expect(found.count == 6)
    #expect(found[4] == "max is at a corner here (column 65): 5 * x and 0 tie")
    #expect(found[5] == "and 4 more corners, the first max (column 81)")
    let same = try notes(Array(repeating: "relu(x)", count: 1000).joined(separator: "+"))
    #expect(
      same == [
        "relu is at a corner here (columns 1, 9, 17, 25, 33, 41, 49 and 57, and 992 more): slopes 0 "
          + "and 1"
      ])
    let six = try notes((1...6).map { "max(\($0) * x, 0)" }.joined(separator: " + "))
    #expect(six.last == "and 1 more corner, the first max (column 81)")
  }

  @Test func otherLinesAreNamed() throws {
    let test = try TestSession("param x = 0")
    let found = try test.notes("let f(t) = abs(t) +\n  relu(t)\n\nf(x) +\n  relu(x)")
    #expect(
      found == [
        "abs is at a corner here (line 1, column 12): slopes -1 and 1",
        "relu is at a corner here (line 2, column 3 and line 5, column 3): slopes 0 and 1"
          + Self.ending,
      ])
  }

  /// A call at one place of the text may be at a corner with other arguments each time.
  @Test func repeatedCalls() throws {
    let test = try TestSession("param x = 0, y = 0; let f(p, q) = max(p, q) + min(p, q, x)")
    #expect(
      try test.notes("f(x, 0) + f(y, 0) + f(1, 2)") == [
        "max is at a corner here (column 35): p and q tie, 2 times",
        "min is at a corner here (column 47): p, q and x tie, 2 times" + Self.ending,
      ])
  }

  @Test func noneWhereNoTangentsDiffer() throws {
    for e in [
      "max(x, x)", "relu(0)", "max(s[1..<2])", "abs(x + 1)", "norm([x, 1])", "max(0, 0 * x)",
    ] {
      #expect(try TestSession(Self.declarations).notes(e).isEmpty, "\(e)")
    }
  }

  @Test func asJSON() throws {
    let test = try TestSession("param a = 1, b = 1")
    try test.run("max(a, b)")
    let line = try #require(test.outputs.last).json(file: nil)
    #expect(line.contains(#""notes": ["max is at a corner here (column 1): a and b tie; if the"#))
  }

  // MARK: The symmetric rule

  @Test func theSymmetricRuleIsSaid() throws {
    let test = try TestSession(":set corners symmetric\nparam x = 0, w = zeros(40), u = zeros(32)")
    #expect(
      try test.notes("relu(x)") == [
        "relu is at a corner here (column 1): slopes 0 and 1" + Self.ending + ", the symmetric one"
      ])
    #expect(try test.notes("max(u)").last?.hasSuffix(", the symmetric one") == true)
    #expect(
      try test.notes("max(w)").last?.hasSuffix(
        "gradients, a mean over 64 bases only, because 40 inputs feed the ties (at most 32 are "
          + "rotated)") == true)
    // Said of the statement that it is about, and of no other.
    #expect(try test.notes("relu(x)").last?.hasSuffix(", the symmetric one") == true)
  }
}
