#include "Verification.h"

#include <ATen/Context.h>
#include <ATen/core/Generator.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/clone.h>

#include <cstring>
#include <mutex>

namespace ctorch::capture {
namespace {

bool hasSameBits(const at::Tensor &left, const at::Tensor &right) {
  const auto first = left.contiguous();
  const auto second = right.contiguous();
  return first.scalar_type() == second.scalar_type() && first.sizes() == second.sizes() &&
         std::memcmp(first.const_data_ptr(), second.const_data_ptr(), first.nbytes()) == 0;
}

std::string bytes(const c10::Storage &storage) {
  return std::string(static_cast<const char *>(storage.data()), storage.nbytes());
}

}  // namespace

Verification::Verification(std::shared_ptr<Plan> plan, std::vector<at::Tensor> inputs)
    : plan_(std::move(plan)), inputs_(std::move(inputs)), memory_(plan_->changeableMemory(inputs_)) {
  generators_.push_back(at::globalContext().defaultGenerator(at::Device(at::kCPU)));
  for (const auto &operation : plan_->recording().operations) {
    for (const auto &argument : operation.arguments) {
      if (argument.constant.isGenerator()) generators_.push_back(argument.constant.toGenerator());
    }
  }
  states_.push_back(state(false));
}

Verification::State Verification::state(bool withGradients) const {
  const at::AutoDispatchBelowADInplaceOrView guard;
  State state;
  state.memory.reserve(memory_.size());
  for (const auto &storage : memory_) state.memory.push_back(bytes(storage));
  for (auto generator : generators_) {
    const std::lock_guard<std::mutex> lock(generator.mutex());
    state.generators.push_back(generator.get_state());
  }
  if (!withGradients) return state;
  for (const auto &leaf : plan_->recording().leaves) {
    const auto tensor = leaf.tensor.lock();
    const bool hasGradient = tensor != nullptr && tensor->grad().defined();
    state.gradients.push_back(hasGradient ? tensor->grad().clone() : at::Tensor());
  }
  return state;
}

void Verification::liveBegins() { states_.push_back(state(true)); }
void Verification::liveEnds() { states_.push_back(state(true)); }

void Verification::ends(const std::vector<at::Tensor> &outputs) {
  states_.push_back(state(true));
  const at::AutoDispatchBelowADInplaceOrView guard;
  for (const auto &output : outputs) outputs_.push_back(output.clone());
}

void Verification::restore(const State &state) {
  for (size_t i = 0; i < memory_.size(); ++i) {
    // What the step has made larger is put back as far as it was there.
    const size_t count = std::min(memory_[i].nbytes(), state.memory[i].size());
    if (count > 0) std::memcpy(memory_[i].mutable_data(), state.memory[i].data(), count);
  }
  for (size_t i = 0; i < generators_.size(); ++i) {
    const std::lock_guard<std::mutex> lock(generators_[i].mutex());
    generators_[i].set_state(state.generators[i]);
  }
}

std::string Verification::compare(const State &expected, size_t segment) const {
  for (size_t i = 0; i < memory_.size(); ++i) {
    if (bytes(memory_[i]) == expected.memory[i]) continue;
    return "leaves other bits in a tensor of " + std::to_string(memory_[i].nbytes()) + " bytes";
  }
  const auto made = plan_->gradients(segment);
  for (size_t i = 0; i < made.size(); ++i) {
    if (!made[i].defined()) continue;
    if (!expected.gradients[i].defined() || !hasSameBits(made[i], expected.gradients[i])) {
      return "computes other bits of a gradient, " + describe(placeOf(made[i], 0));
    }
  }
  for (size_t i = 0; i < generators_.size(); ++i) {
    auto generator = generators_[i];
    const std::lock_guard<std::mutex> lock(generator.mutex());
    if (!hasSameBits(generator.get_state(), expected.generators[i])) return "draws other random numbers";
  }
  return {};
}

std::string Verification::replay() {
  const at::AutoDispatchBelowADInplaceOrView guard;
  const size_t segments = plan_->segmentCount();
  if (states_.size() != 2 * segments) return "does not step the same optimizers in each step";
  const auto &last = states_.back();
  std::string found;
  restore(states_.front());
  try {
    plan_->bind(inputs_);
    for (size_t segment = 0; segment < segments && found.empty(); ++segment) {
      plan_->run(segment, /*installsGradients=*/false);
      found = compare(states_[2 * segment + 1], segment);
      if (segment + 1 == segments) break;
      // The live part is not made again.
      const auto &after = states_[2 * segment + 2];
      restore(after);
      const auto made = plan_->gradients(segment);
      for (size_t i = 0; i < made.size(); ++i) {
        if (made[i].defined() && after.gradients[i].defined()) made[i].copy_(after.gradients[i]);
      }
    }
    const auto results = plan_->results();
    for (size_t i = 0; i < results.size() && found.empty(); ++i) {
      if (!hasSameBits(results[i], outputs_[i])) {
        found = "computes other bits of its result, " + describe(placeOf(results[i], 0));
      }
    }
    plan_->release();
  } catch (...) {
    plan_->release();
    restore(last);
    throw;
  }
  restore(last);
  return found;
}

}  // namespace ctorch::capture
