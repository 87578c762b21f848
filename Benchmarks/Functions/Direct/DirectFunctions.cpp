// The functions of the benchmark as one writes them in C++ on libtorch.

#include "DirectFunctions.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

using at::Tensor;
using Tensors = std::vector<Tensor>;
using Functions = std::map<std::string, std::function<void()>>;

Tensor parameter(at::IntArrayRef size) { return at::randn(size).mul_(0.1).set_requires_grad(true); }

Tensors makeNetwork() {
  return {parameter({128, 64}), parameter({128}), parameter({128, 128}),
          parameter({128}),     parameter({10, 128}), parameter({10})};
}

Tensor output(const Tensors &network, const Tensor &input) {
  const Tensor first = at::relu(at::linear(input, network[0], network[1]));
  return at::linear(at::relu(at::linear(first, network[2], network[3])), network[4], network[5]);
}

struct AdamW {
  Tensors parameters = makeNetwork(), averages, squares, maxima, steps;

  AdamW() {
    for (auto &parameter : parameters) {
      parameter.mutable_grad() = at::full_like(parameter.detach(), 0.01);
      averages.push_back(at::zeros_like(parameter.detach()));
      squares.push_back(at::zeros_like(parameter.detach()));
      steps.push_back(at::zeros({}));
    }
  }

  void step() {
    const c10::NoGradGuard guard;
    Tensors gradients;
    gradients.reserve(parameters.size());
    for (const auto &parameter : parameters) gradients.push_back(parameter.grad());
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(parameters, gradients, averages, squares, maxima, steps, 1e-3, 0.9, 0.999, 0.01, 1e-8, false,
                      false);
  }
};

Functions makeFunctions() {
  Functions functions;
  const Tensor small = at::randn({16}), other = at::randn({16});
  functions["add"] = [=] { at::add(small, other); };

  const Tensor input = at::randn({32, 64}), matrix = at::randn({64, 128}), hidden = at::randn({32, 128});
  functions["matmul"] = [=] { at::matmul(input, matrix); };
  functions["relu"] = [=] { at::relu(hidden); };
  const Tensor weight = parameter({128, 64}), bias = parameter({128});
  functions["linear"] = [=] { at::linear(input, weight, bias); };

  const Tensor logits = at::randn({32, 10}), targets = at::randint(10, {32}, at::kLong);
  functions["cross_entropy"] = [=] { at::cross_entropy_loss(logits, targets); };
  const Tensor loss = at::cross_entropy_loss(output(makeNetwork(), input), targets);
  functions["backward"] = [=] { loss.backward({}, true); };

  AdamW optimizer;
  functions["adamw"] = [=]() mutable { optimizer.step(); };
  functions["adamw_fused"] = functions["adamw"];
  Tensors network = makeNetwork(), gradients;
  for (const auto &parameter : network) gradients.push_back(at::zeros_like(parameter.detach()));
  functions["zero_grad"] = [=] {
    for (size_t number = 0; number < network.size(); ++number) network[number].mutable_grad() = gradients[number];
    for (const auto &parameter : network) parameter.mutable_grad().reset();
  };

  const Tensor samples = at::randn({64000, 64}), classes = at::randint(10, {64000}, at::kLong);
  std::vector<int64_t> indices;
  for (int64_t number = 0; number < 32; ++number) indices.push_back(number * 1999);
  functions["batch"] = [=] {
    const Tensor positions = at::tensor(indices, at::kLong);
    samples.index_select(0, positions);
    classes.index_select(0, positions);
  };

  const Tensor one = at::scalar_tensor(1.5), thousand = at::randn({1000});
  functions["item"] = [=] { static_cast<void>(one.item<double>()); };
  functions["slice"] = [=] { input.slice(0, 0, 4); };
  const std::vector<float> numbers(1000, 0.5F);
  functions["tensor"] = [=] {
    const Tensor copy = at::empty({1000}, at::kFloat);
    std::memcpy(copy.mutable_data_ptr<float>(), numbers.data(), numbers.size() * sizeof(float));
  };
  functions["array"] = [=] {
    const float *data = thousand.const_data_ptr<float>();
    // Volatile, since what is never read need not be copied.
    const std::vector<float> copy(data, data + thousand.numel());
    static_cast<void>(*static_cast<const volatile float *>(copy.data()));
  };
  return functions;
}

Functions &functions() {
  static Functions functions = makeFunctions();
  return functions;
}

}  // namespace

bool direct_has(const char *name) {
  try {
    return functions().count(name) > 0;
  } catch (...) {
    return false;
  }
}

bool direct_call(const char *name, int64_t calls) {
  try {
    const auto &function = functions().at(name);
    for (int64_t number = 0; number < calls; ++number) function();
    return true;
  } catch (...) {
    return false;
  }
}
