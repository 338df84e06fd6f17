// Arrays that end, or begin, where nothing may be touched: no sanitizer sees what an intrinsic or
// an instruction in assembly reads, but a page without access does.
#ifndef KERNEL_SANITIZING_ARRAYS_H
#define KERNEL_SANITIZING_ARRAYS_H

#include <stddef.h>
#include <stdint.h>

/// As many places for arrays; one call uses each for one argument.
enum { array_places = 8 };

/// Where arrays lie: with their first element 0 … 7 doubles behind an inaccessible page, so at every
/// alignment that a double may have to a vector of eight; or with their last one right before one.
enum { array_layouts = 9 };

/// The layout of the arrays that are made next.
extern int array_layout;

/// An array for an argument that is read: `filling` 0 takes moderate numbers, 1 zeros, infinities,
/// nan, subnormal and largest numbers in turn, any other random bits. NULL for no elements where the
/// filling is 0, as callers in Swift give it.
double *input_array(int place, ptrdiff_t count, int filling);

/// An array for a result: uninitialized to the memory sanitizer, and nan.
double *result_array(int place, ptrdiff_t count);

/// The same for what depends on no input where the contract leaves it open, so that the digest leaves
/// it out.
double *open_array(int place, ptrdiff_t count);

/// Ends the process unless what lies around the arrays made since the last call is as it was, and
/// mixes the results into `results_digest`.
void check_arrays(void);

/// Mixes one result, all nan alike, into the digest.
void digest_number(double x);

/// What all results came to: equal for instruction sets that promise the same bits.
extern uint64_t results_digest;

/// Makes the inputs that follow, and the digest, those of the beginning.
void begin_arrays(void);

/// A number of the same kinds as `input_array` has.
double input_number(int filling);

#endif
