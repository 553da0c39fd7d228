#include <png.h>

// The largest size of a PNG file of these pixels. It is a macro, which Swift does not import.
static inline size_t png_image_largest_file_size(png_image image) {
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}
