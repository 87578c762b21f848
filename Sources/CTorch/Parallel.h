// Work for libtorch's threads, from files that are compiled without OpenMP, where `at::parallel_for` uses one thread.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/TensorIterator.h>
#include <ATen/ops/arange.h>

namespace ctorch {

/// Calls `body(begin, end)` with ranges of 0..<count of at least `grain`, each on another of libtorch's threads: a
/// `TensorIterator` runs inside libtorch.
template <typename Body>
void inParallel(int64_t count, int64_t grain, const Body &body) {
  if (count <= grain || at::get_num_threads() == 1 || at::in_parallel_region()) return body(0, count);
  const at::Tensor numbers = at::arange(count, at::kLong);
  auto iterator = at::TensorIteratorConfig().add_const_input(numbers).build();
  iterator.for_each(
      [&body](char **data, const int64_t *, int64_t size) {
        const int64_t begin = *reinterpret_cast<const int64_t *>(data[0]);
        body(begin, begin + size);
      },
      grain);
}

}  // namespace ctorch
