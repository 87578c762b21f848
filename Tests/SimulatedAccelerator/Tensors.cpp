// The kernels without which there are no tensors: making them, views of them, copies between them and the processor.

#include <ATen/EmptyTensor.h>
#include <ATen/native/Resize.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/set_native.h>
#include <ATen/ops/unfold_native.h>
#include <ATen/ops/view_as_complex_native.h>
#include <ATen/ops/view_as_real_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/DeviceGuard.h>
#include <torch/library.h>

#include "Kernels.h"

namespace sim {

at::Tensor host(const at::Tensor &tensor) {
  if (!tensor.defined() || !tensor.is_privateuseone()) return tensor;
  auto alias = at::from_blob(
      toHost(tensor.const_data_ptr()), tensor.sizes(), tensor.strides(), tensor.options().device(at::kCPU));
  if (tensor.is_conj()) alias._set_conj(true);
  if (tensor.is_neg()) alias._set_neg(true);
  return alias;
}

std::optional<at::Tensor> host(const std::optional<at::Tensor> &tensor) {
  return tensor && tensor->defined() ? std::optional(host(*tensor)) : std::nullopt;
}

namespace {

const c10::DispatchKeySet keys(c10::DispatchKey::PrivateUse1);

void checkFactory(std::optional<c10::Layout> layout, std::optional<bool> isPinned) {
  TORCH_CHECK(c10::layout_or_default(layout) == at::kStrided, "sim has strided tensors only");
  TORCH_CHECK(!c10::pinned_memory_or_default(isPinned), "Only dense CPU tensors can be pinned");
}

at::Tensor empty(
    at::IntArrayRef size, std::optional<at::ScalarType> dtype, std::optional<at::Layout> layout,
    std::optional<c10::Device> device, std::optional<bool> isPinned, std::optional<at::MemoryFormat> format) {
  checkFactory(layout, isPinned);
  const c10::DeviceGuard guard(c10::device_or_default(device));
  return at::detail::empty_generic(size, &deviceAllocator(), keys, c10::dtype_or_default(dtype), format);
}

at::Tensor emptyStrided(
    at::IntArrayRef size, at::IntArrayRef stride, std::optional<at::ScalarType> dtype, std::optional<at::Layout> layout,
    std::optional<c10::Device> device, std::optional<bool> isPinned) {
  checkFactory(layout, isPinned);
  const c10::DeviceGuard guard(c10::device_or_default(device));
  return at::detail::empty_strided_generic(size, stride, &deviceAllocator(), keys, c10::dtype_or_default(dtype));
}

/// Makes the memory as large as the shape of the tensor needs.
void growStorage(at::TensorImpl *tensor) {
  const auto size = at::detail::computeStorageNbytes(
      tensor->sizes(), tensor->strides(), tensor->itemsize(), tensor->storage_offset());
  if (tensor->numel() != 0 && tensor->storage().nbytes() < size) resizeStorage(tensor->storage(), size);
}

const at::Tensor &resize(const at::Tensor &self, at::IntArrayRef size, std::optional<at::MemoryFormat> format) {
  auto *const tensor = self.unsafeGetTensorImpl();
  if (self.sizes() != size) tensor->set_sizes_contiguous(size);
  if (format && *format != at::MemoryFormat::Preserve) tensor->empty_tensor_restride(*format);
  growStorage(tensor);
  return self;
}

at::Tensor &setStorage(
    at::Tensor &self, at::Storage source, int64_t offset, at::IntArrayRef size, at::IntArrayRef stride) {
  at::native::checkSetStorage(self, source, offset, size, stride);
  auto *const tensor = self.unsafeGetTensorImpl();
  tensor->set_storage_offset(offset);
  if (stride.data() != nullptr) {
    tensor->set_sizes_and_strides(size, stride);
  } else {
    tensor->set_sizes_contiguous(size);
  }
  growStorage(tensor);
  return self;
}

at::Tensor &setWholeStorage(at::Tensor &self, at::Storage source) {
  const auto count = static_cast<int64_t>(source.nbytes() / self.dtype().itemsize());
  return setStorage(self, std::move(source), 0, {count}, {});
}

at::Tensor &setNothing(at::Tensor &self) {
  const c10::DeviceGuard guard(self.device());
  c10::Storage nothing(
      c10::Storage::use_byte_size_t(), 0, deviceAllocator().allocate(0), &deviceAllocator(), /*resizable=*/true);
  return setStorage(self, std::move(nothing), 0, {0}, {});
}

at::Tensor copyFrom(const at::Tensor &self, const at::Tensor &target, bool nonBlocking) {
  host(target).copy_(host(self), nonBlocking);
  return target;
}

at::Tensor copyFromAndResize(const at::Tensor &self, const at::Tensor &target) {
  if (target.sizes() != self.sizes()) target.resize_(self.sizes());
  host(target).copy_(host(self));
  return target;
}

at::Scalar localScalar(const at::Tensor &self) { return host(self).item(); }

/// `set_data`, with which modules move their parameters in place: libtorch knows this of its own devices only.
bool canShallowCopy(const at::Tensor &self, const at::Tensor &from) {
  const auto isPlain = [](const at::Tensor &tensor) {
    return tensor.layout() == at::kStrided && (tensor.is_cpu() || tensor.is_privateuseone());
  };
  return isPlain(self) && isPlain(from);
}

}  // namespace

void registerTensors() {
  static auto library = MAKE_TORCH_LIBRARY_IMPL(aten, PrivateUse1);
  library.impl("empty.memory_format", empty);
  library.impl("empty_strided", emptyStrided);
  library.impl("resize_", resize);
  library.impl("set_.source_Storage_storage_offset", setStorage);
  library.impl("set_.source_Storage", setWholeStorage);
  library.impl("set_.source_Tensor", at::native::set_tensor_);
  library.impl("set_", setNothing);
  library.impl("as_strided", at::native::as_strided_tensorimpl);
  library.impl("view", TORCH_FN(at::native::view));
  library.impl("_reshape_alias", TORCH_FN(at::native::_reshape_alias));
  library.impl("unfold", at::native::unfold);
  library.impl("view_as_real", at::native::view_as_real);
  library.impl("view_as_complex", at::native::view_as_complex);
  library.impl("_copy_from", copyFrom);
  library.impl("_copy_from_and_resize", copyFromAndResize);
  library.impl("_local_scalar_dense", localScalar);
  library.impl("_has_compatible_shallow_copy_type", canShallowCopy);

  static auto autograd = MAKE_TORCH_LIBRARY_IMPL(aten, AutogradPrivateUse1);
  autograd.impl("_has_compatible_shallow_copy_type", canShallowCopy);

  // A copy of a tensor that is conjugated or negated only when it is read is left to the processor's copy_. Otherwise
  // these two keys would call it forever.
  static auto conjugate = MAKE_TORCH_LIBRARY_IMPL(aten, Conjugate);
  conjugate.impl("_copy_from", torch::CppFunction::makeFallthrough());
  static auto negative = MAKE_TORCH_LIBRARY_IMPL(aten, Negative);
  negative.impl("_copy_from", torch::CppFunction::makeFallthrough());
}

}  // namespace sim
