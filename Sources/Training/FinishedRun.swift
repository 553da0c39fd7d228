import CommandLine
import Files
import Foundation
import Settings

extension RunFolder {
  /// Whether a run was trained to its end, even if its checkpoints no longer exist.
  ///
  /// Such a run has a report, which is written after the last checkpoint, and `loss.csv` has as
  /// many epochs as its `config.json` requests, or fewer if it ended early. A run that was stopped
  /// or killed before its first checkpoint has no report or fewer epochs.
  package var hasFinishedRun: Bool {
    guard exists(path(of: RunFolder.reportName)),
      let loss = try? Files.contents(ofFile: path(of: "loss.csv")),
      let configuration = try? Files.contents(ofFile: path(of: "config.json")),
      let record = try? JSONDecoder().decode(
        [String: ConfigurationValue].self, from: configuration),
      case .integer(let epochs) = record["epochs"]
    else { return false }
    let table = LossTable(String(decoding: loss, as: UTF8.self))
    let trained = table.values("epoch").compactMap { Int(exactly: $0) }
    guard let last = trained.max() else { return false }
    var best = BestEpoch()
    for (epoch, loss) in zip(trained, table.values("test_loss")) { _ = best.update(epoch, [loss]) }
    if case .integer(let patience) = record["early-stop"], let best = best.epoch,
      last.subtractingReportingOverflow(best).partialValue >= patience
    {
      return true
    }
    return last >= epochs
  }
}
