#include "table.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,avx,fma,bmi,bmi2"))), apply_to = function)

// Twelve registers of sums would leave too few: 4 by 3 is spilled, at half the speed.
#define W 4
#define HAS_FMA 1
#define TILE_ROWS 4
#define TILE_VECTORS 2
#define ISA avx2
#define ISA_NAME "avx2"
#include "kernels.h"

#pragma clang attribute pop

#endif
