// The error of the last failing call, kept for each thread.

#include <c10/util/Exception.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <string>

#include "Arguments.h"
#include "CTorchCore.h"
#include "CTorchFunctions.h"
#include "Callbacks.h"
#include "Guard.h"

namespace ctorch {
namespace {

struct Failure {
  CTErrorKind kind = CTErrorKindOther;
  std::string operation;
  std::string message;
  std::string inputs;
  /// What a callback failed with; null otherwise.
  std::shared_ptr<void> foreign;
};

thread_local Failure failure;

bool contains(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

/// libtorch throws `c10::Error` for nearly everything: its words tell a wrong shape from a wrong type.
CTErrorKind kindOfMessage(const std::string &message) {
  const auto containsAny = [&](std::initializer_list<const char *> words) {
    return std::any_of(words.begin(), words.end(), [&](const char *word) { return contains(message, word); });
  };
  if (containsAny({"out of memory", "not enough memory", "can't allocate memory", "Storage size calculation overflowed"})) {
    return CTErrorKindOutOfMemory;
  }
  if (containsAny({"out of range", "out of bounds"})) return CTErrorKindIndex;
  if (containsAny(
          {"dtype", "scalar type", "ScalarType", "data type", "can't be cast", "floating point", "not implemented for",
           "cannot be converted to type", "Integers to negative integer powers"})) {
    return CTErrorKindType;
  }
  if (containsAny({"shape", "size", "dimension", "broadcast", "numel", "elements", "matrix", "vector", "1D", "2D", "3D", "4D", "5D"})) {
    return CTErrorKindShape;
  }
  return CTErrorKindOther;
}

void eraseUpTo(std::string &message, const char *mark) {
  const auto start = message.find(mark);
  if (start != std::string::npos) message.erase(0, start + std::strlen(mark));
}

/// What says something to a user: libtorch appends advice on C++ stacks, on debugging and on building libtorch, and
/// begins failed assertions with a place in its source.
std::string essence(std::string message) {
  for (const char *mark :
       {"\nException raised from", "\nCUDA kernel errors might be", "\nC++ CapturedTraceback", " This could be because",
        " (e.g., you passed an empty list of Tensors)",
        " (function operator()"}) {
    const auto end = message.find(mark);
    if (end != std::string::npos) message.resize(end);
  }
  // What functions of the caller's have in common says nothing of them.
  const std::string callers = " torch::autograd::CppNode<ctorch::CallerFunction>";
  const auto callersName = message.find(callers);
  if (callersName != std::string::npos) message.erase(callersName, callers.size());
  // "[enforce fail at alloc_cpu.cpp:132] err == 0. DefaultCPUAllocator: …"
  if (message.rfind("[enforce fail at", 0) == 0) eraseUpTo(message, ". ");
  // "condition INTERNAL ASSERT FAILED at \"file\":1, please report a bug to PyTorch. …"
  if (contains(message, "INTERNAL ASSERT FAILED")) {
    const std::string condition = message.substr(0, message.find(" INTERNAL ASSERT FAILED"));
    eraseUpTo(message, "please report a bug to PyTorch.");
    if (message.find_first_not_of(" \n") == std::string::npos) message = "libtorch expected " + condition;
  }
  const auto start = message.find_first_not_of(" \n");
  const auto end = message.find_last_not_of(" \n");
  return start == std::string::npos ? "no reason given" : message.substr(start, end - start + 1);
}

std::string describe(const at::Tensor &tensor) {
  if (!tensor.defined()) return "undefined";
  std::string text(c10::getDtypeNames(tensor.scalar_type()).first);
  text += '[';
  if (tensor.layout() == c10::kStrided) {
    bool first = true;
    for (const int64_t size : tensor.sizes()) {
      if (!first) text += ", ";
      text += std::to_string(size);
      first = false;
    }
  }
  text += ']';
  return text;
}

void record(CTErrorKind kind, std::string message) {
  failure.kind = kind;
  failure.message = essence(std::move(message));
}

void recordCurrentException() {
  try {
    throw;
  } catch (const ForeignError &error) {
    failure.foreign = error.object();
    record(CTErrorKindOther, error.what());
  } catch (const c10::OutOfMemoryError &error) {
    record(CTErrorKindOutOfMemory, error.what_without_backtrace());
  } catch (const c10::IndexError &error) {
    record(CTErrorKindIndex, error.what_without_backtrace());
  } catch (const c10::TypeError &error) {
    record(CTErrorKindType, error.what_without_backtrace());
  } catch (const c10::DistError &error) {
    record(CTErrorKindDistributed, error.what_without_backtrace());
  } catch (const c10::Error &error) {
    const std::string message = error.what_without_backtrace();
    record(kindOfMessage(message), message);
  } catch (const std::bad_alloc &) {
    record(CTErrorKindOutOfMemory, "out of memory");
  } catch (const std::exception &error) {
    record(kindOfMessage(error.what()), error.what());
  } catch (...) {
    record(CTErrorKindOther, "an exception of an unknown type");
  }
}

}  // namespace

void recordFailure(const char *operation, std::initializer_list<CTTensor *> inputs) noexcept {
  // Describing may itself run out of memory; then the kind alone is left.
  try {
    failure.operation = operation;
    failure.inputs.clear();
    failure.foreign.reset();
    recordCurrentException();
    bool isUndefined = false;
    for (CTTensor *input : inputs) {
      if (input == nullptr) continue;
      if (!failure.inputs.empty()) failure.inputs += ", ";
      failure.inputs += describe(borrow(input));
      isUndefined |= !borrow(input)->defined();
    }
    if (isUndefined || contains(failure.message, "undefined Tensor")) {
      failure.kind = CTErrorKindOther;
      failure.message = "a tensor was used that has no value yet: a parameter or buffer that was declared but not set";
    }
  } catch (...) {
    failure.kind = CTErrorKindOutOfMemory;
    failure.message.clear();
  }
}

}  // namespace ctorch

CTErrorKind ct_error_kind(void) { return ctorch::failure.kind; }
const char *ct_error_operation(void) { return ctorch::failure.operation.c_str(); }
const char *ct_error_message(void) { return ctorch::failure.message.c_str(); }
const char *ct_error_inputs(void) { return ctorch::failure.inputs.c_str(); }
void *ct_error_foreign(void) { return ctorch::failure.foreign.get(); }
void ct_error_forget_foreign(void) { ctorch::failure.foreign.reset(); }
