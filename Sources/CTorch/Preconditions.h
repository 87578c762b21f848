// What operations need of their arguments where libtorch does not check it, and would crash.
#pragma once

#include <ATen/core/Tensor.h>

#include <initializer_list>
#include <optional>
#include <string_view>

#include "CTorchTypes.h"

namespace ctorch {

/// A list as it comes from Swift. Reading it so costs no reference counting.
struct HandleList {
  CTTensor *_Nonnull const *_Nullable handles = nullptr;
  int64_t count = 0;
};

/// The most negative integer divided by -1 is no integer of its type: the processor's division stops the process.
void checkDivision(const at::Tensor &self, const at::Tensor &other, std::optional<std::string_view> roundingMode);

/// Fitting the ends of a range to real numbers never ends where the number behind one is no integer any more.
void checkRandomRange(int64_t from, std::optional<int64_t> to);

/// Grouped attention divides the number of the query's heads by that of the key and of the value.
void checkGroupedAttention(const at::Tensor &key, const at::Tensor &value, bool isGrouped);

/// Fused optimisers read each list at the places of the parameters' elements, without looking at what is there.
///
/// Every list must be empty or hold one tensor for each parameter, of its shape, type, device and layout in memory;
/// `steps` must hold single numbers.
void checkFusedOptimizer(HandleList parameters, std::initializer_list<HandleList> companions, HandleList steps);

}  // namespace ctorch
