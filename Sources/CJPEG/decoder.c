#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

// A file of a few kilobytes may have thousands of scans, each of which takes as long as the whole image.
// Encoders write about ten; all scans together may have as many pixels as sixteen of the largest image.
// A scan also has a fixed cost, equivalent to FEWEST_SCAN_PIXELS pixels.
enum { GREATEST_SCANNED_PIXEL_COUNT = 16 << 26, FEWEST_SCAN_PIXELS = 64 * 64 };

struct CJPEGDecoder {
  struct jpeg_decompress_struct library;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failure;
  char message[JMSG_LENGTH_MAX];
};

static CJPEGDecoder *decoder_of(j_common_ptr library) { return library->client_data; }

// MARK: Callbacks of the library

// Stores the message and ends the current call.
static _Noreturn void fail(j_common_ptr library) {
  CJPEGDecoder *decoder = decoder_of(library);
  library->err->format_message(library, decoder->message);
  longjmp(decoder->failure, 1);
}

// Ends the call if a warning says that pixels were lost; the level is −1 for warnings.
static void note(j_common_ptr library, int level) {
  if (level >= 0) return;
  switch (library->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      fail(library);
    default:
      library->err->num_warnings++;
  }
}

static void print_nothing(j_common_ptr library) { (void)library; }

// All bytes are in memory, so a request for more means a premature end.
static boolean end_of_data(j_decompress_ptr library) {
  ERREXIT(library, JERR_INPUT_EOF);
  return FALSE;
}

static size_t rounded_up(size_t size, int factor) {
  const size_t step = (size_t)DCTSIZE * (size_t)factor;
  return (size + step - 1) / step * step;
}

static void limit_scans(j_common_ptr common) {
  if (!common->is_decompressor) return;
  const j_decompress_ptr library = (j_decompress_ptr)common;
  // Whole blocks are decoded, so a row of one pixel costs as much as a row of blocks.
  const size_t pixels = rounded_up(library->image_height, library->max_v_samp_factor) *
                        rounded_up(library->image_width, library->max_h_samp_factor);
  const size_t cost = pixels < FEWEST_SCAN_PIXELS ? FEWEST_SCAN_PIXELS : pixels;
  const size_t limit = GREATEST_SCANNED_PIXEL_COUNT / cost;
  if ((size_t)library->input_scan_number <= limit) return;
  CJPEGDecoder *decoder = decoder_of(common);
  snprintf(decoder->message, sizeof decoder->message,
           "it has more than the %zu scans that are read of %u×%u pixels", limit,
           library->image_height, library->image_width);
  longjmp(decoder->failure, 1);
}

// MARK: Functions for Swift

CJPEGDecoder *CJPEGDecoderCreate(const uint8_t *bytes, size_t count) {
  CJPEGDecoder *decoder = calloc(1, sizeof *decoder);
  if (!decoder) return NULL;
  decoder->library.err = jpeg_std_error(&decoder->errors);
  decoder->errors.error_exit = fail;
  decoder->errors.emit_message = note;
  decoder->errors.output_message = print_nothing;
  decoder->library.client_data = decoder;
  if (setjmp(decoder->failure)) {
    // The library has another version than its header, or there is no memory; the next call reports
    // this message.
    return decoder;
  }
  jpeg_create_decompress(&decoder->library);
  decoder->progress.progress_monitor = limit_scans;
  decoder->library.progress = &decoder->progress;
  jpeg_mem_src(&decoder->library, bytes, count);
  decoder->library.src->fill_input_buffer = end_of_data;
  return decoder;
}

void CJPEGDecoderDestroy(CJPEGDecoder *decoder) {
  jpeg_destroy_decompress(&decoder->library);
  free(decoder);
}

const char *CJPEGDecoderMessage(const CJPEGDecoder *decoder) { return decoder->message; }

static CJPEGColors colors(J_COLOR_SPACE space) {
  switch (space) {
    case JCS_GRAYSCALE: return CJPEGGrey;
    case JCS_RGB:
    case JCS_YCbCr: return CJPEGColor;
    case JCS_CMYK:
    case JCS_YCCK: return CJPEGFourColors;
    default: return CJPEGUnknownColors;
  }
}

bool CJPEGDecoderReadHeader(CJPEGDecoder *decoder, CJPEGHeader *header) {
  // If creating the decoder failed, its message is kept.
  if (decoder->message[0] || !decoder->library.src) return false;
  if (setjmp(decoder->failure)) return false;
  jpeg_read_header(&decoder->library, TRUE);
  *header = (CJPEGHeader){
      .height = decoder->library.image_height,
      .width = decoder->library.image_width,
      .components = (size_t)decoder->library.num_components,
      .colors = colors(decoder->library.jpeg_color_space),
  };
  return true;
}

bool CJPEGDecoderReadPixels(CJPEGDecoder *decoder, uint8_t *pixels) {
  struct jpeg_decompress_struct *library = &decoder->library;
  if (setjmp(decoder->failure)) return false;
  library->out_color_space = library->jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
  library->dct_method = JDCT_ISLOW;
  jpeg_start_decompress(library);
  const size_t row_length = (size_t)library->output_width * (size_t)library->output_components;
  while (library->output_scanline < library->output_height) {
    JSAMPROW row = pixels + library->output_scanline * row_length;
    jpeg_read_scanlines(library, &row, 1);
  }
  // This requires an end marker in the file.
  jpeg_finish_decompress(library);
  return true;
}
