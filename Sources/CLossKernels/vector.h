// The vectors that the kernels are written in: W doubles, W chosen by the file that includes this.
//
// The same source is compiled once for each instruction set, into functions whose names end in its
// name (`KERNEL`). Clang's vector types rather than intrinsics: one formula is one text, and every
// set computes it with the same operations in the same order, so with the same bits. Intrinsics
// stand only where a set has an instruction that the types cannot say, with a bit-equal other way.
#include <stddef.h>
#include <stdint.h>

// A contraction is written as `vfma` where it is meant, and happens nowhere else.
#pragma STDC FP_CONTRACT OFF

#define CONCATENATED_(a, b) a##_##b
#define CONCATENATED(a, b) CONCATENATED_(a, b)
#define KERNEL(name) CONCATENATED(name, ISA)
// Not inlined where nothing is optimized: there each inlined copy has room of its own on the stack,
// hundreds of kilobytes in all, and threads have 512.
#ifdef __OPTIMIZE__
#define INLINE static inline __attribute__((always_inline, unused))
#else
#define INLINE static __attribute__((unused))
#endif

#define INFINITE __builtin_inf()
#define NOT_A_NUMBER __builtin_nan("")

typedef double vd __attribute__((ext_vector_type(W)));
/// What comparing two `vd` gives: 64-bit integers, -1 for true.
typedef __typeof__((vd){0} < (vd){0}) vi;
/// Memory that is not aligned to a vector.
typedef vd vd_unaligned __attribute__((aligned(8)));

INLINE vd vset(double x) { return (vd)x; }
INLINE vi viset(int64_t x) { return (vi)x; }
INLINE vi bits_of(vd x) { return (vi)x; }
INLINE vd of_bits(vi x) { return (vd)x; }
INLINE vd vabs(vd x) { return of_bits(bits_of(x) & viset(INT64_MAX)); }
INLINE vd vsqrt(vd x) { return __builtin_elementwise_sqrt(x); }
/// |x| with the sign of y.
INLINE vd vcopysign(vd x, vd y) {
  return of_bits((bits_of(x) & viset(INT64_MAX)) | (bits_of(y) & viset(INT64_MIN)));
}

/// A shift that fills with zeros; `>>` of signed integers has no instruction in AVX2.
INLINE vi shifted_right(vi x, int count) {
  typedef uint64_t vu __attribute__((ext_vector_type(W)));
  return (vi)((vu)x >> (uint64_t)count);
}

/// ab + c, rounded once where the instruction set has fused multiply-add.
///
/// Elsewhere rounded twice: `__builtin_fma` would be a library call of 20 ns. So it stands only
/// where either rounding is good enough; see `product_error` for where it is not.
INLINE vd vfma(vd a, vd b, vd c) {
#if HAS_FMA
  return __builtin_elementwise_fma(a, b, c);
#else
  return a * b + c;
#endif
}

/// ab - p, exactly, for p = ab rounded (barring underflow).
///
/// Without fused multiply-add it is Dekker's product (1971), which overflows from 2^996 on.
INLINE vd product_error(vd a, vd b, vd p) {
#if HAS_FMA
  return __builtin_elementwise_fma(a, b, -p);
#else
  vd ca = a * 0x1p27 + a, cb = b * 0x1p27 + b;
  vd ah = ca - (ca - a), bh = cb - (cb - b);
  vd al = a - ah, bl = b - bh;
  return ((ah * bh - p) + ah * bl + al * bh) + al * bl;
#endif
}

/// n - qd, exactly, for q that is n/d to an ulp or two.
INLINE vd division_remainder(vd n, vd d, vd q) {
#if HAS_FMA
  return __builtin_elementwise_fma(-q, d, n);
#else
  vd p = q * d;
  return (n - p) - product_error(q, d, p);
#endif
}

// MARK: - Masks

/// A bit for each true lane.
INLINE uint32_t mask_bits(vi mask) {
#if W == 8
  return _mm512_movepi64_mask((__m512i)mask);
#elif W == 4
  return (uint32_t)_mm256_movemask_pd((__m256d)mask);
#elif defined(__x86_64__)
  return (uint32_t)_mm_movemask_pd((__m128d)mask);
#else
  return (uint32_t)((mask[0] & 1) | (mask[1] & 2));
#endif
}

INLINE int any(vi mask) { return mask_bits(mask) != 0; }

/// How many lanes are true.
INLINE ptrdiff_t count_true(vi mask) { return __builtin_popcount(mask_bits(mask)); }

/// 0, 1, 2, …
INLINE vi lane_numbers(void) {
#if W == 8
  return (vi){0, 1, 2, 3, 4, 5, 6, 7};
#elif W == 4
  return (vi){0, 1, 2, 3};
#else
  return (vi){0, 1};
#endif
}

/// The lanes before `count`.
INLINE vi first_lanes(ptrdiff_t count) { return lane_numbers() < viset(count); }

// MARK: - Memory

INLINE vd vload(const double *p) { return *(const vd_unaligned *)p; }
INLINE void vstore(double *p, vd x) { *(vd_unaligned *)p = x; }

/// `count` (0 … W) elements, and `fill` in the lanes behind them, which touch no memory.
INLINE vd vload_first(const double *p, ptrdiff_t count, vd fill) {
#if W == 8
  return (vd)_mm512_mask_loadu_pd((__m512d)fill, (__mmask8)((1u << count) - 1), p);
#elif W == 4
  vi lanes = first_lanes(count);
  vd x = (vd)_mm256_maskload_pd(p, (__m256i)lanes);
  return lanes ? x : fill;
#else
  for (ptrdiff_t i = 0; i < count; i++) fill[i] = p[i];
  return fill;
#endif
}

/// The same for functions of each element; the other lanes may be anything harmless.
///
/// One element is read as such: a vector that begins at a number just stored would wait for it to
/// reach the cache (5 ns).
INLINE vd vload_rest(const double *p, ptrdiff_t count, vd fill) {
  return count == 1 ? vset(*p) : vload_first(p, count, fill);
}

INLINE void vstore_first(double *p, vd x, ptrdiff_t count) {
#if W == 8
  _mm512_mask_storeu_pd(p, (__mmask8)((1u << count) - 1), (__m512d)x);
#elif W == 4
  _mm256_maskstore_pd(p, (__m256i)first_lanes(count), (__m256d)x);
#else
  for (ptrdiff_t i = 0; i < count; i++) p[i] = x[i];
#endif
}

/// Asks for a line of memory that is read soon; any address will do.
INLINE void prefetch(const double *p) { __builtin_prefetch(p); }

/// A store that leaves the cache alone; `p` is aligned to the vector.
INLINE void vstore_streaming(double *p, vd x) { __builtin_nontemporal_store(x, (vd *)p); }

/// `table[index & 15]` in every lane.
INLINE vd lookup(const double table[16], vi index) {
#if W == 8
  __m512d low = _mm512_load_pd(table), high = _mm512_load_pd(table + 8);
  return (vd)_mm512_permutex2var_pd(low, (__m512i)index, high);
#else
  index &= viset(15);
  vd result;
  for (int i = 0; i < W; i++) result[i] = table[index[i]];
  return result;
#endif
}

typedef double v4 __attribute__((ext_vector_type(4)));
typedef double v2 __attribute__((ext_vector_type(2)));

typedef struct {
  vd first, second;
} pair;

// A table of 16 pairs, from a list macro: where a register holds eight, all first ones before the
// second ones; elsewhere side by side, so that one load brings both.
#define PAIR_FIRST(a, b) a,
#define PAIR_SECOND(a, b) b,
#define PAIR_BOTH(a, b) a, b,
#if W == 8
#define PAIR_TABLE(name, LIST) \
  static const double name[32] __attribute__((aligned(64))) = {LIST(PAIR_FIRST) LIST(PAIR_SECOND)}
#else
#define PAIR_TABLE(name, LIST) \
  static const double name[32] __attribute__((aligned(64))) = {LIST(PAIR_BOTH)}
#endif

/// The pair of index & 15 in every lane.
INLINE pair lookup_pair(const double table[32], vi index) {
#if W == 8
  return (pair){lookup(table, index), lookup(table + 16, index)};
#else
  v2 pairs[W];
  index &= viset(15);
  for (int i = 0; i < W; i++) pairs[i] = *(const v2 *)(table + 2 * index[i]);
#if W == 4
  v4 even = __builtin_shufflevector(pairs[0], pairs[2], 0, 1, 2, 3);
  v4 odd = __builtin_shufflevector(pairs[1], pairs[3], 0, 1, 2, 3);
  return (pair){__builtin_shufflevector(even, odd, 0, 4, 2, 6),
                __builtin_shufflevector(even, odd, 1, 5, 3, 7)};
#else
  return (pair){__builtin_shufflevector(pairs[0], pairs[1], 0, 2),
                __builtin_shufflevector(pairs[0], pairs[1], 1, 3)};
#endif
#endif
}

// MARK: - Halves

// Macros: passing four doubles to a function, even an inlined one, is warned of without AVX.
#define low_half(x) ((v2)__builtin_shufflevector(x, x, 0, 1))
#define high_half(x) ((v2)__builtin_shufflevector(x, x, 2, 3))

/// Eight lanes in 8/W vectors, as two times four.
typedef struct {
  v4 low, high;
} two_halves;

INLINE two_halves halves_of(const vd parts[8 / W]) {
#if W == 8
  return (two_halves){__builtin_shufflevector(parts[0], parts[0], 0, 1, 2, 3),
                      __builtin_shufflevector(parts[0], parts[0], 4, 5, 6, 7)};
#elif W == 4
  return (two_halves){parts[0], parts[1]};
#else
  return (two_halves){__builtin_shufflevector(parts[0], parts[1], 0, 1, 2, 3),
                      __builtin_shufflevector(parts[2], parts[3], 0, 1, 2, 3)};
#endif
}

// MARK: - Sums that are exact

/// A number as an unevaluated sum, |low| at most an ulp or so of high.
typedef struct {
  vd high, low;
} expansion;

/// a + b exactly, for |a| >= |b| or a = 0 (Dekker 1971).
INLINE expansion sum_of_ordered(vd a, vd b) {
  vd s = a + b;
  return (expansion){s, (a - s) + b};
}

/// a + b exactly (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
INLINE expansion sum_of(vd a, vd b) {
  vd s = a + b, added = s - a;
  return (expansion){s, (a - (s - added)) + (b - added)};
}
