extension Plot {
  /// The value of the key `plot`: each curve with its points, or the grid of a field by rows.
  ///
  /// Numbers that are not finite are texts, so that gaps are there to see.
  var json: String {
    var object = JSONObject()
    object.add("x", JSON.text(horizontal.name))
    switch content {
    case .curves(let curves, _):
      object.add(
        "curves",
        JSON.array(
          curves.map { curve in
            var object = JSONObject()
            object.add("label", JSON.text(curve.label))
            object.add(
              "points",
              JSON.array(curve.points.map { JSON.array([$0.x, $0.y].map(JSON.number)) }))
            return object.finished
          }))
    case .field(let field):
      object.add("y", JSON.text(field.vertical.name))
      object.add("label", JSON.text(field.label))
      object.add("xs", JSON.array(field.xs.map(JSON.number)))
      object.add("ys", JSON.array(field.ys.map(JSON.number)))
      let width = field.xs.count
      object.add(
        "values",
        JSON.array(
          field.ys.indices.map { row in
            JSON.array(field.values[row * width..<(row + 1) * width].map(JSON.number))
          }))
    }
    if let file { object.add("file", JSON.text(file)) }
    return object.finished
  }
}
