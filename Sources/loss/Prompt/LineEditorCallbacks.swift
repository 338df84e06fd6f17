@preconcurrency import CReadline

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What readline's callbacks reach: they carry no context.
///
/// Unsafe only by declaration: readline calls back on the thread that called it, which is the main
/// thread.
enum LineEditorCallbacks {
  nonisolated(unsafe) static var event: LineEditor.Event?
  nonisolated(unsafe) static var completer: (String) -> Completion = { _ in .none }

  /// Draws the line with its colours, where there are any.
  nonisolated(unsafe) static var painter: LinePainter?

  /// What the last completion offered, as a person reads it.
  nonisolated(unsafe) private static var candidates: [String] = []

  static func finish(_ line: UnsafeMutablePointer<CChar>?) {
    // Removed at once: readline would show the prompt again and take the terminal.
    rl_callback_handler_remove()
    guard let line else {
      event = .end
      return
    }
    event = String(validatingCString: line).map { .line($0) } ?? .invalid
    free(line)
  }

  /// The matches as readline wants them: their common beginning, then each.
  static func completions(
    start: Int32, end: Int32
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    rl_attempted_completion_over = 1
    rl_completion_append_character = 0
    guard let buffer = rl_line_buffer else { return nil }
    let bytes = UnsafeRawBufferPointer(start: buffer, count: strlen(buffer)).prefix(Int(end))
    let line = String(decoding: bytes, as: UTF8.self)
    // Offsets in a line with bytes that are not UTF-8 would not be those of readline.
    guard line.utf8.count == bytes.count else { return nil }

    let completion = completer(line)
    candidates = completion.candidates.sorted()
    let texts = candidates.compactMap { adapt($0, from: completion.start, Int(start), line) }
    return matchList(texts)
  }

  /// Lists the candidates themselves: readline's matches also hold what lies before them in its
  /// word, such as the folder of a file.
  static func showCandidates() {
    guard let list = matchList(candidates) else { return }
    let width = candidates.map(\.unicodeScalars.count).max() ?? 0
    rl_display_match_list(list, Int32(clamping: candidates.count), Int32(clamping: width))
    rl_forced_update_display()
    for index in 0...candidates.count { free(list[index]) }
    free(list)
  }

  /// A list that readline can release: allocated by `malloc`, ended by a null pointer.
  private static func matchList(
    _ texts: [String]
  ) -> UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? {
    guard let first = texts.first else { return nil }
    let common = texts.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
    let entries = texts.count == 1 ? [common] : [common] + texts
    let size = (entries.count + 1) * MemoryLayout<UnsafeMutablePointer<CChar>?>.stride
    guard let memory = malloc(size) else { return nil }
    let list = memory.bindMemory(
      to: UnsafeMutablePointer<CChar>?.self, capacity: entries.count + 1)
    for (index, entry) in entries.enumerated() { list[index] = strdup(entry) }
    list[entries.count] = nil
    return list
  }

  /// readline replaces from where *it* sees a word begin: what lies between the two starts is added
  /// or taken away.
  private static func adapt(
    _ candidate: String, from own: Int, _ word: Int, _ line: String
  ) -> String? {
    if own >= word {
      let between = line.utf8.dropFirst(word).prefix(own - word)
      return String(decoding: between, as: UTF8.self) + candidate
    }
    let skipped = line.utf8.dropFirst(own).prefix(word - own)
    guard candidate.utf8.starts(with: skipped) else { return nil }
    return String(decoding: candidate.utf8.dropFirst(skipped.count), as: UTF8.self)
  }
}

extension String {
  /// The longest beginning that both have.
  fileprivate func commonPrefix(with other: String) -> String {
    String(zip(self, other).prefix { $0 == $1 }.map(\.0))
  }
}
