#include "Preconditions.h"

#include <ATen/ops/eq.h>
#include <ATen/ops/logical_and.h>
#include <ATen/ops/result_type.h>
#include <c10/core/WrapDimMinimal.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "Arguments.h"

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

/// The elements of a tensor of integers in order; none of another type.
std::vector<int64_t> integersOf(const at::Tensor &tensor) {
  if (!c10::isIntegralType(tensor.scalar_type(), false)) return {};
  const auto numbers = tensor.to(c10::ScalarType::Long).contiguous();
  // Not const_data_ptr<int64_t>(): libtorch 2.11 exports it under the name that GCC gives it, which is not Clang's.
  const auto *values = static_cast<const int64_t *>(numbers.const_data_ptr());
  return std::vector<int64_t>(values, values + numbers.numel());
}

}  // namespace

void checkDefined(const at::Tensor &self, const at::Tensor &other) {
  TORCH_CHECK(self.defined() && other.defined(), "undefined Tensor");
}

void checkRange(const c10::Scalar &start, const c10::Scalar &end, const c10::Scalar &step) {
  if (!start.isIntegral(true) || !end.isIntegral(true) || !step.isIntegral(true)) return;
  int64_t length = 0;
  TORCH_CHECK(
      !__builtin_sub_overflow(end.toLong(), start.toLong(), &length), "integer overflow: from ", start, " to ", end,
      " are more numbers than an integer counts");
  TORCH_CHECK(
      length != std::numeric_limits<int64_t>::min() || step.toLong() != -1, "integer overflow: ", length,
      " divided by -1");
}

void checkIntegerRange(
    const c10::Scalar &start, const c10::Scalar &end, const c10::Scalar &step, std::optional<c10::ScalarType> type) {
  if (!type.has_value() || !c10::isIntegralType(*type, false)) return;
  const int64_t whole = step.to<int64_t>();
  TORCH_CHECK(whole != 0, "a step of ", step, " is none between integers");
  checkRange(start.to<int64_t>(), end.to<int64_t>(), whole);
}

void checkChannels(
    const at::Tensor &input, const std::optional<at::Tensor> &first, const std::optional<at::Tensor> &second) {
  if (!input.defined()) return;
  TORCH_CHECK(input.dim() >= 2, "expected at least two dimensions, of which the second has the channels");
  for (const auto *tensor : {&first, &second}) {
    if (!tensor->has_value() || !(*tensor)->defined()) continue;
    TORCH_CHECK(
        (*tensor)->dim() == 1 && (*tensor)->size(0) == input.size(1), "there are ", input.size(1),
        " channels, but a weight or statistic of them has the shape ", (*tensor)->sizes());
    TORCH_CHECK((*tensor)->device() == input.device(), "the input and its statistics are on different devices");
  }
}

void checkBatchNorm(
    const at::Tensor &input, const std::optional<at::Tensor> &weight, const std::optional<at::Tensor> &bias,
    const std::optional<at::Tensor> &mean, const std::optional<at::Tensor> &variance, bool isTraining) {
  checkChannels(input, weight, bias);
  checkChannels(input, mean, variance);
  const bool hasStatistics = mean.has_value() && mean->defined() && variance.has_value() && variance->defined();
  TORCH_CHECK(isTraining || hasStatistics, "outside training, the running mean and variance are needed");
}

void checkGroupNorm(const at::Tensor &input, int64_t batch, int64_t channels, int64_t places) {
  if (!input.defined()) return;
  int64_t count = 0;
  const bool overflows = batch < 0 || channels < 0 || places < 0 || __builtin_mul_overflow(batch, channels, &count) ||
                         __builtin_mul_overflow(count, places, &count);
  TORCH_CHECK(
      !overflows && count == input.numel(), "the shape ", input.sizes(), " has not the size of ", batch, " times ",
      channels, " channels of ", places, " places");
}

void checkBags(
    const at::Tensor &weight, const at::Tensor &indices, const at::Tensor &offsets, bool includesLastOffset) {
  if (!weight.defined() || !indices.defined() || !offsets.defined()) return;
  TORCH_CHECK(
      indices.dim() == 1 && offsets.dim() == 1, "indices and offsets are lists of numbers: their shapes are ",
      indices.sizes(), " and ", offsets.sizes());
  if (!indices.device().is_cpu() || !offsets.device().is_cpu() || weight.dim() == 0) return;
  TORCH_CHECK(
      offsets.size(0) > (includesLastOffset ? 1 : 0) || indices.size(0) == 0, "there are ", indices.size(0),
      " indices, but no bag for them");
  int64_t previous = 0;
  for (const int64_t offset : integersOf(offsets)) {
    TORCH_CHECK(
        previous <= offset && offset <= indices.size(0), "the offset ", offset, " is less than the one before it, or ",
        "out of range of ", indices.size(0), " indices");
    previous = offset;
  }
  for (const int64_t index : integersOf(indices)) {
    TORCH_CHECK(0 <= index && index < weight.size(0), "index ", index, " is out of range of ", weight.size(0), " rows");
  }
}

void checkSymbols(const at::Tensor &probabilities, const at::Tensor &targets, at::IntArrayRef lengths) {
  if (!probabilities.defined() || !targets.defined() || !targets.device().is_cpu()) return;
  if (probabilities.dim() == 0 || targets.dim() > 2) return;
  const int64_t count = probabilities.size(-1);
  const auto symbols = integersOf(targets);
  const int64_t width = targets.dim() == 2 ? targets.size(1) : 0;
  int64_t start = 0;
  for (size_t sample = 0; sample < lengths.size(); ++sample) {
    if (width > 0) start = static_cast<int64_t>(sample) * width;
    // What else is wrong with the lengths, libtorch says.
    if (lengths[sample] < 0 || lengths[sample] > static_cast<int64_t>(symbols.size()) - start) return;
    for (int64_t place = start; place < start + lengths[sample]; ++place) {
      TORCH_CHECK(
          0 <= symbols[place] && symbols[place] < count, "symbol ", symbols[place], " is out of range of ", count);
    }
    start += lengths[sample];
  }
}

void checkSymbols(const at::Tensor &probabilities, const at::Tensor &targets, const at::Tensor &lengths) {
  if (!lengths.defined() || !lengths.device().is_cpu()) return;
  checkSymbols(probabilities, targets, integersOf(lengths));
}

void checkLeastSquares(const at::Tensor &matrix, const at::Tensor &sides, std::optional<std::string_view> driver) {
  if (driver != "gelss" || !matrix.defined() || !sides.defined()) return;
  TORCH_CHECK(
      matrix.numel() == 0 || sides.numel() > 0, "the driver 'gelss' takes right-hand sides with elements, not the shape ",
      sides.sizes(), ": leave the driver out");
}

void checkPivots(const at::Tensor &pivots) {
  if (!pivots.defined() || pivots.dim() == 0) return;
  const int64_t count = pivots.size(-1);
  int64_t place = 0;
  bool isSecond = false;
  for (const int64_t pivot : integersOf(pivots)) {
    ++place;
    const bool endsRow = place % count == 0;
    TORCH_CHECK(
        -count <= pivot && pivot <= count && (pivot > 0 ? !isSecond : pivot < 0 && (isSecond || !endsRow)),
        "pivots must be from 1 to the number of rows, or negative ones in pairs: pass those of ldl_factor");
    isSecond = pivot < 0 && !isSecond;
  }
}

void checkPower(int64_t exponent) {
  TORCH_CHECK(exponent != std::numeric_limits<int64_t>::min(), "integer overflow: the power ", exponent);
}

void checkLayers(int64_t count) { TORCH_CHECK(count > 0, "a recurrent network of ", count, " layers"); }

void checkBatchSizes(const at::Tensor &data, const at::Tensor &batchSizes) {
  if (!data.defined() || !batchSizes.defined()) return;
  TORCH_CHECK(
      batchSizes.dim() == 1 && batchSizes.size(0) > 0 && batchSizes.scalar_type() == c10::ScalarType::Long &&
          batchSizes.device().is_cpu(),
      "batch sizes are a list of integers on the CPU, one for each step");
  TORCH_CHECK(data.dim() > 0, "packed data has rows");
  const auto sizes = batchSizes.contiguous();
  const auto *values = static_cast<const int64_t *>(sizes.const_data_ptr());
  int64_t rows = 0;
  for (int64_t step = 0; step < sizes.size(0); ++step) {
    TORCH_CHECK(
        values[step] > 0 && values[step] <= data.size(0) - rows && (step == 0 || values[step] <= values[step - 1]),
        "the batch size ", values[step], " of step ", step, " is less than one, more than the one before it, or more ",
        "than the data has rows");
    rows += values[step];
  }
  TORCH_CHECK(rows == data.size(0), "the batch sizes say ", rows, " rows, and the data has ", data.size(0));
}

void checkPackedSequence(const at::Tensor &data, const at::Tensor &batchSizes, int64_t layerCount) {
  checkLayers(layerCount);
  checkBatchSizes(data, batchSizes);
  TORCH_CHECK(!data.defined() || data.dim() == 2, "packed data has the shape [rows, features], not ", data.sizes());
}

void checkLSTM(
    const at::Tensor &input, at::TensorList state, at::TensorList weights, bool hasBiases, int64_t layerCount,
    bool isBidirectional) {
  checkLayers(layerCount);
  TORCH_CHECK(state.size() == 2, "the state of an LSTM is two tensors, not ", state.size());
  if (!input.defined()) return;
  TORCH_CHECK(
      input.dim() > 0 && state[0].dim() == 3 && state[1].dim() == 3,
      "the state of an LSTM has the shape [layers, batch, hidden], not ", state[0].sizes(), " and ", state[1].sizes());
  const int64_t directions = isBidirectional ? 2 : 1;
  const int64_t output = state[0].size(2);
  const int64_t hidden = state[1].size(2);
  const bool isProjected = output != hidden;
  const int64_t share = (hasBiases ? 4 : 2) + (isProjected ? 1 : 0);
  int64_t cells = 0;
  int64_t expected = 0;
  TORCH_CHECK(
      !__builtin_mul_overflow(layerCount, directions, &cells) && !__builtin_mul_overflow(cells, share, &expected) &&
          expected == static_cast<int64_t>(weights.size()),
      "an LSTM of ", layerCount, " layers in ", directions, " directions has not ", weights.size(), " weights");
  TORCH_CHECK(
      state[0].size(0) == cells && state[1].size(0) == cells && state[0].size(1) == state[1].size(1),
      "the states of the shapes ", state[0].sizes(), " and ", state[1].sizes(), " are not for ", cells, " cells");
  const auto check = [&](int64_t place, std::initializer_list<int64_t> shape) {
    TORCH_CHECK(
        weights[place].sizes() == at::IntArrayRef(shape), "weight ", place, " has the shape ", weights[place].sizes(),
        " instead of ", at::IntArrayRef(shape));
  };
  for (int64_t cell = 0; cell < cells; ++cell) {
    const int64_t features = cell < directions ? input.size(-1) : output * directions;
    int64_t place = cell * share;
    check(place++, {4 * hidden, features});
    check(place++, {4 * hidden, output});
    if (hasBiases) check(place++, {4 * hidden});
    if (hasBiases) check(place++, {4 * hidden});
    if (isProjected) check(place, {output, hidden});
  }
}

void checkPackedLSTM(
    const at::Tensor &data, const at::Tensor &batchSizes, at::TensorList state, at::TensorList weights, bool hasBiases,
    int64_t layerCount, bool isBidirectional) {
  checkPackedSequence(data, batchSizes, layerCount);
  checkLSTM(data, state, weights, hasBiases, layerCount, isBidirectional);
}

void checkEqualCounts(std::initializer_list<int64_t> counts) {
  for (const int64_t count : counts) {
    TORCH_CHECK(count == *counts.begin(), "lists of ", *counts.begin(), " and of ", count, " elements");
  }
}

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

void checkSegments(
    const at::Tensor &data, const std::optional<at::Tensor> &lengths, const std::optional<at::Tensor> &offsets,
    int64_t axis) {
  const bool hasOffsets = offsets.has_value() && offsets->defined();
  if (!data.defined() || data.dim() == 0 || !(hasOffsets || (lengths.has_value() && lengths->defined()))) return;
  const at::Tensor &bounds = hasOffsets ? *offsets : *lengths;
  const int64_t dim = c10::maybe_wrap_dim(axis, data.dim());
  TORCH_CHECK(
      bounds.dim() == dim + 1 && bounds.sizes().slice(0, dim) == data.sizes().slice(0, dim),
      "the segments along dimension ", dim, " of the shape ", data.sizes(), " do not go with the shape ",
      bounds.sizes());
  const int64_t count = bounds.size(dim);
  TORCH_CHECK(count > 0 || !hasOffsets, "the offsets of segments must have their end");
  int64_t end = 0;
  int64_t place = 0;
  for (const int64_t number : integersOf(bounds)) {
    if (place % count == 0) end = 0;
    const bool isOrdered = hasOffsets ? number >= end : number >= 0;
    // The end is not above the size, and so does not overflow before it is looked at.
    const bool fits = isOrdered && number <= data.size(dim) - (hasOffsets ? 0 : end);
    TORCH_CHECK(
        fits, "the ", hasOffsets ? "offsets" : "lengths", " of segments leave the ", data.size(dim),
        " places of dimension ", dim);
    end = hasOffsets ? number : end + number;
    ++place;
  }
}

void checkScales(c10::SymIntArrayRef outputSize, std::optional<double> vertical, std::optional<double> horizontal) {
  const std::optional<double> scales[] = {vertical, horizontal};
  for (size_t dim = 0; dim < std::min(outputSize.size(), std::size(scales)); ++dim) {
    const double scale = scales[dim].value_or(0);
    // libtorch goes by the sizes then.
    if (!(scale > 0)) continue;
    // At most four places for each pixel of the smaller image, and one more.
    const double width = 2 * std::ceil(2 * std::max(1 / scale, 1.0)) + 1;
    const double byteCount = width * static_cast<double>(outputSize[dim].guard_int(__FILE__, __LINE__)) * sizeof(double);
    TORCH_CHECK(
        byteCount <= std::numeric_limits<int32_t>::max(), "a scale of ", scale, " is too small for an output size of ",
        outputSize[dim]);
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
