// The types that cross between Swift and C++. Nothing here is C++.
#ifndef CTORCH_TYPES_H
#define CTORCH_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// One reference to a tensor. A function that returns one hands over the reference: release it with
/// `ct_tensor_release`. A function that takes one only borrows it.
typedef struct CTTensor CTTensor;

/// One reference to a random number generator; the same rules hold.
typedef struct CTGenerator CTGenerator;

/// An integer that goes into or comes out of a generated operation. Swift sees it as `Int`, so that an `[Int]` passes
/// without a copy.
typedef ptrdiff_t CTInteger;

/// A number with its kind, as an operation's `Scalar` argument.
typedef enum CTScalarKind : int32_t {
  CTScalarKindInteger = 0,
  CTScalarKindReal = 1,
  CTScalarKindBoolean = 2,
  CTScalarKindComplex = 3,
} CTScalarKind;

typedef struct CTScalar {
  CTScalarKind kind;
  int64_t integer;   // also the boolean, as 0 or 1
  double real;       // also the real part
  double imaginary;
} CTScalar;

/// An optional argument of an operation.
typedef struct CTOptionalScalar {
  bool isPresent;
  CTScalar value;
} CTOptionalScalar;

typedef struct CTOptionalInteger {
  bool isPresent;
  int64_t value;
} CTOptionalInteger;

typedef struct CTOptionalReal {
  bool isPresent;
  double value;
} CTOptionalReal;

/// A device: libtorch's device type (-1 if none is meant) and its index (-1 for the current one).
typedef struct CTDevice {
  int32_t type;
  int32_t index;
} CTDevice;

/// What kind of failure the last failing call on this thread met.
typedef enum CTErrorKind : int32_t {
  CTErrorKindOther = 0,
  CTErrorKindOutOfMemory = 1,
  CTErrorKindShape = 2,
  CTErrorKindType = 3,
  CTErrorKindIndex = 4,
  CTErrorKindIO = 5,
  CTErrorKindDistributed = 6,
} CTErrorKind;

// How arguments of operations look in C, for the generated and the hand-written functions alike:
//   Tensor, Tensor?        CTTensor *  (null: none)
//   Tensor[], Tensor?[]    CTTensor *const *  and a count
//   Scalar, Scalar?        CTScalar, CTOptionalScalar
//   Scalar[]               const CTScalar * and a count
//   int, int?              int64_t, CTOptionalInteger (SymInt likewise)
//   int[], int[]?          const int64_t * and a count (-1: none)
//                          (generated functions write CTInteger for int64_t)
//   float, float?          double, CTOptionalReal
//   float[], float[]?      const double * and a count (-1: none)
//   bool, bool?            bool, int8_t (-1: none)
//   ScalarType?, Layout?, MemoryFormat?   int32_t (-1: none)
//   Device?                CTDevice (type -1: none)
//   Generator?             CTGenerator * (null: the default one)
//   str, str?              const char * (null: none)
// Results: one tensor is returned; several, and numbers, go through pointers behind the arguments; an operation
// that writes into its first argument only says whether it succeeded.
// A failing function returns null, false, or -1 for a count, and leaves its error in the thread (CTorchCore.h).

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
