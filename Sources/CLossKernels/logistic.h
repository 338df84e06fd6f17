// The logistic family: softplus, sigmoid, tanh. All from e = e^{-|x|}, which cannot overflow, kept
// to some 58 bits until the last rounding, and without a difference of nearly equal numbers.

/// e^{-|x|} as mantissa times 2^(n>>4), the mantissa to 2^-58.
typedef struct {
  expansion mantissa;
  vd sixteenths;
  vi shifted;
} decaying_exponential;

INLINE decaying_exponential decay(vd x) {
  reduced_exponential e = reduce_exponential(clamped_below(-vabs(x)));
  return (decaying_exponential){exp_mantissa(e), e.sixteenths, e.shifted};
}

/// e^{-|x|} itself, where it is subnormal rounded once.
INLINE expansion decayed(decaying_exponential d) {
  return (expansion){scaled(d.mantissa.high, d.sixteenths, d.shifted),
                     scaled(d.mantissa.low, d.sixteenths, d.shifted)};
}

/// n/d to 2^-58 or so before one rounding.
INLINE vd quotient(expansion n, expansion d) {
  vd inverse = 1.0 / d.high;
  vd q = n.high * inverse;
  vd rest = division_remainder(n.high, d.high, q) + (n.low - q * d.low);
  return vfma(rest, inverse, q);
}

/// σ(x) = 1/(1 + e) for x >= 0, e/(1 + e) below; at most 0.56 ulp, 0.76 where it is
/// subnormal (it is rounded twice).
///
/// The power of two is applied last: far below 0 a subnormal e would have lost its bits before.
INLINE vd sigmoid_of(vd x, decaying_exponential d, expansion e) {
  expansion sum = sum_of_ordered(vset(1.0), e.high);
  sum.low += e.low;
  vi negative = x < 0.0;
  expansion numerator = {negative ? d.mantissa.high : vset(1.0),
                         negative ? d.mantissa.low : vset(0.0)};
  vd q = quotient(numerator, sum);
  return negative ? scaled(q, d.sixteenths, d.shifted) : q;
}

/// ln(1 + e^x) = max(x, 0) + ln(1 + e); at most 0.56 ulp seen, subnormal 0.76.
INLINE vd softplus_of(vd x, expansion e) {
  expansion tail = log1p_of_fraction(e.high, e.low);
  vd larger = x > 0.0 ? x : vset(0.0);
  expansion sum = sum_of(larger, tail.high);
  // An infinite x would leave inf - inf as its error.
  return larger == INFINITE ? x : sum.high + (sum.low + tail.low);
}

INLINE vd vsigmoid(vd x) {
  decaying_exponential d = decay(x);
  return sigmoid_of(x, d, decayed(d));
}

INLINE vd vsoftplus(vd x) { return softplus_of(x, decayed(decay(x))); }

/// t = e^{-2|x|} - 1.
INLINE expansion decayed_expm1(vd x) { return expm1_expansion(-2.0 * vabs(x)); }

/// tanh|x| = -t/(2 + t); at most 0.52 ulp.
INLINE vd tanh_of(vd x, expansion t) {
  expansion sum = sum_of_ordered(vset(2.0), t.high);
  sum.low += t.low;
  vd result = quotient((expansion){-t.high, -t.low}, sum);
  // Below 2^-28 it is x, whose products may underflow.
  result = vabs(x) < 0x1p-28 ? vabs(x) : result;
  return vcopysign(result, x);
}

INLINE vd vtanh(vd x) { return tanh_of(x, decayed_expm1(x)); }
