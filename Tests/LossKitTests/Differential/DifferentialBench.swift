@testable import LossKit

/// One point of a case, with the sessions in which its texts are evaluated.
final class DifferentialBench {
  let test: DifferentialCase
  let point: Int?
  private let script: String
  private var sessions: [Key: Session] = [:]
  private var moved: Session?

  /// A session that interprets, or one that compiles derivatives where it can; with a rule for
  /// corners.
  struct Key: Hashable {
    var compiles = false
    var corners = CornerRule.lexicographic
  }

  init(_ test: DifferentialCase, at point: Int?) {
    self.test = test
    self.point = point
    script = test.script(at: point)
  }

  func session(_ key: Key = Key()) throws -> Session {
    if let session = sessions[key] { return session }
    let session = Session()
    session.evaluator.compilesDerivatives = key.compiles
    session.corners = key.corners
    try session.run(script) { _ in }
    sessions[key] = session
    return session
  }

  /// The numbers of a text, or the message of the error that it ends in.
  func numbers(_ text: String, _ key: Key = Key()) throws -> Numbers {
    let session = try session(key)
    session.evaluator.begin()
    do throws(LossError) {
      return .some(try session.value(of: text).elements)
    } catch {
      return .none(error.message)
    }
  }

  enum Numbers: Equatable, CustomStringConvertible {
    case some([Double])
    case none(String)

    var description: String {
      switch self {
      case .some(let numbers): numbers.count == 1 ? "\(numbers[0])" : "\(numbers)"
      case .none(let message): "error: \(message)"
      }
    }
  }

  /// How far rounding may move the numbers of a text.
  func bounds(_ text: String, _ exact: [Double], _ key: Key, isEnough: ([Double]) -> Bool) throws
    -> [Double]
  {
    let session = try movedSession()
    session.corners = key.corners
    return try RoundingBounds.widest(exact, isEnough: isEnough) { draw in
      try session.run(
        "e = \(RoundingBounds.width) * (2 * (rand(\(noise), seed = \(draw)) > 0.5) - 1)"
      ) { _ in }
      let numbers = (try? session.value(of: text))?.elements ?? []
      return numbers.count == exact.count ? numbers : exact.map { _ in .nan }
    }
  }

  /// The number of roundings that the expression has.
  private var noise = 1

  private func movedSession() throws -> Session {
    if let moved { return moved }
    noise = 0
    let formula = test.expression.perturbedText("e", &noise)
    noise = max(noise, 1)
    let session = Session()
    session.evaluator.compilesDerivatives = false
    try session.run(
      "data e = zeros(\(noise)); \(ExpressionGenerator.rounding)\n"
        + test.script(at: point, formula: formula)
    ) { _ in }
    moved = session
    return session
  }

  // MARK: The point

  /// Whether all elements are of a size that finite differences have steps for.
  var isModerate: Bool {
    test.usedInputs.flatMap { $0.elements(at: point) }
      .allSatisfy { $0 == 0 || (1e-4...1e3).contains($0.magnitude) }
  }

  /// Whether nothing ties here that goes by value, and nothing says that its derivative is 0 though it
  /// is not: the elements are different, and none of the short numbers that expressions are made of.
  var isGeneric: Bool {
    let elements = test.usedInputs.flatMap { $0.elements(at: point) }.map(\.magnitude)
    return Set(elements).count == elements.count
      && elements.allSatisfy { $0.isFinite && $0 * 40 != ($0 * 40).rounded() }
      && !["stop(", "unique("].contains { test.expression.text.contains($0) }
  }

  /// The corners that the joint gradient meets here.
  lazy var corners: Int = {
    guard case .some(let count)? = try? numbers("kinks(f)"), let first = count.first else {
      return 0
    }
    return Int(first)
  }()
}
