// getopt_long of the C library. Swift's Glibc module leaves <getopt.h> out.
#pragma once
#include <getopt.h>
