// Functions whose gradient is the caller's own, and hooks on gradients.

#include <ATen/autocast_mode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/engine.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "Arguments.h"
#include "CTorchCore.h"
#include "CTorchFunctions.h"
#include "Callbacks.h"
#include "Capture/Recording.h"
#include "Guard.h"

using namespace ctorch;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

namespace {

/// The caller's context, ended with the last reference; it travels in a node's saved data.
struct CallbackHolder : torch::CustomClassHolder {
  CTFunctionCallbacks callbacks;
  std::string name;

  explicit CallbackHolder(CTFunctionCallbacks given) : callbacks(given), name(given.name) {}
  CallbackHolder(const CallbackHolder &) = delete;
  CallbackHolder &operator=(const CallbackHolder &) = delete;
  ~CallbackHolder() override { callbacks.release(callbacks.context); }
};

CTFunctionCall *callOf(AutogradContext *context) { return reinterpret_cast<CTFunctionCall *>(context); }
AutogradContext *contextOf(CTFunctionCall *call) { return reinterpret_cast<AutogradContext *>(call); }

constexpr const char *holderKey = "callbacks";
constexpr const char *countKey = "inputs";

variable_list variables(CTTensor *const *handles, int64_t count) {
  const auto list = tensors(handles, count);
  return variable_list(list.begin(), list.end());
}

}  // namespace

namespace ctorch {

void rethrow(CTForeignError error) {
  if (error.object == nullptr) return;
  throw ForeignError(std::shared_ptr<void>(error.object, [release = error.release](void *object) {
    if (release != nullptr) release(object);
  }));
}

struct CallerFunction : torch::autograd::Function<CallerFunction> {
  static variable_list forward(
      AutogradContext *context, at::TensorList inputs, const c10::intrusive_ptr<CallbackHolder> &holder) {
    context->saved_data[holderKey] = c10::IValue::make_capsule(holder);
    context->saved_data[countKey] = static_cast<int64_t>(inputs.size());
    CTTensor **outputs = nullptr;
    int64_t count = 0;
    rethrow(holder->callbacks.forward(holder->callbacks.context, callOf(context), &outputs, &count));
    variable_list result;
    for (int64_t i = 0; i < count; ++i) {
      result.push_back(static_cast<const at::Tensor &>(Borrowed(outputs[i])));
      ct_tensor_release(outputs[i]);
    }
    std::free(outputs);
    return result;
  }

  static variable_list backward(AutogradContext *context, const variable_list &gradients) {
    const auto capsule = context->saved_data[holderKey].toCapsule();
    const auto &holder = static_cast<const CallbackHolder &>(*capsule);
    std::vector<CTTensor *> handles;
    for (const auto &gradient : gradients) handles.push_back(reinterpret_cast<CTTensor *>(gradient.unsafeGetTensorImpl()));
    std::vector<CTTensor *> results(static_cast<size_t>(context->saved_data[countKey].toInt()), nullptr);
    const auto error = holder.callbacks.backward(
        holder.callbacks.context, callOf(context), handles.data(), static_cast<int64_t>(handles.size()), results.data(),
        static_cast<int64_t>(results.size()));
    variable_list list;
    for (CTTensor *result : results) {
      list.emplace_back();
      if (result == nullptr) continue;
      list.back() = static_cast<const at::Tensor &>(Borrowed(result));
      ct_tensor_release(result);
    }
    rethrow(error);
    // libtorch counts the holder as an argument too, which has no gradient.
    list.emplace_back();
    return list;
  }
};

const char *callerFunctionName(const torch::autograd::Node &node) {
  const auto *function = dynamic_cast<const torch::autograd::CppNode<CallerFunction> *>(&node);
  if (function == nullptr) return nullptr;
  const auto entry = function->ctx_.saved_data.find(holderKey);
  if (entry == function->ctx_.saved_data.end()) return nullptr;
  return static_cast<const CallbackHolder &>(*entry->second.toCapsule()).name.c_str();
}

}  // namespace ctorch

int64_t ct_function_apply(
    CTFunctionCallbacks callbacks, CTTensor *const *inputs, int64_t inputCount, CTTensor ***out) {
  return guarded(callbacks.name, {}, static_cast<int64_t>(-1), [&] {
    const auto holder = c10::make_intrusive<CallbackHolder>(callbacks);
    const auto list = variables(inputs, inputCount);
    for (const auto &input : list) TORCH_CHECK(input.defined(), "undefined Tensor");
    return ownedList(CallerFunction::apply(at::TensorList(list), holder), out);
  });
}

CTTensor *ct_tensor_retain(CTTensor *tensor) { return owned(at::Tensor(*borrow(tensor))); }

CTTensor **ct_function_outputs(int64_t count) {
  return static_cast<CTTensor **>(std::calloc(static_cast<size_t>(std::max<int64_t>(count, 1)), sizeof(CTTensor *)));
}

bool ct_function_save(CTFunctionCall *call, CTTensor *const *handles, int64_t count) {
  return guardedCall("save", {}, [&] { contextOf(call)->save_for_backward(variables(handles, count)); });
}

bool ct_function_mark_constant(CTFunctionCall *call, CTTensor *const *handles, int64_t count) {
  return guardedCall(
      "mark_non_differentiable", {}, [&] { contextOf(call)->mark_non_differentiable(variables(handles, count)); });
}

bool ct_function_mark_changed(CTFunctionCall *call, CTTensor *const *handles, int64_t count) {
  return guardedCall("mark_dirty", {}, [&] { contextOf(call)->mark_dirty(variables(handles, count)); });
}

int64_t ct_function_saved(CTFunctionCall *call, CTTensor ***out) {
  return guarded("saved_tensors", {}, static_cast<int64_t>(-1), [&] {
    return ownedList(contextOf(call)->get_saved_variables(), out);
  });
}

bool ct_function_needs_gradient(CTFunctionCall *call, int64_t input) {
  return guarded("needs_input_grad", {}, true, [&] {
    return contextOf(call)->needs_input_grad(static_cast<size_t>(input));
  });
}

bool ct_backward_reaches_all_leaves(void) {
  return guarded("checkpoint", {}, false, [] {
    return torch::autograd::Engine::get_default_engine().is_checkpoint_valid();
  });
}

bool ct_backward_from(CTTensor *const *roots, CTTensor *const *gradients, int64_t count) {
  return guardedCall("backward", {}, [&] {
    torch::autograd::backward(variables(roots, count), variables(gradients, count));
  });
}

bool ct_tensor_add_hook(
    CTTensor *tensor, CTHook hook, void *context, void (*release)(void *context), uint32_t *position) {
  return guardedCall("register_hook", {tensor}, [&] {
    // If there is no memory for the count, the pointer's constructor ends the context.
    const std::shared_ptr<void> owner(context, release);
    const auto borrowed = borrow(tensor);
    TORCH_CHECK(borrowed->defined(), "undefined Tensor");
    TORCH_CHECK(borrowed->requires_grad(), "a hook needs a tensor that requires a gradient");
    *position = borrowed->register_hook([hook, owner](const at::Tensor &gradient) -> at::Tensor {
      // Another result of the same operation has a gradient, and this one none.
      if (!gradient.defined()) return {};
      capture::refuseCurrent("runs a hook on a gradient, which is Swift code");
      CTTensor *replacement = nullptr;
      const auto error =
          hook(owner.get(), reinterpret_cast<CTTensor *>(gradient.unsafeGetTensorImpl()), &replacement);
      at::Tensor result;
      if (replacement != nullptr) {
        result = static_cast<const at::Tensor &>(Borrowed(replacement));
        ct_tensor_release(replacement);
      }
      rethrow(error);
      return result;
    });
  });
}

bool ct_tensor_remove_hook(CTTensor *tensor, uint32_t position) {
  return guardedCall("remove_hook", {tensor}, [&] { borrow(tensor)->remove_hook(position); });
}

bool ct_autocast_state(int32_t deviceType, bool *enabled, int32_t *dtype) {
  return guardedCall("autocast", {}, [&] {
    const auto type = device(CTDevice{deviceType, -1}).type();
    *enabled = at::autocast::is_autocast_enabled(type);
    *dtype = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
  });
}
