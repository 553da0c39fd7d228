import Glibc
import CLibJPEG
import Images

/// The bytes of a JPEG file of this picture.
public func jpeg(_ image: Image, isProgressive: Bool = false, quality: Int = 95) -> [UInt8] {
  jpeg(
    image.pixels, height: image.height, width: image.width,
    image.channels == 1 ? JCS_GRAYSCALE : JCS_RGB, isProgressive: isProgressive, quality: quality)
}

/// The bytes of a JPEG file of values `[height, width, channels]`, where CMYK has four channels.
///
/// - Parameter sampling: The horizontal and the vertical sampling factor of each component; 1 by
///   default.
public func jpeg(
  _ values: [UInt8], height: Int, width: Int, _ colors: J_COLOR_SPACE, isProgressive: Bool = false,
  quality: Int = 95, sampling: [(Int, Int)]? = nil
) -> [UInt8] {
  // On the heap, because the library keeps these addresses between calls.
  let encoder = UnsafeMutablePointer<jpeg_compress_struct>.allocate(capacity: 1)
  let errors = UnsafeMutablePointer<jpeg_error_mgr>.allocate(capacity: 1)
  let file = UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>.allocate(capacity: 1)
  let size = UnsafeMutablePointer<UInt>.allocate(capacity: 1)
  encoder.initialize(to: jpeg_compress_struct())
  errors.initialize(to: jpeg_error_mgr())
  file.initialize(to: nil)
  size.initialize(to: 0)
  defer {
    jpeg_destroy_compress(encoder)
    free(file.pointee)
    encoder.deallocate()
    errors.deallocate()
    file.deallocate()
    size.deallocate()
  }
  // Its errors end the process.
  encoder.pointee.err = jpeg_std_error(errors)
  jpeg_CreateCompress(encoder, JPEG_LIB_VERSION, MemoryLayout<jpeg_compress_struct>.size)
  jpeg_mem_dest(encoder, file, size)

  let channels = values.count / (height * width)
  encoder.pointee.image_width = JDIMENSION(width)
  encoder.pointee.image_height = JDIMENSION(height)
  encoder.pointee.input_components = Int32(channels)
  encoder.pointee.in_color_space = colors
  jpeg_set_defaults(encoder)
  jpeg_set_quality(encoder, Int32(quality), 1)
  if isProgressive { jpeg_simple_progression(encoder) }
  for component in 0..<Int(encoder.pointee.num_components) {
    let factors = sampling?[component] ?? (1, 1)
    encoder.pointee.comp_info[component].h_samp_factor = Int32(factors.0)
    encoder.pointee.comp_info[component].v_samp_factor = Int32(factors.1)
  }

  jpeg_start_compress(encoder, 1)
  var values = values
  values.withUnsafeMutableBufferPointer { values in
    for row in 0..<height {
      var start = values.baseAddress.map { $0 + row * width * channels }
      jpeg_write_scanlines(encoder, &start, 1)
    }
  }
  jpeg_finish_compress(encoder)
  return Array(UnsafeBufferPointer(start: file.pointee, count: Int(size.pointee)))
}
