/// The best epoch so far: the one with the lowest test loss, or none for a model without one.
package struct BestEpoch: Equatable {
  /// The epoch, counted from 1.
  package private(set) var epoch: Int?
  /// Its test loss.
  package private(set) var loss = Double.infinity

  /// None yet.
  package init() {}

  /// Looks at another epoch: whether it is better than all before it.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, counted from 1.
  ///   - figures: The trainer's test figures, of which the first is the loss.
  package mutating func update(_ epoch: Int, _ figures: [Double]) -> Bool {
    guard let loss = figures.first, loss < self.loss else { return false }
    (self.epoch, self.loss) = (epoch, loss)
    return true
  }
}
