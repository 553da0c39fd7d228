import Tensor

/// Enlarges grey images by bilinear interpolation.
///
/// A pixel of the result interpolates between the pixels whose centres surround it, weighted by
/// nearness; beyond the outermost centres, an image repeats its edge pixels. Smooth strokes stay
/// smooth, whereas repeating pixels would make steps that a network must then learn.
struct Enlargement {
  /// The weights of an image's rows in each row of the result, `[side, height]`.
  private let rows: Tensor
  /// The weights of an image's columns in each column of the result, `[side, width]`.
  private let columns: Tensor

  /// Creates the enlargement of images of `height` × `width` pixels to `side` × `side`.
  init(height: Int, width: Int, side: Int) {
    rows = Self.weights(from: height, to: side)
    columns = Self.weights(from: width, to: side)
  }

  /// Enlarges images `[count, height · width]` to `[count, side · side]`.
  func callAsFunction(_ images: Tensor) -> Tensor {
    let (count, side) = (images.shape[0], rows.shape[0])
    let (height, width) = (rows.shape[1], columns.shape[1])
    let wide = images.reshaped(to: [count * height, width]).matmul(columns, transposeRight: true)
    let turned = wide.reshaped(to: [count, height, side]).transposed()
    let large = turned.reshaped(to: [count * side, height]).matmul(rows, transposeRight: true)
    return large.reshaped(to: [count, side, side]).transposed().flattened()
  }

  private static func weights(from old: Int, to new: Int) -> Tensor {
    Tensor(
      (0..<new).map { index in
        let position = (Double(index) + 0.5) * Double(old) / Double(new) - 0.5
        let nearest = min(max(position, 0), Double(old - 1))
        return (0..<old).map { max(0, 1 - abs(nearest - Double($0))) }
      })
  }
}
