// The search for gradients that are not finite.
#pragma once

#include <torch/csrc/autograd/variable.h>

namespace ctorch {

/// Puts a check on every function that a backward pass from these tensors may call, if the search is on.
void watchForAnomalies(const torch::autograd::variable_list &roots);

}  // namespace ctorch
