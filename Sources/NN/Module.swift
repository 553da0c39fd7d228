import Tensor

/// A member of a module: a ``Parameter``, a ``Buffer``, a stream of random numbers or another
/// ``Module``.
public protocol Member: AnyObject {}

extension Random: Member {}

/// A module's members by name, in order.
public struct Members: ExpressibleByDictionaryLiteral {
  /// The names and members, in the order of their declaration.
  public let elements: [(name: String, member: any Member)]

  /// Creates the list: `["weight": $weight, "bias": $bias]`, without those that are `nil`.
  public init(dictionaryLiteral elements: (String, (any Member)?)...) {
    self.init(elements.compactMap { name, member in member.map { (name, $0) } })
  }

  /// Creates the list from pairs.
  public init(_ elements: [(String, any Member)]) {
    self.elements = elements.map { (name: $0.0, member: $0.1) }
    let repeated = elements.indices.first { place in
      elements[..<place].contains { $0.0 == elements[place].0 }
    }
    precondition(
      repeated == nil, "Members: expected distinct names, found \(self.elements.map(\.name))")
  }
}

/// Whether a module is being trained or used; dropout and batch norm behave differently.
public enum Mode: Sendable {
  /// The parameters are being learned.
  case training
  /// The finished module is being used.
  case inference
}

/// An object with parameters: a layer, or a model made of layers.
///
/// A module lists its ``members``; they determine the names of all its parameters
/// (`encoder.0.weight`), and with them gradients, optimiser state and files.
public protocol Module: Member, CustomStringConvertible {
  /// The parameters, buffers, random streams and modules of this module, in order.
  var members: Members { get }

  /// Whether the module is being trained or used; assigning it sets the mode of all inner modules.
  ///
  /// A module whose behaviour depends on the mode stores it; others need not declare it.
  var mode: Mode { get set }
}

/// A module that is a function of one tensor.
public protocol Layer: Module {
  /// The layer's output for `x`.
  func callAsFunction(_ x: Tensor) -> Tensor
}

extension Module {
  /// `.training` if any inner module is being trained, otherwise `.inference`.
  public var mode: Mode {
    get { submodules.contains { $0.mode == .training } ? .training : .inference }
    set { for module in submodules { module.mode = newValue } }
  }

  private var submodules: [any Module] { members.elements.compactMap { $0.member as? any Module } }

  /// All parameters with their dotted names, in order.
  ///
  /// A parameter that is listed several times, like tied weights, appears only under its first
  /// name.
  public var parameters: [(name: String, parameter: Parameter)] {
    distinctMembers.compactMap { name, member in
      (member as? Parameter).map { (name, $0) }
    }
  }

  /// All buffers with their dotted names, in order.
  public var buffers: [(name: String, buffer: Buffer)] {
    distinctMembers.compactMap { name, member in
      (member as? Buffer).map { (name, $0) }
    }
  }

  /// All random streams of modules, such as dropout's, with their dotted names, in order.
  public var randomStreams: [(name: String, random: Random)] {
    distinctMembers.compactMap { name, member in
      (member as? Random).map { (name, $0) }
    }
  }

  /// The number of learned values.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.parameter.wrappedValue.count } }

  /// Calls `body` in inference mode, and restores the module's mode afterwards.
  public func inInference<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = mode
    mode = .inference
    defer { mode = before }
    return try body()
  }

  /// Converts every parameter and buffer, for example to check a model's gradients in float64.
  public func convert(to dtype: DType) {
    for (_, parameter) in parameters {
      parameter.wrappedValue = parameter.wrappedValue.converted(to: dtype)
    }
    for (_, buffer) in buffers { buffer.wrappedValue = buffer.wrappedValue.converted(to: dtype) }
  }

  /// Each parameter, buffer and stream once: an optimiser would update a repeated one twice.
  private var distinctMembers: [(String, any Member)] {
    var seen = Set<ObjectIdentifier>(minimumCapacity: 32)
    var result: [(String, any Member)] = []
    result.reserveCapacity(32)
    collectMembers(prefix: "", &result, &seen)
    return result
  }

  /// Appends members not seen yet to a list; a fast path, since every training step needs the
  /// parameters.
  private func collectMembers(
    prefix: String, _ result: inout [(String, any Member)], _ seen: inout Set<ObjectIdentifier>
  ) {
    for (name, member) in members.elements {
      // A parameter is not a module; checking a protocol conformance takes longer.
      if !(member is Parameter), let module = member as? any Module {
        module.collectMembers(prefix: prefix + name + ".", &result, &seen)
      } else if seen.insert(ObjectIdentifier(member)).inserted {
        result.append((prefix + name, member))
      }
    }
  }

  /// Stops if this module, or one inside it, stores a member that ``members`` lacks, which would be
  /// neither trained nor saved.
  ///
  /// It inspects all stored properties, which is slow.
  func expectAllMembersListed() {
    precondition(forgottenMembers.isEmpty, "\(Self.self).members lacks \(forgottenMembers)")
    for module in submodules { module.expectAllMembersListed() }
  }

  /// The stored properties that are members but not listed.
  var forgottenMembers: [String] {
    let listed = Set(members.elements.map { ObjectIdentifier($0.member) })
    let classes = sequence(first: Mirror(reflecting: self)) { $0.superclassMirror }
    return classes.flatMap(\.children).flatMap { label, value in
      membersInside(value).filter { !listed.contains(ObjectIdentifier($0)) }
        .map { _ in label ?? "?" }
    }
  }

  /// The code that creates the module.
  public var description: String { "\(Self.self)()" }
}

/// The members in a stored property: the value itself, or the elements of a collection, an optional
/// or a tuple.
private func membersInside(_ value: Any) -> [any Member] {
  if let member = value as? any Member { return [member] }
  if let optional = value as? OptionalParameter {
    return optional.projectedValue.map { [$0] } ?? []
  }
  let mirror = Mirror(reflecting: value)
  switch mirror.displayStyle {
  case .collection, .dictionary, .optional, .tuple: break
  default: return []
  }
  return mirror.children.flatMap { membersInside($0.value) }
}
