#include "triptych/keras/utils/progbar.h"

#include <algorithm>

#include "api_keras/callbacks/progbar.h"
#include "core/support/printable.h"

namespace triptych::keras::utils {

struct Progbar::State {
  State(std::int64_t steps, const ProgbarOptions& given)
      : target(steps),
        options(given),
        bar(steps, given.verbose,
            {.width = static_cast<int>(given.width), .interval = given.interval, .unit = printable(given.unit_name)}) {}

  struct Mean {
    std::string name;
    double sum = 0;
    std::int64_t count = 0;
  };
  std::int64_t target, seen = 0;
  ProgbarOptions options;
  keras::Progbar bar;
  std::vector<Mean> means;
};

Progbar::Progbar(std::int64_t target, ProgbarOptions options, Location where) {
  constexpr std::int64_t widest = 1000;
  const auto check = [&](bool good, const char* wrong, const std::string& given) {
    if (!good) throw ArgumentError("Progbar", wrong, given, "", where);
  };
  check(target >= 0, "target is negative", std::to_string(target));
  check(options.width >= 0 && options.width <= widest, "width is out of range", std::to_string(options.width));
  check(options.verbose >= 0 && options.verbose <= 2, "verbose is not 0, 1 or 2", std::to_string(options.verbose));
  check(options.interval >= 0, "interval is negative, or not a number", std::to_string(options.interval));
  state_ = std::make_shared<State>(target, options);
}

void Progbar::update(std::int64_t current, const Values& values, std::optional<bool> finalize, Location where) {
  State& state = *state_;
  if (current < 0)
    throw ArgumentError("Progbar", "the number of steps is negative", std::to_string(current), "", where);
  const bool last = finalize.value_or(state.target > 0 && current >= state.target);
  const std::int64_t steps = std::max<std::int64_t>(current - state.seen, 1);
  const auto& stateful = state.options.stateful_metrics;
  for (const auto& [name, value] : values) {
    auto mean = std::find_if(state.means.begin(), state.means.end(),
                             [&name = name](const auto& of) { return of.name == name; });
    if (mean == state.means.end()) mean = state.means.insert(mean, {name});
    // As in Keras, the last values are shown as they are.
    if (last || std::find(stateful.begin(), stateful.end(), name) != stateful.end()) {
      mean->sum = value;
      mean->count = 1;
    } else {
      mean->sum += value * static_cast<double>(steps);
      mean->count += steps;
    }
  }
  state.seen = current;
  if (state.options.verbose == 0) return;
  Logs logs;
  for (const State::Mean& mean : state.means) logs.set(mean.name, mean.sum / static_cast<double>(mean.count));
  state.bar.update(current, logs, last);
}

void Progbar::add(std::int64_t n, const Values& values, Location where) {
  if (n < 0) throw ArgumentError("Progbar", "the number of steps is negative", std::to_string(n), "", where);
  std::int64_t current = 0;
  if (__builtin_add_overflow(state_->seen, n, &current))
    throw ArgumentError("Progbar", "the number of steps does not fit in 64 bits",
                        std::to_string(state_->seen) + " + " + std::to_string(n), "", where);
  update(current, values, {}, where);
}

}  // namespace triptych::keras::utils
