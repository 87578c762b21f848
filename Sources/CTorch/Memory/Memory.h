// What the two files that keep memory share: CachingAllocator.cpp and SmallBlocks.cpp.
#pragma once

#include <atomic>

// Tools that look for wrong uses of memory see more if nothing is kept, and bring a `free` of their own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define CTORCH_IS_SANITIZED 1
#endif
#endif
#ifndef CTORCH_IS_SANITIZED
#define CTORCH_IS_SANITIZED 0
#endif

namespace ctorch {

/// False in sanitized builds, and if the environment says `HELIOS_NO_MEMORY_CACHING=1`.
bool isMemoryCachingWanted() noexcept;

/// For a few instructions at a time, so that waiting is rare and short.
class SpinLock {
 public:
  void lock() noexcept {
    while (isLocked_.exchange(true, std::memory_order_acquire)) {
      while (isLocked_.load(std::memory_order_relaxed)) {
      }
    }
  }
  void unlock() noexcept { isLocked_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> isLocked_{false};
};

}  // namespace ctorch
