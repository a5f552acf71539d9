// tf.map_fn, tf.scan, tf.foldl, tf.foldr: a function applied to the rows of tensors, one after the other.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "triptych/core/control_flow.h"
#include "triptych/core/ops.h"

namespace triptych::lowlevel {

/// In the order of TensorFlow's arguments.
struct MapOptions {
  /// Accepted; rows are taken one after the other.
  std::int64_t parallel_iterations = 10;
  /// Without, no gradient flows through.
  bool back_prop = true;
  /// Accepted; values stay where they are.
  bool swap_memory = false;
  /// Accepted; shapes are always inferred.
  bool infer_shape = true;
};
struct FoldOptions {
  std::int64_t parallel_iterations = 10;
  bool back_prop = true;
  bool swap_memory = false;
};
struct ScanOptions {
  std::int64_t parallel_iterations = 10;
  bool back_prop = true;
  bool swap_memory = false;
  bool infer_shape = true;
  /// From the last row to the first; results stand beside their rows.
  bool reverse = false;
};

namespace detail {

/// The rows 0, or all others; counted from the end if `reverse`.
inline triptych::detail::Tensors first_rows(const triptych::detail::Tensors& stacks, bool reverse, Location where) {
  triptych::detail::Tensors rows;
  for (const Tensor& stack : stacks) rows.push_back(select(Arg(stack, where), 0, reverse ? -1 : 0));
  return rows;
}
inline triptych::detail::Tensors other_rows(const triptych::detail::Tensors& stacks, bool reverse, Location where) {
  triptych::detail::Tensors rows;
  for (const Tensor& stack : stacks)
    rows.push_back(slice(Arg(stack, where), 0, reverse ? Slice(none, -1) : Slice(1, none)));
  return rows;
}
TRIPTYCH_API void check_scannable(const char* op, const triptych::detail::Tensors& stacks, Location where);
TRIPTYCH_API void check_parallel(const char* op, std::int64_t parallel_iterations, Location where);
/// ArgumentError unless the function gave as many tensors as the accumulator has.
TRIPTYCH_API void check_accumulator(const char* op, std::size_t given, std::size_t count, Location where);

/// From (accumulator, row) to the next accumulator, which is also the result of the row if `keeps`.
template <class F, class A, class E>
triptych::detail::TensorFunction accumulating(const char* op, F& fn, const A& accumulator, const E& elems,
                                              std::size_t count, bool keeps, Location where) {
  return [=, &fn, &accumulator, &elems](std::span<const Tensor> given) {
    triptych::detail::Tensors next = triptych::detail::tensors_of(fn(
        triptych::detail::value_like(accumulator, given), triptych::detail::value_like(elems, given.subspan(count))));
    check_accumulator(op, next.size(), count, where);
    if (keeps) {
      const triptych::detail::Tensors again = next;
      next.insert(next.end(), again.begin(), again.end());
    }
    return next;
  };
}

/// The last accumulator.
template <class F, class E, class A>
triptych::detail::ValueOf<A> fold(const char* op, F& fn, const E& elems, const A& initializer, bool reverse,
                                  const FoldOptions& options, Location where) {
  check_callable(op, fn, where);
  check_parallel(op, options.parallel_iterations, where);
  const triptych::detail::Tensors stacks = triptych::detail::tensors_of(elems),
                                  first = triptych::detail::tensors_of(initializer);
  const auto like = triptych::detail::value_like(elems, stacks);
  const auto accumulator = triptych::detail::value_like(initializer, first);
  return triptych::detail::value_like(
      accumulator, triptych::detail::run_rows(op, accumulating(op, fn, accumulator, like, first.size(), false, where),
                                              first, stacks, reverse, options.back_prop, where));
}
/// The same, the first row on the way being the first accumulator.
template <class F, class E>
triptych::detail::ValueOf<E> fold(const char* op, F& fn, const E& elems, bool reverse, const FoldOptions& options,
                                  Location where) {
  const triptych::detail::Tensors stacks = triptych::detail::tensors_of(elems);
  check_scannable(op, stacks, where);
  const auto like = triptych::detail::value_like(elems, stacks);
  return fold(op, fn, triptych::detail::value_like(like, other_rows(stacks, reverse, where)),
              triptych::detail::value_like(like, first_rows(stacks, reverse, where)), reverse, options, where);
}

}  // namespace detail

/// `fn` of each row of `elems`, a tensor or a structure of tensors with one first dimension; the results, a tensor or a
/// structure, stacked. ArgumentError if the numbers of rows differ or an element has no dimension.
template <class F, class E>
auto map_fn(F fn, const E& elems, const MapOptions& options = {}, Location where = Location::here()) {
  namespace core = triptych::detail;
  check_callable("map_fn", fn, where);
  detail::check_parallel("map_fn", options.parallel_iterations, where);
  const core::Tensors stacks = core::tensors_of(elems);
  const core::ValueOf<E> like = core::value_like(elems, stacks);
  using Result = std::decay_t<decltype(fn(like))>;
  std::optional<core::ValueOf<Result>> result_like;
  const auto body = [&](std::span<const Tensor> rows) {
    const Result result = fn(core::value_like(like, rows));
    core::Tensors tensors = core::tensors_of(result);
    if (!result_like) result_like.emplace(core::value_like(result, tensors));
    return tensors;
  };
  const core::Tensors results = core::run_rows("map_fn", body, {}, stacks, false, options.back_prop, where);
  return core::value_like(*result_like, results);
}

/// The accumulators fn(... fn(fn(initializer, row 0), row 1) ..., row i) for each row i of `elems`, stacked. The
/// accumulator keeps structure, dtypes and shapes. Errors as of `map_fn`.
template <class F, class E, class A>
requires(!std::same_as<A, ScanOptions>) triptych::detail::ValueOf<A> scan(F fn, const E& elems, const A& initializer,
                                                                          const ScanOptions& options = {},
                                                                          Location where = Location::here()) {
  namespace core = triptych::detail;
  check_callable("scan", fn, where);
  detail::check_parallel("scan", options.parallel_iterations, where);
  const core::Tensors stacks = core::tensors_of(elems), first = core::tensors_of(initializer);
  const auto like = core::value_like(elems, stacks);
  const auto accumulator = core::value_like(initializer, first);
  const core::Tensors results =
      core::run_rows("scan", detail::accumulating("scan", fn, accumulator, like, first.size(), true, where), first,
                     stacks, options.reverse, options.back_prop, where);
  return core::value_like(accumulator, std::span(results).subspan(first.size()));
}

/// The same, the first row being the first accumulator and result.
template <class F, class E>
triptych::detail::ValueOf<E> scan(F fn, const E& elems, const ScanOptions& options = {},
                                  Location where = Location::here()) {
  namespace core = triptych::detail;
  check_callable("scan", fn, where);
  const core::Tensors stacks = core::tensors_of(elems);
  detail::check_scannable("scan", stacks, where);
  const auto like = core::value_like(elems, stacks);
  const core::Tensors first = detail::first_rows(stacks, options.reverse, where);
  const core::Tensors others =
      core::tensors_of(lowlevel::scan(fn, core::value_like(like, detail::other_rows(stacks, options.reverse, where)),
                                      core::value_like(like, first), options, where));
  core::Tensors results;
  for (std::size_t i = 0; i < stacks.size(); ++i) {
    const Tensor row = unsqueeze(Arg(first[i], where), 0);
    results.push_back(options.reverse ? concat({others[i], row}, 0, where) : concat({row, others[i]}, 0, where));
  }
  return core::value_like(like, results);
}

/// fn(... fn(fn(initializer, row 0), row 1) ..., last row). Errors as of `scan`.
template <class F, class E, class A>
requires(!std::same_as<A, FoldOptions>) triptych::detail::ValueOf<A> foldl(F fn, const E& elems, const A& initializer,
                                                                           const FoldOptions& options = {},
                                                                           Location where = Location::here()) {
  return detail::fold("foldl", fn, elems, initializer, false, options, where);
}
/// The same, the first row being the first accumulator.
template <class F, class E>
triptych::detail::ValueOf<E> foldl(F fn, const E& elems, const FoldOptions& options = {},
                                   Location where = Location::here()) {
  return detail::fold("foldl", fn, elems, false, options, where);
}
/// As `foldl`, from the last row to the first.
template <class F, class E, class A>
requires(!std::same_as<A, FoldOptions>) triptych::detail::ValueOf<A> foldr(F fn, const E& elems, const A& initializer,
                                                                           const FoldOptions& options = {},
                                                                           Location where = Location::here()) {
  return detail::fold("foldr", fn, elems, initializer, true, options, where);
}
/// The same, the last row being the first accumulator.
template <class F, class E>
triptych::detail::ValueOf<E> foldr(F fn, const E& elems, const FoldOptions& options = {},
                                   Location where = Location::here()) {
  return detail::fold("foldr", fn, elems, true, options, where);
}

}  // namespace triptych::lowlevel
