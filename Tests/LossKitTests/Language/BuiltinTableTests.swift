import Testing

@testable import LossKit

/// The table of built-in functions as a whole.
@Suite struct BuiltinTableTests {
  /// Every function that section 5 and 6 of the language's design name, and `record`, by which a saved
  /// session writes records.
  static let designed = """
    max min lse relu softplus abs smoothabs step sigmoid sign clamp argmax argmin hardmax softmax
    logsoftmax cross_entropy smoothmax exp expm1 log log1p log2 log10 logsigmoid log1mexp logaddexp
    sqrt square hypot sin cos tan asin acos atan atan2 sinh cosh tanh erf erfc lgamma xlogy floor
    ceil round where isnan isfinite sum prod mean var std median quantile norm dot cossim any all
    count logmeanexp len shape zeros ones full eye linspace onehot concat stack reshape reverse drop
    sort argsort topk cumsum cumprod cumlse outer diag trace transpose solve logdet cholesky rand
    randn permutation map fold scan csv codes unique columns stop grad jac hess jvp vjp hvp diff
    kinks slopes gradcheck smooth hard gap pi inf nan record
    """.split { $0 == " " || $0 == "\n" }.map(String.init)

  @Test func everyDesignedFunctionIsThere() {
    let names = Set(Builtins.all.map(\.name))
    #expect(Self.designed.filter { !names.contains($0) }.isEmpty)
    // Nothing has come in that help would list and the design does not know.
    #expect(names.subtracting(Self.designed).isEmpty)
  }

  @Test func namesAreUnique() {
    #expect(Set(Builtins.all.map(\.name)).count == Builtins.all.count)
  }

  @Test func everyEntryIsDocumented() {
    for builtin in Builtins.all {
      #expect(builtin.summary.hasSuffix("."), "\(builtin.name): \(builtin.summary)")
      #expect(builtin.signature.hasPrefix(builtin.name))
      if case .constant = builtin.implementation { continue }
      #expect(builtin.signature.contains("("), "\(builtin.signature)")
      #expect(!builtin.parameters.isEmpty, "\(builtin.name)")
    }
  }

  /// The entries that cannot have one: they are no functions, or need a file or a param.
  private static let withoutExample: Set<String> = ["pi", "inf", "nan", "csv", "columns", "kinks"]

  @Test func everyExampleRuns() throws {
    for builtin in Builtins.all {
      if case .later = builtin.implementation { continue }
      if Self.withoutExample.contains(builtin.name) { continue }
      guard let example = builtin.example else {
        Issue.record("\(builtin.name) has no example")
        continue
      }
      #expect(example.contains(builtin.name), "\(builtin.name): \(example)")
      let shown = try TestSession().text(example)
      #expect(!shown.isEmpty, "\(builtin.name): \(example)")
    }
  }

  /// Whether a twin that the table names for `smooth` is a function of the table.
  @Test func twinsExist() {
    let names = Set(Builtins.all.map(\.name))
    for builtin in Builtins.all {
      if case .twin(let twin, _) = builtin.smooth {
        #expect(names.contains { twin.contains("\($0)(") }, "\(builtin.name): \(twin)")
      }
    }
  }

  /// Where nothing but jumps varies, the derivative is 0, and depending on it is no dependence.
  @Test func functionsWithoutDerivativeHaveNone() throws {
    let test = try TestSession("param v = [0.3, -1.2, 2.5], x = 0.3")
    for e in [
      "step(x)", "sign(x)", "floor(x)", "ceil(x)", "round(x)", "argmax(v)", "argmin(v)",
      "sum(hardmax(v))", "sum(argsort(v))", "len(v)", "sum(shape(v))", "sum(onehot(1, 3))",
    ] {
      #expect(try test.shownGradient(e).isEmpty, "\(e)")
      #expect(try test.numbers("grad(\(e) + 0 * x, x)") == [0], "\(e)")
      #expect(try test.numbers("grad(\(e), v)") == [0, 0, 0], "\(e)")
    }
  }

  @Test func callsWithWrongArgumentsAreErrors() throws {
    for builtin in Builtins.all {
      if case .constant = builtin.implementation { continue }
      let name = builtin.name
      let test = TestSession()
      for arguments in [
        "", "\"text\"", "nonsense = 1", "[[1, 2], [3, 4]], [[1]], 3, 4, 5, 6, 7, 8",
      ] {
        // Any answer will do, as long as there is one.
        do {
          try test.run("\(name)(\(arguments))")
        } catch let error as LossError {
          #expect(!error.message.isEmpty)
        }
      }
      #expect(try test.number("1 + 1") == 2)
    }
  }

  /// Odd values in every place: nothing traps, whatever the answer.
  @Test func hostileArgumentsDoNotTrap() throws {
    let values = [
      "nan", "inf", "-inf", "-0", "1e308", "5e-324", "9007199254740993", "1e19", "-1e19", "2.5",
      "true", "[]", "[[]]", "[nan, 1]", "zeros(0, 3)", "zeros(3, 0)", "zeros(2, 2, 2)", "\"t\"",
      "x -> x", "relu", "[true, false]", "csv(\"t.csv\")", "[\"a\", \"b\"]",
    ]
    let seconds =
      [""] + ["nan", "-inf", "1e19", "true", "[]", "zeros(3, 0)", "x -> x"].map { ", \($0)" }
    for builtin in Builtins.all {
      if case .constant = builtin.implementation { continue }
      let name = builtin.name
      for a in values {
        let test = TestSession(files: ["t.csv": "a,b\n1,u\n"])
        try test.run("param p = 1")
        for b in seconds {
          for e in [
            "\(name)(\(a)\(b))", "grad(p * sum(\(name)(p * \(a)\(b))), p)",
          ] {
            do {
              try test.run(e)
            } catch let error as LossError {
              #expect(!error.message.isEmpty, "\(e)")
            }
          }
        }
        for third in ["3", "-1", "1e300", "[0, 1]", "\"x\""] {
          _ = try? test.run("\(name)(\(a), \(a), \(third))")
          _ = try? test.run("\(name)(\(a), axis = \(third))")
          _ = try? test.run("\(name)(\(a), k = \(third), keep = true)")
        }
      }
    }
  }
}
