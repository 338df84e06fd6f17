extension EvaluationProblem {
  var message: String {
    switch self {
    case .tooManyElements(let wanted, let limit):
      wanted == .max
        ? "this needs more elements than can be counted; at most \(limit) may be held at once"
        : "this needs \(wanted) more elements; at most \(limit) may be held at once"
    case .nestedTooDeeply: "the expression is nested too deeply for the stack"
    case .recursionTooDeep(let name):
      "\(name.map { "'\($0)'" } ?? "a function") calls itself too deeply"
    case .tooManyCalls(let name, let limit):
      "\(name.map { "'\($0)'" } ?? "a function") calls itself too deeply; at most "
        + "\(limit) call\(limit == 1 ? "" : "s") may go on at once"
    case .tooManySteps(let limit):
      "this takes more than \(limit) step\(limit == 1 ? "" : "s"), the most that are allowed"
    case .tooMuchOutput(let limit):
      "this shows more than \(limit) byte\(limit == 1 ? "" : "s"), the most that are allowed"
    case .takesTooLong(let duration):
      "this takes longer than \(NumberFormat.formatted(duration / .seconds(1))) s, the most that is allowed"
    case .derivativesNestTooDeeply(let limit): "derivatives nest deeper than \(limit) levels"
    case .cancelled: "stopped"
    case .tooManyAxes(let count, let limit): "an array cannot have \(count) axes; at most \(limit)"
    case .emptyAxesTooLong(let shape, let limit):
      "an array of shape \(describe(shape: shape)) is empty, but its other axes are too long: "
        + "together at most \(limit)"
    case .functionsNestTooDeeply:
      "functions were made from functions more than \(Function.nestingLimit) deep"
    case .recordsNestTooDeeply:
      "records nest more than \(Record.depthLimit) deep, or have more than \(Record.fieldLimit) "
        + "fields in all"
    case .repeatedName(let name): "'\(name)' stands here twice"
    case .tableTooLong(let rows, let limit): "a table of \(rows) rows; at most \(limit) are shown"
    case .unknownName(let name, _): "there is no '\(name)'"
    case .unknownInDefinition(let name): "there is no '\(name)'"
    case .nothingToReplace(let name): "there is no '\(name)' to be replaced"
    case .foreignName(let name, _): "there is no '\(name)'"
    case .builtinRedefined(let name): "'\(name)' is built in and cannot be defined anew"
    case .explainedFunction(let text, _):
      "\(text) is a function: only a call of it has parts with values"
    case .nothingShownYet: "'_' is the last value shown, and nothing has been shown yet"
    case .cycle(let names):
      "\(names[0]) depends on itself: \(names.joined(separator: " → "))"
    case .comesLater(let what): "\(what) is not part of this version"
    case .notAnExpression: "this is not an expression"
    case .inputIsNoFormula(let name):
      "'\(name)' is an input; name a formula, or write an expression of it"
    case .tupleIsNoValue: "a list in round brackets is no value"
    case .notANumber("an array"): "one number is needed here, not an array"
    case .notANumber(let kind): "a number or an array is needed here, not \(kind)"
    case .notAnArray(let kind): "an array is needed here, not \(kind)"
    case .operandIsNoNumber(let operation, let kind):
      "'\(operation)' needs numbers or arrays, not \(kind)"
    case .notATruthValue(let use, let kind): "\(use.subject) must be true or false, not \(kind)"
    case .maskInCondition(let use, let shape):
      "\(use.subject) must be one truth value, not a mask of shape \(describe(shape: shape))"
    case .textsHaveNoOrder: "texts can be compared by == and != only"
    case .notAWholeNumber(let use, let text): "\(use.subject) must be a whole number, not \(text)"
    case .wholeNumberTooLarge(let use, let text): "\(use.subject) of \(text) is too large"
    case .dotBetweenArrays: "'·' multiplies numbers; between arrays it could mean two things"
    case .shapesDoNotBroadcast(let a, let b):
      "shapes \(describe(shape: a)) and \(describe(shape: b)) do not broadcast"
    case .matrixShapesDoNotFit(let a, let b):
      "shapes \(describe(shape: a)) and \(describe(shape: b)) do not fit together in a matrix product"
    case .notASquareMatrix(let shape):
      "a square matrix is needed, not an array of shape \(describe(shape: shape))"
    case .singularMatrix: "the matrix is singular"
    case .notPositiveDefinite(let pivot):
      "the matrix is not positive definite (row \(pivot))"
    case .raggedArray(let a, let b):
      "the elements of an array must have one shape: the first has \(describe(shape: a)), this one \(describe(shape: b))"
    case .raggedComprehension(let a, let b):
      "the elements must have one shape: the first has \(describe(shape: a)), another \(describe(shape: b))"
    case .mixedArray(let kind): "an array of texts cannot hold \(kind)"
    case .elementIsNoNumber("a text"): "an array holds numbers or texts, not both"
    case .elementIsNoNumber(let kind): "an array holds numbers, truth values or texts, not \(kind)"
    case .innerSourceVaries: "an inner 'for' over texts may not depend on an outer one"
    case .notIterable(let kind): "'for' runs over an array or a range, not \(kind)"
    case .notIndexable(let kind): "\(kind) has no elements to index"
    case .notAnIndex(let kind):
      "an index is a whole number, a mask or a list of places, not \(kind)"
    case .tooManySubscripts(let shape, let count):
      "\(count) subscripts for an array of shape \(describe(shape: shape))"
    case .indexOutOfBounds(let index, let base, let axis, let count, let rank):
      EvaluationProblem.bounds("index \(index)", base, axis, count, rank)
        + (count == 0 ? "" : ", 0 to \(count - 1) (or -1 to -\(count) from the end)")
    case .sliceOutOfBounds(let slice, let base, let axis, let count, let rank):
      EvaluationProblem.bounds("the slice \(slice)", base, axis, count, rank)
    case .maskLength(let mask, let count): "a mask of \(mask) elements for \(count) elements"
    case .recordNeedsName: "a record is indexed by the name of a field"
    case .unknownField(let name, _): "there is no field '\(name)'"
    case .noFields(let field, let kind, _): "\(kind) has no field '\(field)'"
    case .notAFunction(let text, let kind): "'\(text)' is \(kind), not a function"
    case .argumentKind(let function, let kind): "\(function) does not take \(kind)"
    case .tooManyArguments(let function, let count, let given):
      "\(function) takes \(count) argument\(count == 1 ? "" : "s"), not \(given)"
    case .missingArgument(let function, let name): "\(function) needs an argument '\(name)'"
    case .unknownArgument(let function, let label, _):
      "\(function) has no argument '\(label)'"
    case .argumentGivenTwice(let function, let name): "\(function): '\(name)' is given twice"
    case .optionByPosition(let function, let count, let options):
      count == 0
        ? "\(function) takes options by name only"
        : "\(function) takes \(count) argument\(count == 1 ? "" : "s"); "
          + "\(options.joined(separator: ", ")) \(options.count == 1 ? "goes" : "go") by name"
    case .invalidArgument(let function, let name, let range):
      "\(function): '\(name)' must be \(range)"
    case .needsText(let function, let kind): "\(function) needs a text, not \(kind)"
    case .needsFunction(let function, let kind): "\(function) needs a function, not \(kind)"
    case .needsVector(let function, let kind): "\(function) needs a vector, not \(kind)"
    case .needsMatrix(let function, let kind): "\(function) needs a matrix, not \(kind)"
    case .shapesDiffer(let function, let a, let b):
      "\(function): shapes \(describe(shape: a)) and \(describe(shape: b)) do not fit together"
    case .axisOutOfRange(let axis, let shape):
      "there is no axis \(axis) in an array of shape \(describe(shape: shape))"
    case .axisOfSeveral(let function):
      "\(function) of several arguments works elementwise: there is no axis to reduce"
    case .negativeSize(let function, let n): "\(function): a length of \(n) is negative"
    case .reshapeSize(let from, let to):
      "an array of shape \(describe(shape: from)) cannot take the shape \(describe(shape: to))"
    case .ofNothing(let function): "\(function) of nothing"
    case .sharpnessNotANumber, .sharpnessIsText: "the sharpness k must be one number"
    case .labelsShape(let labels, let scores):
      "labels of shape \(describe(shape: labels)) for scores of shape \(describe(shape: scores))"
    case .labelOutOfRange(let label, let count):
      "the label \(NumberFormat.formatted(label)) is no index of \(count) scores"
    case .fieldCount(let names, let values):
      "record needs a value for each name: there are \(names) names and \(values) values"
    case .columnIsNoVector(let name, let kind): "the column '\(name)' is \(kind), not numbers"
    case .unknownFamily(let name): "there is no family \"\(name)\" of smooth maxima"
    case .outsideFamily(let family, let x, let what):
      "the family \"\(family)\" needs \(what) to be at least 0, not \(NumberFormat.formatted(x))"
    case .familySmoothsOnlyMaximum(let family, let operation):
      "the family \"\(family)\" smooths max only, not \(operation)"
    case .noSmoothCounterpart(let function):
      "\(function) of something that varies has no smooth counterpart"
    case .comparisonInSmooth: "a comparison of something that varies has no smooth counterpart"
    case .noErrorBound(let operation):
      "no bound is known for the error that \(operation ?? "this") passes on"
    case .jumpHasNoErrorBound(let function):
      "\(function) jumps, so that no sharpness bounds the error of its smooth counterpart"
    case .errorOutOfReach(let error, let least):
      "no sharpness keeps the error within \(NumberFormat.formatted(error)): "
        + (least.isFinite
          ? "its bound never falls below \(NumberFormat.formatted(least))"
          : "its bound is infinite")
    case .sharpnessAndError: "smooth takes either k or error, not both"
    case .errorOfFunction: "the error of a function is not known before it is called"
    case .needsExpression(let form):
      "\(form) of several arguments takes an expression, not a function"
    case .derivativesTakeNoNames(let form): "the arguments of \(form) have no names"
    case .noParams(let text): "\(text) depends on no param"
    case .derivativeOfKind(let form, let kind): "\(form) needs a number or an array, not \(kind)"
    case .gradientOfArray(let form, let shape):
      "\(form) needs one number, not an array of shape \(describe(shape: shape))"
    case .derivativeNeedsName(let form): "\(form) needs the name to differentiate by"
    case .derivativeByExpression(let form, let text, _): "\(form) is by a name, and \(text) is none"
    case .derivativeByData(let name): "'\(name)' is data: there is no derivative by it"
    case .derivativeByKind(let form, let name, let kind):
      "\(form) by '\(name)': a number or an array is needed, not \(kind)"
    case .directionShape(let form, let given, let wanted):
      "\(form): the direction has shape \(describe(shape: given)), not \(describe(shape: wanted))"
    case .slopesNeedNumber: "slopes are taken by one number"
    case .diffNeedsNumber(let name): "diff is by a number, and \(name) is an array"
    case .orderOutOfRange(let order, let limit): "the order \(order) is not from 0 to \(limit)"
    case .lossIsNoNumber(let name, let kind): "'\(name)' is \(kind), not one number"
    case .notAnInput(let name): "'\(name)' is no input or formula that a call can supply"
    case .gradientByUnsupplied(let name): "the gradient by '\(name)' needs it among the inputs"
    case .pointSize(let given, let wanted):
      "\(given) elements were given where \(wanted) are needed"
    case .assignmentToUnknown(let name, _): "'\(name)' is not an input"
    case .assignmentToFormula(let name): "'\(name)' is a formula, not an input"
    case .inputKind(let name, let kind):
      "a param must be a number or an array: '\(name)' would be \(kind)"
    case .intervalIsEmpty(let name): "the interval of '\(name)' is empty"
    case .outsideInterval(let name, let value, let interval):
      "'\(name)' = \(NumberFormat.formatted(value)) lies outside its interval \(describe(interval))"
    case .assertionFailed(let text, let message, let details):
      EvaluationProblem.lines(
        message.map { "assertion failed: \($0)" } ?? "assertion failed: \(text)", details)
    case .checkFailed(let details):
      EvaluationProblem.lines("does not hold, at the simplest point found:", details)
    case .checkWithoutDraws: "nothing to draw: the comparison depends on no param"
    case .checkSkippedAll(let count): "both sides were nan at all of \(count) points"
    case .notATolerance(let value): "a tolerance is a number from 0 on, not \(value)"
    case .tableColumnsDiffer:
      "an expression of a table is a record in every row, of the same fields, or in none"
    case .tableEntry(let kind): "a table holds numbers and texts, not \(kind)"
    case .tableRange(let kind): "a table runs over an array or a range, not \(kind)"
    case .cannotRead(let path, let reason): "cannot read \"\(path)\": \(reason)"
    case .csv(let path, let problem): "\"\(path)\": \(problem.message)"
    case .noColumnOfNumbers: "the record has no column of numbers"
    case .textOption(let function, let option, let values):
      "the \(option) of \(function) is \(values)"
    case .importCycle(let files): "files import each other: \(files.joined(separator: " → "))"
    case .unknownLibrary(let name): "there is no library '\(name)'"
    case .unknownSetting("", _): ":set needs an option and a value"
    case .unknownSetting(let name, _): "there is no setting '\(name)'"
    case .settingValue(let name, let range): "'\(name)' takes \(range)"
    }
  }

  var hint: String? {
    switch self {
    case .unknownSetting("", _):
      "the options are \(Session.settingNames.joined(separator: ", "))"
    case .unknownName(_, let suggestion), .unknownSetting(_, let suggestion):
      suggestion.map { "did you mean '\($0)'?" }
    case .unknownInDefinition(let name):
      "the statement's own \(name) is known in its text alone; with param \(name) = … definitions "
        + "follow it"
    case .nothingToReplace(let name): "declare it with param \(name) = …"
    case .foreignName(_, let hint): hint
    case .explainedFunction(_, let call): "give it its arguments: \(call)"
    case .maskInCondition:
      "take all(…) or any(…) of it, or choose elementwise with where(mask, a, b)"
    case .notATruthValue(_, "a number"): "compare it, as in x != 0"
    case .dotBetweenArrays: "use * elementwise or @ for the matrix product"
    case .tupleIsNoValue: "write [a, b] for an array"
    case .raggedComprehension: "each element of an array has the same shape"
    case .unknownField(let name, let fields):
      nearest(to: name, among: fields).map { "did you mean '\($0)'?" }
        ?? (fields.isEmpty ? nil : "the fields are \(listed(fields))")
    case .unknownFamily(let name):
      nearest(to: name, among: SmoothFamily.allCases.map(\.rawValue)).map {
        "did you mean '\($0)'?"
      }
        ?? "the families are \(listed(SmoothFamily.allCases.map(\.rawValue)))"
    case .noSmoothCounterpart, .familySmoothsOnlyMaximum:
      "hard(…) leaves a part as it is"
    case .noErrorBound, .jumpHasNoErrorBound:
      "give the sharpness k instead of the error, or leave the part as it is with hard(…)"
    case .errorOfFunction: "smooth the call: x -> smooth(f(x), error = …)"
    case .comparisonInSmooth:
      "write step(a - b), which becomes a sigmoid, or leave the part as it is with hard(…)"
    case .unknownLibrary: "the libraries that come with the program: losses"
    case .recordNeedsName(let fields): "the fields are \(listed(fields))"
    case .noFields(let field, _, true):
      "write \(field)(…): functions take their argument in brackets"
    case .noFields(_, "an array", _): "an array has .T, its transpose"
    case .notAFunction(let text, "a number"): "to multiply, write \(text) * (…)"
    case .unknownArgument(_, let label, let names):
      nearest(to: label, among: names).map { "did you mean '\($0)'?" }
        ?? (names.isEmpty ? nil : "its arguments are \(listed(names))")
    case .optionByPosition(let function, _, let options):
      options.first.map { "write \(function)(…, \($0) = …)" }
    case .noParams: "declare an input with param, or give the name to differentiate by"
    case .gradientOfArray(let form, _):
      form == "grad" ? "use jac for an array, or sum(…) to make it a number" : nil
    case .derivativeNeedsName(let form): "write \(form)(e, x)"
    case .derivativeByExpression(let form, _, let base?):
      "take the derivative by \(base) and index the result: \(form)(e, \(base))[…]"
    case .derivativeByData(let name): "declare it with param \(name) = …"
    case .diffNeedsNumber: "use grad, jac or hess"
    case .needsExpression: "write grad(f)(x), or grad(f(x), x)"
    case .assignmentToUnknown(let name, let suggestion):
      suggestion.map { "did you mean '\($0)'?" }
        ?? "declare it first: param \(name) = … or data \(name) = …, or let \(name) = … for a formula"
    case .assignmentToFormula(let name): "write let \(name) = … to define it anew"
    case .inputKind(let name, _): "use data \(name) = …"
    case .recursionTooDeep, .tooManyCalls:
      "does the recursion end? A condition must choose a branch without the call"
    case .cycle: "a formula is not a variable: it is evaluated anew from what it names"
    case .csv(_, let problem): problem.hint
    case .tooManyElements: "work on fewer elements at a time"
    case .sharpnessIsText(let name): "a family goes by its name: family = \"\(name)\""
    case .checkWithoutDraws: "name what to draw: check … over (x = randn())"
    case .needsText("csv", _): "write the file's name in quotes"
    default: nil
    }
  }

  var isCancellation: Bool {
    if case .cancelled = self { true } else { false }
  }

  var limit: Limits.Kind? {
    switch self {
    case .tooManySteps: .steps
    case .tooManyElements: .elements
    case .nestedTooDeeply, .functionsNestTooDeeply, .recordsNestTooDeeply,
      .derivativesNestTooDeeply:
      .nesting
    case .recursionTooDeep, .tooManyCalls: .recursion
    case .tooMuchOutput: .output
    case .takesTooLong: .duration
    default: nil
    }
  }

  /// A first line and lines below it.
  private static func lines(_ first: String, _ rest: [String]) -> String {
    ([first] + rest.map { "  " + $0 }).joined(separator: "\n")
  }

  private static func bounds(_ what: String, _ base: String, _ axis: Int, _ count: Int, _ rank: Int)
    -> String
  {
    let elements = "\(count) element\(count == 1 ? "" : "s")"
    return rank == 1
      ? "\(what) is out of bounds: \(base) has \(elements)"
      : "\(what) is out of bounds: \(base) has \(elements) along axis \(axis)"
  }
}

extension TruthUse {
  var subject: String {
    switch self {
    case .condition: "the condition of an 'if'"
    case .filter: "the filter of a comprehension"
    case .mask: "the mask"
    case .assertion: "what is asserted"
    case .check: "what is checked"
    case .operand(let word): "what '\(word)' works on"
    }
  }
}

extension WholeNumberUse {
  var subject: String {
    switch self {
    case .index: "an index"
    case .rangeEnd: "the end of a range"
    case .axis: "an axis"
    case .size: "a length"
    case .seed: "a seed"
    case .order: "the order of a derivative"
    }
  }
}

/// A shape as errors show it: `(2, 3)`; of a number `()`.
func describe(shape: [Int]) -> String {
  "(\(shape.map(String.init).joined(separator: ", ")))"
}

func describe(_ interval: ClosedRange<Double>) -> String {
  "\(NumberFormat.formatted(interval.lowerBound))...\(NumberFormat.formatted(interval.upperBound))"
}

/// At most a dozen names in a row.
private func listed(_ names: [String]) -> String {
  names.prefix(12).joined(separator: ", ") + (names.count > 12 ? ", …" : "")
}

extension Value {
  /// What kind of value this is, as errors say it.
  var kindDescription: String {
    switch self {
    case .number, .scalarDual: "a number"
    case .truth: "a truth value"
    case .tensor(let tensor):
      tensor.shape.isEmpty
        ? (tensor.isMask ? "a truth value" : "a number") : tensor.isMask ? "a mask" : "an array"
    case .dual(let dual): dual.primal.kindDescription
    case .traced(let traced): traced.shape.isEmpty ? "a number" : "an array"
    case .series(let series): series.constantTerm.kindDescription
    case .enclosed(let enclosure): enclosure.center.kindDescription
    case .text: "a text"
    case .texts: "an array of texts"
    case .function: "a function"
    case .record: "a record"
    }
  }
}
