/// The colours of contours: the map "viridis" of Smith, van der Walt and Firing (matplotlib, CC0).
///
/// Even steps look even, in print without colour and to those who cannot tell red from green, too.
public enum ColorMap {
  /// A colour as red, green and blue from 0 to 255.
  public typealias RGB = (red: UInt8, green: UInt8, blue: UInt8)

  /// The colour at a place from 0, dark, to 255, bright.
  public static func color(at place: UInt8) -> RGB {
    let t = Double(place) / 255 * Double(anchors.count - 1)
    let i = min(Int(t), anchors.count - 2)
    let part = t - Double(i)
    func mixed(_ shift: UInt32) -> UInt8 {
      let a = Double(anchors[i] >> shift & 0xFF)
      let b = Double(anchors[i + 1] >> shift & 0xFF)
      return UInt8(a + (b - a) * part + 0.5)
    }
    return (mixed(16), mixed(8), mixed(0))
  }

  /// Every 16th of the 256 published entries, and the last; between them the map is straight to
  /// within 2 of 255.
  private static let anchors: [UInt32] = [
    0x440154, 0x48186A, 0x472D7B, 0x424086, 0x3B528B, 0x33638D, 0x2C728E, 0x26828E, 0x21918C,
    0x1FA088, 0x28AE80, 0x3FBC73, 0x5EC962, 0x84D44B, 0xADDC30, 0xD8E219, 0xFDE725,
  ]

  static func hexadecimal(_ place: UInt8) -> String {
    let (red, green, blue) = color(at: place)
    func digits(_ x: UInt8) -> String { (x < 16 ? "0" : "") + String(x, radix: 16) }
    return "#" + digits(red) + digits(green) + digits(blue)
  }
}
