extension StatementRun {
  /// The most curves in one picture.
  static let curveLimit = 16

  func plot(_ node: Node, _ id: NodeID) throws {
    let list = script.list(node.b)
    // Before any work is done.
    let file = list[0] == .max ? nil : try svgFile(list[0], id, at: list[1])
    let names = try stride(from: 2, to: list.count, by: 3).map {
      try plotName(list.symbol($0), list.node($0 + 2))
    }
    let columns = script.list(node.a)
    let content =
      names.count == 2
      ? try field(columns, names, id) : try curves(columns, names[0])
    let plot = Plot(horizontal: names[0].axis, content: content, file: file?.path)
    if let file { try write(plot, file, id, at: list[1]) }
    show(.plot(plot), id)
  }

  // MARK: Names and intervals

  struct PlotName {
    let axis: Plot.Axis
    let target: Target
  }

  private func plotName(_ symbol: Symbol, _ range: NodeID) throws -> PlotName {
    let name = session.symbols.name(of: symbol)
    let node = script[range]
    guard node.kind == .range else { throw plotError(.notAnInterval(name), range) }
    guard node.detail == 1 else { throw plotError(.halfOpen(name), range) }
    let ends = try [node.a, node.b].map { end in
      let value = try evaluate(NodeID(index: end)).plain
      guard value.isNumeric, value.shape.isEmpty else {
        throw plotError(.endOfKind(value.kindDescription), NodeID(index: end))
      }
      return try value.numberOrThrow()
    }
    guard ends[0].isFinite, ends[1].isFinite else {
      throw plotError(.intervalIsInfinite(name), range)
    }
    if ends[0] == ends[1] { throw plotError(.intervalIsAPoint(name, ends[0]), range) }
    guard ends[0] < ends[1] else {
      throw plotError(.intervalIsReversed(name, ends[0], ends[1]), range)
    }
    return PlotName(
      axis: Plot.Axis(name: name, interval: ends[0]...ends[1]),
      target: module.find(symbol).map { .definition($0) } ?? .local(symbol))
  }

  func plotError(_ problem: PlotProblem, _ id: NodeID) -> LossError {
    LossError(problem, in: script.source, at: script.range(of: id))
  }

  // MARK: Curves

  private func curves(_ columns: Script.List, _ name: PlotName) throws -> Plot.Content {
    guard columns.count <= StatementRun.curveLimit else {
      throw plotError(
        .tooManyCurves(columns.count, limit: StatementRun.curveLimit),
        columns.node(StatementRun.curveLimit))
    }
    var sampled: [(label: String, curve: SampledCurve)] = []
    for i in columns.indices {
      let expression = columns.node(i)
      var batch = PlotBatch(id: expression, self)
      let (curves, _) = try CurveSampler.sample(over: name.axis.interval) { xs in
        try batch.evaluate([(name.target, name.axis.name, xs)], self)
      }
      sampled += zip(batch.labels, curves).map { ($0, $1) }
      guard sampled.count <= StatementRun.curveLimit else {
        throw plotError(
          .tooManyCurves(sampled.count, limit: StatementRun.curveLimit), expression)
      }
    }
    let vertical = Plot.VerticalRange(of: sampled.map(\.curve.points))
    let curves = sampled.map { label, curve in
      Plot.Curve(
        label: label,
        points: curve.thinned(in: vertical.interval, over: name.axis.interval),
        jumps: curve.jumps)
    }
    return .curves(curves, vertical: vertical)
  }

  // MARK: Files

  private func svgFile(_ text: UInt32, _ id: NodeID, at offset: UInt32) throws
    -> (path: String, full: String)
  {
    let path = script.tree.texts[Int(text)]
    guard path.lowercased().hasSuffix(".svg") else {
      throw fileError(.otherEnding(path), id, at: offset)
    }
    return (path, path.hasPrefix("/") ? path : script.folder + path)
  }

  private func write(
    _ plot: Plot, _ file: (path: String, full: String), _ id: NodeID, at offset: UInt32
  ) throws {
    if session.account.isCancelled { throw error(.cancelled, id) }
    do throws(FileAccess.Failure) {
      try session.files.write(Array((plot.svg() + "\n").utf8), file.full)
    } catch let failure {
      throw fileError(.cannotWrite(file.path, failure.reason), id, at: offset)
    }
  }

  /// An error at a file's name, which ends the statement.
  private func fileError(_ problem: PlotProblem, _ id: NodeID, at offset: UInt32) -> LossError {
    LossError(
      problem, in: script.source, at: SourceRange(start: offset, end: script.range(of: id).end))
  }
}
