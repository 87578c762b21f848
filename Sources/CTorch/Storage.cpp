// Tensors over memory that exists: over a caller's bytes, and over another tensor's storage.

#include <ATen/EmptyTensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <memory>

#include "Arguments.h"
#include "CTorchCore.h"
#include "Guard.h"

using namespace ctorch;

CTTensor *ct_tensor_over_memory(void *bytes, int64_t byteCount, CTMemoryRelease release, void *owner) {
  return guardedTensor("from_blob", {}, [&] {
    // Whatever happens from here on, the memory is released, once.
    const std::shared_ptr<void> holder(owner, release);
    TORCH_CHECK(byteCount >= 0, "memory cannot have ", byteCount, " bytes");
    return at::from_blob(bytes, {byteCount}, [holder](void *) {}, at::TensorOptions().dtype(at::kByte));
  });
}

CTTensor *ct_tensor_on_storage(
    CTTensor *owner, int32_t dtype, const int64_t *sizes, const int64_t *strides, int64_t dimensionCount,
    int64_t storageOffset, bool isConjugate, bool isNegative) {
  return guardedTensor("set_", {owner}, [&] {
    const auto source = borrow(owner);
    TORCH_CHECK(source->defined() && source->has_storage(), "a tensor without memory has no storage");
    const auto type = scalarType(dtype);
    const auto size = integers(sizes, dimensionCount);
    const auto stride = integers(strides, dimensionCount);
    TORCH_CHECK(storageOffset >= 0, "a storage's offset cannot be ", storageOffset);
    // `set_` would make the storage larger if the tensor does not fit. The count of bytes is checked for overflow.
    const size_t needed =
        at::detail::computeStorageNbytes(size, stride, c10::elementSize(type), static_cast<size_t>(storageOffset));
    TORCH_CHECK(
        needed <= source->storage().nbytes(), "a tensor that takes ", needed, " bytes does not fit a storage of ",
        source->storage().nbytes());
    auto tensor = at::empty({0}, at::TensorOptions().dtype(type).device(source->device()));
    tensor.set_(source->storage(), storageOffset, size, stride);
    tensor._set_conj(isConjugate);
    tensor._set_neg(isNegative);
    return tensor;
  });
}

bool ct_tensor_is_conjugate(CTTensor *tensor) {
  return guarded("is_conj", {tensor}, false, [&] { return borrow(tensor)->is_conj(); });
}

bool ct_tensor_is_negative(CTTensor *tensor) {
  return guarded("is_neg", {tensor}, false, [&] { return borrow(tensor)->is_neg(); });
}
