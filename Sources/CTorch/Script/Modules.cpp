// Modules of TorchScript: loaded, saved, and called.

#include <c10/core/InferenceMode.h>
#include <caffe2/serialize/read_adapter_interface.h>
#include <torch/csrc/jit/serialization/export.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/csrc/jit/serialization/python_print.h>

#include <memory>
#include <optional>
#include <string>

#include "../Guard.h"
#include "Handles.h"

using namespace ctorch;

namespace {

/// A file that the caller reads.
class CallersFile : public caffe2::serialize::ReadAdapterInterface {
 public:
  CallersFile(CTRead read, void *context, int64_t size) : read_(read), context_(context), size_(size) {}

  size_t size() const override { return static_cast<size_t>(size_); }

  size_t read(uint64_t position, void *bytes, size_t count, const char *) const override {
    const auto size = static_cast<uint64_t>(size_);
    if (position >= size) return 0;
    const uint64_t there = count < size - position ? count : size - position;
    return static_cast<size_t>(
        read_(context_, static_cast<int64_t>(position), bytes, static_cast<int64_t>(there)));
  }

 private:
  CTRead read_;
  void *context_;
  int64_t size_;
};

}  // namespace

void ct_script_module_release(CTScriptModule *module) { delete module; }

CTScriptModule *ct_script_module_load(CTRead read, void *context, int64_t size, CTDevice target) {
  return guarded("load", {}, static_cast<CTScriptModule *>(nullptr), [&] {
    const auto file = std::make_shared<CallersFile>(read, context, size);
    return new CTScriptModule{torch::jit::load(file, optionalDevice(target), /*load_debug_files=*/false)};
  });
}

bool ct_script_module_save(CTScriptModule *module, CTWrite write, void *context) {
  return guardedCall("save", {}, [&] {
    torch::jit::ExportModule(module->module, [&](const void *bytes, size_t count) -> size_t {
      TORCH_CHECK(write(context, bytes, static_cast<int64_t>(count)), "the file cannot be written");
      return count;
    });
  });
}

CTValue *ct_script_module_call(
    CTScriptModule *module, const char *method, CTValue *const *arguments, int64_t count) {
  return guarded("ScriptModule", {}, static_cast<CTValue *>(nullptr), [&] {
    const auto found = module->module.find_method(method);
    TORCH_CHECK(found, "the module has no method ", method);
    std::vector<c10::IValue> stack;
    for (int64_t i = 0; i < count; ++i) stack.push_back(arguments[i]->value);
    return ownedValue((*found)(std::move(stack)));
  });
}

bool ct_script_module_train(CTScriptModule *module, bool isTraining) {
  return guardedCall("train", {}, [&] { module->module.train(isTraining); });
}

bool ct_script_module_is_training(CTScriptModule *module) {
  return guarded("training", {}, false, [&] { return module->module.is_training(); });
}

bool ct_script_module_move(CTScriptModule *module, CTDevice target) {
  return guardedCall("to", {}, [&] { module->module.to(device(target)); });
}

bool ct_script_module_tensors(
    CTScriptModule *module, bool buffers, void (*visit)(void *context, const char *name, CTTensor *tensor),
    void *context) {
  return guardedCall("named_parameters", {}, [&] {
    const auto visitOne = [&](const std::string &name, const at::Tensor &tensor) {
      if (tensor.defined()) visit(context, name.c_str(), reinterpret_cast<CTTensor *>(tensor.unsafeGetTensorImpl()));
    };
    if (buffers) {
      for (const auto &named : module->module.named_buffers()) visitOne(named.name, named.value);
    } else {
      for (const auto &named : module->module.named_parameters()) visitOne(named.name, named.value);
    }
  });
}

bool ct_script_module_methods(
    CTScriptModule *module, void (*visit)(void *context, const char *name), void *context) {
  return guardedCall("methods", {}, [&] {
    for (const auto &method : module->module.get_methods()) visit(context, method.name().c_str());
  });
}

bool ct_script_module_code(
    CTScriptModule *module, void (*visit)(void *context, const char *text), void *context) {
  return guardedCall("code", {}, [&] {
    std::vector<c10::IValue> constants;
    torch::jit::PrintDepsTable dependencies;
    torch::jit::PythonPrint printer(constants, dependencies);
    for (const auto &method : module->module.get_methods()) printer.printMethod(method.function());
    visit(context, printer.str().c_str());
  });
}
