// The loops for every processor, with only the instructions of the architecture's first version.
#define SUFFIX baseline
#include "kernels.inc"
