#include "KernelTestSupport.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "CLossKernels.h"

const kernel_table *kernels_of(int isa) {
  // What is in use at the start is the best that there is.
  loss_isa best = LOSS_ISA_BASELINE;
  if (strcmp(loss_kernels_isa(), "avx2") == 0) best = LOSS_ISA_AVX2;
  if (strcmp(loss_kernels_isa(), "avx512") == 0) best = LOSS_ISA_AVX512;
  if (isa < 0 || isa > (int)best) return NULL;
#if defined(__x86_64__)
  if (isa == LOSS_ISA_AVX2) return &loss_kernels_avx2;
  if (isa == LOSS_ISA_AVX512) return &loss_kernels_avx512;
#endif
  return &loss_kernels_baseline;
}

int long_double_is_longer(void) { return LDBL_MANT_DIG >= 64; }

static long double exact(compared_function function, long double x) {
  switch (function) {
    case COMPARED_EXP: return expl(x);
    case COMPARED_EXPM1: return expm1l(x);
    case COMPARED_LOG: return logl(x);
    case COMPARED_LOG1P: return log1pl(x);
    case COMPARED_SOFTPLUS: return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
    case COMPARED_SIGMOID: return x > 0 ? 1 / (1 + expl(-x)) : expl(x) / (1 + expl(x));
    case COMPARED_TANH: return tanhl(x);
  }
  return NAN;
}

static double error_in_ulps(double y, long double exact) {
  if (isnan(y) || isnan(exact)) return isnan(y) && isnan(exact) ? 0 : INFINITY;
  if (isinf(y) || isinf((double)exact)) return y == (double)exact ? 0 : INFINITY;
  if (exact == 0) return y == 0 && signbit(y) == signbit(exact) ? 0 : INFINITY;
  int exponent;
  frexpl(exact, &exponent);
  int unit = exponent - 53 < -1074 ? -1074 : exponent - 53;
  return (double)(fabsl(y - exact) / ldexpl(1, unit));
}

/// Vigna's xorshift64* (2016). Its overflow is meant.
__attribute__((no_sanitize("unsigned-integer-overflow", "unsigned-shift-base"))) //
static uint64_t random_bits(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1d;
}

typedef void (*array_function)(const double *, double *, ptrdiff_t);
typedef double (*number_function)(double);

static array_function array_form(const kernel_table *kernels, compared_function function) {
  switch (function) {
    case COMPARED_EXP: return kernels->loss_exp;
    case COMPARED_EXPM1: return kernels->loss_expm1;
    case COMPARED_LOG: return kernels->loss_log;
    case COMPARED_LOG1P: return kernels->loss_log1p;
    case COMPARED_SOFTPLUS: return kernels->loss_softplus;
    case COMPARED_SIGMOID: return kernels->loss_sigmoid;
    case COMPARED_TANH: return kernels->loss_tanh;
  }
  return NULL;
}

static number_function number_form(const kernel_table *kernels, compared_function function) {
  switch (function) {
    case COMPARED_EXP: return kernels->loss_exp1;
    case COMPARED_EXPM1: return kernels->loss_expm11;
    case COMPARED_LOG: return kernels->loss_log1;
    case COMPARED_LOG1P: return kernels->loss_log1p1;
    case COMPARED_SOFTPLUS: return kernels->loss_softplus1;
    case COMPARED_SIGMOID: return kernels->loss_sigmoid1;
    case COMPARED_TANH: return kernels->loss_tanh1;
  }
  return NULL;
}

static int are_unlike(double a, double b) {
  return memcmp(&a, &b, sizeof a) != 0 && !(isnan(a) && isnan(b));
}

comparison compare_function(
    const kernel_table *kernels, const kernel_table *other, compared_function function, double low,
    double high, long count) {
  enum { block = 1000 };
  double x[block], y[block], z[block];
  uint64_t state = 0x9e3779b97f4a7c15;
  array_function f = array_form(kernels, function), g = array_form(other, function);
  number_function f1 = number_form(kernels, function);
  comparison result = {0};
  for (long done = 0; done < count; done += block) {
    for (int i = 0; i < block; i++) {
      uint64_t bits = random_bits(&state);
      x[i] = low + (high - low) * (double)(bits >> 11) * 0x1p-53;
      if (low == high) memcpy(&x[i], &bits, sizeof bits);
    }
    f(x, y, block);
    g(x, z, block);
    for (int i = 0; i < block; i++) {
      double ulps = error_in_ulps(y[i], exact(function, x[i]));
      if (ulps > result.ulps) {
        result.ulps = ulps;
        result.argument = x[i];
      }
      // One in sixteen: alone each fills a whole vector.
      if (i % 16 == 0) result.unlike_scalar += are_unlike(y[i], f1(x[i]));
      result.unlike_other += are_unlike(y[i], z[i]);
    }
  }
  return result;
}

double compare_lse(
    const kernel_table *kernels, ptrdiff_t n, double low, double high, double offset, long count) {
  enum { longest = 64 };
  double x[longest], worst = 0;
  uint64_t state = 0x9e3779b97f4a7c15;
  if (n < 1 || n > longest) return INFINITY;
  for (long done = 0; done < count; done++) {
    for (ptrdiff_t i = 0; i < n; i++)
      x[i] = offset + low + (high - low) * (double)(random_bits(&state) >> 11) * 0x1p-53;
    ptrdiff_t largest = (ptrdiff_t)(random_bits(&state) % (uint64_t)n);
    x[largest] = offset;
    long double rest = 0;
    for (ptrdiff_t i = 0; i < n; i++)
      if (i != largest) rest += expl((long double)x[i] - offset);
    long double excess = log1pl(rest), larger = fabsl(offset) > excess ? fabsl(offset) : excess;
    int exponent;
    frexpl(larger, &exponent);
    double value = kernels->loss_lse(x, n, 1, NULL, NULL);
    double ulps = (double)(fabsl(value - (offset + excess)) / ldexpl(1, exponent - 53));
    worst = ulps > worst ? ulps : worst;
  }
  return worst;
}
