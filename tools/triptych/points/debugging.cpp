// Planted mistakes: when each style notices, what it says, and how far that is from the guilty line.
#include <map>

#include "points/points.h"

namespace triptych::compare {
namespace {

struct Score {
  int mistakes = 0, caught = 0, near = 0;
};

/// Near: noticed by the end of the first step, with a message that names the guilty line or one next to it.
std::map<std::string, Score> scores(const Measured& m) {
  std::map<std::string, Score> result;
  for (const PlantedMistake& mistake : m.mistakes) {
    if (mistake.guilty_line == 0) continue;  // where it is is not known
    Score& score = result[mistake.style];
    ++score.mistakes;
    score.caught += mistake.caught != "never";
    const bool early = mistake.caught == "compile" || mistake.caught == "build" || mistake.caught == "first_step";
    score.near += early && mistake.distance() >= 0 && mistake.distance() <= 1;
  }
  return result;
}

/// Shares of the mistakes that the style's user can make.
double share(const Score& score) { return score.mistakes ? static_cast<double>(score.near) / score.mistakes : 0; }

Verdict rank(const char* id, const Measured& m, bool (*held)(double low, double eager, double keras)) {
  auto all = scores(m);
  if (all.size() < 3) return untested(id);
  return verdict(id, held(share(all["lowlevel"]), share(all["eager"]), share(all["keras"])),
                 {number(all["lowlevel"].near), number(all["lowlevel"].mistakes), number(all["eager"].near),
                  number(all["eager"].mistakes), number(all["keras"].near), number(all["keras"].mistakes)});
}

}  // namespace

Point debugging_point(const Measured& m) {
  Point point{.id = "debugging"};
  point.verdicts = {
      rank("eager_easiest", m, [](double low, double eager, double keras) { return eager > low && eager > keras; }),
      rank("keras_hidden", m, [](double, double eager, double keras) { return keras < eager; }),
      rank("lowlevel_hard", m, [](double low, double eager, double keras) { return low < eager && low < keras; })};
  Table summary{.id = "caught", .columns = {"style", "mistakes", "caught", "near"}};
  const auto all = scores(m);
  for (const char* style : {"lowlevel", "eager", "keras"})
    if (const auto found = all.find(style); found != all.end())
      summary.rows.push_back({style_term(style), number(found->second.mistakes), number(found->second.caught),
                              number(found->second.near)});
  const std::vector<std::string> columns = {"mistake", "style", "when", "distance", "message", "note"};
  Table table{.id = "mistakes", .columns = columns}, checked{.id = "checked", .columns = columns};
  Table programs{.id = "mistake_code", .columns = {"mistake", "style", "file", "guilty_line", "code"}, .folded = true};
  const auto add = [&](const PlantedMistake& mistake, Table& to) {
    to.rows.push_back({mistake.title, style_term(mistake.style), Term{"when." + mistake.caught},
                       mistake.distance() >= 0 ? number(mistake.distance()) : Cell(), Code{mistake.message},
                       mistake.note});
    if (!mistake.code.empty())
      programs.rows.push_back(
          {mistake.title, style_term(mistake.style), mistake.file, number(mistake.guilty_line), Code{mistake.code}});
  };
  for (const PlantedMistake& mistake : m.mistakes) add(mistake, table);
  for (const PlantedMistake& mistake : m.checked_mistakes) add(mistake, checked);
  point.tables = {summary, table, checked, programs};
  return point;
}

}  // namespace triptych::compare
