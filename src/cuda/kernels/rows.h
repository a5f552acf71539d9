// Kernels that see rows along one axis of row-major tensors (softmax, losses, layer norm): a team of threads takes a
// row.
#pragma once

#include <limits>

#include "core/formulas/reduce.h"
#include "core/kernels/row_layout.h"
#include "core/kernels/vector_math.h"
#include "cuda/kernels/teams.h"

namespace triptych::cuda {

/// What one thread of a team sees of its row. Teams without a row (the last block has some) see one of length 0, since
/// all threads of a block take part in `fold`.
struct Row {
  const Teams& teams;
  Team team;
  void* shared;
  bool real;
  std::int64_t number, start, step, length;

  /// Calls f(i, offset) for this thread's share of the elements.
  template <class F>
  __device__ void each(F f) const {
    for (std::int64_t i = team.rank; i < length; i += teams.size) f(i, start + i * step);
  }
  /// Combines one value of each thread; all get the result.
  template <class T, class Combine>
  __device__ T fold(T value, Combine combine) const {
    static_assert(sizeof(T) <= 16);
    return fold_team(teams, value, combine, static_cast<T*>(shared));
  }
  template <class T>
  __device__ T sum(T value) const {
    return fold(value, formula::AddUp());
  }
  /// Of a team's threads, one.
  __device__ bool leads() const { return real && team.rank == 0; }
};

template <class Body>
__global__ void rows_kernel(Rows rows, Teams teams, std::int64_t groups, Body body) {
  TRIPTYCH_SHARED(shared, double[2 * block_threads]);
  const Team team = my_team(teams);
  for (std::int64_t group = blockIdx.x; group < groups; group += gridDim.x) {
    const std::int64_t number = group * teams.count + team.number;
    const bool real = number < rows.count;
    body(Row{teams, team, shared, real, number, real ? rows.start(number) : 0, rows.step, real ? rows.length : 0});
  }
}

/// body(row) for each row.
template <class Body>
void each_row(Site site, const Rows& rows, Body body) {
  if (rows.count == 0) return;
  const Teams teams = teams_for(rows.count, rows.length, rows.step > 1);
  const std::int64_t groups = teams.blocks(rows.count);
  run(site, rows_kernel<Body>, blocks_for(groups, 1), teams.threads(), 0, rows, teams, groups, body);
}

/// The largest of some elements, and the sum of e^(x - largest): found in one pass.
template <class C>
struct MaxSum {
  C max, sum;
};
template <class C>
constexpr MaxSum<C> nothing_yet() {
  return {-std::numeric_limits<C>::infinity(), 0};
}
template <class C>
__device__ MaxSum<C> max_sum_of(C x) {
  constexpr C infinity = std::numeric_limits<C>::infinity();
  return {x, x == infinity ? std::numeric_limits<C>::quiet_NaN() : C(1)};  // infinity less infinity
}
struct JoinMaxSum {
  template <class C>
  __device__ MaxSum<C> operator()(const MaxSum<C>& a, const MaxSum<C>& b) const {
    const C max = formula::Larger()(a.max, b.max);
    return {max, scaled(a, max) + scaled(b, max)};
  }

 private:
  template <class C>
  static __device__ C scaled(const MaxSum<C>& of, C max) {
    return of.max == max ? of.sum : of.sum * math::exp(of.max - max);
  }
};

}  // namespace triptych::cuda
