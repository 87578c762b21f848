// The search for the function of a backward pass that makes the first gradient that is not finite.

#include "Anomaly.h"

#include <ATen/SequenceNumber.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/isnan.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>

#include <atomic>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

#include "CTorchCore.h"
#include "Callbacks.h"
#include "Guard.h"

using namespace ctorch;
using torch::autograd::Node;
using torch::autograd::variable_list;

namespace {

std::atomic<bool> isDetecting{false};

/// What the last search found. A backward pass may run on threads of libtorch's own.
struct Found {
  std::mutex mutex;
  bool isThere = false;
  std::string function;
  uint64_t sequence = 0;
  int64_t input = 0;
  bool isNaN = false;
};

Found &found() {
  static Found value;
  return value;
}

/// The numbers of a gradient, without what a sparse one leaves out.
at::Tensor numbers(const at::Tensor &gradient) { return gradient.is_sparse() ? gradient._values() : gradient; }

bool isFinite(const at::Tensor &gradient) {
  if (!gradient.defined() || !(gradient.is_floating_point() || gradient.is_complex())) return true;
  return at::isfinite(numbers(gradient)).all().item<bool>();
}

std::string nameOf(const Node &node) {
  const char *callers = callerFunctionName(node);
  std::string name = callers == nullptr ? node.name() : callers;
  return name.erase(0, name.rfind(':') + 1);
}

/// Looks at what a function gives its inputs, and stops the backward pass if that is where the gradients stop being
/// finite.
class FinitenessHook final : public torch::autograd::FunctionPostHook {
 public:
  explicit FinitenessHook(Node *node) : node_(node) {}

  variable_list operator()(const variable_list &outputs, const variable_list &inputs) override {
    if (!isDetecting.load(std::memory_order_relaxed)) return outputs;
    const at::NoGradGuard guard;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (isFinite(outputs[i])) continue;
      // Otherwise a function before this one is to blame, or what the backward pass began with.
      for (const auto &input : inputs) {
        if (!isFinite(input)) return outputs;
      }
      note(outputs[i], static_cast<int64_t>(i));
      TORCH_CHECK(
          false, nameOf(*node_), " got finite gradients, and the one that it computed for its input ", i,
          " is not finite");
    }
    return outputs;
  }

 private:
  void note(const at::Tensor &gradient, int64_t input) {
    auto &last = found();
    const std::lock_guard<std::mutex> lock(last.mutex);
    last.isThere = true;
    last.function = nameOf(*node_);
    last.sequence = node_->sequence_nr();
    last.input = input;
    last.isNaN = at::isnan(numbers(gradient)).any().item<bool>();
  }

  // The node owns the hook.
  Node *node_;
};

bool isWatched(const Node &node) {
  for (const auto &hook : node.post_hooks()) {
    if (dynamic_cast<FinitenessHook *>(hook.get()) != nullptr) return true;
  }
  return false;
}

}  // namespace

void ctorch::watchForAnomalies(const variable_list &roots) {
  if (!isDetecting.load(std::memory_order_relaxed)) return;
  {
    const std::lock_guard<std::mutex> lock(found().mutex);
    found().isThere = false;
  }
  std::unordered_set<Node *> seen;
  std::vector<Node *> open;
  const auto visit = [&](Node *node) {
    if (node != nullptr && seen.insert(node).second) open.push_back(node);
  };
  for (const auto &root : roots) {
    if (root.defined() && root.grad_fn() != nullptr) visit(&*root.grad_fn());
  }
  while (!open.empty()) {
    Node *node = open.back();
    open.pop_back();
    // What adds a gradient to a leaf lives as long as the leaf, and computes nothing.
    if (node->next_edges().empty()) continue;
    if (!isWatched(*node)) node->add_post_hook(std::make_unique<FinitenessHook>(node));
    for (const auto &edge : node->next_edges()) {
      if (edge.function != nullptr) visit(&*edge.function);
    }
  }
}

void ct_set_anomaly_detection(bool enabled) { isDetecting.store(enabled); }

bool ct_anomaly_detection(void) { return isDetecting.load(); }

bool ct_last_anomaly(CTAnomaly *out) {
  return guarded("anomaly", {}, false, [&] {
    static thread_local std::string name;
    auto &last = found();
    const std::lock_guard<std::mutex> lock(last.mutex);
    if (!last.isThere) return false;
    last.isThere = false;
    name = last.function;
    *out = CTAnomaly{name.c_str(), last.sequence, last.input, last.isNaN};
    return true;
  });
}

uint64_t ct_sequence_number(void) { return at::sequence_number::peek(); }
