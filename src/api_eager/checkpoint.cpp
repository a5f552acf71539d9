#include "triptych/eager/checkpoint.h"

#include "triptych/core/callable.h"

namespace triptych::eager::utils {

Tensor checkpoint_sequential(std::vector<std::function<Tensor(const Tensor&)>> functions, std::int64_t segments,
                             const Tensor& input, const CheckpointOptions& options, Location where) {
  for (const auto& function : functions) check_callable("checkpoint_sequential", function, where);
  const auto count = static_cast<std::int64_t>(functions.size());
  if (segments < 1 || segments > count)
    throw ArgumentError("checkpoint_sequential", "there are not so many segments",
                        std::to_string(segments) + " of " + std::to_string(count) + " functions", "", where);
  const std::int64_t length = count / segments;
  Tensor x = input;
  for (std::int64_t part = 0; part < segments; ++part) {
    const bool last = part + 1 == segments;
    const auto first = functions.begin() + part * length, end = last ? functions.end() : first + length;
    const auto run = [some = std::vector(first, end)](const Tensor& from) {
      Tensor to = from;
      for (const auto& function : some) to = function(to);
      return to;
    };
    x = last ? run(x) : detail::checkpoint(run, options, where, x);
  }
  return x;
}

Tensor checkpoint_sequential(nn::Sequential& functions, std::int64_t segments, const Tensor& input,
                             const CheckpointOptions& options, Location where) {
  std::vector<std::function<Tensor(const Tensor&)>> calls;
  for (std::size_t i = 0; i < functions.size(); ++i)
    calls.emplace_back(
        [&functions, i, where](const Tensor& x) { return functions[static_cast<std::int64_t>(i)](Arg(x, where)); });
  return checkpoint_sequential(std::move(calls), segments, input, options, where);
}

}  // namespace triptych::eager::utils
