// What libtorch calls back during forward and backward passes: functions with a gradient of their own, and hooks.
#ifndef CTORCH_FUNCTIONS_H
#define CTORCH_FUNCTIONS_H

#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// A callback gets a context of its caller's, which `release` ends once libtorch needs it no longer, on whichever thread
// that is. Callbacks may run on a thread of libtorch's: for each CUDA device, gradients are computed on one. A callback
// returns null, or an error of its caller's: the function that led to the callback then fails, and its caller gets the
// error back (`ct_error_foreign`). libtorch drops errors that are not fetched.

/// An error of the caller's that a callback returned.
typedef struct CTForeignError {
  void *_Nullable object;
  void (*_Nullable release)(void *object);
} CTForeignError;

/// The caller's error if the last failing call on this thread failed with one, otherwise null; it is borrowed until
/// `ct_error_forget_foreign` or the next failing call.
void *_Nullable ct_error_foreign(void);
void ct_error_forget_foreign(void);

/// What libtorch knows of one call of a function, valid while a callback runs.
typedef struct CTFunctionCall CTFunctionCall;

typedef struct CTFunctionCallbacks {
  void *context;
  /// The function's name, copied.
  const char *name;
  /// Computes without recording: `*outputs` becomes an array, made by `ct_function_outputs`, of references that the
  /// callback gives away, `*count` long.
  CTForeignError (*forward)(
      void *context, CTFunctionCall *call, CTTensor *_Nonnull *_Nullable *_Nonnull outputs, int64_t *count);
  /// Computes the gradients of the inputs from those of the outputs, which are borrowed. A result is a reference that
  /// the callback gives away, or null if there is no gradient.
  CTForeignError (*backward)(
      void *context, CTFunctionCall *call, CTTensor *_Nonnull const *_Nullable gradients, int64_t gradientCount,
      CTTensor *_Nullable *_Nullable results, int64_t resultCount);
  void (*release)(void *context);
} CTFunctionCallbacks;

/// Runs `forward`, and records it if an input requires a gradient. The context is the library's from here on, even
/// if this fails. `*out` becomes a list of owned references that `ct_tensor_list_free` frees; returns their number.
int64_t ct_function_apply(
    CTFunctionCallbacks callbacks, CTTensor *_Nonnull const *_Nullable inputs, int64_t inputCount,
    CTTensor *_Nonnull *_Nullable *_Nonnull out);

/// One more reference to the same tensor.
CTTensor *ct_tensor_retain(CTTensor *tensor);

/// An array for `count` outputs, which `forward` fills.
CTTensor *_Nonnull *_Nullable ct_function_outputs(int64_t count);

/// In `forward`: keeps inputs or outputs for `backward`, in this order.
bool ct_function_save(CTFunctionCall *call, CTTensor *_Nonnull const *_Nullable tensors, int64_t count);
/// In `forward`: says that these outputs have no gradient.
bool ct_function_mark_constant(CTFunctionCall *call, CTTensor *_Nonnull const *_Nullable tensors, int64_t count);
/// In `forward`: says that these inputs were changed in place; they must be outputs too.
bool ct_function_mark_changed(CTFunctionCall *call, CTTensor *_Nonnull const *_Nullable tensors, int64_t count);
/// In `backward`: what was saved, as `ct_function_apply` gives its results.
int64_t ct_function_saved(CTFunctionCall *call, CTTensor *_Nonnull *_Nullable *_Nonnull out);
/// In `backward`: whether anybody asks for the gradient of an input.
bool ct_function_needs_gradient(CTFunctionCall *call, int64_t input);
/// Whether a backward pass that began on this thread adds gradients to all leaves, not only to those asked for.
bool ct_backward_reaches_all_leaves(void);

/// One backward pass from several tensors, each with its gradient.
bool ct_backward_from(
    CTTensor *_Nonnull const *_Nullable roots, CTTensor *_Nonnull const *_Nullable gradients, int64_t count);

/// What a hook does with a gradient: `*replacement` may become a reference that the callback gives away.
typedef CTForeignError (*CTHook)(void *context, CTTensor *gradient, CTTensor *_Nullable *_Nonnull replacement);

/// Calls `hook` whenever the gradient of the tensor is computed; `*position` is for `ct_tensor_remove_hook`. The
/// context is the library's from here on, even if this fails.
bool ct_tensor_add_hook(
    CTTensor *tensor, CTHook hook, void *context, void (*release)(void *context), uint32_t *position);
bool ct_tensor_remove_hook(CTTensor *tensor, uint32_t position);

/// The autocast of one device type on this thread.
bool ct_autocast_state(int32_t deviceType, bool *enabled, int32_t *dtype);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
