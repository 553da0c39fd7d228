// Sorting for x86 processors with 512-bit vectors.
#if defined(__x86_64__)
#include <immintrin.h>

#include "CKernels.h"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,popcnt"))), \
    apply_to = function)
#define F(name) name##_avx512
#include "sorting_loops.inc"

#define FIRST(n) ((1u << (n)) - 1)

#define ITEM uint32_t
#define S(name) name##_32
#define LANES 16
#define XORED(v, m)                                                                               \
  __builtin_shufflevector(v, v, 0 ^ m, 1 ^ m, 2 ^ m, 3 ^ m, 4 ^ m, 5 ^ m, 6 ^ m, 7 ^ m, 8 ^ m,    \
                          9 ^ m, 10 ^ m, 11 ^ m, 12 ^ m, 13 ^ m, 14 ^ m, 15 ^ m)
#define ZIP_LOW(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define ZIP_HIGH(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define BELOW(v, w) _mm512_cmplt_epu32_mask((__m512i)(v), (__m512i)(w))
#define PACK(v, bits) (VECTOR) _mm512_maskz_compress_epi32((__mmask16)(bits), (__m512i)(v))
#define LOAD_SOME(x, n) \
  (VECTOR) _mm512_mask_loadu_epi32(_mm512_set1_epi32(-1), (__mmask16)FIRST(n), x)
#define STORE_SOME(x, v, n) _mm512_mask_storeu_epi32(x, (__mmask16)FIRST(n), (__m512i)(v))
#define IN_PART(parts, p) \
  _mm_cmpeq_epi8_mask(_mm_loadu_si128((const __m128i *)(parts)), _mm_set1_epi8((char)(p)))
#include "sorting_quick.inc"
#undef ITEM
#undef S
#undef LANES
#undef XORED
#undef ZIP_LOW
#undef ZIP_HIGH
#undef BELOW
#undef PACK
#undef LOAD_SOME
#undef STORE_SOME
#undef IN_PART

#define ITEM uint64_t
#define S(name) name##_64
#define LANES 8
#define XORED(v, m) \
  __builtin_shufflevector(v, v, 0 ^ m, 1 ^ m, 2 ^ m, 3 ^ m, 4 ^ m, 5 ^ m, 6 ^ m, 7 ^ m)
#define ZIP_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
#define ZIP_HIGH(a, b) __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
#define BELOW(v, w) _mm512_cmplt_epu64_mask((__m512i)(v), (__m512i)(w))
#define PACK(v, bits) (VECTOR) _mm512_maskz_compress_epi64((__mmask8)(bits), (__m512i)(v))
#define LOAD_SOME(x, n) \
  (VECTOR) _mm512_mask_loadu_epi64(_mm512_set1_epi64(-1), (__mmask8)FIRST(n), x)
#define STORE_SOME(x, v, n) _mm512_mask_storeu_epi64(x, (__mmask8)FIRST(n), (__m512i)(v))
#define IN_PART(parts, p)                                                                      \
  (_mm_cmpeq_epi8_mask(_mm_loadl_epi64((const __m128i *)(parts)), _mm_set1_epi8((char)(p))) & \
   FIRST(LANES))
#include "sorting_quick.inc"

#define SORT(type) sort_by_vectors_##type
#define DEAL(type) deal_by_vectors_##type
#include "sorting_table.inc"
#pragma clang attribute pop
#endif
