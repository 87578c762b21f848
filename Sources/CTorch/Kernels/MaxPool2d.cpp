// Max pooling of images, instead of libtorch's kernel for the processor.
//
// libtorch compares the elements of one window after another, and branches after each comparison. Activations make these
// branches unpredictable, so that pooling takes up to 20 times as long as the comparisons themselves. The loops below
// compare without a branch, for a row of windows at a time. They choose the same element of each window, so that outputs,
// indices and gradients have the same bits. Other types, layouts and strides still go to libtorch's kernel.

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d_with_indices_cpu_dispatch.h>
#include <c10/util/irange.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>
#include <vector>

#include "Parallel.h"

#define CT_INLINE inline __attribute__((always_inline))

namespace {

// MARK: - Rows of windows

/// Lets `value` replace the greatest element so far. The first of equal elements stays, and the last NaN wins.
CT_INLINE void compare(float value, int32_t index, float &greatest, int32_t &greatestIndex) {
  const bool wins = (value > greatest) | (value != value);
  greatest = wins ? value : greatest;
  greatestIndex = wins ? index : greatestIndex;
}

/// Pools a row of disjoint windows of 2 × 2: two rows of the input, the upper of which begins with the element `start` of
/// its plane.
CT_INLINE void poolPairs(
    const float *__restrict upper, const float *__restrict lower, int64_t start, int64_t width,
    float *__restrict output, int64_t *__restrict indices, int64_t count) {
  for (const auto window : c10::irange(count)) {
    float greatest = upper[2 * window];
    int32_t place = 0;
    compare(upper[2 * window + 1], 1, greatest, place);
    compare(lower[2 * window], 2, greatest, place);
    compare(lower[2 * window + 1], 3, greatest, place);
    output[window] = greatest;
    indices[window] = start + 2 * window + (place & 1) + (place >> 1) * width;
  }
}

/// Compares one element of each window in a row with the greatest of those before it. The first window's element is the
/// element `start` of its plane, and the next window's lies `stride` behind it.
template <int32_t stride>
CT_INLINE void compareRow(
    const float *__restrict input, int32_t start, float *__restrict output, int32_t *__restrict indices,
    int64_t count) {
  for (const auto window : c10::irange(static_cast<int32_t>(count))) {
    compare(input[window * stride], start + window * stride, output[window], indices[window]);
  }
}

/// The loops above, compiled for a processor.
struct RowLoops {
  void (*poolPairs)(const float *, const float *, int64_t, int64_t, float *, int64_t *, int64_t);
  void (*compareNeighbors)(const float *, int32_t, float *, int32_t *, int64_t);
  void (*compareEverySecond)(const float *, int32_t, float *, int32_t *, int64_t);
};

constexpr RowLoops plainLoops{
    [](auto... arguments) { poolPairs(arguments...); }, [](auto... arguments) { compareRow<1>(arguments...); },
    [](auto... arguments) { compareRow<2>(arguments...); }};

#if defined(__x86_64__)
constexpr RowLoops avx2Loops{
    [](auto... arguments) __attribute__((target("avx2"))) { poolPairs(arguments...); },
    [](auto... arguments) __attribute__((target("avx2"))) { compareRow<1>(arguments...); },
    [](auto... arguments) __attribute__((target("avx2"))) { compareRow<2>(arguments...); }};
#endif

const RowLoops &rowLoops() {
#if defined(__x86_64__)
  static const bool hasAVX2 = __builtin_cpu_supports("avx2");
  return hasAVX2 ? avx2Loops : plainLoops;
#else
  return plainLoops;
#endif
}

// MARK: - The operation

/// The positions of the windows along one dimension.
struct Axis {
  int64_t input, window, stride, padding, dilation, output;

  Axis(int64_t input, int64_t window, int64_t stride, int64_t padding, int64_t dilation)
      : input(input), window(window), stride(stride), padding(padding), dilation(dilation),
        output((input + 2 * padding - dilation * (window - 1) - 1) / stride + 1) {}

  /// The first position of a window that is in the input.
  int64_t start(int64_t number) const {
    const int64_t first = number * stride - padding;
    return first >= 0 ? first : first + (-first + dilation - 1) / dilation * dilation;
  }

  /// The windows whose element at `offset` is in the input.
  std::pair<int64_t, int64_t> windows(int64_t offset) const {
    const int64_t shift = offset * dilation - padding;
    const int64_t first = shift < 0 ? (-shift + stride - 1) / stride : 0;
    const int64_t last = shift >= input ? 0 : std::min(output, (input - 1 - shift) / stride + 1);
    return {first, std::max(first, last)};
  }
};

/// The images of a batch, one after the other, and what the pooling makes of them.
struct Planes {
  Axis vertical, horizontal;
  const float *input;
  float *output;
  int64_t *indices;

  bool areDisjointPairs() const {
    return [](auto... axis) {
      return ((axis.window == 2 && axis.stride == 2 && axis.padding == 0 && axis.dilation == 1) && ...);
    }(vertical, horizontal);
  }

  void pool(int64_t begin, int64_t end) const { areDisjointPairs() ? poolPairs(begin, end) : poolAny(begin, end); }

 private:
  void poolPairs(int64_t begin, int64_t end) const {
    const auto pool = rowLoops().poolPairs;
    const int64_t width = horizontal.input;
    for (const auto row : c10::irange(begin * vertical.output, end * vertical.output)) {
      const int64_t start = row % vertical.output * 2 * width;
      const float *upper = input + row / vertical.output * vertical.input * width + start;
      const int64_t first = row * horizontal.output;
      pool(upper, upper + width, start, width, output + first, indices + first, horizontal.output);
    }
  }

  void poolAny(int64_t begin, int64_t end) const {
    const auto compare = horizontal.stride == 1 ? rowLoops().compareNeighbors : rowLoops().compareEverySecond;
    // The same for all rows, and with divisions.
    std::vector<int64_t> starts(horizontal.output);
    for (const auto window : c10::irange(horizontal.output)) starts[window] = horizontal.start(window);
    std::vector<std::pair<int64_t, int64_t>> ranges(horizontal.window);
    for (const auto beside : c10::irange(horizontal.window)) ranges[beside] = horizontal.windows(beside);
    std::vector<int32_t> rowIndices(horizontal.output);
    for (const auto row : c10::irange(begin * vertical.output, end * vertical.output)) {
      const int64_t number = row % vertical.output;
      const float *plane = input + row / vertical.output * vertical.input * horizontal.input;
      float *rowOutput = output + row * horizontal.output;
      // A window of nothing but negative infinity has the index of its first element.
      std::fill_n(rowOutput, horizontal.output, -std::numeric_limits<float>::infinity());
      const int64_t first = vertical.start(number) * horizontal.input;
      for (const auto window : c10::irange(horizontal.output)) {
        rowIndices[window] = static_cast<int32_t>(first + starts[window]);
      }
      for (const auto below : c10::irange(vertical.window)) {
        const int64_t line = number * vertical.stride - vertical.padding + below * vertical.dilation;
        if (line < 0 || line >= vertical.input) continue;
        for (const auto beside : c10::irange(horizontal.window)) {
          const auto [from, to] = ranges[beside];
          if (from == to) continue;
          const int64_t start = line * horizontal.input + from * horizontal.stride - horizontal.padding +
                                beside * horizontal.dilation;
          compare(
              plane + start, static_cast<int32_t>(start), rowOutput + from, rowIndices.data() + from, to - from);
        }
      }
      std::copy(rowIndices.begin(), rowIndices.end(), indices + row * horizontal.output);
    }
  }
};

/// The one number, or the one for a dimension.
int64_t element(at::IntArrayRef values, size_t dimension) { return values.size() == 1 ? values[0] : values[dimension]; }

/// Products of two valid options do not overflow.
bool isValid(at::IntArrayRef values, int64_t least) {
  constexpr int64_t greatest = 1 << 30;
  return (values.size() == 1 || values.size() == 2) &&
         std::all_of(values.begin(), values.end(), [](int64_t value) { return value <= greatest; }) &&
         std::all_of(values.begin(), values.end(), [least](int64_t value) { return value >= least; });
}

std::tuple<at::Tensor, at::Tensor> maxPool2d(
    const at::Tensor &input, at::IntArrayRef kernelSize, at::IntArrayRef stride, at::IntArrayRef padding,
    at::IntArrayRef dilation, bool ceilMode) {
  const auto fallback = [&] {
    return at::cpu::max_pool2d_with_indices(input, kernelSize, stride, padding, dilation, ceilMode);
  };
  // Whatever is an error is libtorch's to report.
  if (stride.empty()) stride = kernelSize;
  if (input.scalar_type() != at::kFloat || (input.dim() != 3 && input.dim() != 4) || !input.is_contiguous() ||
      input.numel() == 0 || !isValid(kernelSize, 1) || !isValid(stride, 1) || !isValid(padding, 0) ||
      !isValid(dilation, 1)) {
    return fallback();
  }
  const auto axis = [&](size_t dimension) {
    return Axis(
        input.size(static_cast<int64_t>(dimension) - 2), element(kernelSize, dimension), element(stride, dimension),
        element(padding, dimension), element(dilation, dimension));
  };
  Planes planes{axis(0), axis(1), input.const_data_ptr<float>(), nullptr, nullptr};
  // Rounding up changes nothing only if nothing is left over. Few windows in a row do not pay for their loops.
  constexpr int64_t fewWindows = 8;
  for (const Axis &axis : {planes.vertical, planes.horizontal}) {
    const int64_t covered = axis.dilation * (axis.window - 1) + 1;
    if (covered > axis.input + 2 * axis.padding || axis.padding * 2 > axis.window || ceilMode) return fallback();
  }
  if (!planes.areDisjointPairs() && (planes.horizontal.stride > 2 || planes.horizontal.output < fewWindows)) {
    return fallback();
  }
  if (planes.vertical.input > std::numeric_limits<int32_t>::max() / planes.horizontal.input) return fallback();

  auto sizes = input.sizes().vec();
  sizes[sizes.size() - 2] = planes.vertical.output;
  sizes[sizes.size() - 1] = planes.horizontal.output;
  auto output = at::empty(sizes, input.options());
  auto indices = at::empty(sizes, input.options().dtype(at::kLong));
  planes.output = output.mutable_data_ptr<float>();
  planes.indices = indices.mutable_data_ptr<int64_t>();
  const int64_t count = input.numel() / (planes.vertical.input * planes.horizontal.input);
  // Other threads take longer to start than libtorch's usual grain takes to compare.
  const int64_t grain = std::max<int64_t>(1, 8 * at::internal::GRAIN_SIZE * count / input.numel());
  ctorch::inParallel(count, grain, [&planes](int64_t begin, int64_t end) { planes.pool(begin, end); });
  return std::make_tuple(std::move(output), std::move(indices));
}

/// libtorch warns if a kernel takes the place of another, which is the purpose here.
class Silence final : public c10::WarningHandler {
  void process(const c10::Warning &) override {}
};

}  // namespace

TORCH_LIBRARY_IMPL(aten, CPU, library) {
  Silence silence;
  const c10::WarningUtils::WarningHandlerGuard guard(&silence);
  library.impl("max_pool2d_with_indices", TORCH_FN(maxPool2d));
}
