// Walking through a trace's graph, and computing what does not depend on its inputs.

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/runtime/operator.h>

#include <string>

#include "../Guard.h"
#include "Handles.h"

using namespace ctorch;
using torch::jit::Node;
using torch::jit::Value;

namespace {

template <typename Body>
const char *text(Body &&body) noexcept {
  static thread_local std::string text;
  return guarded("graph", {}, static_cast<const char *>(""), [&] {
    text = body();
    return text.c_str();
  });
}

Node &nodeOf(CTTrace *trace, int64_t node) { return *trace->nodes.at(static_cast<size_t>(node)); }

template <typename Body>
int64_t integer(Body &&body) noexcept {
  return guarded("graph", {}, int64_t{-1}, [&] { return static_cast<int64_t>(body()); });
}

c10::TensorTypePtr tensorType(CTTrace *trace, int64_t value) {
  return trace->values.at(static_cast<size_t>(value))->type()->cast<c10::TensorType>();
}

}  // namespace

int64_t ct_graph_node_count(CTTrace *trace) { return static_cast<int64_t>(trace->nodes.size()); }
int64_t ct_graph_value_count(CTTrace *trace) { return static_cast<int64_t>(trace->values.size()); }

const char *ct_graph_node_kind(CTTrace *trace, int64_t node) {
  return text([&] { return std::string(nodeOf(trace, node).kind().toQualString()); });
}

const char *ct_graph_node_scope(CTTrace *trace, int64_t node) {
  return text([&]() -> std::string {
    const auto scope = nodeOf(trace, node).scope();
    if (!scope || scope->isRoot() || scope->isBlank()) return "";
    return scope->name().toUnqualString() + 1;
  });
}

const char *ct_graph_node_input_name(CTTrace *trace, int64_t node, int64_t index) {
  return text([&]() -> std::string {
    const auto *schema = nodeOf(trace, node).maybeSchema();
    if (schema == nullptr || static_cast<size_t>(index) >= schema->arguments().size()) return "";
    return schema->arguments()[static_cast<size_t>(index)].name();
  });
}

int64_t ct_graph_node_input_count(CTTrace *trace, int64_t node) {
  return integer([&] { return nodeOf(trace, node).inputs().size(); });
}
int64_t ct_graph_node_output_count(CTTrace *trace, int64_t node) {
  return integer([&] { return nodeOf(trace, node).outputs().size(); });
}
int64_t ct_graph_node_input(CTTrace *trace, int64_t node, int64_t index) {
  return integer([&] { return trace->numbers.at(nodeOf(trace, node).inputs().at(static_cast<size_t>(index))); });
}
int64_t ct_graph_node_output(CTTrace *trace, int64_t node, int64_t index) {
  return integer([&] { return trace->numbers.at(nodeOf(trace, node).outputs().at(static_cast<size_t>(index))); });
}
// The first input of the graph is the module.
int64_t ct_graph_input_count(CTTrace *trace) {
  return integer([&] { return trace->graph->inputs().size() - 1; });
}
int64_t ct_graph_input(CTTrace *trace, int64_t index) {
  return integer([&] { return trace->numbers.at(trace->graph->inputs().at(static_cast<size_t>(index + 1))); });
}
int64_t ct_graph_output_count(CTTrace *trace) {
  return integer([&] { return trace->graph->outputs().size(); });
}
int64_t ct_graph_output(CTTrace *trace, int64_t index) {
  return integer([&] { return trace->numbers.at(trace->graph->outputs().at(static_cast<size_t>(index))); });
}

int32_t ct_graph_value_dtype(CTTrace *trace, int64_t value) {
  return guarded("graph", {}, int32_t{-1}, [&] {
    const auto type = tensorType(trace, value);
    return type && type->scalarType() ? static_cast<int32_t>(*type->scalarType()) : -1;
  });
}

int64_t ct_graph_value_shape(CTTrace *trace, int64_t value, const int64_t **sizes) {
  static thread_local std::vector<int64_t> shape;
  return integer([&]() -> int64_t {
    const auto type = tensorType(trace, value);
    const auto known = type ? type->sizes().concrete_sizes() : std::nullopt;
    if (!known) return -1;
    shape = *known;
    *sizes = shape.data();
    return static_cast<int64_t>(shape.size());
  });
}

CTValue *ct_graph_value_known(CTTrace *trace, int64_t value) {
  return guarded("graph", {}, static_cast<CTValue *>(nullptr), [&]() -> CTValue * {
    const auto found = trace->known.find(trace->values.at(static_cast<size_t>(value)));
    return found == trace->known.end() ? nullptr : ownedValue(found->second);
  });
}

int32_t ct_graph_node_fold(CTTrace *trace, int64_t number) {
  return guarded("graph", {}, int32_t{-1}, [&]() -> int32_t {
    Node &node = nodeOf(trace, number);
    if (node.kind() == torch::jit::prim::Constant) return 0;
    torch::jit::Stack stack;
    for (const Value *input : node.inputs()) {
      const auto found = trace->known.find(input);
      if (found == trace->known.end()) return 0;
      stack.push_back(found->second);
    }
    if (node.kind() == torch::jit::prim::GetAttr) {
      trace->known[node.output()] = stack[0].toObject()->getAttr(node.s(torch::jit::attr::name));
      return 1;
    }
    // The interpreter has instructions of its own for these, and no operators.
    if (node.kind() == torch::jit::prim::ListConstruct) {
      c10::impl::GenericList list(node.output()->type()->expectRef<c10::ListType>().getElementType());
      for (const c10::IValue &element : stack) list.push_back(element);
      stack = {c10::IValue(std::move(list))};
    } else if (node.kind() == torch::jit::prim::TupleConstruct) {
      stack = {c10::IValue(c10::ivalue::Tuple::create(std::move(stack)))};
    } else if (node.kind() == torch::jit::prim::ListUnpack) {
      const auto list = stack[0].toList();
      stack.clear();
      for (const c10::IValue &element : list) stack.push_back(element);
    } else if (node.kind() == torch::jit::prim::TupleUnpack) {
      const auto tuple = stack[0].toTuple();
      stack.assign(tuple->elements().begin(), tuple->elements().end());
    } else {
      const auto *schema = node.maybeSchema();
      // What writes into a tensor would change the network's own.
      if (schema == nullptr || node.isNondeterministic() || node.hasSideEffects() || schema->is_mutable()) return 0;
      node.getOperation()(stack);
    }
    if (stack.size() != node.outputs().size()) return 0;
    for (size_t i = 0; i < stack.size(); ++i) trace->known[node.outputs()[i]] = stack[i];
    return 1;
  });
}

void ct_graph_value_forget(CTTrace *trace, int64_t value) {
  guardedCall("graph", {}, [&] { trace->known.erase(trace->values.at(static_cast<size_t>(value))); });
}
