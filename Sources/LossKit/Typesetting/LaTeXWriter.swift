/// Writes boxes as LaTeX with the packages amsmath and amssymb, for pdfTeX as well as for LuaTeX.
enum LaTeXWriter {
  /// About how many digits fit on a line of an article.
  static let lineWidth = 68.0

  /// The content of a displayed formula, without the brackets around it.
  ///
  /// Where there are several lines, or one is too long, an `aligned` environment.
  static func display(_ formula: DisplayedFormula) -> String {
    let lines = formula.lines.flatMap(brokenLine)
    if lines.count == 1, let line = lines.first { return items(line.boxes) }
    let rows = lines.map { "  \(items($0.left)) & \(items($0.relation + [$0.right]))" }
    return "\\begin{aligned}\n\(rows.joined(separator: " \\\\\n"))\n\\end{aligned}"
  }

  /// A line, broken before the signs of a sum, or else before relations and factors, where it is
  /// too long.
  private static func brokenLine(_ line: DisplayedFormula.Line) -> [DisplayedFormula.Line] {
    let room = lineWidth - Box.row(line.left + line.relation).width
    guard line.right.width > room, case .row(let boxes) = line.right else { return [line] }
    func isBreak(_ box: Box) -> Bool {
      if case .sign(let sign) = box { return sign.role == .binary || sign.role == .relation }
      return false
    }
    var parts: [[Box]] = [[]]
    for box in boxes {
      if isBreak(box), parts.last?.isEmpty == false { parts.append([]) }
      parts[parts.count - 1].append(box)
    }
    var rows: [[Box]] = [[]]
    var width = 0.0
    for part in parts {
      let own = Box.row(part).width
      if width > 0, width + own > room {
        rows.append([.quad])
        width = 2
      }
      rows[rows.count - 1] += part
      width += own
    }
    return rows.enumerated().map { place, row in
      place == 0
        ? DisplayedFormula.Line(left: line.left, relation: line.relation, right: .row(row))
        : DisplayedFormula.Line(left: [], relation: [], right: .row(row))
    }
  }

  private static func items(_ boxes: [Box]) -> String {
    var result = ""
    var isApplied = false
    for box in boxes {
      let text = element(box)
      if !text.isEmpty, !result.isEmpty, !isJoined(box, isApplied) { result += " " }
      result += text
      isApplied = box == .sign(.application)
    }
    return result
  }

  /// Whether nothing stands between a box and what is before it: f(x), and not f (x).
  private static func isJoined(_ box: Box, _ isApplied: Bool) -> Bool {
    switch box {
    case .sign(.comma), .sign(.semicolon): true
    case .fenced(let fence, let content):
      isApplied && !content.isTall && !fence.latex.left.hasPrefix("\\")
    default: false
    }
  }

  private static func element(_ box: Box) -> String {
    switch box {
    case .row(let boxes): return items(boxes)
    case .variable(let name):
      return name.count == 1 ? LaTeXText.letters(name) : LaTeXText.word(name, "mathrm")
    case .upright(let name): return LaTeXText.word(name, "mathrm")
    case .operation(let name):
      return commands.contains(name) ? "\\\(name)" : LaTeXText.word(name, "operatorname")
    case .bold(let name): return LaTeXText.word(name, "mathbf")
    case .number(let digits): return digits
    case .sign(let sign): return sign.latex
    case .text(let text): return "\\text{\(LaTeXText.text(text))}"
    case .thinSpace: return "\\,"
    case .quad: return "\\quad"
    case .fraction(let above, let below):
      return "\\frac{\(element(above))}{\(element(below))}"
    case .scripts(let base, let sub, let sup):
      return scripted(base) + (sub.map { "_{\(element($0))}" } ?? "")
        + (sup.map { "^{\(element($0))}" } ?? "")
    case .limits(let base, let below, let above): return limits(base, below, above)
    case .accented(let base, let accent): return "\(accent.latex){\(element(base))}"
    case .root(let box): return "\\sqrt{\(element(box))}"
    case .fenced(let fence, let box):
      let (left, right) = fence.latex
      let content = element(box)
      return fence == .evaluation || box.isTall
        ? "\\left\(left) \(content) \\right\(right)" : joined(left, content, right)
    case .cases(let rows): return "\\begin{cases} \(table(rows)) \\end{cases}"
    case .matrix(let rows): return "\\begin{bmatrix} \(table(rows)) \\end{bmatrix}"
    }
  }

  /// A bracket that is a command needs a space before a letter.
  private static func joined(_ left: String, _ content: String, _ right: String) -> String {
    left.hasPrefix("\\") ? "\(left) \(content) \(right)" : left + content + right
  }

  /// The base of scripts: a group of its own where scripts would go to its last part.
  private static func scripted(_ base: Box) -> String {
    let text = element(base)
    switch base {
    case .variable, .upright, .operation, .bold, .number, .fenced: return text
    case .sign(let sign) where sign.role != .big: return text
    // Scripts of the last box of a row: (x)² is meant.
    case .row(let boxes):
      if case .fenced? = boxes.last { return text }
      return "{\(text)}"
    default: return "{\(text)}"
    }
  }

  private static func limits(_ base: Box, _ below: [Box], _ above: Box?) -> String {
    let name: String
    switch base {
    case .sign(let sign) where sign.role == .big: name = sign.latex
    case .operation("max"), .operation("min"): name = element(base)
    // `\operatorname*` sets what is below it as a limit.
    case .operation(let word): name = LaTeXText.word(word, "operatorname*")
    default: name = "\\mathop{\(element(base))}"
    }
    let lines = below.map(element).joined(separator: " \\\\ ")
    let under =
      below.isEmpty ? "" : below.count == 1 ? "_{\(lines)}" : "_{\\substack{\(lines)}}"
    // Several lines beside a sign, as within a fraction, could not be read.
    let place = below.count > 1 ? "\\limits" : ""
    return name + place + under + (above.map { "^{\(element($0))}" } ?? "")
  }

  /// The functions that LaTeX has commands for.
  private static let commands: Set = [
    "log", "exp", "max", "min", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh",
    "tanh", "det",
  ]

  private static func table(_ rows: [[Box]]) -> String {
    rows.map { $0.map(element).joined(separator: " & ") }.joined(separator: " \\\\ ")
  }
}
