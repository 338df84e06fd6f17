/// What can go wrong when a text is evaluated, as data; the words are in `message` and `hint`.
enum EvaluationProblem: Problem, Error, Sendable {
  // MARK: Limits
  case tooManyElements(wanted: Int, limit: Int)
  case nestedTooDeeply
  case recursionTooDeep(String?)
  case tooManyCalls(String?, limit: Int)
  case tooManySteps(limit: Int)
  case tooMuchOutput(limit: Int)
  case takesTooLong(Duration)
  case derivativesNestTooDeeply(Int)
  case cancelled
  case tooManyAxes(Int, limit: Int)
  case emptyAxesTooLong([Int], limit: Int)
  case functionsNestTooDeeply
  case recordsNestTooDeeply
  case repeatedName(String)
  case tableTooLong(Int, limit: Int)

  // MARK: Names
  case unknownName(String, suggestion: String?)
  /// A name that a definition uses and only the statement that runs has, as after `for`.
  case unknownInDefinition(String)
  /// What `at` should replace.
  case nothingToReplace(String)
  /// A word from elsewhere, with what it is called here.
  case foreignName(String, hint: String)
  case builtinRedefined(String)
  case nothingShownYet
  case explainedFunction(String, call: String)
  case cycle([String])
  case comesLater(String)

  // MARK: Kinds of value
  case notAnExpression
  case inputIsNoFormula(String)
  case tupleIsNoValue
  case notANumber(String)
  case notAnArray(String)
  case operandIsNoNumber(String, String)
  case notATruthValue(TruthUse, String)
  case maskInCondition(TruthUse, [Int])
  case textsHaveNoOrder
  case notAWholeNumber(WholeNumberUse, String)
  case wholeNumberTooLarge(WholeNumberUse, String)
  case dotBetweenArrays

  // MARK: Arrays
  case shapesDoNotBroadcast([Int], [Int])
  case matrixShapesDoNotFit([Int], [Int])
  case notASquareMatrix([Int])
  case singularMatrix(pivot: Int)
  case notPositiveDefinite(pivot: Int)
  case raggedArray([Int], [Int])
  case raggedComprehension([Int], [Int])
  case mixedArray(String)
  case elementIsNoNumber(String)
  case innerSourceVaries
  case notIterable(String)

  // MARK: Indices and fields
  case notIndexable(String)
  case notAnIndex(String)
  case tooManySubscripts([Int], Int)
  case indexOutOfBounds(Int, String, Int, Int, Int)
  case sliceOutOfBounds(String, String, Int, Int, Int)
  case maskLength(Int, Int)
  case recordNeedsName([String])
  case unknownField(String, [String])
  case noFields(String, String, isBuiltin: Bool)

  // MARK: Calls
  case notAFunction(String, String)
  case argumentKind(String, String)
  case tooManyArguments(String, Int, Int)
  case missingArgument(String, String)
  case unknownArgument(String, String, [String])
  case argumentGivenTwice(String, String)
  case optionByPosition(String, Int, [String])
  case invalidArgument(String, String, String)
  case needsText(String, String)
  case needsFunction(String, String)
  case needsVector(String, String)
  case needsMatrix(String, String)
  case shapesDiffer(String, [Int], [Int])
  case axisOutOfRange(Int, [Int])
  case axisOfSeveral(String)
  case negativeSize(String, Int)
  case reshapeSize([Int], [Int])
  case ofNothing(String)
  case sharpnessNotANumber
  case sharpnessIsText(String)
  case labelsShape([Int], scores: [Int])
  case labelOutOfRange(Double, Int)
  case columnIsNoVector(String, String)
  case fieldCount(Int, Int)

  // MARK: Smoothing
  case unknownFamily(String)
  case outsideFamily(String, Double, String)
  case familySmoothsOnlyMaximum(String, String)
  case noSmoothCounterpart(String)
  case comparisonInSmooth
  /// The operation, as far as it is known where the problem is met.
  case noErrorBound(String?)
  case jumpHasNoErrorBound(String)
  case errorOutOfReach(Double, least: Double)
  case sharpnessAndError
  case errorOfFunction

  // MARK: Derivatives
  case needsExpression(String)
  case derivativesTakeNoNames(String)
  case noParams(String)
  case derivativeOfKind(String, String)
  case gradientOfArray(String, [Int])
  case derivativeNeedsName(String)
  case derivativeByExpression(String, String, base: String?)
  case derivativeByData(String)
  case derivativeByKind(String, String, String)
  case directionShape(String, [Int], [Int])
  case slopesNeedNumber
  case diffNeedsNumber(String)
  case orderOutOfRange(Int, Int)

  // MARK: The library
  case lossIsNoNumber(String, String)
  case notAnInput(String)
  case gradientByUnsupplied(String)
  case pointSize(given: Int, wanted: Int)

  // MARK: Statements
  case assignmentToUnknown(String, suggestion: String?)
  case assignmentToFormula(String)
  case inputKind(String, String)
  case intervalIsEmpty(String)
  case outsideInterval(String, Double, ClosedRange<Double>)
  case assertionFailed(String, message: String?, details: [String])
  case checkFailed(details: [String])
  case checkWithoutDraws
  case checkSkippedAll(Int)
  case tableEntry(String)
  case tableColumnsDiffer
  case notATolerance(String)
  case tableRange(String)
  case cannotRead(String, String)
  case csv(String, CSVProblem)
  case noColumnOfNumbers
  /// An option of a function that takes certain texts only, and which.
  case textOption(String, String, String)
  case importCycle([String])
  case unknownLibrary(String)
  case unknownSetting(String, suggestion: String?)
  case settingValue(String, String)
}

/// Where a truth value is needed.
enum TruthUse: Sendable {
  case condition, filter, mask, assertion, check
  case operand(String)
}

/// Where a whole number is needed.
enum WholeNumberUse: Sendable {
  case index, rangeEnd, axis, size, seed, order
}
