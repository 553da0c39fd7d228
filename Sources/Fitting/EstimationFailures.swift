import Estimators

extension FitData {
  /// Runs an estimator, and adds the file, the columns and the classes to the errors it throws.
  ///
  /// - Parameters:
  ///   - classes: The names of the classes, if there are any.
  ///   - cure: The remedy for columns that depend on each other.
  ///   - estimate: The estimator.
  func estimating<Value>(
    classes: [String] = [], cure: String = "leave some out with --without",
    _ estimate: () throws -> Value
  ) throws -> Value {
    try requireSquares()
    do {
      return try estimate()
    } catch let error as EstimationError {
      throw failure(error, classes, cure)
    }
  }

  /// Throws for columns whose squares all overflow or all underflow.
  func requireScale() throws(FitError) {
    try requireSquares()
    let (values, least) = (points.doubles, 1e-150)
    for (place, name) in names.enumerated() {
      let greatest = stride(from: place, to: values.count, by: names.count)
        .reduce(0) { max($0, values[$1].magnitude) }
      if greatest > 0 && greatest < least {
        throw unsuitable(
          "numbers of \(least) or more in modulus in column '\(name)'",
          "\(greatest) at most; use another unit")
      }
    }
  }

  /// Throws for numbers whose squares, as needed for variances, overflow.
  private func requireSquares() throws(FitError) {
    let limit = 1e150
    let values = points.doubles
    if let place = values.firstIndex(where: { abs($0) > limit }) {
      let (row, column) = place.quotientAndRemainder(dividingBy: names.count)
      throw unsuitable(
        "numbers up to \(limit) in modulus in column '\(names[column])'",
        "\(values[place]) in row \(row + 1); use another unit")
    }
    guard case .numbers(let targets)? = target else { return }
    if let row = targets.firstIndex(where: { abs($0) > limit }) {
      throw unsuitable(
        "numbers up to \(limit) in modulus in column '\(targetName ?? "")'",
        "\(targets[row]) in row \(row + 1); use another unit")
    }
  }

  private func failure(
    _ error: EstimationError, _ classes: [String], _ cure: String
  ) -> FitError {
    func className(_ label: Int) -> String {
      classes.indices.contains(label) ? classes[label] : "\(label)"
    }
    switch error {
    case .oneClass(_, let label):
      return .oneClass(path: path, column: targetName ?? "", name: className(label))
    case .emptyClass(_, let label):
      return unsuitable(
        "rows of each class", "none of class '\(className(label))' with a weight above 0")
    case .singularCovariance(_, let label):
      let place = label.map { " of class '\(className($0))'" } ?? ""
      return unsuitable(
        "a covariance\(place) with an inverse",
        "one without; leave out columns that are constant or depend on others with --without, or"
          + " add to the variances with --ridge")
    case .collinear(_, let rank, let expected):
      return unsuitable(
        "\(expected) linearly independent columns, including the constant",
        "\(rank); \(cure)")
    case .separableClasses:
      return unsuitable(
        "overlapping classes",
        "linearly separable classes, so that the likelihood increases without bound as the"
          + " coefficients grow; give them a prior, for example with --prior-variance 100")
    case .zeroVariance(_, let column):
      let name = names.indices.contains(column) ? names[column] : "\(column)"
      let hint = names.count > 1 ? "; leave it out with --without" : ""
      return unsuitable("varying numbers in column '\(name)'", "one value in all rows" + hint)
    default: return rowFailure(error)
    }
  }

  /// The error for invalid rows, and for a likelihood that has no maximum.
  private func rowFailure(_ error: EstimationError) -> FitError {
    switch error {
    case .tooFewRows(_, let found, let expected):
      return unsuitable("at least \(expected) rows", "\(found)")
    case .notFinite(_, let row): return unsuitable("finite numbers", "others in row \(row + 1)")
    case .invalidWeight(_, let value, let row):
      return unsuitable("weights of 0 or more", "\(value) in row \(row + 1)")
    case .noWeight: return unsuitable("a weight above 0", "zeros")
    case .tooLittleWeight(_, let sum):
      return unsuitable(
        "weights that sum to more than 1, since they are counts of rows",
        "a sum of \(sum); give the counts, or a --bandwidth")
    case .outsideSupport(_, let value, let row, let support):
      let place = names.count == 1 ? " in column '\(names[0])'" : ""
      return unsuitable(support + place, "\(value) in row \(row + 1)")
    case .noBandwidth:
      return unsuitable(
        "numbers whose leave-one-out likelihood has a maximum",
        "values repeated so often that it is highest at bandwidth 0; choose --rule scott,"
          + " or give a --bandwidth")
    case .unboundedLikelihood(_, let reason):
      return unsuitable("a likelihood with a maximum", "none: \(reason)")
    case .notConverged(_, let reason):
      return unsuitable("a search that ends at a maximum", "one that did not: \(reason)")
    case .oneClass, .emptyClass, .singularCovariance, .collinear, .separableClasses, .zeroVariance,
      .invalidClass:
      return unsuitable("data that the method can fit", "\(error)")
    }
  }

  private func unsuitable(_ expected: String, _ found: String) -> FitError {
    .unsuitable(path: path, expected: expected, found: found)
  }
}
