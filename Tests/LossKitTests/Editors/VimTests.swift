import Foundation
import Testing

/// The Vim files in Vim itself, where it is installed.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/vim")))
struct VimTests {
  private static let text = #"""
    ## Documentation.
    let f(x, k = 2) = softplus(x) + r.data - 1_000.5e-3 # a comment
    check f(1) == 2 over (x = randn(5)) and not true
    print "text \n more", M.T, pi, .5, 0..<n, v[..<.5]
    :set digits 5
    table x2 for k in [0x1.8p+1]
    let over = 1
    """#

  /// The groups of each line and what they cover, spaces and what has no group left out.
  private static let groups = #"""
    Documentation:## Documentation.
    Statement:let Function:f Operator:= Number:2 Operator:= Builtin:softplus Operator:+ Field:.data Operator:- Number:1_000.5e-3 Comment:# a comment
    Statement:check Number:1 Operator:== Number:2 Statement:over Operator:= Builtin:randn Number:5 OperatorWord:and OperatorWord:not Constant:true
    Statement:print String:"text  Escape:\n String: more" Field:.T Constant:pi Number:.5 Number:0 Operator:..< Operator:..< Number:.5
    Command::set Number:5
    Statement:table Conditional:for Conditional:in Number:0x1.8p+1
    Statement:let Operator:= Number:1
    """#

  @Test func textIsColoured() throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "loss-vim-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.loss")
    try Data(Self.text.utf8).write(to: file)
    let output = folder.appending(path: "output")
    let script = folder.appending(path: "test.vim")
    try Data(
      """
      set nocompatible encoding=utf-8
      set rtp^=\(EditorFilesTests.folder.appending(path: "vim").path)
      filetype plugin on
      syntax on
      edit \(file.path)
      let out = [&filetype, &commentstring]
      for l in range(1, line('$'))
        let row = []
        let last = ''
        for c in range(1, len(getline(l)))
          let group = synIDattr(synID(l, c, 1), 'name')
          if group != '' && group == last
            let row[-1] .= getline(l)[c - 1]
          elseif group != ''
            call add(row, group[4:] . ':' . getline(l)[c - 1])
          endif
          let last = group
        endfor
        call add(out, join(row, ' '))
      endfor
      call writefile(out, '\(output.path)')
      qa!
      """.utf8
    ).write(to: script)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/vim")
    process.arguments = ["-es", "-u", script.path]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    let lines = try Project.text(output).split(separator: "\n").map(String.init)
    #expect(lines.prefix(2) == ["loss", "# %s"])
    #expect(lines.dropFirst(2).joined(separator: "\n") == Self.groups)
  }
}
