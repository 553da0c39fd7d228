// The vector loops that Swift cannot compile for several processors at once, and the threads that
// run them. Every kernel works on a half-open range [begin, end) of its elements, rows or columns,
// so that a caller can split it; none allocates, none knows of shapes, tapes or threads.
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

// Windows of images [batch, height, width, channels]. A window is its taps, pixels relative to a
// first one, which lies `step` pixels from that of the next window; `rows` x `columns` windows in an
// image.
typedef struct {
  size_t height, width, channels;
  size_t rows, columns, step;
  size_t tap_count;
  const size_t *tap_rows, *tap_columns;
} CKWindows;

// What windows hold for the pixels of an image that they see, parts [row, column, height, width, channel]
// of the rows [first_row, last_row) of windows. The one in row i and column j of windows begins at the
// pixel (i step - padding, j step - padding).
typedef struct {
  size_t first_row, last_row, columns;
  // Of a window.
  size_t height, width;
  size_t step, padding, channels;
  size_t image_width;
} CKFold;

// What follows a product or a convolution in the same pass: what is below zero is multiplied by
// `slope`, 1 for nothing, 0 for a rectifier, a number above 0 for a leaky one. With `results`, which
// are laid out like what is written, what lies where these are not above zero is: the way back through
// a rectifier that had these results.
typedef struct {
  double slope;
  const void *_Nullable results;
} CKRectifier;

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
  // Over the middle of [outer, count, inner], to [outer, inner]. The ranges choose a part of both.
  void (*reduce)(CKReduction operation, const void *x, void *y, size_t count, size_t inner,
                 size_t outer_begin, size_t outer_end, size_t inner_begin, size_t inner_end);
  // Along the rows of [count, inner], `step` elements from one to the next, 1 row or more, in the
  // columns [begin, end): the sums up to each row, on top of what `sums` holds for the column, which
  // then holds the sum of all. Without a y only that is computed.
  void (*scan_sum)(const void *x, void *_Nullable y, size_t count, size_t inner, ptrdiff_t step,
                   double *sums, size_t begin, size_t end);
  // The same of products, extremes and log Σ exp; of extremes also the rows where they are, if wanted.
  void (*scan)(CKScan operation, const void *x, void *y, int64_t *_Nullable places, size_t count,
               size_t inner, ptrdiff_t step, size_t begin, size_t end);
  // y[i] = a[i] y[i - 1] + b[i] along such rows; y[0] = b[0].
  void (*recur)(const void *a, const void *b, void *y, size_t count, ptrdiff_t step, size_t begin,
                size_t end);
  // Squared distances of the rows of x, [n, d], from those of y, [m, d], to rows of [n, m]: of few
  // coordinates, where y is given transposed, [d, m]; and from products x·y, in their place, and
  // squared norms, all of points moved by the same vector.
  void (*near_distances)(const void *x, const void *transposed_y, void *distances, size_t m,
                         size_t d, size_t begin, size_t end);
  void (*distances_of_products)(const void *x, const void *y, const void *x_norms,
                                const void *y_norms, void *products, size_t m, size_t d,
                                size_t begin, size_t end);
  // Whether every element is a finite number.
  bool (*all_finite)(const void *x, size_t begin, size_t end);
  // Of x, and of x - y, added up in double precision.
  double (*sum_of_squares)(const void *x, size_t begin, size_t end);
  double (*squared_distance)(const void *x, const void *y, size_t begin, size_t end);
  // y[row] = sum over the row of x * logits - softplus(logits); and if wanted its derivative in the
  // logits, residuals[row, i] = x - sigmoid(logits).
  void (*bernoulli_log_density)(const void *logits, const void *x, void *y,
                                void *_Nullable residuals, size_t columns, size_t begin, size_t end);
  // y[row] = sum over the row of (mean^2 + exp(v) - 1 - v) / 2, v = log_variance; and if wanted its
  // derivative in v, slopes[row, i] = (exp(v) - 1) / 2.
  void (*gaussian_divergence)(const void *mean, const void *log_variance, void *y,
                              void *_Nullable slopes, size_t columns, size_t begin, size_t end);
  // Over each row of `columns` elements, 1 or more: to as many results, or for log-sum-exp to one.
  void (*softmax)(CKSoftmax operation, const void *x, void *y, size_t columns, size_t begin,
                  size_t end);
  // What goes back through softmax or its logarithm, given the probabilities.
  void (*softmax_back)(CKSoftmax operation, const void *probabilities, const void *dy, void *dx,
                       size_t columns, size_t begin, size_t end);
  // Over the rows of [count, inner], for each of the inner columns: the mean and, if wanted, the sum
  // of the squared deviations from it.
  void (*moments)(const void *x, size_t count, size_t inner, double *means,
                  double *_Nullable squares);
  // Over rows of [rows, channels]: sums = [Σ u, Σ u (v - b)] with a number for each channel in b.
  void (*channel_sums)(const void *u, const void *v, const void *b, void *sums, size_t channels,
                       size_t begin, size_t end);
  // y = q (v - b) + r, what is below zero then multiplied by `slope`; and y = p u + q t (v - b) + r,
  // with a number for each channel in b, p, q, r and t.
  void (*channel_scale)(const void *v, const void *b, const void *q, const void *r, double slope,
                        void *y, size_t channels, size_t begin, size_t end);
  void (*channel_combine)(const void *u, const void *v, const void *b, const void *p, const void *q,
                          const void *t, const void *r, void *y, size_t channels, size_t begin,
                          size_t end);
  // Parts of images [image_count, height, width, channels]: y[n, i, j] = x[n, row + i, column + j],
  // or 0 outside of the image, for `rows` x `columns` pixels.
  void (*crop)(const void *x, void *y, size_t image_count, size_t height, size_t width,
               size_t channels, ptrdiff_t row, size_t rows, ptrdiff_t column, size_t columns);
  // Pooling, for windows inside of the images: y of [windows, channels] from x. The largest element
  // and the number of its tap; the element at a tap, and the adjoint, which adds; the sum over the
  // taps, and the adjoint.
  void (*window_max)(const void *x, void *y, void *taps, const CKWindows *windows, size_t begin,
                     size_t end);
  void (*window_select)(const void *x, const void *taps, void *y, const CKWindows *windows,
                        size_t begin, size_t end);
  void (*window_add_selected)(const void *x, const void *taps, void *y, const CKWindows *windows,
                              size_t begin, size_t end);
  void (*window_sum)(const void *x, void *y, const CKWindows *windows, size_t begin, size_t end);
  void (*window_spread)(const void *x, void *y, const CKWindows *windows, size_t begin, size_t end);
  // The adjoint of cutting an image into windows: its rows [begin, end) are bias and the parts of all
  // windows, added up, rectified. `row` has room for the pixels that the windows of a row see.
  void (*fold)(const void *parts, const CKFold *fold, const void *_Nullable bias, void *image,
               size_t begin, size_t end, CKRectifier rectifier, void *row);
  // C = A·B + bias or C += A·B, rectified, for a B of few columns, which is given transposed, n x k.
  // Row i of A is k elements in runs of equal length, which begin at a[a_rows[i] + a_runs[run]]; row i
  // of C begins at c[c_rows[i]].
  void (*multiply_narrow)(const void *a, const size_t *a_rows, const size_t *a_runs,
                          size_t run_count, size_t run_length, const void *transposed_b,
                          const void *_Nullable bias, void *c, const size_t *c_rows, size_t m,
                          size_t n, bool accumulates, CKRectifier rectifier);
  // y[i] = byte[i] / maximum: divided, so that 51 / 255 is the float nearest to 0.2. Meanwhile as
  // many bytes are fetched at `ahead`, the place of the next ones.
  void (*from_bytes)(const uint8_t *bytes, const uint8_t *ahead, double maximum, void *y,
                     size_t count);
  // Uniform on [0, 1) and standard normal numbers: element i comes from block (i / 4) of the stream
  // (i / 2 for double), counted from `block`. begin and end must be multiples of 4, but for the end.
  void (*uniform)(uint64_t seed, uint64_t stream, uint64_t block, void *y, size_t begin, size_t end);
  void (*normal)(uint64_t seed, uint64_t stream, uint64_t block, void *y, size_t begin, size_t end);

  // One fused pass each; `w` the parameter, `g` its gradient.
  void (*sgd)(void *w, const void *g, void *_Nullable velocity, double rate, double momentum, bool nesterov,
              double decay, size_t begin, size_t end);
  void (*rmsprop)(void *w, const void *g, void *square, double rate, double rho, double epsilon,
                  double decay, size_t begin, size_t end);
  void (*adagrad)(void *w, const void *g, void *square, double rate, double epsilon, double decay,
                  size_t begin, size_t end);
  // `rate` and `epsilon` come with the bias corrections multiplied in.
  void (*adam)(void *w, const void *g, void *mean, void *square, double rate, double beta1,
               double beta2, double epsilon, double decay, double shrink, size_t begin, size_t end);
  // y[i] += (x[i] - y[i]) * weight.
  void (*interpolate)(const void *x, void *y, double weight, size_t begin, size_t end);
} CKKernels;

// The kernels for this processor, chosen at the first call.
const CKKernels *ck_float32(void);
const CKKernels *ck_float64(void);
// "AVX-512", "AVX2" or "baseline".
const char *ck_instruction_set(void);
// Chooses a named instruction set in place of the best one, before the first use of any loop; false
// where this processor lacks it: for tests.
bool ck_use_instruction_set(const char *name);
// The kernels of a named instruction set, or NULL where this processor lacks it: for tests.
const CKKernels *_Nullable ck_kernels_named(const char *name, bool is_double);

// Where the sums of a matrix' columns go, if they are wanted: added up in blocks of at most so many
// rows, which begin anew with each block of the inner dimension, then over the blocks.
typedef struct {
  void *_Nullable sums;
  size_t block;
} CKColumnSums;

// The product C = A·B, plus `bias` in every row, or C += A·B, rectified, for A of m x k and B of k x n,
// k >= 1, on the calling thread.
typedef struct {
  // How many elements of room a product with n columns needs as its scratch.
  size_t (*scratch_count)(size_t n);
  // Element (i, l) of A lies at a[i * a_row + l * a_column]; one of the two steps is 1; B likewise.
  // Rows of C are c_row apart. The column sums are those of B.
  void (*multiply)(const void *a, size_t a_row, size_t a_column, const void *b, size_t b_row,
                   size_t b_column, const void *_Nullable bias, void *c, size_t c_row, size_t m,
                   size_t n, size_t k, bool accumulates, CKRectifier rectifier,
                   CKColumnSums column_sums, void *scratch);
  // C -= A·B, for any sizes.
  void (*subtract)(const void *a, size_t a_row, size_t a_column, const void *b, size_t b_row,
                   size_t b_column, void *c, size_t c_row, size_t m, size_t n, size_t k,
                   void *scratch);
  // A right factor of many products is arranged once, in `packed_count` elements: block by block,
  // of which there are `block_count`.
  size_t (*block_count)(size_t k);
  size_t (*packed_count)(size_t n, size_t k);
  void (*pack)(const void *b, size_t b_row, size_t b_column, size_t n, size_t k, size_t block,
               void *packed);
  // By such a factor, and with a bias arranged like a factor of one row. Element (i, l) of A lies at
  // a[a_rows[i] + a_columns[l]], row i of C begins at c[c_rows[i]].
  void (*multiply_packed)(const void *a, const size_t *a_rows, const size_t *a_columns,
                          const void *packed, const void *_Nullable packed_bias, void *c,
                          const size_t *c_rows, size_t m, size_t n, size_t k, bool accumulates,
                          CKRectifier rectifier);
  // The same for rows of A that lie a_row apart, and rows of C c_row apart.
  void (*multiply_rows)(const void *a, size_t a_row, const void *packed, void *c, size_t c_row,
                        size_t m, size_t n, size_t k);
} CKProduct;

// The package's own product for this processor, and for the named instruction set, or NULL where
// this processor lacks it: for tests.
const CKProduct *ck_product(bool is_double);
const CKProduct *_Nullable ck_product_named(const char *name, bool is_double);
// Whether it is used in place of OpenBLAS' on this processor, for a product of so many floating-point
// operations. In double precision it is wherever there are wide vectors: there OpenBLAS may not know
// the processor, and takes four times as long.
bool ck_product_is_faster(bool is_double, size_t work);

// The tiles along an axis of a convolution's results: those with 4 of them come first, then those with 3.
typedef struct {
  size_t fours, threes;
} CKTileAxis;

// Images [image, height, width, channels] cut into tiles for Winograd's convolution: the tile whose
// results begin at (i, j) begins at the pixel (i stride - padding, j stride - padding). Pixels whose
// places leave the same remainder by the stride are a phase, and an image of its own. Only the channels
// of a range are transformed, and the points have room for `point_channels`.
typedef struct {
  size_t height, width, channels;
  size_t stride, padding;
  CKTileAxis down, across;
  size_t channel_begin, channel_end, point_channels;
} CKTiles;

// What is transformed: the images of a convolution, its results, or its kernel.
typedef enum { CK_IMAGES, CK_RESULTS, CK_KERNEL } CKTransformed;

// The transformations of Winograd's convolution with a kernel of `taps` x `taps` elements, 2 or 3, in
// each phase. Points are [tile, n, n, phase, channel], n = taps + 3. Along an axis on which it has three
// results a tile leaves out the last point but one; what lies in its place is undefined. The tiles lie in
// the order of their rows x columns of results, 4 x 3, 4 x 4, 3 x 4, 3 x 3, those of a kind image after
// image: so the tiles that have a point are a range. Outside of an image are zeros.
typedef struct {
  // The points of `count` images from `first` on.
  void (*to_points)(CKTransformed what, size_t taps, const void *images, void *points,
                    const CKTiles *tiles, size_t first, size_t count);
  // The adjoint, plus a bias for each channel, rectified, into images all of whose pixels are in a tile.
  void (*from_points)(CKTransformed what, size_t taps, void *images, const void *points,
                      const CKTiles *tiles, size_t first, size_t count,
                      const void *_Nullable bias, CKRectifier rectifier);
} CKWinograd;

// For this processor, and for the named instruction set, or NULL where this processor lacks it: for
// tests.
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
// and returns when all are done. Called from two threads at once, or from inside a body, the second
// call runs on its own thread alone. Denormal numbers are flushed to zero inside if `flushes`, and
// are not if not, whatever the calling thread does.
void ck_parallel(size_t chunks, bool flushes, void *context, CKBody body);
// What ck_parallel does around a single chunk, which the caller runs itself: before it, and after it with
// what the first call returned.
uint64_t ck_begin_chunk(bool flushes);
void ck_end_chunk(uint64_t state);
// How many threads take part, the calling one included; set before the first use or between uses.
void ck_set_thread_count(size_t count);
size_t ck_thread_count(void);
// The processors that this process may run on.
size_t ck_processor_count(void);
// The number of the pool's worker that is the calling thread, below 256; 0 on every other thread.
size_t ck_worker_index(void);

#pragma clang assume_nonnull end

#endif
