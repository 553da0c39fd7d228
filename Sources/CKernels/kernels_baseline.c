// The loops for every processor: no instructions beyond the architecture's first ones.
#define SUFFIX baseline
#include "kernels.inc"
