// What every processor of an architecture has: two lanes; fused multiply-add on arm64, but not on
// x86-64.
#include "table.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#define W 2
#if defined(__aarch64__)
#define HAS_FMA 1
#define TILE_ROWS 8
#define TILE_VECTORS 3
#else
#define HAS_FMA 0
#define TILE_ROWS 4
#define TILE_VECTORS 2
#endif
#define ISA baseline
#define ISA_NAME "baseline"
#include "kernels.h"
