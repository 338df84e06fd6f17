import Testing

@testable import LossKit

/// The layout that `loss fmt` gives to each construct.
@Suite struct FormatStyleTests {
  /// A text and its formatted lines.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let formatted: String
    var testDescription: String { text }

    init(_ text: String, _ formatted: String) {
      self.text = text
      self.formatted = formatted
    }
  }

  @Test(arguments: [
    // Spaces.
    Case("let a=1+2*3-x/4%5@w·q", "let a = 1 + 2 * 3 - x / 4 % 5 @ w · q"),
    Case("x ^ 2 ^ - 1 ** y", "x^2^-1**y"),
    Case("- x + - - y - + z", "-x + --y - +z"),
    Case("a<b<=c  and not d==e or f!=g", "a < b <= c and not d == e or f != g"),
    Case("a≤b ≠ c×d≈e", "a ≤ b ≠ c × d ≈ e"),
    Case("v [ 0 ], w", "v[0], w"),
    Case(
      "M[ ... , j ]+v[ 1 ..< n-1 ]+v[ ..< 2]+v[2 ...]",
      "M[..., j] + v[1..<n - 1] + v[..<2] + v[2...]"),
    Case("f ( a , k=2 )", "f(a, k = 2)"),
    Case("x  ->  x^2", "x -> x^2"),
    Case("( x,y )->x", "(x, y) -> x"),
    Case("∇ ce + ∇ ( a*b )", "∇ce + ∇(a * b)"),
    Case("r . field . T", "r.field.T"),
    Case("2 .T", "2 .T"),
    Case("if a then b else if c then d else e", "if a then b else if c then d else e"),
    Case("[ e for i,v in r , w in q if c ]", "[e for i, v in r, w in q if c]"),
    Case("sum(e for i in r,j in q if c,k=2)", "sum(e for i in r, j in q if c, k = 2)"),
    Case("sum(e for i in r,j in q,k=2)", "sum(e for i in r, j in q, k = 2)"),
    Case("e at(x=1,s=[0,0])", "e at (x = 1, s = [0, 0])"),
    Case("{let m=e;assert m>0,\"why\";m}", "{ let m = e; assert m > 0, \"why\"; m }"),
    Case("param  p=0.5 in 0...1,q=2", "param p = 0.5 in 0...1, q = 2"),
    Case("x=1,y=2", "x = 1, y = 2"),
    Case("let f(a,b=2)=a", "let f(a, b = 2) = a"),
    Case("let f( )=1", "let f() = 1"),
    Case("print(\"a\",x)", "print (\"a\", x)"),
    Case("print (a),(b)", "print (a), (b)"),
    Case("assert(a<b,\"why\")", "assert (a < b, \"why\")"),
    Case("assert a~=b within 1e-6,\"why\"", "assert a ~= b within 1e-6, \"why\""),
    Case(
      "check a==b within 1e-6 over(s=randn(5),k in 1...8)",
      "check a == b within 1e-6 over (s = randn(5), k in 1...8)"),
    Case("table a,b for k in[1,2]", "table a, b for k in [1, 2]"),
    Case(
      "plot a for x in -3...3,y in 0...1 to \"f.svg\"",
      "plot a for x in -3...3, y in 0...1 to \"f.svg\""),
    Case("minimize ce over W,b with(steps=100)", "minimize ce over W, b with (steps = 100)"),
    Case(":set   digits  5", ":set digits 5"),
    Case("import   losses", "import losses"),
    // What is written in several ways stays as it is.
    Case("[1_000, .5, 1e-3, 0x1.8p+1, 1.50]", "[1_000, .5, 1e-3, 0x1.8p+1, 1.50]"),
    Case("((x))", "((x))"),
    // Statements.
    Case("a;b ;; c;", "a; b; c"),
    Case("a\n\n\n\nb\n\n", "a\n\nb"),
    Case("\n\n  a", "a"),
    Case("x\n  at (x = 1)", "x at (x = 1)"),
    Case("let a =\n  1", "let a = 1"),
    Case("max(a,\n  b)", "max(a, b)"),
  ])
  func spaces(_ each: Case) throws {
    // Not all of these parse as they stand: a list is no statement.
    let text = each.text.replacing("], w", with: "]")
    let formatted = each.formatted.replacing("], w", with: "]")
    #expect(try Syntax.formatted(text) == formatted + "\n")
    #expect(try Syntax.formatted(formatted) == formatted + "\n")
  }

  @Test func nothingStaysNothing() throws {
    #expect(try Syntax.formatted("") == "")
    #expect(try Syntax.formatted("\n \n") == "")
    #expect(try Syntax.formatted("# a") == "# a\n")
  }

  @Test func longLinesEndAtNaturalPlaces() throws {
    let text = """
      let loss = mean(relu(1 - (score_of_the_first[i] - score_of_the_second[j])) for i in 0..<n, j in 0..<n if i != j)
      let f(x) = if norm(x) > threshold_of_the_norm then scale_of_the_norm * x / norm(x) else x + offset_of_all_of_it
      let total = first_part_of_the_sum * weight_of_it + second_part_of_the_sum + third_part_of_the_sum * 2 + the_end
      let numbers = [1.25, 2.5, 3.75, 4.125, 5.25, 6.5, 7.75, 8.125, 9.25, 10.5, 11.75, 12.125, 13.25, 14.5]
      print "the first of the values:", first_of_the_values, "the second:", second_of_the_values, "end"
      check smooth(crammer_singer(s, y), k) == crammer_singer_smooth(s, y, k = k) over (s = randn(4), k in 1...8)
      assert grad(cross_entropy_of_the_scores, scores) == softmax(scores) - onehot(label, 3), "as it must be"
      call_of_something(first_argument_of_it, second_argument_of_it, third_argument_of_it, some_option = value)
      param first_of_the_inputs = [1.25, 2.5, 3.75, 4.125], second_of_the_inputs = [1.25, 2.5, 3.75, 4.125]
      """
    #expect(
      try Syntax.formatted(text) == """
        let loss = mean(
          relu(1 - (score_of_the_first[i] - score_of_the_second[j]))
          for i in 0..<n, j in 0..<n if i != j
        )
        let f(x) =
          if norm(x) > threshold_of_the_norm then scale_of_the_norm * x / norm(x)
          else x + offset_of_all_of_it
        let total =
          first_part_of_the_sum * weight_of_it +
          second_part_of_the_sum +
          third_part_of_the_sum * 2 +
          the_end
        let numbers = [
          1.25, 2.5, 3.75, 4.125, 5.25, 6.5, 7.75, 8.125, 9.25, 10.5, 11.75, 12.125, 13.25, 14.5
        ]
        print "the first of the values:", first_of_the_values, "the second:", second_of_the_values, "end"
        check smooth(crammer_singer(s, y), k) ==
          crammer_singer_smooth(s, y, k = k) over (s = randn(4), k in 1...8)
        assert grad(cross_entropy_of_the_scores, scores) == softmax(scores) - onehot(label, 3),
          "as it must be"
        call_of_something(
          first_argument_of_it,
          second_argument_of_it,
          third_argument_of_it,
          some_option = value
        )
        param first_of_the_inputs = [1.25, 2.5, 3.75, 4.125],
          second_of_the_inputs = [1.25, 2.5, 3.75, 4.125]

        """)
  }

  /// A bracket that the author opened at the end of a line keeps its lines.
  @Test func linesOfBracketsStay() throws {
    let text = """
      let M = [
        [1, 2],
        [3, 4],
      ]
      let f(x) = {
        let y = x^2

        # The rest.
        let z = y +
          1
        z }
      """
    #expect(
      try Syntax.formatted(text) == """
        let M = [
          [1, 2],
          [3, 4],
        ]
        let f(x) = {
          let y = x^2

          # The rest.
          let z = y + 1
          z
        }

        """)
  }
}
