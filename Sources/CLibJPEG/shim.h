// The library's header needs these before it.
#include <stddef.h>
#include <stdio.h>

#include <jpeglib.h>
