// libtorch's profiler: a record of what it computes, when and for how long.

#include <ATen/record_function.h>
#include <c10/core/DeviceType.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "Arguments.h"
#include "CTorchCore.h"
#include "Guard.h"

using namespace ctorch;
using torch::profiler::impl::ActivityType;
using torch::profiler::impl::ProfilerConfig;
using torch::profiler::impl::ProfilerState;

bool ct_trace_start(int32_t deviceType, bool recordsShapes) {
  return guardedCall("profiler", {}, [&] {
    // One that is under way would end with an assertion in libtorch.
    TORCH_CHECK(
        !torch::profiler::impl::profilerEnabled(), "libtorch's profiler runs already, and there is only one for a thread");
    std::set<ActivityType> activities{ActivityType::CPU};
    if (device(CTDevice{deviceType, -1}).type() == c10::DeviceType::CUDA) activities.insert(ActivityType::CUDA);
    const ProfilerConfig config(ProfilerState::KINETO, recordsShapes);
    torch::autograd::profiler::prepareProfiler(config, activities);
    torch::autograd::profiler::enableProfiler(
        config, activities,
        {at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION, at::RecordScope::USER_SCOPE});
  });
}

bool ct_trace_stop(CTTraceCallback callback, void *context) {
  return guardedCall("profiler", {}, [&] {
    const auto result = torch::autograd::profiler::disableProfiler();
    if (result == nullptr || callback == nullptr) return;
    for (const auto &event : result->events()) {
      const std::string name = event.name();
      std::string shapes;
      if (event.hasShapes()) {
        for (const auto &shape : event.shapes()) {
          shapes += shapes.empty() ? "[" : ", [";
          for (size_t i = 0; i < shape.size(); ++i) shapes += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
          shapes += "]";
        }
      }
      const CTTraceEvent part{
          name.c_str(),
          shapes.c_str(),
          event.startNs(),
          // What was not over has no end.
          event.endNs() < event.startNs() ? 0 : event.durationNs(),
          event.startThreadId(),
          event.deviceType() == c10::DeviceType::CPU ? -1 : static_cast<int64_t>(event.deviceIndex()),
          static_cast<int64_t>(event.deviceResourceId()),
          event.sequenceNr(),
          event.scope() == static_cast<uint8_t>(at::RecordScope::BACKWARD_FUNCTION),
          event.scope() == static_cast<uint8_t>(at::RecordScope::USER_SCOPE),
      };
      callback(context, &part);
    }
  });
}

CTTraceSpan *ct_trace_span_begin(const char *name) {
  return guarded("record_function", {}, static_cast<CTTraceSpan *>(nullptr), [&] {
    auto span = std::make_unique<at::RecordFunction>(at::RecordScope::USER_SCOPE);
    if (span->isActive()) span->before(std::string(name));
    return reinterpret_cast<CTTraceSpan *>(span.release());
  });
}

void ct_trace_span_end(CTTraceSpan *span) {
  guardedCall("record_function", {}, [&] { delete reinterpret_cast<at::RecordFunction *>(span); });
}
