// Records a step: a fallback on a dispatch key below autograd sees every operation of the forward pass, the backward
// pass and whatever else computes, with the tensors that the kernels get.

#include "Recording.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/op_registration/op_registration.h>
#include <c10/core/InferenceMode.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/library.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace ctorch::capture {
namespace {

/// PyTorch keeps it for a mode that this library does not have. It is below autograd and above the kernels.
constexpr auto recordingKey = c10::DispatchKey::Fake;

thread_local Recording *currentRecording = nullptr;

void recordBoxed(const c10::OperatorHandle &handle, c10::DispatchKeySet keys, torch::jit::Stack *stack) {
  const auto below = keys & c10::DispatchKeySet(c10::DispatchKeySet::FULL_AFTER, recordingKey);
  // What a kernel computes with is its own business.
  const c10::impl::ExcludeDispatchKeyGuard guard(recordingKey);
  if (currentRecording == nullptr) {
    handle.redispatchBoxed(below, stack);
  } else {
    currentRecording->call(handle, below, stack);
  }
}

/// Once for the whole process. The key is in no tensor and, but for a thread that records, in no thread's set.
void installFallback() {
  static torch::Library &library = *[] {
    auto library = std::make_unique<torch::Library>(
        torch::Library::IMPL, "_", std::make_optional(recordingKey), __FILE__, __LINE__);
    library->fallback(torch::CppFunction::makeFromBoxedFunction<&recordBoxed>());
    return library.release();
  }();
  (void)library;
}

bool isNamed(const c10::OperatorHandle &handle, std::initializer_list<std::string_view> names) {
  const std::string_view name = handle.operator_name().name;
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool leavesMemoryUnwritten(const c10::OperatorHandle &handle) {
  return isNamed(
      handle, {"aten::empty", "aten::empty_like", "aten::empty_strided", "aten::empty_permuted", "aten::new_empty",
               "aten::new_empty_strided"});
}

/// Why an operation cannot be called again by rote; empty if it can.
std::string problem(const c10::OperatorHandle &handle) {
  const auto name = c10::toString(handle.operator_name());
  if (isNamed(handle, {"aten::_local_scalar_dense", "aten::item"})) {
    return "reads a number of a tensor, as item() does (" + name +
           "): what Swift does with it would be the same in every later step. Return the tensor, and read it afterwards";
  }
  if (handle.hasTag(at::Tag::data_dependent_output)) {
    return "calls " + name + ", whose result depends on the elements and goes to Swift";
  }
  if (handle.hasTag(at::Tag::dynamic_output_shape)) {
    return "calls " + name + ", whose result has another shape in each step";
  }
  if (isNamed(handle, {"aten::resize_", "aten::resize_as_", "aten::set_", "aten::_resize_output_"})) {
    return "calls " + name + ", which changes the memory of a tensor";
  }
  if (handle.operator_name().name.rfind("aten::", 0) != 0) return "calls " + name + ", which is not libtorch's own";
  return {};
}

std::string problem(const at::Tensor &tensor) {
  if (!tensor.device().is_cpu()) return "a tensor on " + tensor.device().str();
  if (tensor.layout() != c10::kStrided || !tensor.has_storage()) return "a sparse tensor";
  if (tensor.is_quantized()) return "a quantized tensor";
  if (tensor.is_conj() || tensor.is_neg() || tensor._is_zerotensor()) {
    return "a tensor whose elements are yet to be conjugated or negated";
  }
  return {};
}

template <typename Body>
void forEachTensor(const c10::IValue &value, Body &&body) {
  if (value.isTensor()) {
    body(value.toTensor());
  } else if (value.isList()) {
    for (const auto &element : value.toListRef()) {
      if (element.isTensor()) body(element.toTensor());
    }
  }
}

}  // namespace

Modes Modes::current() {
  Modes modes;
  modes.gradients = at::GradMode::is_enabled();
  modes.inference = c10::InferenceMode::is_enabled();
  modes.autocast = at::autocast::is_autocast_enabled(at::kCPU);
  modes.autocastType = at::autocast::get_autocast_dtype(at::kCPU);
  modes.deterministic = at::globalContext().deterministicAlgorithms();
  modes.usesOneDNN = at::globalContext().userEnabledMkldnn();
  modes.threads = at::get_num_threads();
  return modes;
}

Value placeOf(const at::Tensor &tensor, int storage) {
  return Value{
      storage, tensor.storage_offset(), tensor.sizes().vec(), tensor.strides().vec(), tensor.scalar_type()};
}

int64_t bytesUpTo(const Value &value) {
  int64_t last = value.offset;
  for (size_t i = 0; i < value.sizes.size(); ++i) {
    if (value.sizes[i] == 0) return 0;
    last += (value.sizes[i] - 1) * value.strides[i];
  }
  return (last + 1) * static_cast<int64_t>(c10::elementSize(value.type));
}

std::string describe(const Value &value) {
  std::string text(c10::getDtypeNames(value.type).first);
  text += '[';
  for (size_t i = 0; i < value.sizes.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(value.sizes[i]);
  return text + ']';
}

void refuseCurrent(const char *reason) {
  // What a live part does is done again in each replay.
  if (currentRecording != nullptr && !currentRecording->isLive()) currentRecording->refuse(reason);
}

void noteGradientChange(const at::Tensor &tensor) {
  if (currentRecording != nullptr && tensor.defined()) currentRecording->noteLeaf(tensor);
}

Recording *Recording::current() { return currentRecording; }

Recording::Recording(const std::vector<at::Tensor> &given, void *context)
    : modes(Modes::current()), context_(context) {
  for (const auto &input : given) {
    TORCH_CHECK(input.defined(), "undefined Tensor");
    const std::string reason = problem(input);
    if (!reason.empty()) refuse("has as an argument " + reason);
    if (input.requires_grad()) refuse("has an argument that requires a gradient");
  }
  if (!refusal_.empty()) return;
  for (const auto &input : given) {
    const auto *key = input.storage().unsafeGetStorageImpl();
    const auto [entry, isNew] = storageIndex_.emplace(key, static_cast<int>(storages.size()));
    if (isNew) {
      StorageEntry storage;
      storage.origin = Origin::input;
      storage.position = static_cast<int>(inputs.size());
      storage.weak = input.storage().getWeakStorageImpl();
      storage.byteCount = static_cast<int64_t>(input.storage().nbytes());
      storages.push_back(std::move(storage));
    }
    bool isNewValue = false;
    inputs.push_back(indexOf(placeOf(input, entry->second), isNewValue));
  }
}

Recording::~Recording() { stop(); }

void Recording::begin() {
  TORCH_CHECK(currentRecording == nullptr, "a step is recorded on this thread already: captured steps do not nest");
  installFallback();
  currentRecording = this;
  isCurrent_ = true;
  c10::impl::tls_set_dispatch_key_included(recordingKey, true);
}

void Recording::stop() {
  if (!isCurrent_) return;
  isCurrent_ = false;
  currentRecording = nullptr;
  c10::impl::tls_set_dispatch_key_included(recordingKey, false);
}

void Recording::abandon() {
  stop();
  refuse("failed");
}

void Recording::refuse(std::string reason) {
  if (refusal_.empty()) refusal_ = std::move(reason);
}

int Recording::indexOf(const Value &value, bool &isNew) {
  const auto [entry, isFresh] = valueIndex_.emplace(value, static_cast<int>(values.size()));
  isNew = isFresh;
  if (isFresh) values.push_back(value);
  return entry->second;
}

int Recording::storage(const at::Tensor &tensor, Access access) {
  const auto &handle = tensor.storage();
  const auto *key = handle.unsafeGetStorageImpl();
  const auto [entry, isNew] = storageIndex_.emplace(key, static_cast<int>(storages.size()));
  if (!isNew) {
    auto &known = storages[entry->second];
    known.byteCount = std::max(known.byteCount, static_cast<int64_t>(handle.nbytes()));
    return entry->second;
  }
  StorageEntry storage;
  storage.weak = handle.getWeakStorageImpl();
  storage.byteCount = static_cast<int64_t>(handle.nbytes());
  if (access == Access::makes) {
    storage.origin = Origin::made;
    storage.position = static_cast<int>(operations.size());
    storage.isFilled = handle.nbytes() == 0 || !leavesMemoryUnwritten(*operation_);
  } else {
    storage.strong = handle;
    for (size_t i = 0; i < leaves.size(); ++i) {
      if (!leaves[i].hadGradient || leaves[i].entryStorage._unsafe_get_target() != key) continue;
      storage.origin = Origin::gradient;
      storage.position = static_cast<int>(i);
      break;
    }
  }
  storages.push_back(std::move(storage));
  return entry->second;
}

int Recording::value(const at::Tensor &tensor, Access access) {
  if (!tensor.defined()) return -1;
  const std::string reason = problem(tensor);
  if (!reason.empty()) {
    refuse("calls " + c10::toString(operation_->operator_name()) + " with " + reason);
    return -1;
  }
  if (access != Access::makes) noteLeaf(tensor);
  const int place = storage(tensor, access);
  auto &entry = storages[place];
  if (access == Access::reads && !entry.isFilled && entry.origin == Origin::made) {
    // It is kept, with what the program has written there.
    entry.origin = Origin::constant;
    entry.strong = tensor.storage();
    entry.contents.assign(static_cast<const char *>(entry.strong.data()), entry.strong.nbytes());
  }
  if (entry.origin == Origin::live) {
    refuse(
        "calls " + c10::toString(operation_->operator_name()) + " with a tensor that an optimizer's step made");
  }
  bool isNew = false;
  const int index = indexOf(placeOf(tensor, place), isNew);
  if (access != Access::makes) {
    if (isNew && entry.origin == Origin::input) {
      refuse(
          "calls " + c10::toString(operation_->operator_name()) +
          " with a tensor that shares the memory of an argument, but is not made from it");
    }
    if (isNew && entry.origin == Origin::outside) {
      holders.push_back(Holder{WeakTensor(tensor.getIntrusivePtr()), index, tensor.requires_grad()});
    }
  }
  if (access == Access::writes) {
    entry.isFilled = true;
    entry.isWritten = true;
    if (entry.origin == Origin::outside || entry.origin == Origin::input || entry.origin == Origin::gradient) {
      if (writtenTensors_.insert(tensor.unsafeGetTensorImpl()).second) {
        written.emplace_back(tensor.getIntrusivePtr());
      }
    }
  }
  return index;
}

Argument Recording::argument(const c10::IValue &given, Access access) {
  Argument argument;
  if (given.isTensor()) {
    const auto &tensor = given.toTensor();
    if (!tensor.defined() || tensor.unsafeGetTensorImpl()->is_wrapped_number()) {
      argument.constant = given;
      return argument;
    }
    argument.kind = Argument::Kind::tensor;
    argument.values.push_back(value(tensor, access));
    return argument;
  }
  if (given.isTensorList() || given.isOptionalTensorList()) {
    argument.kind = given.isTensorList() ? Argument::Kind::tensors : Argument::Kind::optionalTensors;
    for (const auto &element : given.toListRef()) {
      argument.values.push_back(element.isTensor() ? value(element.toTensor(), access) : -1);
    }
    return argument;
  }
  argument.constant = given;
  return argument;
}

void Recording::noteLeaf(const at::Tensor &tensor) {
  const auto *key = tensor.unsafeGetTensorImpl();
  if (!key->requires_grad() || !tensor.is_leaf()) return;
  const auto [entry, isNew] = leafIndex_.emplace(key, static_cast<int>(leaves.size()));
  if (!isNew) return;
  Leaf leaf(tensor);
  const at::Tensor &gradient = key->grad();
  leaf.hadGradient = gradient.defined();
  if (leaf.hadGradient) {
    const std::string reason = problem(gradient);
    if (!reason.empty()) return refuse("has as a gradient " + reason);
    leaf.entryStorage = gradient.storage().getWeakStorageImpl();
    leaf.entry = placeOf(gradient, -1);
  }
  leaves.push_back(std::move(leaf));
}

void Recording::call(const c10::OperatorHandle &handle, c10::DispatchKeySet below, torch::jit::Stack *stack) {
  if (!refusal_.empty()) return handle.redispatchBoxed(below, stack);
  if (liveDepth_ > 0) return callLive(handle, below, stack);
  const auto &schema = handle.schema();
  const size_t argumentCount = schema.arguments().size();
  const size_t resultCount = schema.returns().size();
  operation_ = &handle;
  std::string reason = problem(handle);
  if (!reason.empty()) refuse(std::move(reason));
  Operation operation(handle);
  operation.isRecordingGradients = at::GradMode::is_enabled();
  operation.arguments.reserve(argumentCount);
  bool isMutable = false;
  for (size_t i = 0; i < argumentCount; ++i) {
    const auto *alias = schema.arguments()[i].alias_info();
    const bool isWritten = alias != nullptr && alias->isWrite();
    isMutable |= isWritten;
    operation.arguments.push_back(
        argument((*stack)[stack->size() - argumentCount + i], isWritten ? Access::writes : Access::reads));
  }
  const size_t known = storages.size();
  handle.redispatchBoxed(below, stack);
  if (!refusal_.empty()) return;
  operation_ = &handle;
  bool isView = !isMutable;
  bool hasTensor = false;
  for (size_t i = 0; i < resultCount; ++i) {
    auto result = argument((*stack)[stack->size() - resultCount + i], Access::makes);
    for (const int index : result.values) {
      if (index < 0) continue;
      hasTensor = true;
      isView &= values[index].storage < static_cast<int>(known);
      const auto *alias = schema.returns()[i].alias_info();
      if (alias == nullptr || !alias->isWrite()) continue;
      // An operation in place hands out its argument.
      const bool isArgument = std::any_of(
          operation.arguments.begin(), operation.arguments.end(), [&](const Argument &argument) {
            return std::find(argument.values.begin(), argument.values.end(), index) != argument.values.end();
          });
      if (!isArgument) refuse("calls " + operation.name() + ", which changes the shape of its argument");
    }
    operation.results.push_back(std::move(result));
  }
  operation.isView = isView && hasTensor;
  operations.push_back(std::move(operation));
}

// MARK: Live parts

void Recording::beginLive(const void *owner) {
  if (liveDepth_++ > 0 || !refusal_.empty()) return;
  noteGradients();
  liveParts.push_back(LivePart{operations.size(), owner});
  if (observer == nullptr) return;
  const c10::impl::ExcludeDispatchKeyGuard guard(recordingKey);
  observer->liveBegins();
}

void Recording::endLive() {
  if (--liveDepth_ > 0 || !refusal_.empty()) return;
  if (observer == nullptr) return;
  const c10::impl::ExcludeDispatchKeyGuard guard(recordingKey);
  observer->liveEnds();
}

void Recording::checkLive(const c10::OperatorHandle &handle, const at::Tensor &tensor) {
  if (!tensor.defined()) return;
  const std::string reason = problem(tensor);
  if (!reason.empty()) {
    return refuse("calls " + c10::toString(handle.operator_name()) + " with " + reason);
  }
  const auto entry = storageIndex_.find(tensor.storage().unsafeGetStorageImpl());
  if (entry == storageIndex_.end()) return;
  const auto &storage = storages[entry->second];
  if ((storage.origin != Origin::made && storage.origin != Origin::constant) || isGradientNow(entry->second)) return;
  refuse(
      "hands a result of " + operations[storage.position].name() +
      " to an optimizer other than as a gradient, and it uses it in " + c10::toString(handle.operator_name()));
}

void Recording::callLive(const c10::OperatorHandle &handle, c10::DispatchKeySet below, torch::jit::Stack *stack) {
  const size_t argumentCount = handle.schema().arguments().size();
  const size_t resultCount = handle.schema().returns().size();
  for (size_t i = 0; i < argumentCount; ++i) {
    forEachTensor(
        (*stack)[stack->size() - argumentCount + i], [&](const at::Tensor &tensor) { checkLive(handle, tensor); });
  }
  handle.redispatchBoxed(below, stack);
  if (!refusal_.empty()) return;
  for (size_t i = 0; i < resultCount; ++i) {
    forEachTensor((*stack)[stack->size() - resultCount + i], [&](const at::Tensor &tensor) {
      if (!tensor.defined() || !tensor.has_storage()) return;
      const auto &made = tensor.storage();
      const auto [entry, isNew] =
          storageIndex_.emplace(made.unsafeGetStorageImpl(), static_cast<int>(storages.size()));
      if (!isNew) return;
      StorageEntry storage;
      storage.origin = Origin::live;
      storage.weak = made.getWeakStorageImpl();
      storages.push_back(std::move(storage));
    });
  }
}

bool Recording::isGradientNow(int storage) const {
  return std::any_of(leaves.begin(), leaves.end(), [&](const Leaf &leaf) {
    if (leaf.states.empty()) return false;
    const auto &state = leaf.states.back();
    return state.kind == GradientState::Kind::value && values[state.value].storage == storage;
  });
}

void Recording::noteGradients() {
  const size_t count = liveParts.size() + 1;
  for (auto &leaf : leaves) {
    leaf.states.resize(count);
    auto &state = leaf.states.back();
    const auto tensor = leaf.tensor.lock();
    // Autograd makes such tensors for itself.
    if (tensor == nullptr) continue;
    const at::Tensor &gradient = tensor->grad();
    if (!gradient.defined()) {
      state.kind = GradientState::Kind::none;
      continue;
    }
    const std::string reason = problem(gradient);
    if (!reason.empty()) return refuse("makes as a gradient " + reason);
    const auto entry = storageIndex_.find(gradient.storage().unsafeGetStorageImpl());
    // A gradient that no operation has touched is the one from before.
    if (entry == storageIndex_.end()) continue;
    bool isNew = false;
    state.kind = GradientState::Kind::value;
    state.value = indexOf(placeOf(gradient, entry->second), isNew);
  }
}

// MARK: The end

void Recording::forgetLostLeaves() {
  std::vector<int> places(leaves.size(), -1);
  int count = 0;
  for (size_t i = 0; i < leaves.size(); ++i) {
    if (leaves[i].tensor.use_count() > 0) places[i] = count++;
  }
  for (auto &storage : storages) {
    if (storage.origin == Origin::gradient) storage.position = places[storage.position];
    // Its gradient is then only a tensor that came from outside.
    if (storage.origin == Origin::gradient && storage.position < 0) storage.origin = Origin::outside;
  }
  std::erase_if(leaves, [](const Leaf &leaf) { return leaf.tensor.use_count() == 0; });
  leafIndex_.clear();
}

void Recording::end(const std::vector<at::Tensor> &results) {
  stop();
  if (!refusal_.empty()) return;
  forgetLostLeaves();
  noteGradients();
  for (const auto &result : results) {
    if (!refusal_.empty()) return;
    if (!result.defined()) return refuse("returns a tensor without a value");
    const std::string reason = problem(result);
    if (!reason.empty()) return refuse("returns " + reason);
    const int place = storage(result, Access::reads);
    if (storages[place].origin == Origin::live) return refuse("returns a tensor that an optimizer's step made");
    if (!storages[place].isFilled) return refuse("returns a tensor whose elements no operation has written");
    bool isNew = false;
    outputs.push_back(indexOf(placeOf(result, place), isNew));
  }
  for (auto &leaf : leaves) {
    if (!leaf.hadGradient) continue;
    const auto entry = storageIndex_.find(leaf.entryStorage._unsafe_get_target());
    if (entry == storageIndex_.end()) continue;
    leaf.entry.storage = entry->second;
    bool isNew = false;
    leaf.entryValue = indexOf(leaf.entry, isNew);
  }
  if (observer != nullptr) observer->ends(results);
}

void Recording::analyze() {
  if (!refusal_.empty()) return;
  std::unordered_set<int> known;
  for (const int output : outputs) known.insert(values[output].storage);
  for (const auto &leaf : leaves) {
    if (leaf.states.empty()) continue;
    const auto &state = leaf.states.back();
    if (state.kind == GradientState::Kind::value) known.insert(values[state.value].storage);
  }
  for (size_t i = 0; i < storages.size(); ++i) {
    auto &storage = storages[i];
    if (storage.origin == Origin::made && storage.weak.use_count() > 0 && known.count(static_cast<int>(i)) == 0) {
      return refuse(
          "keeps the result of " + operations[storage.position].name() +
          " beyond its end without returning it, and later steps would not make another one");
    }
    // It is asked for again in each replay.
    if (storage.origin == Origin::gradient) storage.strong = c10::Storage();
    if (storage.origin == Origin::outside && storage.strong.use_count() == 1) {
      // Nobody else has it any more: it was made for this step, without an operation.
      storage.origin = Origin::constant;
      storage.contents.assign(static_cast<const char *>(storage.strong.data()), storage.strong.nbytes());
    }
    if (storage.origin == Origin::constant && storage.isWritten) {
      return refuse("changes a tensor in place whose elements come from Swift");
    }
  }
  std::erase_if(holders, [&](const Holder &holder) {
    return storages[values[holder.value].storage].origin != Origin::outside || holder.tensor.use_count() == 0;
  });
  for (auto &holder : holders) holder.requiresGradient = holder.tensor._unsafe_get_target()->requires_grad();
  std::erase_if(written, [](const WeakTensor &tensor) { return tensor.use_count() == 0; });
}

}  // namespace ctorch::capture
