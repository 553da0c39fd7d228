import CTurboJPEG
import Images
import Testing

/// The bytes of a JPEG file of this picture.
func jpeg(_ image: Image) throws -> [UInt8] {
  let encoder = try #require(tjInitCompress())
  defer { tjDestroy(encoder) }
  let isGrey = image.channels == 1
  var file: UnsafeMutablePointer<UInt8>?
  var size: UInt = 0
  let code = tjCompress2(
    encoder, image.pixels, Int32(image.width), 0, Int32(image.height),
    Int32((isGrey ? TJPF_GRAY : TJPF_RGB).rawValue), &file, &size,
    Int32((isGrey ? TJSAMP_GRAY : TJSAMP_444).rawValue), 95, 0)
  defer { tjFree(file) }
  try #require(code == 0)
  return Array(UnsafeBufferPointer(start: file, count: Int(size)))
}
