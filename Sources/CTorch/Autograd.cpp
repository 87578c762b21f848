// Gradients: leaves, backward, grad, and the modes that switch recording off or change its types.

#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>

#include <string>

#include "Anomaly.h"
#include "Arguments.h"
#include "CTorchCore.h"
#include "Callbacks.h"
#include "Capture/Recording.h"
#include "Guard.h"

using namespace ctorch;

bool ct_tensor_requires_grad(CTTensor *tensor) {
  return guarded("requires_grad", {tensor}, false, [&] { return borrow(tensor)->requires_grad(); });
}

bool ct_tensor_set_requires_grad(CTTensor *tensor, bool requiresGrad) {
  return guardedCall("requires_grad_", {tensor}, [&] {
    const auto borrowed = borrow(tensor);
    TORCH_CHECK(borrowed->defined(), "an undefined tensor cannot require gradients");
    TORCH_CHECK_TYPE(
        !requiresGrad || torch::autograd::isDifferentiableType(borrowed->scalar_type()),
        "only tensors of floating point and complex dtype can require gradients, not ", borrowed->scalar_type());
    borrowed->requires_grad_(requiresGrad);
  });
}

bool ct_tensor_is_leaf(CTTensor *tensor) {
  return guarded("is_leaf", {tensor}, true, [&] { return borrow(tensor)->is_leaf(); });
}

const char *ct_tensor_grad_function(CTTensor *tensor) {
  // It throws for a view that was changed in place without recording; PyTorch prints this word then.
  return guarded("grad_fn", {tensor}, "Invalid", [&] {
    static thread_local std::string name;
    const auto borrowed = borrow(tensor);
    const auto node = borrowed->defined() ? borrowed->grad_fn() : nullptr;
    const char *callers = node == nullptr ? nullptr : callerFunctionName(*node);
    name = node == nullptr ? "" : callers == nullptr ? node->name() : callers;
    // Functions that are not generated have their namespace in front.
    name.erase(0, name.rfind(':') + 1);
    return name.c_str();
  });
}

CTTensor *ct_tensor_grad(CTTensor *tensor) {
  return guarded("grad", {tensor}, static_cast<CTTensor *>(nullptr), [&]() -> CTTensor * {
    const auto borrowed = borrow(tensor);
    if (!borrowed->defined()) return nullptr;
    // Not at::Tensor's own function, which warns on standard error if a tensor is no leaf.
    const at::Tensor &gradient = borrowed->unsafeGetTensorImpl()->grad();
    return gradient.defined() ? owned(at::Tensor(gradient)) : nullptr;
  });
}

bool ct_tensor_set_grad(CTTensor *tensor, CTTensor *grad) {
  return guardedCall("grad", {tensor, grad}, [&] {
    const auto borrowed = borrow(tensor);
    capture::noteGradientChange(borrowed);
    if (grad == nullptr) {
      if (borrowed->defined()) borrowed->mutable_grad().reset();
      return;
    }
    const auto value = borrow(grad);
    TORCH_CHECK(borrowed->defined() && value->defined(), "an undefined tensor has no gradient and is none");
    TORCH_CHECK(
        value->sizes() == borrowed->sizes() && value->scalar_type() == borrowed->scalar_type() &&
            value->device() == borrowed->device(),
        "a gradient must have its tensor's shape, dtype and device");
    borrowed->mutable_grad() = *value;
  });
}

bool ct_tensor_set_data(CTTensor *tensor, CTTensor *source) {
  return guardedCall("set_data", {tensor, source}, [&] {
    const auto borrowed = borrow(tensor);
    TORCH_CHECK(borrowed->defined() && source != nullptr && borrow(source)->defined(), "an undefined tensor has no data");
    capture::refuseCurrent("gives a tensor other memory");
    borrowed->set_data(borrow(source));
  });
}

bool ct_tensor_mark_written(CTTensor *tensor) {
  return guardedCall("mark_written", {tensor}, [&] {
    const auto borrowed = borrow(tensor);
    capture::refuseCurrent("writes into the memory of a tensor by other means than operations");
    // Tensors of inference mode count no versions.
    if (borrowed->defined() && !borrowed->is_inference()) borrowed->unsafeGetTensorImpl()->bump_version();
  });
}

CTTensor *ct_tensor_as_parameter(CTTensor *tensor) {
  return guardedTensor("parameter", {tensor}, [&]() -> at::Tensor {
    const auto borrowed = borrow(tensor);
    if (!borrowed->defined()) return *borrowed;
    auto leaf = borrowed->detach();
    if (torch::autograd::isDifferentiableType(leaf.scalar_type())) leaf.requires_grad_(true);
    return leaf;
  });
}

bool ct_backward(CTTensor *tensor, CTTensor *gradient, int8_t retainGraph, bool createGraph) {
  return guardedCall("backward", {tensor, gradient}, [&] {
    const auto root = borrow(tensor);
    TORCH_CHECK(root->defined(), "an undefined tensor has no gradient");
    torch::autograd::variable_list gradients;
    if (gradient != nullptr) gradients.push_back(borrow(gradient));
    watchForAnomalies({*root});
    torch::autograd::backward({*root}, gradients, optionalBool(retainGraph), createGraph);
  });
}

bool ct_grad(
    CTTensor *const *outputs, int64_t outputCount, CTTensor *const *inputs, int64_t inputCount,
    CTTensor *const *gradients, int64_t gradientCount, int8_t retainGraph, bool createGraph, bool allowUnused,
    CTTensor **out) {
  return guardedCall("grad", {}, [&] {
    const auto list = [](CTTensor *const *handles, int64_t count) {
      const auto values = tensors(handles, count);
      return torch::autograd::variable_list(values.begin(), values.end());
    };
    // A single number needs no gradient: null stands for it.
    torch::autograd::variable_list given;
    for (int64_t i = 0; i < gradientCount; ++i) given.push_back(optionalTensor(gradients[i]).value_or(at::Tensor()));
    const auto roots = list(outputs, outputCount);
    watchForAnomalies(roots);
    auto results = torch::autograd::grad(
        roots, list(inputs, inputCount), given, optionalBool(retainGraph), createGraph,
        allowUnused);
    for (size_t i = 0; i < results.size(); ++i) {
      out[i] = results[i].defined() ? owned(std::move(results[i])) : nullptr;
    }
  });
}

bool ct_grad_mode(void) { return at::GradMode::is_enabled(); }

void ct_set_grad_mode(bool enabled) { at::GradMode::set_enabled(enabled); }

CTInferenceGuard *ct_inference_mode_enter(bool enabled) {
  return guarded("inference_mode", {}, static_cast<CTInferenceGuard *>(nullptr), [&] {
    return reinterpret_cast<CTInferenceGuard *>(new c10::InferenceMode(enabled));
  });
}

void ct_inference_mode_leave(CTInferenceGuard *guard) { delete reinterpret_cast<c10::InferenceMode *>(guard); }

bool ct_inference_mode(void) { return c10::InferenceMode::is_enabled(); }

bool ct_autocast_enter(
    int32_t deviceType, int32_t dtype, bool enabled, bool *previousEnabled, int32_t *previousDType) {
  return guardedCall("autocast", {}, [&] {
    const auto type = device(CTDevice{deviceType, -1}).type();
    const auto lower = scalarType(dtype);
    *previousEnabled = at::autocast::is_autocast_enabled(type);
    *previousDType = static_cast<int32_t>(at::autocast::get_autocast_dtype(type));
    at::autocast::set_autocast_dtype(type, lower);
    at::autocast::set_autocast_enabled(type, enabled);
    at::autocast::increment_nesting();
  });
}

bool ct_autocast_leave(int32_t deviceType, bool previousEnabled, int32_t previousDType) {
  return guardedCall("autocast", {}, [&] {
    const auto type = device(CTDevice{deviceType, -1}).type();
    // The cache of converted weights lives as long as the outermost block.
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(type, previousEnabled);
    at::autocast::set_autocast_dtype(type, scalarType(previousDType));
  });
}
