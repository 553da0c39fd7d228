// The loops for x86 processors with 512-bit vectors.
#if defined(__x86_64__)
#include <math.h>

#include "CKernels.h"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma,prefer-256-bit"))), \
    apply_to = function)
#define CK_HAS_FMA 1
#define SUFFIX avx512
#include "kernels.inc"
#pragma clang attribute pop
#endif
