// The workloads of the benchmark as a loop written by hand on libtorch: what nothing above it can be faster than.
//
//   Floor mlp|digits|lenet|resnet18|gpt [threads] [epochs]
//
// The same networks, sizes, data and optimizers, batches by index from memory, and the fused kernels of the optimizers.

#include <sys/resource.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

namespace {

using torch::Tensor;
namespace F = torch::nn::functional;
namespace nn = torch::nn;

// MARK: Networks

struct MLP : nn::Module {
  nn::Linear first{register_module("0", nn::Linear(64, 128))}, second{register_module("2", nn::Linear(128, 128))},
      third{register_module("4", nn::Linear(128, 10))};

  Tensor forward(const Tensor &x) { return third(torch::relu(second(torch::relu(first(x))))); }
};

struct LeNet : nn::Module {
  nn::Conv2d conv1{register_module("conv1", nn::Conv2d(3, 6, 5))}, conv2{register_module("conv2", nn::Conv2d(6, 16, 5))};
  nn::Linear fc1{register_module("fc1", nn::Linear(400, 120))}, fc2{register_module("fc2", nn::Linear(120, 84))},
      fc3{register_module("fc3", nn::Linear(84, 10))};

  Tensor forward(Tensor x) {
    x = torch::max_pool2d(torch::relu(conv1(x)), 2, 2);
    x = torch::max_pool2d(torch::relu(conv2(x)), 2, 2);
    x = torch::flatten(x, 1);
    return fc3(torch::relu(fc2(torch::relu(fc1(x)))));
  }
};

nn::Conv2d convolution(int64_t inputs, int64_t outputs, int64_t size, int64_t stride, int64_t padding) {
  return nn::Conv2d(nn::Conv2dOptions(inputs, outputs, size).stride(stride).padding(padding).bias(false));
}

struct BasicBlock : nn::Module {
  nn::Conv2d conv1{nullptr}, conv2{nullptr}, down{nullptr};
  nn::BatchNorm2d bn1{nullptr}, bn2{nullptr}, downNorm{nullptr};

  BasicBlock(int64_t inputs, int64_t outputs, int64_t stride) {
    conv1 = register_module("conv1", convolution(inputs, outputs, 3, stride, 1));
    bn1 = register_module("bn1", nn::BatchNorm2d(outputs));
    conv2 = register_module("conv2", convolution(outputs, outputs, 3, 1, 1));
    bn2 = register_module("bn2", nn::BatchNorm2d(outputs));
    if (stride != 1 || inputs != outputs) {
      down = register_module("down", convolution(inputs, outputs, 1, stride, 0));
      downNorm = register_module("downNorm", nn::BatchNorm2d(outputs));
    }
  }

  Tensor forward(const Tensor &x) {
    Tensor y = torch::relu(bn1(conv1(x)));
    return torch::relu(bn2(conv2(y)) + (down.is_empty() ? x : downNorm(down(x))));
  }
};

struct ResNet18 : nn::Module {
  nn::Conv2d stem{register_module("stem", convolution(3, 64, 3, 1, 1))};
  nn::BatchNorm2d norm{register_module("norm", nn::BatchNorm2d(64))};
  std::vector<std::shared_ptr<BasicBlock>> blocks;
  nn::Linear fc{register_module("fc", nn::Linear(512, 10))};

  ResNet18() {
    const std::pair<int64_t, int64_t> sizes[] = {{64, 1}, {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}, {512, 2}, {512, 1}};
    int64_t width = 64;
    for (auto [outputs, stride] : sizes) {
      blocks.push_back(register_module("block" + std::to_string(blocks.size()),
                                       std::make_shared<BasicBlock>(width, outputs, stride)));
      width = outputs;
    }
  }

  Tensor forward(Tensor x) {
    x = torch::relu(norm(stem(x)));
    for (auto &block : blocks) x = block->forward(x);
    return fc(torch::adaptive_avg_pool2d(x, {1, 1}).flatten(1));
  }
};

constexpr int64_t vocabulary = 65, context = 64, width = 128, heads = 4;

struct GPTBlock : nn::Module {
  nn::LayerNorm ln1{register_module("ln1", nn::LayerNorm(nn::LayerNormOptions({width})))},
      ln2{register_module("ln2", nn::LayerNorm(nn::LayerNormOptions({width})))};
  nn::Linear qkv{register_module("qkv", nn::Linear(width, 3 * width))},
      proj{register_module("proj", nn::Linear(width, width))}, up{register_module("up", nn::Linear(width, 4 * width))},
      down{register_module("down", nn::Linear(4 * width, width))};

  Tensor forward(Tensor x) {
    const int64_t batch = x.size(0), length = x.size(1);
    auto parts = qkv(ln1(x)).split(width, 2);
    for (auto &part : parts) part = part.view({batch, length, heads, width / heads}).transpose(1, 2);
    Tensor y = at::scaled_dot_product_attention(parts[0], parts[1], parts[2], {}, 0.0, true);
    x = x + proj(y.transpose(1, 2).reshape({batch, length, width}));
    return x + down(torch::gelu(up(ln2(x))));
  }
};

struct GPT : nn::Module {
  nn::Embedding tok{register_module("tok", nn::Embedding(vocabulary, width))},
      pos{register_module("pos", nn::Embedding(context, width))};
  std::vector<std::shared_ptr<GPTBlock>> blocks;
  nn::LayerNorm ln{register_module("ln", nn::LayerNorm(nn::LayerNormOptions({width})))};
  nn::Linear head{register_module("head", nn::Linear(nn::LinearOptions(width, vocabulary).bias(false)))};

  GPT() {
    for (int number = 0; number < 4; ++number)
      blocks.push_back(register_module("block" + std::to_string(number), std::make_shared<GPTBlock>()));
  }

  Tensor forward(const Tensor &tokens) {
    Tensor x = tok(tokens) + pos(torch::arange(tokens.size(1)));
    for (auto &block : blocks) x = block->forward(x);
    return head(ln(x));
  }
};

// MARK: Optimizers, each a call of the fused kernel

struct Optimizer {
  virtual ~Optimizer() = default;
  virtual void step(const std::vector<Tensor> &parameters, const std::vector<Tensor> &gradients) = 0;
};

std::vector<Tensor> zerosLike(const std::vector<Tensor> &tensors) {
  std::vector<Tensor> zeros;
  for (const auto &tensor : tensors) zeros.push_back(torch::zeros_like(tensor));
  return zeros;
}

struct AdamW : Optimizer {
  double learningRate;
  std::vector<Tensor> averages, squares, maxima, steps;

  AdamW(const std::vector<Tensor> &parameters, double learningRate)
      : learningRate(learningRate), averages(zerosLike(parameters)), squares(zerosLike(parameters)) {
    for (size_t number = 0; number < parameters.size(); ++number) steps.push_back(torch::zeros({}));
  }

  void step(const std::vector<Tensor> &parameters, const std::vector<Tensor> &gradients) override {
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(parameters, gradients, averages, squares, maxima, steps, learningRate, 0.9, 0.999, 0.01, 1e-8,
                      false, false);
  }
};

struct SGD : Optimizer {
  double learningRate, weightDecay;
  std::vector<Tensor> momenta;
  bool isFirst = true;

  SGD(const std::vector<Tensor> &parameters, double learningRate, double weightDecay)
      : learningRate(learningRate), weightDecay(weightDecay), momenta(zerosLike(parameters)) {}

  void step(const std::vector<Tensor> &parameters, const std::vector<Tensor> &gradients) override {
    at::_fused_sgd_(parameters, gradients, momenta, weightDecay, 0.9, learningRate, 0, false, false, isFirst);
    isFirst = false;
  }
};

// MARK: The loop

struct Workload {
  Tensor inputs, targets;
  int64_t batchSize;
  std::vector<Tensor> parameters;
  std::function<Tensor(const Tensor &)> forward;
  std::function<Tensor(const Tensor &, const Tensor &)> loss = [](const Tensor &output, const Tensor &targets) {
    return at::cross_entropy_loss(output, targets);
  };
  std::unique_ptr<Optimizer> optimizer;

  template <class Network> void train(std::shared_ptr<Network> network) {
    parameters = network->parameters();
    forward = [network](const Tensor &x) { return network->forward(x); };
  }

  void images(int64_t count) {
    inputs = torch::randn({count, 3, 32, 32});
    targets = torch::randint(10, {count}, torch::kInt64);
  }
};

/// The digits of the example, twenty times over.
void loadDigits(Workload &workload) {
  const char *variable = std::getenv("DIGITS");
  const std::string path = variable != nullptr ? variable : "Examples/Digits/Data/digits.csv";
  std::ifstream file(path);
  std::vector<int64_t> numbers;
  for (std::string number; std::getline(file, number, ',');) {
    // The last of a line and the first of the next one come together.
    std::stringstream parts(number);
    for (int64_t part; parts >> part;) numbers.push_back(part);
  }
  if (numbers.empty() || numbers.size() % 65 != 0) throw std::invalid_argument(path + " is not the file of the digits");
  const Tensor rows = torch::tensor(numbers, torch::kInt64).view({-1, 65});
  workload.inputs = (rows.slice(1, 0, 64).to(torch::kFloat) / 16).repeat({20, 1});
  workload.targets = rows.select(1, 64).repeat({20});
}

Workload makeWorkload(const std::string &name) {
  torch::manual_seed(0);
  Workload workload;
  if (name == "mlp" || name == "digits") {
    if (name == "digits") {
      loadDigits(workload);
    } else {
      workload.inputs = torch::randn({64000, 64});
      workload.targets = torch::randint(10, {64000}, torch::kInt64);
    }
    workload.batchSize = 32;
    workload.train(std::make_shared<MLP>());
    workload.optimizer = std::make_unique<AdamW>(workload.parameters, 1e-3);
  } else if (name == "lenet") {
    workload.images(6000);
    workload.batchSize = 4;
    workload.train(std::make_shared<LeNet>());
    workload.optimizer = std::make_unique<SGD>(workload.parameters, 1e-3, 0);
  } else if (name == "resnet18") {
    workload.images(640);
    workload.batchSize = 32;
    workload.train(std::make_shared<ResNet18>());
    workload.optimizer = std::make_unique<SGD>(workload.parameters, 1e-2, 5e-4);
  } else if (name == "gpt") {
    Tensor text = torch::randint(vocabulary, {1920, context + 1}, torch::kInt64);
    workload.inputs = text.slice(1, 0, context).contiguous();
    workload.targets = text.slice(1, 1).contiguous();
    workload.batchSize = 12;
    workload.train(std::make_shared<GPT>());
    workload.optimizer = std::make_unique<AdamW>(workload.parameters, 3e-4);
    workload.loss = [](const Tensor &output, const Tensor &targets) {
      return at::cross_entropy_loss(output.flatten(0, 1), targets.flatten());
    };
  } else {
    throw std::invalid_argument("there is no workload '" + name + "'");
  }
  return workload;
}

double epoch(Workload &workload, double &lossSum) {
  const auto start = std::chrono::steady_clock::now();
  const int64_t steps = workload.inputs.size(0) / workload.batchSize;
  const Tensor order = torch::randperm(workload.inputs.size(0));
  std::vector<Tensor> gradients;
  for (int64_t step = 0; step < steps; ++step) {
    const Tensor indices = order.slice(0, step * workload.batchSize, (step + 1) * workload.batchSize);
    const Tensor inputs = workload.inputs.index_select(0, indices);
    const Tensor targets = workload.targets.index_select(0, indices);
    for (auto &parameter : workload.parameters) parameter.mutable_grad().reset();
    const Tensor loss = workload.loss(workload.forward(inputs), targets);
    loss.backward();
    {
      torch::NoGradGuard guard;
      gradients.clear();
      for (const auto &parameter : workload.parameters) gradients.push_back(parameter.grad());
      workload.optimizer->step(workload.parameters, gradients);
    }
    lossSum += loss.item<double>();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int count, char **arguments) {
  try {
    if (count < 2) throw std::invalid_argument("usage: Floor mlp|digits|lenet|resnet18|gpt [threads] [epochs]");
    const int threads = count > 2 ? std::stoi(arguments[2]) : at::get_num_threads();
    const int epochs = count > 3 ? std::stoi(arguments[3]) : 4;
    at::set_num_threads(threads);
    Workload workload = makeWorkload(arguments[1]);
    double best = 1e300, lossSum = 0;
    for (int number = 0; number < epochs; ++number) {
      const double time = epoch(workload, lossSum);
      // The first warms up.
      if (number > 0 || epochs == 1) best = std::min(best, time);
    }
    const int64_t steps = workload.inputs.size(0) / workload.batchSize;
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("{\"framework\": \"floor\", \"workload\": \"%s\", \"threads\": %d, \"steps\": %lld, \"us_per_step\": %.1f, "
                "\"rss_mb\": %ld}\n",
                arguments[1], threads, static_cast<long long>(steps), best / static_cast<double>(steps) * 1e6,
                usage.ru_maxrss / 1024);
    return 0;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
