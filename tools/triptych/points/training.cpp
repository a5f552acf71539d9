// The trainings: accuracy, loss curves, cost of a step, and whether all styles computed the same bits.
#include <cmath>

#include "points/points.h"

namespace triptych::compare {
namespace {

Table training_table(const Measured& m) {
  Table table{.id = "training",
              .columns = {"model", "style", "numerics", "steps", "step_ms", "step_ms_low", "step_ms_high",
                          "first_step_ms", "peak_mb", "tensor_mb", "launches", "allocations", "accuracy", "last_loss"}};
  for (const Training& run : m.trainings) {
    const Spread step = run.step_time();
    table.rows.push_back({run.model, style_term(run.style), Term{"numerics." + run.numerics}, number(run.losses.size()),
                          step.median, step.low, step.high, run.first_step_ms, run.peak_resident_mb, run.peak_tensor_mb,
                          run.launches_per_step, run.allocations_per_step,
                          run.complete && run.full ? Cell(100 * run.accuracy) : Cell(),
                          run.losses.empty() ? Cell() : Cell(run.losses.back())});
  }
  return table;
}

Table identity_table(const Measured& m) {
  Table table{.id = "identity",
              .columns = {"model", "style", "other_style", "steps_compared", "same_losses", "same_weights"}};
  for (const Identity& identity : compare_bits(m.trainings))
    table.rows.push_back({identity.model, style_term(identity.style), style_term(identity.other),
                          number(identity.steps), yes_no(identity.same_losses),
                          identity.weights_compared ? Cell(yes_no(identity.same_weights)) : Cell()});
  return table;
}

/// Means of at most `count` groups of neighbours: a curve of thousands of steps stays readable.
Table loss_table(const Measured& m) {
  constexpr std::size_t count = 48;
  Table table{.id = "loss", .columns = {"model", "style", "numerics", "step", "loss"}, .folded = true};
  for (const Training& run : m.trainings) {
    if (run.numerics != "exact") continue;
    const std::size_t groups = std::min(count, run.losses.size());
    for (std::size_t i = 0; i < groups; ++i) {
      const std::size_t begin = i * run.losses.size() / groups, end = (i + 1) * run.losses.size() / groups;
      double sum = 0;
      for (std::size_t k = begin; k < end; ++k) sum += run.losses[k];
      table.rows.push_back({run.model, style_term(run.style), Term{"numerics." + run.numerics}, number(end),
                            sum / static_cast<double>(end - begin)});
    }
  }
  return table;
}

Verdict same_bits(const Measured& m) {
  std::int64_t pairs = 0, same = 0, steps = 0;
  for (const Identity& identity : compare_bits(m.trainings)) {
    ++pairs;
    same += identity.same();
    steps += identity.steps;
  }
  if (!pairs) return untested("same_bits");
  return verdict("same_bits", same == pairs, {number(same), number(pairs), number(steps)});
}

}  // namespace

Point training_point(const Measured& m) {
  Point point{.id = "training", .verdicts = {same_bits(m)}};
  for (const std::string& model : m.models)
    point.charts.push_back(
        {.id = "loss", .table = "loss", .x = "step", .y = "loss", .series = "style", .where = {{"model", model}}});
  point.tables = {training_table(m), identity_table(m), loss_table(m)};
  for (const std::string& model : m.models)
    if (const auto found = m.programs.find(model); found != m.programs.end() && !found->second.empty())
      point.programs.push_back({model, found->second});
  return point;
}

}  // namespace triptych::compare
