/// The text of an SVG, made element by element.
///
/// It refers to nothing outside and has no ids and no style sheet, so that a page may hold it more
/// than once.
struct SVGDrawing {
  let style: SVGStyle
  private var body = ""

  init(_ style: SVGStyle) { self.style = style }

  static let textFamily = "system-ui, 'Helvetica Neue', Helvetica, Arial, sans-serif"
  static let codeFamily = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

  /// The whole document; `title` and `description` are read out in the picture's place.
  func finished(title: String, description: String) -> String {
    let (width, height) = (style.width, style.height)
    return """
      <svg xmlns="http://www.w3.org/2000/svg" class="loss-plot" role="img" \
      aria-label="\(XMLText.escaped(title))" width="\(width)" height="\(height)" \
      viewBox="0 0 \(width) \(height)" font-family="\(Self.textFamily)" font-size="12">
      <title>\(XMLText.escaped(title))</title>
      <desc>\(XMLText.escaped(description))</desc>
      \(body)</svg>
      """
  }

  /// A coordinate: a hundredth of a pixel is less than is seen.
  static func number(_ x: Double) -> String {
    guard x.isFinite else { return "0" }
    let rounded = (x * 100).rounded() / 100
    return NumberFormat.formatted(rounded == 0 ? 0 : rounded)
  }

  // MARK: Elements

  /// How a shape is painted.
  struct Paint {
    var fill: String?
    var stroke: String?
    var width = 1.0
    var dash = ""

    fileprivate var attributes: String {
      var css = "fill:\(fill ?? "none")"
      if let stroke { css += ";stroke:\(stroke);stroke-width:\(SVGDrawing.number(width))" }
      if !dash.isEmpty { css += ";stroke-dasharray:\(dash)" }
      return "style=\"\(css)\""
    }
  }

  mutating func path(_ data: String, _ kind: String, _ paint: Paint) {
    if data.isEmpty { return }
    body += "<path class=\"loss-\(kind)\" \(paint.attributes) "
    body += "stroke-linejoin=\"round\" stroke-linecap=\"round\" fill-rule=\"evenodd\" "
    body += "d=\"\(data)\"/>\n"
  }

  mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ kind: String, _ paint: Paint
  ) {
    let n = Self.number
    body += "<rect class=\"loss-\(kind)\" x=\"\(n(x))\" y=\"\(n(y))\" width=\"\(n(width))\" "
    body += "height=\"\(n(height))\" \(paint.attributes)/>\n"
  }

  mutating func dot(_ x: Double, _ y: Double, _ kind: String, _ paint: Paint) {
    let n = Self.number
    body += "<circle class=\"loss-\(kind)\" cx=\"\(n(x))\" cy=\"\(n(y))\" r=\"2.5\" "
    body += "\(paint.attributes)/>\n"
  }

  /// Which part of a text stands at its place.
  enum Anchor: String { case start, middle, end }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, _ kind: String, _ ink: SVGStyle.Ink,
    anchor: Anchor = .start, isCode: Bool = false
  ) {
    let n = Self.number
    body += "<text class=\"loss-\(kind)\" x=\"\(n(x))\" y=\"\(n(y))\" "
    if anchor != .start { body += "text-anchor=\"\(anchor.rawValue)\" " }
    if isCode { body += "font-family=\"\(Self.codeFamily)\" " }
    body += "style=\"fill:\(style.color(ink))\">\(XMLText.escaped(text))</text>\n"
  }

  /// The commands of a line through some places.
  static func line(_ places: [(x: Double, y: Double)], isClosed: Bool = false) -> String {
    var result = ""
    var last = ""
    for place in places {
      let next = "\(number(place.x)) \(number(place.y))"
      // Neighbours in the same hundredth of a pixel are one.
      if next == last { continue }
      result += (result.isEmpty ? "M" : "L") + next
      last = next
    }
    return result + (isClosed && !result.isEmpty ? "Z" : "")
  }
}
