/// Where the elements of an operand lie.
struct Operand {
  /// The memory that an offset counts from.
  enum Base: UInt8 {
    /// What instructions leave for later ones.
    case workspace
    /// The point at which the program runs.
    case point
    /// The gradient.
    case gradient
    case constants
    /// Nowhere: an output that nobody reads.
    case none
  }

  /// Which element an elementwise instruction reads for each of its own.
  enum Reading: UInt8 {
    /// The same one.
    case each
    /// One for all.
    case one
    /// One for `period` neighbours.
    case perRow
    /// The same `period` neighbours again and again.
    case perColumn
  }

  var base = Base.none
  var reading = Reading.each
  var period: UInt32 = 1
  var offset = 0

  var isNone: Bool { base == .none }
}

/// One step of a program.
struct Instruction {
  enum Code: UInt8 {
    case map, zip, select, softplusAndSlope
    case copyEvenly, gather, scatter, fill, copy, add
    /// Several elementwise instructions, chunk by chunk.
    case group
    case sumRows, sumColumns, dotRows
    case logSumExp, matrixProduct
    /// Weights of a log-sum-exp in chunks, times one number.
    case scaleChunks
    case largestPlace, pick, place
    case crossEntropy, crossEntropyAt
    case order, pickEach, placeEach
    case runningSum, runningSumFromEnd, runningProduct, runningLogSumExp
    case recurrence, recurrenceFromEnd
    /// Conditions on which the interpreter settles the point.
    case refuseTies, refuseTiesInRows, refuseIfSet
  }

  var code: Code
  var mapKernel = MapKernel.scalar
  var zipKernel = ZipKernel.scalar
  var a = Operand()
  var b = Operand()
  var c = Operand()
  var out = Operand()
  var out2 = Operand()
  var out3 = Operand()
  /// The number of elements of the result.
  var count = 1
  /// The length of the rows that are read.
  var length = 1
  /// Of a log-sum-exp, whether its weights are relative to the largest entries of their chunks; `c`
  /// then says how these relate to the largest of all.
  var isInChunks = false
  /// The place of a table, a walk, a function or a form in the program's lists.
  var index = 0
}

/// The elementwise functions of one number that have a kernel.
enum MapKernel: UInt8 {
  case neg, abs, sqrt, square, exp, expm1, log, log1p, softplus, sigmoid, tanh
  /// Any other, one by one.
  case scalar

  init(_ function: MapFunction) { self = MapKernel.known[function.id] ?? .scalar }

  private static let known: [FunctionID: MapKernel] = [
    .type(ObjectIdentifier(Negate.self)): .neg,
    .type(ObjectIdentifier(Magnitude.self)): .abs,
    .type(ObjectIdentifier(SquareRoot.self)): .sqrt,
    .type(ObjectIdentifier(Square.self)): .square,
    .type(ObjectIdentifier(Exp.self)): .exp,
    .type(ObjectIdentifier(Expm1.self)): .expm1,
    .type(ObjectIdentifier(Log.self)): .log,
    .type(ObjectIdentifier(Log1p.self)): .log1p,
    .type(ObjectIdentifier(Softplus.self)): .softplus,
    .type(ObjectIdentifier(Sigmoid.self)): .sigmoid,
    .type(ObjectIdentifier(HyperbolicTangent.self)): .tanh,
  ]
}

/// The elementwise functions of two numbers that have a kernel.
enum ZipKernel: UInt8 {
  case add, sub, mul, div, larger, smaller
  /// A product, or quotient, of which a tangent of 0 makes 0.
  case chain, chainQuotient
  /// Any other, one by one.
  case scalar

  init(_ function: ZipFunction) { self = ZipKernel.known[function.id] ?? .scalar }

  private static let known: [FunctionID: ZipKernel] = [
    .type(ObjectIdentifier(Add.self)): .add,
    .type(ObjectIdentifier(Subtract.self)): .sub,
    .type(ObjectIdentifier(Multiply.self)): .mul,
    .type(ObjectIdentifier(ChainProduct.self)): .chain,
    .type(ObjectIdentifier(Divide.self)): .div,
    .type(ObjectIdentifier(ChainQuotient.self)): .chainQuotient,
    .type(ObjectIdentifier(Larger.self)): .larger,
    .type(ObjectIdentifier(Smaller.self)): .smaller,
  ]
}
