// getopt_long of the C library. Swift's Glibc module omits <getopt.h>.
#pragma once
#include <getopt.h>
