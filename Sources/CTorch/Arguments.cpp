// Conversions of arguments. They are called from over a thousand generated functions, and stand here so that the
// compiler meets each once.

#include "Arguments.h"

namespace ctorch {

std::optional<at::Tensor> optionalTensor(CTTensor *_Nullable handle) {
  if (handle == nullptr) return std::nullopt;
  return std::optional<at::Tensor>(static_cast<const at::Tensor &>(Borrowed(handle)));
}

TensorVector tensors(CTTensor *_Nullable const *_Nullable handles, int64_t count) {
  TensorVector result;
  result.reserve(count);
  for (int64_t i = 0; i < count; ++i) result.push_back(*borrow(handles[i]));
  return result;
}

TensorVector definedTensors(CTTensor *_Nullable const *_Nullable handles, int64_t count) {
  TensorVector result = tensors(handles, count);
  for (const at::Tensor &tensor : result) TORCH_CHECK(tensor.defined(), "undefined Tensor");
  return result;
}

c10::List<std::optional<at::Tensor>> optionalTensors(
    CTTensor *_Nullable const *_Nullable handles, int64_t count) {
  c10::List<std::optional<at::Tensor>> result;
  result.reserve(count);
  for (int64_t i = 0; i < count; ++i) result.push_back(optionalTensor(handles[i]));
  return result;
}

c10::Scalar scalar(const CTScalar &value) {
  switch (value.kind) {
    case CTScalarKindReal: return c10::Scalar(value.real);
    case CTScalarKindBoolean: return c10::Scalar(value.integer != 0);
    case CTScalarKindComplex: return c10::Scalar(c10::complex<double>(value.real, value.imaginary));
    default: return c10::Scalar(value.integer);
  }
}

std::optional<c10::Scalar> optionalScalar(const CTOptionalScalar &value) {
  if (!value.isPresent) return std::nullopt;
  return scalar(value.value);
}

std::vector<c10::Scalar> scalars(const CTScalar *_Nullable values, int64_t count) {
  std::vector<c10::Scalar> result;
  result.reserve(count);
  for (int64_t i = 0; i < count; ++i) result.push_back(scalar(values[i]));
  return result;
}

}  // namespace ctorch
