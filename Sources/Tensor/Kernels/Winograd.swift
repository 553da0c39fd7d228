import CKernels

/// The arithmetic of a convolution and its two adjoints by Winograd's minimal filtering, used where
/// it needs far fewer multiplications than the plain sums of ``ConvolutionLoops``.
///
/// A tile of 4 × 4 results of a kernel of r × r taps is Aᵀ(V ⊙ U)A with the points of the pixels
/// that it sees, V = Bᵀ d B, and those of the kernel, U = G g Gᵀ, (r + 3)² of each (Winograd 1980;
/// Lavin and Gray, "Fast algorithms for convolutional neural networks", 2016). Over many tiles and
/// channels this is a matrix product for each point, with (r + 3)² multiplications instead of 16
/// r²: 25 of 64, or 36 of 144. An axis is covered by as few tiles as possible, and as many of them
/// as possible have three results instead of four, with the same points except for one: with two
/// taps, seven results take nine points instead of ten. The adjoints need nothing else: with the
/// results' points M = A dy Aᵀ
///
///     y = Aᵀ(V·U)A,   dx = B(M·Uᵀ)Bᵀ,   dw = Gᵀ(Vᵀ·M)G
///
/// A kernel with a stride is one with stride 1 on images whose phases, the pixels whose positions
/// have the same remainder modulo the stride, are additional channels: 4 × 4 with stride 2 has 2 ×
/// 2 taps.
struct WinogradLoops {
  private let sizes: ConvolutionSizes
  private let dtype: DType
  /// The fused activation, except for the kernel's gradient.
  private let rectifier: CKRectifier
  /// The loops for this processor.
  var product: CKProduct
  var transforms: CKWinograd
  /// The side of the kernel in each phase, 2 or 3.
  private let taps: Int
  /// The tiles of an image.
  private let down: CKTileAxis
  private let across: CKTileAxis

  /// Groups of channels begin at a multiple of this number, the width of the widest vector.
  private static let channelUnit = 16

  /// Nil if plain sums are faster.
  init?(_ sizes: ConvolutionSizes, _ dtype: DType, _ rectifier: CKRectifier = .none) {
    let (vertical, horizontal) = (sizes.vertical, sizes.horizontal)
    taps = vertical.kernel / vertical.stride
    guard vertical.kernel == horizontal.kernel, vertical.kernel % vertical.stride == 0,
      taps == 2 || taps == 3, vertical.dilation == 1
    else { return nil }
    self.sizes = sizes
    self.dtype = dtype
    self.rectifier = rectifier
    product = dtype.product
    transforms = ck_winograd(dtype == .float64).pointee
    down = CKTileAxis(covering: vertical, taps)
    across = CKTileAxis(covering: horizontal, taps)
    // Few channels do not justify the transformations, nor do tiles that extend far over the
    // edge; few tiles do not justify transforming the kernel.
    let plainSums = taps * taps * vertical.output * horizontal.output
    guard depth >= 32, sizes.outputs >= 32, sizes.batch * tilesPerImage >= 128,
      10 * down.points(taps) * across.points(taps) <= 7 * plainSums
    else { return nil }
    // A thread works on whole images, whose points must stay in a near cache.
    guard sizes.batch >= 4, tilesPerImage * points * (depth + sizes.outputs) <= 1 << 20
    else { return nil }
  }

  private var width: Int { dtype.byteCount }
  private var phases: Int { sizes.vertical.stride * sizes.vertical.stride }
  private var tilesPerImage: Int { down.count * across.count }
  /// The number of points along an axis of a complete tile.
  private var side: Int { taps + 3 }
  private var points: Int { side * side }
  /// The number of channels of a point of the pixels.
  private var depth: Int { phases * sizes.inputs }

  // MARK: The operation and its adjoints

  /// y = x ∗ w + bias.
  func convolve(
    _ x: UnsafeMutableRawPointer, _ weight: UnsafeMutableRawPointer,
    _ bias: UnsafeMutableRawPointer?, to y: UnsafeMutableRawPointer
  ) {
    let kernel = kernelFactors(weight, isTransposed: false)
    parallel(count: stripCount, of: dtype) { strip in
      let images = imageRange(ofStrip: strip)
      let v = transformed(CK_IMAGES, x, pixels(), images)
      let m = multiply(v, depth, kernel, sizes.outputs, images)
      transformBack(CK_RESULTS, m, y, results(), images, bias: bias)
    }
  }

  /// The adjoint in the images, plus bias.
  func convolveBack(
    _ y: UnsafeMutableRawPointer, _ weight: UnsafeMutableRawPointer,
    _ bias: UnsafeMutableRawPointer?, to x: UnsafeMutableRawPointer
  ) {
    let kernel = kernelFactors(weight, isTransposed: true)
    parallel(count: stripCount, of: dtype) { strip in
      let images = imageRange(ofStrip: strip)
      let m = transformed(CK_RESULTS, y, results(), images)
      let v = multiply(m, sizes.outputs, kernel, depth, images)
      transformBack(CK_IMAGES, v, x, pixels(), images, bias: bias)
    }
  }

  /// The adjoint in the kernel.
  ///
  /// The work is split in two ways: into groups of the images' channels, which are parts of the
  /// result, and into ranges of strips, whose results are added up in order. The former requires
  /// transforming `y` again, the latter an addition, so a large kernel is split by channels, a
  /// small one by strips.
  func kernelGradient(
    of x: UnsafeMutableRawPointer, _ y: UnsafeMutableRawPointer,
    to weight: UnsafeMutableRawPointer
  ) {
    let (inputs, outputs) = (sizes.inputs, sizes.outputs)
    let count = points * depth * outputs
    let units = (inputs + Self.channelUnit - 1) / Self.channelUnit
    let groups = min(units, count < 100_000 ? 1 : 4)
    let ranges = max(1, min(stripCount, 8 / groups, 1_000_000 / count))
    func channels(_ group: Int) -> Range<Int> {
      func bound(_ group: Int) -> Int { min(inputs, units * group / groups * Self.channelUnit) }
      return bound(group)..<bound(group + 1)
    }
    let sums = Storage(count: ranges * count, dtype: dtype)
    func sum(_ range: Int, _ group: Int) -> UnsafeMutableRawPointer {
      sums.pointer + (range * count + channels(group).lowerBound * count / inputs) * width
    }
    parallel(count: ranges * groups, of: dtype) { piece in
      let (range, group) = (piece / groups, piece % groups)
      sumProducts(
        stripCount * range / ranges..<stripCount * (range + 1) / ranges, x, y, channels(group),
        to: sum(range, group))
    }
    let add = dtype.kernels.pointee.accumulate
    parallel(count: groups, of: dtype) { group in
      let channels = channels(group)
      for range in 1..<ranges {
        add(sum(range, group), sum(0, group), 0, count / inputs * channels.count)
      }
      let kernel = kernel(channels.lowerBound * outputs..<channels.upperBound * outputs)
      withUnsafePointer(to: kernel) {
        transforms.from_points(CK_KERNEL, taps, weight, sum(0, group), $0, 0, 1, nil, .none)
      }
    }
  }

  /// Vᵀ·M of each point over the tiles of some strips, for some channels of the images, on the calling
  /// thread.
  private func sumProducts(
    _ strips: Range<Int>, _ x: UnsafeMutableRawPointer, _ y: UnsafeMutableRawPointer,
    _ channels: Range<Int>, to sum: UnsafeMutableRawPointer
  ) {
    let (outputs, depth) = (sizes.outputs, phases * channels.count)
    let matrix = depth * outputs
    let scratch = Storage(count: product.scratch_count(outputs), dtype: dtype)
    for strip in strips {
      let images = imageRange(ofStrip: strip)
      let v = transformed(CK_IMAGES, x, pixels(channels), images)
      let m = transformed(CK_RESULTS, y, results(), images)
      let accumulates = strip > strips.lowerBound
      for point in 0..<points {
        let tiles = tiles(with: point, in: images)
        let (first, result) = (tiles.lowerBound * points + point, sum + point * matrix * width)
        if tiles.isEmpty && !accumulates {
          dtype.kernels.pointee.fill(0, result, 0, matrix)
        } else if !tiles.isEmpty {
          product.multiply(
            v.pointer + first * depth * width, 1, points * depth,
            m.pointer + first * outputs * width, points * outputs, 1, nil, result, outputs, depth,
            outputs, tiles.count, accumulates, .none, CKColumnSums(), scratch.pointer)
        }
      }
    }
  }

  // MARK: Strips

  /// A strip consists of whole images: enough tiles that fetching the kernel for them costs no more
  /// than the tiles themselves, and a number of strips that threads can share evenly.
  private var stripCount: Int {
    let tilesPerStrip = max(48, depth * sizes.outputs / (depth + sizes.outputs))
    let count = max(1, sizes.batch * tilesPerImage / tilesPerStrip)
    return min(sizes.batch, (count + 3) / 4 * 4)
  }

  private func imageRange(ofStrip strip: Int) -> Range<Int> {
    sizes.batch * strip / stripCount..<sizes.batch * (strip + 1) / stripCount
  }

  /// The tiles of some images that have a given point.
  ///
  /// Tiles with three results along an axis lack the second-to-last point. Tiles are ordered by
  /// kind: 4 × 3 results, 4 × 4, 3 × 4, 3 × 3.
  private func tiles(with point: Int, in images: Range<Int>) -> Range<Int> {
    let ofFours = (down: point / side == side - 2, across: point % side == side - 2)
    let begin = ofFours.across ? down.fours * across.threes : 0
    let count =
      (ofFours.down ? down.fours : down.count) * (ofFours.across ? across.fours : across.count)
    return images.count * begin..<images.count * (begin + count)
  }

  // MARK: Transformations

  /// The images, or some of their channels.
  private func pixels(_ channels: Range<Int>? = nil) -> CKTiles {
    layout(
      sizes.inputShape, stride: sizes.vertical.stride, padding: sizes.vertical.padding, down,
      across, channels ?? 0..<sizes.inputs)
  }

  private func results() -> CKTiles {
    layout(sizes.outputShape, stride: 1, padding: 0, down, across, 0..<sizes.outputs)
  }

  /// The kernel, or some of its inputs · outputs channels, as one image of a single tile in which
  /// each tap is a pixel.
  private func kernel(_ channels: Range<Int>) -> CKTiles {
    let shape = [1, sizes.vertical.kernel, sizes.horizontal.kernel, sizes.inputs * sizes.outputs]
    let one = CKTileAxis(fours: 1, threes: 0)
    return layout(shape, stride: sizes.vertical.stride, padding: 0, one, one, channels)
  }

  private func layout(
    _ shape: [Int], stride: Int, padding: Int, _ down: CKTileAxis, _ across: CKTileAxis,
    _ channels: Range<Int>
  ) -> CKTiles {
    CKTiles(
      height: shape[1], width: shape[2], channels: shape[3], stride: stride, padding: padding,
      down: down, across: across, channel_begin: channels.lowerBound,
      channel_end: channels.upperBound, point_channels: channels.count)
  }

  /// The points of some images' tiles, `[tile, point, phase, channel]`; points that a tile lacks
  /// are not filled.
  private func transformed(
    _ what: CKTransformed, _ memory: UnsafeMutableRawPointer, _ tiles: CKTiles,
    _ images: Range<Int>
  ) -> Storage {
    let channels = tiles.stride * tiles.stride * tiles.point_channels
    let result = Storage(count: images.count * tilesPerImage * points * channels, dtype: dtype)
    withUnsafePointer(to: tiles) {
      transforms.to_points(
        what, taps, memory, result.pointer, $0, images.lowerBound, images.count)
    }
    return result
  }

  private func transformBack(
    _ what: CKTransformed, _ values: Storage, _ memory: UnsafeMutableRawPointer, _ tiles: CKTiles,
    _ images: Range<Int>, bias: UnsafeMutableRawPointer?
  ) {
    withUnsafePointer(to: tiles) {
      transforms.from_points(
        what, taps, memory, values.pointer, $0, images.lowerBound, images.count, bias, rectifier)
    }
  }

  // MARK: Products

  /// The kernel's matrix `[depth, outputs]` of each point, or its transpose, packed as a right
  /// factor.
  private func kernelFactors(_ weight: UnsafeMutableRawPointer, isTransposed: Bool) -> Storage {
    let outputs = sizes.outputs
    let plain = Storage(count: points * depth * outputs, dtype: dtype)
    let all = kernel(0..<sizes.inputs * outputs)
    parallel(over: all.channels, grain: 512, of: dtype) { begin, end in
      var part = all
      (part.channel_begin, part.channel_end) = (begin, end)
      transforms.to_points(CK_KERNEL, taps, weight, plain.pointer + begin * width, &part, 0, 1)
    }
    let (n, k) = isTransposed ? (depth, outputs) : (outputs, depth)
    let steps = isTransposed ? (k: 1, n: outputs) : (k: outputs, n: 1)
    let length = product.packed_count(n, k)
    let packed = Storage(count: points * length, dtype: dtype)
    parallel(count: points, of: dtype) { point in
      if tiles(with: point, in: 0..<1).isEmpty { return }
      for block in 0..<product.block_count(k) {
        product.pack(
          plain.pointer + point * depth * outputs * width, steps.k, steps.n, n, k, block,
          packed.pointer + point * length * width)
      }
    }
    return packed
  }

  /// The products of each point of some images' tiles, of `k` channels, with the point's factor;
  /// the result has `n` channels.
  private func multiply(
    _ left: Storage, _ k: Int, _ factors: Storage, _ n: Int, _ images: Range<Int>
  ) -> Storage {
    let result = Storage(count: images.count * tilesPerImage * points * n, dtype: dtype)
    let length = product.packed_count(n, k)
    for point in 0..<points {
      let tiles = tiles(with: point, in: images)
      if tiles.isEmpty { continue }
      let first = tiles.lowerBound * points + point
      product.multiply_rows(
        left.pointer + first * k * width, points * k, factors.pointer + point * length * width,
        result.pointer + first * n * width, points * n, tiles.count, n, k)
    }
    return result
  }
}

extension CKTileAxis {
  /// As few tiles as cover the results and all pixels, as many of these as possible with three
  /// results.
  ///
  /// The adjoint in the images also writes pixels that no window sees; all operations use its
  /// tiles.
  fileprivate init(covering axis: SlidingWindow, _ taps: Int) {
    let places = (axis.input - 1 + axis.padding) / axis.stride + 1
    let results = max(axis.output, places - (taps - 1))
    let count = (results + 3) / 4
    let threes = min(count, 4 * count - results)
    self.init(fours: count - threes, threes: threes)
  }

  fileprivate var count: Int { fours + threes }

  /// The number of points of the tiles along the axis.
  fileprivate func points(_ taps: Int) -> Int { (taps + 3) * fours + (taps + 2) * threes }
}
