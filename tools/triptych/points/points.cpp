#include "points/points.h"

#include <algorithm>

namespace triptych::compare {

const std::vector<std::string>& point_ids() {
  static const std::vector<std::string> ids = {"training", "architecture", "speed",      "api_level",
                                               "beginner", "debugging",    "popularity", "data_sets"};
  return ids;
}

bool clearly_below(const Spread& a, const Spread& b) { return a.median < 0.95 * b.median && a.high < b.low; }

Verdict verdict(const char* id, bool held, std::vector<Cell> measured) {
  return {.id = id, .finding = held ? Finding::held : Finding::not_held, .measured = std::move(measured)};
}

Verdict untested(const char* id, const char* reason) { return {.id = id, .reason = reason}; }

Report make_report(const Measured& m) {
  Report report{.interrupted = m.interrupted, .emulated = m.emulated};
  std::string models;
  for (const std::string& model : m.models) models += (models.empty() ? "" : ", ") + model;
  report.facts = {{"fact.date", m.machine.date},
                  {"fact.processor", m.machine.processor},
                  {"fact.cores", number(m.machine.cores)},
                  {"fact.memory_gb", number(m.machine.memory_gb)},
                  {"fact.system", m.machine.system},
                  {"fact.version", m.machine.version},
                  {"fact.build", m.machine.build},
                  {"fact.threads", number(m.machine.threads)},
                  {"fact.device", m.device},
                  {"fact.models", models},
                  {"fact.seed", std::to_string(m.seed)},
                  {"fact.quick", yes_no(m.quick)},
                  {"fact.seconds", number(m.seconds)}};
  using Make = Point (*)(const Measured&);
  const Make points[] = {training_point, architecture_point, speed_point,      api_level_point,
                         beginner_point, debugging_point,    popularity_point, data_sets_point};
  for (std::size_t i = 0; i < point_ids().size(); ++i)
    if (m.only.empty() || std::count(m.only.begin(), m.only.end(), point_ids()[i]))
      report.points.push_back(points[i](m));
  return report;
}

}  // namespace triptych::compare
