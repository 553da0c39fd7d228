/// A workload whose step grows along one axis, to be timed at several sizes.
///
/// The arithmetic is proportional to the batch size, the width or the number of pixels.
struct Scaling {
  /// The name of the workload.
  let work: String
  /// The size that grows.
  let axis: String
  /// The sizes, from small to large.
  let sizes: [Int]
  /// Prepares the workload at a size.
  let prepare: (Int) -> Work

  /// One series for each axis.
  ///
  /// The workload's other sizes equal those in the comparison with peers, except that the batch
  /// size is 64 where the image size grows.
  static var all: [Scaling] {
    [
      Scaling(
        work: "vae-mlp", axis: "batch size", sizes: [16, 32, 64, 128, 256, 512, 1024]
      ) { .denseVAE(batchSize: $0) },
      Scaling(
        work: "conv-vae", axis: "batch size", sizes: [16, 32, 64, 128, 256]
      ) { .convolutionalVAE(batchSize: $0) },
      Scaling(
        work: "vae-mlp", axis: "hidden width", sizes: [100, 200, 400, 800, 1600, 3200]
      ) { .denseVAE(hiddenSize: $0) },
      Scaling(
        work: "conv-vae", axis: "image side", sizes: [16, 24, 32, 48, 64]
      ) { .convolutionalVAE(side: $0, batchSize: 64) },
    ]
  }
}
