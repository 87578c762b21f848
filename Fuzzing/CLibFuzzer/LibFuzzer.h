// What libFuzzer offers a program with a main function of its own (compiler-rt, FuzzerInterface.h).
#pragma once

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *count, char ***arguments, int (*test)(const uint8_t *bytes, size_t count));
