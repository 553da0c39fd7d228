// Sorting by the bits of floating-point numbers. Its digits are dealt out one after the other, from
// the lowest on (radix sort: Knuth, The Art of Computer Programming 3, algorithm 5.2.5R).
#include <string.h>

#include "CKernels.h"

// Keys whose order as unsigned integers is that of the numbers: of -0 and 0 the same, of NaN the
// largest. In the opposite order each is complemented.
static inline uint32_t key_of_float(float number, uint32_t complement) {
  uint32_t bits;
  memcpy(&bits, &number, sizeof bits);
  const uint32_t magnitude = bits & 0x7fffffff;
  const uint32_t ordered = bits >> 31 ? ~bits + 1 : bits | 0x80000000;
  return (magnitude > 0x7f800000 ? UINT32_MAX : magnitude ? ordered : 0x80000000) ^ complement;
}

static inline uint64_t key_of_double(double number, uint64_t complement) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  const uint64_t magnitude = bits & INT64_MAX, sign = (uint64_t)1 << 63;
  const uint64_t ordered = bits >> 63 ? ~bits + 1 : bits | sign;
  return (magnitude > 0x7ff0000000000000 ? UINT64_MAX : magnitude ? ordered : sign) ^ complement;
}

bool ck_keys_of_floats(const float *x, uint32_t *keys, size_t count, bool descending) {
  const uint32_t complement = descending ? UINT32_MAX : 0;
  uint32_t has_negative_zeros = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    has_negative_zeros |= bits == 0x80000000;
    keys[i] = key_of_float(x[i], complement);
  }
  return has_negative_zeros != 0;
}

bool ck_keys_of_doubles(const double *x, uint64_t *keys, size_t count, bool descending) {
  const uint64_t complement = descending ? UINT64_MAX : 0;
  uint64_t has_negative_zeros = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, x + i, sizeof bits);
    has_negative_zeros |= bits == (uint64_t)1 << 63;
    keys[i] = key_of_double(x[i], complement);
  }
  return has_negative_zeros != 0;
}

void ck_floats_of_keys(const uint32_t *keys, float *x, size_t count, bool descending) {
  const uint32_t complement = descending ? UINT32_MAX : 0;
  for (size_t i = 0; i < count; i++) {
    const uint32_t key = keys[i] ^ complement;
    const uint32_t number = key >> 31 ? key & 0x7fffffff : ~key + 1;
    const uint32_t bits = key == UINT32_MAX ? 0x7fc00000 : number;
    memcpy(x + i, &bits, sizeof bits);
  }
}

void ck_doubles_of_keys(const uint64_t *keys, double *x, size_t count, bool descending) {
  const uint64_t complement = descending ? UINT64_MAX : 0;
  for (size_t i = 0; i < count; i++) {
    const uint64_t key = keys[i] ^ complement;
    const uint64_t number = key >> 63 ? key & INT64_MAX : ~key + 1;
    const uint64_t bits = key == UINT64_MAX ? 0x7ff8000000000000 : number;
    memcpy(x + i, &bits, sizeof bits);
  }
}

void ck_placed_floats(const float *x, uint64_t *items, size_t first, size_t count,
                      bool descending) {
  const uint32_t complement = descending ? UINT32_MAX : 0;
  for (size_t i = 0; i < count; i++)
    items[i] = (uint64_t)key_of_float(x[i], complement) << 32 | (first + i);
}

void ck_placed_doubles(const double *x, CKPlacedKey *items, size_t first, size_t count,
                       bool descending) {
  const uint64_t complement = descending ? UINT64_MAX : 0;
  for (size_t i = 0; i < count; i++)
    items[i] = (CKPlacedKey){key_of_double(x[i], complement), first + i};
}

#define ITEM uint32_t
#define KEY(item) (item)
#define INDEX(item) 0
#define S(name) name##_32
#include "sorting.inc"
#undef ITEM
#undef S

#define ITEM uint64_t
#define S(name) name##_64
#include "sorting.inc"
#undef ITEM
#undef KEY
#undef INDEX
#undef S

#define ITEM CKPlacedKey
#define KEY(item) ((item).key)
#define INDEX(item) ((item).place)
#define S(name) name##_placed
#include "sorting.inc"
