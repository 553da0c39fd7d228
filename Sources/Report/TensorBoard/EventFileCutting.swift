import CommandLine
import Files
import Foundation
import Training

extension EventFile {
  private static let namePrefix = "events.out.tfevents."

  /// The name of a run's event file, counted from 1.
  static func name(_ number: Int) -> String { namePrefix + Readable.padded(number) }

  /// The names of the event files of a run, in the order in which TensorBoard reads them.
  static func names(in folder: RunFolder) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { name in
      let number = name.dropFirst(namePrefix.count).utf8
      return name.hasPrefix(namePrefix) && !number.isEmpty
        && number.allSatisfy { (48...57).contains($0) }
    }.sorted()
  }

  /// Takes out of a run's event files what was written after a step, where the run goes on, so that
  /// TensorBoard shows every step once and in order.
  ///
  /// What a later file has already is taken out of the earlier ones too. What is damaged is left out;
  /// the files are otherwise as they were.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - step: The last step that stays.
  ///   - report: Called with a line for each file that cannot be read whole.
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
        report("\(error); it stays as it is")
        continue
      }
      let found = EventRecords(file)
      if let place = found.firstDamage {
        report("'\(path)' is damaged from byte \(place) on; what is whole in it is kept")
      }
      let kept = found.records.filter { $0.step <= last }
      if kept.count < found.records.count || found.firstDamage != nil {
        try replace(path, by: kept.map(\.range), of: file)
      }
      last = min(last, (kept.map(\.step).filter { $0 > 0 }.min() ?? last + 1) - 1)
    }
  }

  /// Writes a file anew with some ranges of its bytes.
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
