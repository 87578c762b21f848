#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Whether there is a function of this name that libtorch has itself.
bool direct_has(const char *name);

/// Calls the function with this name `calls` times. Returns false if there is no such function, or if it fails.
bool direct_call(const char *name, int64_t calls);

#ifdef __cplusplus
}
#endif
