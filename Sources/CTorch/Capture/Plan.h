// A step as a list of calls that are made again: with their tensors in place, their memory planned, and without
// autograd.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "Recording.h"

namespace ctorch::capture {

class Plan {
 public:
  /// Plans the steps that a recording stands for.
  explicit Plan(std::shared_ptr<const Recording> recording);

  /// Why the next step must not be replayed with these arguments; null if it may. Changes nothing.
  const char *obstacle(const std::vector<at::Tensor> &inputs);

  /// Replays one step: `bind`, then each segment with the live part that follows it, then `finish`.
  void bind(const std::vector<at::Tensor> &inputs);
  void run(size_t segment, bool installsGradients = true);
  std::vector<at::Tensor> finish();
  /// Ends a step that failed.
  void release();

  size_t segmentCount() const { return recording_->liveParts.size() + 1; }
  const Recording &recording() const { return *recording_; }
  std::string description() const;

  // For the verification.

  /// The memory that a step may change: of the arguments, of gradients that were there, and of the program.
  std::vector<c10::Storage> changeableMemory(const std::vector<at::Tensor> &inputs) const;
  /// The gradients as this plan computes them for the end of a segment, by leaf; undefined if there is none of its own.
  std::vector<at::Tensor> gradients(size_t segment) const;
  /// The results in the plan's own memory.
  std::vector<at::Tensor> results() const;

 private:
  struct Call {
    c10::OperatorHandle handle;
    bool isRecordingGradients;
    std::vector<c10::IValue> arguments;
    /// Which results go into which values, for operations that make their own memory.
    std::vector<std::pair<size_t, int>> copies;
    /// The operation that it stands for.
    int operation;
  };

  void planMemory();
  void makeTensors();
  void makeCalls();
  void lower(Call &call, const Operation &operation);
  bool lowerToFill(Call &call, const Operation &operation);
  bool lowerToOut(Call &call, const Operation &operation);
  c10::IValue argument(const Argument &argument) const;
  void installGradients(size_t segment);
  void call(const Call &call);

  std::shared_ptr<const Recording> recording_;
  /// By storage.
  std::vector<c10::Storage> memory_;
  c10::Storage arena_;
  /// By value; undefined for those that no call uses.
  std::vector<at::Tensor> tensors_;
  /// The values in the memory of arguments and of gradients that were there, which lies elsewhere in each step.
  struct Moving {
    int value;
    int storage;
    int64_t offset;
  };
  std::vector<Moving> moving_;
  std::vector<Call> calls_;
  /// Where each segment begins, and the end.
  std::vector<size_t> segments_;
  /// What lies in `.grad` after a replay: by segment, by leaf.
  std::vector<std::vector<at::Tensor>> gradients_;
  struct Held {
    at::Tensor gradient;
    int leaf;
    /// How many references there are while it is in no `.grad`.
    int64_t uses;
    int64_t storageUses;
  };
  /// The gradients that this plan leaves in `.grad`, each once.
  std::vector<Held> held_;
  std::vector<at::Tensor> inputs_;
  torch::jit::Stack stack_;
  c10::Storage nothing_;
};

}  // namespace ctorch::capture
