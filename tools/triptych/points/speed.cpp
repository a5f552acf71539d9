// What a step costs beyond its kernels, at small and large batches, on all engines.
#include <algorithm>
#include <map>

#include "points/points.h"

namespace triptych::compare {
namespace {

/// Switched on it may still have had nothing to do.
std::string onednn_id(const Measured& m, const BatchRun& run) {
  return !run.onednn ? "no" : onednn_ran(m, run.model) ? "yes" : "unused";
}

Table batch_table(const Measured& m) {
  Table table{.id = "batches",
              .columns = {"model", "style", "numerics", "onednn", "batch", "step_ms", "step_ms_low", "step_ms_high",
                          "steps", "kernel_ms", "framework_ms", "framework_ms_low", "framework_ms_high",
                          "first_step_ms", "launches", "onednn_calls"},
              .folded = true};
  for (const BatchRun& run : m.batches)
    table.rows.push_back({run.model, style_term(run.style), Term{"numerics." + run.numerics},
                          Term{"onednn." + onednn_id(m, run)}, number(run.batch), run.step_ms.median, run.step_ms.low,
                          run.step_ms.high, number(run.step_ms.count), run.kernel_ms.median, run.framework_ms.median,
                          run.framework_ms.low, run.framework_ms.high, run.first_ms, run.launches, run.onednn_calls});
  return table;
}

Table pass_table(const Measured& m) {
  Table table{.id = "passes", .columns = {"model", "numerics", "pass", "nodes_before", "nodes_after", "rewrites"}};
  for (const Training& run : m.trainings) {
    if (run.step.passes.empty()) continue;
    const Term numerics{"numerics." + run.numerics};
    table.rows.push_back({run.model, numerics, std::string("prune"), number(run.step.graph_nodes),
                          number(run.step.needed_nodes), number(run.step.graph_nodes - run.step.needed_nodes)});
    for (const PassReport& pass : run.step.passes)
      table.rows.push_back(
          {run.model, numerics, pass.name, number(pass.nodes_before), number(pass.nodes_after), number(pass.rewrites)});
  }
  return table;
}

Table plan_table(const Measured& m) {
  Table table{.id = "plan",
              .columns = {"model", "numerics", "kernel_calls", "views", "copies", "arena_mb", "unplanned_mb"}};
  for (const Training& run : m.trainings)
    if (!run.step.passes.empty())
      table.rows.push_back({run.model, Term{"numerics." + run.numerics}, number(run.step.kernel_calls),
                            number(run.step.views), number(run.step.copies),
                            static_cast<double>(run.step.arena_bytes) / (1 << 20),
                            static_cast<double>(run.step.unplanned_bytes) / (1 << 20)});
  return table;
}

/// Keras is slowest: of the cases (model, numerics, batch size), it clearly is in more than half.
Verdict keras_slowest(const Measured& m) {
  struct Case {
    const BatchRun *lowlevel = nullptr, *eager = nullptr, *keras = nullptr;
  };
  std::map<std::string, Case> cases;
  for (const BatchRun& run : m.batches) {
    if (!run.onednn && m.has_onednn) continue;
    Case& one = cases[run.model + "/" + run.numerics + "/" + std::to_string(run.batch)];
    if (run.style == "lowlevel") one.lowlevel = &run;
    if (run.style == "eager") one.eager = &run;
    if (run.style == "keras") one.keras = &run;
  }
  std::erase_if(cases,
                [](const auto& item) { return !item.second.lowlevel || !item.second.eager || !item.second.keras; });
  if (cases.empty()) return untested("keras_slowest");
  std::size_t slowest = 0;
  for (const auto& [name, one] : cases)
    slowest += clearly_below(one.lowlevel->step_ms, one.keras->step_ms) &&
               clearly_below(one.eager->step_ms, one.keras->step_ms);
  return verdict("keras_slowest", 2 * slowest > cases.size(), {number(slowest), number(cases.size())});
}

/// Eager execution costs more than a graph: the framework's part is clearly larger in every case at batch 1.
Verdict eager_overhead(const Measured& m) {
  std::size_t compared = 0, larger = 0;
  double low = 0, eager = 0;
  for (const BatchRun& a : m.batches)
    for (const BatchRun& b : m.batches) {
      if (a.style != "lowlevel" || b.style != "eager" || a.model != b.model || a.numerics != b.numerics ||
          a.batch != 1 || b.batch != 1 || a.onednn != b.onednn)
        continue;
      ++compared;
      larger += clearly_below(a.framework_ms, b.framework_ms);
      low += a.framework_ms.median;
      eager += b.framework_ms.median;
    }
  if (!compared) return untested("eager_overhead");
  return verdict(
      "eager_overhead", larger == compared,
      {number(larger), number(compared), low / static_cast<double>(compared), eager / static_cast<double>(compared)});
}

/// oneDNN is faster than our own kernels: it clearly is in more than half of the cases measured with and without.
Verdict onednn_faster(const Measured& m) {
  if (!m.has_onednn) return untested("onednn_faster", "reason.onednn_absent");
  if (m.device != "cpu") return untested("onednn_faster", "reason.onednn_elsewhere");
  const bool ran =
      std::any_of(m.models.begin(), m.models.end(), [&](const std::string& model) { return onednn_ran(m, model); });
  if (!m.batches.empty() && !ran) return untested("onednn_faster", "reason.onednn_unused");
  std::size_t compared = 0, faster = 0;
  for (const BatchRun& with : m.batches)
    for (const BatchRun& without : m.batches) {
      if (!with.onednn || without.onednn || with.onednn_calls == 0 || with.model != without.model ||
          with.style != without.style || with.numerics != without.numerics || with.batch != without.batch)
        continue;
      ++compared;
      faster += clearly_below(with.step_ms, without.step_ms);
    }
  if (!compared) return untested("onednn_faster");
  return verdict("onednn_faster", 2 * faster > compared, {number(faster), number(compared)});
}

}  // namespace

Point speed_point(const Measured& m) {
  Point point{.id = "speed", .verdicts = {keras_slowest(m), eager_overhead(m), onednn_faster(m)}};
  for (const std::string& model : m.models) {
    const std::string onednn = !m.has_onednn ? "no" : onednn_ran(m, model) ? "yes" : "unused";
    for (const char* y : {"step_ms", "framework_ms"})
      point.charts.push_back({.id = y,
                              .table = "batches",
                              .x = "batch",
                              .y = y,
                              .series = "style",
                              .where = {{"model", model}, {"numerics", "exact"}, {"onednn", onednn}},
                              .log_x = true,
                              .log_y = true});
  }
  point.tables = {batch_table(m), pass_table(m), plan_table(m)};
  return point;
}

}  // namespace triptych::compare
