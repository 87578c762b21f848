// How references and arguments come from Swift, and how references go back.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/List.h>
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/Layout.h>
#include <c10/core/MemoryFormat.h>
#include <c10/core/Scalar.h>
#include <c10/core/ScalarType.h>
#include <c10/util/Exception.h>
#include <c10/util/SmallVector.h>

#include <new>
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "CTorchTypes.h"

namespace ctorch {

using TensorPointer = c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>;

/// Hands one reference to the caller. Counted, so that tests can show that none leaks.
CTTensor *_Nonnull owned(at::Tensor &&tensor) noexcept;

/// A tensor that the caller keeps alive, seen as `at::Tensor` without touching its reference count.
///
/// The reference that it converts to lives no longer than it does: give it a name (`const auto value = borrow(x)`) if
/// the tensor is needed beyond one expression.
class Borrowed {
 public:
  explicit Borrowed(CTTensor *_Nullable handle) noexcept {
    // A null pointer is no `TensorImpl`, not even the undefined one.
    if (handle == nullptr) {
      new (&tensor_) at::Tensor();
    } else {
      new (&tensor_) at::Tensor(TensorPointer::reclaim(reinterpret_cast<c10::TensorImpl *>(handle)));
    }
  }
  Borrowed(const Borrowed &) = delete;
  Borrowed &operator=(const Borrowed &) = delete;
  // The tensor's destructor does not run: the reference is the caller's.
  ~Borrowed() {}

  operator const at::Tensor &() const noexcept [[clang::lifetimebound]] { return tensor_; }
  const at::Tensor &operator*() const noexcept [[clang::lifetimebound]] { return tensor_; }
  const at::Tensor *_Nonnull operator->() const noexcept [[clang::lifetimebound]] { return &tensor_; }
  /// For operations that write into the tensor; none of them makes it point elsewhere.
  at::Tensor &mutableReference() noexcept [[clang::lifetimebound]] { return tensor_; }

 private:
  union {
    at::Tensor tensor_;
  };
};

inline Borrowed borrow(CTTensor *_Nullable handle) noexcept { return Borrowed(handle); }

std::optional<at::Tensor> optionalTensor(CTTensor *_Nullable handle);

using TensorVector = c10::SmallVector<at::Tensor, 8>;

TensorVector tensors(CTTensor *_Nullable const *_Nullable handles, int64_t count);

/// For operations on lists, which look at each tensor without asking whether it has a value; throws if one has none.
TensorVector definedTensors(CTTensor *_Nullable const *_Nullable handles, int64_t count);

c10::List<std::optional<at::Tensor>> optionalTensors(
    CTTensor *_Nullable const *_Nullable handles, int64_t count);

c10::Scalar scalar(const CTScalar &value);

/// A number as a tensor that takes part in arithmetic as a number does: its type does not widen the result's.
at::Tensor wrappedNumber(const CTScalar &value);

std::optional<c10::Scalar> optionalScalar(const CTOptionalScalar &value);

std::vector<c10::Scalar> scalars(const CTScalar *_Nullable values, int64_t count);

inline std::optional<int64_t> optionalInteger(CTOptionalInteger value) {
  if (!value.isPresent) return std::nullopt;
  return value.value;
}

inline std::optional<double> optionalReal(CTOptionalReal value) {
  if (!value.isPresent) return std::nullopt;
  return value.value;
}

inline std::optional<bool> optionalBool(int8_t value) {
  if (value < 0) return std::nullopt;
  return value != 0;
}

/// `CTInteger` and `int64_t` have one size, but are two types on some systems.
template <typename Integer>
at::IntArrayRef integers(const Integer *_Nullable values, int64_t count) {
  static_assert(sizeof(Integer) == sizeof(int64_t) && std::is_signed_v<Integer>);
  return at::IntArrayRef(reinterpret_cast<const int64_t *>(values), static_cast<size_t>(count));
}

template <typename Integer>
at::OptionalIntArrayRef optionalIntegers(const Integer *_Nullable values, int64_t count) {
  if (count < 0) return std::nullopt;
  return integers(values, count);
}

template <typename Integer>
c10::SymIntArrayRef symbolicIntegers(const Integer *_Nullable values, int64_t count) {
  return c10::fromIntArrayRefSlow(integers(values, count));
}

template <typename Integer>
at::OptionalSymIntArrayRef optionalSymbolicIntegers(const Integer *_Nullable values, int64_t count) {
  if (count < 0) return std::nullopt;
  return symbolicIntegers(values, count);
}

inline std::optional<c10::SymInt> optionalSymbolicInteger(CTOptionalInteger value) {
  if (!value.isPresent) return std::nullopt;
  return c10::SymInt(value.value);
}

inline at::ArrayRef<double> reals(const double *_Nullable values, int64_t count) {
  return at::ArrayRef<double>(values, static_cast<size_t>(count));
}

inline std::optional<at::ArrayRef<double>> optionalReals(const double *_Nullable values, int64_t count) {
  if (count < 0) return std::nullopt;
  return reals(values, count);
}

/// Throws for a number that is no element type of this libtorch.
c10::ScalarType scalarType(int32_t value);

inline std::optional<c10::ScalarType> optionalScalarType(int32_t value) {
  if (value < 0) return std::nullopt;
  return scalarType(value);
}

inline std::optional<c10::Layout> optionalLayout(int32_t value) {
  if (value < 0) return std::nullopt;
  TORCH_CHECK(value < static_cast<int32_t>(c10::Layout::NumOptions), "there is no layout ", value);
  return static_cast<c10::Layout>(value);
}

inline c10::MemoryFormat memoryFormat(int32_t value) {
  TORCH_CHECK(
      value >= 0 && value < static_cast<int32_t>(c10::MemoryFormat::NumOptions), "there is no memory format ", value);
  return static_cast<c10::MemoryFormat>(value);
}

inline std::optional<c10::MemoryFormat> optionalMemoryFormat(int32_t value) {
  if (value < 0) return std::nullopt;
  return memoryFormat(value);
}

/// Throws for a device that this libtorch cannot name.
c10::Device device(CTDevice value);

inline std::optional<c10::Device> optionalDevice(CTDevice value) {
  if (value.type < 0) return std::nullopt;
  return device(value);
}

std::optional<at::Generator> optionalGenerator(CTGenerator *_Nullable handle);

inline std::optional<std::string_view> optionalString(const char *_Nullable value) {
  if (value == nullptr) return std::nullopt;
  return std::string_view(value);
}

/// Hands a list of tensors to the caller: `*out` becomes an array of owned references that
/// `ct_tensor_list_free` frees (the array, not the references). Returns their number.
int64_t ownedList(std::vector<at::Tensor> &&list, CTTensor *_Nonnull *_Nullable *_Nonnull out);

}  // namespace ctorch
