// e^x and e^x - 1.
//
// x = n ln2/16 + r with |r| <= ln2/32, so e^x = 2^(n>>4) T[n & 15] e^r: the reduction by a table of
// Tang (1989, "Table-driven implementation of the exponential function"), with 16 entries because
// that many are two AVX-512 registers. T is 2^(i/16) rounded, `tail` is what the rounding left,
// relative to T. ln2/16 is in two parts; n has at most 15 bits and the higher part 38, so that n
// times it is exact with and without fused multiply-add.
//
// e^r = 1 + r + r² q(r), q the minimax polynomial of degree 5: its relative error in e^r - 1 is
// 2^-60 (Remez, 300 bits). T e^r comes as T + low, where low is below 2^-5 T and its error below
// 2^-58 T: exp errs by at most 0.55 ulp, where it is
// subnormal 0.76 (it is rounded twice).

/// 2^(i/16), and the tail.
#define EXP_TABLE(X) \
  X(0x1.0000000000000p+0, 0x0.0p+0)               \
  X(0x1.0b5586cf9890fp+0, 0x1.79aa65d837b6dp-54)  \
  X(0x1.172b83c7d517bp+0, -0x1.01b15eaa59348p-55) \
  X(0x1.2387a6e756238p+0, 0x1.68efde3a8a894p-54)  \
  X(0x1.306fe0a31b715p+0, 0x1.34d754db0abb6p-55)  \
  X(0x1.3dea64c123422p+0, 0x1.59f48a72a4c6dp-55)  \
  X(0x1.4bfdad5362a27p+0, 0x1.690cebb7aafb0p-56)  \
  X(0x1.5ab07dd485429p+0, 0x1.063e1e21c5409p-54)  \
  X(0x1.6a09e667f3bcdp+0, -0x1.3b3efbf5e2228p-54) \
  X(0x1.7a11473eb0187p+0, -0x1.b32dcb94da51dp-56) \
  X(0x1.8ace5422aa0dbp+0, 0x1.db72fc1f0eab4p-55)  \
  X(0x1.9c49182a3f090p+0, 0x1.1affc2b91ce27p-56)  \
  X(0x1.ae89f995ad3adp+0, 0x1.c1a7792cb3387p-55)  \
  X(0x1.c199bdd85529cp+0, 0x1.36eae30af0cb3p-56)  \
  X(0x1.d5818dcfba487p+0, 0x1.4a385a63d07a7p-56)  \
  X(0x1.ea4afa2a490dap+0, -0x1.ff7128fd391f0p-55)
PAIR_TABLE(exp_table, EXP_TABLE);

#define REDUCTION_LN2_HIGH 0x1.62e42fefa0000p-1
#define REDUCTION_LN2_LOW 0x1.cf79abc9e3b3ap-40
#define INVERSE_LN2 0x1.71547652b82fep+0
/// Adding it leaves the nearest multiple of 1/16, as a whole number, in the low bits of the sum.
#define ROUNDER 0x1.8p48

/// x = n ln2/16 + r, and what follows from it.
typedef struct {
  /// n/16.
  vd sixteenths;
  /// n in its low bits, above it those of `ROUNDER`.
  vi shifted;
  vd table;
  /// x less the higher part of n ln2/16, exact; and less both, rounded.
  vd r_high, r;
  vd tail;
  /// r² and q(r).
  vd r2, q;
} reduced_exponential;

/// For -746 <= x <= 710 or nan.
INLINE reduced_exponential reduce_exponential(vd x) {
  reduced_exponential e;
  vd shifted = vfma(x, vset(INVERSE_LN2), vset(ROUNDER));
  e.sixteenths = shifted - ROUNDER;
  e.shifted = bits_of(shifted);
  pair entry = lookup_pair(exp_table, e.shifted);
  e.table = entry.first;
  e.tail = entry.second;
  vd r_high = vfma(e.sixteenths, vset(-REDUCTION_LN2_HIGH), x);
  vd r = vfma(e.sixteenths, vset(-REDUCTION_LN2_LOW), r_high);
  e.r_high = r_high;
  e.r = r;
  e.r2 = r * r;
  vd q0 = vfma(r, vset(0x1.5555555555559p-3), vset(0x1.0000000000003p-1));
  vd q2 = vfma(r, vset(0x1.111111108fa85p-7), vset(0x1.55555554ad4edp-5));
  vd q4 = vfma(r, vset(0x1.a01b88a1d3d21p-13), vset(0x1.6c181f3b7b65ep-10));
  e.q = vfma(e.r2, vfma(e.r2, q4, q2), q0);
  return e;
}

/// e^r - 1 with the tail.
INLINE vd reduced_expm1(reduced_exponential e) { return vfma(e.r2, e.q, e.r + e.tail); }

/// y 2^(n>>4), rounded once: y is about 1.
INLINE vd scaled(vd y, vd sixteenths, vi shifted) {
#if W == 8
  (void)shifted;
  return (vd)_mm512_scalef_pd((__m512d)y, (__m512d)sixteenths);
#else
  (void)sixteenths;
  // In two steps, of which the first is exact: 2^(n>>4) may be no normal number. What ROUNDER
  // leaves in the bits goes out with the shift to the left.
  vi all = shifted_right(shifted, 4), part = shifted_right(shifted, 5), one = viset(1023);
  return y * of_bits((part + one) << 52) * of_bits((all - part + one) << 52);
#endif
}

/// The ends of the range in which e^x is neither 0 nor infinite; nan stays.
INLINE vd clamped_exponent(vd x) {
  x = vset(-746.0) > x ? vset(-746.0) : x;
  return vset(710.0) < x ? vset(710.0) : x;
}

/// Where x may be far below, but not above 0.
INLINE vd clamped_below(vd x) { return vset(-746.0) > x ? vset(-746.0) : x; }

INLINE vd exp_of_clamped(vd x) {
  reduced_exponential e = reduce_exponential(x);
  return scaled(vfma(e.table, reduced_expm1(e), e.table), e.sixteenths, e.shifted);
}

INLINE vd vexp(vd x) { return exp_of_clamped(clamped_exponent(x)); }
/// For x <= 0 or nan.
INLINE vd vexp_nonpositive(vd x) { return exp_of_clamped(clamped_below(x)); }

/// e^x without its power of two, to 2^-58, for a clamped x.
INLINE expansion exp_mantissa(reduced_exponential e) {
  return sum_of_ordered(e.table, e.table * reduced_expm1(e));
}

/// e^x - 1 to some 60 bits, for x <= 40 or nan.
///
/// 2^(n>>4) T - 1 and T r are exact as two doubles each, because next to n = 0 they cancel.
INLINE expansion expm1_expansion(vd x) {
  x = clamped_below(x);
  reduced_exponential e = reduce_exponential(x);
  vd r_low = vfma(e.sixteenths, vset(-REDUCTION_LN2_LOW), e.r_high - e.r);
  vd scale = scaled(e.table, e.sixteenths, e.shifted);
  vd p = scale * e.r;
  vd p_low = product_error(scale, e.r, p);
  expansion one = sum_of(scale, vset(-1.0));
  expansion sum = sum_of_ordered(one.high, p);
  vd rest = vfma(e.r2, e.q, e.tail) + vfma(e.tail, e.r, r_low);
  vd low = sum.low + (p_low + one.low + scale * rest);
  return sum_of_ordered(sum.high, low);
}

/// e^x - 1; at most 0.52 ulp, 0.51 seen.
INLINE vd vexpm1(vd x) {
  expansion e = expm1_expansion(vset(40.0) < x ? vset(40.0) : x);
  // From 40 on the 1 is less than 1/16 ulp. The sum of zeros has lost the sign of -0.
  vd result = vcopysign(e.high, x);
  vi large = x > 40.0;
  if (__builtin_expect(any(large), 0)) result = large ? vexp(x) : result;
  return result;
}
