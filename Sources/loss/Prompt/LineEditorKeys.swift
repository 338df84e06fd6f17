@preconcurrency import CReadline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The keys that do something else here than in a shell.
///
/// Bound before readline reads the user's inputrc, which so has the last word.
enum LineEditorKeys {
  static func bind() {
    for map in ["emacs", "vi-insert", "vi-command"] {
      let keymap = rl_get_keymap_by_name(map)
      for key in ["\\C-m", "\\C-j"] {
        rl_bind_keyseq_in_map(key, { LineEditorKeys.accept($0, $1) }, keymap)
      }
      // readline's own handler makes two line ends of CR LF.
      rl_bind_keyseq_in_map("\\e[200~", { LineEditorKeys.paste($0, $1) }, keymap)
    }
    // Alt-Enter, as in other prompts.
    for key in ["\\e\\C-m", "\\e\\C-j"] {
      rl_bind_keyseq_in_map(
        key, { _, _ in rl_insert_text("\n") < 0 ? 1 : 0 }, rl_get_keymap_by_name("emacs"))
    }
    // As terminals send Home, End and the word keys.
    let emacs = rl_get_keymap_by_name("emacs")
    rl_bind_keyseq_in_map("\\e[1;5C", { rl_forward_word($0, $1) }, emacs)
    rl_bind_keyseq_in_map("\\e[1;5D", { rl_backward_word($0, $1) }, emacs)
    rl_bind_keyseq_in_map("\\e[1;3C", { rl_forward_word($0, $1) }, emacs)
    rl_bind_keyseq_in_map("\\e[1;3D", { rl_backward_word($0, $1) }, emacs)
  }

  /// Enter: the line is shown for the last time, without marks for who edits it.
  private static func accept(_ count: Int32, _ key: Int32) -> Int32 {
    LineEditorCallbacks.painter?.finish()
    return rl_newline(count, key)
  }

  /// A bracketed paste: the text goes into the line as a whole, its tabs and line ends too, and is
  /// one step for undo.
  private static func paste(_ count: Int32, _ key: Int32) -> Int32 {
    let end = Array("\u{1B}[201~".utf8)
    var bytes: [UInt8] = []
    while true {
      let key = rl_read_key()
      // The terminal went away.
      guard let byte = UInt8(exactly: key) else { break }
      bytes.append(byte)
      if byte == end[end.count - 1], bytes.suffix(end.count) == end[...] {
        bytes.removeLast(end.count)
        break
      }
    }
    var text = pasted(bytes)
    // What follows the last line end of a paste is the Enter that was copied along.
    if rl_point == rl_end {
      while text.last == UInt8(ascii: "\n") { text.removeLast() }
    }
    text.append(0)
    text.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { _ = rl_insert_text($0.baseAddress) }
    }
    return 0
  }

  /// Line ends of every system as `\n`, indentation as spaces, no zero bytes, which would end the line.
  private static func pasted(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var isIndentation = false
    for (place, byte) in bytes.enumerated() {
      switch byte {
      case 0: continue
      case UInt8(ascii: "\r"):
        if place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "\n") { continue }
        result.append(UInt8(ascii: "\n"))
        isIndentation = true
      case UInt8(ascii: "\n"):
        result.append(byte)
        isIndentation = true
      case UInt8(ascii: "\t") where isIndentation:
        // Elsewhere it may stand in a text.
        result += [UInt8](repeating: UInt8(ascii: " "), count: 4)
      default:
        isIndentation = isIndentation && byte == UInt8(ascii: " ")
        result.append(byte)
      }
    }
    return result
  }
}
