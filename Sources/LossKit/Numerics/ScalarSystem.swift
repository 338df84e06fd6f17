#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

// The system's mathematical library under names of its own: inside `enum Scalar` the plain name
// `exp` would be `Scalar.exp` itself, and qualifying it (`Glibc.exp`) would tie every use to one
// platform. Nothing else of LossKit calls the library for a function of a real number.

@inline(__always) func systemExp(_ x: Double) -> Double { exp(x) }
@inline(__always) func systemExpm1(_ x: Double) -> Double { expm1(x) }
@inline(__always) func systemLog(_ x: Double) -> Double { log(x) }
@inline(__always) func systemLog1p(_ x: Double) -> Double { log1p(x) }
@inline(__always) func systemLog2(_ x: Double) -> Double { log2(x) }
@inline(__always) func systemLog10(_ x: Double) -> Double { log10(x) }
@inline(__always) func systemSin(_ x: Double) -> Double { sin(x) }
@inline(__always) func systemCos(_ x: Double) -> Double { cos(x) }
@inline(__always) func systemTan(_ x: Double) -> Double { tan(x) }
@inline(__always) func systemAsin(_ x: Double) -> Double { asin(x) }
@inline(__always) func systemAcos(_ x: Double) -> Double { acos(x) }
@inline(__always) func systemAtan(_ x: Double) -> Double { atan(x) }
@inline(__always) func systemSinh(_ x: Double) -> Double { sinh(x) }
@inline(__always) func systemCosh(_ x: Double) -> Double { cosh(x) }
@inline(__always) func systemTanh(_ x: Double) -> Double { tanh(x) }
@inline(__always) func systemErf(_ x: Double) -> Double { erf(x) }
@inline(__always) func systemErfc(_ x: Double) -> Double { erfc(x) }
@inline(__always) func systemAtan2(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
@inline(__always) func systemHypot(_ x: Double, _ y: Double) -> Double { hypot(x, y) }
@inline(__always) func systemPow(_ x: Double, _ p: Double) -> Double { pow(x, p) }

/// The logarithm of |Γ(x)|.
///
/// Plain `lgamma` of C writes the sign to the global `signgam`, a data race; the form of Swift's
/// overlay that returns the sign calls `lgamma_r`.
@inline(__always) func systemLogGamma(_ x: Double) -> Double {
  let (value, _): (Double, Int) = lgamma(x)
  return value
}
