// Small blocks of memory, for the whole process: those that begin at 64 bytes, and those of C++ objects.
//
// In a step of a small network, oneDNN asks for 900 of the former. glibc's `posix_memalign` cuts each out of a larger block
// and frees what lies before and behind it, which took an eighth of the step. Of the latter, libtorch and oneDNN make and
// destroy 2,000, more at a time than what glibc has a fast path for. Here, a block is taken from a list, and put back.
//
// The functions at the end take the place of the C and C++ libraries': a program's own come before those of the libraries
// that it uses. What is not ours goes on to the next `free`, be it the C library's or that of a preloaded allocator. They
// are weak, so that a program that links an allocator of its own has that one instead.

#include "Memory.h"

#include <cstdint>

#include "CTorchCore.h"

#if defined(__linux__) && defined(__GLIBC__) && !CTORCH_IS_SANITIZED

#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

using namespace ctorch;

namespace {

// MARK: Sizes

// In steps of 16 bytes, as C++ wants them aligned, and from 256 bytes on in steps of 64.

constexpr size_t leastSize = 32;
constexpr size_t greatestSize = 4096;
constexpr size_t step = 16, wideStep = 64, wideSize = 256;
/// Blocks whose size is a multiple of it begin at such an address too.
constexpr size_t greatestAlignment = wideStep;

constexpr size_t wideClass = wideSize / step - wideSize / wideStep;
constexpr size_t classCount = wideClass + greatestSize / wideStep;

constexpr size_t sizeClass(size_t byteCount) {
  const size_t last = std::max(byteCount, leastSize) - 1;
  return last < wideSize ? last / step : wideClass + last / wideStep;
}

constexpr size_t classSize(size_t sizeClass) {
  return sizeClass < wideSize / step ? (sizeClass + 1) * step : (sizeClass + 1 - wideClass) * wideStep;
}

static_assert(classSize(sizeClass(1)) == 32 && classSize(sizeClass(256)) == 256 && classSize(sizeClass(257)) == 320);
static_assert(sizeClass(greatestSize) == classCount - 1 && classSize(classCount - 1) == greatestSize);

// MARK: Where the blocks lie

// Addresses for more blocks than any program uses at one time; memory is behind them once they are touched. Each slab has
// blocks of one size, so that an address alone tells how large its block is.

constexpr size_t spaceSize = size_t{256} << 20;
constexpr size_t slabSize = size_t{16} << 10;
constexpr size_t slabCount = spaceSize / slabSize;

/// As long as there is no space: an address from which nothing lies within reach.
constexpr uintptr_t nowhere = UINTPTR_MAX / 2;
constinit std::atomic<uintptr_t> spaceStart{nowhere};
constinit std::atomic<size_t> usedSlabCount{0};
constinit std::array<std::atomic<uint8_t>, slabCount> slabClasses{};

/// Where in the space an address lies; `spaceSize` or more if it is none of ours.
size_t offset(const void *address) {
  return reinterpret_cast<uintptr_t>(address) - spaceStart.load(std::memory_order_relaxed);
}

size_t classOf(const void *block) {
  return slabClasses[offset(block) / slabSize].load(std::memory_order_relaxed);
}

// MARK: Free blocks

/// What lies in a block while it is free.
struct Block {
  Block *next;
  /// In the first block of a chain that no thread has: the next such chain, and how many blocks this one has.
  Block *nextChain;
  size_t chainLength;
};
static_assert(sizeof(Block) <= leastSize);

/// Free blocks of one size that a thread has for itself.
struct Chain {
  Block *first;
  uint32_t count;
  /// At so many the whole chain goes to all threads: where one thread asks for blocks and another frees them, they must
  /// come back.
  uint32_t limit;

  void push(Block *block) {
    block->next = first;
    first = block;
    ++count;
  }

  Block *pop() {
    Block *block = first;
    first = block->next;
    --count;
    return block;
  }
};

uint32_t chainLimit(size_t sizeClass) { return slabSize / classSize(sizeClass); }

/// The chains that no thread has.
class SharedChains {
 public:
  void give(size_t sizeClass, Chain &chain) {
    if (chain.first == nullptr) return;
    lock_.lock();
    chain.first->nextChain = chains_[sizeClass];
    chain.first->chainLength = chain.count;
    chains_[sizeClass] = chain.first;
    lock_.unlock();
    chain.first = nullptr;
    chain.count = 0;
  }

  /// Fills an empty chain, if there are blocks.
  void take(size_t sizeClass, Chain &chain) {
    lock_.lock();
    if (Block *first = chains_[sizeClass]; first != nullptr) {
      chains_[sizeClass] = first->nextChain;
      chain.first = first;
      chain.count = static_cast<uint32_t>(first->chainLength);
    }
    lock_.unlock();
  }

  /// A process that is forked while another thread has the lock would wait for it forever.
  void lock() { lock_.lock(); }
  void unlock() { lock_.unlock(); }

 private:
  SpinLock lock_;
  std::array<Block *, classCount> chains_{};
};

constinit SharedChains shared;

/// Cuts a slab that nobody has used into blocks; leaves the chain empty if there is none.
void cutSlab(size_t sizeClass, Chain &chain) {
  size_t number = usedSlabCount.load(std::memory_order_relaxed);
  do {
    if (number == slabCount) return;
  } while (!usedSlabCount.compare_exchange_weak(number, number + 1, std::memory_order_relaxed));
  slabClasses[number].store(static_cast<uint8_t>(sizeClass), std::memory_order_relaxed);
  char *slab = reinterpret_cast<char *>(spaceStart.load(std::memory_order_relaxed)) + number * slabSize;
  for (size_t index = slabSize / classSize(sizeClass); index-- > 0;) {
    chain.push(reinterpret_cast<Block *>(slab + index * classSize(sizeClass)));
  }
}

// MARK: Threads

enum class ThreadState : uint8_t { isNew, isRunning, hasEnded };

constinit thread_local std::array<Chain, classCount> chains{};
constinit thread_local ThreadState threadState = ThreadState::isNew;

/// Gives a thread's blocks to the others when it ends.
struct ThreadEnd {
  ~ThreadEnd() {
    threadState = ThreadState::hasEnded;
    for (size_t number = 0; number < classCount; ++number) {
      shared.give(number, chains[number]);
      chains[number].limit = 0;
    }
  }
};
thread_local ThreadEnd threadEnd;

void startThread() {
  threadState = ThreadState::isRunning;
  for (size_t number = 0; number < classCount; ++number) chains[number].limit = chainLimit(number);
  // To be named is to be made, and so destroyed at the end.
  [[maybe_unused]] const auto *volatile made = &threadEnd;
}

Block *blockForEmptyChain(size_t sizeClass) {
  if (threadState == ThreadState::hasEnded) return nullptr;
  if (threadState == ThreadState::isNew) startThread();
  Chain &chain = chains[sizeClass];
  shared.take(sizeClass, chain);
  if (chain.first == nullptr) cutSlab(sizeClass, chain);
  return chain.first == nullptr ? nullptr : chain.pop();
}

void pushToFullChain(size_t sizeClass, Block *block) {
  Chain &chain = chains[sizeClass];
  switch (threadState) {
    case ThreadState::isNew: startThread(); break;
    case ThreadState::isRunning: shared.give(sizeClass, chain); break;
    case ThreadState::hasEnded: break;
  }
  chain.push(block);
  if (threadState == ThreadState::hasEnded) shared.give(sizeClass, chain);
}

/// Null if there is none for so many bytes.
void *allocate(size_t byteCount) {
  if (byteCount > greatestSize || spaceStart.load(std::memory_order_relaxed) == nowhere) return nullptr;
  const size_t number = sizeClass(byteCount);
  Chain &chain = chains[number];
  return chain.first != nullptr ? chain.pop() : blockForEmptyChain(number);
}

bool isOurs(const void *address) { return offset(address) < spaceSize; }

void release(void *address) {
  const size_t number = classOf(address);
  Chain &chain = chains[number];
  Block *block = static_cast<Block *>(address);
  if (chain.count < chain.limit) {
    chain.push(block);
  } else {
    pushToFullChain(number, block);
  }
}

// MARK: What comes after us

/// Whether this thread is looking up a function.
constinit thread_local bool isLookingUp = false;

/// The same function of the next library that has one, looked up once.
template <typename Function>
class Next {
 public:
  explicit constexpr Next(const char *name) : name_(name) {}

  /// Null if there is none, and during a look-up: `dlsym` frees the text of the error that a failed look-up of the program
  /// left, and so calls the functions below before it has found them. What it asks to free then, it asks to free again
  /// when it has: to do nothing is right, and to look up again would never end.
  Function *get() {
    if (Function *function = function_.load(std::memory_order_relaxed)) return function;
    if (isLookingUp) return nullptr;
    isLookingUp = true;
    auto *function = reinterpret_cast<Function *>(dlsym(RTLD_NEXT, name_));
    isLookingUp = false;
    function_.store(function, std::memory_order_relaxed);
    return function;
  }

 private:
  const char *name_;
  std::atomic<Function *> function_{nullptr};
};

constinit Next<void(void *)> nextFree("free");
constinit Next<void *(void *, size_t)> nextRealloc("realloc");
constinit Next<size_t(void *)> nextUsableSize("malloc_usable_size");

[[maybe_unused]] const bool isSet = [] {
  // Now, since a look-up takes the error away that the program may be about to ask `dlerror` for.
  nextFree.get();
  nextRealloc.get();
  nextUsableSize.get();
  if (!isMemoryCachingWanted()) return true;
  void *space = mmap(
      nullptr, spaceSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (space == MAP_FAILED) return true;
  pthread_atfork([] { shared.lock(); }, [] { shared.unlock(); }, [] { shared.unlock(); });
  spaceStart.store(reinterpret_cast<uintptr_t>(space), std::memory_order_relaxed);
  return true;
}();

}  // namespace

// MARK: In place of the C and C++ libraries'

extern "C" {

[[gnu::weak]] int posix_memalign(void **out, size_t blockAlignment, size_t byteCount) noexcept {
  if (!std::has_single_bit(blockAlignment) || blockAlignment % sizeof(void *) != 0) return EINVAL;
  void *block = nullptr;
  if (blockAlignment <= greatestAlignment && byteCount <= greatestSize) {
    block = allocate((std::max(byteCount, size_t{1}) + greatestAlignment - 1) & ~(greatestAlignment - 1));
  }
  if (block == nullptr) {
    const int error = errno;
    block = memalign(blockAlignment, byteCount);
    errno = error;
    if (block == nullptr) return ENOMEM;
  }
  *out = block;
  return 0;
}

[[gnu::weak]] void free(void *block) noexcept {
  if (isOurs(block)) {
    release(block);
  } else if (auto *next = nextFree.get()) {
    next(block);
  }
}

[[gnu::weak]] void *realloc(void *block, size_t byteCount) noexcept {
  if (!isOurs(block)) {
    if (auto *next = nextRealloc.get()) return next(block, byteCount);
    if (block == nullptr) return malloc(byteCount);
    errno = ENOMEM;
    return nullptr;
  }
  if (byteCount == 0) {
    release(block);
    return nullptr;
  }
  const size_t size = classSize(classOf(block));
  if (byteCount <= size && byteCount >= size / 2) return block;
  void *moved = malloc(byteCount);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, std::min(size, byteCount));
  release(block);
  return moved;
}

[[gnu::weak]] void *reallocarray(void *block, size_t count, size_t byteCount) noexcept {
  size_t all = 0;
  if (__builtin_mul_overflow(count, byteCount, &all)) {
    errno = ENOMEM;
    return nullptr;
  }
  return realloc(block, all);
}

[[gnu::weak]] size_t malloc_usable_size(void *block) noexcept {
  if (isOurs(block)) return classSize(classOf(block));
  auto *next = nextUsableSize.get();
  return next == nullptr ? 0 : next(block);
}

}  // extern "C"

[[gnu::weak]] void *operator new(size_t byteCount) {
  if (void *block = allocate(byteCount)) return block;
  while (true) {
    if (void *block = malloc(std::max(byteCount, size_t{1}))) return block;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}

[[gnu::weak]] void operator delete(void *block) noexcept { free(block); }

[[gnu::weak]] void operator delete(void *block, size_t) noexcept { free(block); }

int64_t ct_small_block_memory(void) {
  return static_cast<int64_t>(usedSlabCount.load(std::memory_order_relaxed) * slabSize);
}

#else

int64_t ct_small_block_memory(void) { return 0; }

#endif
