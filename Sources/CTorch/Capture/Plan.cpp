// Plans the memory of a recorded step, and finds for each operation the cheapest call that computes the same.

#include "Plan.h"

#include <ATen/EmptyTensor.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/TensorImpl.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

namespace ctorch::capture {
namespace {

constexpr int64_t alignment = 64;

int64_t rounded(int64_t byteCount) { return (byteCount + alignment - 1) / alignment * alignment; }

c10::Storage newStorage(int64_t byteCount) {
  auto *allocator = c10::GetCPUAllocator();
  return c10::Storage(
      c10::Storage::use_byte_size_t(), static_cast<size_t>(byteCount), allocator->allocate(static_cast<size_t>(byteCount)),
      allocator, /*resizable=*/false);
}

/// A part of an arena.
c10::Storage part(const c10::Storage &arena, int64_t offset, int64_t byteCount) {
  auto *bytes = static_cast<char *>(arena.mutable_data()) + offset;
  return c10::Storage(
      c10::Storage::use_byte_size_t(), static_cast<size_t>(byteCount),
      c10::DataPtr(bytes, c10::Device(c10::DeviceType::CPU)), nullptr, /*resizable=*/false);
}

at::Tensor tensorOn(c10::Storage storage, const Value &value) {
  auto tensor = at::detail::make_tensor<c10::TensorImpl>(
      std::move(storage), c10::DispatchKeySet(c10::DispatchKey::CPU), c10::scalarTypeToTypeMeta(value.type));
  tensor.unsafeGetTensorImpl()->set_sizes_and_strides(value.sizes, value.strides, value.offset);
  return tensor;
}

/// The overloads of libtorch's operations that write into given tensors, by the operation's name.
const std::map<std::string, std::vector<c10::OperatorHandle>> &outOverloads() {
  static const auto &overloads = *[] {
    auto *overloads = new std::map<std::string, std::vector<c10::OperatorHandle>>;
    for (const auto &name : c10::Dispatcher::singleton().getAllOpNames()) {
      const auto handle = c10::Dispatcher::singleton().findSchema(name);
      if (!handle || name.name.rfind("aten::", 0) != 0) continue;
      // Others only call the functional operation and copy.
      if (!handle->hasKernelForDispatchKey(c10::DispatchKey::CPU)) continue;
      const auto &arguments = handle->schema().arguments();
      if (arguments.empty() || !arguments.back().is_out()) continue;
      (*overloads)[name.name].push_back(*handle);
    }
    return overloads;
  }();
  return overloads;
}

c10::OperatorHandle operation(const char *name, const char *overload) {
  return c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
}

bool isMutable(const c10::OperatorHandle &handle) {
  const auto &schema = handle.schema();
  return std::any_of(schema.arguments().begin(), schema.arguments().end(), [](const c10::Argument &argument) {
    return argument.alias_info() != nullptr && argument.alias_info()->isWrite();
  });
}

bool isEmptyFactory(const std::string &name) {
  return name == "aten::empty" || name == "aten::empty_like" || name == "aten::empty_strided" ||
         name == "aten::empty_permuted" || name == "aten::new_empty" || name == "aten::new_empty_strided";
}

}  // namespace

Plan::Plan(std::shared_ptr<const Recording> recording) : recording_(std::move(recording)) {
  nothing_ = newStorage(0);
  planMemory();
  makeTensors();
  makeCalls();
}

// MARK: Memory

void Plan::planMemory() {
  const auto &all = *recording_;
  const auto count = all.storages.size();
  std::vector<int64_t> sizes(count, 0);
  for (const auto &value : all.values) sizes[value.storage] = std::max(sizes[value.storage], bytesUpTo(value));
  // From the first to the last operation that touches it, a memory is its own.
  constexpr int never = std::numeric_limits<int>::max();
  std::vector<int> first(count, never);
  std::vector<int> last(count, -1);
  for (size_t i = 0; i < all.operations.size(); ++i) {
    if (all.operations[i].isView) continue;
    for (const auto *arguments : {&all.operations[i].arguments, &all.operations[i].results}) {
      for (const auto &argument : *arguments) {
        for (const int value : argument.values) {
          if (value < 0) continue;
          const int storage = all.values[value].storage;
          first[storage] = std::min(first[storage], static_cast<int>(i));
          last[storage] = static_cast<int>(i);
        }
      }
    }
  }
  for (const int output : all.outputs) last[all.values[output].storage] = never;
  std::vector<bool> stays(count, false);
  for (const auto &leaf : all.leaves) {
    for (const auto &state : leaf.states) {
      if (state.kind == GradientState::Kind::value) stays[all.values[state.value].storage] = true;
    }
  }
  memory_.assign(count, c10::Storage());
  std::vector<int> planned;
  for (size_t i = 0; i < count; ++i) {
    const auto &storage = all.storages[i];
    switch (storage.origin) {
      case Origin::outside: memory_[i] = storage.strong; break;
      case Origin::constant:
        memory_[i] = newStorage(static_cast<int64_t>(storage.contents.size()));
        std::memcpy(memory_[i].mutable_data(), storage.contents.data(), storage.contents.size());
        break;
      case Origin::input:
      case Origin::gradient:
      case Origin::live: break;
      case Origin::made:
        if (stays[i]) {
          memory_[i] = newStorage(rounded(sizes[i]));
        } else if (last[i] >= 0) {
          planned.push_back(static_cast<int>(i));
        }
        break;
    }
  }
  // The largest first, each at the lowest place that is free as long as it lives.
  std::stable_sort(planned.begin(), planned.end(), [&](int left, int right) { return sizes[left] > sizes[right]; });
  std::vector<int64_t> offsets(count, 0);
  int64_t total = 0;
  std::vector<std::pair<int64_t, int64_t>> busy;
  for (size_t i = 0; i < planned.size(); ++i) {
    const int storage = planned[i];
    busy.clear();
    for (size_t k = 0; k < i; ++k) {
      const int other = planned[k];
      if (first[other] > last[storage] || first[storage] > last[other]) continue;
      busy.emplace_back(offsets[other], offsets[other] + rounded(sizes[other]));
    }
    std::sort(busy.begin(), busy.end());
    int64_t place = 0;
    for (const auto &[begin, end] : busy) {
      if (place + rounded(sizes[storage]) <= begin) break;
      place = std::max(place, end);
    }
    offsets[storage] = place;
    total = std::max(total, place + rounded(sizes[storage]));
  }
  arena_ = newStorage(total);
  for (const int storage : planned) {
    memory_[storage] = part(arena_, offsets[storage], rounded(sizes[storage]));
  }
}

void Plan::makeTensors() {
  const auto &all = *recording_;
  tensors_.resize(all.values.size());
  for (size_t i = 0; i < all.values.size(); ++i) {
    const auto &value = all.values[i];
    const auto origin = all.storages[value.storage].origin;
    const bool moves = origin == Origin::input || origin == Origin::gradient;
    if (!moves && !memory_[value.storage]) continue;
    tensors_[i] = tensorOn(moves ? nothing_ : memory_[value.storage], value);
    if (moves) moving_.push_back(Moving{static_cast<int>(i), value.storage, value.offset});
  }
  gradients_.assign(segmentCount(), std::vector<at::Tensor>(all.leaves.size()));
  std::map<int, at::Tensor> made;
  for (size_t leaf = 0; leaf < all.leaves.size(); ++leaf) {
    const auto &states = all.leaves[leaf].states;
    for (size_t segment = 0; segment < segmentCount(); ++segment) {
      const auto &state = states[segment];
      if (state.kind != GradientState::Kind::value) continue;
      const auto &value = all.values[state.value];
      if (all.storages[value.storage].origin != Origin::made) continue;
      auto &tensor = made[state.value];
      // A tensor of its own, so that others that hold it can be counted.
      if (!tensor.defined()) {
        tensor = tensorOn(memory_[value.storage], value);
        held_.push_back(Held{tensor, static_cast<int>(leaf), 0, 0});
      }
      gradients_[segment][leaf] = tensor;
    }
  }
  made.clear();
  for (auto &held : held_) {
    held.uses = static_cast<int64_t>(held.gradient.use_count());
    held.storageUses = static_cast<int64_t>(held.gradient.storage().use_count());
  }
}

// MARK: Calls

c10::IValue Plan::argument(const Argument &argument) const {
  switch (argument.kind) {
    case Argument::Kind::constant: return argument.constant;
    case Argument::Kind::tensor:
      return argument.values[0] < 0 ? c10::IValue(at::Tensor()) : c10::IValue(tensors_[argument.values[0]]);
    case Argument::Kind::tensors: {
      c10::List<at::Tensor> list;
      for (const int value : argument.values) list.push_back(value < 0 ? at::Tensor() : tensors_[value]);
      return list;
    }
    case Argument::Kind::optionalTensors: {
      c10::List<std::optional<at::Tensor>> list;
      for (const int value : argument.values) {
        list.push_back(value < 0 ? std::nullopt : std::make_optional(tensors_[value]));
      }
      return list;
    }
  }
  return {};
}

void Plan::makeCalls() {
  const auto &all = *recording_;
  size_t part = 0;
  segments_.push_back(0);
  for (size_t i = 0; i <= all.operations.size(); ++i) {
    while (part < all.liveParts.size() && all.liveParts[part].firstOperation == i) {
      segments_.push_back(calls_.size());
      ++part;
    }
    if (i == all.operations.size()) break;
    const auto &operation = all.operations[i];
    if (operation.isView || isEmptyFactory(operation.handle.operator_name().name)) continue;
    Call call{operation.handle, operation.isRecordingGradients, {}, {}, static_cast<int>(i)};
    for (const auto &given : operation.arguments) call.arguments.push_back(argument(given));
    lower(call, operation);
    calls_.push_back(std::move(call));
  }
  segments_.push_back(calls_.size());
}

void Plan::lower(Call &call, const Operation &operation) {
  if (isMutable(operation.handle)) return;
  if (lowerToFill(call, operation) || lowerToOut(call, operation)) return;
  for (size_t i = 0; i < operation.results.size(); ++i) {
    const auto &result = operation.results[i];
    if (result.kind == Argument::Kind::tensor && result.values[0] >= 0) call.copies.emplace_back(i, result.values[0]);
    if (result.kind == Argument::Kind::tensors && !result.values.empty()) call.copies.emplace_back(i, -1);
  }
}

bool Plan::lowerToFill(Call &call, const Operation &recorded) {
  const auto &name = recorded.handle.operator_name().name;
  if (recorded.results.size() != 1 || recorded.results[0].kind != Argument::Kind::tensor) return false;
  const int result = recorded.results[0].values[0];
  if (result < 0) return false;
  if (name == "aten::clone" || name == "aten::_to_copy") {
    call.arguments = {tensors_[result], call.arguments[0], false};
    call.handle = operation("aten::copy_", "");
    return true;
  }
  c10::IValue number;
  if (name == "aten::zeros" || name == "aten::zeros_like" || name == "aten::new_zeros") {
    number = c10::Scalar(0);
  } else if (name == "aten::ones" || name == "aten::ones_like" || name == "aten::new_ones") {
    number = c10::Scalar(1);
  } else if (
      (name == "aten::full" || name == "aten::full_like") && recorded.arguments[1].kind == Argument::Kind::constant &&
      call.arguments[1].isScalar()) {
    number = call.arguments[1];
  } else {
    return false;
  }
  call.arguments = {tensors_[result], number};
  call.handle = operation("aten::fill_", "Scalar");
  return true;
}

bool Plan::lowerToOut(Call &call, const Operation &operation) {
  std::string name = operation.handle.operator_name().name;
  const auto &schema = operation.handle.schema();
  size_t argumentCount = schema.arguments().size();
  const bool isRelu = name == "aten::relu";
  if (isRelu) name = "aten::clamp_min";
  for (const auto &result : operation.results) {
    if (result.kind != Argument::Kind::tensor || result.values[0] < 0) return false;
    if (recording_->storages[recording_->values[result.values[0]].storage].origin != Origin::made) return false;
  }
  const auto overloads = outOverloads().find(name);
  if (overloads == outOverloads().end()) return false;
  if (isRelu) ++argumentCount;
  for (const auto &candidate : overloads->second) {
    const auto &arguments = candidate.schema().arguments();
    if (arguments.size() != argumentCount + operation.results.size()) continue;
    bool fits = arguments[argumentCount].is_out() && (argumentCount == 0 || !arguments[argumentCount - 1].is_out());
    for (size_t i = 0; fits && i < schema.arguments().size(); ++i) {
      fits = *arguments[i].type() == *schema.arguments()[i].type() && arguments[i].name() == schema.arguments()[i].name();
    }
    if (isRelu) fits = fits && candidate.operator_name().overload_name == "out";
    if (!fits) continue;
    if (isRelu) call.arguments.push_back(c10::Scalar(0));
    call.handle = candidate;
    for (const auto &result : operation.results) call.arguments.emplace_back(tensors_[result.values[0]]);
    return true;
  }
  return false;
}

std::string Plan::description() const {
  std::string text;
  for (size_t segment = 0; segment < segmentCount(); ++segment) {
    if (segment > 0) text += "live part\n";
    for (size_t i = segments_[segment]; i < segments_[segment + 1]; ++i) {
      text += recording_->operations[calls_[i].operation].name() + " by " +
              c10::toString(calls_[i].handle.operator_name()) + (calls_[i].copies.empty() ? "" : ", copied") + "\n";
    }
  }
  return text + std::to_string(arena_.nbytes()) + " bytes\n";
}

}  // namespace ctorch::capture
