import Foundation
import Testing

/// Standard streams that are closed, full or not there.
@Suite struct StreamTests {
  /// An answer that is lost is never a success.
  @Test(arguments: ["-e 'print 1'", "--help", "--version", "report - -o -", "lint bad.loss", "fmt"])
  func whatCannotBeWrittenIsAnError(call: String) throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let folder = try TemporaryFolder()
    try folder.write("let x =\n", to: "bad.loss")
    let result = try Program.shell(
      """
      echo 'print 1' | "$0" \(call) >/dev/full; echo $? >&2
      echo 'print 1' | "$0" \(call) >&-; echo $? >&2
      """, folder: folder)
    let error = "error: the output could not be written: "
    #expect(result.errors == "\(error)the disk is full\n1\n\(error)it is closed\n1\n")
  }

  @Test func aClosedInputIsAnError() throws {
    let result = try Program.shell("\"$0\" <&-; echo $?")
    #expect(result.errors == "error: standard input cannot be read: it is closed\n")
    #expect(result.output == "64\n")
  }

  /// There is nowhere left to say it; the status still does.
  @Test func closedErrorsChangeNoStatus() throws {
    let result = try Program.shell(
      """
      "$0" -e nosuch 2>&-; echo $?; "$0" -e 'print 2' 2>&-; echo $?
      "$0" -e 'let x = 1' <&- >&- 2>&-; echo $?
      """)
    #expect(result.output == "1\n2\n0\n0\n")
  }

  /// A file that is opened gets the least number that is free: that of a stream which was closed.
  @Test func nothingShownGoesIntoAFile() throws {
    let folder = try TemporaryFolder()
    try folder.write("print 1\n", to: "a.loss")
    let result = try Program.shell(
      """
      "$0" -q -e 'plot x for x in 0...1 to "p.svg"' >&- 2>&-; echo $?; head -c 4 p.svg; echo
      "$0" report a.loss -o a.html >&- 2>&- <&-; echo $?; head -c 9 a.html
      """, folder: folder)
    #expect(result.output == "0\n<svg\n0\n<!DOCTYPE")
  }

  /// `loss … | head -1`: the end of the reader is the end of the program, whatever it writes.
  @Test(arguments: ["plot x for x in 0...1", "print 1", "table k for k in 1...50000"])
  func aReaderThatGoesAwayEndsItQuietly(statement: String) throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: statement + "\n", count: 3000), to: "long.loss")
    let result = try Program.shell(
      "\"$0\" long.loss | head -1 > first; echo ${PIPESTATUS[0]}; wc -l < first", folder: folder)
    #expect(result.output == "141\n1\n")
    #expect(result.errors.isEmpty)
  }

  @Test func anArgumentThatIsNotUTF8IsAnError() throws {
    let folder = try TemporaryFolder()
    let result = try Program.shell(
      """
      printf 'print 1\n' > $'a\\xff.loss'; "$0" $'a\\xff.loss'; echo $?; "$0" - < $'a\\xff.loss'
      """, folder: folder)
    #expect(result.output == "64\n1\n")
    #expect(result.errors.contains("is not UTF-8"))
  }
}
