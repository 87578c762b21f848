// Registration, behind the C header. No exception gets past it.

#include "SimulatedAccelerator.h"

#include <c10/core/DeviceType.h>

#include <exception>
#include <string>

#include "Kernels.h"

const char *sim_register(int32_t deviceCount) {
  static bool isRegistered = false;
  static std::string error;
  try {
    TORCH_CHECK(!isRegistered, "sim is registered already");
    TORCH_CHECK(deviceCount >= 1 && deviceCount <= sim::kMaxDevices, "sim has 1 to 16 devices, not ", deviceCount);
    sim::setDeviceCount(deviceCount);
    c10::register_privateuse1_backend("sim");
    sim::registerMemory();
    sim::registerDevices();
    sim::registerTensors();
    sim::registerFallback();
    sim::registerOperations();
    sim::registerAutocast();
    isRegistered = true;
    return nullptr;
  } catch (const c10::Error &exception) {
    error = exception.what_without_backtrace();
  } catch (const std::exception &exception) {
    error = exception.what();
  } catch (...) {
    error = "an unknown error";
  }
  return error.c_str();
}

int64_t sim_allocated_bytes(int32_t deviceIndex) {
  if (deviceIndex < 0 || deviceIndex >= sim::deviceCount()) return 0;
  return sim::allocatedBytes(static_cast<c10::DeviceIndex>(deviceIndex));
}

int64_t sim_fallback_count(void) { return sim::fallbackCount(); }
