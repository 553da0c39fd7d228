// The loops for x86 processors since 2013 (Haswell) and 2015 (Excavator).
#if defined(__x86_64__)
#include <math.h>

#include "CKernels.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CK_HAS_FMA 1
#define SUFFIX avx2
#include "kernels.inc"
#pragma clang attribute pop
#endif
