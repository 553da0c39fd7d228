extension Tensor {
  /// The elements in the opposite order along each of some axes.
  public func flipped(along axes: [Int]) -> Tensor {
    let axes = axes.map { axis($0, "flipped") }
    precondition(
      Set(axes).count == axes.count, "flipped: expected distinct axes, found \(axes)")
    if count == 0 { return self }
    var (strides, offset) = (Broadcast.strides(of: shape, in: shape), 0)
    for axis in axes {
      offset += (shape[axis] - 1) * strides[axis]
      strides[axis].negate()
    }
    return rearranged(to: shape, strides: strides, offset: offset)
      .tracked(from: self) { _, dy in dy.flipped(along: axes) }
  }

  /// The elements in the opposite order along one axis; a negative axis counts from the end.
  public func flipped(along axis: Int = -1) -> Tensor { flipped(along: [axis]) }

  /// The elements shifted cyclically along one axis, like NumPy's `roll`: y[i] = x[(i − places) mod
  /// n].
  ///
  /// - Parameters:
  ///   - places: The distance towards the end; a negative number moves towards the beginning.
  ///   - axis: The axis; a negative one counts from the end.
  public func rolled(by places: Int, along axis: Int = -1) -> Tensor {
    let axis = self.axis(axis, "rolled")
    let length = shape[axis]
    if length == 0 || places % length == 0 { return self }
    let head = places % length + (places < 0 ? length : 0)
    return .concatenated(
      [sliced(length - head..<length, along: axis), sliced(0..<length - head, along: axis)],
      along: axis)
  }
}
