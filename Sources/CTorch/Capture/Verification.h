// Compares a replay with the step itself, bit by bit.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "Plan.h"

namespace ctorch::capture {

/// Watches one run of a step, and afterwards makes the same step again by a plan, from the same state.
class Verification final : public Observer {
 public:
  /// The state is that at the start of the step.
  Verification(std::shared_ptr<Plan> plan, std::vector<at::Tensor> inputs);

  void liveBegins() override;
  void liveEnds() override;
  void ends(const std::vector<at::Tensor> &outputs) override;

  /// Replays the step, and puts everything back as the step has left it. Says what differed; empty if nothing.
  std::string replay();

 private:
  /// Everything that a step may change.
  struct State {
    std::vector<std::string> memory;
    std::vector<at::Tensor> gradients;
    std::vector<at::Tensor> generators;
  };

  State state(bool withGradients) const;
  void restore(const State &state);
  std::string compare(const State &expected, size_t segment) const;

  std::shared_ptr<Plan> plan_;
  std::vector<at::Tensor> inputs_;
  std::vector<c10::Storage> memory_;
  std::vector<at::Generator> generators_;
  /// At the start, at both ends of each live part, and at the end.
  std::vector<State> states_;
  std::vector<at::Tensor> outputs_;
};

}  // namespace ctorch::capture
