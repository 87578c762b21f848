// What becomes of an error that a callback returns, and how a function's node is known.
#pragma once

#include <exception>
#include <memory>
#include <utility>

#include "CTorchFunctions.h"

namespace torch::autograd {
struct Node;
}

namespace ctorch {

/// A callback's error on its way back to whoever led to the call. libtorch carries exceptions of this base from its own
/// threads to the one that waits.
class ForeignError : public std::exception {
 public:
  explicit ForeignError(std::shared_ptr<void> object) noexcept : object_(std::move(object)) {}
  const char *what() const noexcept override { return "a callback failed"; }
  const std::shared_ptr<void> &object() const noexcept { return object_; }

 private:
  std::shared_ptr<void> object_;
};

/// Throws the caller's error on through libtorch, which carries it from its own threads too.
void rethrow(CTForeignError error);

/// The name of a function that its caller gave; null for any other node.
const char *callerFunctionName(const torch::autograd::Node &node);

}  // namespace ctorch
