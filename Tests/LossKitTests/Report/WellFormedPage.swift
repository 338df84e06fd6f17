import Testing

/// A strict reader of the pages that reports are: every tag is closed in its order, every `&` begins
/// a reference, and what ids and addresses there are is noted.
///
/// HTML itself would forgive nearly everything, and so would a browser.
struct WellFormedPage {
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// The elements that have no end tag.
  private static let void: Set<String> = ["meta", "hr", "br", "img", "link", "input"]

  private(set) var ids: [String] = []
  /// The values of `href` and of everything that fetches: `src`, `srcset`, `data`, `poster`.
  private(set) var links: [String] = []
  private(set) var sources: [String] = []
  private(set) var names: Set<String> = []
  /// The text outside tags, references resolved, without that of `style`.
  private(set) var text = ""
  /// The text of `style` elements and attributes.
  private(set) var style = ""

  private var rest: Substring
  private var open: [String] = []

  init(_ page: String) throws {
    rest = page[...]
    guard take("<!DOCTYPE html>") else { throw Fault(description: "no doctype") }
    while !rest.isEmpty {
      if rest.first == "<" { try readTag() } else { try readText() }
    }
    if let name = open.last { throw Fault(description: "<\(name)> is not closed") }
    if Set(ids).count != ids.count { throw Fault(description: "an id stands twice: \(ids)") }
    for link in links where link.hasPrefix("#") && !ids.contains(String(link.dropFirst())) {
      throw Fault(description: "nothing has the id of \(link)")
    }
  }

  /// What a browser would fetch.
  var fetched: [String] {
    sources.filter { !$0.hasPrefix("data:") }
      + (style.contains("url(") || style.contains("@import") ? ["by style"] : [])
      + (names.contains("script") || names.contains("link") || names.contains("iframe")
        ? ["by element"] : [])
  }

  private mutating func take(_ prefix: String) -> Bool {
    guard rest.hasPrefix(prefix) else { return false }
    rest = rest.dropFirst(prefix.count)
    return true
  }

  private mutating func readText() throws {
    let part = rest.prefix { $0 != "<" }
    rest = rest.dropFirst(part.count)
    if open.last == "style" {
      style += part
      return
    }
    text += try Self.resolved(part)
  }

  private mutating func readTag() throws {
    guard let end = rest.firstIndex(of: ">") else { throw Fault(description: "'<' without '>'") }
    var tag = rest[rest.index(after: rest.startIndex)..<end]
    rest = rest[rest.index(after: end)...]
    if tag.first == "/" {
      let name = String(tag.dropFirst())
      guard open.popLast() == name else { throw Fault(description: "</\(name)> closes another") }
      return
    }
    let isClosed = tag.last == "/"
    if isClosed { tag = tag.dropLast() }
    let name = String(tag.prefix { $0.isLetter || $0.isNumber || $0 == "-" })
    guard !name.isEmpty else { throw Fault(description: "a tag without a name: <\(tag)>") }
    tag = tag.dropFirst(name.count)
    names.insert(name)
    try readAttributes(&tag, of: name)
    if !Self.void.contains(name), !isClosed { open.append(name) }
  }

  private mutating func readAttributes(_ tag: inout Substring, of element: String) throws {
    var seen: Set<String> = []
    while true {
      tag = tag.drop(while: \.isWhitespace)
      if tag.isEmpty { return }
      let name = String(tag.prefix { $0.isLetter || $0.isNumber || "-:".contains($0) })
      tag = tag.dropFirst(name.count)
      guard !name.isEmpty, tag.hasPrefix("=\""), let end = tag.dropFirst(2).firstIndex(of: "\"")
      else { throw Fault(description: "<\(element)> has an attribute that is none: \(tag)") }
      let value = try Self.resolved(tag.dropFirst(2)[..<end])
      tag = tag[tag.index(after: end)...]
      guard seen.insert(name).inserted else {
        throw Fault(description: "<\(element)> has '\(name)' twice")
      }
      switch name {
      case "id": ids.append(value)
      case "href": links.append(value)
      case "src", "srcset", "data", "poster": sources.append(value)
      case "style": style += value + ";"
      case _ where name.hasPrefix("on"):
        throw Fault(description: "<\(element)> has a script in '\(name)'")
      default: break
      }
    }
  }

  private static func resolved(_ text: Substring) throws -> String {
    var result = ""
    var rest = text
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      guard let end = rest[mark...].firstIndex(of: ";") else {
        throw Fault(description: "'&' without ';'")
      }
      let name = rest[rest.index(after: mark)..<end]
      switch name {
      case "amp": result += "&"
      case "lt": result += "<"
      case "gt": result += ">"
      case "quot": result += "\""
      case "#39": result += "'"
      case _ where name.hasPrefix("#x"):
        guard let code = UInt32(name.dropFirst(2), radix: 16), let scalar = Unicode.Scalar(code)
        else { throw Fault(description: "no character has the number \(name)") }
        result.unicodeScalars.append(scalar)
      default: throw Fault(description: "a reference that the page does not use: &\(name);")
      }
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }
}
