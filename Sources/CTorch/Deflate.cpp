// Compression with the miniz that is part of libtorch.

#include <dlfcn.h>

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
