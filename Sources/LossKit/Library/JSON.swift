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
    switch value {
    case .number(let x): return number(x)
    case .truth(let x): return x ? "true" : "false"
    case .tensor(let tensor):
      var result = ""
      append(tensor, axis: 0, offset: 0, to: &result)
      return result
    case .scalarDual, .dual, .series: return JSON.value(value.plain)
    // Never shown: compiled expressions show nothing.
    case .traced: return text(value.kindDescription)
    case .enclosed(let enclosure): return JSON.value(enclosure.center)
    case .text(let string): return text(string)
    case .texts(let texts): return array(texts.elements.map(text))
    case .function(let function): return text("function \(function.parameterList)")
    case .record(let record):
      var object = JSONObject()
      for (name, field) in zip(record.names, record.values) { object.add(name, JSON.value(field)) }
      return object.finished
    }
  }

  private static func append(_ tensor: Tensor, axis: Int, offset: Int, to result: inout String) {
    guard axis < tensor.shape.count else {
      let x = tensor.start[offset]
      result += tensor.isMask ? (x != 0 ? "true" : "false") : number(x)
      return
    }
    let step = tensor.shape[(axis + 1)...].reduce(1, *)
    result += "["
    for i in 0..<tensor.shape[axis] {
      if i > 0 { result += ", " }
      // A part of the numbers could be taken for all of them, were it not for a word at its end.
      if tensor.account.isCancelled {
        result += text("stopped")
        break
      }
      append(tensor, axis: axis + 1, offset: offset + i * step, to: &result)
    }
    result += "]"
  }
}

extension Output {
  /// The output as one JSON object on one line.
  ///
  /// - Parameter file: the value of the key `file`, where several files run.
  public func json(file: String?) -> String {
    var object = JSONObject()
    if let file { object.add("file", JSON.text(file)) }
    object.add("line", String(line))
    switch content {
    case .value(let value, let gradient, let notes):
      object.add("source", JSON.text(source))
      object.add("value", JSON.value(value))
      if let gradient {
        var parts = JSONObject()
        for (name, value) in gradient { parts.add(name, JSON.value(value)) }
        object.add("gradient", parts.finished)
      }
      if !notes.isEmpty { object.add("notes", JSON.array(notes.map(JSON.text))) }
    case .definition(let definition, let notes):
      object.add("definition", JSON.text(definition))
      if !notes.isEmpty { object.add("notes", JSON.array(notes.map(JSON.text))) }
    case .print(let items):
      let values = ValueText(settings: DisplaySettings(elide: .max))
      object.add("print", JSON.text(items.map(values.printed).joined(separator: " ")))
    case .check(let condition, let points, let skipped):
      object.add("check", JSON.text(condition))
      object.add("points", String(points))
      object.add("skipped", String(skipped))
    case .table(let columns, let rows):
      var table = JSONObject()
      table.add("columns", JSON.array(columns.map(JSON.text)))
      table.add("rows", JSON.array(rows.map { JSON.array($0.map(JSON.value)) }))
      object.add("table", table.finished)
    case .plot(let plot):
      object.add("plot", plot.json)
    case .descent(let summary):
      object.add("minimize", summary.json)
      if !summary.notes.isEmpty {
        object.add("notes", JSON.array(summary.notes.map(JSON.text)))
      }
    }
    return object.finished
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
