extension LayoutPrinter.Line {
  /// Puts the comments at the ends of lines into their columns: two spaces after the text, and below
  /// each other where they were so before in neighbouring lines.
  static func placeComments(in lines: inout [LayoutPrinter.Line], of source: Source) {
    var start = 0
    while start < lines.count {
      guard let first = lines[start].comment else {
        start += 1
        continue
      }
      var end = start + 1
      while end < lines.count, lines[end].comment?.column == first.column { end += 1 }
      let column = (lines[start..<end].map(\.width).max() ?? 0) + 2
      for index in start..<end {
        guard let comment = lines[index].comment else { continue }
        lines[index].text += Array(repeating: 0x20, count: column - lines[index].width)
        lines[index].text += source.bytes[Int(comment.range.start)..<Int(comment.range.end)]
      }
      start = end
    }
  }
}
