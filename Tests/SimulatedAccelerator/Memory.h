// The memory of the simulated devices.
#pragma once

#include <c10/core/Allocator.h>
#include <c10/core/Device.h>

#include <cstdint>

namespace sim {

constexpr c10::DeviceType kSim = c10::DeviceType::PrivateUse1;
constexpr int kMaxDevices = 16;

/// How many devices there are.
c10::DeviceIndex deviceCount();
void setDeviceCount(int count);

/// The current device of the calling thread.
c10::DeviceIndex currentDevice();
void setCurrentDevice(c10::DeviceIndex index);
/// The index itself, or the current device's for -1.
c10::DeviceIndex indexOrCurrent(c10::DeviceIndex index);

/// The address that a kernel of the processor can use. The only way from a device's memory to the processor.
void *toHost(const void *address);
bool isDeviceAddress(const void *address);

/// The device of an address that is the start of a block.
c10::DeviceIndex deviceOfBlock(const void *address);

c10::Allocator &deviceAllocator();
/// The processor's memory, with a record of which blocks are pinned.
c10::Allocator &pinnedAllocator();
bool isPinned(const void *address);

int64_t allocatedBytes(c10::DeviceIndex index);

/// Makes the allocator libtorch's for these devices.
void registerMemory();

}  // namespace sim
