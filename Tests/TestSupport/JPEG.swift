import CTurboJPEG
import Images

/// The bytes of a JPEG file of this picture.
public func jpeg(_ image: Image, flags: Int32 = 0, quality: Int32 = 95) throws -> [UInt8] {
  try jpeg(
    image.pixels, height: image.height, width: image.width,
    image.channels == 1 ? TJPF_GRAY : TJPF_RGB,
    subsampling: image.channels == 1 ? TJSAMP_GRAY : TJSAMP_444, flags: flags, quality: quality)
}

/// The bytes of a JPEG file of values in any arrangement.
public func jpeg(
  _ values: [UInt8], height: Int, width: Int, _ format: TJPF, subsampling: TJSAMP,
  flags: Int32 = 0, quality: Int32 = 95
) throws -> [UInt8] {
  guard let encoder = tjInitCompress() else { throw EncoderError() }
  defer { tjDestroy(encoder) }
  var file: UnsafeMutablePointer<UInt8>?
  var size: UInt = 0
  let code = tjCompress2(
    encoder, values, Int32(width), 0, Int32(height), Int32(format.rawValue), &file, &size,
    Int32(subsampling.rawValue), quality, flags)
  defer { tjFree(file) }
  guard code == 0 else { throw EncoderError() }
  return Array(UnsafeBufferPointer(start: file, count: Int(size)))
}

/// The library did not make a file.
private struct EncoderError: Error {}
