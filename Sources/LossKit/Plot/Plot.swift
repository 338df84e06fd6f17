/// What a `plot` statement drew: sampled curves over an interval, or a field over a rectangle.
///
/// The value knows nothing of paper or terminals: `svg(_:)` and `Output.rendered` make pictures of
/// it. Values that are not finite stay in it and are gaps in every picture.
public struct Plot: Sendable {
  /// A name that a picture runs over, with its interval; both ends are finite, the lower one first.
  public struct Axis: Sendable {
    /// The name as the script has it.
    public let name: String

    /// The interval, ends included.
    public let interval: ClosedRange<Double>
  }

  /// A place of a curve.
  public struct Point: Sendable, Equatable {
    /// The value of the name.
    public var x: Double

    /// The value of the expression there; a curve is interrupted where it is not finite.
    public var y: Double
  }

  /// A curve: samples close enough to be joined by straight lines.
  public struct Curve: Sendable {
    /// The expression's own text, with the place of the element where it is an array.
    public let label: String

    /// The samples in the order of x.
    ///
    /// At a jump stands a point whose y is nan, between the values on both sides.
    public let points: [Point]

    /// Where the curve jumps, or has a pole that it passes through.
    public let jumps: [Double]

    /// The pieces between gaps, each to be drawn in one stroke; none is empty.
    public var segments: [[Point]] {
      points.split { !$0.y.isFinite }.map(Array.init)
    }
  }

  /// The values of an expression of two names on a grid.
  public struct Field: Sendable {
    /// The expression's own text.
    public let label: String

    /// The second axis, which goes up.
    public let vertical: Axis

    /// The places of the columns, ascending.
    public let xs: [Double]

    /// The places of the rows, ascending.
    public let ys: [Double]

    /// The values row by row: that at `xs[i]`, `ys[j]` is `values[j * xs.count + i]`.
    public let values: [Double]

    /// Where between neighbours of the grid the values cease to be numbers.
    let borders: [GridEdge: Border]
  }

  /// A place on an edge of the grid up to which an expression has a value.
  struct Border: Sendable {
    /// The part of the edge, from its left or lower end.
    var part: Double
    /// The value there.
    var value: Double
  }

  /// The line from a place of a grid to its neighbour at the right, or to the one above.
  struct GridEdge: Hashable, Sendable {
    let i: Int
    let j: Int
    let goesUp: Bool

    var end: (i: Int, j: Int) { goesUp ? (i, j + 1) : (i + 1, j) }
  }

  /// The two kinds of picture.
  public enum Content: Sendable {
    case curves([Curve], vertical: VerticalRange)
    case field(Field)
  }

  /// The part of the values that a picture of curves shows.
  public struct VerticalRange: Sendable, Equatable {
    /// The interval; its ends are finite and differ.
    public var interval: ClosedRange<Double>

    /// Whether values lie outside, near a pole.
    public var isClipped: Bool
  }

  /// The axis that goes to the right.
  public let horizontal: Axis

  /// What is drawn.
  public let content: Content

  /// The file that the picture was written to, as the script names it.
  public let file: String?
}
