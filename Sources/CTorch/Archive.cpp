// Zip archives as torch.save writes them, and the tensors that lie in their records.

#include <ATen/EmptyTensor.h>
#include <ATen/ops/empty.h>
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <memory>
#include <string>

#include "CTorchCore.h"
#include "Support.h"

using namespace ctorch;
using caffe2::serialize::PyTorchStreamWriter;

/// What the sink took is watched here, not in libtorch: once it has failed, the rest of the archive is dropped.
/// libtorch then never meets a failure, which it would also meet in the writer's destructor, where it ends the process.
struct CTArchiveWriter {
  CTArchiveSink sink;
  void *context;
  bool hasFailed = false;
  std::unique_ptr<PyTorchStreamWriter> writer;

  size_t take(const void *bytes, size_t byteCount) {
    if (!hasFailed && sink(context, bytes, static_cast<int64_t>(byteCount)) != static_cast<int64_t>(byteCount)) {
      hasFailed = true;
    }
    return byteCount;
  }

  void requireSuccess() const { TORCH_CHECK(!hasFailed, "the archive's bytes could not be written"); }
};

CTArchiveWriter *ct_archive_writer_new(CTArchiveSink sink, void *context) {
  return guarded("save", {}, static_cast<CTArchiveWriter *>(nullptr), [&] {
    auto writer = std::make_unique<CTArchiveWriter>();
    writer->sink = sink;
    writer->context = context;
    writer->writer = std::make_unique<PyTorchStreamWriter>(
        [owner = writer.get()](const void *bytes, size_t byteCount) { return owner->take(bytes, byteCount); });
    return writer.release();
  });
}

bool ct_archive_writer_add(CTArchiveWriter *writer, const char *name, const void *bytes, int64_t byteCount) {
  return guardedCall("save", {}, [&] {
    TORCH_CHECK(byteCount >= 0, "a record cannot have ", byteCount, " bytes");
    writer->writer->writeRecord(name, bytes == nullptr ? "" : bytes, static_cast<size_t>(byteCount));
    writer->requireSuccess();
  });
}

bool ct_archive_writer_finish(CTArchiveWriter *writer) {
  return guardedCall("save", {}, [&] {
    writer->writer->writeEndOfFile();
    writer->requireSuccess();
  });
}

void ct_archive_writer_free(CTArchiveWriter *writer) {
  // The destructor would write the directory; doing it here, into nowhere, keeps its exceptions from ending the process.
  (void)guardedCall("save", {}, [&] {
    writer->hasFailed = true;
    if (!writer->writer->finalized()) writer->writer->writeEndOfFile();
  });
  delete writer;
}

// MARK: Checksums

namespace {

/// Tables for eight bytes at a time: entry [k][b] is the checksum of the byte b followed by k zero bytes.
struct ChecksumTables {
  uint32_t table[8][256];

  ChecksumTables() {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      uint32_t remainder = byte;
      for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xEDB88320u : 0u);
      table[0][byte] = remainder;
    }
    for (int zeros = 1; zeros < 8; ++zeros) {
      for (int byte = 0; byte < 256; ++byte) {
        const uint32_t before = table[zeros - 1][byte];
        table[zeros][byte] = (before >> 8) ^ table[0][before & 0xFF];
      }
    }
  }
};

}  // namespace

uint32_t ct_crc32(const void *bytes, int64_t byteCount) {
  static const ChecksumTables tables;
  const auto &table = tables.table;
  const auto *next = static_cast<const uint8_t *>(bytes);
  uint32_t checksum = 0xFFFFFFFFu;
  for (; byteCount >= 8; byteCount -= 8, next += 8) {
    const uint32_t first = checksum ^ (next[0] | next[1] << 8 | next[2] << 16 | static_cast<uint32_t>(next[3]) << 24);
    checksum = table[7][first & 0xFF] ^ table[6][first >> 8 & 0xFF] ^ table[5][first >> 16 & 0xFF] ^
               table[4][first >> 24] ^ table[3][next[4]] ^ table[2][next[5]] ^ table[1][next[6]] ^ table[0][next[7]];
  }
  for (; byteCount > 0; --byteCount, ++next) checksum = (checksum >> 8) ^ table[0][(checksum ^ *next) & 0xFF];
  return ~checksum;
}

// MARK: Tensors over the storages of an archive

CTTensor *ct_tensor_on_storage(
    CTTensor *owner, int32_t dtype, const int64_t *sizes, const int64_t *strides, int64_t dimensionCount,
    int64_t storageOffset, bool isConjugate, bool isNegative) {
  return guardedTensor("set_", {owner}, [&] {
    const auto source = borrow(owner);
    TORCH_CHECK(source->defined() && source->has_storage(), "a tensor without memory has no storage");
    const auto type = scalarType(dtype);
    const auto size = integers(sizes, dimensionCount);
    const auto stride = integers(strides, dimensionCount);
    TORCH_CHECK(storageOffset >= 0, "a storage's offset cannot be ", storageOffset);
    // `set_` would make the storage larger where the tensor does not fit. The count of bytes is checked for overflow.
    const size_t needed =
        at::detail::computeStorageNbytes(size, stride, c10::elementSize(type), static_cast<size_t>(storageOffset));
    TORCH_CHECK(
        std::find(size.begin(), size.end(), 0) != size.end() || needed <= source->storage().nbytes(), "a tensor that takes ", needed,
        " bytes does not fit a storage of ", source->storage().nbytes());
    auto tensor = at::empty({0}, at::TensorOptions().dtype(type).device(source->device()));
    tensor.set_(source->storage(), storageOffset, size, stride);
    tensor._set_conj(isConjugate);
    tensor._set_neg(isNegative);
    return tensor;
  });
}

bool ct_tensor_is_conjugate(CTTensor *tensor) {
  return guarded("is_conj", {tensor}, false, [&] { return borrow(tensor)->is_conj(); });
}

bool ct_tensor_is_negative(CTTensor *tensor) {
  return guarded("is_neg", {tensor}, false, [&] { return borrow(tensor)->is_neg(); });
}
