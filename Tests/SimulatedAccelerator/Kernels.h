// What the simulated devices compute, and with which kernels of the processor.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <initializer_list>
#include <optional>

#include "Devices.h"

namespace sim {

/// A tensor of the processor's with the memory of the device's, for as long as that one lives.
at::Tensor host(const at::Tensor &tensor);
std::optional<at::Tensor> host(const std::optional<at::Tensor> &tensor);

/// Throws CUDA's error if the tensors are not all on one device.
void checkSameDevice(std::initializer_list<const at::Tensor *> tensors, const char *operation);

int64_t fallbackCount();

/// Tensors: their making, views of them, copies. (Tensors.cpp)
void registerTensors();
/// Every operation that has no kernel here. (Fallback.cpp)
void registerFallback();
/// Operations that the processor's kernels compute only if they are called under another name. (Operations.cpp)
void registerOperations();
/// Operations in a lower precision. (Autocast.cpp)
void registerAutocast();

}  // namespace sim
