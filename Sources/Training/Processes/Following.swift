import CommandLine
import Tensor

extension Processes {
  /// Trains in step with the first process, which alone writes and prints, to its end.
  ///
  /// The trainer must have been created in the same way; it receives the first one's state. Both
  /// count epochs independently: the figures that end a run early are the same.
  public func follow(_ trainer: some Trainer, epochs: Int, stoppingAfter patience: Int?) {
    let start = share(trainer.state, [0, 0, .infinity])
    var (epoch, best) = (Int(start[0]), BestEpoch())
    _ = best.update(Int(start[1]), [start[2]])
    func isLast() -> Bool {
      if let patience, let best = best.epoch, epoch - best >= patience { return true }
      return epoch >= epochs
    }
    if isLast() { _ = try? trainer.evaluate() }
    while !isLast() {
      for batch in trainer.nextEpoch() {
        _ = trainer.step(batch)
        if isEndRequested() { return makeOwn(trainer.state) }
      }
      makeOwn(trainer.state)
      guard let test = try? trainer.evaluate() else { return }
      epoch += 1
      _ = best.update(epoch, test)
    }
  }
}
