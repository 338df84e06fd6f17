/// JSON text, made piece by piece: keys keep their order, arrays are never elided.
struct JSONObject {
  private(set) var text = "{"

  mutating func add(_ key: String, _ json: String) {
    if text.utf8.count > 1 { text += ", " }
    text += JSON.text(key) + ": " + json
  }

  var finished: String { text + "}" }
}

package enum JSON {
  package static func text(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// Numbers that are not finite are texts.
  static func number(_ x: Double) -> String {
    let text = NumberFormat.formatted(x)
    return x.isFinite ? text : "\"\(text)\""
  }

  static func array(_ items: some Sequence<String>) -> String {
    "[" + items.joined(separator: ", ") + "]"
  }

  static func value(_ value: Value) -> String {
    var sink = JSONSink()
    sink.append(value)
    return sink.text
  }
}

extension LossError {
  /// The error as one JSON object on one line.
  public func json(file: String?) -> String {
    var object = JSONObject()
    if let file { object.add("file", JSON.text(file)) }
    if range != nil {
      object.add("line", String(line))
      object.add("column", String(column))
    }
    object.add("error", JSON.text(message))
    if let hint { object.add("hint", JSON.text(hint)) }
    return object.finished
  }
}
