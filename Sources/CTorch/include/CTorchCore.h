// Everything that is not a generated operation: errors, references, data, autograd, random numbers, storages, files.
#ifndef CTORCH_CORE_H
#define CTORCH_CORE_H

#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// MARK: Errors (Error.cpp)

/// The error of the last failing call on this thread. The text lives until the next failing call.
CTErrorKind ct_error_kind(void);
const char *ct_error_operation(void);
const char *ct_error_message(void);
/// The shapes and types of the failing call's inputs, as in "float32[2, 3], int64[4]"; empty if it had none.
const char *ct_error_inputs(void);

// MARK: Warnings (Warnings.cpp)

/// Takes the text of a warning. Called on the thread that captures them.
typedef void (*CTWarningCallback)(void *_Nonnull context, const char *_Nonnull message);
/// Hands the warnings of the calling thread to a callback, until they are released on the same thread. Null if memory
/// is missing: then they go where they went before.
void *_Nullable ct_capture_warnings(CTWarningCallback _Nonnull callback, void *_Nonnull context);
void ct_release_warnings(void *_Nullable capture);
/// Warns as libtorch does, for tests.
void ct_warn(const char *_Nonnull message);

// MARK: The library (Library.cpp)

/// The version of the libtorch headers that this was built with, as in "2.13.0".
const char *ct_library_version(void);
/// From now on, when the process ends, the libraries' destructors do not run; its open files are flushed.
void ct_skip_teardown(void);
int32_t ct_thread_count(void);
bool ct_set_thread_count(int32_t count);
/// Operations on the calling thread use this thread alone; other threads keep what they have.
void ct_use_one_thread_here(void);
bool ct_cuda_is_available(void);
int32_t ct_cuda_device_count(void);
/// The devices of a backend that the program registered (PrivateUse1): its name, which is libtorch's for the lack of one
/// until then, and how many there are.
const char *ct_registered_device_name(void);
int32_t ct_registered_device_count(void);
bool ct_set_deterministic(bool deterministic);
bool ct_is_deterministic(void);

/// For the calling thread and those on which its operations compute.
bool ct_set_flush_denormals(bool flushes);
bool ct_flushes_denormals(void);

bool ct_set_onednn_enabled(bool enabled);
bool ct_onednn_is_enabled(void);

// MARK: Tensors (Tensor.cpp)

CTTensor *ct_tensor_undefined(void);
void ct_tensor_release(CTTensor *tensor);
/// The number of references that Swift holds, over all threads.
int64_t ct_tensor_live_count(void);
void ct_tensor_list_free(CTTensor *_Nonnull *_Nullable list);

bool ct_tensor_is_defined(CTTensor *tensor);
/// Whether both are the same tensor object (not merely equal or sharing memory).
bool ct_tensor_is_same(CTTensor *left, CTTensor *right);
int64_t ct_tensor_dimension_count(CTTensor *tensor);
/// Sizes and strides, `ct_tensor_dimension_count` numbers each; valid while the tensor lives and keeps its shape.
const int64_t *_Nullable ct_tensor_sizes(CTTensor *tensor);
bool ct_tensor_strides(CTTensor *tensor, int64_t *out);
int64_t ct_tensor_storage_offset(CTTensor *tensor);
int64_t ct_tensor_element_count(CTTensor *tensor);
int32_t ct_tensor_dtype(CTTensor *tensor);
CTDevice ct_tensor_device(CTTensor *tensor);
int32_t ct_tensor_layout(CTTensor *tensor);
bool ct_tensor_is_contiguous(CTTensor *tensor);
bool ct_tensor_is_pinned(CTTensor *tensor);

/// The address of the first element, null for a tensor without memory (undefined, empty or sparse).
const void *_Nullable ct_tensor_data(CTTensor *tensor);
void *_Nullable ct_tensor_mutable_data(CTTensor *tensor);
/// An identity for the memory behind a tensor, so that sharing can be told; null if it has none.
const void *_Nullable ct_tensor_storage_identity(CTTensor *tensor);
/// All bytes of the storage behind a CPU tensor.
const void *_Nullable ct_tensor_storage_data(CTTensor *tensor);
int64_t ct_tensor_storage_byte_count(CTTensor *tensor);

/// A new, contiguous CPU tensor with a copy of `byteCount` bytes, which must be what shape and dtype take.
CTTensor *_Nullable ct_tensor_from_bytes(
    const void *_Nullable bytes, int64_t byteCount, const int64_t *_Nullable sizes, int64_t dimensionCount,
    int32_t dtype);
/// Copies the elements, in order, to `bytes`; the tensor may lie on any device and have any strides.
bool ct_tensor_copy_bytes(CTTensor *tensor, void *_Nullable bytes, int64_t byteCount);
/// The value of a tensor with one element.
bool ct_tensor_item(CTTensor *tensor, CTScalar *out);
/// A view into the same storage; checks that it lies inside.
CTTensor *_Nullable ct_tensor_view_of_storage(
    CTTensor *tensor, const int64_t *_Nullable sizes, const int64_t *_Nullable strides, int64_t dimensionCount,
    int64_t storageOffset);

/// One part of a subscript.
typedef enum CTIndexKind : int32_t {
  CTIndexKindInteger = 0,
  CTIndexKindSlice = 1,
  CTIndexKindEllipsis = 2,
  CTIndexKindNewAxis = 3,
  CTIndexKindTensor = 4,
} CTIndexKind;

typedef struct CTIndex {
  CTIndexKind kind;
  int64_t integer;
  CTOptionalInteger start;
  CTOptionalInteger stop;
  int64_t step;
  CTTensor *_Nullable tensor;
} CTIndex;

CTTensor *_Nullable ct_tensor_index(CTTensor *tensor, const CTIndex *_Nullable indices, int64_t count);
bool ct_tensor_index_put(CTTensor *tensor, const CTIndex *_Nullable indices, int64_t count, CTTensor *value);

// MARK: Autograd (Autograd.cpp)

bool ct_tensor_requires_grad(CTTensor *tensor);
bool ct_tensor_set_requires_grad(CTTensor *tensor, bool requiresGrad);
bool ct_tensor_is_leaf(CTTensor *tensor);
/// The name of the function that made the tensor, as in "AddBackward0"; empty for a leaf. The text lives until
/// the next call on this thread.
const char *ct_tensor_grad_function(CTTensor *tensor);
/// The gradient, or null if there is none.
CTTensor *_Nullable ct_tensor_grad(CTTensor *tensor);
bool ct_tensor_set_grad(CTTensor *tensor, CTTensor *_Nullable grad);
/// Makes `tensor` hold the data of `source`, as PyTorch's `tensor.data = source`.
bool ct_tensor_set_data(CTTensor *tensor, CTTensor *source);
/// Says that something else than an operation has written into the tensor, as an operation in place says it.
bool ct_tensor_mark_written(CTTensor *tensor);
/// A leaf that shares the data and requires gradients if its type can have any.
CTTensor *_Nullable ct_tensor_as_parameter(CTTensor *tensor);
bool ct_backward(CTTensor *tensor, CTTensor *_Nullable gradient, int8_t retainGraph, bool createGraph);
/// `*out` gets one reference for each input, null if the input was not used and `allowUnused` is set.
bool ct_grad(
    CTTensor *_Nonnull const *_Nullable outputs, int64_t outputCount, CTTensor *_Nonnull const *_Nullable inputs,
    int64_t inputCount, CTTensor *_Nullable const *_Nullable gradients, int64_t gradientCount, int8_t retainGraph,
    bool createGraph, bool allowUnused, CTTensor *_Nullable *_Nonnull out);

bool ct_grad_mode(void);
void ct_set_grad_mode(bool enabled);

/// Inference mode is a guard object: `ct_inference_mode_enter` makes it, `ct_inference_mode_leave` ends it, in
/// the reverse order and on the same thread.
typedef struct CTInferenceGuard CTInferenceGuard;
CTInferenceGuard *_Nullable ct_inference_mode_enter(bool enabled);
void ct_inference_mode_leave(CTInferenceGuard *guard);
bool ct_inference_mode(void);

/// Autocast of one device type: what was set before comes back in `*previous…`, for the leaving call.
bool ct_autocast_enter(
    int32_t deviceType, int32_t dtype, bool enabled, bool *previousEnabled, int32_t *previousDType);
bool ct_autocast_leave(int32_t deviceType, bool previousEnabled, int32_t previousDType);

// MARK: Gradients that are not finite (Anomaly.cpp)

/// From now on, in the whole process, a backward pass fails at the first function that makes a gradient that is not
/// finite out of finite ones.
void ct_set_anomaly_detection(bool enabled);
bool ct_anomaly_detection(void);

typedef struct CTAnomaly {
  /// As in "SqrtBackward0". The text lives until the next call on this thread.
  const char *_Nullable function;
  /// The number that the function got in the forward pass, see `ct_sequence_number`.
  uint64_t sequence;
  /// For which input of the forward pass the gradient is.
  int64_t input;
  /// Whether it has a NaN; otherwise it has infinities.
  bool isNaN;
} CTAnomaly;

/// What the last backward pass failed at, once; false if it was nothing of the kind.
bool ct_last_anomaly(CTAnomaly *out);
/// The number that the next recorded operation of this thread gets. They ascend.
uint64_t ct_sequence_number(void);

// MARK: Traces (Trace.cpp)

typedef struct CTTraceEvent {
  const char *name;
  /// The shapes of the inputs, as in "[2, 3], [3]"; empty if they were not recorded.
  const char *shapes;
  uint64_t startNanoseconds;
  uint64_t durationNanoseconds;
  uint64_t thread;
  /// The number of the device, and of the stream on it; -1 for the processor.
  int64_t deviceIndex;
  int64_t stream;
  /// Links an operation with the function of the backward pass that belongs to it; -1 for none.
  int64_t sequence;
  bool isBackward;
  /// Whether it is a span of the program's own.
  bool isSpan;
} CTTraceEvent;

typedef void (*CTTraceCallback)(void *_Nonnull context, const CTTraceEvent *_Nonnull event);

/// Begins to record what the calling thread, and backward passes that it begins, compute: on the processor, and on CUDA
/// devices if that is the type of the device.
bool ct_trace_start(int32_t deviceType, bool recordsShapes);
/// Ends it, on the same thread, and hands over each event; null throws them away.
bool ct_trace_stop(CTTraceCallback _Nullable callback, void *_Nullable context);

/// A span of the program's own in the record. It ends on the same thread, before the span that it is in.
typedef struct CTTraceSpan CTTraceSpan;
CTTraceSpan *_Nullable ct_trace_span_begin(const char *name);
void ct_trace_span_end(CTTraceSpan *span);

// MARK: Random numbers (Random.cpp)

bool ct_manual_seed(uint64_t seed);
CTGenerator *_Nullable ct_generator_new(CTDevice device, uint64_t seed);
/// The device's default generator, which operations use if none is given.
CTGenerator *_Nullable ct_generator_default(CTDevice device);
void ct_generator_release(CTGenerator *generator);
bool ct_generator_set_seed(CTGenerator *generator, uint64_t seed);
bool ct_generator_initial_seed(CTGenerator *generator, uint64_t *out);
CTTensor *_Nullable ct_generator_state(CTGenerator *generator);
bool ct_generator_set_state(CTGenerator *generator, CTTensor *state);

// MARK: Memory (Memory/CachingAllocator.cpp)

/// How many bytes of the processor's memory are kept for the next tensors.
int64_t ct_cached_memory(void);
/// Gives all of them back to the system.
void ct_empty_cache(void);

// MARK: Storages (Storage.cpp)

typedef void (*CTMemoryRelease)(void *_Nullable owner);

/// A tensor of bytes on the CPU that lies in memory of the caller's, who gets `owner` back when the last tensor over it
/// goes, or at once if this fails.
CTTensor *_Nullable ct_tensor_over_memory(
    void *bytes, int64_t byteCount, CTMemoryRelease release, void *_Nullable owner);

/// A tensor of its own over the storage of `owner`, of any dtype; fails if it would reach outside the storage.
/// Unlike a view it has no base and counts its own versions, as the tensors that torch.load makes.
CTTensor *_Nullable ct_tensor_on_storage(
    CTTensor *owner, int32_t dtype, const int64_t *_Nullable sizes, const int64_t *_Nullable strides,
    int64_t dimensionCount, int64_t storageOffset, bool isConjugate, bool isNegative);
/// Whether the elements in memory are yet to be conjugated, or negated, when they are read.
bool ct_tensor_is_conjugate(CTTensor *tensor);
bool ct_tensor_is_negative(CTTensor *tensor);

// MARK: Files (Files.cpp)

/// The CRC-32 of a zip archive's record, part by part: `checksum` covers what comes before, and is 0 at the start.
uint32_t ct_crc32(uint32_t checksum, const void *_Nullable bytes, int64_t byteCount);

/// Tells the system to begin writing a part of an open file to its disk, and does not wait. If the system cannot,
/// nothing happens, and fsync has more to do.
void ct_start_writing(int32_t descriptor, int64_t offset, int64_t byteCount);

// MARK: Compression (Deflate.cpp)

/// Compresses bytes to the zlib format (RFC 1950), at a level from 1 to 9, and says how many bytes that are; -1 if they
/// do not fit into `capacity`, or if this libtorch does not export the function.
int64_t ct_deflate(
    const void *_Nullable bytes, int64_t byteCount, int32_t level, void *_Nullable out, int64_t capacity);

/// Unpacks the deflate format (RFC 1951), part after part.
typedef struct CTInflater CTInflater;
/// Null if this libtorch does not export miniz's functions, or if there is no memory.
CTInflater *_Nullable ct_inflater_create(void);
/// Unpacks as much as there are bytes and room for, and says how many bytes it took and gave: 1 at the end of the data,
/// 0 before it, -1 if they are damaged.
int32_t ct_inflater_run(
    CTInflater *inflater, const void *_Nullable bytes, int64_t byteCount, int64_t *consumed, void *_Nullable out,
    int64_t capacity, int64_t *produced);
void ct_inflater_release(CTInflater *inflater);

// MARK: Sparse tensors (Sparse.cpp)

/// Of coordinates: 0 for the indices, 1 for the values. Of a compressed layout: 0 for the compressed indices, 1 for the
/// plain ones, 2 for the values.
CTTensor *_Nullable ct_tensor_sparse_part(CTTensor *tensor, int32_t index);
/// A sparse tensor of libtorch's number of a layout. Every index is looked at, so that none points outside.
/// `plainIndices` is null for coordinates, and `isCoalesced` is -1 if that is not known.
CTTensor *_Nullable ct_tensor_sparse(
    int32_t layout, CTTensor *indices, CTTensor *_Nullable plainIndices, CTTensor *values,
    const int64_t *_Nullable sizes, int64_t dimensionCount, int8_t isCoalesced);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
