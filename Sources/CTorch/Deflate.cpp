// Compression with the miniz that is part of libtorch.

#include <dlfcn.h>

#include <algorithm>
#include <limits>
#include <new>

#include "CTorchCore.h"

namespace {

using Compress = int (*)(unsigned char *, unsigned long *, const unsigned char *, unsigned long, int);

/// libtorch exports it for its own archives, and no header of libtorch declares it. Looked up when the program runs, so
/// that a libtorch without it does not keep a program from being linked.
Compress compressFunction() {
  static const auto function = reinterpret_cast<Compress>(dlsym(RTLD_DEFAULT, "mz_compress2"));
  return function;
}

}  // namespace

int64_t ct_deflate(const void *bytes, int64_t byteCount, int32_t level, void *out, int64_t capacity) {
  const auto compress = compressFunction();
  if (compress == nullptr || byteCount < 0 || capacity < 0) return -1;
  auto size = static_cast<unsigned long>(capacity);
  const int status = compress(
      static_cast<unsigned char *>(out), &size, static_cast<const unsigned char *>(bytes),
      static_cast<unsigned long>(byteCount), level);
  return status == 0 ? static_cast<int64_t>(size) : -1;
}

namespace {

/// miniz's `mz_stream`, which is laid out as the `z_stream` of zlib's public interface.
struct Stream {
  const unsigned char *nextIn = nullptr;
  unsigned int availableIn = 0;
  unsigned long totalIn = 0;
  unsigned char *nextOut = nullptr;
  unsigned int availableOut = 0;
  unsigned long totalOut = 0;
  char *message = nullptr;
  void *state = nullptr;
  void *(*allocate)(void *, size_t, size_t) = nullptr;
  void (*release)(void *, void *) = nullptr;
  void *opaque = nullptr;
  int dataType = 0;
  unsigned long checksum = 0;
  unsigned long reserved = 0;
};

struct InflateFunctions {
  int (*begin)(Stream *, int);
  int (*run)(Stream *, int);
  int (*end)(Stream *);

  InflateFunctions() {
    begin = reinterpret_cast<int (*)(Stream *, int)>(dlsym(RTLD_DEFAULT, "mz_inflateInit2"));
    run = reinterpret_cast<int (*)(Stream *, int)>(dlsym(RTLD_DEFAULT, "mz_inflate"));
    end = reinterpret_cast<int (*)(Stream *)>(dlsym(RTLD_DEFAULT, "mz_inflateEnd"));
  }

  bool areThere() const { return begin != nullptr && run != nullptr && end != nullptr; }
};

const InflateFunctions &inflateFunctions() {
  static const InflateFunctions functions;
  return functions;
}

unsigned int clamped(int64_t count) {
  return static_cast<unsigned int>(
      std::clamp<int64_t>(count, 0, static_cast<int64_t>(std::numeric_limits<int>::max())));
}

}  // namespace

struct CTInflater {
  Stream stream;
};

CTInflater *ct_inflater_create(void) {
  if (!inflateFunctions().areThere()) return nullptr;
  auto *inflater = new (std::nothrow) CTInflater();
  if (inflater == nullptr) return nullptr;
  // A negative window means that there is no header of zlib around the data.
  if (inflateFunctions().begin(&inflater->stream, -15) == 0) return inflater;
  delete inflater;
  return nullptr;
}

int32_t ct_inflater_run(
    CTInflater *inflater, const void *bytes, int64_t byteCount, int64_t *consumed, void *out, int64_t capacity,
    int64_t *produced) {
  auto &stream = inflater->stream;
  stream.nextIn = static_cast<const unsigned char *>(bytes);
  stream.availableIn = clamped(byteCount);
  stream.nextOut = static_cast<unsigned char *>(out);
  stream.availableOut = clamped(capacity);
  const auto inCount = stream.availableIn;
  const auto outCount = stream.availableOut;
  const int status = inflateFunctions().run(&stream, 0);
  *consumed = inCount - stream.availableIn;
  *produced = outCount - stream.availableOut;
  // No room, or nothing to read (-5), is for the caller to see from the counts.
  return status == 1 ? 1 : (status == 0 || status == -5) ? 0 : -1;
}

void ct_inflater_release(CTInflater *inflater) {
  inflateFunctions().end(&inflater->stream);
  delete inflater;
}
