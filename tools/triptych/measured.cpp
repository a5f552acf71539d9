#include "measured.h"

#include <algorithm>
#include <map>

namespace triptych::compare {

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return {at(0.5), at(0.25), at(0.75), static_cast<int>(values.size())};
}

Spread Training::step_time() const {
  const std::size_t skip = std::min(step_ms.size(), step_ms.size() / 10 + 1);
  return spread_of({step_ms.begin() + static_cast<std::ptrdiff_t>(skip), step_ms.end()});
}

bool onednn_ran(const Measured& measured, const std::string& model) {
  return std::any_of(measured.batches.begin(), measured.batches.end(),
                     [&](const BatchRun& run) { return run.model == model && run.onednn_calls > 0; });
}

std::vector<Identity> compare_bits(const std::vector<Training>& trainings) {
  std::vector<Identity> result;
  std::map<std::string, const Training*> firsts;
  for (const Training& run : trainings) {
    if (run.numerics != "exact" || !run.complete) continue;
    const auto [first, is_first] = firsts.emplace(run.model, &run);
    if (is_first) continue;
    const Training& one = *first->second;
    const std::size_t steps = std::min(one.losses.size(), run.losses.size());
    Identity identity{
        .model = run.model, .style = one.style, .other = run.style, .steps = static_cast<std::int64_t>(steps)};
    identity.same_losses =
        std::equal(run.losses.begin(), run.losses.begin() + static_cast<std::ptrdiff_t>(steps), one.losses.begin());
    identity.weights_compared = one.full && run.full;
    identity.same_weights = one.weights == run.weights;
    result.push_back(identity);
  }
  return result;
}

}  // namespace triptych::compare
