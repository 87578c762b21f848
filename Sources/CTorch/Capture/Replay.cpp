// Makes a planned step again, after it was looked whether it still is the step that was recorded.

#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/alias.h>
#include <ATen/ops/clone.h>
#include <ATen/ops/empty_strided.h>

#include <cstring>
#include <utility>

#include "Plan.h"

namespace ctorch::capture {
namespace {

bool liesLike(const at::Tensor &tensor, const Value &value) {
  return tensor.scalar_type() == value.type && tensor.sizes() == c10::IntArrayRef(value.sizes) &&
         tensor.strides() == c10::IntArrayRef(value.strides);
}

bool isPlain(const at::Tensor &tensor) {
  return tensor.device().is_cpu() && tensor.layout() == c10::kStrided && tensor.has_storage() &&
         !tensor.is_quantized() && !tensor.is_conj() && !tensor.is_neg();
}

/// The tensor behind a weak reference if it still lives. Nothing else on this thread can free it meanwhile.
const c10::TensorImpl *target(const WeakTensor &tensor) {
  return tensor.use_count() == 0 ? nullptr : tensor._unsafe_get_target();
}

class GradientMode {
 public:
  GradientMode() : previous_(at::GradMode::is_enabled()), current_(previous_) {}
  GradientMode(const GradientMode &) = delete;
  GradientMode &operator=(const GradientMode &) = delete;
  ~GradientMode() { set(previous_); }
  void set(bool isEnabled) {
    if (isEnabled != current_) at::GradMode::set_enabled(current_ = isEnabled);
  }

 private:
  bool previous_;
  bool current_;
};

}  // namespace

const char *Plan::obstacle(const std::vector<at::Tensor> &inputs) {
  const auto &all = *recording_;
  if (!(Modes::current() == all.modes)) return "it is called in other modes";
  if (inputs.size() != all.inputs.size()) return "it has another number of arguments";
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto &value = all.values[all.inputs[i]];
    if (!inputs[i].defined() || !isPlain(inputs[i]) || inputs[i].requires_grad() || !liesLike(inputs[i], value)) {
      return "an argument has another shape, type, device or order in memory";
    }
    const auto *storage = inputs[i].storage().unsafeGetStorageImpl();
    const int first = all.storages[value.storage].position;
    const auto *shared = inputs[first].storage().unsafeGetStorageImpl();
    if (storage != shared) return "its arguments do not share their memory any more";
    if (first == static_cast<int>(i)) {
      for (size_t k = 0; k < i; ++k) {
        if (inputs[k].storage().unsafeGetStorageImpl() == storage) return "its arguments share their memory";
      }
      for (const auto &other : all.storages) {
        if (other.origin == Origin::outside && other.strong.unsafeGetStorageImpl() == storage) {
          return "an argument shares its memory with a tensor that the step uses otherwise";
        }
      }
    } else if (
        inputs[i].storage_offset() - inputs[first].storage_offset() !=
        value.offset - all.values[all.inputs[first]].offset) {
      return "its arguments share their memory in another way";
    }
  }
  for (const auto &holder : all.holders) {
    const auto *tensor = target(holder.tensor);
    const auto &value = all.values[holder.value];
    if (tensor == nullptr || tensor->unsafe_storage().unsafeGetStorageImpl() !=
                                 all.storages[value.storage].strong.unsafeGetStorageImpl()) {
      return "a tensor that it used is gone, or has other memory";
    }
    if (tensor->storage_offset() != value.offset || tensor->sizes() != c10::IntArrayRef(value.sizes) ||
        tensor->strides() != c10::IntArrayRef(value.strides) || c10::typeMetaToScalarType(tensor->dtype()) != value.type) {
      return "a tensor that it used has another shape";
    }
    if (tensor->requires_grad() != holder.requiresGradient) return "a tensor that it used was frozen or thawed";
  }
  for (const auto &storage : all.storages) {
    if (storage.origin != Origin::outside) continue;
    if (static_cast<int64_t>(storage.strong.nbytes()) < storage.byteCount) return "a tensor that it used has lost memory";
  }
  for (const auto &leaf : all.leaves) {
    const auto *tensor = target(leaf.tensor);
    if (tensor == nullptr || !tensor->requires_grad()) return "a tensor that got a gradient is gone, or gets none";
    const at::Tensor &gradient = tensor->grad();
    if (gradient.defined() != leaf.hadGradient) return "gradients are there that were not, or are not that were";
    if (leaf.entryValue < 0) continue;
    if (!isPlain(gradient) || !liesLike(gradient, leaf.entry)) return "a gradient has another shape";
    const auto &storage = all.storages[leaf.entry.storage];
    const auto *expected = storage.strong.unsafeGetStorageImpl();
    int64_t offset = leaf.entry.offset;
    if (storage.origin == Origin::gradient) {
      const auto &first = all.leaves[storage.position];
      const auto *owner = target(first.tensor);
      if (owner == nullptr || !owner->grad().defined()) return "a gradient is gone";
      expected = owner->grad().storage().unsafeGetStorageImpl();
      offset += owner->grad().storage_offset() - first.entry.offset;
    }
    if (gradient.storage().unsafeGetStorageImpl() != expected || gradient.storage_offset() != offset) {
      return "a gradient has other memory";
    }
  }
  for (const auto &held : held_) {
    const auto *tensor = target(all.leaves[held.leaf].tensor);
    const bool isInstalled = tensor != nullptr && tensor->grad().is_same(held.gradient);
    if (static_cast<int64_t>(held.gradient.use_count()) != held.uses + (isInstalled ? 1 : 0) ||
        static_cast<int64_t>(held.gradient.storage().use_count()) != held.storageUses) {
      return "the gradients of the last step are still held, and would be overwritten";
    }
  }
  return nullptr;
}

void Plan::bind(const std::vector<at::Tensor> &inputs) {
  const auto &all = *recording_;
  inputs_ = inputs;
  for (const auto &moving : moving_) {
    const auto &storage = all.storages[moving.storage];
    const at::Tensor *now = nullptr;
    int64_t recorded = 0;
    if (storage.origin == Origin::input) {
      now = &inputs_[storage.position];
      recorded = all.values[all.inputs[storage.position]].offset;
    } else {
      const auto *leaf = target(all.leaves[storage.position].tensor);
      TORCH_CHECK(leaf != nullptr && leaf->grad().defined(), "a gradient is gone");
      now = &leaf->grad();
      recorded = all.leaves[storage.position].entry.offset;
    }
    auto *tensor = tensors_[moving.value].unsafeGetTensorImpl();
    tensor->set_storage_keep_dtype(now->storage());
    tensor->set_storage_offset(moving.offset + now->storage_offset() - recorded);
  }
}

void Plan::release() {
  for (const auto &moving : moving_) {
    tensors_[moving.value].unsafeGetTensorImpl()->set_storage_keep_dtype(nothing_);
  }
  inputs_.clear();
  stack_.clear();
}

void Plan::call(const Call &call) {
  stack_.assign(call.arguments.begin(), call.arguments.end());
  call.handle.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), &stack_);
  for (const auto &[position, value] : call.copies) {
    const auto copy = [&](int value, const at::Tensor &result) {
      const auto &target = tensors_[value];
      TORCH_CHECK(
          result.defined() && result.sizes() == target.sizes() && result.scalar_type() == target.scalar_type(),
          "an operation's result has another shape than in the step that was recorded");
      target.copy_(result);
    };
    if (value >= 0) {
      copy(value, stack_[position].toTensor());
    } else {
      const auto &values = recording_->operations[call.operation].results[position].values;
      const auto results = stack_[position].toTensorVector();
      for (size_t i = 0; i < values.size(); ++i) {
        if (values[i] >= 0) copy(values[i], results[i]);
      }
    }
  }
  stack_.clear();
}

void Plan::run(size_t segment, bool installsGradients) {
  {
    const at::AutoDispatchBelowADInplaceOrView guard;
    GradientMode mode;
    for (size_t i = segments_[segment]; i < segments_[segment + 1]; ++i) {
      mode.set(calls_[i].isRecordingGradients);
      call(calls_[i]);
    }
  }
  if (installsGradients) installGradients(segment);
}

void Plan::installGradients(size_t segment) {
  for (size_t i = 0; i < recording_->leaves.size(); ++i) {
    const auto &leaf = recording_->leaves[i];
    const auto &state = leaf.states[segment];
    if (state.kind == GradientState::Kind::untouched) continue;
    auto *tensor = const_cast<c10::TensorImpl *>(target(leaf.tensor));
    if (tensor == nullptr) continue;
    at::Tensor &gradient = tensor->mutable_grad();
    if (state.kind == GradientState::Kind::none) {
      if (gradient.defined()) gradient.reset();
    } else if (gradients_[segment][i].defined() && !gradient.is_same(gradients_[segment][i])) {
      gradient = gradients_[segment][i];
    }
  }
}

std::vector<at::Tensor> Plan::results() const {
  std::vector<at::Tensor> results;
  for (const int output : recording_->outputs) results.push_back(tensors_[output]);
  return results;
}

std::vector<at::Tensor> Plan::finish() {
  std::vector<at::Tensor> results;
  results.reserve(recording_->outputs.size());
  for (const int output : recording_->outputs) {
    const auto &value = recording_->values[output];
    const auto origin = recording_->storages[value.storage].origin;
    if (origin == Origin::made || origin == Origin::constant) {
      auto result = at::empty_strided(value.sizes, value.strides, at::TensorOptions().dtype(value.type));
      const int64_t start = value.offset * static_cast<int64_t>(c10::elementSize(value.type));
      const int64_t byteCount = bytesUpTo(value) - start;
      if (byteCount > 0) {
        std::memcpy(
            result.mutable_data_ptr(), static_cast<const char *>(tensors_[output].storage().data()) + start,
            static_cast<size_t>(byteCount));
      }
      results.push_back(std::move(result));
    } else {
      // The memory of the program's own, as in the step that was recorded.
      const auto &tensor = tensors_[output];
      auto result = at::detail::make_tensor<c10::TensorImpl>(
          c10::Storage(tensor.storage()), c10::DispatchKeySet(c10::DispatchKey::CPU), tensor.dtype());
      result.unsafeGetTensorImpl()->set_sizes_and_strides(tensor.sizes(), tensor.strides(), tensor.storage_offset());
      results.push_back(std::move(result));
    }
  }
  for (const auto &tensor : recording_->written) {
    if (auto *written = const_cast<c10::TensorImpl *>(target(tensor)); written != nullptr && !written->is_inference()) {
      written->bump_version();
    }
  }
  release();
  return results;
}

// MARK: For the verification

std::vector<c10::Storage> Plan::changeableMemory(const std::vector<at::Tensor> &inputs) const {
  std::vector<c10::Storage> memory;
  const auto &all = *recording_;
  for (const auto &storage : all.storages) {
    if (storage.origin == Origin::outside) memory.push_back(storage.strong);
    if (storage.origin == Origin::input) memory.push_back(inputs[storage.position].storage());
    if (storage.origin == Origin::gradient) {
      const auto *leaf = target(all.leaves[storage.position].tensor);
      if (leaf != nullptr && leaf->grad().defined()) memory.push_back(leaf->grad().storage());
    }
  }
  return memory;
}

std::vector<at::Tensor> Plan::gradients(size_t segment) const { return gradients_[segment]; }

}  // namespace ctorch::capture
