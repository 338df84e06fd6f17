import CCmark
import LossKit

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ReportMarkdown {
  /// Markdown by cmark, the reference implementation of CommonMark.
  static let commonMark = ReportMarkdown(
    blocks: { text in MarkdownDocument(text).html { cmark_render_html($0, CMARK_OPT_SAFE) } },
    inline: { text in
      // As a heading: a text such as "1. The hinge" by itself would be a list.
      let html = MarkdownDocument("# " + text).html { document in
        guard let heading = cmark_node_first_child(document) else { return nil }
        return cmark_render_html(heading, CMARK_OPT_SAFE)
      }
      // <h1>…</h1> and a line end, whatever its level became.
      let inner = html.drop { $0 != ">" }.dropFirst()
      return inner.range(of: "</h").map { String(inner[..<$0]) } ?? ""
    })
}

/// A parsed text, made safe to stand in a page.
private final class MarkdownDocument {
  private let root: OpaquePointer?

  init(_ text: String) {
    root = cmark_parse_document(text, text.utf8.count, CMARK_OPT_DEFAULT)
    if let root { MarkdownDocument.adapt(root) }
  }

  deinit { if let root { cmark_node_free(root) } }

  func html(_ render: (OpaquePointer) -> UnsafeMutablePointer<CChar>?) -> String {
    guard let root, let text = render(root) else { return "" }
    defer { free(text) }
    return String(cString: text)
  }

  /// Makes raw HTML text and images links.
  ///
  /// Raw HTML would be left out by cmark, but `Array<Int>` is no tag to its author; and a page that
  /// fetches an image is no single file any more.
  private static func adapt(_ root: OpaquePointer) {
    guard let iterator = cmark_iter_new(root) else { return }
    defer { cmark_iter_free(iterator) }
    var replaced: [OpaquePointer] = []
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { break }
      // A node with children is met again when they are done; none of these may change before.
      guard let node = cmark_iter_get_node(iterator) else { break }
      switch cmark_node_get_type(node) {
      case CMARK_NODE_HTML_INLINE where event == CMARK_EVENT_ENTER,
        CMARK_NODE_HTML_BLOCK where event == CMARK_EVENT_ENTER,
        CMARK_NODE_IMAGE where event == CMARK_EVENT_EXIT:
        replaced.append(node)
      case CMARK_NODE_HEADING where event == CMARK_EVENT_ENTER:
        // Those that the page has found itself are not here; within a quotation none is a section.
        _ = cmark_node_set_heading_level(node, max(cmark_node_get_heading_level(node), 4))
      default: break
      }
    }
    for node in replaced { replace(node) }
  }

  private static func replace(_ node: OpaquePointer) {
    let type = cmark_node_get_type(node)
    let isBlock = type == CMARK_NODE_HTML_BLOCK
    let isImage = type == CMARK_NODE_IMAGE
    let kind = isImage ? CMARK_NODE_LINK : isBlock ? CMARK_NODE_CODE_BLOCK : CMARK_NODE_TEXT
    guard let replacement = cmark_node_new(kind) else { return }
    if isImage {
      _ = cmark_node_set_url(replacement, cmark_node_get_url(node))
      while let child = cmark_node_first_child(node) {
        cmark_node_unlink(child)
        guard cmark_node_append_child(replacement, child) == 1 else {
          cmark_node_free(child)
          break
        }
      }
    } else {
      _ = cmark_node_set_literal(replacement, cmark_node_get_literal(node))
    }
    if cmark_node_replace(node, replacement) == 1 {
      cmark_node_free(node)
    } else {
      cmark_node_free(replacement)
    }
  }
}

extension Substring {
  /// Where a text occurs last.
  fileprivate func range(of text: String) -> Index? {
    indices.reversed().first { self[$0...].hasPrefix(text) }
  }
}
