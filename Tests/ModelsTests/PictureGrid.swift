import Images
import Training

extension ModelPictures.Named {
  /// The images, if it is a picture of images.
  var grid: ImageGrid {
    guard case .images(let grid) = picture else { preconditionFailure("expected images") }
    return grid
  }
}
