// Autocast has no kernels for devices outside of libtorch: these are CUDA's lists, which the headers carry.

#include <ATen/ATen.h>
#include <ATen/autocast_mode.h>
#include <torch/library.h>

#include "Kernels.h"

namespace sim {

void registerAutocast() {
  static auto all = MAKE_TORCH_LIBRARY_IMPL(_, AutocastPrivateUse1);
  all.fallback(torch::CppFunction::makeFallthrough());

  static auto library = MAKE_TORCH_LIBRARY_IMPL(aten, AutocastPrivateUse1);
  // The macros call it m, and types by their bare names.
  auto &m = library;
  using namespace at;
#define SIM_KERNEL(policy, ...) KERNEL_PRIVATEUSEONE(__VA_ARGS__, policy)
#define SIM_LOWER(...) SIM_KERNEL(lower_precision_fp, __VA_ARGS__)
#define SIM_FLOAT32(...) SIM_KERNEL(fp32, __VA_ARGS__)
#define SIM_FLOAT32_DTYPE(...) SIM_KERNEL(fp32_set_opt_dtype, __VA_ARGS__)
#define SIM_PROMOTE(...) SIM_KERNEL(promote, __VA_ARGS__)
  AT_FORALL_LOWER_PRECISION_FP(SIM_LOWER)
  AT_FORALL_FP32(SIM_FLOAT32)
  AT_FORALL_FP32_SET_OPT_DTYPE(SIM_FLOAT32_DTYPE)
  AT_FORALL_DIFFERENT_REDISPATCH_SIGNATURE(KERNEL_DIFFERENT_REDISPATCH_SIGNATURE_PRIVATEUSEONE)
  AT_FORALL_PROMOTE(SIM_PROMOTE)
}

}  // namespace sim
