// The comparison as JSON, and as the table of the terminal.
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "results.h"

namespace {

using nlohmann::ordered_json;

ordered_json number(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr); }

std::string identity_text(const Identity& identity) {
  if (!identity.compared) return "not compared";
  if (identity.first_difference >= 0) return "differ from step " + std::to_string(identity.first_difference);
  return identity.same_weights ? "bit-identical" : "losses identical, weights differ";
}

}  // namespace

std::string to_json(const Comparison& c) {
  ordered_json json;
  json["machine"] = {{"processor", c.machine.processor}, {"system", c.machine.system},
                     {"build", c.machine.compiler},      {"version", c.machine.version},
                     {"date", c.machine.date},           {"cores", c.machine.cores},
                     {"threads", c.machine.threads},     {"memory_gb", c.machine.memory_gb}};
  json["quick"] = c.quick;
  json["interrupted"] = c.interrupted;
  json["seed"] = c.seed;
  json["epochs"] = c.epochs;
  json["batch_size"] = c.batch_size;
  json["seconds"] = c.seconds;
  json["runs"] = ordered_json::array();
  for (const RunResult& run : c.runs) {
    ordered_json losses = ordered_json::array();
    for (double loss : run.losses) losses.push_back(number(loss));
    json["runs"].push_back(
        {{"model", run.model},
         {"style", run.style},
         {"numerics", run.numerics},
         {"complete", run.complete},
         {"full_training", run.full_training},
         {"steps", run.losses.size()},
         {"step_ms", {{"median", run.median_ms()}, {"p10", run.percentile_ms(0.1)}, {"p90", run.percentile_ms(0.9)}}},
         {"first_step_ms", run.first_step_ms},
         {"load_ms", run.load_ms},
         {"total_ms", run.total_ms},
         {"peak_resident_mb", run.peak_resident_mb},
         {"peak_tensor_mb", run.peak_tensor_mb},
         {"launches_per_step", run.launches_per_step},
         {"allocations_per_step", run.allocations_per_step},
         {"copies_per_step", run.copies_per_step},
         {"accuracy", run.accuracy},
         {"weights", run.weights},
         {"losses", losses}});
  }
  json["identity"] = ordered_json::array();
  for (const Identity& identity : c.identities)
    json["identity"].push_back({{"model", identity.model},
                                {"compared", identity.compared},
                                {"styles", identity.styles},
                                {"steps", identity.steps},
                                {"first_difference", identity.first_difference},
                                {"same_weights", identity.same_weights}});
  json["mistakes"] = ordered_json::array();
  for (const Mistake& mistake : c.mistakes)
    json["mistakes"].push_back(
        {{"kind", mistake.kind}, {"style", mistake.style}, {"when", mistake.when}, {"message", mistake.message}});
  return json.dump(1) + "\n";
}

std::string to_table(const Comparison& c) {
  std::string text;
  char line[256];
  std::snprintf(line, sizeof line, "%-5s %-20s %-6s %10s %12s %10s %10s %9s %9s\n", "model", "style", "", "ms / step",
                "first step", "peak MB", "launches", "accuracy", "loss");
  text += line;
  for (const RunResult& run : c.runs) {
    std::snprintf(line, sizeof line, "%-5s %-20s %-6s %10.3f %9.1f ms %10.0f %10.0f %7.2f %% %9.4f\n",
                  run.model.c_str(), style_title(run.style).c_str(), run.numerics.c_str(), run.median_ms(),
                  run.first_step_ms, run.peak_resident_mb, run.launches_per_step, 100 * run.accuracy,
                  run.losses.empty() ? 0.0 : run.losses.back());
    text += line;
  }
  for (const Identity& identity : c.identities)
    text += identity.model + " at exact, " + std::to_string(identity.styles.size()) + " styles over " +
            std::to_string(identity.steps) + " steps: " + identity_text(identity) + "\n";
  return text;
}
