// The parts of sparse tensors, as torch.save writes them.

#include <ATen/ops/_sparse_compressed_tensor_unsafe.h>
#include <ATen/ops/_sparse_coo_tensor_unsafe.h>
#include <ATen/ops/_validate_sparse_compressed_tensor_args.h>
#include <ATen/ops/_validate_sparse_coo_tensor_args.h>

#include "Arguments.h"
#include "CTorchCore.h"
#include "Guard.h"

using namespace ctorch;

CTTensor *ct_tensor_sparse_part(CTTensor *tensor, int32_t index) {
  return guardedTensor("sparse part", {tensor}, [&] {
    const auto whole = borrow(tensor);
    const auto layout = whole->defined() ? whole->layout() : c10::kStrided;
    at::Tensor part;
    switch (layout) {
      case c10::kSparse:
        part = index == 0 ? whole->_indices() : whole->_values();
        break;
      case c10::kSparseCsr:
      case c10::kSparseBsr:
        part = index == 0 ? whole->crow_indices() : index == 1 ? whole->col_indices() : whole->values();
        break;
      case c10::kSparseCsc:
      case c10::kSparseBsc:
        part = index == 0 ? whole->ccol_indices() : index == 1 ? whole->row_indices() : whole->values();
        break;
      default:
        TORCH_CHECK(false, "a tensor whose layout is ", layout, " has no such parts");
    }
    return part.detach();
  });
}

CTTensor *ct_tensor_sparse(
    int32_t layout, CTTensor *indices, CTTensor *plainIndices, CTTensor *values, const int64_t *sizes,
    int64_t dimensionCount, int8_t isCoalesced) {
  return guardedTensor("sparse tensor", {indices, plainIndices, values}, [&] {
    const auto size = integers(sizes, dimensionCount);
    const auto first = borrow(indices);
    const auto plain = borrow(plainIndices);
    const auto elements = borrow(values);
    TORCH_CHECK(first->defined() && elements->defined(), "a sparse tensor needs indices and values");
    const auto options = elements->options();
    const auto kind = static_cast<c10::Layout>(layout);
    if (kind == c10::kSparse) {
      at::_validate_sparse_coo_tensor_args(*first, *elements, size, optionalBool(isCoalesced));
      return at::_sparse_coo_tensor_unsafe(
          *first, *elements, size, options.layout(kind), optionalBool(isCoalesced));
    }
    TORCH_CHECK(
        kind == c10::kSparseCsr || kind == c10::kSparseCsc || kind == c10::kSparseBsr || kind == c10::kSparseBsc,
        "there is no sparse layout ", layout);
    TORCH_CHECK(plain->defined(), "a compressed sparse tensor needs two tensors of indices");
    at::_validate_sparse_compressed_tensor_args(*first, *plain, *elements, size, kind);
    if (kind == c10::kSparseBsr || kind == c10::kSparseBsc) {
      // libtorch's operations divide by them.
      const auto block = first->dim();
      TORCH_CHECK(elements->size(block) > 0 && elements->size(block + 1) > 0, "a sparse tensor has empty blocks");
    }
    return at::_sparse_compressed_tensor_unsafe(*first, *plain, *elements, size, options.layout(kind));
  });
}
