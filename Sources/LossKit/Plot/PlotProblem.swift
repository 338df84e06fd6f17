/// What can go wrong with a `plot`, as data.
enum PlotProblem: Problem {
  case notAnInterval(String)
  case halfOpen(String)
  case endOfKind(String)
  case intervalIsReversed(String, Double, Double)
  case intervalIsAPoint(String, Double)
  case intervalIsInfinite(String)
  case noCurve
  case tooManyCurves(Int, limit: Int)
  case curveOfKind(String)
  case curveOfMatrix([Int])
  case curvesDiffer
  case fieldOfSeveral(Int)
  case fieldOfKind(String)
  case otherEnding(String)
  case cannotWrite(String, String)

  var message: String {
    switch self {
    case .notAnInterval(let name): "'\(name)' has to run over an interval here"
    case .halfOpen(let name): "'\(name)' runs over a real interval, which has both its ends"
    case .endOfKind(let kind): "an interval ends in numbers, not in \(kind)"
    case .intervalIsReversed(let name, let lower, let upper):
      "the interval of '\(name)' goes down, from \(NumberFormat.formatted(lower)) to "
        + NumberFormat.formatted(upper)
    case .intervalIsAPoint(let name, let x):
      "the interval of '\(name)' is the single point \(NumberFormat.formatted(x))"
    case .intervalIsInfinite(let name): "the interval of '\(name)' is not finite"
    case .noCurve: "there is nothing to draw: the array is empty"
    case .tooManyCurves(let count, let limit):
      "a plot of \(count) curves; at most \(limit) can be told apart"
    case .curveOfKind(let kind): "a curve consists of numbers; this is \(kind)"
    case .curveOfMatrix(let shape):
      "a plot draws numbers and the elements of vectors; this has shape \(describe(shape: shape))"
    case .curvesDiffer: "the expression has other elements at one place than at another"
    case .fieldOfSeveral(let count): "contours show one expression, not \(count)"
    case .fieldOfKind(let kind): "contours show a number at each place; this is \(kind)"
    case .otherEnding(""): "a plot is written to a file, and \"\" names none"
    case .otherEnding(let path): "a plot is written as SVG, and \"\(path)\" does not end in .svg"
    case .cannotWrite(let path, let reason): "cannot write \"\(path)\": \(reason)"
    }
  }

  var hint: String? {
    switch self {
    case .notAnInterval(let name): "write for \(name) in -3...3"
    case .halfOpen(let name): "write for \(name) in a...b, with three points"
    case .intervalIsReversed(let name, let lower, let upper):
      "write for \(name) in \(NumberFormat.formatted(upper))...\(NumberFormat.formatted(lower))"
    case .intervalIsAPoint: "an interval has a length: its ends differ"
    case .intervalIsInfinite: "a picture has room for a part of the line only"
    case .curveOfKind("a function"): "give it its argument: f(x)"
    case .curveOfMatrix: "index it, or flatten it with reshape"
    case .fieldOfSeveral: "write a plot statement for each"
    case .fieldOfKind("an array"), .fieldOfKind("a mask"): "index it, or sum it up"
    case .otherEnding(""): "write to \"plot.svg\""
    case .otherEnding(let path) where path.hasSuffix("/"): "write to \"\(path)plot.svg\""
    case .otherEnding(let path): PlotProblem.conversion(of: path)
    default: nil
    }
  }

  /// How to get from an SVG to the format that was asked for.
  private static func conversion(of path: String) -> String {
    let file = path.split(separator: "/").last ?? ""
    guard let point = path.lastIndex(of: "."), file.contains(".") else {
      return "write to \"\(path).svg\""
    }
    let svg = path[..<point] + ".svg"
    let ending = path[point...].dropFirst().lowercased()
    return switch ending {
    case "png": "write to \"\(svg)\" and convert it: rsvg-convert -o \(path) \(svg)"
    case "pdf", "eps", "ps":
      "write to \"\(svg)\" and convert it: rsvg-convert -f \(ending) -o \(path) \(svg)"
    case "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp":
      "write to \"\(svg)\" and convert it, with ImageMagick: magick \(svg) \(path)"
    default: "write to \"\(svg)\""
    }
  }
}
