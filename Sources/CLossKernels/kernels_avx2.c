#include "table.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,avx,fma,bmi,bmi2"))), apply_to = function)

#define W 4
#define HAS_FMA 1
#define TILE_ROWS 4
#define TILE_VECTORS 3
#define ISA avx2
#define ISA_NAME "avx2"
#include "kernels.h"

#pragma clang attribute pop

#endif
