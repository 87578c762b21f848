// Zip archives in the form that torch.save writes and torch.load reads.

#include <ATen/EmptyTensor.h>
#include <ATen/core/ivalue.h>
#include <ATen/ops/empty.h>
#include <caffe2/serialize/inline_container.h>

#include <algorithm>
#include <memory>
#include <string>

#include "CTorchCore.h"
#include "Support.h"

using namespace ctorch;
using caffe2::serialize::PyTorchStreamReader;
using caffe2::serialize::PyTorchStreamWriter;

/// What the sink took is watched here, not in libtorch: once it has failed, the rest of the archive is dropped.
/// libtorch then never meets a failure, which it would also meet in the writer's destructor, where it ends the process.
struct SinkState {
  CTArchiveSink sink;
  void *context;
  bool hasFailed = false;

  size_t take(const void *bytes, size_t byteCount) {
    if (!hasFailed && sink(context, bytes, static_cast<int64_t>(byteCount)) != static_cast<int64_t>(byteCount)) {
      hasFailed = true;
    }
    return byteCount;
  }

  void requireSuccess() const { TORCH_CHECK(!hasFailed, "the archive's bytes could not be written"); }
};

struct CTArchiveWriter {
  SinkState state;
  std::unique_ptr<PyTorchStreamWriter> writer;
};

struct CTArchiveReader {
  std::unique_ptr<PyTorchStreamReader> reader;
};

CTArchiveWriter *ct_archive_writer_new(CTArchiveSink sink, void *context) {
  return guarded("save", {}, static_cast<CTArchiveWriter *>(nullptr), [&] {
    auto writer = std::make_unique<CTArchiveWriter>();
    writer->state = SinkState{sink, context};
    writer->writer = std::make_unique<PyTorchStreamWriter>(
        [state = &writer->state](const void *bytes, size_t byteCount) { return state->take(bytes, byteCount); });
    return writer.release();
  });
}

bool ct_archive_writer_add(CTArchiveWriter *writer, const char *name, const void *bytes, int64_t byteCount) {
  return guardedCall("save", {}, [&] {
    TORCH_CHECK(byteCount >= 0, "a record cannot have ", byteCount, " bytes");
    writer->writer->writeRecord(name, bytes == nullptr ? "" : bytes, static_cast<size_t>(byteCount));
    writer->state.requireSuccess();
  });
}

bool ct_archive_writer_finish(CTArchiveWriter *writer) {
  return guardedCall("save", {}, [&] {
    writer->writer->writeEndOfFile();
    writer->state.requireSuccess();
  });
}

void ct_archive_writer_free(CTArchiveWriter *writer) {
  // The destructor would write the directory; doing it here, into nowhere, keeps its exceptions from ending the process.
  (void)guardedCall("save", {}, [&] {
    writer->state.hasFailed = true;
    if (!writer->writer->finalized()) writer->writer->writeEndOfFile();
  });
  delete writer;
}

CTArchiveReader *ct_archive_reader_new(const char *path) {
  return guarded("load", {}, static_cast<CTArchiveReader *>(nullptr), [&] {
    auto reader = std::make_unique<CTArchiveReader>();
    reader->reader = std::make_unique<PyTorchStreamReader>(std::string(path));
    return reader.release();
  });
}

bool ct_archive_reader_has(CTArchiveReader *reader, const char *name) {
  return guarded("load", {}, false, [&] { return reader->reader->hasRecord(name); });
}

int64_t ct_archive_reader_size(CTArchiveReader *reader, const char *name) {
  return guarded("load", {}, int64_t{-1}, [&]() -> int64_t {
    return static_cast<int64_t>(reader->reader->getRecordSize(name));
  });
}

bool ct_archive_reader_read(CTArchiveReader *reader, const char *name, void *bytes, int64_t byteCount) {
  return guardedCall("load", {}, [&] {
    const size_t read = reader->reader->getRecord(name, bytes, static_cast<size_t>(byteCount));
    TORCH_CHECK(static_cast<int64_t>(read) == byteCount, "the record ", name, " has ", read, " bytes, not ", byteCount);
  });
}

void ct_archive_reader_free(CTArchiveReader *reader) { delete reader; }

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
