// What operations need of their arguments that libtorch does not check, so that it would crash.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Scalar.h>
#include <c10/core/ScalarType.h>
#include <c10/core/SymIntArrayRef.h>

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

/// A function that looks at a tensor before it is dispatched needs one with a value.
void checkDefined(const at::Tensor &self, const at::Tensor &other);

/// A range from `start` to `end` whose length is no integer: the processor's division stops the process.
void checkRange(const c10::Scalar &start, const c10::Scalar &end, const c10::Scalar &step);

/// The same, for an operation that computes the length in the type of the result, which may round half a step down to
/// none.
void checkIntegerRange(
    const c10::Scalar &start, const c10::Scalar &end, const c10::Scalar &step, std::optional<c10::ScalarType> type);

/// Statistics and weights are read at the place of every channel, which is the second dimension of `input`.
void checkChannels(
    const at::Tensor &input, const std::optional<at::Tensor> &first, const std::optional<at::Tensor> &second);

/// The same; outside training, the statistics are read whether they are there or not.
void checkBatchNorm(
    const at::Tensor &input, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias,
    const std::optional<at::Tensor> &mean, const std::optional<at::Tensor> &variance, bool isTraining);

/// The sizes are believed.
void checkGroupNorm(const at::Tensor &input, int64_t batch, int64_t channels, int64_t places);

/// Rows of `weight` and the places where bags begin are looked up, on the CPU without a look at what they are.
void checkBags(
    const at::Tensor &weight, const at::Tensor &indices, const at::Tensor &offsets, bool includesLastOffset);

/// The probability of each symbol of a target is looked up, on the CPU without a look at what it is.
void checkSymbols(const at::Tensor &probabilities, const at::Tensor &targets, at::IntArrayRef lengths);
void checkSymbols(const at::Tensor &probabilities, const at::Tensor &targets, const at::Tensor &lengths);

/// One of LAPACK's drivers reads what is not there if no right-hand side is given.
void checkLeastSquares(const at::Tensor &matrix, const at::Tensor &sides, std::optional<std::string_view> driver);

/// A negative pivot is believed to be one of two, next to each other, and none to be zero.
void checkPivots(const at::Tensor &pivots);

/// The inverse of the most negative power is no integer, and never reached.
void checkPower(int64_t exponent);

/// A recurrent network without a layer gives back what is not there.
void checkLayers(int64_t count);

/// The rows of `data` are divided into steps of as many rows as `batchSizes` says, which may not grow.
void checkBatchSizes(const at::Tensor &data, const at::Tensor &batchSizes);
void checkPackedSequence(const at::Tensor &data, const at::Tensor &batchSizes, int64_t layerCount);

/// One of the kernels believes the shapes of the weights, `[4 · hidden, features]` and so on, and of the state.
void checkLSTM(
    const at::Tensor &input, at::TensorList state, at::TensorList weights, bool hasBiases, int64_t layerCount,
    bool isBidirectional);
void checkPackedLSTM(
    const at::Tensor &data, const at::Tensor &batchSizes, at::TensorList state, at::TensorList weights, bool hasBiases,
    int64_t layerCount, bool isBidirectional);

/// What goes over several lists at once reads all of them at the places of the first.
void checkEqualCounts(std::initializer_list<int64_t> counts);

/// The most negative integer divided by -1 is no integer of its type: the processor's division stops the process.
void checkDivision(const at::Tensor &self, const at::Tensor &other, std::optional<std::string_view> roundingMode);

/// Fitting the ends of a range to real numbers never ends if the number behind one is no integer any more.
void checkRandomRange(int64_t from, std::optional<int64_t> to);

/// Grouped attention divides the number of the query's heads by the numbers of the key's and the value's heads.
void checkGroupedAttention(const at::Tensor &key, const at::Tensor &value, bool isGrouped);

/// The segments are believed to lie within `data`.
void checkSegments(
    const at::Tensor &data, const std::optional<at::Tensor> &lengths, const std::optional<at::Tensor> &offsets,
    int64_t axis);

/// The weights of every place that a pixel is made of lie in one table, and 32 bits count its bytes.
void checkScales(c10::SymIntArrayRef outputSize, std::optional<double> vertical, std::optional<double> horizontal);

/// Fused optimizers read each list at the places of the parameters' elements, without looking at what is there.
///
/// Every list must be empty or hold one tensor for each parameter, of its shape, type, device and layout in memory;
/// `steps` must hold single numbers.
void checkFusedOptimizer(HandleList parameters, std::initializer_list<HandleList> companions, HandleList steps);

}  // namespace ctorch
