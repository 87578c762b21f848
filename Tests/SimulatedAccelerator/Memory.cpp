#include "Memory.h"

#include <c10/core/CachingDeviceAllocator.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_set>

namespace sim {

namespace {

int numberOfDevices = 1;
thread_local c10::DeviceIndex current = 0;

// Bit 55 makes an address non-canonical on x86-64 and one of the kernel on AArch64: any access to it is a fault.
constexpr uintptr_t kPoison = uintptr_t(1) << 55;

void *toDevice(void *address) { return reinterpret_cast<void *>(reinterpret_cast<uintptr_t>(address) | kPoison); }

/// What lies before each block.
struct alignas(64) Header {
  size_t size;
  c10::DeviceIndex device;
};

Header *header(const void *address) { return static_cast<Header *>(toHost(address)) - 1; }

struct Statistics {
  std::mutex mutex;
  int64_t bytes[kMaxDevices] = {};
  int64_t peak[kMaxDevices] = {};
  int64_t allocated[kMaxDevices] = {};
  int64_t freed[kMaxDevices] = {};
  int64_t blocks[kMaxDevices] = {};
};

/// Never destroyed: tensors in static variables are freed later than any destructor here would run.
Statistics &statistics() {
  static auto *const shared = new Statistics;
  return *shared;
}

void release(void *address) {
  if (address == nullptr) return;
  auto *const block = header(address);
  {
    auto &shared = statistics();
    const std::lock_guard<std::mutex> lock(shared.mutex);
    shared.bytes[block->device] -= block->size;
    shared.freed[block->device] += block->size;
    --shared.blocks[block->device];
  }
  std::free(block);
}

/// A `c10::DeviceAllocator`, through which libtorch reads the statistics of memory.
struct DeviceMemory final : c10::DeviceAllocator {
  c10::DataPtr allocate(size_t size) override {
    const c10::Device device(kSim, current);
    if (size == 0) return {nullptr, nullptr, &release, device};
    void *block = nullptr;
    TORCH_CHECK(
        posix_memalign(&block, alignof(Header), sizeof(Header) + size) == 0, "sim out of memory: tried to allocate ",
        size, " bytes");
    auto *const start = new (block) Header{size, device.index()};
    auto &shared = statistics();
    {
      const std::lock_guard<std::mutex> lock(shared.mutex);
      auto &bytes = shared.bytes[device.index()];
      bytes += size;
      shared.allocated[device.index()] += size;
      shared.peak[device.index()] = std::max(shared.peak[device.index()], bytes);
      ++shared.blocks[device.index()];
    }
    void *const address = toDevice(start + 1);
    return {address, address, &release, device};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void *to, const void *from, size_t size) const override {
    std::memcpy(toHost(to), toHost(from), size);
  }

  bool initialized() override { return true; }
  void emptyCache(c10::MempoolId_t) override {}
  void recordStream(const c10::DataPtr &, c10::Stream) override {}

  c10::CachingDeviceAllocator::DeviceStats getDeviceStats(c10::DeviceIndex index) override {
    index = indexOrCurrent(index);
    auto &shared = statistics();
    c10::CachingDeviceAllocator::DeviceStats result;
    const std::lock_guard<std::mutex> lock(shared.mutex);
    for (auto *const stat : {&result.allocated_bytes[0], &result.reserved_bytes[0], &result.active_bytes[0]}) {
      stat->current = shared.bytes[index];
      stat->peak = shared.peak[index];
      stat->allocated = shared.allocated[index];
      stat->freed = shared.freed[index];
    }
    result.allocation[0].current = shared.blocks[index];
    return result;
  }

  void resetAccumulatedStats(c10::DeviceIndex index) override {
    auto &shared = statistics();
    const std::lock_guard<std::mutex> lock(shared.mutex);
    shared.allocated[indexOrCurrent(index)] = shared.freed[indexOrCurrent(index)] = 0;
  }

  void resetPeakStats(c10::DeviceIndex index) override {
    auto &shared = statistics();
    const std::lock_guard<std::mutex> lock(shared.mutex);
    shared.peak[indexOrCurrent(index)] = shared.bytes[indexOrCurrent(index)];
  }

  std::pair<size_t, size_t> getMemoryInfo(c10::DeviceIndex index) override {
    constexpr size_t total = size_t(16) << 30;
    return {total - static_cast<size_t>(allocatedBytes(index)), total};
  }
};

struct PinnedBlocks {
  std::mutex mutex;
  std::unordered_set<const void *> addresses;
};

PinnedBlocks &pinnedBlocks() {
  static auto *const shared = new PinnedBlocks;
  return *shared;
}

void releasePinned(void *address) {
  {
    auto &shared = pinnedBlocks();
    const std::lock_guard<std::mutex> lock(shared.mutex);
    shared.addresses.erase(address);
  }
  std::free(address);
}

struct PinnedMemory final : c10::Allocator {
  c10::DataPtr allocate(size_t size) override {
    void *address = nullptr;
    if (size > 0) {
      TORCH_CHECK(posix_memalign(&address, 64, size) == 0, "out of memory: tried to pin ", size, " bytes");
      auto &shared = pinnedBlocks();
      const std::lock_guard<std::mutex> lock(shared.mutex);
      shared.addresses.insert(address);
    }
    return {address, address, &releasePinned, c10::Device(c10::DeviceType::CPU)};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &releasePinned; }
  void copy_data(void *to, const void *from, size_t size) const override { default_copy_data(to, from, size); }
};

DeviceMemory &deviceMemory() {
  static auto *const shared = new DeviceMemory;
  return *shared;
}

}  // namespace

c10::DeviceIndex deviceCount() { return static_cast<c10::DeviceIndex>(numberOfDevices); }
void setDeviceCount(int count) { numberOfDevices = count; }

c10::DeviceIndex currentDevice() { return current; }
void setCurrentDevice(c10::DeviceIndex index) { current = index; }
c10::DeviceIndex indexOrCurrent(c10::DeviceIndex index) { return index < 0 ? current : index; }

void *toHost(const void *address) {
  return reinterpret_cast<void *>(reinterpret_cast<uintptr_t>(address) & ~kPoison);
}
bool isDeviceAddress(const void *address) { return (reinterpret_cast<uintptr_t>(address) & kPoison) != 0; }

c10::DeviceIndex deviceOfBlock(const void *address) { return header(address)->device; }

c10::Allocator &deviceAllocator() { return deviceMemory(); }

c10::Allocator &pinnedAllocator() {
  static auto *const shared = new PinnedMemory;
  return *shared;
}

bool isPinned(const void *address) {
  auto &shared = pinnedBlocks();
  const std::lock_guard<std::mutex> lock(shared.mutex);
  return shared.addresses.count(address) != 0;
}

int64_t allocatedBytes(c10::DeviceIndex index) {
  auto &shared = statistics();
  const std::lock_guard<std::mutex> lock(shared.mutex);
  return shared.bytes[indexOrCurrent(index)];
}

void registerMemory() { c10::SetAllocator(kSim, &deviceMemory()); }

}  // namespace sim
