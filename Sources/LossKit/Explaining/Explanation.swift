/// An expression taken apart: what each part of it comes to, and how the whole changes with it.
///
/// Made by `Session.explanation(of:)`; `rendered(_:width:)` draws it as a tree.
public struct Explanation: Sendable {
  /// What the derivatives of the parts say.
  public enum Derivative: Sendable, Equatable {
    /// By how much the whole, a number, changes with the part: zero where no gradient passes.
    case ofWhole
    /// By how much the part changes with the one param that there is, a number, where the whole is
    /// not one.
    case byParam(String)
    /// There is none, for a reason.
    case absent(String)
  }

  /// The whole expression.
  public let root: ExplainedPart

  /// What the derivatives of the parts say.
  public let derivative: Derivative

  /// What is to be said of the whole, a sentence each.
  public let notes: [String]
}

/// A part of an expression with its value and its derivative.
public struct ExplainedPart: @unchecked Sendable {  // Holds plain values only, immutable.
  /// Something that is to be said of a part.
  public struct Mark: Sendable, Equatable {
    /// What a mark is about.
    public enum Kind: Sendable {
      /// Operands tie here, so that the slopes on both sides differ.
      case corner
      /// A nan or an infinity first arises here.
      case firstFault
      /// The evaluation ended here.
      case error
      /// The gradient of the part is not 0, but that of all that it is made of is.
      case cut
      /// The same formula stands further up with its parts.
      case repeated
      /// The part is a derivative, whose inside has perturbations of its own.
      case closed
    }

    /// What the mark is about.
    public let kind: Kind
    /// What it says: `corner: slopes 0 and 1`.
    public let text: String
  }

  /// The part's own text on one line; of a formula with its name: `margin = max(drop(s, y)) - s[y]`.
  public let text: String

  /// What is to be said of the part.
  public internal(set) var marks: [Mark]

  /// The parts that it is made of, in the order of the text, a function's body last.
  public internal(set) var children: [ExplainedPart]

  /// How many parts within it are not listed.
  public internal(set) var omitted: Int

  /// How often it was evaluated, where that is more than is kept.
  public let evaluations: Int

  /// The name of the param or data that the part is, `nil` for anything else.
  public let input: String?

  let value: Value?
  var derivative: Value?

  /// The numbers of its value, row by row; several evaluations follow one another.
  ///
  /// `nil` of what is no number or array, or was not reached.
  public var numbers: [Double]? { value.flatMap(Self.numbers) }

  /// The numbers of its derivative, see `Explanation.Derivative`; `nil` where there is none.
  public var derivativeNumbers: [Double]? { derivative.flatMap(Self.numbers) }

  private static func numbers(_ value: Value) -> [Double]? {
    switch value {
    case .number(let x): [x]
    case .truth(let x): [x ? 1 : 0]
    case .tensor(let tensor): Array(tensor.elements)
    default: nil
    }
  }
}
