// A simulated accelerator for tests: a device of libtorch's, named "sim", in ordinary memory.
//
// It finds code that forgets the device, on a machine without a GPU:
//   * An operation on tensors of two devices fails with the error that CUDA gives.
//   * The address of a tensor's memory is poisoned, so that code of the processor that reads it crashes at once.
// Every operation without a kernel here is run by the processor's kernel on copies.
#ifndef SIMULATED_ACCELERATOR_H
#define SIMULATED_ACCELERATOR_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

/// Registers the devices sim:0, sim:1, … with libtorch, for the rest of the process.
///
/// libtorch starts the threads of its backward pass once, so this must come before the first one.
///
/// - Parameter deviceCount: how many devices there are, 1 to 16.
/// - Returns: null, or why it failed: a text that lives until the next call.
const char *_Nullable sim_register(int32_t deviceCount);

/// How many bytes the tensors on a device hold at the moment.
int64_t sim_allocated_bytes(int32_t deviceIndex);

/// How many operations were run on the devices through the processor's kernels.
int64_t sim_fallback_count(void);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
