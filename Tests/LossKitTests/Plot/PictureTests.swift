import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@testable import LossKit

@Suite struct PictureTests {
  private func plot(_ text: String) throws -> Plot {
    let session = try TestSession(text)
    return try #require(session.outputs.last?.plot)
  }

  private func lines(_ text: String, on screen: Screen) throws -> [String] {
    try rendered(text, on: screen).plain.split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
  }

  private func rendered(_ text: String, on screen: Screen) throws -> StyledText {
    let session = try TestSession(text)
    let output = try #require(session.outputs.last)
    return output.rendered(DisplaySettings(), on: screen)
  }

  @Test func sixteenCurvesDifferInColourOrDashes() {
    let looks = (0..<StatementRun.curveLimit).map {
      "\(SVGStyle().color(.series($0))) \(SVGStyle.dashes(of: $0))"
    }
    #expect(Set(looks).count == looks.count)
  }

  // MARK: Terminals

  @Test(arguments: [20, 24, 37, 50, 80, 132, 200, 4000])
  func nothingIsWiderThanTheScreen(_ columns: Int) throws {
    let texts = [
      "plot relu(x), softplus(x), x^2 - 1e6, -x for x in -3...3",
      "plot a * b for a_long_name_of_an_axis in 0...1e-7, b in 1...1.0000000001".replacing(
        "a *", with: "a_long_name_of_an_axis *"),
      "plot sqrt(a) + b for a in -1...1, b in -1...1",
    ]
    for text in texts {
      for colors in [Screen.Colors.none, .named, .many] {
        let lines = try lines(text, on: Screen(columns: columns, rows: 24, colors: colors))
        let widest = lines.map(\.displayWidth).max() ?? 0
        #expect(widest <= columns, "\(text) \(columns)")
        #expect(widest > min(columns, 500) - 12)
        #expect(lines.count <= 24 + 6)
      }
    }
  }

  @Test func narrowScreens() throws {
    let text = "plot relu(x) for x in -1...1"
    #expect(
      try lines(text, on: Screen(columns: 20, rows: 24)) == [
        "  1┤       ┊    ⢀⠎", "   │       ┊   ⢀⠎", "0.5┤       ┊  ⢠⠃", "   │       ┊ ⢠⠃",
        "   │       ┊⡰⠁", "  0┤⣀⣀⣀⣀⣀⣀⣀⡰⠁", "   └┬──────┬─────┬ x", "   -1      0     1",
        "  ⠒⠒⠒ relu(x)",
      ])
    #expect(
      try lines(text, on: Screen(columns: 19)) == ["no picture: it needs 20 columns"])
  }

  @Test func lowScreensLeaveRoomForThePrompt() throws {
    let text = "plot relu(x) for x in -1...1"
    #expect(try lines(text, on: Screen(columns: 200, rows: 20)).count <= 19)
    #expect(try lines(text, on: Screen(columns: 200, rows: 1)).count == 9)
    #expect(try lines(text, on: Screen(columns: 200, rows: nil)).count == 35)
  }

  @Test func marksStandInForColours() throws {
    let curves = (1...8).map { "\($0) * x" }.joined(separator: ", ")
    let text = "plot \(curves) for x in 0...1"
    let plain = try lines(text, on: .none).joined()
    for mark in "ox+*#@%" { #expect(plain.contains("⠒\(mark)⠒")) }
    let colored = try lines(text, on: Screen(columns: 80, colors: .named)).joined()
    // The seventh and the eighth have the colours of the first and the second.
    #expect(colored.contains("⠒o⠒ 7 * x") && colored.contains("⠒x⠒ 8 * x"))
    #expect(!colored.contains("⠒+⠒") && colored.contains("⠒⠒⠒ 6 * x"))
  }

  @Test func rolesOfPictures() throws {
    let curves = try rendered(
      "plot relu(x), softplus(x) for x in -1...1", on: Screen(columns: 80, colors: .many))
    let roles = curves.spans.map(\.role)
    #expect(roles.contains(.series(0)) && roles.contains(.series(1)) && roles.contains(.axis))
    let text = "plot where(a > 0, a + b, nan) for a in -1...1, b in 0...1"
    let levels = try rendered(text, on: Screen(columns: 80, colors: .many)).spans.map(\.role)
    #expect(levels.contains(.levels(upper: 0, lower: 0)))
    #expect(levels.contains(.levels(upper: 255, lower: 255)))
    let named = try rendered(text, on: Screen(columns: 80, colors: .named)).plain
    #expect(named.contains("░") && named.contains("▓") && !named.contains("▀"))
  }

  // MARK: SVG

  /// The elements of a document by name, with what XML finds wrong.
  private final class Reader: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var attributes: [String] = []
    var problem: (any Error)?

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      counts[name, default: 0] += 1
      self.attributes += attributes.keys
    }
    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) { problem = error }
  }

  private func read(_ svg: String) -> Reader {
    let reader = Reader()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = reader
    _ = parser.parse()
    return reader
  }

  static let texts = [
    "plot relu(x), softplus(x) for x in -3...3", "plot 1 / x for x in -1...1",
    "let f(t) = if t < 1 and t > \"\" == \"<&>\" then 1 else t; plot x < 1, x > 2 for x in 0...3",
    "plot log(-x) for x in 1...2", "plot 1 + x for x in 0...1e-12",
    "plot a * b for a in -1...1, b in -1...1", "plot nan * a * b for a in -1...1, b in -1...1",
    "plot 0 * a * b for a in -1...1, b in -1...1",
    "plot 1e300 * a / b for a in -1...1, b in -1...1",
    "plot x for x in -1.7e308...1.7e308", "plot x for x in 0...5e-324",
  ]

  @Test(arguments: texts)
  func documentsAreXML(_ text: String) throws {
    let plot = try plot(text)
    for style in [
      SVGStyle(), SVGStyle(.page), SVGStyle(width: -5, height: 0), SVGStyle(width: .max),
    ] {
      let svg = plot.svg(style)
      let reader = read(svg)
      #expect(reader.problem == nil)
      #expect(reader.counts["title"] == 1 && reader.counts["desc"] == 1)
      #expect(reader.counts["text"] ?? 0 >= 3)
      #expect(!reader.attributes.contains("id") && reader.counts["style"] == nil)
      for word in ["href", "url(", "<script", "inf", "nan\""] { #expect(!svg.contains(word)) }
      #expect(svg.utf8.count < 400_000)
    }
  }

  @Test func pagesChooseColours() throws {
    let plot = try plot("plot relu(x), softplus(x) for x in -3...3")
    #expect(plot.svg(SVGStyle(.page)).contains("var(--loss-series-2, #d55e00)"))
    #expect(!plot.svg(SVGStyle(.page)).contains("loss-paper\""))
    #expect(!plot.svg().contains("var("))
    #expect(plot.svg().contains("class=\"loss-paper\""))
  }

  // MARK: Contours

  private func field(_ f: (Double, Double) -> Double) -> Plot.Field {
    let places = (0...20).map { Double($0) / 10 - 1 }
    return Plot.Field(
      label: "f", vertical: Plot.Axis(name: "y", interval: -1...1), xs: places, ys: places,
      values: places.flatMap { y in places.map { f($0, y) } }, borders: [:])
  }

  /// The area within an outline, positive where it runs to the left around it.
  private func area(_ outline: [ContourLines.Place]) -> Double {
    zip(outline, outline.dropFirst() + outline.prefix(1)).reduce(0) {
      $0 + ($1.0.x * $1.1.y - $1.1.x * $1.0.y) / 200
    }
  }

  @Test func outlinesEncloseTheirRegion() {
    let disc = ContourLines.outlines(of: field { 1 - $0 * $0 - $1 * $1 }, from: 0.5)
    #expect(disc.count == 1)
    #expect(abs(area(disc[0]) - Double.pi / 2) < 0.01)
    let ring = ContourLines.outlines(of: field { abs(Scalar.hypot($0, $1) - 0.5) * -1 }, from: -0.2)
    #expect(ring.count == 2)
    #expect(abs(ring.reduce(0) { $0 + area($1) } - Double.pi * (0.49 - 0.09)) < 0.03)
    let all = ContourLines.outlines(of: field { $0 + $1 }, from: -.infinity)
    #expect(all.count == 1)
    #expect(abs(area(all[0]) - 4) < 1e-12 && all[0].allSatisfy { !$0.isCrossing })
    #expect(ContourLines.outlines(of: field { $0 + $1 }, from: 3).isEmpty)
    #expect(ContourLines.outlines(of: field { _, _ in .nan }, from: -.infinity).isEmpty)
  }

  @Test func saddlesAreClosed() {
    for level in [-0.1, 0, 0.004, 0.1] {
      let outlines = ContourLines.outlines(of: field { $0 * $1 }, from: level)
      let total = outlines.reduce(0) { $0 + area($1) }
      // The region x y ≥ c of the square.
      let c = abs(level)
      let half = 2 * (1 - c + c * Scalar.log(max(c, 1e-300)))
      #expect(abs(total - (level < 0 ? 4 - half : half)) < 0.05, "\(level)")
    }
  }

  @Test func theEdgeOfWhatIsDefinedIsFound() throws {
    let plot = try plot("plot sqrt(1 - a^2 - b^2) for a in -1.5...1.5, b in -1.5...1.5")
    guard case .field(let field) = plot.content else { throw TestSession.Missing(what: "field") }
    let outlines = ContourLines.outlines(of: field, from: -.infinity)
    #expect(outlines.count == 1)
    for place in outlines[0] {
      let (x, y) = (place.x / 120 * 3 - 1.5, place.y / 90 * 3 - 1.5)
      #expect(abs(Scalar.hypot(x, y) - 1) < 1e-3)
    }
  }

  @Test func levelsAreRoundAndOutliersLeftOut() {
    let levels = FieldLevels(field { $0 + $1 }, atMost: 4)
    #expect(levels.levels.map(\.label) == ["-1", "0", "1"])
    #expect(levels.band(of: -2) == 0 && levels.band(of: 0) == 2 && levels.band(of: .nan) == nil)
    #expect((0...3).map { levels.color(of: $0) } == [0, 85, 170, 255])
    let pole = FieldLevels(field { 1 / ($0 * $0 + $1 * $1) }, atMost: 10)
    #expect(pole.range.isClipped && pole.range.interval.upperBound < 20)
    #expect(!FieldLevels(field { $0 * $0 + $1 * $1 }, atMost: 10).range.isClipped)
  }

  // MARK: Statements

  @Test func plotsAsJSON() throws {
    let session = try TestSession("plot x > 0, 2 * x for x in -1...1")
    let json = try #require(session.outputs.first).json(file: nil)
    #expect(
      json.hasPrefix(
        #"{"line": 1, "plot": {"x": "x", "curves": [{"label": "x > 0", "points": [[-1, 0]"#))
    #expect(json.contains(#", "nan"], ["#))
    #expect(json.hasSuffix(#"{"label": "2 * x", "points": [[-1, -2], [1, 2]]}]}}"#), "\(json)")
    let field = try TestSession("plot log(a) + b for a in -1...1, b in 0...1")
    let object = try JSONSerialization.jsonObject(
      with: Data(try #require(field.outputs.first).json(file: "f").utf8))
    let plot = try #require((object as? [String: Any])?["plot"] as? [String: Any])
    #expect(plot["x"] as? String == "a" && plot["y"] as? String == "b")
    #expect(plot["label"] as? String == "log(a) + b")
    let values = try #require(plot["values"] as? [[Any]])
    #expect(values.count == 91 && values[0].count == 121)
    #expect(values[0][0] as? String == "nan" && values[0][60] as? String == "-inf")
    #expect(values[0][120] as? Double == 0)
  }

  @Test func importedFilesDrawNothing() throws {
    let session = TestSession(files: [
      "a.loss": "let f(x) = x^2\nplot f(x) for x in 0...1 to \"a.svg\""
    ])
    try session.run("import \"a.loss\"; print f(3)")
    #expect(session.outputs.count == 1)
  }

  @Test func aStopEndsAPlot() throws {
    let cancellation = Cancellation()
    let session = TestSession(cancellation: cancellation)
    cancellation.cancel()
    for text in [
      "plot sum(x * i for i in 0..<1000) for x in 0...1",
      "plot (if a > b then a else b) for a in 0...1, b in 0...1",
    ] {
      #expect(try session.error(text).isCancellation)
    }
  }

  @Test func namesAreReplacedAsInTables() throws {
    func last(_ text: String) throws -> Double? {
      guard case .curves(let curves, _) = try plot(text).content else { return nil }
      return curves.first?.points.last?.y
    }
    #expect(try last("param x = 5; let f = x^2; plot f for x in 0...3") == 9)
    #expect(try last("param x = 5; let f = x^2; plot f for f in 0...3") == 3)
    #expect(try last("plot t + 1 for t in 0...3") == 4)
    #expect(try last("param x = 1; let f = x^3; plot grad(f, x) for x in 0...2") == 12)
    #expect(try last("let f(x) = if x > 1 then x else 0; plot f(t) for t in 0...2") == 2)
  }
}
