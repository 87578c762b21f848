// What the handles of CTorchScript.h are in C++.
#pragma once

#include <ATen/core/ivalue.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>

#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "CTorchScript.h"

struct CTValue {
  c10::IValue value;
};

struct CTScriptModule {
  torch::jit::Module module;
};

struct CTTrace {
  std::shared_ptr<torch::jit::Graph> graph;
  torch::jit::Module module;
  std::vector<torch::jit::Node *> nodes;
  std::vector<torch::jit::Value *> values;
  std::unordered_map<const torch::jit::Value *, int64_t> numbers;
  /// What is known before the graph runs: constants, the module, its tensors, and what was folded.
  std::unordered_map<const torch::jit::Value *, c10::IValue> known;
};

namespace ctorch {

inline CTValue *ownedValue(c10::IValue value) { return new CTValue{std::move(value)}; }

}  // namespace ctorch
