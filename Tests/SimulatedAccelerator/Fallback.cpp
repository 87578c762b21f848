// Every operation that has no kernel of its own: the processor's kernel on copies, after a look at the devices.

#include <ATen/native/CPUFallback.h>
#include <torch/library.h>

#include <atomic>
#include <string>
#include <unordered_set>

#include "Kernels.h"

namespace sim {

namespace {

std::atomic<int64_t> count{0};

// What CUDA takes from the processor: some arguments of a few operations, and the tensors without dimensions of those
// that work element by element.
bool takesHostArguments(const std::string &name) {
  static const auto *const names = new std::unordered_set<std::string>{
      "aten::index",
      "aten::index_put_",
      "aten::_index_put_impl_",
      "aten::_unsafe_index",
      "aten::_pack_padded_sequence",
      "aten::_pack_padded_sequence_backward",
      "aten::_ctc_loss",
      "aten::_ctc_loss_backward",
      "aten::tensor_split"};
  return names->count(name) != 0;
}

bool takesHostScalars(const c10::OperatorHandle &operation) {
  static const auto *const names = new std::unordered_set<std::string>{
      "aten::where",      "aten::masked_fill_",  "aten::masked_fill",   "aten::fill_",      "aten::index_fill_",
      "aten::floor_divide", "aten::_fused_adam_", "aten::_fused_adamw_", "aten::_fused_sgd_"};
  const auto &name = operation.schema().name();
  return operation.hasTag(at::Tag::pointwise) || names->count(name) != 0 || name.rfind("aten::_foreach_", 0) == 0;
}

template <typename Body>
void forEachTensor(const c10::OperatorHandle &operation, const torch::jit::Stack &stack, Body body) {
  const auto &arguments = operation.schema().arguments();
  const auto first = stack.size() - arguments.size();
  for (size_t position = 0; position < arguments.size(); ++position) {
    const auto &value = stack[first + position];
    const auto &argument = arguments[position];
    if (value.isTensor()) {
      body(value.toTensor(), argument, /*isInList=*/false);
    } else if (value.isTensorList()) {
      for (const at::Tensor &tensor : value.toTensorVector()) body(tensor, argument, /*isInList=*/true);
    } else if (value.isOptionalTensorList()) {
      for (const auto &tensor : value.toOptionalTensorVector()) {
        if (tensor) body(*tensor, argument, /*isInList=*/true);
      }
    }
  }
}

/// The fallback of libtorch computes on tensors of several devices without a word.
void checkDevices(const c10::OperatorHandle &operation, const torch::jit::Stack &stack) {
  std::optional<c10::Device> common;
  forEachTensor(operation, stack, [&](const at::Tensor &tensor, const c10::Argument &, bool) {
    if (!common && tensor.defined() && tensor.is_privateuseone()) common = tensor.device();
  });
  if (!common) return;
  forEachTensor(operation, stack, [&](const at::Tensor &tensor, const c10::Argument &argument, bool isInList) {
    if (!tensor.defined() || tensor.device() == *common) return;
    const bool isWritten = argument.alias_info() != nullptr && argument.alias_info()->isWrite();
    if (tensor.is_cpu() && !isWritten) {
      if (takesHostArguments(operation.schema().name())) return;
      if (!isInList && tensor.dim() == 0 && takesHostScalars(operation)) return;
    }
    TORCH_CHECK(
        false, "Expected all tensors to be on the same device, but found at least two devices, ", *common, " and ",
        tensor.device(), "! (when checking argument ", argument.name(), " of ", operation.schema().name(), ")");
  });
}

void useHostGenerators(const c10::OperatorHandle &operation, torch::jit::Stack &stack) {
  const auto &arguments = operation.schema().arguments();
  const auto first = stack.size() - arguments.size();
  for (size_t position = 0; position < arguments.size(); ++position) {
    auto &value = stack[first + position];
    if (value.isGenerator()) {
      value = hostGenerator(value.toGenerator());
    } else if (value.isNone() && arguments[position].type()->str() == "Generator?") {
      value = hostGenerator(defaultGenerator(-1));
    }
  }
}

void fallback(const c10::OperatorHandle &operation, torch::jit::Stack *stack) {
  checkDevices(operation, *stack);
  useHostGenerators(operation, *stack);
  ++count;
  at::native::cpu_fallback(operation, stack, /*error_on_views=*/true);
}

}  // namespace

int64_t fallbackCount() { return count; }

void registerFallback() {
  static auto library = MAKE_TORCH_LIBRARY_IMPL(_, PrivateUse1);
  library.fallback(torch::CppFunction::makeFromBoxedFunction<&fallback>());
}

}  // namespace sim
