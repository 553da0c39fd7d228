// The library's header requires these to be included first.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
