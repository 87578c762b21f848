// Operations that libtorch computes differently on an accelerator and on the processor: under names for which the
// processor has no kernel, or in a way that the fallback cannot follow.

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/convolution.h>
#include <ATen/ops/convolution_backward.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/native_batch_norm.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>
#include <torch/library.h>

#include <array>
#include <tuple>

#include "Kernels.h"

namespace sim {

void checkSameDevice(std::initializer_list<const at::Tensor *> tensors, const char *operation) {
  std::optional<c10::Device> common;
  for (const auto *const tensor : tensors) {
    if (tensor == nullptr || !tensor->defined()) continue;
    if (!common) common = tensor->device();
    TORCH_CHECK(
        tensor->device() == *common, "Expected all tensors to be on the same device, but found at least two devices, ",
        *common, " and ", tensor->device(), "! (in ", operation, ")");
  }
}

namespace {

using OptionalTensor = std::optional<at::Tensor>;

const at::Tensor *pointer(const OptionalTensor &tensor) { return tensor ? &*tensor : nullptr; }

bool isDefined(const OptionalTensor &tensor) { return tensor && tensor->defined(); }

at::Tensor moved(const at::Tensor &tensor, c10::Device device) { return tensor.defined() ? tensor.to(device) : tensor; }

// MARK: Convolution, which has a name of its own on every device that libtorch does not know

at::Tensor convolution(
    const at::Tensor &input, const at::Tensor &weight, const OptionalTensor &bias, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool isTransposed, at::IntArrayRef outputPadding,
    int64_t groups) {
  checkSameDevice({&input, &weight, pointer(bias)}, "convolution");
  const auto output = at::convolution(
      host(input), host(weight), host(bias), stride, padding, dilation, isTransposed, outputPadding, groups);
  return moved(output, input.device());
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> convolutionBackward(
    const at::Tensor &gradient, const at::Tensor &input, const at::Tensor &weight, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation, bool isTransposed, at::IntArrayRef outputPadding, int64_t groups,
    std::array<bool, 3> wanted) {
  checkSameDevice({&gradient, &input, &weight}, "convolution_backward");
  const int64_t channels = isTransposed ? weight.size(1) * groups : weight.size(0);
  const auto [ofInput, ofWeight, ofBias] = at::convolution_backward(
      host(gradient), host(input), host(weight), at::IntArrayRef({channels}), stride, padding, dilation, isTransposed,
      outputPadding, groups, wanted);
  return {moved(ofInput, input.device()), moved(ofWeight, input.device()), moved(ofBias, input.device())};
}

// MARK: Batch normalization, whose schema does not say that it writes the running statistics: the fallback drops them

std::tuple<at::Tensor, at::Tensor, at::Tensor> batchNorm(
    const at::Tensor &input, const OptionalTensor &weight, const OptionalTensor &bias, const OptionalTensor &mean,
    const OptionalTensor &variance, bool isTraining, double momentum, double eps) {
  checkSameDevice(
      {&input, pointer(weight), pointer(bias), pointer(mean), pointer(variance)}, "native_batch_norm");
  const auto [output, savedMean, savedScale] = at::native_batch_norm(
      host(input), host(weight), host(bias), host(mean), host(variance), isTraining, momentum, eps);
  return {moved(output, input.device()), moved(savedMean, input.device()), moved(savedScale, input.device())};
}

// MARK: Dropout, which takes no generator: the fallback would draw from the processor's

/// The factors of the elements, as the processor computes them.
at::Tensor dropoutFactors(const at::Tensor &mask, const at::Tensor &like, double kept) {
  return mask.to(like.scalar_type()).div_(kept);
}

std::tuple<at::Tensor, at::Tensor> dropout(const at::Tensor &input, double probability, std::optional<bool> isTraining) {
  if (input.numel() == 0 || (isTraining && !*isTraining)) {
    return {input.clone(), at::ones_like(input, at::kBool)};
  }
  const auto mask = at::empty_like(input, at::kBool).bernoulli_(1 - probability);
  if (probability == 1) return {at::zeros_like(input), mask};
  return {input * dropoutFactors(mask, input, 1 - probability), mask};
}

at::Tensor dropoutBackward(const at::Tensor &gradient, const at::Tensor &mask, double scale) {
  if (scale == 0) return at::zeros_like(gradient);
  return gradient * dropoutFactors(mask, gradient, 1 / scale);
}

// MARK: The cells of LSTM and GRU, of which an accelerator has fused ones

at::Tensor sumOfGates(
    const at::Tensor &first, const at::Tensor &second, const OptionalTensor &bias, const OptionalTensor &otherBias) {
  auto sum = first + second;
  if (isDefined(bias)) sum += *bias;
  if (isDefined(otherBias)) sum += *otherBias;
  return sum;
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> lstmCell(
    const at::Tensor &inputGates, const at::Tensor &hiddenGates, const at::Tensor &cell,
    const OptionalTensor &inputBias, const OptionalTensor &hiddenBias) {
  const auto gates = sumOfGates(inputGates, hiddenGates, inputBias, hiddenBias).chunk(4, 1);
  const auto input = gates[0].sigmoid();
  const auto forget = gates[1].sigmoid();
  const auto candidate = gates[2].tanh();
  const auto output = gates[3].sigmoid();
  const auto next = forget * cell + input * candidate;
  return {output * next.tanh(), next, at::cat({input, forget, candidate, output}, 1)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> lstmCellBackward(
    const OptionalTensor &ofHidden, const OptionalTensor &ofCell, const at::Tensor &cell, const at::Tensor &next,
    const at::Tensor &saved, bool hasBias) {
  if (!isDefined(ofHidden) && !isDefined(ofCell)) return {};
  const auto gates = saved.chunk(4, 1);
  const auto &input = gates[0];
  const auto &forget = gates[1];
  const auto &candidate = gates[2];
  const auto &output = gates[3];
  const auto activated = next.tanh();
  const auto hidden = isDefined(ofHidden) ? *ofHidden : at::zeros_like(cell);
  auto ofNext = hidden * output * (1 - activated * activated);
  if (isDefined(ofCell)) ofNext = ofNext + *ofCell;
  const auto ofGates = at::cat(
      {ofNext * candidate * input * (1 - input), ofNext * cell * forget * (1 - forget),
       ofNext * input * (1 - candidate * candidate), hidden * activated * output * (1 - output)},
      1);
  return {ofGates, ofNext * forget, hasBias ? ofGates.sum(0) : at::Tensor()};
}

std::tuple<at::Tensor, at::Tensor> gruCell(
    const at::Tensor &inputGates, const at::Tensor &hiddenGates, const at::Tensor &hidden,
    const OptionalTensor &inputBias, const OptionalTensor &hiddenBias) {
  const auto input = (isDefined(inputBias) ? inputGates + *inputBias : inputGates).chunk(3, 1);
  const auto state = (isDefined(hiddenBias) ? hiddenGates + *hiddenBias : hiddenGates).chunk(3, 1);
  const auto reset = (input[0] + state[0]).sigmoid();
  const auto update = (input[1] + state[1]).sigmoid();
  const auto candidate = (input[2] + reset * state[2]).tanh();
  return {candidate + update * (hidden - candidate), at::cat({reset, update, candidate, hidden, state[2]}, 1)};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor> gruCellBackward(
    const at::Tensor &gradient, const at::Tensor &saved, bool hasBias) {
  const auto parts = saved.chunk(5, 1);
  const auto &reset = parts[0];
  const auto &update = parts[1];
  const auto &candidate = parts[2];
  const auto &hidden = parts[3];
  const auto &state = parts[4];
  const auto ofUpdate = gradient * (hidden - candidate) * update * (1 - update);
  const auto ofCandidate = gradient * (1 - update) * (1 - candidate * candidate);
  const auto ofReset = ofCandidate * state * reset * (1 - reset);
  const auto ofInput = at::cat({ofReset, ofUpdate, ofCandidate}, 1);
  const auto ofState = at::cat({ofReset, ofUpdate, ofCandidate * reset}, 1);
  return {
      ofInput, ofState, gradient * update, hasBias ? ofInput.sum(0) : at::Tensor(),
      hasBias ? ofState.sum(0) : at::Tensor()};
}

}  // namespace

void registerOperations() {
  static auto library = MAKE_TORCH_LIBRARY_IMPL(aten, PrivateUse1);
  library.impl("convolution_overrideable", convolution);
  library.impl("convolution_backward_overrideable", convolutionBackward);
  library.impl("native_batch_norm", batchNorm);
  library.impl("native_dropout", dropout);
  library.impl("native_dropout_backward", dropoutBackward);
  library.impl("_thnn_fused_lstm_cell", lstmCell);
  library.impl("_thnn_fused_lstm_cell_backward_impl", lstmCellBackward);
  library.impl("_thnn_fused_gru_cell", gruCell);
  library.impl("_thnn_fused_gru_cell_backward", gruCellBackward);
}

}  // namespace sim
