import Foundation

/// The settings a run was started with: names and values, in order.
///
/// `config.json` holds it, and a run prints it at its start. A dictionary would lose the order, so
/// the same run would not give the same bytes.
///
/// ```swift
/// var configuration: Configuration = ["epochs": .integer(30), "beta": .number(1)]
/// configuration["data"] = .text("datasets/mnist")
/// try configuration.json()   // { "epochs": 30, "beta": 1, "data": "datasets/mnist" }
/// ```
public struct Configuration: Equatable, Sendable {
  /// One name and its value.
  public struct Entry: Equatable, Sendable {
    /// The name, as on the command line but without the dashes.
    public let name: String
    /// The value.
    public let value: ConfigurationValue
  }

  /// The entries in the order in which they were first set.
  public private(set) var entries: [Entry] = []

  /// The names of the entries whose values may change when the run is resumed.
  public var changeableNames: Set<String> = []

  /// The name of the entry that records the folder in which a run was started: relative paths in
  /// other entries are relative to it.
  public static let directoryName = "directory"

  /// Records the current working directory, if there is one.
  public mutating func recordDirectory() {
    let directory = FileManager.default.currentDirectoryPath
    guard directory.hasPrefix("/") else { return }
    self[Self.directoryName] = .text(directory)
    changeableNames.insert(Self.directoryName)
  }

  /// The entries that stay fixed for the whole run.
  public var lasting: Configuration {
    var lasting = self
    lasting.entries.removeAll { changeableNames.contains($0.name) }
    return lasting
  }

  /// An empty configuration.
  public init() {}

  /// The value under a name, or nil if there is none.
  ///
  /// Setting a name that exists keeps its place; setting nil removes it.
  public subscript(name: String) -> ConfigurationValue? {
    get { entries.first { $0.name == name }?.value }
    set {
      let place = entries.firstIndex { $0.name == name }
      switch (place, newValue) {
      case (let place?, let value?): entries[place] = Entry(name: name, value: value)
      case (let place?, nil): entries.remove(at: place)
      case (nil, let value?): entries.append(Entry(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  /// The configuration as a JSON object, one entry per line, in order.
  ///
  /// Foundation encodes the values but not the object, since it can only keep alphabetical order.
  public func json() throws -> String {
    let lines = try entries.map { entry in
      "  " + (try ConfigurationValue.text(entry.name).json()) + ": " + (try entry.value.json())
    }
    return lines.isEmpty ? "{}\n" : "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }
}

extension Configuration: ExpressibleByDictionaryLiteral {
  /// The names and values, written in this order.
  public init(dictionaryLiteral elements: (String, ConfigurationValue)...) {
    for (name, value) in elements {
      self[name] = value
    }
  }
}

extension Configuration: CustomStringConvertible {
  /// One line for each entry, the values aligned.
  public var description: String {
    let width = entries.map(\.name.count).max() ?? 0
    return entries.map { entry in
      entry.name.padding(toLength: width, withPad: " ", startingAt: 0) + "  \(entry.value)"
    }.joined(separator: "\n")
  }
}
