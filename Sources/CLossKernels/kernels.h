// Everything that is compiled once for each instruction set.
#include "vector.h"

#include "exponential.h"
#include "logarithm.h"
#include "logistic.h"

#include "elementwise.h"
#include "summation.h"
#include "logsumexp.h"
#include "logsumexp_columns.h"
#include "transpose.h"
#include "crossentropy.h"
#include "columns.h"
#include "matrix.h"

#define TABLE_ENTRY(result, name, parameters, arguments) .name = KERNEL(name),
const kernel_table KERNEL(loss_kernels) = {.isa_name = ISA_NAME, LOSS_KERNELS(TABLE_ENTRY)};
