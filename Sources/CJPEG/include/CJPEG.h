// Decodes JPEG files with the library's own interface, which reports errors by a jump that Swift cannot
// make (setjmp). Its other one, TurboJPEG, refuses sampling factors that it has no name for.

#ifndef CJPEG_H
#define CJPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How a file stores its colours.
typedef enum {
  CJPEGGrey,
  // Red, green and blue, or luma and two differences of colour.
  CJPEGColor,
  // Four inks.
  CJPEGFourColors,
  // Something else: see CJPEGHeader.components.
  CJPEGUnknownColors,
} CJPEGColors;

typedef struct {
  size_t height;
  size_t width;
  size_t components;
  CJPEGColors colors;
} CJPEGHeader;

typedef struct CJPEGDecoder CJPEGDecoder;

// A decoder of these bytes, which must stay where they are as long as it exists; NULL where there is no
// memory for it.
CJPEGDecoder *_Nullable CJPEGDecoderCreate(const uint8_t *_Nullable bytes, size_t count);
void CJPEGDecoderDestroy(CJPEGDecoder *_Nonnull decoder);

// Reads up to the first scan. False where that failed: see CJPEGDecoderMessage.
bool CJPEGDecoderReadHeader(CJPEGDecoder *_Nonnull decoder, CJPEGHeader *_Nonnull header);

// Reads height × width values of grey images, and three times as many of those in colour, row by row.
// Comes after the header, for colours that are grey or in colour.
//
// False where the image is not whole: the data end, or the decoder replaced or passed over some of them.
// What it merely wonders at (bytes between segments, an unknown version, scan parameters that baseline
// images do not use) is no error.
bool CJPEGDecoderReadPixels(CJPEGDecoder *_Nonnull decoder, uint8_t *_Nonnull pixels);

// What was wrong, in the library's words.
const char *_Nonnull CJPEGDecoderMessage(const CJPEGDecoder *_Nonnull decoder);

#endif
