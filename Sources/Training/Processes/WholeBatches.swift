import Datasets
import NN

extension Processes {
  /// Finds what a model computes over whole batches rather than for each example; its pieces are
  /// then computed concurrently.
  ///
  /// - Throws: `ProcessError` if some pieces of a batch then have no example.
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
  /// The part of the module that takes its statistics over a batch, if there is one.
  fileprivate var partOverBatches: String? {
    if self is BatchNorm { return "batch norm" }
    if self is Codebook { return "a codebook" }
    return members.elements.lazy.compactMap { ($0.member as? any Module)?.partOverBatches }.first
  }
}
