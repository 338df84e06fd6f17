extension Plot {
  /// The picture in SVG: for a file of its own, or for a place in a page of HTML.
  ///
  /// Texts stay texts. The document refers to nothing else, has no ids and no style sheet; the
  /// classes of its elements begin with `loss-`.
  public func svg(_ style: SVGStyle = SVGStyle()) -> String {
    SVGPicture(plot: self, style: style).text
  }

  /// What the picture shows, for those who do not see it.
  var description: String {
    func interval(_ axis: Axis) -> String { "\(axis.name) in \(describe(axis.interval))" }
    switch content {
    case .curves(let curves, _):
      return "\(curves.map(\.label).joined(separator: ", ")) for \(interval(horizontal))"
    case .field(let field):
      return "\(field.label) for \(interval(horizontal)), \(interval(field.vertical))"
    }
  }
}

/// A picture in SVG, while it is made.
struct SVGPicture {
  let plot: Plot
  let style: SVGStyle

  /// The height that a line of a legend takes, and the widths of characters: the size of a text is
  /// known only to who shows it, so these are on the safe side.
  private static let legendLine = 20.0
  private static let codeWidth = 7.3
  private static let digitWidth = 7.0

  var text: String {
    switch plot.content {
    case .curves(let curves, let vertical): curvePicture(curves, vertical)
    case .field(let field): fieldPicture(field)
    }
  }

  // MARK: Frame

  private struct Frame {
    let left: Double
    let top: Double
    let width: Double
    let height: Double
    let xTicks: Ticks
    let yTicks: Ticks
    let x: PlotScale
    let y: PlotScale

    func place(_ s: Double, _ t: Double) -> (x: Double, y: Double) {
      (left + s * width, top + (1 - t) * height)
    }
    var right: Double { left + width }
    var bottom: Double { top + height }
  }

  private func frame(_ vertical: ClosedRange<Double>, top: Double, right: Double) -> Frame {
    let bottom = 48.0
    let height = max(40, Double(style.height) - top - bottom)
    let yTicks = Ticks(in: vertical, atMost: max(3, Int(height / 38)))
    let labels = yTicks.ticks.map(\.label.count).max() ?? 0
    let left = 24 + Self.digitWidth * Double(labels)
    let width = max(60, Double(style.width) - left - right)
    var limit = max(3, Int(width / 60))
    var xTicks = Ticks(in: plot.horizontal.interval, atMost: limit)
    func isTight(_ ticks: Ticks) -> Bool {
      let widest = Double(ticks.ticks.map(\.label.count).max() ?? 0)
      return (widest * Self.digitWidth + 14) * Double(ticks.ticks.count) > width + 20
    }
    while limit > 2, isTight(xTicks) {
      limit -= 1
      xTicks = Ticks(in: plot.horizontal.interval, atMost: limit)
    }
    return Frame(
      left: left, top: top, width: width, height: height, xTicks: xTicks, yTicks: yTicks,
      x: PlotScale(plot.horizontal.interval), y: PlotScale(vertical))
  }

  private func begin(_ drawing: inout SVGDrawing) {
    guard style.medium == .paper else { return }
    drawing.rectangle(
      0, 0, Double(style.width), Double(style.height), "paper", .init(fill: style.color(.paper)))
  }

  private func grid(_ frame: Frame, _ drawing: inout SVGDrawing) {
    var data = ""
    for tick in frame.xTicks.ticks {
      let s = frame.x(tick.value)
      data += SVGDrawing.line([frame.place(s, 0), frame.place(s, 1)])
    }
    for tick in frame.yTicks.ticks {
      let t = frame.y(tick.value)
      data += SVGDrawing.line([frame.place(0, t), frame.place(1, t)])
    }
    drawing.path(data, "grid", .init(stroke: style.color(.grid)))
    var zero = ""
    let (s, t) = (frame.x(0), frame.y(0))
    if s > 0, s < 1 { zero += SVGDrawing.line([frame.place(s, 0), frame.place(s, 1)]) }
    if t > 0, t < 1 { zero += SVGDrawing.line([frame.place(0, t), frame.place(1, t)]) }
    drawing.path(zero, "zero", .init(stroke: style.color(.muted), width: 0.75))
  }

  private func axes(_ frame: Frame, yName: String?, _ drawing: inout SVGDrawing) {
    var data = SVGDrawing.line([
      (frame.left, frame.top), (frame.left, frame.bottom), (frame.right, frame.bottom),
    ])
    for tick in frame.xTicks.ticks {
      let x = frame.place(frame.x(tick.value), 0).x
      data += SVGDrawing.line([(x, frame.bottom), (x, frame.bottom + 5)])
      drawing.text(
        Self.label(tick), x, frame.bottom + 19, "tick", .muted, anchor: .middle)
    }
    for tick in frame.yTicks.ticks {
      let y = frame.place(0, frame.y(tick.value)).y
      data += SVGDrawing.line([(frame.left - 5, y), (frame.left, y)])
      drawing.text(Self.label(tick), frame.left - 9, y + 4, "tick", .muted, anchor: .end)
    }
    drawing.path(data, "axis", .init(stroke: style.color(.muted)))
    let middle = frame.left + frame.width / 2
    drawing.text(
      plot.horizontal.name.shortened(to: 40), middle, frame.bottom + 38, "name", .ink,
      anchor: .middle, isCode: true)
    if let offset = frame.xTicks.offset {
      drawing.text(
        Self.added(offset), frame.right, frame.bottom + 38, "offset", .muted, anchor: .end)
    }
    if let yName {
      drawing.text(yName, frame.left, frame.top - 8, "name", .ink, anchor: .end, isCode: true)
    }
    if let offset = frame.yTicks.offset {
      drawing.text(Self.added(offset), 8, frame.top - 8, "offset", .muted)
    }
  }

  /// On paper a minus is as wide as a plus.
  private static func label(_ tick: Ticks.Tick) -> String {
    String(tick.label.map { $0 == "-" ? "−" : $0 })
  }

  private static func added(_ offset: String) -> String {
    offset.hasPrefix("-") ? "− \(offset.dropFirst())" : "+ \(offset)"
  }

  // MARK: Curves

  private func curvePicture(_ curves: [Plot.Curve], _ vertical: Plot.VerticalRange) -> String {
    var drawing = SVGDrawing(style)
    begin(&drawing)
    let rows = legendRows(curves)
    let range = Self.padded(vertical)
    let hasLine = vertical.isClipped
    let top = 16 + Self.legendLine * Double(rows.count + (hasLine ? 1 : 0))
    let frame = frame(range, top: top + 6, right: 20)
    grid(frame, &drawing)
    axes(frame, yName: nil, &drawing)
    for (i, curve) in curves.enumerated() {
      let paint = SVGDrawing.Paint(
        stroke: style.color(.series(i)), width: 2, dash: SVGStyle.dashes(of: i))
      var data = ""
      for stroke in curve.strokes(frame.x, frame.y) {
        let places = stroke.map { frame.place($0.x, $0.y) }
        if let only = places.first, places.count == 1 {
          drawing.dot(only.x, only.y, "curve", .init(fill: style.color(.series(i))))
        } else {
          data += SVGDrawing.line(places)
        }
      }
      drawing.path(data, "curve", paint)
    }
    for (row, entries) in rows.enumerated() {
      let y = 16 + Self.legendLine * Double(row)
      for entry in entries {
        drawing.path(
          SVGDrawing.line([(entry.x, y), (entry.x + 26, y)]), "sample",
          .init(
            stroke: style.color(.series(entry.curve)), width: 2,
            dash: SVGStyle.dashes(of: entry.curve)))
        drawing.text(entry.label, entry.x + 33, y + 4, "label", .ink, isCode: true)
      }
    }
    if hasLine {
      drawing.text(
        "clipped: values go on above or below", Self.legendStart,
        20 + Self.legendLine * Double(rows.count), "note", .muted)
    }
    let count = curves.count == 1 ? "one curve" : "\(curves.count) curves"
    return drawing.finished(
      title: plot.description,
      description: "\(count) over \(plot.horizontal.name) from "
        + "\(describe(plot.horizontal.interval)), values shown from \(describe(vertical.interval))")
  }

  private static let legendStart = 20.0

  private struct LegendEntry {
    let curve: Int
    let label: String
    let x: Double
  }

  private func legendRows(_ curves: [Plot.Curve]) -> [[LegendEntry]] {
    let room = Double(style.width) - Self.legendStart
    let longest = Int((room - Self.legendStart - 33) / Self.codeWidth)
    var rows: [[LegendEntry]] = []
    var x = 0.0
    for (i, curve) in curves.enumerated() {
      let label = curve.label.shortened(to: longest)
      let width = 33 + Self.codeWidth * Double(label.displayWidth)
      if rows.isEmpty || x + width > room {
        rows.append([])
        x = Self.legendStart
      }
      rows[rows.count - 1].append(LegendEntry(curve: i, label: label, x: x))
      x += width + 24
    }
    return rows
  }

  /// A little room above and below, so that a curve does not run along the edge.
  private static func padded(_ vertical: Plot.VerticalRange) -> ClosedRange<Double> {
    let (lower, upper) = (vertical.interval.lowerBound, vertical.interval.upperBound)
    let margin = (upper / 2 - lower / 2) * 0.08
    let limit = Double.greatestFiniteMagnitude
    return max(lower - margin, -limit)...min(upper + margin, limit)
  }

  // MARK: Contours

  private func fieldPicture(_ field: Plot.Field) -> String {
    var drawing = SVGDrawing(style)
    begin(&drawing)
    let levels = FieldLevels(field, atMost: 12)
    let labels = levels.levels.map(\.label.count).max() ?? 0
    let right = 54 + Self.digitWidth * Double(labels)
    let frame = frame(field.vertical.interval, top: 52, right: right)
    func place(_ p: ContourLines.Place) -> (x: Double, y: Double) {
      frame.place(p.x / Double(field.xs.count - 1), p.y / Double(field.ys.count - 1))
    }
    var lines = ""
    for band in 0..<levels.bandCount {
      let level = band == 0 ? -Double.infinity : levels.levels[band - 1].value
      let outlines = ContourLines.outlines(of: field, from: level)
      let data = outlines.map { SVGDrawing.line($0.map(place), isClosed: true) }.joined()
      let color = ColorMap.hexadecimal(levels.color(of: band))
      // The thin stroke of the same colour closes the seam that smoothing of edges would leave.
      drawing.path(data, "band", .init(fill: color, stroke: color, width: 0.5))
      if band > 0 {
        lines += outlines.map { Self.crossings($0).map { SVGDrawing.line($0.map(place)) }.joined() }
          .joined()
      }
    }
    drawing.path(lines, "contour", .init(stroke: "rgba(255,255,255,0.55)", width: 0.8))
    axes(frame, yName: nil, &drawing)
    drawing.text(
      field.vertical.name.shortened(to: 20), 12, frame.top - 14, "name", .ink, isCode: true)
    let room = Int((Double(style.width) - 40) / Self.codeWidth)
    drawing.text(field.label.shortened(to: room), 20, 20, "label", .ink, isCode: true)
    bar(levels, frame, &drawing)
    return drawing.finished(
      title: plot.description,
      description: "contours over \(plot.horizontal.name) and \(field.vertical.name), values from "
        + describe(levels.range.interval))
  }

  /// The pieces of an outline on which the level itself passes.
  private static func crossings(_ outline: [ContourLines.Place]) -> [[ContourLines.Place]] {
    guard let gap = outline.firstIndex(where: { !$0.isCrossing }) else {
      return [outline + outline.prefix(1)]
    }
    return (outline[gap...] + outline[..<gap]).split { !$0.isCrossing }.map(Array.init)
  }

  private func bar(_ levels: FieldLevels, _ frame: Frame, _ drawing: inout SVGDrawing) {
    let scale = PlotScale(levels.range.interval)
    let x = frame.right + 20
    func height(_ value: Double) -> Double { frame.place(0, scale(value)).y }
    let ends = [frame.bottom] + levels.levels.map { height($0.value) } + [frame.top]
    for band in 0..<levels.bandCount {
      let color = ColorMap.hexadecimal(levels.color(of: band))
      let (bottom, top) = (ends[band], ends[band + 1])
      drawing.rectangle(x, top, 14, max(0, bottom - top), "bar", .init(fill: color))
    }
    for tick in levels.levels {
      drawing.text(Self.label(tick), x + 20, height(tick.value) + 4, "tick", .muted)
    }
    var notes: [String] = []
    if levels.range.isClipped { notes.append("clipped") }
    if let offset = levels.offset { notes.append(Self.added(offset)) }
    if !notes.isEmpty {
      drawing.text(
        notes.joined(separator: ", "), Double(style.width) - 12, frame.top - 14, "note", .muted,
        anchor: .end)
    }
  }
}
