import Files
import Foundation
import Images
import Settings
import Training

/// A file with a run's figures and pictures for TensorBoard.
///
/// It is named `events.out.tfevents.001`. A resumed run removes everything written after its
/// checkpoint and begins the next file; TensorBoard shows both as one run, with the options of the
/// first. Events are appended to the file, each with the time of day, as the format requires, so
/// that two otherwise identical runs differ here.
///
/// ```swift
/// let events = try EventFile(in: folder, hyperparameters: configuration)
/// try events.add(figures: [("test_loss", 104.5)], pictures: [("samples", image)], step: 469)
/// ```
public struct EventFile: EpochLog {
  /// The file's name in the run's folder.
  package let name: String
  private let folder: RunFolder

  /// Begins a file with the options of the run, which TensorBoard lists as its hyperparameters.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - hyperparameters: The options.
  ///   - step: The last step that was trained before; 0 for a new run.
  ///   - report: Called with a message for each of the run's earlier files that is damaged.
  /// - Throws: `OutputError` if the file cannot be written.
  public init(
    in folder: RunFolder, hyperparameters: Configuration, resumingAfter step: Int = 0,
    reporting report: (String) -> Void = { _ in }
  ) throws {
    try Self.cut(in: folder, after: step, reporting: report)
    let names = (1...).lazy.map(Self.name)
    let isFree = { !FileManager.default.fileExists(atPath: folder.path(of: $0)) }
    guard let name = names.first(where: isFree) else {
      preconditionFailure("EventFile: expected a number that is not in use")
    }
    self.name = name
    self.folder = folder
    let parameters = hyperparameters.entries.compactMap { entry in
      Self.value(entry.value).map { ProtocolField.message(1, [.text(1, entry.name), $0]) }
    }
    // Field 3 of the plug-in's data marks the start of a session, a run with such parameters.
    let session = ProtocolField.message(3, parameters + [.double(5, Self.now)])
    let plugin: [ProtocolField] = [
      .text(1, "hparams"), .bytes(2, ProtocolField.encode([session])),
    ]
    // A running TensorBoard discards what it has of this step and later ones, because the log
    // marks the start of a session.
    let begin: [ProtocolField] = [
      .double(1, Self.now), .integer(2, step + 1), .message(7, [.integer(1, 1)]),
    ]
    try append(
      [[.double(1, Self.now), .text(3, "brain.Event:2")]]
        + (name == Self.name(1) ? [] : [begin]) + [
          Self.event(
            0, [.text(1, "_hparams_/session_start_info"), .message(9, [.message(1, plugin)])])
        ])
  }

  /// Adds the results of a step: figures, in single precision, and pictures.
  ///
  /// - Throws: `OutputError` if the file cannot be written. TensorBoard skips an incomplete event.
  public func add(
    figures: [(name: String, value: Double)], pictures: [(name: String, image: Image)], step: Int
  ) throws {
    let scalars = figures.map { name, value in
      Self.event(step, [.text(1, name), .single(2, Float(value))])
    }
    let images = pictures.map { name, image in
      Self.event(
        step,
        [
          .text(1, name),
          .message(
            4,
            [
              .integer(1, image.height), .integer(2, image.width), .integer(3, image.channels),
              .bytes(4, image.png),
            ]),
        ])
    }
    try append(scalars + images)
  }

  /// An event with one value of a summary.
  private static func event(_ step: Int, _ value: [ProtocolField]) -> [ProtocolField] {
    [.double(1, now), .integer(2, step), .message(5, [.message(1, value)])]
  }

  /// An option as a field of a map entry of `google.protobuf.Value`, if it has a value.
  private static func value(_ value: ConfigurationValue) -> ProtocolField? {
    switch value {
    case .absent: nil
    case .integer(let number): .message(2, [.double(2, Double(number))])
    case .number(let number): .message(2, [.double(2, number)])
    case .flag(let isSet): .message(2, [.integer(4, isSet ? 1 : 0)])
    case .integers, .numbers, .text: .message(2, [.text(3, value.description)])
    }
  }

  /// The current time in seconds since 1970.
  private static var now: Double { Date().timeIntervalSince1970 }

  private func append(_ events: [[ProtocolField]]) throws(OutputError) {
    try folder.append(events.flatMap { tensorFlowRecord(ProtocolField.encode($0)) }, to: name)
  }
}
