import Testing

@testable import LossKit

/// The same bits for every number of threads, in every layout, and on every run.
@Suite struct ThreadDeterminismTests {
  private static let threads = [1, 2, 3, 8]

  /// Generated expressions in batches: of compiled ones blocks of several sizes, the last not full; of
  /// interpreted ones lanes, or one point at a time.
  @Test(arguments: 0..<4)
  func batches(_ shard: UInt64) throws {
    var compared = 0
    for number in stride(from: shard, to: 120, by: 4) {
      let test = DifferentialCase(seed: 31, number: number)
      let inputs = test.usedInputs
      guard !inputs.isEmpty, let model = try? LossModel(source: test.script(at: nil)),
        let function = try? model.function("f", of: inputs.map(\.name))
      else { continue }
      let count = function.isCompiled ? 1_037 : 517
      var random = RandomStream(seed: 32, stream: number)
      // Every eleventh point is full of ties.
      let points = (0..<count).map { row in
        (0..<function.inputCount).map { _ in
          row % 11 == 5 ? random.nextUniform().rounded() : random.nextUniform() * 4 - 2
        }
      }
      let agreement = ProgramAgreement(function: function)
      var first: [ProgramAgreement.Results]?
      for layout in [BatchLayout.rowMajor, .columnMajor] {
        for threads in Self.threads {
          let found = agreement.batch(at: points, layout: layout, parallelism: threads)
          guard let found else { break }
          if let first {
            for (row, (a, b)) in zip(first, found).enumerated() where bits(a.all) != bits(b.all) {
              Issue.record(
                "case \(number) of seed 31, row \(row), \(layout), \(threads) threads: \(test.expression.text)"
              )
              return
            }
          }
          first = first ?? found
        }
      }
      guard first != nil else { continue }
      compared += 1
      // Lanes beside it change nothing at a point that is interpreted.
      guard !function.isCompiled, let first else { continue }
      for row in stride(from: 0, to: count, by: 37) {
        let alone = ProgramAgreement.interpreted(function, at: points[row])
        #expect(bits(first[row].all) == bits(alone.all), "case \(number), row \(row)")
      }
    }
    #expect(compared >= 10)
  }

  /// So many numbers that a block of points fits in one layout and not in the other.
  @Test(arguments: [300, 900, 1_200, 1_500, 2_100, 3_000, 6_000])
  func layoutsOfWidePoints(_ n: Int) throws {
    let model = try LossModel(source: "param v = zeros(\(n))")
    for loss in ["lse(v) + dot(v, v) / 3", "sum(tanh(v)) * mean(v)", "std(v) + norm(v)"] {
      let agreement = ProgramAgreement(function: try model.function(loss, of: ["v"]))
      var random = RandomStream(seed: 33, stream: UInt64(n))
      let points = (0..<19).map { _ in (0..<n).map { _ in random.nextUniform() * 4 - 2 } }
      let first = try #require(agreement.batch(at: points, layout: .rowMajor))
      for layout in [BatchLayout.rowMajor, .columnMajor] {
        for threads in Self.threads {
          let found = try #require(
            agreement.batch(at: points, layout: layout, parallelism: threads))
          #expect(
            zip(first, found).allSatisfy { bits($0.all) == bits($1.all) },
            "\(loss) of \(n) elements, \(layout), \(threads) threads")
        }
      }
    }
  }

  /// Points of so many elements that they are worked on in chunks.
  @Test(arguments: [
    "lse(v)", "sum(v)", "mean(tanh(v) * w)", "dot(v, w)^2 + lse(w, k = 2)", "std(v) - norm(w)",
    "max(v) * sum(softplus(w))", "cross_entropy(v, 17)", "logmeanexp(v - w)",
    "sum(where(v > w, exp(-abs(v)), v * w))", "sum(t^2 for t in v if t > 0) + sum(cumsum(w))",
    "sum(softmax(v) * w)", "mean(cross_entropy(reshape(v, 8750, 8), floor(abs(w[..<8750])) % 8))",
    "sum((reshape(v, 7000, 10) @ reshape(w[..<40], 10, 4))^2)", "norm(v, p = 3)",
    "sum(log1p(exp(v))) / (1 + var(w))",
  ])
  func longPoints(_ loss: String) throws {
    let n = 70_000
    let model = try LossModel(source: "param v = zeros(\(n)), w = zeros(\(n))")
    let function = try model.function(loss, of: ["v", "w"])
    var random = RandomStream(seed: 34, stream: 0)
    let point = (0..<2 * n).map { _ in random.nextUniform() * 4 - 2 }
    var first: [Double]?
    for threads in Self.threads + [1] {
      var work = function.makeWorkspace(parallelism: threads)
      var gradient = [Double](repeating: 0, count: function.gradientCount)
      var span = gradient.mutableSpan
      let value = try function.valueWithGradient(at: point.span, gradient: &span, using: &work)
      let alone = try function.value(at: point.span, using: &work)
      let found = [value, alone] + gradient
      if let first { #expect(bits(first) == bits(found), "\(threads) threads") }
      first = first ?? found
    }
  }

  /// A script shows the same in one session after another, with the derivatives compiled or not of
  /// those before.
  @Test func sessions() throws {
    for number in UInt64(0)..<60 {
      let test = DifferentialCase(seed: 35, number: number)
      let script = test.script(at: 0) + "\nf\ntable f, 2 * f for j in 0..<2\n"
      let texts = (0..<3).map { _ in
        Project.transcript(of: Array(script.utf8), in: Session())
      }
      #expect(texts[0] == texts[1] && texts[1] == texts[2], "\(script)")
    }
  }

  /// The bit patterns, all nan alike: which of several nan is kept is no one's promise.
  private func bits(_ values: [Double]) -> [UInt64] {
    values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }
  }
}
