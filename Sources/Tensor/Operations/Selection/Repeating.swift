extension Tensor {
  /// Each slice along one axis repeated, with copies adjacent, like NumPy's `repeat`.
  ///
  /// [1, 2] twice is [1, 1, 2, 2]. The gradient is the sum over the copies.
  public func repeated(_ times: Int, along axis: Int = -1) -> Tensor {
    copied(times, along: self.axis(axis, "repeated"), isBeforeAxis: false, "repeated")
  }

  /// Each slice along one axis repeated a separate number of times.
  ///
  /// - Parameters:
  ///   - times: One number of 0 or more for each slice.
  ///   - axis: The axis; a negative one counts from the end.
  public func repeated(_ times: [Int], along axis: Int = -1) -> Tensor {
    let axis = self.axis(axis, "repeated")
    precondition(
      times.count == shape[axis] && times.allSatisfy { $0 >= 0 },
      "repeated: expected \(shape[axis]) numbers of 0 or more for axis \(axis) of shape \(shape),"
        + " found \(times)")
    return gathered(
      at: times.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) },
      along: axis)
  }

  /// The whole tensor repeated along each axis, like NumPy's `tile`.
  ///
  /// [1, 2] twice is [1, 2, 1, 2].
  ///
  /// - Parameter times: The number of repetitions along each axis, at least one number per axis;
  ///   additional numbers add leading axes. The gradient is the sum over the copies.
  public func tiled(_ times: [Int]) -> Tensor {
    precondition(
      times.count >= rank,
      "tiled: expected \(rank) numbers or more for shape \(shape), found \(times)")
    let whole = reshaped(to: [Int](repeating: 1, count: times.count - rank) + shape)
    return times.indices.reversed().reduce(whole) { tensor, axis in
      tensor.copied(times[axis], along: axis, isBeforeAxis: true, "tiled")
    }
  }

  private func copied(
    _ times: Int, along axis: Int, isBeforeAxis: Bool, _ name: String
  ) -> Tensor {
    precondition(times >= 0, "\(name): expected a number of 0 or more, found \(times)")
    if times == 1 { return self }
    let place = isBeforeAxis ? axis : axis + 1
    var (target, merged) = (shape, shape)
    target.insert(times, at: place)
    merged[axis] *= times
    return expanded(at: place).broadcast(to: target).reshaped(to: merged)
  }
}
