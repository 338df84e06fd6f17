import Foundation
import Testing

/// Files are replaced whole or not at all.
@Suite struct ReplacingTests {
  /// What writes a file named `$target`, of more than a kilobyte.
  static let writers = [
    "\"$0\" -e 'plot x, x^2 for x in 0...1 to \"'$target'\"'", "\"$0\" report page.loss -o $target",
    "\"$0\" fmt $target",
  ]

  private func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("print 1\n", to: "page.loss")
    try folder.write(Self.old, to: "old.svg")
    return folder
  }

  /// A script that `fmt` changes, too.
  private static let old = String(repeating: "print   1\n", count: 300)

  private func content(_ name: String, _ folder: TemporaryFolder) throws -> String {
    try String(contentsOfFile: folder.file(name), encoding: .utf8)
  }

  private func names(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  /// `ulimit -f` is a disk that is full after 1 kB.
  @Test(arguments: writers) func aFullDiskLeavesTheOldFile(writer: String) throws {
    let folder = try folder()
    let result = try Program.shell(
      "target=old.svg; ulimit -f 1; \(writer)", folder: folder)
    #expect([1, 64].contains(result.status))
    #expect(result.errors.contains("it would be larger than files may be here"), "\(result.errors)")
    #expect(try content("old.svg", folder) == Self.old)
    #expect(try names(folder) == ["old.svg", "page.loss"])
  }

  @Test(arguments: writers) func aFileKeepsItsPermissionsAndALinkStaysOne(writer: String) throws {
    let folder = try folder()
    let result = try Program.shell(
      """
      chmod 640 old.svg; mkdir sub; ln -s ../old.svg sub/link.svg; ln -s sub/link.svg link.svg
      target=link.svg; \(writer) >/dev/null; stat -c '%a %N' old.svg link.svg sub/link.svg
      """, folder: folder)
    #expect(
      result.output
        == "640 'old.svg'\n777 'link.svg' -> 'sub/link.svg'\n777 'sub/link.svg' -> '../old.svg'\n",
      "\(result.errors)")
    #expect(try content("old.svg", folder) != Self.old)
    #expect(try names(folder) == ["link.svg", "old.svg", "page.loss", "sub"])
  }

  @Test func aLinkToNothingMakesTheFile() throws {
    let folder = try folder()
    let result = try Program.shell(
      "ln -s new.svg link.svg; target=link.svg; \(Self.writers[0])", folder: folder)
    #expect(result.output == "plot written to link.svg\n")
    #expect(try content("new.svg", folder).hasPrefix("<svg"))
    #expect(try names(folder) == ["link.svg", "new.svg", "old.svg", "page.loss"])
  }

  @Test(arguments: [
    ("mkdir d.svg", "it is a folder"),
    ("ln -s d.svg c.svg; ln -s c.svg d.svg", "its links lead in a circle"),
    ("ln -s /dev/full d.svg", "the disk is full"),
    ("ln -s no/x.svg d.svg", "there is no such folder"),
  ])
  func whatCannotBeWrittenIsAnError(before: String, reason: String) throws {
    guard FileManager.default.fileExists(atPath: "/dev/full") else { return }
    let folder = try folder()
    let result = try Program.shell(
      "\(before); \"$0\" -e 'plot x for x in 0...1 to \"d.svg\"'", folder: folder)
    #expect(result.status == 1)
    #expect(
      result.errors.hasPrefix("error: cannot write \"d.svg\": \(reason)\n"), "\(result.errors)")
  }

  /// What is no regular file is written through: it has no contents to keep.
  @Test func devicesAndPipesTakeWhatIsWritten() throws {
    let folder = try folder()
    let result = try Program.shell(
      """
      ln -s /dev/null null.svg; ln -s /dev/stdout out.svg; mkfifo pipe.svg
      "$0" -e 'plot x for x in 0...1 to "null.svg"'
      cat pipe.svg | head -c 4 & "$0" -e 'plot x for x in 0...1 to "pipe.svg"'; wait; echo
      "$0" -q -e 'plot x for x in 0...1 to "out.svg"' | head -c 4; echo
      "$0" report page.loss -o /dev/stdout | head -c 9; echo
      "$0" -e 'plot x for x in 0...1 to "out.svg"' > file; head -c 4 file; tail -n 1 file
      "$0" report page.loss -o /dev/null; echo $?; stat -c %F /dev/null pipe.svg
      """, folder: folder)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("plot written to null.svg"))
    #expect(lines.filter { $0.hasPrefix("<svg") }.count == 3, "\(result)")
    #expect(lines.contains("<!DOCTYPE"))
    // Written to the same file, not into one that took its place.
    #expect(lines.contains { $0.hasSuffix("plot written to out.svg") }, "\(result)")
    #expect(lines.suffix(3) == ["0", "character special file", "fifo"], "\(result)")
  }

  /// Ctrl-C ends the wait for someone at the other end.
  @Test func aPipeThatNobodyUsesIsNotWaitedForWithoutEnd() throws {
    let folder = try folder()
    let result = try Program.shell(
      """
      set -m; mkfifo p.svg p.loss
      for text in 'plot x for x in 0...1 to "p.svg"' 'csv("p.loss")' 'import "p.loss"'; do
        env --default-signal=INT "$0" -e "$text" 2>/dev/null & sleep 1
        kill -INT $!; wait $! 2>/dev/null; echo $?
      done
      env --default-signal=INT "$0" p.loss & sleep 1; kill -INT $!; wait $! 2>/dev/null; echo $?
      """, folder: folder)
    #expect(result.output == "130\n130\n130\n130\n")
  }

  @Test func aFileMayVanishOrHaveNoEnd() throws {
    let folder = try folder()
    let result = try Program.shell(
      """
      ln -s loop.loss loop.loss
      for file in /dev/full . loop.loss none.loss "$(printf 'a%.0s' {1..300}).loss" /proc/self/mem; do
        timeout 20 "$0" "$file" 2>&1 | cut -c1-400; done
      """, folder: folder)
    for reason in [
      "it is longer than 67108864 bytes", "it is a folder", "its links lead in a circle",
      "there is no such file", "the name is too long", "Input/output error",
    ] {
      #expect(result.output.contains("cannot be read: \(reason)"), "\(reason): \(result.output)")
    }
  }

  /// A process that may not read: root may everything, so another user is taken where there is one.
  @Test func aFileThatMayNotBeReadOrReplacedIsAnError() throws {
    guard getuid() == 0 else { return }
    let folder = try folder()
    let result = try Program.shell(
      """
      chmod 755 .; cp "$0" loss; chmod 600 page.loss old.svg
      setpriv --reuid=65534 --regid=65534 --clear-groups sh -c '
        "$0" page.loss; "$0" -e "csv(\\"old.svg\\")"; "$0" -e "plot x for x in 0...1 to \\"old.svg\\""
        "$0" -e "plot x for x in 0...1 to \\"new.svg\\""; "$0" fmt old.svg' "$0"
      """, folder: folder)
    // Where the program lies in a folder that is not everybody's, nothing can be said.
    guard !result.errors.contains("sh: ") else { return }
    let reasons = result.errors.split(separator: "\n").filter { $0.contains("permission denied") }
    #expect(reasons.count == 5, "\(result.errors)")
    #expect(try content("old.svg", folder) == Self.old)
  }
}
