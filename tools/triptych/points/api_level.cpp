// Concepts that a program needs, one program on two engines, and the lines that uncommon things take.
#include <algorithm>
#include <map>
#include <set>

#include "points/points.h"

namespace triptych::compare {
namespace {

const char* const style_ids[] = {"lowlevel", "eager", "keras"};

/// Keras is the high level and runs on several engines: fewest concepts in every model, and one program on both engines
/// with the same losses.
Verdict keras_high_level(const Measured& m) {
  std::size_t compared = 0, fewest = 0, engines = 0, same = 0;
  for (const auto& [model, programs] : m.programs) {
    std::map<std::string, std::size_t> concepts;
    for (const ProgramSource& program : programs) concepts[program.style] = program.concepts().size();
    if (concepts.size() < 3) continue;
    ++compared;
    fewest += concepts["keras"] < concepts["eager"] && concepts["keras"] < concepts["lowlevel"];
  }
  for (const std::string& model : m.models) {
    const Training *graph = nullptr, *eager = nullptr;
    for (const Training& run : m.trainings) {
      if (run.model != model || run.numerics != "exact" || !run.complete) continue;
      if (run.style == "keras") graph = &run;
      if (run.style == "keras_eager") eager = &run;
    }
    if (!graph || !eager) continue;
    ++engines;
    const std::size_t steps = std::min(graph->losses.size(), eager->losses.size());
    same += steps > 0 && std::equal(graph->losses.begin(), graph->losses.begin() + static_cast<std::ptrdiff_t>(steps),
                                    eager->losses.begin());
  }
  if (!compared || !engines) return untested("keras_high_level");
  return verdict("keras_high_level", fewest == compared && same == engines,
                 {number(fewest), number(compared), number(same), number(engines)});
}

std::map<std::string, int> uncommon_lines(const Measured& m) {
  std::map<std::string, int> lines;
  for (const UncommonThing& thing : m.uncommon) lines[thing.style] += thing.lines;
  return lines;
}

/// PyTorch is expressions of arrays: the uncommon things, which need them, take the fewest lines in eager style.
Verdict eager_arrays(const Measured& m) {
  auto lines = uncommon_lines(m);
  if (lines.size() < 3) return untested("eager_arrays");
  return verdict("eager_arrays", lines["eager"] < lines["lowlevel"] && lines["eager"] < lines["keras"],
                 {number(lines["eager"]), number(lines["lowlevel"]), number(lines["keras"])});
}

/// TensorFlow has both levels: every uncommon thing can be written low level, and Keras' graph engine computes what the
/// low-level program computes.
Verdict lowlevel_both(const Measured& m) {
  std::set<std::string> all, low;
  for (const UncommonThing& thing : m.uncommon) {
    all.insert(thing.kind);
    if (thing.style == "lowlevel") low.insert(thing.kind);
  }
  std::size_t models = 0, same = 0;
  for (const std::string& model : m.models) {
    const Training *a = nullptr, *b = nullptr;
    for (const Training& run : m.trainings) {
      if (run.model != model || run.numerics != "exact" || !run.complete) continue;
      if (run.style == "lowlevel") a = &run;
      if (run.style == "keras") b = &run;
    }
    if (!a || !b) continue;
    ++models;
    same += a->losses == b->losses && a->weights == b->weights;
  }
  if (all.empty() || !models) return untested("lowlevel_both");
  return verdict("lowlevel_both", low.size() == all.size() && same == models,
                 {number(low.size()), number(all.size()), number(same), number(models)});
}

Table concept_table(const Measured& m) {
  Table table{.id = "concepts", .columns = {"model", "style", "code_lines", "concepts", "concept_names"}};
  for (const auto& [model, programs] : m.programs)
    for (const ProgramSource& program : programs) {
      Text names;
      for (const std::string& id : program.concepts())
        for (const Concept& entry : glossary())
          if (entry.id == id) {
            names.en += (names.en.empty() ? "" : ", ") + entry.name.en;
            names.zh += (names.zh.empty() ? "" : "、") + entry.name.zh;
          }
      table.rows.push_back(
          {model, style_term(program.style), number(program.lines), number(program.concepts().size()), names});
    }
  return table;
}

Table uncommon_table(const Measured& m) {
  Table table{.id = "uncommon", .columns = {"thing", "lowlevel_lines", "eager_lines", "keras_lines"}};
  std::vector<std::string> kinds;
  for (const UncommonThing& thing : m.uncommon)
    if (!std::count(kinds.begin(), kinds.end(), thing.kind)) kinds.push_back(thing.kind);
  for (const std::string& kind : kinds) {
    std::vector<Cell> row(4);
    for (const UncommonThing& thing : m.uncommon) {
      if (thing.kind != kind) continue;
      row[0] = thing.title;
      for (std::size_t i = 0; i < 3; ++i)
        if (thing.style == style_ids[i]) row[i + 1] = number(thing.lines);
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table uncommon_code(const Measured& m) {
  Table table{.id = "uncommon_code", .columns = {"thing", "style", "file", "code"}, .folded = true};
  for (const UncommonThing& thing : m.uncommon)
    table.rows.push_back({thing.title, style_term(thing.style), thing.file, Code{thing.code}});
  return table;
}

}  // namespace

Point api_level_point(const Measured& m) {
  return {.id = "api_level",
          .verdicts = {keras_high_level(m), eager_arrays(m), lowlevel_both(m)},
          .tables = {concept_table(m), uncommon_table(m), uncommon_code(m)}};
}

}  // namespace triptych::compare
