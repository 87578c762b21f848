// Traces, their graphs, and TorchScript's modules.
#ifndef CTORCH_SCRIPT_H
#define CTORCH_SCRIPT_H

#include "CTorchFunctions.h"
#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// MARK: Values (Script/Values.cpp)

/// What goes into a scripted function and comes out of it. Whoever gets one releases it with `ct_value_release`.
typedef struct CTValue CTValue;

typedef enum CTValueKind : int32_t {
  CTValueKindNone = 0,
  CTValueKindTensor = 1,
  CTValueKindInteger = 2,
  CTValueKindReal = 3,
  CTValueKindBoolean = 4,
  CTValueKindString = 5,
  CTValueKindList = 6,
  CTValueKindTuple = 7,
  CTValueKindDictionary = 8,
  CTValueKindOther = 9,
} CTValueKind;

void ct_value_release(CTValue *value);
CTValueKind ct_value_kind(CTValue *value);
/// The name of its type, as in "List[Tensor]"; it lives until the next call on this thread.
const char *ct_value_type(CTValue *value);

CTValue *_Nullable ct_value_none(void);
CTValue *_Nullable ct_value_of_tensor(CTTensor *tensor);
CTValue *_Nullable ct_value_of_integer(int64_t value);
CTValue *_Nullable ct_value_of_real(double value);
CTValue *_Nullable ct_value_of_boolean(bool value);
CTValue *_Nullable ct_value_of_string(const char *text);
/// A list is of the type of its first element, and of tensors if it is empty; it fails if the types differ.
CTValue *_Nullable ct_value_of_list(CTValue *_Nonnull const *_Nullable elements, int64_t count);
CTValue *_Nullable ct_value_of_tuple(CTValue *_Nonnull const *_Nullable elements, int64_t count);
/// `elements` are the keys and values in turn, twice `count`. The types are those of the first pair, as in a list.
CTValue *_Nullable ct_value_of_dictionary(CTValue *_Nonnull const *_Nullable elements, int64_t count);

// Each fails if the value is of another kind.
CTTensor *_Nullable ct_value_tensor(CTValue *value);
bool ct_value_integer(CTValue *value, int64_t *out);
bool ct_value_real(CTValue *value, double *out);
bool ct_value_boolean(CTValue *value, bool *out);
/// It lives as long as the value.
const char *_Nullable ct_value_string(CTValue *value);
/// How many elements a list, a tuple or a dictionary has; -1 for another kind.
int64_t ct_value_count(CTValue *value);
CTValue *_Nullable ct_value_element(CTValue *value, int64_t index);
CTValue *_Nullable ct_value_key(CTValue *value, int64_t index);

// MARK: Modules (Script/Modules.cpp)

/// A TorchScript module: what torch.jit.load returns.
typedef struct CTScriptModule CTScriptModule;

void ct_script_module_release(CTScriptModule *module);
/// Asks for a part of a file; returns how many bytes it got.
typedef int64_t (*CTRead)(void *context, int64_t position, void *bytes, int64_t count);
/// Takes the next bytes of a file; false ends the writing, which then fails.
typedef bool (*CTWrite)(void *context, const void *bytes, int64_t count);
/// Reads a file of `size` bytes; its tensors come to `device`, or where they were if its type is -1.
CTScriptModule *_Nullable ct_script_module_load(CTRead read, void *context, int64_t size, CTDevice device);
bool ct_script_module_save(CTScriptModule *module, CTWrite write, void *context);
CTValue *_Nullable ct_script_module_call(
    CTScriptModule *module, const char *method, CTValue *_Nonnull const *_Nullable arguments, int64_t count);
bool ct_script_module_train(CTScriptModule *module, bool isTraining);
bool ct_script_module_is_training(CTScriptModule *module);
bool ct_script_module_move(CTScriptModule *module, CTDevice device);
/// The parameters or the buffers, in order: `visit` borrows each with its name.
bool ct_script_module_tensors(
    CTScriptModule *module, bool buffers, void (*visit)(void *context, const char *name, CTTensor *tensor),
    void *context);
/// The names of its methods.
bool ct_script_module_methods(
    CTScriptModule *module, void (*visit)(void *context, const char *name), void *context);
/// Its code in Python's syntax, handed over once.
bool ct_script_module_code(
    CTScriptModule *module, void (*visit)(void *context, const char *text), void *context);

// MARK: Traces (Script/Tracing.cpp)

/// What a traced function did: a graph, and the tensors that it used.
typedef struct CTTrace CTTrace;

typedef struct CTTracedFunction {
  void *context;
  /// Computes the outputs from the inputs, which are borrowed: `*outputs` becomes an array, made by
  /// `ct_function_outputs`, of references that the callback gives away, `*count` long.
  CTForeignError (*call)(
      void *context, CTTensor *_Nonnull const *_Nullable inputs, int64_t inputCount,
      CTTensor *_Nonnull *_Nullable *_Nonnull outputs, int64_t *count);
} CTTracedFunction;

/// Runs the function once and records its operations. The named tensors become parameters or buffers of a module,
/// nested at the dots of their names.
CTTrace *_Nullable ct_trace_function(
    CTTracedFunction function, CTTensor *_Nonnull const *_Nullable inputs, int64_t inputCount,
    const char *_Nonnull const *_Nullable names, CTTensor *_Nonnull const *_Nullable tensors,
    const bool *_Nullable areBuffers, int64_t tensorCount, bool isTraining);
void ct_trace_release(CTTrace *trace);
/// While a function is traced on this thread: what comes until `ct_trace_leave` belongs to the layer of this path.
bool ct_trace_enter(const char *path);
bool ct_trace_leave(void);
/// A module whose forward runs the graph.
CTScriptModule *_Nullable ct_trace_module(CTTrace *trace, const char *name);

// MARK: Graphs (Script/Graphs.cpp). Nodes and values are numbers from 0 on; nodes are in the order of computation.

int64_t ct_graph_node_count(CTTrace *trace);
int64_t ct_graph_value_count(CTTrace *trace);
/// The operation, as in "aten::relu"; the path of the layer; how PyTorch would print the node. They live until the next
/// call on this thread.
const char *ct_graph_node_kind(CTTrace *trace, int64_t node);
const char *ct_graph_node_scope(CTTrace *trace, int64_t node);
/// The name of an input in the operation's schema; empty if it has no name.
const char *ct_graph_node_input_name(CTTrace *trace, int64_t node, int64_t index);
int64_t ct_graph_node_input_count(CTTrace *trace, int64_t node);
int64_t ct_graph_node_output_count(CTTrace *trace, int64_t node);
int64_t ct_graph_node_input(CTTrace *trace, int64_t node, int64_t index);
int64_t ct_graph_node_output(CTTrace *trace, int64_t node, int64_t index);
int64_t ct_graph_input_count(CTTrace *trace);
int64_t ct_graph_input(CTTrace *trace, int64_t index);
int64_t ct_graph_output_count(CTTrace *trace);
int64_t ct_graph_output(CTTrace *trace, int64_t index);
/// The type of a value's elements, or -1; and its shape: the number of dimensions, or -1. `*sizes` lives until the next
/// call on this thread.
int32_t ct_graph_value_dtype(CTTrace *trace, int64_t value);
int64_t ct_graph_value_shape(CTTrace *trace, int64_t value, const int64_t *_Nullable *_Nonnull sizes);
/// What is known of a value before the graph runs: null without an error if it is not known.
CTValue *_Nullable ct_graph_value_known(CTTrace *trace, int64_t value);
/// Computes a node whose inputs are all known, if it has the same result every time. 1: its outputs are known from now
/// on; 0: it cannot be; -1: it failed.
int32_t ct_graph_node_fold(CTTrace *trace, int64_t node);
/// Forgets what is known of a value, for one that depends on an input's size.
void ct_graph_value_forget(CTTrace *trace, int64_t value);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
