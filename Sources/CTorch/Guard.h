// The guard that stops every C++ exception before it reaches Swift.
#pragma once

#include <initializer_list>

#include "Arguments.h"
#include "CTorchTypes.h"

namespace ctorch {

/// Describes the exception being handled in this thread's error; call it in a catch block only.
void recordFailure(const char *_Nonnull operation, std::initializer_list<CTTensor *_Nullable> inputs) noexcept;

/// Runs `body`; if it throws anything, records the error with the operation's name and the
/// shapes of its inputs, and returns `failed`.
template <typename Result, typename Body>
Result guarded(
    const char *_Nonnull operation, std::initializer_list<CTTensor *_Nullable> inputs, Result failed,
    Body &&body) noexcept {
  try {
    return body();
  } catch (...) {
    recordFailure(operation, inputs);
    return failed;
  }
}

/// For a function that returns one tensor.
template <typename Body>
CTTensor *_Nullable guardedTensor(
    const char *_Nonnull operation, std::initializer_list<CTTensor *_Nullable> inputs, Body &&body) noexcept {
  return guarded(operation, inputs, static_cast<CTTensor *>(nullptr), [&] { return owned(body()); });
}

/// For a function whose results, if any, go through pointers.
template <typename Body>
bool guardedCall(
    const char *_Nonnull operation, std::initializer_list<CTTensor *_Nullable> inputs, Body &&body) noexcept {
  return guarded(operation, inputs, false, [&] {
    body();
    return true;
  });
}

}  // namespace ctorch
