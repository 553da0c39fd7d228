import CLibPNG

// Uses libpng's simplified interface, which handles its own errors without setjmp.

extension Image {
  /// Decodes a PNG file.
  init(png bytes: [UInt8], path: String) throws(ImageError) {
    var control = png_image()
    control.version = UInt32(PNG_IMAGE_VERSION)
    defer { png_image_free(&control) }
    // libpng uses the pointer until the pixels are read.
    let result = try chunksOfThePicture(in: bytes, path: path).withUnsafeBytes {
      file -> Result<Image, ImageError> in
      guard png_image_begin_read_from_memory(&control, file.baseAddress, file.count) != 0 else {
        return .failure(.damaged(path: path, reason: complaint(control.message)))
      }
      return Result { () throws(ImageError) in
        try readPixels(&control, path: path)
      }
    }
    self = try result.get()
  }

  /// The picture as a PNG file, compressed for speed rather than size.
  public var png: [UInt8] {
    var control = png_image()
    control.version = UInt32(PNG_IMAGE_VERSION)
    control.height = UInt32(height)
    control.width = UInt32(width)
    control.format = channels == 1 ? UInt32(PNG_FORMAT_GRAY) : PNG_FORMAT_RGB
    control.flags = UInt32(PNG_IMAGE_FLAG_FAST)
    defer { png_image_free(&control) }
    let capacity = png_image_largest_file_size(control)
    return [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
      var size = capacity
      let isWritten = png_image_write_to_memory(
        &control, buffer.baseAddress, &size, 0, pixels, 0, nil)
      // There is room, and libpng accepts size and format; only memory can be lacking.
      precondition(isWritten != 0, "Image.png: \(complaint(control.message))")
      count = size
    }
  }
}

/// The file without chunks that do not affect its stored values: texts, and information about
/// colours (gAMA, cHRM, sRGB, iCCP), with which libpng would change the values.
///
/// libpng allocates as much memory for a chunk as its claimed length, whatever the file's size, and
/// unpacks compressed contents.
private func chunksOfThePicture(
  in file: [UInt8], path: String
) throws(ImageError) -> [UInt8] {
  let kept = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].map { Array($0.utf8) }
  let signatureLength = 8
  var result = Array(file.prefix(signatureLength))
  result.reserveCapacity(file.count)
  var start = signatureLength
  while start < file.count {
    // Each chunk: a length of four bytes, a type of four, the contents and a checksum of four.
    guard file.count - start >= 12 else {
      throw .damaged(path: path, reason: "it ends within a chunk, at byte \(file.count)")
    }
    let length = file[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    let end = start + 12 + length
    guard end <= file.count else {
      throw .damaged(
        path: path,
        reason: "the chunk at byte \(start) is to have \(length) bytes, and the file has"
          + " \(file.count - start - 12) for it")
    }
    let type = Array(file[start + 4..<start + 8])
    if kept.contains(type) { result += file[start..<end] }
    if type == kept.last { break }  // anything that follows is not part of the picture
    start = end
  }
  return result
}

/// The pixels of a file whose header has been read.
private func readPixels(_ control: inout png_image, path: String) throws(ImageError) -> Image {
  let (height, width) = (Int(control.height), Int(control.width))
  try Image.checkSize(height: height, width: width, path: path)
  let hasColor = control.format & PNG_FORMAT_FLAG_COLOR != 0
  let hasAlpha = control.format & PNG_FORMAT_FLAG_ALPHA != 0
  control.format =
    (hasColor ? PNG_FORMAT_RGB : UInt32(PNG_FORMAT_GRAY))
    | (hasAlpha ? PNG_FORMAT_FLAG_ALPHA : 0)
  // Sixteen-bit values are treated like eight-bit ones, not as linear light.
  control.flags |= UInt32(PNG_IMAGE_FLAG_16BIT_sRGB)

  let channels = hasColor ? 3 : 1
  let size = height * width * (channels + (hasAlpha ? 1 : 0))
  var isRead = false
  let values = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
    isRead = png_image_finish_read(&control, nil, buffer.baseAddress, 0, nil) != 0
    count = isRead ? size : 0
  }
  guard isRead else { throw .damaged(path: path, reason: complaint(control.message)) }
  return Image(
    height: height, width: width, channels: channels,
    pixels: hasAlpha ? overWhite(values, channels: channels) : values)
}

/// Composites the values of pixels, each followed by an opacity, over white.
private func overWhite(_ values: [UInt8], channels: Int) -> [UInt8] {
  let count = values.count / (channels + 1)
  return [UInt8](unsafeUninitializedCapacity: count * channels) { buffer, initializedCount in
    for pixel in 0..<count {
      let start = pixel * (channels + 1)
      let opacity = Int(values[start + channels])
      for channel in 0..<channels {
        let value = Int(values[start + channel]) * opacity + 255 * (255 - opacity)
        buffer[pixel * channels + channel] = UInt8((value + 127) / 255)
      }
    }
    initializedCount = count * channels
  }
}

/// libpng's error message.
private func complaint<Text>(_ message: Text) -> String {
  withUnsafeBytes(of: message) { text in
    String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
  }
}
