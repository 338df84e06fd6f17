// The features one by one: `arch=x86-64-v4` gives vectors of half the width.
#include "table.h"

#if defined(__x86_64__)

#include <immintrin.h>

#pragma clang attribute push(                                                              \
    __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,avx,fma,bmi,bmi2"))),   \
    apply_to = function)

#define W 8
#define HAS_FMA 1
#define TILE_ROWS 8
#define TILE_VECTORS 3
#define ISA avx512
#define ISA_NAME "avx512"
#include "kernels.h"

#pragma clang attribute pop

#endif
