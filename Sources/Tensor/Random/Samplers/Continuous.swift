import CKernels

// Samples computed from fixed noise by a location and a scale: gradients flow to both.

extension Random {
  /// Returns exponentially distributed numbers, of mean 1 / `rate`.
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the rate's.
  ///   - rate: Above 0, of a shape that broadcasts to the result's. Gradients flow to it.
  public func exponential(_ shape: [Int]? = nil, rate: Tensor) -> Tensor {
    let call = SamplerArguments("Random.exponential", shape, ("rate", rate, .positive, 0))
    return sampled(.exponential, call.shape, call.dtype) / rate
  }

  /// Returns exponentially distributed numbers, of mean 1 / `rate`.
  public func exponential(_ shape: [Int], rate: Double = 1, dtype: DType = .float32) -> Tensor {
    exponential(shape, rate: Tensor(rate, dtype: dtype))
  }

  /// Returns numbers of the Laplace distribution, with density exp(−|x − `location`| / `scale`) / (2 `scale`).
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the parameters' common one.
  ///   - location: The mean; gradients flow to it.
  ///   - scale: Above 0; gradients flow to it.
  public func laplace(_ shape: [Int]? = nil, location: Tensor, scale: Tensor) -> Tensor {
    let call = SamplerArguments(
      "Random.laplace", shape, ("location", location, .finite, 0), ("scale", scale, .positive, 0))
    return location + scale * sampled(.laplace, call.shape, call.dtype)
  }

  /// Returns numbers of the Laplace distribution, with density exp(−|x − `location`| / `scale`) / (2 `scale`).
  public func laplace(
    _ shape: [Int], location: Double = 0, scale: Double = 1, dtype: DType = .float32
  ) -> Tensor {
    laplace(
      shape, location: Tensor(location, dtype: dtype), scale: Tensor(scale, dtype: dtype))
  }

  /// Returns numbers of the Cauchy distribution, which has neither mean nor variance.
  ///
  /// - Parameters:
  ///   - shape: The result's shape; by default the parameters' common one.
  ///   - location: The median; gradients flow to it.
  ///   - scale: Half the distance between the quartiles, above 0; gradients flow to it.
  public func cauchy(_ shape: [Int]? = nil, location: Tensor, scale: Tensor) -> Tensor {
    let call = SamplerArguments(
      "Random.cauchy", shape, ("location", location, .finite, 0), ("scale", scale, .positive, 0))
    return location + scale * sampled(.cauchy, call.shape, call.dtype)
  }

  /// Returns numbers of the Cauchy distribution, which has neither mean nor variance.
  public func cauchy(
    _ shape: [Int], location: Double = 0, scale: Double = 1, dtype: DType = .float32
  ) -> Tensor {
    cauchy(shape, location: Tensor(location, dtype: dtype), scale: Tensor(scale, dtype: dtype))
  }

  /// Returns points uniform on the unit sphere: directions without a preferred one (Muller 1959).
  ///
  /// - Parameters:
  ///   - shape: The shape of the array of points.
  ///   - dimension: The number of coordinates, 1 or more; in one dimension the points are ±1.
  ///   - dtype: The type of the elements.
  /// - Returns: Shape `shape + [dimension]`, rows of length 1.
  public func pointsOnSphere(
    _ shape: [Int] = [], dimension: Int, dtype: DType = .float32
  ) -> Tensor {
    precondition(
      dimension > 0,
      "Random.pointsOnSphere: expected a dimension of 1 or more, found \(dimension)")
    let rows = shape.elementCount(for: "pointsOnSphere")
    let stream = substreams(rows)
    return Tensor.uninitialized(shape + [dimension], dtype) { y, _ in
      let step = max(1, samplerGrain / dimension)
      parallel(over: rows, step: step, of: .float64) {
        ck_sample_sphere(stream, dimension, y, dtype == .float64, $0, $1)
      }
    }
  }
}
