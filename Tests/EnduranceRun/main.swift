// Runs many lines in one session, and calls of functions of models beside it, and prints how much
// memory the process has as it goes on: `EnduranceRun 100000`.
//
// A program of its own: beside other tests memory tells nothing.
let wanted = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000
let endurance = Endurance()
let milestone = max(wanted / 20, 1)
var reported = 0
while endurance.lines < wanted {
  guard endurance.runCycle(), endurance.lines / milestone > reported else { continue }
  reported = endurance.lines / milestone
  print("\(endurance.lines) lines, \(Memory.resident()) bytes")
}
print("\(endurance.errors) errors, \(endurance.shown) characters")
