/// Begins a request and gives whatever it throws a place.
func located<Result>(
  _ evaluator: Evaluator, _ script: Script, _ id: NodeID, _ body: () throws -> Result
) throws(LossError) -> Result {
  evaluator.begin()
  do {
    return try body()
  } catch let error as LossError {
    throw error
  } catch let problem as EvaluationProblem {
    throw LossError(problem, in: script.source, at: script.range(of: id))
  } catch {
    // A lane that no comprehension caught cannot differ: there is only one.
    throw LossError(EvaluationProblem.notAnExpression, in: script.source, at: script.range(of: id))
  }
}
