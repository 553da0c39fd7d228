// Sorting for every processor, by radix.
#include "CKernels.h"

#define F(name) name##_baseline
#include "sorting_loops.inc"
#include "sorting_table.inc"
