// The library as a whole: version, threads, devices, deterministic algorithms.

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <string>

#include "Arguments.h"
#include "CTorchCore.h"
#include "Guard.h"
#include "Parallel.h"

using namespace ctorch;

namespace {

/// The CUDA part of libtorch registers itself when it is loaded. Nothing here links to it, so that one program
/// runs with and without it; it is loaded on the first question after CUDA.
bool loadCUDA() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (!at::hasCUDA()) dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL);
  });
  return at::hasCUDA();
}

bool isDeviceRegistered() {
  return c10::is_privateuse1_backend_registered() && c10::impl::hasDeviceGuardImpl(c10::kPrivateUse1);
}

int32_t registeredDeviceCount() {
  return isDeviceRegistered() ? c10::impl::getDeviceGuardImpl(c10::kPrivateUse1)->deviceCount() : 0;
}

int32_t cudaDeviceCount() {
  return loadCUDA() ? static_cast<int32_t>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

}  // namespace

namespace ctorch {

c10::Device device(CTDevice value) {
  TORCH_CHECK(
      value.type >= 0 && value.type < static_cast<int32_t>(c10::COMPILE_TIME_MAX_DEVICE_TYPES),
      "there is no type of device ", value.type);
  TORCH_CHECK(
      value.index >= -1 && value.index <= 127, "there is no device ",
      c10::DeviceTypeName(static_cast<c10::DeviceType>(value.type), /*lower_case=*/true), ":", value.index);
  const c10::Device device(static_cast<c10::DeviceType>(value.type), static_cast<c10::DeviceIndex>(value.index));
  if (device.is_cuda()) {
    // libtorch's own words for these name the dispatcher's keys, and not what is missing.
    const int32_t count = cudaDeviceCount();
    TORCH_CHECK(count > 0, "CUDA is not available: this libtorch finds no CUDA device");
    TORCH_CHECK(
        device.index() < count, "there is no device cuda:", value.index, ": ", count,
        count == 1 ? " CUDA device found" : " CUDA devices found");
  }
  if (device.is_privateuseone()) {
    const int32_t count = registeredDeviceCount();
    TORCH_CHECK(count > 0, "there is no device ", device, ": no backend is registered that has one");
    TORCH_CHECK(
        device.index() < count, "there is no device ", device, ": ", count, " ",
        c10::DeviceTypeName(device.type(), /*lower_case=*/true), count == 1 ? " device found" : " devices found");
  }
  return device;
}

}  // namespace ctorch

const char *ct_library_version(void) { return TORCH_VERSION; }

void ct_skip_teardown(void) {
#if defined(__GLIBC__)
  // What was registered later runs before this; what was registered before it are the libraries' own destructors.
  static const int unused = on_exit(
      [](int status, void *) {
        fflush(nullptr);
        _exit(status);
      },
      nullptr);
  (void)unused;
#endif
}

int32_t ct_thread_count(void) {
  return guarded("get_num_threads", {}, int32_t{1}, [] { return static_cast<int32_t>(at::get_num_threads()); });
}

bool ct_set_thread_count(int32_t count) {
  return guardedCall("set_num_threads", {}, [&] { at::set_num_threads(count); });
}

void ct_use_one_thread_here(void) {
  // libtorch copies its global setting to a thread on the first question, so that question comes first. Then the
  // thread's own setting is lowered: at::set_num_threads would lower everybody's.
  (void)ct_thread_count();
  using SetThreadCount = void (*)(int);
  static const auto setThreadCount = reinterpret_cast<SetThreadCount>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  if (setThreadCount != nullptr) setThreadCount(1);
  // MKL keeps a number of its own for a thread on which at::set_num_threads was called once. Some builds have no MKL.
  using SetMKLThreadCount = int (*)(int);
  static const auto setMKLThreadCount =
      reinterpret_cast<SetMKLThreadCount>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
  if (setMKLThreadCount != nullptr) (void)setMKLThreadCount(1);
}

int32_t ct_cuda_device_count(void) {
  return guarded("cuda_device_count", {}, int32_t{0}, [] { return cudaDeviceCount(); });
}

const char *ct_registered_device_name(void) {
  // A copy, since libtorch returns one.
  static thread_local std::string name;
  return guarded("registered_device_name", {}, static_cast<const char *>(""), []() -> const char * {
    name = c10::DeviceTypeName(c10::kPrivateUse1, /*lower_case=*/true);
    return name.c_str();
  });
}

int32_t ct_registered_device_count(void) {
  return guarded("registered_device_count", {}, int32_t{0}, [] { return registeredDeviceCount(); });
}

bool ct_cuda_is_available(void) { return ct_cuda_device_count() > 0; }

bool ct_set_deterministic(bool deterministic) {
  return guardedCall("use_deterministic_algorithms", {}, [&] {
    at::globalContext().setDeterministicAlgorithms(deterministic, /*warn_only=*/false);
  });
}

bool ct_is_deterministic(void) { return at::globalContext().deterministicAlgorithms(); }

bool ct_set_flush_denormals(bool flushes) {
  return guardedCall("set_flush_denormal", {}, [&] {
    // The processor has a mode for each thread. An operation computes on the calling thread and on those of libtorch.
    std::atomic<bool> isSupported = at::globalContext().setFlushDenormal(flushes);
    inParallel(at::get_num_threads(), 1, [&](int64_t, int64_t) {
      if (!at::globalContext().setFlushDenormal(flushes)) isSupported = false;
    });
    TORCH_CHECK(isSupported || !flushes, "this processor, or this libtorch, cannot flush denormal numbers to zero");
  });
}

bool ct_flushes_denormals(void) {
  // Not computed by the compiler.
  volatile float least = std::numeric_limits<float>::min();
  least = least / 4;
  return least == 0;
}

bool ct_set_onednn_enabled(bool enabled) {
  return guardedCall("set_onednn_enabled", {}, [&] { at::globalContext().setUserEnabledMkldnn(enabled); });
}

bool ct_onednn_is_enabled(void) { return at::globalContext().userEnabledMkldnn(); }
