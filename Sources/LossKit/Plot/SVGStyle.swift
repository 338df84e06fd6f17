/// Size and colours of a picture in SVG.
public struct SVGStyle: Sendable {
  /// Where a picture is to be looked at.
  public enum Medium: Sendable {
    /// A file of its own: dark on a white background.
    case paper

    /// A part of a page of HTML: no background, and colours that the page may set as custom
    /// properties, so that they follow light and dark: `--loss-ink`, `--loss-muted`, `--loss-grid`,
    /// `--loss-paper` and `--loss-series-1` to `--loss-series-6`.
    case page
  }

  /// Where the picture is to be looked at.
  public var medium: Medium

  /// The width in CSS pixels, from 240 to 4000.
  public var width: Int

  /// The height in CSS pixels, from 160 to 4000.
  public var height: Int

  /// A style; sizes outside their bounds are brought into them.
  public init(_ medium: Medium = .paper, width: Int = 640, height: Int = 400) {
    self.medium = medium
    self.width = min(max(width, 240), 4000)
    self.height = min(max(height, 160), 4000)
  }

  /// The colours of curves in the order of their use: after Okabe and Ito, told apart by those who
  /// see fewer colours, darkened to a contrast of at least 3:1 on white.
  static let series = ["#0072b2", "#d55e00", "#00845f", "#a94b86", "#8f6400", "#4d4d4d"]
  /// Dashes of curves, so that they are told apart in print without colours.
  private static let dashes = ["", "9 4", "2 4", "10 4 2 4", "16 4", "5 3"]

  /// The dashes of a curve: another pattern each time that its colour comes again.
  static func dashes(of curve: Int) -> String {
    dashes[(curve + curve / series.count) % dashes.count]
  }

  /// What a part of the picture is.
  enum Ink {
    case ink, muted, grid, paper
    case series(Int)
  }

  func color(_ ink: Ink) -> String {
    let (name, color) =
      switch ink {
      case .ink: ("ink", "#222222")
      case .muted: ("muted", "#555555")
      case .grid: ("grid", "#e6e6e6")
      case .paper: ("paper", "#ffffff")
      case .series(let number):
        (
          "series-\(number % SVGStyle.series.count + 1)",
          SVGStyle.series[number % SVGStyle.series.count]
        )
      }
    return medium == .page ? "var(--loss-\(name), \(color))" : color
  }
}
