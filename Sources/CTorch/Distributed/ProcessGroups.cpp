// Process groups of c10d over Gloo, and their collective operations.

// What libtorch was built with; its headers show Gloo only with it.
#define USE_C10D_GLOO

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroup.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/comm.hpp>

#include <exception>
#include <string>
#include <utility>
#include <vector>

#include "Arguments.h"
#include "Capture/Recording.h"
#include "Distributed/Handles.h"
#include "Guard.h"

using namespace ctorch;
using c10d::ProcessGroup;
using c10d::ProcessGroupGloo;

namespace {

/// The part of a group that computes with the tensors of one kind of device. libtorch's own wrapper around it gives the
/// operations other names from version to version.
c10::intrusive_ptr<c10d::Backend> backend(CTProcessGroup *group, const at::Tensor &tensor) {
  TORCH_CHECK(tensor.defined(), "undefined Tensor");
  return retained<ProcessGroup>(group)->getBackend(tensor.device().type());
}

template <typename Body>
CTWork *guardedWork(const char *operation, CTProcessGroup *group, CTTensor *tensor, Body &&body) noexcept {
  return guarded(operation, {tensor}, static_cast<CTWork *>(nullptr), [&] {
    const auto borrowed = borrow(tensor);
    capture::refuseCurrent("exchanges tensors with other processes");
    return released<CTWork, c10d::Work>(body(backend(group, *borrowed), *borrowed));
  });
}

c10d::ReduceOp reduceOp(CTReduceOp op) { return static_cast<c10d::ReduceOp::RedOpType>(op); }

std::vector<at::Tensor> listOf(CTTensor *const *handles, int64_t count) {
  const auto list = definedTensors(handles, count);
  return std::vector<at::Tensor>(list.begin(), list.end());
}

/// One list of tensors, or none at all on the ranks that have no part in it.
std::vector<std::vector<at::Tensor>> listsOf(CTTensor *const *handles, int64_t count) {
  std::vector<std::vector<at::Tensor>> lists;
  if (count > 0) lists.push_back(listOf(handles, count));
  return lists;
}

template <typename Options>
Options optionsWith(int64_t timeout) {
  Options options;
  options.timeout = milliseconds(timeout);
  return options;
}

template <typename Options>
Options optionsWith(int64_t timeout, int32_t root) {
  auto options = optionsWith<Options>(timeout);
  options.rootRank = root;
  return options;
}

}  // namespace

CTProcessGroup *ct_process_group_gloo(
    CTStore *store, int32_t rank, int32_t size, int64_t timeout, const char *const *interfaces, int64_t interfaceCount,
    const char *host) {
  return guarded("init_process_group", {}, static_cast<CTProcessGroup *>(nullptr), [&] {
    const auto options = ProcessGroupGloo::Options::create(milliseconds(timeout));
    // Operations of several devices run side by side.
    const bool isLazy = c10d::getDefaultGlooLazyInit();
    for (int64_t i = 0; i < interfaceCount; ++i) {
      options->devices.push_back(ProcessGroupGloo::createDeviceForInterface(interfaces[i], isLazy));
    }
    if (host != nullptr) options->devices.push_back(ProcessGroupGloo::createDeviceForHostname(host, isLazy));
    if (options->devices.empty()) options->devices.push_back(ProcessGroupGloo::createDefaultDevice(isLazy));
    options->threads = static_cast<int>(options->devices.size()) * 2;

    const auto keys = retained<c10d::Store>(store);
    const auto gloo = c10::make_intrusive<ProcessGroupGloo>(keys, rank, size, options);
    auto group = c10::make_intrusive<ProcessGroup>(keys, rank, size);
    group->setBackend(c10::kCPU, ProcessGroup::BackendType::GLOO, gloo);
    group->setDefaultBackend(ProcessGroup::BackendType::GLOO);
    return released<CTProcessGroup, ProcessGroup>(std::move(group));
  });
}

void ct_process_group_release(CTProcessGroup *group) { dropped<ProcessGroup>(group); }

CTWork *ct_group_broadcast(CTProcessGroup *group, CTTensor *tensor, int32_t root, int64_t timeout) {
  return guardedWork("broadcast", group, tensor, [&](const auto &backend, const at::Tensor &tensor) {
    std::vector<at::Tensor> list{tensor};
    return backend->broadcast(list, optionsWith<c10d::BroadcastOptions>(timeout, root));
  });
}

CTWork *ct_group_all_reduce(CTProcessGroup *group, CTTensor *tensor, CTReduceOp op, int64_t timeout) {
  return guardedWork("all_reduce", group, tensor, [&](const auto &backend, const at::Tensor &tensor) {
    std::vector<at::Tensor> list{tensor};
    auto options = optionsWith<c10d::AllreduceOptions>(timeout);
    options.reduceOp = reduceOp(op);
    return backend->allreduce(list, options);
  });
}

CTWork *ct_group_reduce(CTProcessGroup *group, CTTensor *tensor, CTReduceOp op, int32_t root, int64_t timeout) {
  return guardedWork("reduce", group, tensor, [&](const auto &backend, const at::Tensor &tensor) {
    std::vector<at::Tensor> list{tensor};
    auto options = optionsWith<c10d::ReduceOptions>(timeout, root);
    options.reduceOp = reduceOp(op);
    return backend->reduce(list, options);
  });
}

CTWork *ct_group_all_gather(CTProcessGroup *group, CTTensor *output, CTTensor *input, int64_t timeout) {
  return guardedWork("all_gather", group, input, [&](const auto &backend, const at::Tensor &input) {
    at::Tensor in = input;
    at::Tensor out = *borrow(output);
    return backend->_allgather_base(out, in, optionsWith<c10d::AllgatherOptions>(timeout));
  });
}

CTWork *ct_group_reduce_scatter(
    CTProcessGroup *group, CTTensor *output, CTTensor *input, CTReduceOp op, int64_t timeout) {
  return guardedWork("reduce_scatter", group, input, [&](const auto &backend, const at::Tensor &input) {
    at::Tensor in = input;
    at::Tensor out = *borrow(output);
    auto options = optionsWith<c10d::ReduceScatterOptions>(timeout);
    options.reduceOp = reduceOp(op);
    return backend->_reduce_scatter_base(out, in, options);
  });
}

CTWork *ct_group_scatter(
    CTProcessGroup *group, CTTensor *output, CTTensor *const *inputs, int64_t count, int32_t root, int64_t timeout) {
  return guardedWork("scatter", group, output, [&](const auto &backend, const at::Tensor &output) {
    std::vector<at::Tensor> outputs{output};
    auto lists = listsOf(inputs, count);
    return backend->scatter(outputs, lists, optionsWith<c10d::ScatterOptions>(timeout, root));
  });
}

CTWork *ct_group_gather(
    CTProcessGroup *group, CTTensor *const *outputs, int64_t count, CTTensor *input, int32_t root, int64_t timeout) {
  return guardedWork("gather", group, input, [&](const auto &backend, const at::Tensor &input) {
    auto lists = listsOf(outputs, count);
    std::vector<at::Tensor> inputs{input};
    return backend->gather(lists, inputs, optionsWith<c10d::GatherOptions>(timeout, root));
  });
}

CTWork *ct_group_all_to_all(
    CTProcessGroup *group, CTTensor *output, CTTensor *input, const int64_t *outputSizes, int64_t outputSizeCount,
    const int64_t *inputSizes, int64_t inputSizeCount, int64_t timeout) {
  return guardedWork("all_to_all", group, input, [&](const auto &backend, const at::Tensor &input) {
    at::Tensor in = input;
    at::Tensor out = *borrow(output);
    std::vector<int64_t> outSizes(outputSizes, outputSizes + outputSizeCount);
    std::vector<int64_t> inSizes(inputSizes, inputSizes + inputSizeCount);
    return backend->alltoall_base(out, in, outSizes, inSizes, optionsWith<c10d::AllToAllOptions>(timeout));
  });
}

CTWork *ct_group_send(CTProcessGroup *group, CTTensor *tensor, int32_t destination, int32_t tag) {
  return guardedWork("send", group, tensor, [&](const auto &backend, const at::Tensor &tensor) {
    std::vector<at::Tensor> list{tensor};
    return backend->send(list, destination, tag);
  });
}

CTWork *ct_group_receive(CTProcessGroup *group, CTTensor *tensor, int32_t source, int32_t tag) {
  return guardedWork("recv", group, tensor, [&](const auto &backend, const at::Tensor &tensor) {
    std::vector<at::Tensor> list{tensor};
    return backend->recv(list, source, tag);
  });
}

CTWork *ct_group_barrier(CTProcessGroup *group, int64_t timeout) {
  return guarded("barrier", {}, static_cast<CTWork *>(nullptr), [&] {
    const auto backend = retained<ProcessGroup>(group)->getDefaultBackend();
    return released<CTWork, c10d::Work>(backend->barrier(optionsWith<c10d::BarrierOptions>(timeout)));
  });
}

bool ct_work_wait(CTWork *work, int64_t timeout) {
  return guardedCall("wait", {}, [&] {
    TORCH_CHECK_WITH(
        DistBackendError, retained<c10d::Work>(work)->wait(milliseconds(timeout)), "the operation was aborted");
  });
}

bool ct_work_is_completed(CTWork *work) {
  return guarded("is_completed", {}, true, [&] { return retained<c10d::Work>(work)->isCompleted(); });
}

bool ct_work_check(CTWork *work) {
  return guardedCall("wait", {}, [&] {
    const auto object = retained<c10d::Work>(work);
    if (!object->isCompleted()) return;
    if (const auto exception = object->exception()) std::rethrow_exception(exception);
  });
}

void ct_work_release(CTWork *work) { dropped<c10d::Work>(work); }

bool ct_group_broadcast_coalesced(
    CTProcessGroup *group, CTTensor *const *handles, int64_t count, int64_t byteCount, int32_t root) {
  return guardedCall("broadcast_coalesced", {}, [&] {
    capture::refuseCurrent("exchanges tensors with other processes");
    c10d::broadcast_coalesced(
        retained<ProcessGroup>(group), listOf(handles, count), static_cast<size_t>(byteCount), root);
  });
}
