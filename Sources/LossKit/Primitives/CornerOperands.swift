/// What a comparison of two operands is about, for the note of a tie.
enum CornerOperands {
  /// The arguments of a call up to a number: `max(a, b, c)` compares from left to right.
  case arguments([Value], through: Int)
  /// A number with 0, at which the slope changes.
  case slopes(below: Double, above: Double)
  /// Something else, in words.
  case described(String)
  /// The three arguments of `clamp` up to the bound that is looked at.
  case clamp([Value], through: Int)

  /// What ties at a place.
  func tie(_ layout: CornerLayout, at place: Int) -> CornerTie {
    switch self {
    case .slopes(let below, let above): return .slopes(below: below, above: above)
    case .described(let words): return .described(words)
    case .arguments(let values, let last): return .arguments(tied(values, last, layout, place))
    case .clamp(let values, let last):
      let tied = tied(values, last, layout, place)
      // Where an upper bound of more axes is still to come, there is not one slope above.
      guard let low = layout.element(of: values[1].plain, at: place),
        let high = layout.element(of: values[2].plain, at: place)
      else { return .arguments(tied) }
      guard tied.contains(0), low < high else {
        return .bound(tied, below: 0, above: 0)
      }
      return .bound(tied, below: last == 1 ? 0 : 1, above: last == 1 ? 1 : 0)
    }
  }

  /// The arguments that equal the last one looked at.
  private func tied(_ values: [Value], _ last: Int, _ layout: CornerLayout, _ place: Int) -> [Int] {
    let tie = layout.element(of: values[last].plain, at: place)
    return (0...last).filter { layout.element(of: values[$0].plain, at: place) == tie }
  }
}
