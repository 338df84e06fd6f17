// ln x and ln(1 + x).
//
// x = 2^k m with 0.703 <= m < 1.406, and z = m R - 1 with R from a table by the first four bits of
// m - 0.703: ln x = k ln2 - ln R + ln(1 + z), |z| < 0.0342 (the reduction of Tang 1990,
// "Table-driven implementation of the logarithm function"). R has so few bits (at most 6) that z is
// exact, and is 1 around m = 1, where nothing may be left to cancel. ln2 and -ln R are in two
// parts, the higher ones multiples of 2^-42, so that k ln2 - ln R is exact in them.
//
// ln(1 + z) = z - z²/2 + z³ p(z), p the minimax polynomial of degree 7: its relative error in
// ln(1 + z) is 2^-61 (Remez, 300 bits). At most 0.56 ulp seen, next to 1; 0.51 away from it.

static const double log_table[16] __attribute__((aligned(64))) = {
    0x1.6000000000000p+0, 0x1.5800000000000p+0, 0x1.4800000000000p+0, 0x1.3800000000000p+0,
    0x1.3000000000000p+0, 0x1.2800000000000p+0, 0x1.1800000000000p+0, 0x1.1000000000000p+0,
    0x1.0800000000000p+0, 0x1.0000000000000p+0, 0x1.e000000000000p-1, 0x1.c800000000000p-1,
    0x1.b000000000000p-1, 0x1.9800000000000p-1, 0x1.8800000000000p-1, 0x1.7000000000000p-1};
/// -ln of the table, in two parts.
#define LOG_TABLE_LOGARITHMS(X) \
  X(-0x1.4618bc21c6000p-2, 0x1.3d82f484c84ccp-46)  \
  X(-0x1.2e8e2bae12000p-2, 0x1.67b1e99b72bd8p-45)  \
  X(-0x1.fb9186d5e4000p-3, 0x1.d572aab993c87p-47)  \
  X(-0x1.9525a9cf46000p-3, 0x1.297137d9f158fp-44)  \
  X(-0x1.5ff3070a7a000p-3, 0x1.8586f183bebf2p-44)  \
  X(-0x1.29552f8200000p-3, 0x1.5b967f4471dfcp-44)  \
  X(-0x1.6f0d28ae58000p-4, 0x1.4b4641b664613p-44)  \
  X(-0x1.f0a30c0118000p-5, 0x1.d599e83368e91p-45)  \
  X(-0x1.f829b0e780000p-6, -0x1.980267c7e09e4p-45) \
  X(0x0.0p+0, 0x0.0p+0)                            \
  X(0x1.08598b59e4000p-4, -0x1.7e5dd7009902cp-46)  \
  X(0x1.da72763844000p-4, 0x1.a89401fa71733p-46)   \
  X(0x1.5bf406b544000p-3, -0x1.27023eb68981cp-46)  \
  X(0x1.d1037f2656000p-3, -0x1.84a7e75b6f6e4p-47)  \
  X(0x1.1178e8227e000p-2, 0x1.1ef78ce2d07f2p-44)   \
  X(0x1.522ae0738a000p-2, 0x1.ebe708164c759p-45)  
PAIR_TABLE(log_table_logarithms, LOG_TABLE_LOGARITHMS);

#define LN2_HIGH 0x1.62e42fefa3800p-1
#define LN2_LOW 0x1.ef35793c76730p-45

/// x = 2^k m, and what follows from it.
typedef struct {
  vd k, m;
  /// The place in the tables, with k above it.
  vi index;
  /// 1/m, to some bits.
  vd inverse;
  /// 2^-k; no number for k = 1024.
  vd unit;
} reduced_logarithm;

/// For a normal x > 0.
INLINE reduced_logarithm reduce_logarithm(vd x) {
  reduced_logarithm l;
  // The distance from the lower end of m's interval, with 1024 added to the exponent.
  vi distance = bits_of(x) + viset(0x4000000000000000 - 0x3fe6800000000000);
  vi power = (distance & viset((int64_t)0xfff0000000000000)) - viset(0x4000000000000000);
  l.index = shifted_right(distance, 48);
  l.k = of_bits(shifted_right(distance, 52) | viset(0x4330000000000000)) - (0x1p52 + 1024);
  l.m = of_bits(bits_of(x) - power);
  l.unit = of_bits(viset(0x3ff0000000000000) - power);
  l.inverse = lookup(log_table, l.index);
  return l;
}

/// Whether k = 0 and R = 1, so that m - 1 is left as it is: -1/64 <= m - 1 < 1/32.
INLINE vi is_near_one(reduced_logarithm l) { return l.index == viset(0x4009); }

/// m R - 1, exactly.
INLINE vd reduced_rest(reduced_logarithm l) {
#if HAS_FMA
  return vfma(l.inverse, l.m, vset(-1.0));
#else
  vd m_high = of_bits(bits_of(l.m) & viset((int64_t)0xffffffff00000000));
  return (l.inverse * m_high - 1.0) + l.inverse * (l.m - m_high);
#endif
}

/// k ln2 - ln R + ln(1 + z) + correction, to some 60 bits.
INLINE expansion log_expansion(reduced_logarithm l, vd z, vd correction) {
  pair logarithm = lookup_pair(log_table_logarithms, l.index);
  vd high = vfma(l.k, vset(LN2_HIGH), logarithm.first);
  vd low = vfma(l.k, vset(LN2_LOW), logarithm.second) + correction;
  vd z2 = z * z;
  vd p0 = vfma(z, vset(-0x1.fffffffffd77cp-3), vset(0x1.55555555554e3p-2));
  vd p2 = vfma(z, vset(-0x1.5555558cc60e5p-3), vset(0x1.9999999bc8a48p-3));
  vd p4 = vfma(z, vset(-0x1.fffd1fb8fd34cp-4), vset(0x1.24922f7668ad7p-3));
  vd p6 = vfma(z, vset(-0x1.9fcf184cf4b6dp-4), vset(0x1.c808385169a9bp-4));
  vd p = vfma(z2 * z2, vfma(z2, p6, p4), vfma(z2, p2, p0));
  low = vfma(z2, vfma(z, p, vset(-0.5)), low);
  expansion sum = sum_of_ordered(high, z);
  return sum_of_ordered(sum.high, sum.low + low);
}

/// ln(1 + u + u_low) = ln(s + c), s + c = 1 + u rounded and its error.
INLINE expansion log1p_expansion(vd s, vd c, vd u, vd u_low) {
  reduced_logarithm l = reduce_logarithm(s);
  vi is_near = is_near_one(l);
  vd z = is_near ? u : reduced_rest(l);
  // From 2^60 on c does not count, and `unit` may be no number.
  vd z_low = s > 0x1p60 ? vset(0.0) : l.inverse * ((c + u_low) * l.unit);
  z_low = is_near ? u_low : z_low;
  return log_expansion(l, z, vfma(-z, z_low, z_low));
}

/// ln x for a normal x > 0.
INLINE expansion log_of_normal(vd x) {
  reduced_logarithm l = reduce_logarithm(x);
  // -0 is what is left out of a sum.
  return log_expansion(l, reduced_rest(l), vset(-0.0));
}

/// ln x; -inf at both zeros, nan below.
INLINE vd vlog(vd x) {
  // Not less than: nan too is no normal positive number.
  vi special = !(x >= 0x1p-1022 && x <= 0x1.fffffffffffffp1023);
  if (__builtin_expect(any(special), 0)) {
    vi subnormal = x < 0x1p-1022;
    vd s = subnormal ? x * 0x1p54 : x;
    expansion e = log_of_normal(s);
    // 54 ln 2 joins the sum before it is rounded; its own rest is 2^-57 of it.
    vd shift = vset(-54 * LN2_HIGH);
    expansion t = sum_of(e.high, shift);
    vd low = e.low - 54 * LN2_LOW + t.low;
    vd result = subnormal ? t.high + low : e.high;
    result = x == 0.0 ? vset(-INFINITE) : result;
    result = x == INFINITE ? x : result;
    result = x < 0.0 ? vset(NOT_A_NUMBER) : result;
    return x != x ? x : result;
  }
  return log_of_normal(x).high;
}

/// ln(1 + u + u_low) for 0 <= u <= 1 or nan, u_low below an ulp of u: the tails of the logistic
/// family.
INLINE expansion log1p_of_fraction(vd u, vd u_low) {
  vd s = 1.0 + u;
  expansion e = log1p_expansion(s, u - (s - 1.0), u, u_low);
  e.high = u != u ? u : e.high;
  return e;
}

/// ln(1 + u + u_low) for a finite u >= 0 or nan, u_low at most some ulp of u.
INLINE vd log1p_of_sum(vd u, vd u_low) {
  expansion one = sum_of(vset(1.0), u);
  vd result = log1p_expansion(one.high, one.low, u, u_low).high;
  return u != u ? u : result;
}

/// ln(1 + x); -inf at -1, nan below.
INLINE vd vlog1p(vd x) {
  expansion one = sum_of(vset(1.0), x);
  // The sum of zeros has lost the sign of -0.
  vd result = vcopysign(log1p_expansion(one.high, one.low, x, vset(0.0)).high, x);
  vi special = !(x > -1.0 && x <= 0x1.fffffffffffffp1023);
  if (__builtin_expect(any(special), 0)) {
    result = x == -1.0 ? vset(-INFINITE) : result;
    result = x == INFINITE ? x : result;
    result = x < -1.0 ? vset(NOT_A_NUMBER) : result;
    result = x != x ? x : result;
  }
  return result;
}
