import Testing

@testable import LossKit

/// The colours of a report can be told from what they stand on.
@Suite struct ReportStyleTests {
  @Test(arguments: [\ReportStyle.Color.light, \.dark])
  func inksHaveContrast(_ color: KeyPath<ReportStyle.Color, String> & Sendable) throws {
    for ink in ReportStyle.inks {
      for background in ReportStyle.backgrounds {
        let contrast = try contrast(ink[keyPath: color], background[keyPath: color])
        // AA of the Web Content Accessibility Guidelines, 1.4.3.
        #expect(contrast >= 4.5, "\(ink.name) on \(background.name)")
      }
    }
  }

  /// 1.4.11 of the same, for what is no text; and the names are those that plots use.
  @Test(arguments: [\ReportStyle.Color.light, \.dark])
  func curvesHaveContrast(_ color: KeyPath<ReportStyle.Color, String> & Sendable) throws {
    let paper = try #require(ReportStyle.backgrounds.first { $0.name == "paper" })
    for series in ReportStyle.series {
      let contrast = try contrast(series[keyPath: color], paper[keyPath: color])
      #expect(contrast >= 3, "\(series.name)")
    }
    #expect(ReportStyle.series.count == SVGStyle.series.count)
    let used = SVGStyle(.page).color(.series(0))
    #expect(used.contains("--\(ReportStyle.series[0].name),"))
  }

  @Test func contrastIsThatOfTheGuidelines() throws {
    #expect(try contrast("#ffffff", "#000000") == 21)
    #expect(try abs(contrast("#777777", "#ffffff") - 4.478) < 0.001)
  }

  @Test func everyVariableThatIsUsedIsDefined() {
    let css = ReportStyle.css
    let defined = Set(
      (ReportStyle.backgrounds + ReportStyle.inks + ReportStyle.lines).map { "--\($0.name)" })
    let used = css.split(separator: "var(").dropFirst().map { part in
      String(part.prefix { $0.isLetter || $0 == "-" })
    }
    #expect(!used.isEmpty)
    // The fraction that a number of a table lacks is set where it stands.
    #expect(Set(used).subtracting(defined) == ["--pad"])
    #expect(!css.contains("<") && !css.contains("url(") && !css.contains("@import"))
    #expect(css.count { $0 == "{" } == css.count { $0 == "}" })
  }

  private func contrast(_ one: String, _ other: String) throws -> Double {
    let luminances = try [luminance(one), luminance(other)].sorted()
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)
  }

  private func luminance(_ color: String) throws -> Double {
    let value = try #require(Int(color.dropFirst(), radix: 16))
    let channels = [value >> 16, value >> 8 & 255, value & 255].map { channel in
      let c = Double(channel) / 255
      return c <= 0.04045 ? c / 12.92 : systemPow((c + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
  }
}
