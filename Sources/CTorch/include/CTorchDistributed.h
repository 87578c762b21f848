// Several processes that train together, by libtorch's c10d: stores, process groups over Gloo, and the reducer of DDP.
#ifndef CTORCH_DISTRIBUTED_H
#define CTORCH_DISTRIBUTED_H

#include "CTorchTypes.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// Times are in milliseconds. Handles are references that their release function gives back; any thread may use them.

// MARK: Stores (Distributed/Stores.cpp)

/// Keys and values that all processes of a job see: a `c10d::Store`.
typedef struct CTStore CTStore;

/// Keys of the threads of one process.
CTStore *_Nullable ct_store_hash(int64_t timeout);
/// Keys in a file that all processes can lock. The last of `workerCount` handles that goes deletes the file; -1 leaves
/// it.
CTStore *_Nullable ct_store_file(const char *path, int32_t workerCount, int64_t timeout);
/// Keys of a server, which the process with `isServer` runs as long as it has the handle. Port 0 lets the server choose
/// one. With a number of workers, the server's call returns when as many processes have connected; -1 does not wait.
CTStore *_Nullable ct_store_tcp(
    const char *host, uint16_t port, bool isServer, int64_t workerCount, int64_t timeout);
/// The same keys, each with a beginning of its own.
CTStore *_Nullable ct_store_prefix(const char *prefix, CTStore *store);
void ct_store_release(CTStore *store);

/// The port of a TCP store; 0 for others.
uint16_t ct_store_port(CTStore *store);
int64_t ct_store_timeout(CTStore *store);
bool ct_store_set_timeout(CTStore *store, int64_t timeout);

bool ct_store_set(CTStore *store, const char *key, const void *_Nullable bytes, int64_t byteCount);
/// Waits for the key. `*out` becomes memory that `free` frees; returns the number of bytes, -1 if it fails.
int64_t ct_store_get(CTStore *store, const char *key, void *_Nullable *_Nonnull out);
bool ct_store_add(CTStore *store, const char *key, int64_t value, int64_t *out);
bool ct_store_wait(CTStore *store, const char *_Nonnull const *_Nullable keys, int64_t count, int64_t timeout);
bool ct_store_check(CTStore *store, const char *_Nonnull const *_Nullable keys, int64_t count, bool *out);
bool ct_store_delete(CTStore *store, const char *key, bool *out);
int64_t ct_store_key_count(CTStore *store);
/// Sets the key if it has the expected value, or if it is missing and the expected value is empty. The result, as of
/// `ct_store_get`, is the value that the key has then.
int64_t ct_store_compare_set(
    CTStore *store, const char *key, const void *_Nullable expected, int64_t expectedCount,
    const void *_Nullable desired, int64_t desiredCount, void *_Nullable *_Nonnull out);

// MARK: Process groups (Distributed/ProcessGroups.cpp)

/// The processes that take part in collective operations: a `c10d::ProcessGroup`.
typedef struct CTProcessGroup CTProcessGroup;
/// An operation that was begun: a `c10d::Work`.
typedef struct CTWork CTWork;

/// libtorch's numbers of the ways to combine tensors.
typedef enum CTReduceOp : int32_t {
  CTReduceOpSum = 0,
  CTReduceOpProduct = 2,
  CTReduceOpMinimum = 3,
  CTReduceOpMaximum = 4,
} CTReduceOp;

/// Connects this process to the others over Gloo; returns when all are connected.
///
/// `interfaces` are names of network interfaces, as in "eth0"; `host` is a name or an address of this machine. With
/// neither, it is the address that this machine's name has, else the loopback.
CTProcessGroup *_Nullable ct_process_group_gloo(
    CTStore *store, int32_t rank, int32_t size, int64_t timeout, const char *_Nonnull const *_Nullable interfaces,
    int64_t interfaceCount, const char *_Nullable host);
/// Blocks until operations that were begun have ended, which their timeouts ensure.
void ct_process_group_release(CTProcessGroup *group);

// Each begins an operation, which reads and writes the tensors until its work has completed. All processes of a group
// begin the same operations in the same order, with tensors of the same dtypes and sizes.

CTWork *_Nullable ct_group_broadcast(CTProcessGroup *group, CTTensor *tensor, int32_t root, int64_t timeout);
CTWork *_Nullable ct_group_all_reduce(CTProcessGroup *group, CTTensor *tensor, CTReduceOp op, int64_t timeout);
CTWork *_Nullable ct_group_reduce(
    CTProcessGroup *group, CTTensor *tensor, CTReduceOp op, int32_t root, int64_t timeout);
/// `output` has `input` of every rank, one behind the other.
CTWork *_Nullable ct_group_all_gather(CTProcessGroup *group, CTTensor *output, CTTensor *input, int64_t timeout);
/// `input` has the part of every rank, one behind the other.
CTWork *_Nullable ct_group_reduce_scatter(
    CTProcessGroup *group, CTTensor *output, CTTensor *input, CTReduceOp op, int64_t timeout);
/// `inputs` are as many as there are ranks at the root, and none elsewhere.
CTWork *_Nullable ct_group_scatter(
    CTProcessGroup *group, CTTensor *output, CTTensor *_Nonnull const *_Nullable inputs, int64_t count, int32_t root,
    int64_t timeout);
/// `outputs` are as many as there are ranks at the root, and none elsewhere.
CTWork *_Nullable ct_group_gather(
    CTProcessGroup *group, CTTensor *_Nonnull const *_Nullable outputs, int64_t count, CTTensor *input, int32_t root,
    int64_t timeout);
/// Cuts the first dimension of `input` into parts of `inputSizes`, one for each rank, and puts together what others
/// send.
CTWork *_Nullable ct_group_all_to_all(
    CTProcessGroup *group, CTTensor *output, CTTensor *input, const int64_t *_Nullable outputSizes,
    int64_t outputSizeCount, const int64_t *_Nullable inputSizes, int64_t inputSizeCount, int64_t timeout);
CTWork *_Nullable ct_group_send(CTProcessGroup *group, CTTensor *tensor, int32_t destination, int32_t tag);
CTWork *_Nullable ct_group_receive(CTProcessGroup *group, CTTensor *tensor, int32_t source, int32_t tag);
CTWork *_Nullable ct_group_barrier(CTProcessGroup *group, int64_t timeout);

/// Waits for the end; fails if the operation failed, or if it takes longer than `timeout` (0: the operation's own).
bool ct_work_wait(CTWork *work, int64_t timeout);
/// Whether the operation has ended. One that sends or receives shows it only after it was waited for.
bool ct_work_is_completed(CTWork *work);
/// Fails with the error of an operation that failed.
bool ct_work_check(CTWork *work);
void ct_work_release(CTWork *work);

/// Sends the elements of one rank's tensors to all ranks, a bounded number of bytes at a time.
bool ct_group_broadcast_coalesced(
    CTProcessGroup *group, CTTensor *_Nonnull const *_Nullable tensors, int64_t count, int64_t byteCount,
    int32_t root);

// MARK: Gradients (Distributed/Reducer.cpp)

/// Averages gradients over the ranks while a backward pass still computes others: a `c10d::Reducer`.
typedef struct CTReducer CTReducer;

typedef struct CTReducerOptions {
  /// The size of the bucket that is full first, and of the others, in bytes.
  int64_t firstBucketByteCount;
  int64_t bucketByteCount;
  bool findsUnusedParameters;
  /// Whether gradients travel as bfloat16.
  bool compresses;
} CTReducerOptions;

/// Adds hooks to the parameters, which are the same on all ranks and in the same order.
CTReducer *_Nullable ct_reducer_new(
    CTProcessGroup *group, CTTensor *_Nonnull const *_Nullable parameters, int64_t count, CTReducerOptions options);
/// Removes the hooks.
void ct_reducer_release(CTReducer *reducer);
/// Before a forward pass; sorts the parameters into buckets by the order of the first backward pass, when that is over.
bool ct_reducer_prepare_forward(CTReducer *reducer);
/// After a forward pass whose backward pass shall average. The outputs matter if there are unused parameters.
bool ct_reducer_prepare_backward(CTReducer *reducer, CTTensor *_Nonnull const *_Nullable outputs, int64_t count);
int64_t ct_reducer_bucket_count(CTReducer *reducer);

/// What the next backward passes divide the sums of gradients by; 0 is the number of ranks.
bool ct_reducer_set_divisor(CTReducer *reducer, int64_t divisor);
/// Does the exchange of `ct_reducer_prepare_forward` for a rank that has no forward pass.
bool ct_reducer_match_forward(CTReducer *reducer);
/// Does the exchanges of a backward pass for a rank that has none, with gradients of zero.
bool ct_reducer_match_backward(CTReducer *reducer);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif

#endif
