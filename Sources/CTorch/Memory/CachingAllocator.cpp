// Memory of tensors on the processor, which is kept for the next tensor of its size.
//
// A training step asks for the same sizes again and again. The C library gives large blocks back to the system each
// time, and the next step pays again for touching them first. Small blocks that must begin at a multiple of 64 bytes
// take the C library's slow path.

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/core/impl/alloc_cpu.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <string_view>

#include "CTorchCore.h"

namespace {

/// Before each block, and as large as its alignment, so that what follows has the same.
struct alignas(64) Header {
  Header *next;
  size_t sizeClass;
};
static_assert(sizeof(Header) == 64);

// Sizes are rounded up to one of eight steps between powers of two, so that at most an eighth is wasted, in pages that
// are never touched.

constexpr size_t leastSize = 64;
constexpr size_t leastSizeBits = 6;
constexpr size_t stepBits = 3;
/// More bytes than a processor addresses.
constexpr size_t excessiveSizeBits = 48;
constexpr size_t classCount = ((excessiveSizeBits - leastSizeBits) << stepBits) + 1;

size_t sizeClass(size_t byteCount) {
  if (byteCount <= leastSize) return 0;
  const size_t last = byteCount - 1;
  const size_t power = std::bit_width(last) - 1;
  const size_t step = last >> (power - stepBits) & ((size_t{1} << stepBits) - 1);
  return ((power - leastSizeBits) << stepBits) + step + 1;
}

size_t classSize(size_t sizeClass) {
  if (sizeClass == 0) return leastSize;
  const size_t power = ((sizeClass - 1) >> stepBits) + leastSizeBits;
  const size_t step = (sizeClass - 1) & ((size_t{1} << stepBits) - 1);
  return (size_t{1} << power) + ((step + 1) << (power - stepBits));
}

/// The free blocks of one size. The block that was given back last comes first, since its memory may still be in the
/// processor's cache.
class FreeBlocks {
 public:
  void push(Header *block) {
    const std::lock_guard lock(mutex_);
    block->next = first_.load(std::memory_order_relaxed);
    first_.store(block, std::memory_order_relaxed);
  }

  Header *pop() {
    // Read without the lock: to miss a block that another thread gives back at this moment costs nothing but time.
    if (first_.load(std::memory_order_relaxed) == nullptr) return nullptr;
    const std::lock_guard lock(mutex_);
    Header *block = first_.load(std::memory_order_relaxed);
    if (block != nullptr) first_.store(block->next, std::memory_order_relaxed);
    return block;
  }

 private:
  std::mutex mutex_;
  /// Changed only under the lock.
  std::atomic<Header *> first_{nullptr};
};

/// Where tensors on the processor get their memory: from what earlier ones gave back, and only then from the system.
class CachingAllocator final : public c10::Allocator {
 public:
  c10::DataPtr allocate(size_t byteCount) override {
    const c10::Device device(c10::DeviceType::CPU);
    if (byteCount == 0) return {nullptr, nullptr, &release, device};
    TORCH_CHECK_WITH(
        OutOfMemoryError, byteCount <= size_t{1} << excessiveSizeBits, "DefaultCPUAllocator: can't allocate memory: ",
        "you tried to allocate ", byteCount, " bytes.");
    const size_t number = sizeClass(byteCount);
    Header *block = blocks_[number].pop();
    if (block == nullptr) {
      block = newBlock(number);
    } else {
      free_.fetch_sub(classSize(number), std::memory_order_relaxed);
    }
    void *bytes = block + 1;
    return {bytes, bytes, &release, device};
  }

  c10::DeleterFnPtr raw_deleter() const override { return &release; }

  void copy_data(void *target, const void *source, size_t byteCount) const override {
    default_copy_data(target, source, byteCount);
  }

  /// Gives free blocks back to the system, the largest first, until at most `byteCount` bytes of them are left.
  void trim(size_t byteCount) {
    for (size_t number = classCount; number-- > 0;) {
      while (free_.load(std::memory_order_relaxed) > byteCount) {
        Header *block = blocks_[number].pop();
        if (block == nullptr) break;
        free_.fetch_sub(classSize(number), std::memory_order_relaxed);
        total_.fetch_sub(classSize(number), std::memory_order_relaxed);
        c10::free_cpu(block);
      }
    }
  }

  size_t freeByteCount() const { return free_.load(std::memory_order_relaxed); }

 private:
  Header *newBlock(size_t number) {
    const size_t size = classSize(number);
    // The free blocks have other sizes. They may stay only as long as all blocks together take no more than what was
    // once in use, and a little more. Several threads may come here at once, so these numbers are not exact.
    const size_t total = total_.fetch_add(size, std::memory_order_relaxed) + size;
    const size_t used = total - std::min(free_.load(std::memory_order_relaxed), total);
    size_t greatest = greatestUse_.load(std::memory_order_relaxed);
    while (used > greatest && !greatestUse_.compare_exchange_weak(greatest, used, std::memory_order_relaxed)) {
    }
    const size_t limit = std::max(greatest, used) + slack;
    if (total > limit) trim(limit - used);

    const size_t byteCount = sizeof(Header) + size + gap(size);
    void *memory = nullptr;
    try {
      memory = c10::alloc_cpu(byteCount);
    } catch (const c10::Error &) {
      // Perhaps there is enough if nothing is kept.
      trim(0);
      try {
        memory = c10::alloc_cpu(byteCount);
      } catch (...) {
        total_.fetch_sub(size, std::memory_order_relaxed);
        throw;
      }
    }
    return new (memory) Header{nullptr, number};
  }

  /// The system puts large blocks side by side, and sizes are multiples of large powers of two: without a gap, the same
  /// place in several blocks would meet in the same few lines of the processor's caches. An optimizer's kernel that
  /// goes through four of them took twice as long. The pages of a gap are never touched.
  static size_t gap(size_t size) { return size >= size_t{1} << 22 ? 7 * size_t{4096} : 0; }

  static void release(void *bytes);

  static constexpr size_t slack = size_t{16} << 20;

  std::array<FreeBlocks, classCount> blocks_;
  /// In free blocks, and in all.
  std::atomic<size_t> free_{0}, total_{0};
  /// The most that was in use at one time.
  std::atomic<size_t> greatestUse_{0};
};

/// Never destroyed: tensors may be given back after everything else.
CachingAllocator &allocator() {
  static auto *const allocator = new CachingAllocator;
  return *allocator;
}

void CachingAllocator::release(void *bytes) {
  if (bytes == nullptr) return;
  auto &allocator = ::allocator();
  Header *block = static_cast<Header *>(bytes) - 1;
  allocator.free_.fetch_add(classSize(block->sizeClass), std::memory_order_relaxed);
  allocator.blocks_[block->sizeClass].push(block);
}

// Tools that look for wrong uses of memory see more if nothing is kept.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool isSanitized = true;
#else
constexpr bool isSanitized = false;
#endif
#else
constexpr bool isSanitized = false;
#endif

bool isCachingWanted() {
  const char *value = std::getenv("HELIOS_NO_MEMORY_CACHING");
  return !isSanitized && (value == nullptr || std::string_view(value) != "1");
}

/// libtorch must be told of an allocator before anybody uses one.
[[maybe_unused]] const bool isSet = [] {
  if (isCachingWanted()) c10::SetAllocator(c10::DeviceType::CPU, &allocator());
  return true;
}();

}  // namespace

int64_t ct_cached_memory(void) { return static_cast<int64_t>(allocator().freeByteCount()); }

void ct_empty_cache(void) { allocator().trim(0); }
