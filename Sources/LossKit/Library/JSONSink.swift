/// Where JSON goes piece by piece: an array of a hundred million numbers is written without ever being
/// one text.
struct JSONSink {
  /// What was not passed on yet; all, where it goes nowhere.
  private(set) var text = ""
  private let write: ((String) -> Void)?
  private var byteCountPassedOn = 0

  /// A sink that passes blocks of text on.
  init(write: ((String) -> Void)? = nil) { self.write = write }

  var byteCount: Int { byteCountPassedOn + text.utf8.count }

  mutating func append(_ piece: String) {
    text += piece
    if let write, text.utf8.count >= 1 << 16 { passOn(write) }
  }

  /// Passes on what is left.
  mutating func finish() { if let write { passOn(write) } }

  private mutating func passOn(_ write: (String) -> Void) {
    byteCountPassedOn += text.utf8.count
    write(text)
    text.removeAll(keepingCapacity: true)
  }

  // MARK: Values

  mutating func append(_ value: Value) {
    switch value {
    case .number(let x): append(JSON.number(x))
    case .truth(let x): append(x ? "true" : "false")
    case .tensor(let tensor): append(tensor, axis: 0, offset: 0)
    case .scalarDual, .dual, .series: append(value.plain)
    // Never shown: compiled expressions show nothing.
    case .traced: append(JSON.text(value.kindDescription))
    case .enclosed(let enclosure): append(enclosure.center)
    case .text(let string): append(JSON.text(string))
    case .texts(let texts):
      appendList(texts.elements.indices) { $0.append(JSON.text(texts.elements[$1])) }
    case .function(let function): append(JSON.text("function \(function.parameterList)"))
    case .record(let record): append(zip(record.names, record.values))
    }
  }

  /// An object of values.
  mutating func append(_ members: some Sequence<(String, Value)>) {
    append("{")
    for (place, (name, value)) in members.enumerated() {
      if place > 0 { append(", ") }
      append(JSON.text(name) + ": ")
      append(value)
    }
    append("}")
  }

  private mutating func appendList(_ range: Range<Int>, _ element: (inout JSONSink, Int) -> Void) {
    append("[")
    for i in range {
      if i > range.lowerBound { append(", ") }
      element(&self, i)
    }
    append("]")
  }

  private mutating func append(_ tensor: Tensor, axis: Int, offset: Int) {
    guard axis < tensor.shape.count else {
      let x = tensor.start[offset]
      return append(tensor.isMask ? (x != 0 ? "true" : "false") : JSON.number(x))
    }
    let step = tensor.shape[(axis + 1)...].reduce(1, *)
    append("[")
    for i in 0..<tensor.shape[axis] {
      if i > 0 { append(", ") }
      // A part of the numbers could be taken for all of them, were it not for a word at its end.
      if byteCount > ValueText.stoppableLength, tensor.account.isCancelled {
        append(JSON.text("stopped"))
        break
      }
      append(tensor, axis: axis + 1, offset: offset + i * step)
    }
    append("]")
  }
}
