import NN
import Tensor

/// Images that are augmented differently in each epoch.
struct AugmentedImages: Dataset {
  let images: LabeledImages
  let augmentation: Augmentation

  init(_ images: LabeledImages, _ augmentation: Augmentation) {
    self.images = images
    self.augmentation = augmentation
  }

  var count: Int { images.count }
  var element: ElementKind { images.element }
  var classNames: [String] { images.classNames }
  var checksum: UInt32 { images.checksum }

  /// Returns the images at these indices, augmented if there is a variation.
  func batch(at indices: [Int], varied variation: Variation?) -> Batch {
    guard let variation else { return images.batch(at: indices) }
    checkIndices(indices, below: count, "AugmentedImages.batch")
    return LabeledImages(
      height: images.height, width: images.width, channels: images.channels,
      pixels: pixels(at: indices, variation), labels: indices.map { images.labels[$0] }
    ).batch(at: Array(indices.indices))
  }

  /// The pixels of augmented versions of these images, computed on all threads.
  private func pixels(at indices: [Int], _ variation: Variation) -> [UInt8] {
    let size = images.height * images.width * images.channels
    return [UInt8](unsafeUninitializedCapacity: indices.count * size) { buffer, count in
      count = indices.count * size
      guard let result = buffer.baseAddress else { return }
      images.pixels.withUnsafeBufferPointer { pixels in
        guard let table = pixels.baseAddress else { return }
        parallel(count: indices.count) { place in
          augmentation.write(
            table + indices[place] * size, height: images.height, width: images.width,
            channels: images.channels, to: result + place * size,
            using: variation.random(for: indices[place]))
        }
      }
    }
  }
}
