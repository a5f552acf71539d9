// What it takes to the first trained model, and how much a program changes when one thing does.
#include <map>

#include "points/points.h"

namespace triptych::compare {
namespace {

std::string diff_text(const Edit& edit) {
  std::string text;
  for (const DiffLine& line : edit.diff) text += std::string(1, line.sign) + line.text + "\n";
  return text;
}

/// Keras is Lego: fewest lines to the first trained model, and the smallest changes over all edits.
Verdict keras_lego(const Measured& m) {
  std::map<std::string, int> lines, changes;
  if (const auto found = m.programs.find("digits"); found != m.programs.end())
    for (const ProgramSource& program : found->second) lines[program.style] = program.lines;
  for (const Edit& edit : m.edits) changes[edit.style] += edit.added + edit.removed;
  if (lines.size() < 3 || changes.size() < 3) return untested("keras_lego");
  const bool shortest = lines["keras"] < lines["eager"] && lines["keras"] < lines["lowlevel"];
  const bool least = changes["keras"] < changes["eager"] && changes["keras"] < changes["lowlevel"];
  return verdict("keras_lego", shortest && least,
                 {number(lines["keras"]), number(lines["eager"]), number(lines["lowlevel"]), number(changes["keras"]),
                  number(changes["eager"]), number(changes["lowlevel"])});
}

}  // namespace

Point beginner_point(const Measured& m) {
  Table first{.id = "first_model", .columns = {"style", "file", "code_lines", "concepts", "compile_seconds"}};
  if (const auto found = m.programs.find("digits"); found != m.programs.end())
    for (const ProgramSource& p : found->second)
      first.rows.push_back({style_term(p.style), p.file, number(p.lines), number(p.concepts().size()),
                            p.compile_seconds > 0 ? Cell(p.compile_seconds) : Cell()});
  Table edits{.id = "edits", .columns = {"edit", "style", "added", "removed"}};
  Table diffs{.id = "diffs", .columns = {"edit", "style", "diff"}, .folded = true};
  for (const Edit& edit : m.edits) {
    edits.rows.push_back({edit.title, style_term(edit.style), number(edit.added), number(edit.removed)});
    diffs.rows.push_back({edit.title, style_term(edit.style), Code{diff_text(edit)}});
  }
  Point point{.id = "beginner", .verdicts = {keras_lego(m)}, .tables = {first, edits, diffs}};
  if (const auto found = m.programs.find("digits"); found != m.programs.end() && !found->second.empty())
    point.programs.push_back({"digits", found->second});
  return point;
}

}  // namespace triptych::compare
