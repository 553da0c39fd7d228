// Sorting by keys: unsigned integers in the same order as the numbers they stand for. A part of
// CKernels.h, which includes it.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The number of consecutive parts into which items are divided so that threads can sort them.
#define CK_SORTED_PARTS 8

// The loops of a sort, for one instruction set. -0 and 0 have the same key, and NaN has the largest one;
// if `descending`, the keys are complemented, which reverses the order.
typedef struct {
  // Computes the keys of numbers; returns whether one of these is -0.
  bool (*keys_of_floats)(const float *x, uint32_t *keys, size_t count, bool descending);
  bool (*keys_of_doubles)(const double *x, uint64_t *keys, size_t count, bool descending);
  // The numbers with given keys; -0 becomes 0.
  void (*floats_of_keys)(const uint32_t *keys, float *x, size_t count, bool descending);
  void (*doubles_of_keys)(const uint64_t *keys, double *x, size_t count, bool descending);
  // Items with the leading bits of the keys and, in the `place_bits` low bits, the places of the numbers,
// counted from `first`.
  void (*placed_floats)(const float *x, uint64_t *items, size_t first, size_t count,
                        unsigned place_bits, bool descending);
  void (*placed_doubles)(const double *x, uint64_t *items, size_t first, size_t count,
                         unsigned place_bits, bool descending);
  // Sorts items in place, with scratch space for equally many others. Items that agree in all other
  // bits are already in ascending order of the bits below `begin`.
  void (*sort_32)(uint32_t *items, uint32_t *room, size_t count, unsigned begin);
  void (*sort_64)(uint64_t *items, uint64_t *room, size_t count, unsigned begin);
  // The part of each item, which is the number of the CK_SORTED_PARTS - 1 ascending splitters that are not
  // above it, and the number of items in each part.
  void (*find_parts_32)(const uint32_t *items, size_t count, const uint32_t *splitters,
                        uint8_t *parts, size_t *counts);
  void (*find_parts_64)(const uint64_t *items, size_t count, const uint64_t *splitters,
                        uint8_t *parts, size_t *counts);
  // Moves each item to the next place of its part.
  void (*deal_32)(const uint32_t *items, const uint8_t *parts, size_t count, uint32_t *target,
                  size_t *places);
  void (*deal_64)(const uint64_t *items, const uint8_t *parts, size_t count, uint64_t *target,
                  size_t *places);
} CKSorting;

// For this processor and, for tests, for a named instruction set, or NULL if this processor lacks it.
const CKSorting *ck_sorting(void);
const CKSorting *_Nullable ck_sorting_named(const char *name);

// The same, item by item.
void ck_deal_32(const uint32_t *items, const uint8_t *parts, size_t count, uint32_t *target,
                size_t *places);
void ck_deal_64(const uint64_t *items, const uint8_t *parts, size_t count, uint64_t *target,
                size_t *places);

// Sorts items by radix, stably, by the bits from `begin` on.
void ck_radix_sort_32(uint32_t *items, uint32_t *room, size_t count, unsigned begin);
void ck_radix_sort_64(uint64_t *items, uint64_t *room, size_t count, unsigned begin);

// Sorts items with equal heads, which are adjacent after the first sort, by the rest of the numbers' keys.
// Only the places of such items remain.
void ck_sort_ties(uint64_t *items, uint64_t *room, size_t count, const double *x,
                  unsigned place_bits, bool descending);

// A number's key, and its original place.
typedef struct {
  uint64_t key, place;
} CKPlacedKey;

void ck_placed_keys(const double *x, CKPlacedKey *items, size_t count, bool descending);
// Moves the first `kept` items in sorted order, by key and place, to the front.
void ck_select_64(void *items, size_t count, size_t kept);
void ck_select_placed(void *items, size_t count, size_t kept);

#pragma clang assume_nonnull end
