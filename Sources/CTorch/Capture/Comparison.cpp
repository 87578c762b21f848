// Two runs of one step: whatever differs between them was computed by Swift, and would not be in a replay.

#include <c10/util/irange.h>

#include <cstring>
#include <sstream>

#include "Recording.h"

namespace ctorch::capture {
namespace {

bool isSameNumber(double left, double right) { return std::memcmp(&left, &right, sizeof(double)) == 0; }

bool isSame(const c10::IValue &left, const c10::IValue &right) {
  if (left.tagKind() != right.tagKind()) return false;
  if (left.isTensor()) {
    const auto &first = left.toTensor();
    const auto &second = right.toTensor();
    if (first.defined() != second.defined()) return false;
    if (!first.defined()) return true;
    return first.scalar_type() == second.scalar_type() && first.nbytes() == second.nbytes() &&
           std::memcmp(first.const_data_ptr(), second.const_data_ptr(), first.nbytes()) == 0;
  }
  if (left.isDouble()) return isSameNumber(left.toDouble(), right.toDouble());
  if (left.isComplexDouble()) {
    const auto first = left.toComplexDouble();
    const auto second = right.toComplexDouble();
    return isSameNumber(first.real(), second.real()) && isSameNumber(first.imag(), second.imag());
  }
  if (left.isGenerator()) {
    return left.toGenerator().unsafeGetGeneratorImpl() == right.toGenerator().unsafeGetGeneratorImpl();
  }
  if (left.isList()) {
    const auto first = left.toListRef();
    const auto second = right.toListRef();
    if (first.size() != second.size()) return false;
    for (const auto i : c10::irange(first.size())) {
      if (!isSame(first[i], second[i])) return false;
    }
    return true;
  }
  if (left.isNone() || left.isInt() || left.isBool() || left.isString() || left.isDevice()) return left == right;
  return left.is(right);
}

std::string text(const c10::IValue &value) {
  std::ostringstream stream;
  if (value.isTensor() && value.toTensor().defined() && !value.toTensor().is_complex()) {
    stream << value.toTensor().item().toDouble();
  } else {
    stream << value;
  }
  return stream.str();
}

std::string place(const Recording &recording, size_t position) {
  return recording.operations[position].name() + " (operation " + std::to_string(position + 1) + " of " +
         std::to_string(recording.operations.size()) + ")";
}

bool isSame(const StorageEntry &left, const StorageEntry &right) {
  if (left.origin != right.origin || left.position != right.position) return false;
  if (left.origin == Origin::outside) {
    return left.strong.unsafeGetStorageImpl() == right.strong.unsafeGetStorageImpl();
  }
  return left.contents == right.contents;
}

/// Says how the memory of a value differs.
std::string storageDifference(const StorageEntry &left, const StorageEntry &right, const std::string &where) {
  if (left.origin == Origin::constant || right.origin == Origin::constant) {
    return "gives " + where + " other elements in each step, which Swift computes: make them an argument";
  }
  return "gives " + where + " a tensor that is another one in each step: make it an argument";
}

}  // namespace

std::string difference(const Recording &first, const Recording &second) {
  if (!(first.modes == second.modes)) return "is called in different modes";
  const size_t count = std::min(first.operations.size(), second.operations.size());
  for (const auto i : c10::irange(count)) {
    const auto &left = first.operations[i];
    const auto &right = second.operations[i];
    if (left.handle.operator_name() != right.handle.operator_name()) {
      return "calls " + place(first, i) + " in one step, and " + right.name() + " in its place in the next";
    }
    if (left.isRecordingGradients != right.isRecordingGradients) {
      return "calls " + place(first, i) + " with gradients in one step, and without in the next";
    }
    const auto compare = [&](const std::vector<Argument> &lefts, const std::vector<Argument> &rights,
                             bool areArguments) -> std::string {
      for (const auto k : c10::irange(lefts.size())) {
        const auto &a = lefts[k];
        const auto &b = rights[k];
        const auto &names = left.handle.schema();
        const std::string where =
            areArguments ? "'" + names.arguments()[k].name() + "' of " + place(first, i) : "a result of " + place(first, i);
        if (a.kind != b.kind || a.values.size() != b.values.size()) return "gives " + where + " something else in each step";
        if (areArguments && a.kind == Argument::Kind::constant && !isSame(a.constant, b.constant)) {
          return "gives " + where + " " + text(a.constant) + " in one step, and " + text(b.constant) + " in the next";
        }
        for (const auto n : c10::irange(a.values.size())) {
          if ((a.values[n] < 0) != (b.values[n] < 0)) return "gives " + where + " no tensor in one of two steps";
          if (a.values[n] < 0) continue;
          const auto &one = first.values[a.values[n]];
          const auto &other = second.values[b.values[n]];
          if (one.sizes != other.sizes || one.strides != other.strides || one.type != other.type) {
            return "gives " + where + " " + describe(one) + " in one step, and " + describe(other) + " in the next";
          }
          if (!(one == other) || a.values[n] != b.values[n]) return "gives " + where + " another tensor in each step";
          if (!isSame(first.storages[one.storage], second.storages[other.storage])) {
            return storageDifference(first.storages[one.storage], second.storages[other.storage], where);
          }
        }
      }
      return {};
    };
    if (auto text = compare(left.arguments, right.arguments, true); !text.empty()) return text;
    if (auto text = compare(left.results, right.results, false); !text.empty()) return text;
  }
  if (first.operations.size() != second.operations.size()) {
    return "calls " + std::to_string(first.operations.size()) + " operations in one step, and " +
           std::to_string(second.operations.size()) + " in the next";
  }
  if (first.liveParts.size() != second.liveParts.size()) return "does not step its optimizers in each step";
  for (const auto i : c10::irange(first.liveParts.size())) {
    if (first.liveParts[i].firstOperation != second.liveParts[i].firstOperation ||
        first.liveParts[i].owner != second.liveParts[i].owner) {
      return "does not step the same optimizers in each step";
    }
  }
  if (first.outputs != second.outputs) return "returns other tensors in each step";
  for (const auto i : c10::irange(first.outputs.size())) {
    const auto &one = first.values[first.outputs[i]];
    const auto &other = second.values[second.outputs[i]];
    if (!(one == other) || !isSame(first.storages[one.storage], second.storages[other.storage])) {
      return "returns other tensors in each step";
    }
  }
  if (first.inputs != second.inputs) return "has arguments that share their memory in one step, and not in the next";
  if (first.leaves.size() != second.leaves.size()) return "gives gradients to other tensors in each step";
  for (const auto i : c10::irange(first.leaves.size())) {
    const auto &one = first.leaves[i];
    const auto &other = second.leaves[i];
    if (one.identity != other.identity) return "gives gradients to other tensors in each step";
    if (one.hadGradient != other.hadGradient) {
      return "begins with gradients in one step, and without in the next: call zeroGrad() at one place";
    }
    if (!(one.entry == other.entry) || one.entryValue != other.entryValue || one.states != other.states) {
      return "does other things with gradients in each step";
    }
  }
  return {};
}

}  // namespace ctorch::capture
