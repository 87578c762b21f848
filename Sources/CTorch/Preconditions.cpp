#include "Preconditions.h"

#include <ATen/ops/eq.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/result_type.h>
#include <c10/util/Exception.h>

#include <limits>

#include "Support.h"

namespace ctorch {
namespace {

/// 0 for a type without negative integers.
int64_t leastInteger(c10::ScalarType type) {
  switch (type) {
    case c10::ScalarType::Char: return std::numeric_limits<int8_t>::min();
    case c10::ScalarType::Short: return std::numeric_limits<int16_t>::min();
    case c10::ScalarType::Int: return std::numeric_limits<int32_t>::min();
    case c10::ScalarType::Long: return std::numeric_limits<int64_t>::min();
    default: return 0;
  }
}

bool isInSameOrder(const at::Tensor &left, const at::Tensor &right) {
  if (!left.is_non_overlapping_and_dense()) return false;
  for (int64_t dim = 0; dim < left.dim(); ++dim) {
    // The stride of a dimension with one place means nothing.
    if (left.size(dim) > 1 && left.stride(dim) != right.stride(dim)) return false;
  }
  return true;
}

}  // namespace

void checkDivision(const at::Tensor &self, const at::Tensor &other, std::optional<std::string_view> roundingMode) {
  // Only this mode is computed by the processor's division alone; on CUDA the quotient wraps around.
  if (roundingMode != "trunc" || !self.defined() || !other.defined() || !self.device().is_cpu()) return;
  const auto type = at::result_type(self, other);
  // Those below 32 bits are widened before they are divided; so is a dividend of a narrower type.
  if ((type != c10::ScalarType::Int && type != c10::ScalarType::Long) || self.scalar_type() != type) return;
  if (leastInteger(other.scalar_type()) == 0) return;
  if (!at::eq(other, -1).any().item<bool>()) return;
  const auto overflows = at::logical_and(at::eq(self, leastInteger(type)), at::eq(other, -1));
  TORCH_CHECK(!overflows.any().item<bool>(), "integer overflow: ", leastInteger(type), " divided by -1");
}

void checkRandomRange(int64_t from, std::optional<int64_t> to) {
  TORCH_CHECK(
      from != std::numeric_limits<int64_t>::max() && to != std::numeric_limits<int64_t>::min() + 1,
      "the range of random integers starts at ", from, ", too near to the end of what an integer holds");
}

void checkGroupedAttention(const at::Tensor &key, const at::Tensor &value, bool isGrouped) {
  for (const at::Tensor *tensor : {&key, &value}) {
    TORCH_CHECK(
        !isGrouped || !tensor->defined() || tensor->dim() < 3 || tensor->size(-3) != 0,
        "grouped attention needs at least one head of key and value: their shapes are ", key.sizes(), " and ",
        value.sizes());
  }
}

void checkFusedOptimizer(HandleList parameters, std::initializer_list<HandleList> companions, HandleList steps) {
  TORCH_CHECK(parameters.count > 0, "there are no parameters");
  for (const auto &list : companions) {
    if (list.count == 0) continue;
    TORCH_CHECK(
        list.count == parameters.count, "there are ", list.count, " tensors for ", parameters.count, " parameters");
    for (int64_t i = 0; i < list.count; ++i) {
      const auto parameter = borrow(parameters.handles[i]);
      const auto companion = borrow(list.handles[i]);
      TORCH_CHECK(parameter->defined() && companion->defined(), "parameter ", i, " or what belongs to it is undefined");
      TORCH_CHECK(
          parameter->layout() == c10::kStrided && companion->layout() == c10::kStrided, "parameter ", i,
          " or what belongs to it is sparse");
      TORCH_CHECK(
          companion->sizes() == parameter->sizes() && companion->scalar_type() == parameter->scalar_type() &&
              companion->device() == parameter->device(),
          "parameter ", i, " has the shape ", parameter->sizes(), " and type ", parameter->scalar_type(),
          ", but a gradient or state of it has the shape ", companion->sizes(), " and type ", companion->scalar_type());
      TORCH_CHECK(
          isInSameOrder(parameter, companion), "parameter ", i,
          " and its gradient or state lie in memory in different orders: their strides are ", parameter->strides(),
          " and ", companion->strides());
    }
  }
  TORCH_CHECK(
      steps.count == 0 || steps.count == parameters.count, "there are ", steps.count, " step counts for ",
      parameters.count, " parameters");
  for (int64_t i = 0; i < steps.count; ++i) {
    const auto step = borrow(steps.handles[i]);
    TORCH_CHECK(step->defined() && step->numel() == 1, "the step count of parameter ", i, " is not one number");
  }
}

}  // namespace ctorch
