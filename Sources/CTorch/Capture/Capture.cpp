// Captured steps for Swift: recordings, plans and replays behind the C interface.

#include <memory>
#include <string>
#include <vector>

#include "../Arguments.h"
#include "../Guard.h"
#include "CTorchCapture.h"
#include "Plan.h"
#include "Recording.h"
#include "Verification.h"

using namespace ctorch;
using capture::Plan;
using capture::Recording;
using capture::Verification;

struct CTRecording {
  std::shared_ptr<Recording> recording;
};

struct CTPlan {
  std::shared_ptr<Plan> plan;
};

namespace {

std::vector<at::Tensor> vectorOf(CTTensor *const *handles, int64_t count) {
  const auto list = tensors(handles, count);
  return std::vector<at::Tensor>(list.begin(), list.end());
}

const char *kept(std::string text) {
  static thread_local std::string last;
  last = std::move(text);
  return last.c_str();
}

}  // namespace

CTRecording *ct_recording_begin(CTTensor *const *inputs, int64_t count, void *context, CTPlan *plan) {
  return guarded("capture", {}, static_cast<CTRecording *>(nullptr), [&] {
    const auto arguments = vectorOf(inputs, count);
    auto result = std::make_unique<CTRecording>();
    result->recording = std::make_shared<Recording>(arguments, context);
    if (plan != nullptr) {
      result->recording->observer = std::make_unique<Verification>(plan->plan, arguments);
    }
    result->recording->begin();
    return result.release();
  });
}

bool ct_recording_end(CTRecording *recording, CTTensor *const *outputs, int64_t count) {
  const bool succeeded =
      guardedCall("capture", {}, [&] { recording->recording->end(vectorOf(outputs, count)); });
  // Whatever happens, the thread does not record any more.
  if (!succeeded) ct_recording_abandon(recording);
  return succeeded;
}

void ct_recording_abandon(CTRecording *recording) {
  guardedCall("capture", {}, [&] { recording->recording->abandon(); });
}

bool ct_recording_analyze(CTRecording *recording) {
  return guardedCall("capture", {}, [&] { recording->recording->analyze(); });
}

void ct_recording_release(CTRecording *recording) { delete recording; }

const char *ct_recording_refusal(CTRecording *recording) { return recording->recording->refusal().c_str(); }

const char *ct_recording_difference(CTRecording *first, CTRecording *second) {
  return guarded("capture", {}, "cannot be compared with the one before, since memory is missing", [&] {
    return kept(capture::difference(*first->recording, *second->recording));
  });
}

int64_t ct_recording_operation_count(CTRecording *recording) {
  return static_cast<int64_t>(recording->recording->operations.size());
}

bool ct_is_recording(void) { return Recording::current() != nullptr; }

void *ct_recording_context(void) {
  const auto *recording = Recording::current();
  return recording == nullptr ? nullptr : recording->context();
}

void ct_recording_refuse(const char *reason) {
  guardedCall("capture", {}, [&] { capture::refuseCurrent(reason); });
}

void ct_recording_live_begin(const void *owner) {
  guardedCall("capture", {}, [&] {
    auto *recording = Recording::current();
    if (recording == nullptr) return;
    try {
      recording->beginLive(owner);
    } catch (...) {
      recording->refuse("could not be recorded, since memory is missing");
    }
  });
}

void ct_recording_live_end(void) {
  guardedCall("capture", {}, [&] {
    auto *recording = Recording::current();
    if (recording == nullptr) return;
    try {
      recording->endLive();
    } catch (...) {
      recording->refuse("could not be recorded, since memory is missing");
    }
  });
}

CTPlan *ct_plan_new(CTRecording *recording) {
  return guarded("capture", {}, static_cast<CTPlan *>(nullptr), [&] {
    auto result = std::make_unique<CTPlan>();
    result->plan = std::make_shared<Plan>(recording->recording);
    return result.release();
  });
}

void ct_plan_release(CTPlan *plan) { delete plan; }

const char *ct_plan_verify(CTPlan *plan, CTRecording *recording) {
  return guarded("capture", {}, static_cast<const char *>(nullptr), [&]() -> const char * {
    const auto difference = capture::difference(plan->plan->recording(), *recording->recording);
    if (!difference.empty()) return kept("would miss what the step did: it " + difference);
    auto *verification = dynamic_cast<Verification *>(recording->recording->observer.get());
    TORCH_CHECK(verification != nullptr, "the step was recorded without a plan");
    return kept(verification->replay());
  });
}

const char *ct_plan_obstacle(CTPlan *plan, CTTensor *const *inputs, int64_t count) {
  return guarded("capture", {}, "its arguments cannot be looked at", [&] {
    return plan->plan->obstacle(vectorOf(inputs, count));
  });
}

bool ct_plan_bind(CTPlan *plan, CTTensor *const *inputs, int64_t count) {
  return guardedCall("capture", {}, [&] { plan->plan->bind(vectorOf(inputs, count)); });
}

int64_t ct_plan_segment_count(CTPlan *plan) { return static_cast<int64_t>(plan->plan->segmentCount()); }

bool ct_plan_run(CTPlan *plan, int64_t segment) {
  return guardedCall("captured step", {}, [&] { plan->plan->run(static_cast<size_t>(segment)); });
}

int64_t ct_plan_finish(CTPlan *plan, CTTensor ***out) {
  return guarded("captured step", {}, int64_t{-1}, [&] { return ownedList(plan->plan->finish(), out); });
}

void ct_plan_abandon(CTPlan *plan) {
  guardedCall("capture", {}, [&] { plan->plan->release(); });
}

const char *ct_plan_description(CTPlan *plan) {
  return guarded("capture", {}, "", [&] { return kept(plan->plan->description()); });
}
