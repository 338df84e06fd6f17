import Foundation
import Testing

/// `loss fmt` as a process.
@Suite struct FormatTests {
  @Test func filesAreFormattedInPlace() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("let a=1 # one\n", to: "a.loss")
    try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: file)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link.loss"), withDestinationPath: "a.loss")
    let result = try Program.run(["fmt", "link.loss"], folder: folder)
    #expect(result.status == 0)
    #expect(result.output.isEmpty)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "let a = 1  # one\n")
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o750)
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link.loss"))
        == "a.loss")
    // Nothing is left beside it.
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
  }

  @Test func aFormattedFileIsNotWritten() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("let a = 1\n", to: "a.loss")
    let before = try FileManager.default.attributesOfItem(atPath: file)
    #expect(try Program.run(["fmt", "a.loss"], folder: folder).status == 0)
    let after = try FileManager.default.attributesOfItem(atPath: file)
    #expect(before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
    #expect(before[.modificationDate] as? Date == after[.modificationDate] as? Date)
  }

  @Test func standardInputGoesToStandardOutput() throws {
    for arguments in [["fmt"], ["fmt", "-"]] {
      let result = try Program.run(arguments, input: "max( 1,2 )")
      #expect(result.output == "max(1, 2)\n")
      #expect(result.status == 0)
    }
  }

  @Test func checkListsWhatWouldChange() throws {
    let folder = try TemporaryFolder()
    try folder.write("a+b\n", to: "a.loss")
    try folder.write("a + b\n", to: "b.loss")
    let result = try Program.run(["fmt", "--check", "a.loss", "b.loss"], folder: folder)
    #expect(result.status == 1)
    #expect(result.output == "a.loss\n")
    #expect(try String(contentsOfFile: folder.file("a.loss"), encoding: .utf8) == "a+b\n")
    #expect(try Program.run(["fmt", "--check", "b.loss"], folder: folder).status == 0)
    let json = try Program.run(["fmt", "--check", "--json", "a.loss"], folder: folder)
    #expect(json.output == "{\"file\": \"a.loss\"}\n")
  }

  @Test func aFileWithAnErrorStaysAsItIs() throws {
    let folder = try TemporaryFolder()
    try folder.write("let a=(1\n", to: "a.loss")
    try folder.write("b+1\n", to: "b.loss")
    let result = try Program.run(["fmt", "a.loss", "b.loss"], folder: folder)
    #expect(result.status == 1)
    #expect(result.errors.contains("a.loss:1:7: error: '(' is not closed"))
    #expect(try String(contentsOfFile: folder.file("a.loss"), encoding: .utf8) == "let a=(1\n")
    #expect(try String(contentsOfFile: folder.file("b.loss"), encoding: .utf8) == "b + 1\n")
  }

  @Test func whatCannotBeReadIsAWrongCall() throws {
    let folder = try TemporaryFolder()
    let result = try Program.run(["fmt", "missing.loss"], folder: folder)
    #expect(result.status == 64)
    #expect(result.errors == "error: 'missing.loss' cannot be read: there is no such file\n")
    #expect(try Program.run(["fmt", "-e", "a"]).status == 64)
    #expect(try Program.run(["fmt", "--bogus"]).status == 64)
  }
}
