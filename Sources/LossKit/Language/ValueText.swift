/// Values as text.
struct ValueText {
  /// A text up to this length, in bytes, is made whole also where a stop was asked for: it takes no
  /// time, and may be of a statement that is done.
  static let stoppableLength = 1 << 14

  let settings: DisplaySettings

  func text(_ x: Double) -> String {
    settings.digits.map { NumberFormat.formatted(x, digits: $0) } ?? NumberFormat.formatted(x)
  }

  func text(_ value: Value) -> String {
    switch value {
    case .number(let x): text(x)
    case .truth(let x): x ? "true" : "false"
    case .tensor(let tensor): text(tensor)
    case .scalarDual, .dual, .series: text(value.plain)
    // Never shown: compiled expressions show nothing.
    case .traced: value.kindDescription
    case .enclosed(let enclosure): text(enclosure.center)
    case .text(let text): quoted(text)
    case .texts(let texts): text(texts)
    case .function(let function): "function \(function.parameterList)"
    case .record(let record):
      "{"
        + zip(record.names, record.values).map { "\(ValueText.fieldName($0)) = \(text($1))" }
        .joined(separator: ", ") + "}"
    }
  }

  /// As `print` shows it: a text without its quotes.
  func printed(_ value: Value) -> String {
    if case .text(let text) = value { return text }
    return text(value)
  }

  private func text(_ tensor: Tensor) -> String {
    var isElided = false
    var result = ""
    append(tensor, axis: 0, offset: 0, to: &result, &isElided)
    if isElided {
      result += " (\(tensor.shape.map(String.init).joined(separator: ", ")))"
    }
    return result
  }

  private func append(
    _ tensor: Tensor, axis: Int, offset: Int, to result: inout String, _ isElided: inout Bool
  ) {
    guard axis < tensor.shape.count else {
      let x = tensor.start[offset]
      result += tensor.isMask ? (x != 0 ? "true" : "false") : text(x)
      return
    }
    let count = tensor.shape[axis]
    let step = tensor.shape[(axis + 1)...].reduce(1, *)
    let isShortened = count > settings.elide
    result += "["
    for position in 0..<(isShortened ? 5 : count) {
      if position > 0 { result += ", " }
      // The first three, the gap and the last.
      let i = isShortened && position == 4 ? count - 1 : position
      // A long text can take a while: stopped, it ends as if elided, which the shape after it tells.
      if isShortened && position == 3
        || result.utf8.count > ValueText.stoppableLength && tensor.account.isCancelled
      {
        isElided = true
        result += "… "
        if !isShortened { break }
      } else {
        append(tensor, axis: axis + 1, offset: offset + i * step, to: &result, &isElided)
      }
    }
    result += "]"
  }

  private func text(_ texts: TextArray) -> String {
    let count = texts.elements.count
    guard count > settings.elide else {
      return "[\(texts.elements.map(quoted).joined(separator: ", "))]"
    }
    let first = texts.elements.prefix(3).map(quoted)
    let last = texts.elements.suffix(1).map(quoted)
    return "[\((first + ["… "] + last).joined(separator: ", "))] (\(count))"
  }

  /// A text as it is written in a script.
  func quoted(_ text: String) -> String {
    var result = "\""
    for character in text.unicodeScalars {
      switch character {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where character.value < 0x20 || character.value == 0x7F:
        result += "\\u{\(String(character.value, radix: 16))}"
      default: result.unicodeScalars.append(character)
      }
    }
    return result + "\""
  }

  static func fieldName(_ name: String) -> String {
    let isName =
      name.unicodeScalars.first.map { $0.properties.isAlphabetic || $0 == "_" } ?? false
      && name.unicodeScalars.allSatisfy {
        $0.properties.isAlphabetic || $0.properties.numericType != nil || $0 == "_"
      }
    return isName ? name : ValueText(settings: DisplaySettings()).quoted(name)
  }
}

extension Function {
  /// The parameters in brackets, defaults from their own text.
  var parameterList: String {
    switch self {
    case .closure(let closure):
      let script = closure.environment.script
      return "("
        + closure.parameters.map { parameter in
          let end = script.source.nameEnd(at: parameter.offset)
          let name = script.source.text(SourceRange(start: parameter.offset, end: end))
          return parameter.defaultValue.isNone
            ? name : "\(name) = \(script.text(of: parameter.defaultValue))"
        }.joined(separator: ", ") + ")"
    case .builtin(let builtin): return String(builtin.signature.dropFirst(builtin.name.count))
    case .derivative(let derivative): return derivative.base.parameterList
    case .smoothed(let smoothed): return smoothed.base.parameterList
    }
  }
}

extension Source {
  /// Where a name that starts at an offset ends.
  func nameEnd(at start: UInt32) -> UInt32 {
    var end = Int(start)
    while end < bytes.count {
      let byte = bytes[end]
      let isWord =
        byte >= 0x80 || byte == UInt8(ascii: "_")
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
      if !isWord { break }
      end += 1
    }
    return UInt32(end)
  }
}
