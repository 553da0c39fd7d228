// Decodes JPEG files with libjpeg's own interface, which reports errors by long jumps (setjmp),
// which Swift cannot make. The other interface, TurboJPEG, refuses sampling factors that it has no
// name for.

#ifndef CJPEG_H
#define CJPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The colour format of a file.
typedef enum {
  CJPEGGrey,
  // Red, green and blue, or luma and two colour differences.
  CJPEGColor,
  // Four inks: CMYK or YCCK.
  CJPEGFourColors,
  // Another format: see CJPEGHeader.components.
  CJPEGUnknownColors,
} CJPEGColors;

typedef struct {
  size_t height;
  size_t width;
  size_t components;
  CJPEGColors colors;
} CJPEGHeader;

typedef struct CJPEGDecoder CJPEGDecoder;

// Creates a decoder for these bytes, which must remain valid as long as it exists; returns NULL if
// there is no memory for it.
CJPEGDecoder *_Nullable CJPEGDecoderCreate(const uint8_t *_Nullable bytes, size_t count);
void CJPEGDecoderDestroy(CJPEGDecoder *_Nonnull decoder);

// Reads up to the first scan. Returns false if that fails: see CJPEGDecoderMessage.
bool CJPEGDecoderReadHeader(CJPEGDecoder *_Nonnull decoder, CJPEGHeader *_Nonnull header);

// Reads height × width values of a grey image, or three times as many of a colour image, row by
// row. Call it after reading the header, for grey and colour images only.
//
// Returns false if the image is incomplete: the data end early, or the decoder replaced or skipped
// some of them. Mere irregularities (bytes between segments, an unknown version, scan parameters
// that baseline images do not use) are not errors.
bool CJPEGDecoderReadPixels(CJPEGDecoder *_Nonnull decoder, uint8_t *_Nonnull pixels);

// The library's error message.
const char *_Nonnull CJPEGDecoderMessage(const CJPEGDecoder *_Nonnull decoder);

#endif
