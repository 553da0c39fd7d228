import Datasets
import NN

extension Processes {
  /// Looks for what a model computes over the whole batch and not for each example; its pieces are then
  /// computed at the same time.
  ///
  /// - Throws: `ProcessError` where a batch then has no example for some of them.
  public func prepare(for model: any Module, _ train: Batches) throws(ProcessError) {
    partOverBatches = cutsBatches ? model.partOverBatches : nil
    guard let part = partOverBatches else { return }
    let last = train.count % train.size
    guard last == 0 || last >= pieceCount else {
      throw .lastBatchTooSmall(part: part, count: last, pieces: pieceCount)
    }
  }
}

extension Module {
  /// What takes its statistics over a batch, if there is something in the module.
  fileprivate var partOverBatches: String? {
    if self is BatchNorm { return "batch norm" }
    if self is Codebook { return "a codebook" }
    return members.elements.lazy.compactMap { ($0.member as? any Module)?.partOverBatches }.first
  }
}
