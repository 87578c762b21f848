// Stores of c10d: keys and values that all processes of a job see.

#include <c10/util/Logging.h>
#include <torch/csrc/distributed/c10d/FileStore.hpp>
#include <torch/csrc/distributed/c10d/HashStore.hpp>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#include "Distributed/Handles.h"
#include "Guard.h"

using namespace ctorch;

namespace {

/// Keeps c10d from writing its errors to standard error, each with a trace of its own code: they are thrown, too. To
/// see them, set TORCH_CPP_LOG_LEVEL; libtorch reads it only if told to, as in Python.
void quietLogging() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (std::getenv("TORCH_CPP_LOG_LEVEL") != nullptr) {
      c10::initLogging();
    } else {
      FLAGS_caffe2_log_level = 3;  // What ends the process; the name is another one if libtorch has glog.
    }
  });
}

template <typename Body>
CTStore *guardedStore(const char *operation, Body &&body) noexcept {
  return guarded(operation, {}, static_cast<CTStore *>(nullptr), [&] {
    quietLogging();
    return released<CTStore, c10d::Store>(body());
  });
}

c10::intrusive_ptr<c10d::Store> storeOf(CTStore *handle) { return retained<c10d::Store>(handle); }

std::vector<uint8_t> bytesOf(const void *bytes, int64_t count) {
  const auto *first = static_cast<const uint8_t *>(bytes);
  return first == nullptr ? std::vector<uint8_t>() : std::vector<uint8_t>(first, first + count);
}

std::vector<std::string> keysOf(const char *const *keys, int64_t count) {
  return std::vector<std::string>(keys, keys + count);
}

int64_t handOver(const std::vector<uint8_t> &bytes, void **out) {
  // At least one byte: for none, malloc may return null, which also means that memory has run out.
  *out = std::malloc(bytes.size() + 1);
  if (*out == nullptr) throw std::bad_alloc();
  std::memcpy(*out, bytes.data(), bytes.size());
  return static_cast<int64_t>(bytes.size());
}

}  // namespace

CTStore *ct_store_hash(int64_t timeout) {
  return guardedStore("HashStore", [&] {
    auto store = c10::make_intrusive<c10d::HashStore>();
    store->setTimeout(milliseconds(timeout));
    return store;
  });
}

CTStore *ct_store_file(const char *path, int32_t workerCount, int64_t timeout) {
  return guardedStore("FileStore", [&] {
    // For a folder that does not exist, c10d waits five minutes.
    const int descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    TORCH_CHECK_WITH(DistStoreError, descriptor >= 0, path, ": ", std::strerror(errno));
    close(descriptor);
    auto store = c10::make_intrusive<c10d::FileStore>(path, workerCount);
    store->setTimeout(milliseconds(timeout));
    return store;
  });
}

CTStore *ct_store_tcp(const char *host, uint16_t port, bool isServer, int64_t workerCount, int64_t timeout) {
  return guardedStore("TCPStore", [&] {
    c10d::TCPStoreOptions options;
    options.port = port;
    options.isServer = isServer;
    if (workerCount >= 0) options.numWorkers = static_cast<std::size_t>(workerCount);
    options.waitWorkers = workerCount >= 0;
    options.timeout = milliseconds(timeout);
    return c10::make_intrusive<c10d::TCPStore>(host, options);
  });
}

CTStore *ct_store_prefix(const char *prefix, CTStore *store) {
  return guardedStore("PrefixStore", [&] { return c10::make_intrusive<c10d::PrefixStore>(prefix, storeOf(store)); });
}

void ct_store_release(CTStore *store) { dropped<c10d::Store>(store); }

uint16_t ct_store_port(CTStore *store) {
  const auto *tcp = dynamic_cast<const c10d::TCPStore *>(storeOf(store).get());
  return tcp == nullptr ? 0 : tcp->getPort();
}

int64_t ct_store_timeout(CTStore *store) { return storeOf(store)->getTimeout().count(); }

bool ct_store_set_timeout(CTStore *store, int64_t timeout) {
  return guardedCall("set_timeout", {}, [&] { storeOf(store)->setTimeout(milliseconds(timeout)); });
}

bool ct_store_set(CTStore *store, const char *key, const void *bytes, int64_t byteCount) {
  return guardedCall("set", {}, [&] { storeOf(store)->set(key, bytesOf(bytes, byteCount)); });
}

int64_t ct_store_get(CTStore *store, const char *key, void **out) {
  return guarded("get", {}, static_cast<int64_t>(-1), [&] { return handOver(storeOf(store)->get(key), out); });
}

bool ct_store_add(CTStore *store, const char *key, int64_t value, int64_t *out) {
  return guardedCall("add", {}, [&] { *out = storeOf(store)->add(key, value); });
}

bool ct_store_wait(CTStore *store, const char *const *keys, int64_t count, int64_t timeout) {
  return guardedCall("wait", {}, [&] { storeOf(store)->wait(keysOf(keys, count), milliseconds(timeout)); });
}

bool ct_store_check(CTStore *store, const char *const *keys, int64_t count, bool *out) {
  return guardedCall("check", {}, [&] { *out = storeOf(store)->check(keysOf(keys, count)); });
}

bool ct_store_delete(CTStore *store, const char *key, bool *out) {
  return guardedCall("delete_key", {}, [&] { *out = storeOf(store)->deleteKey(key); });
}

int64_t ct_store_key_count(CTStore *store) {
  return guarded("num_keys", {}, static_cast<int64_t>(-1), [&] { return storeOf(store)->getNumKeys(); });
}

int64_t ct_store_compare_set(
    CTStore *store, const char *key, const void *expected, int64_t expectedCount, const void *desired,
    int64_t desiredCount, void **out) {
  return guarded("compare_set", {}, static_cast<int64_t>(-1), [&] {
    const auto value =
        storeOf(store)->compareSet(key, bytesOf(expected, expectedCount), bytesOf(desired, desiredCount));
    return handOver(value, out);
  });
}
