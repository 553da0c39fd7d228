// Sorting of keys by radix (Knuth, The Art of Computer Programming 3, algorithm 5.2.5R), the
// further steps for items with places, and the selection of a few items.
#include <string.h>

#include "CKernels.h"

#define F(name) name##_plain
#include "sorting_keys.inc"
#undef F

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
#include "selection.inc"
#undef ITEM
#undef KEY
#undef INDEX
#undef S

#define ITEM CKPlacedKey
#define KEY(item) ((item).key)
#define INDEX(item) ((item).place)
#define S(name) name##_placed
#include "selection.inc"

void ck_placed_keys(const double *x, CKPlacedKey *items, size_t count, bool descending) {
  const uint64_t complement = descending ? UINT64_MAX : 0;
  for (size_t i = 0; i < count; i++)
    items[i] = (CKPlacedKey){key_of_double_plain(x[i], complement), i};
}

// Sorts items with equal heads: the low bits of the keys, which the head left out, replace the
// head.
static void sort_tie(uint64_t *items, uint64_t *room, size_t count, const double *x,
                     unsigned place_bits, uint64_t complement) {
  const uint64_t places = ~(UINT64_MAX << place_bits);
  bool is_sorted = true;
  for (size_t i = 0; i < count; i++) {
    const uint64_t place = items[i] & places;
    items[i] = (key_of_double_plain(x[place], complement) & places) << place_bits | place;
    is_sorted = is_sorted && (i == 0 || items[i - 1] < items[i]);
  }
  if (!is_sorted) ck_sorting()->sort_64(items, room, count, place_bits);
}

void ck_sort_ties(uint64_t *items, uint64_t *room, size_t count, const double *x,
                  unsigned place_bits, bool descending) {
  const uint64_t complement = descending ? UINT64_MAX : 0;
  for (size_t begin = 0, end; begin < count; begin = end) {
    const uint64_t head = items[begin] >> place_bits;
    end = begin + 1;
    while (end < count && items[end] >> place_bits == head) end += 1;
    if (end > begin + 1)
      sort_tie(items + begin, room, end - begin, x, place_bits, complement);
  }
}
