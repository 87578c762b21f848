#include "Devices.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/headeronly/version.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

namespace sim {

namespace {

using c10::Device;
using c10::DeviceIndex;
using c10::Stream;

thread_local c10::StreamId currentStreams[kMaxDevices] = {};

struct Event {
  std::chrono::steady_clock::time_point time;
};

/// Which device is current, with streams and events. All work is done when an operation returns, so that there is
/// nothing to wait for.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return kSim; }
  DeviceIndex deviceCount() const noexcept override { return sim::deviceCount(); }
  Device getDevice() const override { return {kSim, currentDevice()}; }

  Device exchangeDevice(Device device) const override {
    const Device previous = getDevice();
    setDevice(device);
    return previous;
  }

  void setDevice(Device device) const override {
    TORCH_CHECK(
        device.type() == kSim && device.index() < sim::deviceCount(), "sim has ", int(sim::deviceCount()),
        " devices, not ", device);
    uncheckedSetDevice(device);
  }

  void uncheckedSetDevice(Device device) const noexcept override {
    if (device.has_index()) setCurrentDevice(device.index());
  }

  static Stream stream(Device device, c10::StreamId id) {
    return Stream(Stream::UNSAFE, Device(kSim, indexOrCurrent(device.index())), id);
  }
  Stream getStream(Device device) const override {
    return stream(device, currentStreams[indexOrCurrent(device.index())]);
  }
  Stream getDefaultStream(Device device) const override { return stream(device, 0); }
  Stream getNewStream(Device device, int) const override {
    static std::atomic<c10::StreamId> next{1};
    return stream(device, next++);
  }
  Stream getStreamFromGlobalPool(Device device, bool) const override { return getNewStream(device, 0); }
  Stream exchangeStream(Stream stream) const override {
    const Stream previous = getStream(stream.device());
    currentStreams[stream.device_index()] = stream.id();
    return previous;
  }
  bool queryStream(const Stream &) const override { return true; }
  void synchronizeStream(const Stream &) const override {}
  void synchronizeDevice(DeviceIndex) const override {}
  void recordDataPtrOnStream(const c10::DataPtr &, const Stream &) const override {}

  void record(void **event, const Stream &, DeviceIndex, c10::EventFlag) const override {
    if (*event == nullptr) *event = new Event;
    static_cast<Event *>(*event)->time = std::chrono::steady_clock::now();
  }
  void block(void *, const Stream &) const override {}
  bool queryEvent(void *) const override { return true; }
  void synchronizeEvent(void *) const override {}
  void destroyEvent(void *event, DeviceIndex) const noexcept override { delete static_cast<Event *>(event); }
  double elapsedTime(void *from, void *to, DeviceIndex) const override {
    const auto time = static_cast<Event *>(to)->time - static_cast<Event *>(from)->time;
    return std::chrono::duration<double, std::milli>(time).count();
  }
};

/// A generator of a device. It draws from one of the processor's, so that the same seed gives the same numbers on both.
struct SimulatedGenerator final : c10::GeneratorImpl {
  explicit SimulatedGenerator(DeviceIndex index, at::Generator host_ = at::detail::createCPUGenerator())
      : GeneratorImpl(Device(kSim, index), c10::DispatchKeySet(c10::DispatchKey::PrivateUse1)),
        host(std::move(host_)) {}

  void set_current_seed(uint64_t seed) override { host.set_current_seed(seed); }
  uint64_t current_seed() const override { return host.current_seed(); }
  uint64_t seed() override { return host.seed(); }
  void set_offset(uint64_t offset) override { host.set_offset(offset); }
  uint64_t get_offset() const override { return host.get_offset(); }
  void set_state(const c10::TensorImpl &state) override { host.unsafeGetGeneratorImpl()->set_state(state); }
  c10::intrusive_ptr<c10::TensorImpl> get_state() const override { return host.unsafeGetGeneratorImpl()->get_state(); }
  SimulatedGenerator *clone_impl() const override { return new SimulatedGenerator(device_.index(), host.clone()); }

  at::Generator host;
};

/// What libtorch asks of a backend outside of it.
struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(DeviceIndex) const override { return true; }
  void init() const override {}
  DeviceIndex deviceCount() const override { return sim::deviceCount(); }
  DeviceIndex getCurrentDevice() const override { return currentDevice(); }
  void setCurrentDevice(DeviceIndex index) const override { Guard().setDevice({kSim, index}); }
  DeviceIndex exchangeDevice(DeviceIndex index) const override { return Guard().exchangeDevice({kSim, index}).index(); }
  DeviceIndex maybeExchangeDevice(DeviceIndex index) const override { return exchangeDevice(index); }

  const at::Generator &getDefaultGenerator(DeviceIndex index) const override { return defaultGenerator(index); }
  at::Generator getNewGenerator(DeviceIndex index) const override {
    return at::make_generator<SimulatedGenerator>(indexOrCurrent(index));
  }

  Device getDeviceFromPtr(void *address) const override {
    TORCH_CHECK(isDeviceAddress(address), "not an address of sim's memory");
    return {kSim, deviceOfBlock(address)};
  }
  at::Allocator *getPinnedMemoryAllocator() const override { return &pinnedAllocator(); }
  bool isPinnedPtr(const void *address) const override { return isPinned(address); }
  void resizePrivateUse1Bytes(const c10::Storage &storage, size_t size) const override { resizeStorage(storage, size); }
};

}  // namespace

const at::Generator &defaultGenerator(DeviceIndex index) {
  static const auto *const all = [] {
    auto *const made = new std::vector<at::Generator>;
    for (DeviceIndex device = 0; device < deviceCount(); ++device) {
      made->push_back(at::make_generator<SimulatedGenerator>(device));
    }
    return made;
  }();
  return all->at(indexOrCurrent(index));
}

at::Generator hostGenerator(const at::Generator &generator) {
  TORCH_CHECK(
      generator.device().type() == kSim, "Expected a 'sim' device type for generator but found '", generator.device(),
      "'");
  return static_cast<SimulatedGenerator *>(generator.unsafeGetGeneratorImpl())->host;
}

void resizeStorage(const c10::Storage &storage, size_t size) {
  const c10::DeviceGuard guard(storage.device());
  auto data = deviceAllocator().allocate(size);
  if (const auto kept = std::min(size, storage.nbytes())) {
    deviceAllocator().copy_data(data.get(), storage.data(), kept);
  }
  storage.set_data_ptr_noswap(std::move(data));
  storage.set_nbytes(size);
}

void registerDevices() {
  static const c10::impl::DeviceGuardImplRegistrar guard(kSim, new Guard);
  at::RegisterPrivateUse1HooksInterface(new Hooks);
}

}  // namespace sim
