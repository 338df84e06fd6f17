import Synchronization

/// What a name at the top of a text stands for.
final class Definition: @unchecked Sendable {  // Mutated only by its session, between evaluations.
  enum Kind { case param, data, formula, function }

  /// Unique within the process of a session; what frames and memos are keyed by.
  let id: Int
  let symbol: Symbol
  let name: String
  let kind: Kind
  let module: Module
  /// Where the definition stands.
  let script: Script
  let statement: NodeID
  /// The formula, the function's body, or the expression that an input was declared with.
  let body: NodeID
  let documentation: String?
  /// The value of an input; the closure of a function.
  var value: Value { didSet { isReassigned = true } }
  /// Whether an input has got another value since it was declared.
  private(set) var isReassigned = false

  /// Gives an input back what it was before a statement that ends with an error.
  func restore(_ value: Value, isReassigned: Bool) {
    self.value = value
    self.isReassigned = isReassigned
  }

  /// The declared interval of a param.
  var interval: ClosedRange<Double>?

  init(
    id: Int, symbol: Symbol, name: String, kind: Kind, module: Module, script: Script,
    statement: NodeID, body: NodeID, documentation: String? = nil, value: Value = .number(0),
    interval: ClosedRange<Double>? = nil
  ) {
    self.id = id
    self.symbol = symbol
    self.name = name
    self.kind = kind
    self.module = module
    self.script = script
    self.statement = statement
    self.body = body
    self.documentation = documentation
    self.value = value
    self.interval = interval
  }

  var isInput: Bool { kind == .param || kind == .data }
}

/// The definitions of one file, or of the session itself.
final class Module: @unchecked Sendable {  // Mutated only by its session, between evaluations.
  /// The file's name without folder and ending, by which an importing file reaches its names;
  /// nothing for the session.
  let name: String
  /// Where names that the module lacks are looked up: the session, for an imported file.
  let root: Module?
  /// By the symbol's index: a look-up is a load, and names are looked up at every use.
  private var definitions: [Definition?] = []
  /// In the order of their first definition.
  private(set) var order: [Symbol] = []
  private(set) var imports: [Module] = []

  init(name: String, root: Module?) {
    self.name = name
    self.root = root
  }

  func define(_ definition: Definition) {
    let index = Int(definition.symbol.index)
    if index >= definitions.count {
      definitions.append(
        contentsOf: repeatElement(nil, count: index + 1 - definitions.count))
    }
    if definitions[index] == nil { order.append(definition.symbol) }
    definitions[index] = definition
  }

  /// The module's own definition of a name.
  func own(_ symbol: Symbol) -> Definition? {
    let index = Int(symbol.index)
    return index < definitions.count ? definitions[index] : nil
  }

  func removeAll() {
    definitions = []
    order = []
    imports = []
  }

  func add(_ module: Module) {
    if !imports.contains(where: { $0 === module }) { imports.append(module) }
  }

  /// The definition of a name: the module's own, then those it imported, then the session's.
  func find(_ symbol: Symbol) -> Definition? {
    if let own = own(symbol) { return own }
    for module in imports.reversed() {
      if let found = module.own(symbol) { return found }
    }
    return root?.find(symbol)
  }
}

/// Keeps modules alive and takes them apart at the end: definitions refer to their module and
/// functions to the environment that they were made in, so nothing else would release them.
final class ModuleOwner: Sendable {
  let root: Module
  /// Those of files.
  ///
  /// Not found from `root`: a file may have been imported by one that then failed.
  private let imported = Mutex<[Module]>([])

  init(root: Module) { self.root = root }

  deinit { removeAll() }

  func adopt(_ module: Module) { imported.withLock { $0.append(module) } }

  func removeAll() {
    root.removeAll()
    imported.withLock { modules in
      for module in modules { module.removeAll() }
      modules = []
    }
  }
}
