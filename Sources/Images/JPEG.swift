import CTurboJPEG

extension Image {
  /// Decodes a JPEG file.
  init(jpeg bytes: [UInt8], path: String) throws(ImageError) {
    guard let decoder = tjInitDecompress() else {
      throw .damaged(path: path, reason: String(cString: tjGetErrorStr2(nil)))
    }
    defer { tjDestroy(decoder) }
    var (width, height, subsampling, colors) = (Int32(0), Int32(0), Int32(0), Int32(0))
    let found = tjDecompressHeader3(
      decoder, bytes, UInt(bytes.count), &width, &height, &subsampling, &colors)
    guard found == 0 else { throw damaged(path, decoder) }
    guard colors != Int32(TJCS_CMYK.rawValue), colors != Int32(TJCS_YCCK.rawValue) else {
      throw .unsupportedColors(path: path, found: "CMYK")
    }
    try Image.checkSize(height: Int(height), width: Int(width), path: path)

    let isGrey = colors == Int32(TJCS_GRAY.rawValue)
    let size = Int(height) * Int(width) * (isGrey ? 1 : 3)
    var isRead = false
    let values = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      isRead =
        tjDecompress2(
          decoder, bytes, UInt(bytes.count), buffer.baseAddress, width, 0, height,
          Int32((isGrey ? TJPF_GRAY : TJPF_RGB).rawValue),
          TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) == 0
      count = isRead ? size : 0
    }
    guard isRead else { throw damaged(path, decoder) }
    self.init(
      height: Int(height), width: Int(width), channels: isGrey ? 1 : 3, pixels: values)
  }
}

/// What the decoder says is wrong.
private func damaged(_ path: String, _ decoder: tjhandle) -> ImageError {
  .damaged(path: path, reason: String(cString: tjGetErrorStr2(decoder)))
}
