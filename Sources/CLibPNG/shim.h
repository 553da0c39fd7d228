#include <png.h>

// The largest size of a PNG file of these pixels. A macro, which Swift does not see.
static inline size_t png_image_largest_file_size(png_image image) {
  return PNG_IMAGE_PNG_SIZE_MAX(image);
}
