/// How a report looks.
enum ReportStyle {
  /// A colour by its use, for light and for dark screens.
  struct Color {
    let name: String
    let light: String
    let dark: String
  }

  /// What text stands on.
  static let backgrounds = [
    Color(name: "paper", light: "#ffffff", dark: "#15171a"),
    Color(name: "code-paper", light: "#f6f5f2", dark: "#1e2125"),
    Color(name: "error-paper", light: "#fdf3f1", dark: "#2a1c1c"),
  ]

  /// What text is written in: each has a contrast of 4.5 at least to each background.
  static let inks = [
    Color(name: "ink", light: "#1d1c1a", dark: "#e6e4e0"),
    Color(name: "muted", light: "#66625b", dark: "#a19d96"),
    Color(name: "accent", light: "#1a5490", dark: "#8cb9ee"),
    Color(name: "good", light: "#1d6a3a", dark: "#7fc898"),
    Color(name: "bad", light: "#a8231d", dark: "#f2998f"),
    Color(name: "note", light: "#7a4d00", dark: "#dfb566"),
    Color(name: "keyword", light: "#7c2f86", dark: "#cf9fdd"),
    Color(name: "number", light: "#8a4010", dark: "#e3a880"),
  ]

  /// Lines, which say nothing by themselves.
  static let lines = [Color(name: "rule", light: "#dcd9d2", dark: "#363a40")]

  /// The curves of plots: each has a contrast of 3 at least to the paper.
  static let series = zip(
    SVGStyle.series, ["#5aaee8", "#f0935a", "#43bf92", "#d98fc2", "#cfa043", "#ababab"]
  ).enumerated().map { place, colors in
    Color(name: "loss-series-\(place + 1)", light: colors.0, dark: colors.1)
  }

  private static func variables(_ color: KeyPath<Color, String>) -> String {
    (backgrounds + inks + lines + series).map { "--\($0.name):\($0[keyPath: color]);" }.joined()
  }

  /// What plots call the colours of a page.
  private static let plotColors =
    "--loss-ink:var(--ink);--loss-muted:var(--muted);--loss-grid:var(--rule);"
    + "--loss-paper:var(--paper);"

  static let css = """
    :root{color-scheme:light dark;\(variables(\.light))\(plotColors)}
    @media screen and (prefers-color-scheme:dark){:root{\(variables(\.dark))}}
    \(rules)
    """

  private static let rules = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
    body{margin:0;background:var(--paper);color:var(--ink);line-height:1.55;
      font-family:Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,serif;font-size:1.0625rem}
    main{max-width:54rem;margin:0 auto;padding:3rem 1.5rem 5rem}
    code,pre,.value,.gradient,.record,table{
      font-family:ui-monospace,"SF Mono","Cascadia Code",Menlo,Consolas,"DejaVu Sans Mono",monospace;
      font-variant-ligatures:none}
    h1,h2,h3,h4,h5,h6{line-height:1.25;font-weight:600;margin:2.4em 0 .7em;text-wrap:balance}
    h1{font-size:2rem;margin:0 0 .4em}
    h2{font-size:1.4rem}
    h3{font-size:1.15rem}
    h4,h5,h6{font-size:1rem}
    a{color:var(--accent);text-underline-offset:.15em;text-decoration-thickness:.06em}
    header{margin-bottom:2.5rem}
    .summary{margin:0;color:var(--muted)}
    nav ul{list-style:none;margin:1.2rem 0 0;padding:.9rem 0 0;border-top:1px solid var(--rule);
      columns:2;column-gap:2rem}
    nav li{break-inside:avoid;padding:.1rem 0}
    nav .deeper{padding-left:1.2rem}
    nav a{text-decoration:none}
    nav a:hover{text-decoration:underline}
    .prose,.documentation{max-width:42rem}
    .prose{margin:1.3rem 0}
    .prose>:first-child,.documentation>:first-child{margin-top:0}
    .prose>:last-child,.documentation>:last-child{margin-bottom:0}
    .prose code,.documentation code{font-size:.86em;background:var(--code-paper);
      padding:.08em .28em;border-radius:.2em}
    .prose pre,.documentation pre{background:var(--code-paper);padding:.7rem .9rem;overflow-x:auto;
      font-size:.84rem}
    .prose pre code,.documentation pre code{background:none;padding:0;font-size:1em}
    .prose blockquote{margin:1em 0;padding-left:1rem;border-left:3px solid var(--rule);
      color:var(--muted)}
    .prose hr{border:0;border-top:1px solid var(--rule);margin:2rem 0}
    .statements{margin:1.3rem 0}
    .documentation{font-size:.95em;margin:1.1rem 0 .35rem}
    .listing{background:var(--code-paper);border-radius:.35rem;padding:.5rem .9rem}
    .line{display:flex;flex-wrap:wrap;align-items:baseline;justify-content:space-between;
      column-gap:1.5rem;padding:.06rem 0}
    .apart{margin-top:.75rem}
    .formula{overflow-x:auto;padding:.4rem 0 .7rem 1.4rem;font-size:1.02em}
    .formula math{margin:0;text-align:left;width:max-content}
    .formula:last-child{padding-bottom:.2rem}
    figure{margin:.8rem 0 1.3rem}
    figure svg{display:block;max-width:100%;height:auto}
    figcaption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
    .code{margin:0;font-size:.84rem;line-height:1.55;max-width:100%;overflow-x:auto}
    .mark{margin-left:auto;font-size:.85rem;color:var(--muted);white-space:nowrap}
    .muted,.muted span{color:var(--muted)}
    .good{color:var(--good)}
    .bad{color:var(--bad)}
    .comment{color:var(--muted);font-style:italic}
    .keyword{color:var(--keyword)}
    .builtin{color:var(--accent)}
    .number{color:var(--number)}
    .string{color:var(--good)}
    .invalid{color:var(--bad);text-decoration:underline wavy}
    .result,.print,.error{margin:.6rem 0 1.1rem .9rem}
    .value,.gradient,.record{font-size:.88rem;font-variant-numeric:tabular-nums;
      overflow-wrap:anywhere}
    .value{font-weight:600}
    .gradient,.record{margin:.25rem 0 0;font-weight:400}
    .gradient>div,.record>div{display:flex;align-items:baseline;gap:0 .6em}
    .value .record,.value table,.value details>pre{font-weight:400}
    dt{flex:none}
    .gradient dt{color:var(--accent)}
    .record dt{color:var(--muted)}
    dd{margin:0;min-width:0;max-width:100%}
    summary{cursor:pointer}
    .whole>summary{font-size:.88rem;font-weight:400;color:var(--muted);margin-top:.3rem;
      width:fit-content}
    details>pre{white-space:pre-wrap;max-height:24rem;overflow:auto;margin:.4rem 0;
      padding:.5rem .8rem;border-left:3px solid var(--rule);font-size:.8rem;font-weight:400}
    .note,.hint{font-size:.92rem;margin:.4rem 0 0;max-width:42rem}
    .note{color:var(--note)}
    .ending{margin:.1rem 0;font-size:.92rem;color:var(--muted)}
    .print{font-size:.84rem;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
    .print+.print{margin-top:-.9rem}
    .scroll{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;font-size:.82rem;line-height:1.5;
      font-variant-numeric:tabular-nums lining-nums}
    caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);
      white-space:nowrap}
    th,td{padding:.14rem 0 .14rem 1.6rem;padding-right:calc(var(--pad,0)*1ch);text-align:right;
      font-weight:400;vertical-align:baseline;white-space:nowrap}
    tr>:first-child{padding-left:0}
    thead th{border-bottom:1px solid var(--rule);padding-bottom:.3rem;color:var(--muted);
      white-space:normal;vertical-align:bottom}
    tbody tr:first-child>*{padding-top:.3rem}
    .text{text-align:left}
    .gap td{text-align:left;color:var(--muted)}
    .matrix{border:solid var(--ink);border-width:0 1.5px;border-radius:.4rem;
      border-collapse:separate;border-spacing:0}
    .matrix td{padding-left:1.1rem}
    .matrix tr>:first-child{padding-left:.6rem}
    .matrix tr>:last-child{padding-right:calc(.6rem + var(--pad,0)*1ch)}
    .error{background:var(--error-paper);border-left:3px solid var(--bad);padding:.6rem .9rem;
      border-radius:0 .35rem .35rem 0}
    .error p{margin:0}
    .error pre{font-size:.84rem;line-height:1.4;margin:.5rem 0;overflow-x:auto}
    .error .hint{margin-top:.4rem}
    .place{color:var(--muted)}
    .label{color:var(--accent)}
    math{font-family:"Latin Modern Math","STIX Two Math","STIX Math","Cambria Math",
      "TeX Gyre Termes Math","DejaVu Math TeX Gyre",math}
    @media (max-width:40rem){
      body{font-size:1rem}
      main{padding:1.5rem 1rem 3rem}
      h1{font-size:1.6rem}
      nav ul{columns:1}
      .result,.print,.error{margin-left:.4rem}
    }
    @page{margin:18mm 16mm}
    @media print{
      :root{color-scheme:light}
      html{font-size:8.6pt}
      main{max-width:none;padding:0}
      h1,h2,h3,h4,h5,h6{break-after:avoid}
      .listing,.error,figure,.matrix,tr{break-inside:avoid}
      thead{display:table-header-group}
      .listing,.prose code{print-color-adjust:exact;-webkit-print-color-adjust:exact}
      .code{white-space:pre-wrap;overflow:visible}
      .listing{break-after:avoid}
      .scroll,.error pre,.prose pre{overflow:visible}
      .prose p{orphans:3;widows:3}
      a{color:inherit;text-decoration:none}
      details:not([open])>:not(summary){display:none}
    }
    """
}
