extension ReportPage {
  /// Statements as listings: each goes on until there is something to show below it.
  func append(_ statements: [Report.Statement], to list: inout Markup) {
    var start = 0
    for (place, statement) in statements.enumerated() {
      let next = place + 1 < statements.count ? statements[place + 1] : nil
      if endsListing(statement, before: next) {
        append(listing: statements[start...place], to: &list)
        start = place + 1
      }
    }
  }

  private func endsListing(_ statement: Report.Statement, before next: Report.Statement?) -> Bool {
    guard let next else { return true }
    if next.documentation != nil { return true }
    // Lines that are printed one after the other were written to be read as one text.
    if statement.kind == .print, next.kind == .print, !next.isApart, statement.errors.isEmpty {
      return false
    }
    return statement.showsSomething
  }

  private func append(listing: ArraySlice<Report.Statement>, to list: inout Markup) {
    list.lineEnd()
    if let documentation = listing.first?.documentation {
      list.element("div", [.class("documentation")]) { text in
        text.lineEnd()
        text.append(Markup(trusted: markdown.blocks(documentation)))
      }
      list.lineEnd()
    }
    list.element("div", [.class("listing")]) { div in
      for (place, statement) in zip(listing.indices, listing) {
        let isApart = statement.isApart && place > listing.startIndex
        div.lineEnd()
        div.element("div", isApart ? [.class("line apart")] : [.class("line")]) { line in
          if !statement.code.isEmpty { append(code: statement, to: &line) }
          mark(of: statement, to: &line)
        }
        if let formula = statement.formula {
          div.lineEnd()
          div.element("div", [.class("formula")]) {
            $0.append(Markup(trusted: formula.mathML))
          }
        }
      }
      div.lineEnd()
    }
    for statement in listing {
      for result in statement.results { append(result, of: statement, to: &list) }
      for error in statement.errors { append(error, to: &list) }
    }
    list.lineEnd()
  }

  private func append(code statement: Report.Statement, to line: inout Markup) {
    let isMuted = statement.outcome == .notRun
    line.element("pre", isMuted ? [.class("code muted")] : [.class("code")]) { pre in
      pre.element("code") { ReportCode.append(statement.code, to: &$0) }
    }
  }

  /// What is said beside the code.
  private func mark(of statement: Report.Statement, to line: inout Markup) {
    switch (statement.outcome, statement.kind) {
    case (.notRun, _):
      line.element("span", [.class("mark")], text: "not run")
    case (.ran, .claim):
      line.element("span", [.class("mark")]) { mark in
        mark.element("span", [.class("good")], text: "✓")
        mark.append(text: " " + (claim(statement) ?? "holds"))
      }
    case (.failed, _):
      line.element("span", [.class("mark")]) { mark in
        mark.element("span", [.class("bad")], text: "✗")
        mark.append(
          text: statement.errors.contains(where: \.error.isCancellation) ? " stopped" : " error")
      }
    case (.ran, _): break
    }
  }

  private func claim(_ statement: Report.Statement) -> String? {
    guard case .check(_, let points, let skipped)? = statement.results.first?.output.content else {
      return nil
    }
    return Output.claim(points: points, skipped: skipped)
  }

  // MARK: Results

  private func append(
    _ result: Report.Result, of statement: Report.Statement, to div: inout Markup
  ) {
    let values = ReportValues(settings: result.settings)
    switch result.output.content {
    // Said beside the code.
    case .check: return
    case .value(let value, let gradient, let notes):
      div.lineEnd()
      div.element("div", [.class("result")]) { result in
        values.append(value, to: &result)
        if let gradient { values.append(gradient: gradient, to: &result) }
        append(notes, to: &result)
      }
    case .definition(_, let notes):
      div.lineEnd()
      div.element("div", [.class("result")]) { append(notes, to: &$0) }
    case .print(let items):
      div.lineEnd()
      div.element("pre", [.class("print")]) { pre in
        let text = ValueText(settings: result.settings)
        pre.append(text: ReportValues.bounded(items.map(text.printed).joined(separator: " ")))
      }
    case .plot(let plot):
      div.lineEnd()
      append(plot, width: 720, height: 400, to: &div)
    case .descent(let summary):
      div.lineEnd()
      div.element("div", [.class("result")]) { result in
        values.append(.number(summary.descent.value), to: &result)
        result.element("p", [.class("ending")], text: summary.ending)
        values.append(inputs: summary.inputs, to: &result)
        append(summary.notes, to: &result)
      }
      if let plot = summary.descent.plot {
        div.lineEnd()
        append(plot, width: 480, height: 240, to: &div)
      }
    case .table(let columns, let rows):
      div.lineEnd()
      ReportTable(columns: columns, rows: rows, settings: result.settings)
        .append(caption: result.output.source, to: &div)
    }
  }

  private func append(_ plot: Plot, width: Int, height: Int, to div: inout Markup) {
    div.element("figure") { figure in
      let style = SVGStyle(.page, width: width, height: height)
      figure.append(Markup(trusted: plot.svg(style)))
      figure.element("figcaption", text: plot.description)
    }
  }

  private func append(_ notes: [String], to result: inout Markup) {
    for note in notes {
      result.element("p", [.class("note")]) { p in
        p.element("b", text: "note:")
        p.append(text: " " + note)
      }
    }
  }

  // MARK: Errors

  /// The error as the program shows it, but for the name of the file: the page is that file's.
  private func append(_ reported: Report.ReportedError, to div: inout Markup) {
    let error = reported.error
    div.lineEnd()
    let isFirst = report.errors.first.map { $0.range == error.range && $0.message == error.message }
    div.element("div", isFirst == true ? [.class("error"), .id("error-1")] : [.class("error")]) {
      box in
      box.element("p") { p in
        p.element("b", text: "error:")
        let lines = error.message.split(separator: "\n", omittingEmptySubsequences: false)
        p.append(text: " " + (lines.first ?? ""))
        p.element("span", [.class("place")], text: " " + place(of: reported))
      }
      let more = error.message.drop { $0 != "\n" }.dropFirst()
      if !more.isEmpty { box.element("pre", text: ReportValues.bounded(String(more))) }
      if let range = error.range {
        let snippet = Snippet(source: error.source, range: range, labels: error.labels)
        box.element("pre", [.class("snippet")]) { pre in
          for (place, line) in snippet.lines.enumerated() {
            if place > 0 { pre.lineEnd() }
            append(line, to: &pre)
          }
        }
      }
      if let hint = error.hint { box.element("p", [.class("hint")], text: hint) }
    }
  }

  private func place(of reported: Report.ReportedError) -> String {
    let file = reported.file.map { "\($0), " } ?? ""
    guard reported.error.range != nil else { return reported.file.map { "(\($0))" } ?? "" }
    return "(\(file)line \(reported.error.line), column \(reported.error.column))"
  }

  private func append(_ line: StyledText, to pre: inout Markup) {
    for span in line.spans {
      switch span.role {
      case .caret: pre.element("span", [.class("bad")], text: span.text)
      case .label: pre.element("span", [.class("label")], text: span.text)
      default: pre.append(text: span.text)
      }
    }
  }
}

extension Report.Statement {
  /// Whether something stands below its code.
  fileprivate var showsSomething: Bool {
    !errors.isEmpty
      || results.contains { result in
        if case .check = result.output.content { false } else { true }
      }
  }
}

extension Descent {
  /// The loss over the steps, where there are enough of them for a curve.
  fileprivate var plot: Plot? {
    guard trajectory.count > 3, let last = trajectory.last, last.number > 0 else { return nil }
    // Over several powers of ten only a logarithm shows how fast it went down at the end.
    let losses = trajectory.map(\.value)
    let least = losses.min() ?? 0
    let isWide = least > 0 && (losses.max() ?? 0) / least > 1000
    let points = trajectory.map {
      Plot.Point(x: Double($0.number), y: isWide ? systemLog10($0.value) : $0.value)
    }
    return Plot(
      horizontal: Plot.Axis(name: "step", interval: 0...Double(last.number)),
      content: .curves(
        [Plot.Curve(label: isWide ? "log10(loss)" : "loss", points: points, jumps: [])],
        vertical: Plot.VerticalRange(of: points.map(\.y))),
      file: nil)
  }
}
