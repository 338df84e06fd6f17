import Foundation
import Testing

@testable import LossKit

/// A session that was given a folder reaches what is beneath it, by whatever path, and nothing else.
@Suite struct FileRootTests {
  /// `outside.csv` beside a folder `root` with `in.csv`, `sub/deep.csv` and links of all kinds.
  private final class Folders {
    let url: URL
    var root: String { url.appending(path: "root").path }

    init() throws {
      url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        .appending(path: "loss-root-\(UUID().uuidString)")
      let manager = FileManager.default
      try manager.createDirectory(
        at: url.appending(path: "root/sub/empty"), withIntermediateDirectories: true)
      for name in ["outside.csv", "root/in.csv", "root/sub/deep.csv"] {
        try Data("a\n1\n".utf8).write(to: url.appending(path: name))
      }
      for (name, target) in [
        ("root/out-link.csv", "../outside.csv"), ("root/in-link.csv", "sub/deep.csv"),
        ("root/absolute.csv", url.appending(path: "root/in.csv").path),
        ("root/up", ".."), ("root/sub/back.csv", "../in.csv"), ("root/loop", "loop"),
        ("root/folder", "sub"), ("root/dangling", "nothing"),
      ] {
        try manager.createSymbolicLink(
          atPath: url.appending(path: name).path, withDestinationPath: target)
      }
      #expect(mkfifo(url.appending(path: "root/pipe").path, 0o600) == 0)
    }

    deinit { try? FileManager.default.removeItem(at: url) }
  }

  private func reason(_ access: FileAccess, _ path: String, atMost limit: Int = 100) -> String? {
    do throws(FileAccess.Failure) {
      _ = try access.read(path, atMost: limit)
      return nil
    } catch {
      return error.reason
    }
  }

  @Test(arguments: [
    "in.csv", "./in.csv", "sub/deep.csv", "sub/../in.csv", "sub//deep.csv", "in-link.csv",
    "sub/back.csv", "folder/deep.csv", "folder/../in.csv", "sub/empty/../../in.csv",
  ])
  func beneath(_ path: String) throws {
    let folders = try Folders()
    let access = FileAccess.reading(beneath: folders.root)
    #expect(reason(access, path) == nil)
    #expect(reason(access, folders.root + "/" + path) == nil)
  }

  @Test(arguments: [
    "../outside.csv", "sub/../../outside.csv", "out-link.csv", "up/outside.csv", "absolute.csv",
    "sub/../../root/in.csv", "/etc/passwd", "/", "..", "up/root/in.csv",
  ])
  func outside(_ path: String) throws {
    let folders = try Folders()
    let access = FileAccess.readingAndWriting(beneath: folders.root)
    #expect(reason(access, path) == "it is outside of the folder that this session may use")
    #expect(throws: FileAccess.Failure.self) { try access.write([1], path) }
    #expect(
      try String(contentsOf: folders.url.appending(path: "outside.csv"), encoding: .utf8)
        == "a\n1\n")
  }

  @Test(arguments: [
    ("loop", "it is a link to itself"), ("pipe", "it is no regular file"),
    ("sub", "it is a folder"), ("", "it is a folder"), ("nothing", "there is no such file"),
    ("dangling", "there is no such file"), ("in.csv/more", "there is no such file"),
    ("in.csv\0.csv", "there is no such file"), ("no/../in.csv", "there is no such file"),
  ])
  func others(_ path: String, _ expected: String) throws {
    let folders = try Folders()
    #expect(reason(.reading(beneath: folders.root), path) == expected)
  }

  @Test func aFileLongerThanThereIsRoomIsNotRead() throws {
    let folders = try Folders()
    let access = FileAccess.reading(beneath: folders.root)
    #expect(reason(access, "in.csv", atMost: 4) == nil)
    #expect(
      reason(access, "in.csv", atMost: 3) == "it is longer than 3 bytes, the most that are allowed")
  }

  @Test func filesAreReplacedWhole() throws {
    let folders = try Folders()
    let access = FileAccess.readingAndWriting(beneath: folders.root)
    try access.write(Array("b\n".utf8), "sub/new.csv")
    try access.write(Array("c\n".utf8), "sub/new.csv")
    #expect(try access.read("sub/new.csv", atMost: 10) == Array("c\n".utf8))
    #expect(throws: FileAccess.Failure.self) { try access.write([1], "missing/new.csv") }
    #expect(throws: FileAccess.Failure.self) { try access.write([1], "sub") }
    #expect(throws: FileAccess.Failure.self) {
      try FileAccess.reading(beneath: folders.root).write([1], "in.csv")
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: folders.root + "/sub")
    #expect(names.sorted() == ["back.csv", "deep.csv", "empty", "new.csv"])
  }

  @Test func throughASession() throws {
    let folders = try Folders()
    try Data("let a = 7\n".utf8).write(to: folders.url.appending(path: "root/sub/l.loss"))
    let session = Session(files: .reading(beneath: folders.root))
    try session.run("import \"sub/l.loss\"\nassert l.a == 7\ncsv(\"sub/back.csv\").a") { _ in }
    for text in ["csv(\"../outside.csv\")", "import \"../x.loss\""] {
      let error = #expect(throws: LossError.self) { try session.run(text) { _ in } }
      #expect(
        error?.message.hasSuffix("it is outside of the folder that this session may use") == true)
    }
  }

  @Test func aRootThatIsNotThere() {
    #expect(
      reason(.reading(beneath: "/nonexistent"), "a") == "its root folder cannot be opened")
  }
}
