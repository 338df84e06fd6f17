// The kernels of the best instruction set that the processor has, picked once when the program is
// loaded. A table, not `target_clones`: its resolvers run before the thread sanitizer is ready, and
// crash under it.
#include "CLossKernels.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

static const kernel_table *kernels = &loss_kernels_baseline;

#if defined(__x86_64__)
#include <cpuid.h>
#include <stdint.h>

/// The register states that the operating system saves.
static uint64_t saved_states(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

// Not `__builtin_cpu_supports`: it needs a symbol of the compiler's runtime library, which not
// every way of linking Swift brings along.
static loss_isa best_isa(void) {
  const uint32_t fma = 1u << 12, osxsave = 1u << 27, avx = 1u << 28;
  const uint32_t bmi = 1u << 3, avx2 = 1u << 5, bmi2 = 1u << 8;
  const uint32_t avx512f = 1u << 16, avx512dq = 1u << 17, avx512bw = 1u << 30, avx512vl = 1u << 31;
  const uint32_t all_avx2 = avx2 | bmi | bmi2;
  const uint32_t all_avx512 = avx512f | avx512dq | avx512bw | avx512vl;
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return LOSS_ISA_BASELINE;
  if ((c & (fma | osxsave | avx)) != (fma | osxsave | avx)) return LOSS_ISA_BASELINE;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return LOSS_ISA_BASELINE;
  uint64_t states = saved_states();
  if ((b & all_avx2) != all_avx2 || (states & 0x6) != 0x6) return LOSS_ISA_BASELINE;
  if ((b & all_avx512) != all_avx512 || (states & 0xe6) != 0xe6) return LOSS_ISA_AVX2;
  return LOSS_ISA_AVX512;
}

static const kernel_table *table_of(loss_isa isa) {
  switch (isa) {
    case LOSS_ISA_BASELINE: return &loss_kernels_baseline;
    case LOSS_ISA_AVX2: return &loss_kernels_avx2;
    case LOSS_ISA_AVX512: return &loss_kernels_avx512;
  }
  return NULL;
}
#else
static loss_isa best_isa(void) { return LOSS_ISA_BASELINE; }

static const kernel_table *table_of(loss_isa isa) {
  return isa == LOSS_ISA_BASELINE ? &loss_kernels_baseline : NULL;
}
#endif

/// The set of a name; NULL where the processor has no such set.
static const kernel_table *table_named(const char *name) {
  for (int isa = LOSS_ISA_BASELINE; isa <= (int)best_isa(); isa++) {
    const kernel_table *table = table_of((loss_isa)isa);
    if (table && strcmp(table->isa_name, name) == 0) return table;
  }
  return NULL;
}

// `LOSS_KERNELS` names a lesser set than the best, so that a whole program can be run on each that
// the processor has: the tests hold what it prints to the same bytes.
__attribute__((constructor)) static void pick_kernels(void) {
  const char *name = getenv("LOSS_KERNELS");
  const kernel_table *wanted = name ? table_named(name) : NULL;
  kernels = wanted ? wanted : table_of(best_isa());
}

int loss_kernels_select(loss_isa isa) {
  const kernel_table *table = table_of(isa);
  if (!table || isa > best_isa()) return 0;
  kernels = table;
  return 1;
}

const char *loss_kernels_isa(void) { return kernels->isa_name; }

void loss_streaming_finish(void) {
#if defined(__x86_64__)
  __builtin_ia32_sfence();
#endif
}

#define PUBLIC_FUNCTION(result, name, parameters, arguments) \
  result name parameters { return kernels->name arguments; }

LOSS_KERNELS(PUBLIC_FUNCTION)
