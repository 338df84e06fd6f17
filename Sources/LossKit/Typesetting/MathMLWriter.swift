/// Writes boxes as MathML Core's presentation elements: what a browser shows without a library.
enum MathMLWriter {
  static func math(_ formula: DisplayedFormula) -> String {
    let lines = formula.lines
    if lines.count == 1, let line = lines.first {
      return "<math display=\"block\">\(items(line.boxes))</math>"
    }
    // Left sides to the right and right sides to the left of the relation.
    let rows = lines.map { line in
      let left = "<mtd style=\"text-align: right\">\(element(.row(line.left)))</mtd>"
      let right =
        "<mtd style=\"text-align: left\">\(element(.row(line.relation + [line.right])))</mtd>"
      return "<mtr>\(left)\(right)</mtr>"
    }
    return "<math display=\"block\"><mtable>\(rows.joined())</mtable></math>"
  }

  private static func items(_ boxes: [Box]) -> String {
    var result = ""
    var before: Box?
    for box in boxes {
      // Browsers set `log` and `det`, and 2 and `log`, without a space between them.
      if before == .sign(.application) && !isBracketed(box)
        || before == .sign(.times) && beginsWithOperation(box)
      {
        result += element(.thinSpace)
      }
      result += element(box)
      before = box
    }
    return result
  }

  private static func isBracketed(_ box: Box) -> Bool {
    if case .fenced = box { true } else { false }
  }

  private static func beginsWithOperation(_ box: Box) -> Bool {
    switch box {
    case .operation: true
    case .row(let boxes): boxes.first.map(beginsWithOperation) ?? false
    case .scripts(let base, _, _), .limits(let base, _, _): beginsWithOperation(base)
    default: false
    }
  }

  private static func element(_ box: Box) -> String {
    switch box {
    case .row(let boxes):
      return boxes.count == 1 ? element(boxes[0]) : "<mrow>\(items(boxes))</mrow>"
    case .variable(let name): return "<mi>\(escaped(name))</mi>"
    case .upright(let name), .operation(let name):
      // A single letter would be italic.
      let variant = name.count == 1 ? " mathvariant=\"normal\"" : ""
      return "<mi\(variant)>\(escaped(name))</mi>"
    case .bold(let letter): return "<mi>\(escaped(bold(letter)))</mi>"
    case .number(let digits): return "<mn>\(escaped(digits))</mn>"
    case .sign(let sign): return self.sign(sign)
    case .text(let text): return "<mtext>\(escaped(text, spaces: "&#xA0;"))</mtext>"
    case .thinSpace: return "<mspace width=\"0.17em\"></mspace>"
    case .quad: return "<mspace width=\"1em\"></mspace>"
    case .fraction(let above, let below):
      return "<mfrac>\(element(above))\(element(below))</mfrac>"
    case .scripts(let base, let sub?, let sup?):
      return "<msubsup>\(element(base))\(element(sub))\(element(sup))</msubsup>"
    case .scripts(let base, let sub?, nil): return "<msub>\(element(base))\(element(sub))</msub>"
    case .scripts(let base, nil, let sup?): return "<msup>\(element(base))\(element(sup))</msup>"
    case .scripts(let base, nil, nil): return element(base)
    case .limits(let base, let below, let above): return limits(base, below, above)
    case .accented(let base, let accent):
      return "<mover accent=\"true\">\(element(base))<mo>\(escaped(accent.character))</mo></mover>"
    case .root(let box): return "<msqrt>\(element(box))</msqrt>"
    case .fenced(let fence, let box):
      let (left, right) = fence.characters
      let content = element(box)
      // Chromium sets a bracket that may grow with wide margins, also where it need not.
      let stretchy = fence == .evaluation || box.isTall ? "" : " stretchy=\"false\""
      return "<mrow>\(bracket(left, "form=\"prefix\"\(stretchy)"))\(content)"
        + "\(bracket(right, "form=\"postfix\"\(stretchy)"))</mrow>"
    case .cases(let rows):
      return "<mrow>\(bracket("{", "form=\"prefix\""))\(table(rows, alignment: "left"))</mrow>"
    case .matrix(let rows):
      let content = table(rows, alignment: "center")
      return "<mrow>\(bracket("[", "form=\"prefix\""))\(content)"
        + "\(bracket("]", "form=\"postfix\""))</mrow>"
    }
  }

  private static func bracket(_ character: String, _ attributes: String) -> String {
    character.isEmpty ? "" : "<mo \(attributes) fence=\"true\">\(escaped(character))</mo>"
  }

  private static func sign(_ sign: Sign) -> String {
    let text = escaped(sign.character)
    switch sign.role {
    case .prefix: return "<mo form=\"prefix\">\(text)</mo>"
    // `mod` is no operator that browsers know, and ∧ before an operand would be a prefix.
    case .binary: return "<mo form=\"infix\">\(text)</mo>"
    case .ordinary where sign == .positive || sign == .transposed || sign == .placeholder:
      return "<mi mathvariant=\"normal\">\(text)</mi>"
    case .ordinary, .relation, .punctuation, .big: return "<mo>\(text)</mo>"
    }
  }

  private static func limits(_ base: Box, _ below: [Box], _ above: Box?) -> String {
    let base = element(base)
    let lines = below.map { "<mtr><mtd style=\"padding: 0\">\(element($0))</mtd></mtr>" }
    let under = below.count == 1 ? element(below[0]) : "<mtable>\(lines.joined())</mtable>"
    switch (below.isEmpty, above) {
    case (false, let above?): return "<munderover>\(base)\(under)\(element(above))</munderover>"
    case (false, nil): return "<munder>\(base)\(under)</munder>"
    case (true, let above?): return "<mover>\(base)\(element(above))</mover>"
    case (true, nil): return base
    }
  }

  private static func table(_ rows: [[Box]], alignment: String) -> String {
    let rows = rows.map { row in
      let cells = row.map {
        "<mtd style=\"text-align: \(alignment)\">\(element($0))</mtd>"
      }
      return "<mtr>\(cells.joined())</mtr>"
    }
    return "<mtable>\(rows.joined())</mtable>"
  }

  /// The bold letters of Unicode: `mathvariant` knows only `normal` in MathML Core.
  private static func bold(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let base: UInt32? =
        switch scalar {
        case "A"..."Z": 0x1D400 - 0x41
        case "a"..."z": 0x1D41A - 0x61
        case "0"..."9": 0x1D7CE - 0x30
        default: nil
        }
      result.append(base.flatMap { Unicode.Scalar($0 + scalar.value) } ?? scalar)
    }
    return String(result)
  }

  /// A text for the content of an element; what cannot be seen is written as a number.
  private static func escaped(_ text: String, spaces: String = " ") -> String {
    XMLText.escaped(text).replacing(" ", with: spaces)
      .replacing("\u{2061}", with: "&#x2061;").replacing("\u{2062}", with: "&#x2062;")
  }
}
