import CJPEG

extension Image {
  /// Decodes a JPEG file.
  init(jpeg bytes: [UInt8], path: String) throws(ImageError) {
    // The decoder uses the address until the pixels are read.
    let result = bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ImageError) in try decoded(bytes, path: path) }
    }
    self = try result.get()
  }
}

private func decoded(
  _ bytes: UnsafeBufferPointer<UInt8>, path: String
) throws(ImageError) -> Image {
  guard let decoder = CJPEGDecoderCreate(bytes.baseAddress, bytes.count) else {
    throw .damaged(path: path, reason: "there is no memory for its decoder")
  }
  defer { CJPEGDecoderDestroy(decoder) }
  var header = CJPEGHeader()
  guard CJPEGDecoderReadHeader(decoder, &header) else { throw damaged(path, decoder) }
  let (height, width) = (Int(header.height), Int(header.width))
  let channels: Int
  switch header.colors {
  case CJPEGGrey: channels = 1
  case CJPEGColor: channels = 3
  case CJPEGFourColors: throw .unsupportedColors(path: path, found: "CMYK")
  default:
    throw .unsupportedColors(path: path, found: "\(header.components) values of another kind")
  }
  try Image.checkSize(height: height, width: width, path: path)

  let size = height * width * channels
  var isRead = false
  let values = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    isRead = buffer.baseAddress.map { CJPEGDecoderReadPixels(decoder, $0) } ?? false
    count = isRead ? size : 0
  }
  guard isRead else { throw damaged(path, decoder) }
  return Image(height: height, width: width, channels: channels, pixels: values)
}

/// The decoder's error message.
private func damaged(_ path: String, _ decoder: OpaquePointer) -> ImageError {
  .damaged(path: path, reason: String(cString: CJPEGDecoderMessage(decoder)))
}
