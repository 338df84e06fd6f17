/// A report as a page: one HTML file without references to anything outside it.
struct ReportPage {
  let report: Report
  let markdown: ReportMarkdown

  /// A page has contents from so many headings on.
  private static let headingsForContents = 4

  func html() -> String {
    var page = Markup(trusted: "<!DOCTYPE html>\n")
    page.element("html", [.named("lang", "en")]) { html in
      html.lineEnd()
      head(&html)
      html.lineEnd()
      html.element("body") { body in
        body.lineEnd()
        body.element("main") { main in
          main.lineEnd()
          header(&main)
          var section = 0
          for block in report.blocks { append(block, section: &section, to: &main) }
        }
        body.lineEnd()
      }
      html.lineEnd()
    }
    page.lineEnd()
    return page.text
  }

  private func head(_ html: inout Markup) {
    html.element("head") { head in
      head.lineEnd()
      head.void("meta", [.named("charset", "utf-8")])
      head.lineEnd()
      head.void(
        "meta",
        [.named("name", "viewport"), .named("content", "width=device-width, initial-scale=1")])
      head.lineEnd()
      head.void(
        "meta",
        [.named("name", "generator"), .named("content", "Loss \(LossVersion.current)")])
      head.lineEnd()
      head.element("title", text: report.title)
      head.lineEnd()
      head.element("style") { $0.append(Markup(trusted: "\n" + ReportStyle.css)) }
      head.lineEnd()
    }
  }

  private func header(_ main: inout Markup) {
    main.element("header") { header in
      header.lineEnd()
      header.element("h1") { $0.append(inline(report.titleMarkdown)) }
      header.lineEnd()
      summary(&header)
      contents(&header)
    }
    main.lineEnd()
  }

  // MARK: Summary and contents

  /// How the claims of the script came out, or that an error stopped it.
  private func summary(_ header: inout Markup) {
    var counts = ClaimCounts()
    for case .statements(let statements) in report.blocks {
      for statement in statements { counts.add(statement) }
    }
    if report.errors.isEmpty {
      guard let text = counts.text else { return }
      header.element("p", [.class("summary")]) { p in
        p.element("span", [.class("good")], text: "✓")
        p.append(text: " " + text)
      }
    } else {
      let count = report.errors.count
      header.element("p", [.class("summary")]) { p in
        p.element("span", [.class("bad")], text: "✗")
        p.append(text: " ")
        p.element("a", [.named("href", "#error-1")]) { a in
          a.append(
            text: counts.isStopped
              ? "Stopped here." : count == 1 ? "An error ended it." : "\(count) errors.")
        }
        if let text = counts.text { p.append(text: " Before that, " + text.lowercasedFirst) }
      }
    }
    header.lineEnd()
  }

  private var headings: [(level: Int, markdown: String)] {
    report.blocks.compactMap { block in
      if case .heading(let level, let markdown) = block { (level, markdown) } else { nil }
    }
  }

  private func contents(_ header: inout Markup) {
    let headings = headings
    guard headings.count >= ReportPage.headingsForContents else { return }
    header.element("nav", [.named("aria-label", "Contents")]) { nav in
      nav.lineEnd()
      nav.element("ul") { list in
        for (place, heading) in headings.enumerated() {
          // Deeper levels would make the contents longer than what they help to find.
          if heading.level > 3 { continue }
          list.lineEnd()
          list.element("li", heading.level == 3 ? [.class("deeper")] : []) { item in
            item.element("a", [.named("href", "#section-\(place + 1)")]) {
              $0.append(inline(heading.markdown))
            }
          }
        }
        list.lineEnd()
      }
      nav.lineEnd()
    }
    header.lineEnd()
  }

  // MARK: Blocks

  private func append(_ block: Report.Block, section: inout Int, to main: inout Markup) {
    switch block {
    case .heading(let level, let markdown):
      section += 1
      let name: StaticString =
        switch level {
        case 2: "h2"
        case 3: "h3"
        case 4: "h4"
        case 5: "h5"
        default: "h6"
        }
      main.element(name, [.id("section-\(section)")]) { $0.append(inline(markdown)) }
    case .prose(let text):
      main.element("div", [.class("prose")]) { prose in
        prose.lineEnd()
        prose.append(Markup(trusted: markdown.blocks(text)))
      }
    case .statements(let statements):
      main.element("div", [.class("statements")]) { append(statements, to: &$0) }
    }
    main.lineEnd()
  }

  func inline(_ text: String) -> Markup { Markup(trusted: markdown.inline(text)) }
}

/// The claims of a script that hold.
private struct ClaimCounts {
  private var asserts = 0
  private var checks = 0
  private(set) var isStopped = false

  mutating func add(_ statement: Report.Statement) {
    if statement.errors.contains(where: \.error.isCancellation) { isStopped = true }
    guard statement.kind == .claim, statement.outcome == .ran else { return }
    if statement.results.isEmpty { asserts += 1 } else { checks += 1 }
  }

  /// `4 assertions and 12 checks hold`, without a full stop where there are none.
  var text: String? {
    func counted(_ count: Int, _ word: String) -> String? {
      count == 0 ? nil : "\(count) \(word)\(count == 1 ? "" : "s")"
    }
    let parts = [counted(asserts, "assertion"), counted(checks, "check")].compactMap(\.self)
    if parts.isEmpty { return nil }
    let verb = asserts + checks == 1 ? "holds" : "hold"
    return "\(parts.joined(separator: " and ")) \(verb)."
  }
}

extension String {
  fileprivate var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}

extension Report {
  /// The report as an HTML page: one file without scripts and without references to anything
  /// outside it, for light and dark screens and for paper.
  ///
  /// The same script and the same results always give the same bytes.
  ///
  /// - Parameter markdown: makes HTML of the prose.
  public func html(markdown: ReportMarkdown = .none) -> String {
    ReportPage(report: self, markdown: markdown).html()
  }
}
