/// The epoch with the lowest test loss so far, or none for a model without one.
package struct BestEpoch: Equatable {
  /// The epoch, counted from 1.
  package private(set) var epoch: Int?
  /// Its test loss.
  package private(set) var loss = Double.infinity

  /// Starts with no epoch.
  package init() {}

  /// Considers another epoch, and returns whether it is better than all before it.
  ///
  /// - Parameters:
  ///   - epoch: The epoch, counted from 1.
  ///   - figures: The trainer's test figures; the first is the loss.
  package mutating func update(_ epoch: Int, _ figures: [Double]) -> Bool {
    guard let loss = figures.first, loss < self.loss else { return false }
    (self.epoch, self.loss) = (epoch, loss)
    return true
  }
}
