// How c10d's objects go to Swift and come back.
#pragma once

#include <c10/util/intrusive_ptr.h>

#include <chrono>
#include <cstdint>

#include "CTorchDistributed.h"

namespace ctorch {

/// Hands one reference to the caller.
template <typename Handle, typename Object>
Handle *_Nullable released(c10::intrusive_ptr<Object> object) {
  return reinterpret_cast<Handle *>(object.release());
}

/// One more reference to the object of a handle, which the caller keeps.
template <typename Object, typename Handle>
c10::intrusive_ptr<Object> retained(Handle *_Nonnull handle) {
  return c10::intrusive_ptr<Object>::unsafe_reclaim_from_nonowning(reinterpret_cast<Object *>(handle));
}

/// Takes back the reference of a handle, and drops it.
template <typename Object, typename Handle>
void dropped(Handle *_Nonnull handle) {
  (void)c10::intrusive_ptr<Object>::reclaim(reinterpret_cast<Object *>(handle));
}

inline std::chrono::milliseconds milliseconds(int64_t count) { return std::chrono::milliseconds(count); }

}  // namespace ctorch
