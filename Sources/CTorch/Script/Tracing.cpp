// Recording what a function does.

#include <torch/csrc/jit/api/compilation_unit.h>
#include <torch/csrc/jit/api/object.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/passes/inliner.h>
#include <torch/csrc/jit/passes/lower_tuples.h>

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "../Callbacks.h"
#include "../Guard.h"
#include "CTorchCore.h"
#include "Handles.h"

using namespace ctorch;
using torch::jit::Module;

namespace {

/// Registers a tensor in the module that the dots of its name lead to, making those in between.
void add(Module &root, const std::string &name, const at::Tensor &tensor, bool isBuffer, bool isTraining) {
  Module module = root;
  size_t start = 0;
  for (size_t end = name.find('.'); end != std::string::npos; start = end + 1, end = name.find('.', start)) {
    const std::string part = name.substr(start, end - start);
    if (!module.hasattr(part)) {
      Module child(
          c10::QualifiedName("__torch__.helios.Part"), root._ivalue()->compilation_unit(), /*shouldMangle=*/true);
      child.register_attribute("training", c10::BoolType::get(), isTraining);
      module.register_module(part, child);
    }
    TORCH_CHECK(module.attr(part).isModule(), "the name ", name, " leads through a tensor");
    module = module.attr(part).toModule();
  }
  const std::string last = name.substr(start);
  TORCH_CHECK(!module.hasattr(last), "there are two tensors of the name ", name);
  if (isBuffer) {
    module.register_buffer(last, tensor);
  } else {
    module.register_parameter(last, tensor, /*is_buffer=*/false);
  }
}

void number(CTTrace &trace) {
  const auto add = [&](torch::jit::Value *value) {
    if (trace.numbers.emplace(value, static_cast<int64_t>(trace.values.size())).second) trace.values.push_back(value);
  };
  for (auto *input : trace.graph->inputs()) add(input);
  for (auto *node : trace.graph->nodes()) {
    TORCH_CHECK(node->blocks().empty(), "the trace has a branch or a loop: ", node->kind().toQualString());
    trace.nodes.push_back(node);
    for (auto *output : node->outputs()) add(output);
    if (node->kind() == torch::jit::prim::Constant) trace.known[node->output()] = *torch::jit::toIValue(node->output());
  }
  trace.known[trace.graph->inputs()[0]] = trace.module._ivalue();
}

}  // namespace

CTTrace *ct_trace_function(
    CTTracedFunction function, CTTensor *const *inputs, int64_t inputCount, const char *const *names,
    CTTensor *const *tensors, const bool *areBuffers, int64_t tensorCount, bool isTraining) {
  return guarded("trace", {}, static_cast<CTTrace *>(nullptr), [&] {
    TORCH_CHECK(!torch::jit::tracer::isTracing(), "a function is already being traced on this thread");
    Module module("__torch__.helios.Network");
    module.register_attribute("training", c10::BoolType::get(), isTraining);
    for (int64_t i = 0; i < tensorCount; ++i) add(module, names[i], *borrow(tensors[i]), areBuffers[i], isTraining);
    torch::jit::Stack stack;
    for (int64_t i = 0; i < inputCount; ++i) stack.emplace_back(*borrow(inputs[i]));
    const auto call = [&](torch::jit::Stack arguments) {
      std::vector<CTTensor *> handles;
      for (const auto &argument : arguments) {
        handles.push_back(reinterpret_cast<CTTensor *>(argument.toTensor().unsafeGetTensorImpl()));
      }
      CTTensor **outputs = nullptr;
      int64_t count = 0;
      rethrow(function.call(function.context, handles.data(), static_cast<int64_t>(handles.size()), &outputs, &count));
      std::vector<at::Tensor> results;
      for (int64_t i = 0; i < count; ++i) {
        results.push_back(*borrow(outputs[i]));
        ct_tensor_release(outputs[i]);
      }
      std::free(outputs);
      TORCH_CHECK(!results.empty(), "the function has no output");
      if (results.size() == 1) return torch::jit::Stack{results[0]};
      std::vector<c10::IValue> elements(results.begin(), results.end());
      return torch::jit::Stack{c10::ivalue::Tuple::create(std::move(elements))};
    };
    const auto state = torch::jit::tracer::trace(
        std::move(stack), call, [](const at::Tensor &) { return std::string(); }, /*strict=*/true,
        /*force_outplace=*/false, &module);
    auto trace = std::make_unique<CTTrace>(CTTrace{state.first->graph, module, {}, {}, {}, {}});
    torch::jit::Inline(*trace->graph);
    torch::jit::LowerAllTuples(trace->graph);
    torch::jit::EliminateDeadCode(trace->graph);
    number(*trace);
    return trace.release();
  });
}

void ct_trace_release(CTTrace *trace) { delete trace; }

bool ct_trace_enter(const char *path) {
  return guardedCall("trace", {}, [&] {
    if (const auto &state = torch::jit::tracer::getTracingState()) {
      // Not push_scope, which would make a function of each layer. A symbol has a character at least.
      const auto symbol = c10::Symbol::scope(std::string("/") + path);
      state->graph->set_current_scope(state->graph->current_scope()->push(symbol));
    }
  });
}

bool ct_trace_leave(void) {
  return guardedCall("trace", {}, [&] {
    if (const auto &state = torch::jit::tracer::getTracingState()) {
      const auto scope = state->graph->current_scope();
      if (!scope->isRoot()) state->graph->set_current_scope(scope->parent());
    }
  });
}

CTScriptModule *ct_trace_module(CTTrace *trace, const char *name) {
  return guarded("trace", {}, static_cast<CTScriptModule *>(nullptr), [&] {
    auto graph = trace->graph->copy();
    // The shapes are those of one call.
    for (auto *input : graph->inputs()) {
      if (input->type()->isSubtypeOf(*c10::TensorType::get())) input->setType(c10::TensorType::get());
    }
    for (auto *node : graph->nodes()) {
      for (auto *output : node->outputs()) {
        if (output->type()->cast<c10::TensorType>()) output->setType(c10::TensorType::get());
      }
    }
    auto *returned = graph->return_node();
    if (returned->inputs().size() > 1) {
      auto *tuple = graph->insertNode(graph->createTuple(returned->inputs()));
      returned->removeAllInputs();
      returned->addInput(tuple->output());
    } else if (auto tuple = returned->input()->type()->cast<c10::TupleType>()) {
      std::vector<c10::TypePtr> types(tuple->elements().size(), c10::TensorType::get());
      returned->input()->setType(c10::TupleType::create(std::move(types)));
    }
    auto module = trace->module;
    const auto qualified = c10::QualifiedName(*module.type()->name(), name);
    auto *function = module._ivalue()->compilation_unit()->create_function(qualified, graph);
    module.type()->addMethod(function);
    return new CTScriptModule{module};
  });
}
