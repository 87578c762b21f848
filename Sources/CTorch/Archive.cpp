// Zip archives in the form that torch.save writes and torch.load reads.

#include <ATen/core/ivalue.h>
#include <caffe2/serialize/inline_container.h>

#include <memory>
#include <string>

#include "CTorchCore.h"
#include "Support.h"

using namespace ctorch;
using caffe2::serialize::PyTorchStreamReader;
using caffe2::serialize::PyTorchStreamWriter;

struct CTArchiveWriter {
  std::unique_ptr<PyTorchStreamWriter> writer;
};

struct CTArchiveReader {
  std::unique_ptr<PyTorchStreamReader> reader;
};

CTArchiveWriter *ct_archive_writer_new(CTArchiveSink sink, void *context) {
  return guarded("save", {}, static_cast<CTArchiveWriter *>(nullptr), [&] {
    auto writer = std::make_unique<CTArchiveWriter>();
    writer->writer = std::make_unique<PyTorchStreamWriter>([sink, context](const void *bytes, size_t byteCount) {
      return static_cast<size_t>(sink(context, bytes, static_cast<int64_t>(byteCount)));
    });
    return writer.release();
  });
}

bool ct_archive_writer_add(CTArchiveWriter *writer, const char *name, const void *bytes, int64_t byteCount) {
  return guardedCall("save", {}, [&] {
    writer->writer->writeRecord(name, bytes, static_cast<size_t>(byteCount));
  });
}

bool ct_archive_writer_finish(CTArchiveWriter *writer) {
  return guardedCall("save", {}, [&] { writer->writer->writeEndOfFile(); });
}

void ct_archive_writer_free(CTArchiveWriter *writer) { delete writer; }

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
