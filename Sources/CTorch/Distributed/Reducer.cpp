// The reducer of PyTorch's DistributedDataParallel: it averages gradients while others are still computed.

#include <torch/csrc/distributed/c10d/comm.hpp>
#include <torch/csrc/distributed/c10d/logger.hpp>
#include <torch/csrc/distributed/c10d/reducer.hpp>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "Arguments.h"
#include "Capture/Recording.h"
#include "Distributed/Handles.h"
#include "Guard.h"

using namespace ctorch;
using c10d::ProcessGroup;

namespace {

/// Sends gradients as bfloat16, divided before they are added, as PyTorch's `bf16_compress_hook` does.
class CompressionHook : public c10d::CppCommHookInterface<c10::intrusive_ptr<ProcessGroup>> {
 public:
  explicit CompressionHook(const c10::intrusive_ptr<ProcessGroup> &group) : CppCommHookInterface(group) {}

  c10::intrusive_ptr<c10::ivalue::Future> runHook(c10d::GradBucket &bucket) override {
    const at::Tensor buffer = bucket.getBuffer();
    auto compressed = buffer.to(at::kBFloat16);
    compressed.div_(state_->getSize());
    std::vector<at::Tensor> list{compressed};
    const auto sum = state_->allreduce(list)->getFuture();
    return sum->then(
        [buffer, compressed](c10::ivalue::Future &done) {
          // Throws what the exchange failed with.
          (void)done.value();
          at::Tensor result = buffer;
          result.copy_(compressed);
          return c10::IValue(std::vector<at::Tensor>{result});
        },
        sum->elementType());
  }
};

/// A reducer with its logger, without which it crashes where it has something to report.
struct LoggedReducer {
  const std::shared_ptr<c10d::Reducer> reducer;
  // Goes first: it asks the reducer.
  const std::shared_ptr<c10d::Logger> logger;
  const c10::intrusive_ptr<ProcessGroup> group;
  const bool findsUnusedParameters;

  LoggedReducer(
      std::shared_ptr<c10d::Reducer> given, c10::intrusive_ptr<ProcessGroup> processGroup, bool findsUnused)
      : reducer(std::move(given)),
        logger(std::make_shared<c10d::Logger>(reducer)),
        group(std::move(processGroup)),
        findsUnusedParameters(findsUnused) {
    reducer->set_logger(logger);
  }
};

LoggedReducer *loggedOf(CTReducer *handle) { return reinterpret_cast<LoggedReducer *>(handle); }

c10d::Reducer *reducerOf(CTReducer *handle) { return loggedOf(handle)->reducer.get(); }

/// The reducer asks an operation that counted the ranks what to divide by. Here they were counted before.
class KnownCount : public c10d::Work {
 public:
  explicit KnownCount(int64_t count) : count_(at::scalar_tensor(count, at::kLong)) {}

  bool isCompleted() override { return true; }
  bool isSuccess() const override { return true; }
  bool wait(std::chrono::milliseconds) override { return true; }
  c10::intrusive_ptr<c10::ivalue::Future> getFuture() override {
    auto future = c10::make_intrusive<c10::ivalue::Future>(c10::ListType::ofTensors());
    future->markCompleted(c10::IValue(std::vector<at::Tensor>{count_}));
    return future;
  }

 private:
  const at::Tensor count_;
};

std::vector<at::Tensor> listOf(CTTensor *const *handles, int64_t count) {
  const auto list = definedTensors(handles, count);
  return std::vector<at::Tensor>(list.begin(), list.end());
}

}  // namespace

CTReducer *ct_reducer_new(
    CTProcessGroup *group, CTTensor *const *handles, int64_t count, CTReducerOptions options) {
  return guarded("DistributedDataParallel", {}, static_cast<CTReducer *>(nullptr), [&] {
    const auto processGroup = retained<ProcessGroup>(group);
    const auto parameters = listOf(handles, count);
    const std::vector<bool> expectsSparse(parameters.size(), false);
    // As PyTorch begins: one bucket for all, until the first backward pass has shown in which order gradients are
    // ready. With unused parameters that order may change, so there are buckets of the final size from the start.
    const auto first = static_cast<size_t>(options.firstBucketByteCount);
    const auto others = static_cast<size_t>(options.bucketByteCount);
    const std::vector<size_t> sizes = options.findsUnusedParameters
        ? std::vector<size_t>{first, others}
        : std::vector<size_t>{static_cast<size_t>(std::numeric_limits<int64_t>::max())};
    auto buckets = std::get<0>(c10d::compute_bucket_assignment_by_size(parameters, sizes, expectsSparse));
    // Gradients are ready in about the reverse order of the parameters.
    std::reverse(buckets.begin(), buckets.end());
    const auto reducer = std::make_shared<c10d::Reducer>(
        parameters, std::move(buckets), processGroup, expectsSparse, options.bucketByteCount,
        options.findsUnusedParameters, /*gradient_as_bucket_view=*/false,
        std::unordered_map<size_t, std::string>(), options.firstBucketByteCount,
        /*skip_all_reduce_unused_params=*/false, /*use_python_reducer=*/false, std::vector<int64_t>());
    if (options.compresses) reducer->register_comm_hook(std::make_unique<CompressionHook>(processGroup));
    return reinterpret_cast<CTReducer *>(new LoggedReducer(reducer, processGroup, options.findsUnusedParameters));
  });
}

void ct_reducer_release(CTReducer *reducer) {
  delete loggedOf(reducer);
}

bool ct_reducer_prepare_forward(CTReducer *reducer) {
  return guardedCall("forward", {}, [&] {
    capture::refuseCurrent("exchanges gradients with other processes");
    reducerOf(reducer)->prepare_for_forward();
    (void)reducerOf(reducer)->rebuild_buckets();
  });
}

bool ct_reducer_prepare_backward(CTReducer *reducer, CTTensor *const *outputs, int64_t count) {
  return guardedCall("forward", {}, [&] { reducerOf(reducer)->prepare_for_backward(listOf(outputs, count)); });
}

int64_t ct_reducer_bucket_count(CTReducer *reducer) {
  return guarded("buckets", {}, static_cast<int64_t>(-1), [&] {
    return static_cast<int64_t>(reducerOf(reducer)->get_grad_buckets().size());
  });
}

bool ct_reducer_set_divisor(CTReducer *reducer, int64_t divisor) {
  return guardedCall("join", {}, [&] {
    c10::intrusive_ptr<c10d::Work> count;
    if (divisor > 0) count = c10::make_intrusive<KnownCount>(divisor);
    reducerOf(reducer)->set_forward_pass_work_handle(count, /*useStaticWorldSize=*/divisor <= 0);
  });
}

bool ct_reducer_match_forward(CTReducer *reducer) {
  return guardedCall("join", {}, [&] { (void)reducerOf(reducer)->rebuild_buckets(); });
}

bool ct_reducer_match_backward(CTReducer *reducer) {
  return guardedCall("join", {}, [&] {
    // In the order of a backward pass: the buckets, then which parameters were used, if that is asked.
    std::vector<c10::intrusive_ptr<c10::ivalue::Future>> sums;
    for (auto &bucket : reducerOf(reducer)->get_grad_buckets(/*return_zero_tensors=*/true)) {
      sums.push_back(reducerOf(reducer)->run_comm_hook(bucket));
    }
    for (const auto &sum : sums) sum->wait();
    for (const auto &sum : sums) (void)sum->value();
    if (loggedOf(reducer)->findsUnusedParameters) {
      std::vector<at::Tensor> used{reducerOf(reducer)->get_local_used_map_on_device()};
      loggedOf(reducer)->group->allreduce(used)->wait();
    }
    reducerOf(reducer)->push_rebuilt_params_for_all_indices();
  });
}
