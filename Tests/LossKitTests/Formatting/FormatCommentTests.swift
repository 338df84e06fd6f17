import Testing

@testable import LossKit

/// What becomes of comments, empty lines and line ends.
@Suite struct FormatCommentTests {
  @Test func commentsStayWhereTheyAre() throws {
    let text = """
      #!/usr/bin/env loss
      #  A title   \t
      #: A heading

      ## What a is.
      ## And more.
      let a = 1 # one
      # Below.


      let b = [ # the list
        1, # one
        # Above the second.
        2 # two
        # Below the second.
      ] # all

      max(a # first
        , b)
      check a ==
        # The other side.
        b # done
      a; # after a semicolon
      # The end.
      """
    #expect(
      try Syntax.formatted(text) == """
        #!/usr/bin/env loss
        #  A title
        #: A heading

        ## What a is.
        ## And more.
        let a = 1  # one
        # Below.

        let b = [  # the list
          1,  # one
          # Above the second.
          2  # two
          # Below the second.
        ]  # all

        max(
          a  # first
          ,
          b
        )
        check a ==
          # The other side.
          b  # done
        a  # after a semicolon
        # The end.

        """)
  }

  @Test func commentsBelowEachOtherStaySo() throws {
    let text = """
      param s = [1, 2]   # the scores
      data y = 0         # the label
      let f(x) = x   # not in their column
      param k = 1     # sharpness:
                      # the larger, the nearer
      """
    #expect(
      try Syntax.formatted(text) == """
        param s = [1, 2]  # the scores
        data y = 0        # the label
        let f(x) = x  # not in their column
        param k = 1  # sharpness:
                     # the larger, the nearer

        """)
  }

  @Test func lineEndsAreThoseOfTheFirstLine() throws {
    #expect(try Syntax.formatted("a\r\nb # c\r\n") == "a\r\nb  # c\r\n")
    #expect(try Syntax.formatted("a\nb\r\n") == "a\nb\n")
    #expect(try Syntax.formatted("a") == "a\n")
  }

  @Test func aByteOrderMarkIsLeftOut() throws {
    #expect(try Syntax.formatted("\u{FEFF}a+b") == "a + b\n")
    #expect(try Syntax.formatted("\u{FEFF}# a\nb") == "# a\nb\n")
  }

  /// A comment need not be UTF-8, and is nobody's to change.
  @Test func bytesOfCommentsStay() throws {
    let text = Array("a+b # ".utf8) + [0xFF, 0xFE, 0x0A]
    let formatted = try Syntax.formatted(bytes: text, fileName: nil)
    #expect(formatted == Array("a + b  # ".utf8) + [0xFF, 0xFE, 0x0A])
  }

  @Test func errorsAreThoseOfTheParser() throws {
    let error = #expect(throws: LossError.self) { try Syntax.formatted("let a = \nb = (\nlet c 2") }
    #expect(
      error.map { [$0] + $0.further }?.map(\.message)
        == Syntax.check("let a = \nb = (\nlet c 2").map(\.message))
    #expect(error?.further.isEmpty == false)
  }

  /// As deep as the parser goes, and as long as it likes.
  @Test func deepAndLongTextsAreFormatted() throws {
    let deep = String(repeating: "(", count: 900) + "1" + String(repeating: ")", count: 900)
    #expect(try Syntax.formatted(try Syntax.formatted(deep)) == Syntax.formatted(deep))
    let sum = Array(repeating: "x", count: 20_000).joined(separator: "+")
    #expect(try Syntax.formatted(sum).utf8.count > 60_000)
  }
}
