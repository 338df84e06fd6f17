extension Output {
  /// The output as one JSON object on one line.
  ///
  /// Empty where it is more than ``Limits/outputBytes`` allow: `run` ends with that error then.
  ///
  /// - Parameter file: the value of the key `file`, where several files run.
  public func json(file: String?) -> String {
    var text = ""
    writeJSON(file: file) { text += $0 }
    return text
  }

  /// Writes the output as `json(file:)` gives it, in pieces, without holding it as a whole.
  public func writeJSON(file: String?, to write: (String) -> Void) {
    withoutActuallyEscaping(write) { write in
      if count.isLimited {
        // Counted first: of a line that is too long nothing may be written.
        var counter = JSONSink { _ in }
        append(to: &counter, file: file)
        guard count.add(counter.byteCount) else { return }
      }
      var sink = JSONSink(write: write)
      append(to: &sink, file: file)
      sink.finish()
    }
  }

  private func append(to sink: inout JSONSink, file: String?) {
    sink.append("{")
    if let file { sink.append("\"file\": \(JSON.text(file)), ") }
    sink.append("\"line\": \(line)")
    func add(_ key: String, _ json: String) { sink.append(", \"\(key)\": \(json)") }
    func add(notes: [String]) {
      if !notes.isEmpty { add("notes", JSON.array(notes.map(JSON.text))) }
    }
    switch content {
    case .value(let value, let gradient, let notes):
      add("source", JSON.text(source))
      add("value", "")
      sink.append(value)
      if let gradient {
        add("gradient", "")
        sink.append(gradient.lazy.map { ($0.name, $0.value) })
      }
      add(notes: notes)
    case .definition(let definition, let notes):
      add("definition", JSON.text(definition))
      add(notes: notes)
    case .print(let items):
      let values = ValueText(settings: DisplaySettings(elide: .max))
      add("print", JSON.text(items.map(values.printed).joined(separator: " ")))
    case .check(let condition, let points, let skipped):
      add("check", JSON.text(condition))
      add("points", String(points))
      add("skipped", String(skipped))
    case .table(let columns, let rows):
      var table = JSONObject()
      table.add("columns", JSON.array(columns.map(JSON.text)))
      table.add("rows", JSON.array(rows.map { JSON.array($0.map(JSON.value)) }))
      add("table", table.finished)
    case .plot(let plot):
      add("plot", plot.json)
    case .descent(let summary):
      add("minimize", summary.json)
      add(notes: summary.notes)
    }
    sink.append("}")
  }
}
