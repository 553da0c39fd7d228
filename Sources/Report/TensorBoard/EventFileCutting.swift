import CommandLine
import Files
import Foundation
import Training

extension EventFile {
  private static let namePrefix = "events.out.tfevents."

  /// The name of a run's event file, numbered from 1.
  static func name(_ number: Int) -> String { namePrefix + Readable.padded(number) }

  /// The names of a run's event files, in the order in which TensorBoard reads them.
  static func names(in folder: RunFolder) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { name in
      let number = name.dropFirst(namePrefix.count).utf8
      return name.hasPrefix(namePrefix) && !number.isEmpty
        && number.allSatisfy { (48...57).contains($0) }
    }.sorted()
  }

  /// Removes everything after a step from the event files of a resumed run, so that TensorBoard
  /// shows every step once and in order.
  ///
  /// Steps that a later file also contains are removed from the earlier ones. Damaged records are
  /// removed; otherwise the files stay unchanged.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - step: The last step to keep.
  ///   - report: Called with a message for each damaged file.
  /// - Throws: `OutputError` if a file cannot be written.
  static func cut(
    in folder: RunFolder, after step: Int, reporting report: (String) -> Void
  ) throws {
    var last = step
    for name in names(in: folder).reversed() {
      let path = folder.path(of: name)
      let file: Data
      do {
        file = try contents(ofFile: path)
      } catch {
        report("\(error); it stays unchanged")
        continue
      }
      let found = EventRecords(file)
      if let place = found.firstDamage {
        report("'\(path)' is damaged from byte \(place) on; its intact records are kept")
      }
      let kept = found.records.filter { $0.step <= last }
      if kept.count < found.records.count || found.firstDamage != nil {
        try replace(path, by: kept.map(\.range), of: file)
      }
      last = min(last, (kept.map(\.step).filter { $0 > 0 }.min() ?? last + 1) - 1)
    }
  }

  /// Rewrites a file with some ranges of its bytes.
  private static func replace(_ path: String, by ranges: [Range<Int>], of file: Data) throws {
    try replaceFile(at: path) { partial throws(OutputError) in
      for range in ranges {
        let result = file.withUnsafeBytes { bytes in
          Result { () throws(OutputError) in
            try partial.write(UnsafeRawBufferPointer(rebasing: bytes[range]))
          }
        }
        try result.get()
      }
    }
  }
}
