extension StatementRun {
  /// Runs another file's definitions, once, and makes them known here.
  func importFile(_ node: Node, _ id: NodeID) throws {
    let imported = node.a == .max ? try library(node, id) : try file(node, id)
    module.add(imported)
    evaluator.definitionsChanged()
  }

  /// A library that is part of the program, by its name.
  private func library(_ node: Node, _ id: NodeID) throws -> Module {
    let name = session.symbols.name(of: Symbol(index: node.b))
    guard let bytes = StatementRun.libraries[name] else { throw error(.unknownLibrary(name), id) }
    return try imported(as: name, key: "\u{0}\(name)") { Source(name: name, bytes: bytes) }
  }

  static let libraries = ["losses": PackageResources.losses_loss]

  private func file(_ node: Node, _ id: NodeID) throws -> Module {
    let path = script.tree.texts[Int(node.a)]
    let resolved = path.hasPrefix("/") ? path : script.folder + path
    if session.importsInProgress.contains(resolved) {
      throw error(.importCycle(session.importsInProgress + [resolved]), id)
    }
    return try imported(as: stem(of: path), key: resolved) {
      do {
        let bytes = try session.files.read(resolved, atMost: session.limits.sourceBytes)
        return Source(name: resolved, bytes: bytes)
      } catch let failure as FileAccess.Failure {
        throw error(.cannotRead(path, failure.reason), id)
      }
    }
  }

  private func imported(as name: String, key: String, _ source: () throws -> Source) throws
    -> Module
  {
    if let known = session.imported[key] { return known }
    let script = try session.parsed(source())
    let module = Module(name: name, root: session.root)
    let before = (imported: session.imported, replaced: session.replacedByImport.count)
    session.importsInProgress.append(key)
    defer {
      session.importsInProgress.removeLast()
      if session.importsInProgress.isEmpty { session.replacedByImport = [] }
    }
    do {
      try StatementRun(
        session: session, script: script, module: module, echo: .script, output: { _ in }
      ).definitionsOnly()
    } catch {
      // Whole or not at all, also where it was stopped: what it has imported goes with it, and inputs
      // of the session get their values back.
      for (inner, imported) in session.imported where before.imported[inner] == nil {
        imported.removeAll()
      }
      session.imported = before.imported
      module.removeAll()
      for (input, value, isReassigned) in session.replacedByImport[before.replaced...].reversed() {
        input.restore(value, isReassigned: isReassigned)
      }
      session.replacedByImport.removeSubrange(before.replaced...)
      evaluator.definitionsChanged()
      throw error
    }
    session.owner.adopt(module)
    session.imported[key] = module
    return module
  }

  /// A file's name without folder and ending.
  private func stem(of path: String) -> String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
  }
}
