// References to tensors, their properties, and their elements.

// TensorIndexing.h includes every operation without this, which takes twice the time.
#define AT_PER_OPERATOR_HEADERS
#include <ATen/ScalarOps.h>
#include <ATen/TensorIndexing.h>
#include <ATen/TracerMode.h>
#include <ATen/ops/_local_scalar_dense.h>
#include <ATen/ops/alias.h>
#include <ATen/ops/as_strided.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/select.h>
#include <ATen/ops/slice.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "Arguments.h"
#include "CTorchCore.h"
#include "Capture/Recording.h"
#include "Guard.h"

using namespace ctorch;

namespace ctorch {
namespace {
std::atomic<int64_t> liveCount{0};

/// A step whose elements Swift sees cannot be captured: nobody knows what it does with them.
void noteReading() {
  capture::refuseCurrent(
      "reads the memory of a tensor, and what Swift makes of it would be the same in each later step: return the "
      "tensor, and read it afterwards");
}
}  // namespace

CTTensor *owned(at::Tensor &&tensor) noexcept {
  liveCount.fetch_add(1, std::memory_order_relaxed);
  return reinterpret_cast<CTTensor *>(tensor.unsafeReleaseTensorImpl());
}

int64_t ownedList(std::vector<at::Tensor> &&list, CTTensor *_Nonnull *_Nullable *_Nonnull out) {
  // One more than needed, since an empty list may otherwise be given a null pointer.
  auto *handles = static_cast<CTTensor **>(std::malloc((list.size() + 1) * sizeof(CTTensor *)));
  if (handles == nullptr) throw std::bad_alloc();
  for (size_t i = 0; i < list.size(); ++i) handles[i] = owned(std::move(list[i]));
  *out = handles;
  return static_cast<int64_t>(list.size());
}

at::Tensor wrappedNumber(const CTScalar &value) { return at::native::wrapped_scalar_tensor(scalar(value)); }

c10::ScalarType scalarType(int32_t value) {
  const auto type = static_cast<c10::ScalarType>(value);
  TORCH_CHECK_TYPE(
      value >= 0 && value < static_cast<int32_t>(c10::ScalarType::NumOptions) && type != c10::ScalarType::Undefined,
      "there is no dtype ", value);
  return type;
}

}  // namespace ctorch

CTTensor *ct_tensor_undefined(void) { return owned(at::Tensor()); }

void ct_tensor_release(CTTensor *tensor) {
  liveCount.fetch_sub(1, std::memory_order_relaxed);
  TensorPointer::reclaim(reinterpret_cast<c10::TensorImpl *>(tensor)).reset();
}

int64_t ct_tensor_live_count(void) { return liveCount.load(std::memory_order_relaxed); }

void ct_tensor_list_free(CTTensor **list) { std::free(list); }

bool ct_tensor_is_defined(CTTensor *tensor) { return borrow(tensor)->defined(); }

bool ct_tensor_is_same(CTTensor *left, CTTensor *right) { return left == right; }

int64_t ct_tensor_dimension_count(CTTensor *tensor) {
  return guarded("dim", {tensor}, int64_t{0}, [&] { return borrow(tensor)->dim(); });
}

const int64_t *ct_tensor_sizes(CTTensor *tensor) {
  return guarded("sizes", {tensor}, static_cast<const int64_t *>(nullptr), [&] {
    return borrow(tensor)->sizes().data();
  });
}

bool ct_tensor_strides(CTTensor *tensor, int64_t *out) {
  return guardedCall("stride", {tensor}, [&] {
    const auto strides = borrow(tensor)->strides();
    std::copy(strides.begin(), strides.end(), out);
  });
}

int64_t ct_tensor_storage_offset(CTTensor *tensor) {
  return guarded("storage_offset", {tensor}, int64_t{0}, [&] { return borrow(tensor)->storage_offset(); });
}

int64_t ct_tensor_element_count(CTTensor *tensor) {
  return guarded("numel", {tensor}, int64_t{0}, [&] { return borrow(tensor)->numel(); });
}

int32_t ct_tensor_dtype(CTTensor *tensor) {
  return guarded("dtype", {tensor}, int32_t{-1}, [&]() -> int32_t {
    if (!borrow(tensor)->defined()) return -1;
    return static_cast<int32_t>(borrow(tensor)->scalar_type());
  });
}

CTDevice ct_tensor_device(CTTensor *tensor) {
  return guarded("device", {tensor}, CTDevice{-1, -1}, [&] {
    if (!borrow(tensor)->defined()) return CTDevice{-1, -1};
    const auto device = borrow(tensor)->device();
    return CTDevice{static_cast<int32_t>(device.type()), static_cast<int32_t>(device.index())};
  });
}

int32_t ct_tensor_layout(CTTensor *tensor) {
  return guarded("layout", {tensor}, int32_t{-1}, [&] { return static_cast<int32_t>(borrow(tensor)->layout()); });
}

bool ct_tensor_is_contiguous(CTTensor *tensor) {
  return guarded("is_contiguous", {tensor}, false, [&] { return borrow(tensor)->is_contiguous(); });
}

bool ct_tensor_is_pinned(CTTensor *tensor) {
  return guarded("is_pinned", {tensor}, false, [&] { return borrow(tensor)->is_pinned(); });
}

const void *ct_tensor_data(CTTensor *tensor) {
  return guarded("data_ptr", {tensor}, static_cast<const void *>(nullptr), [&]() -> const void * {
    const auto borrowed = borrow(tensor);
    if (!borrowed->defined() || !borrowed->has_storage()) return nullptr;
    noteReading();
    return borrowed->const_data_ptr();
  });
}

void *ct_tensor_mutable_data(CTTensor *tensor) {
  return guarded("data_ptr", {tensor}, static_cast<void *>(nullptr), [&]() -> void * {
    const auto borrowed = borrow(tensor);
    if (!borrowed->defined() || !borrowed->has_storage()) return nullptr;
    capture::refuseCurrent("writes into the memory of a tensor by other means than operations");
    return borrowed->mutable_data_ptr();
  });
}

const void *ct_tensor_storage_identity(CTTensor *tensor) {
  return guarded("storage", {tensor}, static_cast<const void *>(nullptr), [&]() -> const void * {
    const auto borrowed = borrow(tensor);
    if (!borrowed->defined() || !borrowed->has_storage()) return nullptr;
    return borrowed->storage().unsafeGetStorageImpl();
  });
}

const void *ct_tensor_storage_data(CTTensor *tensor) {
  return guarded("storage", {tensor}, static_cast<const void *>(nullptr), [&]() -> const void * {
    const auto borrowed = borrow(tensor);
    if (!borrowed->defined() || !borrowed->has_storage()) return nullptr;
    TORCH_CHECK(borrowed->device().is_cpu(), "the storage of a tensor on ", borrowed->device(), " cannot be read");
    noteReading();
    return borrowed->storage().data();
  });
}

int64_t ct_tensor_storage_byte_count(CTTensor *tensor) {
  return guarded("storage", {tensor}, int64_t{0}, [&]() -> int64_t {
    const auto borrowed = borrow(tensor);
    if (!borrowed->defined() || !borrowed->has_storage()) return 0;
    return static_cast<int64_t>(borrowed->storage().nbytes());
  });
}

CTTensor *ct_tensor_from_bytes(
    const void *bytes, int64_t byteCount, const int64_t *sizes, int64_t dimensionCount, int32_t dtype) {
  return guardedTensor("tensor", {}, [&] {
    const auto type = scalarType(dtype);
    const auto shape = integers(sizes, dimensionCount);
    // Before memory is asked for: the shape may be any.
    int64_t expected = static_cast<int64_t>(c10::elementSize(type));
    bool overflows = false;
    bool hasNoElement = false;
    for (const int64_t size : shape) {
      TORCH_CHECK(size >= 0, "the shape ", shape, " has a negative size");
      hasNoElement |= size == 0;
      overflows |= __builtin_mul_overflow(expected, size, &expected);
    }
    if (hasNoElement) expected = 0;
    TORCH_CHECK(
        (!overflows || hasNoElement) && expected == byteCount, "the shape ", shape, " does not take ",
        byteCount / static_cast<int64_t>(c10::elementSize(type)), " elements");
    // A trace would have the memory without the numbers that come into it; as it is, the tensor is a constant there.
    at::tracer::impl::NoTracerDispatchMode isNotTraced;
    auto tensor = at::empty(shape, at::TensorOptions().dtype(type));
    if (byteCount > 0) std::memcpy(tensor.mutable_data_ptr(), bytes, byteCount);
    return tensor;
  });
}

bool ct_tensor_copy_bytes(CTTensor *tensor, void *bytes, int64_t byteCount) {
  return guardedCall("copy", {tensor}, [&] {
    const auto borrowed = borrow(tensor);
    TORCH_CHECK(borrowed->defined(), "an undefined tensor has no elements");
    noteReading();
    const auto plain = borrowed->detach().resolve_conj().resolve_neg().to(at::kCPU).contiguous();
    TORCH_CHECK(
        static_cast<int64_t>(plain.nbytes()) == byteCount, "the tensor has ", plain.nbytes(), " bytes, not ",
        byteCount);
    if (byteCount > 0) std::memcpy(bytes, plain.const_data_ptr(), byteCount);
  });
}

bool ct_tensor_item(CTTensor *tensor, CTScalar *out) {
  return guardedCall("item", {tensor}, [&] {
    const auto borrowed = borrow(tensor);
    TORCH_CHECK(borrowed->defined(), "an undefined tensor has no value");
    TORCH_CHECK(borrowed->numel() == 1, "a tensor with ", borrowed->numel(), " elements is not one number: its shape is ",
                borrowed->sizes());
    const c10::Scalar value = at::_local_scalar_dense(borrowed);
    *out = CTScalar{CTScalarKindInteger, 0, 0, 0};
    if (value.isBoolean()) {
      out->kind = CTScalarKindBoolean;
      out->integer = value.to<bool>();
    } else if (value.isIntegral(/*includeBool=*/false)) {
      out->integer = value.to<int64_t>();
    } else if (value.isComplex()) {
      const auto number = value.to<c10::complex<double>>();
      out->kind = CTScalarKindComplex;
      out->real = number.real();
      out->imaginary = number.imag();
    } else {
      out->kind = CTScalarKindReal;
      out->real = value.to<double>();
    }
  });
}

CTTensor *ct_tensor_view_of_storage(
    CTTensor *tensor, const int64_t *sizes, const int64_t *strides, int64_t dimensionCount, int64_t storageOffset) {
  return guardedTensor("as_strided", {tensor}, [&] {
    return at::as_strided(
        borrow(tensor), integers(sizes, dimensionCount), integers(strides, dimensionCount), storageOffset);
  });
}

namespace {

at::indexing::TensorIndex toIndex(const CTIndex &index, int64_t longestSize) {
  using namespace at::indexing;
  switch (index.kind) {
    case CTIndexKindSlice: {
      const auto bound = [](CTOptionalInteger value) -> std::optional<c10::SymInt> {
        return optionalSymbolicInteger(value);
      };
      TORCH_CHECK_INDEX(index.step > 0, "a slice's step must be positive, not ", index.step);
      // Multiplied by the dimension's stride, a step must not overflow; beyond the dimension's end all are alike.
      const bool isGreat = index.step > std::numeric_limits<int32_t>::max();
      const int64_t step = isGreat ? std::max(longestSize, int64_t{1}) : index.step;
      return TensorIndex(Slice(bound(index.start), bound(index.stop), c10::SymInt(step)));
    }
    case CTIndexKindEllipsis: return TensorIndex(Ellipsis);
    case CTIndexKindNewAxis: return TensorIndex(None);
    case CTIndexKindTensor: return TensorIndex(static_cast<const at::Tensor &>(borrow(index.tensor)));
    default: return TensorIndex(index.integer);
  }
}

std::vector<at::indexing::TensorIndex> toIndices(const at::Tensor &tensor, const CTIndex *indices, int64_t count) {
  int64_t longestSize = 0;
  for (const int64_t size : tensor.sizes()) longestSize = std::max(longestSize, size);
  std::vector<at::indexing::TensorIndex> result;
  result.reserve(count);
  for (int64_t i = 0; i < count; ++i) result.push_back(toIndex(indices[i], longestSize));
  return result;
}

}  // namespace

CTTensor *ct_tensor_index(CTTensor *tensor, const CTIndex *indices, int64_t count) {
  return guardedTensor("index", {tensor}, [&] {
    const auto borrowed = borrow(tensor);
    TORCH_CHECK(borrowed->defined(), "an undefined tensor has no parts");
    // The commonest parts, without what makes them fit for all others.
    if (count == 1 && borrowed->dim() > 0) {
      const CTIndex &index = indices[0];
      if (index.kind == CTIndexKindSlice && index.step == 1) {
        return at::slice(borrowed, 0, optionalInteger(index.start), optionalInteger(index.stop));
      }
      if (index.kind == CTIndexKindInteger && index.integer >= 0 && index.integer < borrowed->size(0)) {
        return at::select(borrowed, 0, index.integer);
      }
    }
    // libtorch refuses what Python writes as x[()]: the whole.
    return count == 0 ? borrowed->alias() : borrowed->index(toIndices(borrowed, indices, count));
  });
}

bool ct_tensor_index_put(CTTensor *tensor, const CTIndex *indices, int64_t count, CTTensor *value) {
  return guardedCall("index_put_", {tensor, value}, [&] {
    auto target = borrow(tensor);
    TORCH_CHECK(target->defined() && borrow(value)->defined(), "an undefined tensor has no parts");
    if (count == 0) {
      target->copy_(borrow(value));
    } else {
      target.mutableReference().index_put_(toIndices(target, indices, count), *borrow(value));
    }
  });
}
