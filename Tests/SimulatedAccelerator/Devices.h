// The devices themselves, their generators of random numbers, their streams and events.
#pragma once

#include <ATen/core/Generator.h>

#include "Memory.h"

namespace sim {

/// The standard generator of a device.
const at::Generator &defaultGenerator(c10::DeviceIndex index);
/// The processor's generator inside of a device's, which kernels of the processor draw from.
at::Generator hostGenerator(const at::Generator &generator);

/// Changes the size of a tensor's memory, and keeps its content.
void resizeStorage(const c10::Storage &storage, size_t size);

void registerDevices();

}  // namespace sim
