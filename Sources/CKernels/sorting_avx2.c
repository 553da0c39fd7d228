// Sorting for x86 processors since 2013 (Haswell) and 2015 (Excavator): by radix, with vectorised
// loops.
#if defined(__x86_64__)
#include "CKernels.h"

#pragma clang attribute push(__attribute__((target("avx2,popcnt"))), apply_to = function)
#define F(name) name##_avx2
#include "sorting_loops.inc"
#include "sorting_table.inc"
#pragma clang attribute pop
#endif
