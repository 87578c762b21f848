// What libtorch warns of, which would otherwise go to the standard error stream.

#include <c10/util/Exception.h>

#include <new>

#include "CTorchCore.h"

namespace {

/// Hands warnings to a callback. libtorch keeps a pointer to it for the thread that it was set on.
class CallbackHandler final : public c10::WarningHandler {
 public:
  CallbackHandler(CTWarningCallback callback, void *context) : callback_(callback), context_(context) {}

  void process(const c10::Warning &warning) override { callback_(context_, warning.msg().c_str()); }

 private:
  CTWarningCallback callback_;
  void *context_;
};

struct Capture {
  CallbackHandler handler;
  c10::WarningHandler *previous;
};

}  // namespace

void *ct_capture_warnings(CTWarningCallback callback, void *context) {
  auto *capture = new (std::nothrow) Capture{{callback, context}, c10::WarningUtils::get_warning_handler()};
  if (capture) c10::WarningUtils::set_warning_handler(&capture->handler);
  return capture;
}

void ct_release_warnings(void *pointer) {
  auto *capture = static_cast<Capture *>(pointer);
  if (!capture) return;
  // Another capture may have been set since, which then stays.
  if (c10::WarningUtils::get_warning_handler() == &capture->handler) {
    c10::WarningUtils::set_warning_handler(capture->previous);
  }
  delete capture;
}

void ct_warn(const char *message) {
  c10::warn(c10::Warning(c10::UserWarning(), {__func__, __FILE__, static_cast<uint32_t>(__LINE__)}, message, true));
}
