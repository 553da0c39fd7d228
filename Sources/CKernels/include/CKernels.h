// The vector loops that Swift cannot compile for several processors at once, and the threads that
// run them. Every kernel works on a half-open range [begin, end) of its elements, rows or columns,
// so that a caller can split it. No kernel allocates memory or uses tensors, tapes or threads.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "clustering.h"
#include "factors.h"
#include "mixtures.h"
#include "operations.h"
#include "samplers.h"
#include "sorting.h"
#include "transport.h"

#pragma clang assume_nonnull begin

// The largest number of dimensions, after merging, of a strided or broadcast loop.
#define CK_MAX_RANK 8

// Windows of images [batch, height, width, channels]. A window consists of taps, which are pixels
// relative to its first one. The first pixels of neighbouring windows are `step` pixels apart, and an
// image has `rows` x `columns` windows.
typedef struct {
  size_t height, width, channels;
  size_t rows, columns, step;
  size_t tap_count;
  const size_t *tap_rows, *tap_columns;
} CKWindows;

// The contributions of windows to the pixels that they cover: parts [row, column, height, width, channel]
// for the rows [first_row, last_row) of windows. The window in row i and column j begins at the pixel
// (i step - padding, j step - padding).
typedef struct {
  size_t first_row, last_row, columns;
  // Of a window.
  size_t height, width;
  size_t step, padding, channels;
  size_t image_width;
} CKFold;

// The rectifier that follows a product or a convolution in the same pass: negative results are multiplied
// by `slope`, which is 1 for no rectifier, 0 for a plain one, and above 0 for a leaky one. If `results`
// are given, in the layout of the output, the elements where these are not above zero are multiplied
// instead: this is the backward pass through a rectifier with these results.
typedef struct {
  double slope;
  const void *_Nullable results;
} CKRectifier;

// Rational-quadratic splines on [-bound, bound], with `bins` >= 1 bins. No bin has less than the share `least` of
// the total width or height, and no inner slope is below `least`: softplus(parameter + slope_shift) + least.
typedef struct {
  size_t bins;
  double bound, least, slope_shift;
} CKSplines;

// The loops of one element type (float or double), compiled for one instruction set.
typedef struct {
  // y[i] = operation(x[i]); p and q are the operation's parameters (a slope, bounds, an exponent).
  void (*map)(CKMap operation, double p, double q, const void *x, void *y, size_t begin, size_t end);
  // y = operation(a, b) with broadcasting: a stride of 0 repeats the element. The last dimension's
  // strides are 0 or 1. begin and end count rows (everything but the last dimension).
  void (*zip)(CKZip operation, double p, const void *a, const void *b, void *y, size_t rank,
              const size_t *shape, const size_t *a_strides, const size_t *b_strides, size_t begin,
              size_t end);
  // y[i] = operation(a[i], b[i], x[i]).
  void (*beta)(CKBeta operation, size_t j, size_t k, const void *a, const void *b, const void *x,
               void *y, size_t begin, size_t end);
  // y[i] = x[i] sigmoid(x[i]), and the derivatives of this.
  void (*silu_with_slope)(const void *x, void *y, void *slopes, size_t begin, size_t end);
  // y[i] = mask[i] != 0 ? a[i] : b[i].
  void (*select)(const void *mask, const void *a, const void *b, void *y, size_t begin, size_t end);
  void (*fill)(double value, void *y, size_t begin, size_t end);
  // y[i] = start + i * step.
  void (*ramp)(double start, double step, void *y, size_t begin, size_t end);
  // y[i] += x[i].
  void (*accumulate)(const void *x, void *y, size_t begin, size_t end);
  // Contiguous y from strided x, or strided y from contiguous x. begin and end count rows.
  void (*gather)(const void *x, void *y, size_t rank, const size_t *shape, const size_t *x_strides,
                 size_t begin, size_t end);
  void (*scatter)(const void *x, void *y, size_t rank, const size_t *shape, const size_t *y_strides,
                  size_t begin, size_t end);
  // Reduces the middle axis of [outer, count, inner], to [outer, inner]. The ranges select a part
  // of both.
  void (*reduce)(CKReduction operation, const void *x, void *y, size_t count, size_t inner,
                 size_t outer_begin, size_t outer_end, size_t inner_begin, size_t inner_end);
  // Along the rows of [count, inner], `step` elements apart, at least 1 row, in the columns [begin,
  // end), computes the sums up to each row, added to the initial value of the column in `sums`,
  // which receives the total. Without a y, only the total is computed.
  void (*scan_sum)(const void *x, void *_Nullable y, size_t count, size_t inner, ptrdiff_t step,
                   double *sums, size_t begin, size_t end);
  // The same for products, extremes and log Σ exp; for extremes also their rows, if requested.
  void (*scan)(CKScan operation, const void *x, void *y, int64_t *_Nullable places, size_t count,
               size_t inner, ptrdiff_t step, size_t begin, size_t end);
  // y[i] = a[i] y[i - 1] + b[i] along such rows; y[0] = b[0].
  void (*recur)(const void *a, const void *b, void *y, size_t count, ptrdiff_t step, size_t begin,
                size_t end);
  // Squared distances between the rows of x, [n, d], and those of y, [m, d], written to rows of [n, m]:
  // either for few coordinates, with y given transposed, [d, m]; or from squared norms and products x·y,
  // which they overwrite, for points that were all moved by the same vector.
  void (*near_distances)(const void *x, const void *transposed_y, void *distances, size_t m,
                         size_t d, size_t begin, size_t end);
  void (*distances_of_products)(const void *x, const void *y, const void *x_norms,
                                const void *y_norms, void *products, size_t m, size_t d,
                                size_t begin, size_t end);
  // Whether every element is a finite number.
  bool (*all_finite)(const void *x, size_t begin, size_t end);
  // The sum of the squares of x, or of x - y, in double precision.
  double (*sum_of_squares)(const void *x, size_t begin, size_t end);
  double (*squared_distance)(const void *x, const void *y, size_t begin, size_t end);
  // y[row] = sum over the row of x * logits - softplus(logits), and if requested its derivative with respect
  // to the logits, residuals[row, i] = x - sigmoid(logits).
  void (*bernoulli_log_density)(const void *logits, const void *x, void *y,
                                void *_Nullable residuals, size_t columns, size_t begin, size_t end);
  // y[row] = sum over the row of (mean^2 + exp(v) - 1 - v) / 2 with v = log_variance, and if requested its
  // derivative with respect to v, slopes[row, i] = (exp(v) - 1) / 2.
  void (*gaussian_divergence)(const void *mean, const void *log_variance, void *y,
                              void *_Nullable slopes, size_t columns, size_t begin, size_t end);
  // Over each row of `columns` elements, at least 1: writes as many results, or one for
  // log-sum-exp.
  void (*softmax)(CKSoftmax operation, const void *x, void *y, size_t columns, size_t begin,
                  size_t end);
  // The backward pass through softmax or its logarithm, given the probabilities.
  void (*softmax_back)(CKSoftmax operation, const void *probabilities, const void *dy, void *dx,
                       size_t columns, size_t begin, size_t end);
  // Each number through a spline of its own, given by 3 bins - 1 parameters: the values and the logarithms of
  // the slopes; and the way back, from derivatives dy and dl in these. `scratch` has room for 3 bins - 1
  // times 64 bytes.
  void (*spline)(const CKSplines *splines, const void *parameters, const void *x, void *y,
                 void *log_slopes, void *scratch, size_t begin, size_t end);
  void (*spline_back)(const CKSplines *splines, const void *parameters, const void *x, const void *dy,
                      const void *dl, void *dparameters, void *dx, void *scratch, size_t begin,
                      size_t end);
  // Over the rows of [count, inner], for each of the inner columns: the mean and, if requested, the sum of
  // the squared deviations from it.
  void (*moments)(const void *x, size_t count, size_t inner, double *means,
                  double *_Nullable squares);
  // Over rows of [rows, channels]: sums = [Σ u, Σ u (v - b)] with a number for each channel in b.
  void (*channel_sums)(const void *u, const void *v, const void *b, void *sums, size_t channels,
                       size_t begin, size_t end);
  // y = q (v - b) + r, with negative results then multiplied by `slope`; and
  // y = p u + q t (v - b) + r, with a number for each channel in b, p, q, r and t.
  void (*channel_scale)(const void *v, const void *b, const void *q, const void *r, double slope,
                        void *y, size_t channels, size_t begin, size_t end);
  void (*channel_combine)(const void *u, const void *v, const void *b, const void *p, const void *q,
                          const void *t, const void *r, void *y, size_t channels, size_t begin,
                          size_t end);
  // y = silu(q (v - b) + r), and y = u silu'(q (v - b) + r).
  void (*channel_silu)(const void *v, const void *b, const void *q, const void *r, void *y,
                       size_t channels, size_t begin, size_t end);
  void (*channel_silu_back)(const void *u, const void *v, const void *b, const void *q,
                            const void *r, void *y, size_t channels, size_t begin, size_t end);
  // Parts of images [image_count, height, width, channels]: y[n, i, j] = x[n, row + i, column + j],
  // or 0 outside the image, for `rows` x `columns` pixels.
  void (*crop)(const void *x, void *y, size_t image_count, size_t height, size_t width,
               size_t channels, ptrdiff_t row, size_t rows, ptrdiff_t column, size_t columns);
  // Pooling, for windows inside the images: y of [windows, channels] from x. The loops compute the
  // largest element and the number of its tap; the element at a given tap, and its adjoint, which
  // adds; and the sum over the taps, and its adjoint.
  void (*window_max)(const void *x, void *y, void *taps, const CKWindows *windows, size_t begin,
                     size_t end);
  void (*window_select)(const void *x, const void *taps, void *y, const CKWindows *windows,
                        size_t begin, size_t end);
  void (*window_add_selected)(const void *x, const void *taps, void *y, const CKWindows *windows,
                              size_t begin, size_t end);
  void (*window_sum)(const void *x, void *y, const CKWindows *windows, size_t begin, size_t end);
  void (*window_spread)(const void *x, void *y, const CKWindows *windows, size_t begin, size_t end);
  // The adjoint of cutting an image into windows: its rows [begin, end) are the sum of the bias and the parts
  // of all windows, rectified. `row` has room for the pixels that the windows of a row cover.
  void (*fold)(const void *parts, const CKFold *fold, const void *_Nullable bias, void *image,
               size_t begin, size_t end, CKRectifier rectifier, void *row);
  // C = A·B + bias or C += A·B, rectified, for a B with few columns, which is given transposed, n x k. Row i
  // of A has k elements in runs of equal length, which begin at a[a_rows[i] + a_runs[run]]; row i of C begins
  // at c[c_rows[i]].
  void (*multiply_narrow)(const void *a, const size_t *a_rows, const size_t *a_runs,
                          size_t run_count, size_t run_length, const void *transposed_b,
                          const void *_Nullable bias, void *c, const size_t *c_rows, size_t m,
                          size_t n, bool accumulates, CKRectifier rectifier);
  // y[i] = byte[i] / maximum, by a division, so that 51 / 255 is the float nearest to 0.2. It also
  // prefetches as many bytes at `ahead`, where the next ones are.
  void (*from_bytes)(const uint8_t *bytes, const uint8_t *ahead, double maximum, void *y,
                     size_t count);
  // Uniform on [0, 1) and standard normal numbers: element i comes from block (i / 4) of the stream (i / 2
  // for double), counted from `block`. begin and end must be multiples of 4, except at the end.
  void (*uniform)(uint64_t seed, uint64_t stream, uint64_t block, void *y, size_t begin, size_t end);
  void (*normal)(uint64_t seed, uint64_t stream, uint64_t block, void *y, size_t begin, size_t end);

  // One fused pass each; `w` is the parameter and `g` its gradient.
  void (*sgd)(void *w, const void *g, void *_Nullable velocity, double rate, double momentum, bool nesterov,
              double decay, size_t begin, size_t end);
  void (*rmsprop)(void *w, const void *g, void *square, double rate, double rho, double epsilon,
                  double decay, size_t begin, size_t end);
  void (*adagrad)(void *w, const void *g, void *square, double rate, double epsilon, double decay,
                  size_t begin, size_t end);
  // `rate` and `epsilon` include the bias corrections as factors.
  void (*adam)(void *w, const void *g, void *mean, void *square, double rate, double beta1,
               double beta2, double epsilon, double decay, double shrink, size_t begin, size_t end);
  // y[i] += (x[i] - y[i]) * weight.
  void (*interpolate)(const void *x, void *y, double weight, size_t begin, size_t end);
} CKKernels;

// The kernels for this processor, which the first call chooses.
const CKKernels *ck_float32(void);
const CKKernels *ck_float64(void);
// "AVX-512", "AVX2" or "baseline".
const char *ck_instruction_set(void);
// For tests: chooses a named instruction set instead of the best one, before the first use of any loop;
// returns false if this processor lacks it.
bool ck_use_instruction_set(const char *name);
// For tests: the kernels of a named instruction set, or NULL if this processor lacks it.
const CKKernels *_Nullable ck_kernels_named(const char *name, bool is_double);

// The destination of the sums of a matrix' columns, if they are requested. They are added up in blocks of a
// limited number of rows, which restart with each block of the inner dimension, and then over the blocks.
typedef struct {
  void *_Nullable sums;
  size_t block;
} CKColumnSums;

// The product C = A·B, plus `bias` in every row, or C += A·B, rectified, for A of m x k and B of k x n,
// k >= 1, on the calling thread.
typedef struct {
  // The number of elements that a product with n columns needs as scratch space.
  size_t (*scratch_count)(size_t n);
  // Element (i, l) of A is at a[i * a_row + l * a_column]; one of the two steps is 1. B is stored likewise.
  // Rows of C are c_row apart. The column sums are those of B.
  void (*multiply)(const void *a, size_t a_row, size_t a_column, const void *b, size_t b_row,
                   size_t b_column, const void *_Nullable bias, void *c, size_t c_row, size_t m,
                   size_t n, size_t k, bool accumulates, CKRectifier rectifier,
                   CKColumnSums column_sums, void *scratch);
  // C -= A·B, for any sizes.
  void (*subtract)(const void *a, size_t a_row, size_t a_column, const void *b, size_t b_row,
                   size_t b_column, void *c, size_t c_row, size_t m, size_t n, size_t k,
                   void *scratch);
  // The right factor of many products is packed once, into `packed_count` elements in `block_count` blocks.
  size_t (*block_count)(size_t k);
  size_t (*packed_count)(size_t n, size_t k);
  void (*pack)(const void *b, size_t b_row, size_t b_column, size_t n, size_t k, size_t block,
               void *packed);
  // The product with such a factor, and with a bias packed like a factor of one row. Element (i, l) of A is
  // at a[a_rows[i] + a_columns[l]], and row i of C begins at c[c_rows[i]].
  void (*multiply_packed)(const void *a, const size_t *a_rows, const size_t *a_columns,
                          const void *packed, const void *_Nullable packed_bias, void *c,
                          const size_t *c_rows, size_t m, size_t n, size_t k, bool accumulates,
                          CKRectifier rectifier);
  // The same for rows of A that are a_row apart and rows of C that are c_row apart.
  void (*multiply_rows)(const void *a, size_t a_row, const void *packed, void *c, size_t c_row,
                        size_t m, size_t n, size_t k);
} CKProduct;

// The package's own product for this processor and, for tests, for a named instruction set, or NULL if
// this processor lacks it.
const CKProduct *ck_product(bool is_double);
const CKProduct *_Nullable ck_product_named(const char *name, bool is_double);
// Whether it replaces OpenBLAS' product on this processor, given the number of floating-point operations.
// In double precision, it does on every processor with wide vectors: OpenBLAS may not support it,
// and then takes four times as long.
bool ck_product_is_faster(bool is_double, size_t work);

// The tiles along an axis of a convolution's results: first the tiles with 4 results, then those with 3.
typedef struct {
  size_t fours, threes;
} CKTileAxis;

// Images [image, height, width, channels] cut into tiles for Winograd's convolution: the tile whose
// results begin at (i, j) begins at the pixel (i stride - padding, j stride - padding). Pixels whose
// coordinates have the same remainder modulo the stride form a phase, which is treated as a separate image.
// Only a range of channels is transformed, and the points have room for `point_channels`.
typedef struct {
  size_t height, width, channels;
  size_t stride, padding;
  CKTileAxis down, across;
  size_t channel_begin, channel_end, point_channels;
} CKTiles;

// The operand that is transformed: the images of a convolution, its results, or its kernel.
typedef enum { CK_IMAGES, CK_RESULTS, CK_KERNEL } CKTransformed;

// The transformations of Winograd's convolution with a kernel of `taps` x `taps` elements, 2 or 3, in
// each phase. Points are [tile, n, n, phase, channel], n = taps + 3. Along an axis on which a tile has three
// results, it omits the second-to-last point, whose contents are undefined. The tiles are ordered
// by their rows x columns of results, 4 x 3, 4 x 4, 3 x 4, 3 x 3, and within each kind by image, so
// that the tiles with a given point form a range. Pixels outside an image count as zeros.
typedef struct {
  // The points of `count` images from `first` on.
  void (*to_points)(CKTransformed what, size_t taps, const void *images, void *points,
                    const CKTiles *tiles, size_t first, size_t count);
  // The adjoint, plus a bias for each channel, rectified, into images all of whose pixels are in a tile.
  void (*from_points)(CKTransformed what, size_t taps, void *images, const void *points,
                      const CKTiles *tiles, size_t first, size_t count,
                      const void *_Nullable bias, CKRectifier rectifier);
} CKWinograd;

// For this processor and, for tests, for a named instruction set, or NULL if this processor lacks it.
const CKWinograd *ck_winograd(bool is_double);
const CKWinograd *_Nullable ck_winograd_named(const char *name, bool is_double);

void ck_convert_to_double(const float *x, double *y, size_t begin, size_t end);
void ck_convert_to_float(const double *x, float *y, size_t begin, size_t end);

// Merges the moments of blocks [blocks, inner] of `length` elements each, `last` in the last one, as
// the kernels' `moments` leaves them, into those of the first block.
void ck_merge_moments(double *means, double *_Nullable squares, size_t blocks, size_t inner,
                      size_t length, size_t last);

// Philox 4x32-10 (Salmon, Moraes, Dror and Shaw 2011): four words from a counter of four and a
// key of two.
void ck_philox(const uint32_t *counter, const uint32_t *key, uint32_t *result);

// MARK: Threads

typedef void (*CKBody)(void *context, size_t chunk);

// Calls body(context, i) for every i in 0 ..< chunks, on the calling thread and the pool's workers,
// and returns when all are done. If it is called from two threads at once, or from inside a body,
// the second call runs only on its own thread. Inside, denormal numbers are flushed to zero if and
// only if `flushes` is true, whatever the calling thread does.
void ck_parallel(size_t chunks, bool flushes, void *context, CKBody body);
// The preparation and clean-up of ck_parallel around a single chunk that the caller runs itself: the first
// is called before it; the second after it, with the result of the first.
uint64_t ck_begin_chunk(bool flushes);
void ck_end_chunk(uint64_t state);
// The number of threads, including the calling one; set it before the first use or between uses.
void ck_set_thread_count(size_t count);
size_t ck_thread_count(void);
// The number of processors that this process may use.
size_t ck_processor_count(void);
// The number of the calling thread among the pool's workers, below 256; 0 on every other thread.
size_t ck_worker_index(void);

#pragma clang assume_nonnull end

#endif
