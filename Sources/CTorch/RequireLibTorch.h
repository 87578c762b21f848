// Package.swift includes this before everything else in every C++ file: it is the only error if libtorch is missing or
// has another version.
#ifndef CTORCH_REQUIRE_LIBTORCH_H
#define CTORCH_REQUIRE_LIBTORCH_H

#if __has_include(<torch/headeronly/version.h>)
#include <torch/headeronly/version.h>
#endif

#if TORCH_VERSION_MAJOR != 2 || TORCH_VERSION_MINOR < 11 || TORCH_VERSION_MINOR > 13
#error \
    "libtorch 2.11 to 2.13 is missing: run scripts/bootstrap of Helios (.build/checkouts/helios/scripts/bootstrap in a package that depends on it), or set LIBTORCH to the absolute path of a libtorch, and build again"
#endif

#endif
