// How much code each style is, what stands between the user's line and the kernel, and what that costs as models grow.
#include <algorithm>
#include <set>

#include "points/points.h"

namespace triptych::compare {
namespace {

const ProgramSource* program_of(const std::vector<ProgramSource>& programs, const std::string& style) {
  const auto found =
      std::find_if(programs.begin(), programs.end(), [&](const ProgramSource& p) { return p.style == style; });
  return found == programs.end() ? nullptr : &*found;
}

/// PyTorch reads harder than Keras: in every compared program it has more lines and at least as many concepts.
Verdict reads_harder(const Measured& m) {
  std::size_t compared = 0, harder = 0;
  for (const auto& [model, programs] : m.programs) {
    const ProgramSource *eager = program_of(programs, "eager"), *keras = program_of(programs, "keras");
    if (!eager || !keras) continue;
    ++compared;
    harder += eager->lines > keras->lines && eager->concepts().size() >= keras->concepts().size();
  }
  if (!compared) return untested("reads_harder");
  return verdict("reads_harder", harder == compared, {number(harder), number(compared)});
}

const SizeRun* largest(const Measured& m, const std::string& style) {
  const SizeRun* result = nullptr;
  for (const SizeRun& run : m.sizes)
    if (run.style == style && (!result || run.parameters > result->parameters)) result = &run;
  return result;
}

/// Low level is faster on big models: clearly faster than each other style at the largest size.
Verdict lowlevel_on_big(const Measured& m) {
  const SizeRun *low = largest(m, "lowlevel"), *eager = largest(m, "eager"), *keras = largest(m, "keras");
  if (!low || !eager || !keras || eager->parameters != low->parameters || keras->parameters != low->parameters)
    return untested("lowlevel_on_big");
  return verdict("lowlevel_on_big",
                 clearly_below(low->step_ms, eager->step_ms) && clearly_below(low->step_ms, keras->step_ms),
                 {number(low->parameters), number(low->step_ms.median), number(eager->step_ms.median),
                  number(keras->step_ms.median)});
}

Table folder_table(const Measured& m) {
  Table table{.id = "folders", .columns = {"style", "folder", "files", "lines", "code_lines"}};
  for (const ApiFolder& folder : m.folders)
    table.rows.push_back({style_term(folder.style), folder.folder, number(folder.files), number(folder.lines),
                          number(folder.code_lines)});
  return table;
}

Table chain_table(const Measured& m) {
  Table table{.id = "chains", .columns = {"style", "user_line", "calls", "functions"}};
  for (const CallChain& chain : m.chains) {
    std::string functions;
    for (const std::string& function : chain.functions) functions += function + "\n";
    table.rows.push_back({style_term(chain.style), Code{chain.line}, number(chain.functions.size()), Code{functions}});
  }
  return table;
}

Table object_table(const Measured& m) {
  Table table{.id = "objects", .columns = {"style", "tensors", "nodes", "allocations", "launches"}};
  for (const StepObjects& o : m.objects)
    table.rows.push_back({style_term(o.style), o.tensors, o.nodes, o.allocations, o.kernel_launches});
  return table;
}

Table size_table(const Measured& m) {
  Table table{.id = "sizes",
              .columns = {"style", "parameters", "step_ms", "step_ms_low", "step_ms_high", "steps", "first_step_ms"}};
  for (const SizeRun& run : m.sizes)
    table.rows.push_back({style_term(run.style), number(run.parameters), run.step_ms.median, run.step_ms.low,
                          run.step_ms.high, number(run.step_ms.count), run.first_ms});
  return table;
}

}  // namespace

Point architecture_point(const Measured& m) {
  Point point{.id = "architecture", .verdicts = {reads_harder(m), lowlevel_on_big(m)}};
  point.charts = {{.id = "sizes",
                   .table = "sizes",
                   .x = "parameters",
                   .y = "step_ms",
                   .series = "style",
                   .log_x = true,
                   .log_y = true}};
  Table owners{.id = "owners", .columns = {"style", "owner", "shown_by", "seen"}};
  for (const StateOwner& owner : m.owners)
    owners.rows.push_back(
        {style_term(owner.style), Term{"owner." + owner.owner}, Term{"shown_by." + owner.owner}, yes_no(owner.seen)});
  point.tables = {size_table(m), folder_table(m), chain_table(m), object_table(m), owners};
  return point;
}

}  // namespace triptych::compare
