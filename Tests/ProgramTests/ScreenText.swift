/// The characters that reach a terminal.
///
/// Without escape sequences and bells, backspaces applied, line ends as `\n`. Enough to read a line editor by; cursor movements are not followed.
struct ScreenText {
  private(set) var received: [UInt8] = []
  private(set) var bytes: [UInt8] = []
  private var state = State.text

  private enum State { case text, escape, sequence }

  mutating func receive(_ byte: UInt8) {
    received.append(byte)
    switch (state, byte) {
    case (.escape, _): state = byte == UInt8(ascii: "[") ? .sequence : .text
    case (.sequence, 0x40...0x7E): state = .text
    case (.sequence, _): break
    case (.text, 0x1B): state = .escape
    case (.text, 0x08):
      // One character is one column here, and may be several bytes.
      while let last = bytes.popLast(), last & 0xC0 == 0x80 {}
    case (.text, 0x07), (.text, 0x0D): break
    case (.text, _): bytes.append(byte)
    }
  }
}
