// The smoothed hinge S = softplus(lse(s[1...]) - s[0]) by hand: value and gradient, in the form that
// does not overflow. Shared by the file of one point, the file of many, and what measures them.
#ifndef PEER_H
#define PEER_H

#include <stddef.h>

/// One point of n scores.
double hinge_point(size_t n, const double *scores, double *gradient);

/// Many points of 10 scores, where the same score of all points are neighbours.
void hinge_rows(size_t rows, const double *scores, double *values, double *gradients);

/// One point of so many scores that they are worked on in vectors and by several threads.
double hinge_many(size_t n, const double *scores, double *gradient);

#endif
