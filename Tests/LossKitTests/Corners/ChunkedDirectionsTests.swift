import Testing

@testable import LossKit

/// Gradients by so many elements that the directions come in chunks: the first chunk's choices at
/// corners hold for the later ones.
@Suite struct ChunkedDirectionsTests {
  /// Enough elements for two chunks, and places in both of them and at their border.
  private static let count = 1500
  private static let places = [0, 700, 1397, 1398, 1450, 1499]

  /// The variables of an expression as elements of one long vector, in their order, far apart.
  private func session(_ names: [String], _ values: [Double]) throws -> (TestSession, [Int], String)
  {
    // Of two variables the first and the last place, so that they fall into different chunks.
    let spread = names.count == 1 ? [1499] : names.count == 2 ? [0, 1499] : Self.places
    let places = Array(spread.prefix(names.count))
    let test = try TestSession("param v = zeros(\(Self.count))")
    try test.run(
      "v = { let z = zeros(\(Self.count)); z + "
        + zip(places, values).map { "\(literal($1)) * onehot(\($0), \(Self.count))" }
        .joined(separator: " + ") + " }")
    let names = zip(names, places).map { "let \($0) = v[\($1)]" }.joined(separator: "; ")
    return (test, places, names)
  }

  @Test func kinksDecideAsInOneChunk() throws {
    for row in try KinkReferenceTests.rows() {
      let (test, places, names) = try session(row.variables, row.point)
      let gradient = try test.shownGradient("{ \(names); \(row.expression) }")
      #expect(gradient.count == Self.count)
      #expect(
        distance(places.map { gradient[$0] }, row.lexicographic) <= 1e-12,
        "\(row.testDescription): \(places.map { gradient[$0] }), not \(row.lexicographic)")
      #expect(gradient.filter { $0 != 0 }.count <= places.count)
    }
  }

  @Test func largeReductionsAgreeWithTheirFormulas() throws {
    let test = try TestSession(
      "param v = sin(0..<\(Self.count)), w = randn(\(Self.count)); let f = lse(v) + dot(v, w)^2")
    // One form for both params is costly here; one param is enough for two chunks.
    let gradient = try test.numbers("grad(f, v) - (softmax(v) + 2 * dot(v, w) * w)")
    #expect(gradient.allSatisfy { abs($0) <= 1e-11 })
    // A tie of all: the whole gradient goes to the first.
    try test.run("v = ones(\(Self.count))")
    let tied = try test.shownGradient("max(v)")
    #expect(tied == [1] + Array(repeating: 0, count: Self.count - 1))
    let sorted = try test.numbers("grad(dot(sort(v), 0..<\(Self.count)), v)")
    #expect(sorted.sorted() == (0..<Self.count).map(Double.init))
    let norm = try test.shownGradient("norm(v - 1)")
    #expect(norm == [1] + Array(repeating: 0, count: Self.count - 1))
    let median = try test.shownGradient("abs(sum(v) - \(Self.count)) + max(v) - min(v)")
    #expect(median.reduce(0, +).magnitude <= Double(Self.count) + 2)
  }
}
