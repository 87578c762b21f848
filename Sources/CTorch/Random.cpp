// Random number generators: the default ones and a user's own.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <mutex>

#include "Arguments.h"
#include "CTorchCore.h"
#include "Capture/Recording.h"
#include "Guard.h"

using namespace ctorch;

namespace {

using GeneratorPointer = c10::intrusive_ptr<c10::GeneratorImpl>;

at::Generator generator(CTGenerator *handle) {
  auto *implementation = reinterpret_cast<c10::GeneratorImpl *>(handle);
  return at::Generator(GeneratorPointer::reclaim_copy(implementation));
}

void noteSeeding() { capture::refuseCurrent("sets the state of a random generator"); }

CTGenerator *owned(at::Generator generator) {
  return reinterpret_cast<CTGenerator *>(generator.unsafeReleaseGeneratorImpl());
}

}  // namespace

namespace ctorch {

std::optional<at::Generator> optionalGenerator(CTGenerator *handle) {
  if (handle == nullptr) return std::nullopt;
  return generator(handle);
}

}  // namespace ctorch

bool ct_manual_seed(uint64_t seed) {
  return guardedCall("manual_seed", {}, [&] {
    noteSeeding();
    at::manual_seed(seed);
  });
}

CTGenerator *ct_generator_new(CTDevice where, uint64_t seed) {
  return guarded("generator", {}, static_cast<CTGenerator *>(nullptr), [&] {
    const auto target = device(where);
    if (target.is_cpu()) return owned(at::detail::createCPUGenerator(seed));
    auto created = at::globalContext().defaultGenerator(target).clone();
    created.set_current_seed(seed);
    return owned(std::move(created));
  });
}

CTGenerator *ct_generator_default(CTDevice where) {
  return guarded("generator", {}, static_cast<CTGenerator *>(nullptr), [&] {
    return owned(at::Generator(at::globalContext().defaultGenerator(device(where))));
  });
}

void ct_generator_release(CTGenerator *handle) {
  GeneratorPointer::reclaim(reinterpret_cast<c10::GeneratorImpl *>(handle)).reset();
}

bool ct_generator_set_seed(CTGenerator *handle, uint64_t seed) {
  return guardedCall("manual_seed", {}, [&] {
    noteSeeding();
    auto target = generator(handle);
    const std::lock_guard<std::mutex> lock(target.mutex());
    target.set_current_seed(seed);
  });
}

bool ct_generator_initial_seed(CTGenerator *handle, uint64_t *out) {
  return guardedCall("initial_seed", {}, [&] {
    auto source = generator(handle);
    const std::lock_guard<std::mutex> lock(source.mutex());
    *out = source.current_seed();
  });
}

CTTensor *ct_generator_state(CTGenerator *handle) {
  return guardedTensor("get_state", {}, [&] {
    auto source = generator(handle);
    const std::lock_guard<std::mutex> lock(source.mutex());
    return source.get_state();
  });
}

bool ct_generator_set_state(CTGenerator *handle, CTTensor *state) {
  return guardedCall("set_state", {state}, [&] {
    TORCH_CHECK_TYPE(
        borrow(state)->defined() && borrow(state)->scalar_type() == at::kByte && borrow(state)->device().is_cpu(),
        "a generator's state is a tensor of dtype uint8 on the CPU");
    noteSeeding();
    auto target = generator(handle);
    const std::lock_guard<std::mutex> lock(target.mutex());
    target.set_state(borrow(state));
  });
}
