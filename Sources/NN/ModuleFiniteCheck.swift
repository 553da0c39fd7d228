import Tensor

extension FiniteCheck {
  /// Creates a check of models that identifies layers by their dotted paths.
  public convenience init(of modules: any Module...) { self.init(of: modules) }

  /// Creates a check of models that identifies layers by their dotted paths.
  public convenience init(of modules: [any Module]) {
    var paths: [ObjectIdentifier: String] = [:]
    func add(_ module: any Module, _ path: String) {
      paths[ObjectIdentifier(module)] = path
      for (name, member) in module.members.elements {
        if let inner = member as? any Module { add(inner, path.isEmpty ? name : "\(path).\(name)") }
      }
    }
    for module in modules { add(module, "") }
    self.init(paths: paths)
  }

  /// Sets the names of the parameters to be watched next.
  func nameWatched(_ parameters: [(name: String, parameter: Parameter)], of module: any Module) {
    nameWatched(parameters.map { name($0.name, of: module) })
  }

  /// The dotted name of a module's parameter within the model.
  func name(_ parameter: String, of module: any Module) -> String {
    let path = path(of: module) ?? ""
    return path.isEmpty ? parameter : "\(path).\(parameter)"
  }
}
