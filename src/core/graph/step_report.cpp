// A step's report as text.
#include <ostream>

#include "triptych/core/session_options.h"

namespace triptych {

std::ostream& operator<<(std::ostream& out, const StepReport& report) {
  if (!report.compiled) return out << "not compiled: " << report.reason << "\n";
  out << report.needed_nodes << " of " << report.graph_nodes << " nodes are needed: " << report.kernel_calls
      << " kernel calls, " << report.views << " views, " << report.copies << " copies, " << report.arena_bytes
      << " bytes of memory (" << report.unplanned_bytes << " without planning)";
  if (report.microseconds) out << ", " << *report.microseconds << " us";
  out << "\n";
  for (const PassReport& pass : report.passes) {
    out << pass.name << ": " << pass.nodes_before << " -> " << pass.nodes_after << " nodes";
    if (pass.saved_microseconds) out << ", saves " << *pass.saved_microseconds << " us";
    if (!pass.reason.empty()) out << " (" << pass.reason << ")";
    out << "\n";
    for (const std::string& change : pass.changes) out << "  " << change << "\n";
  }
  return out;
}

}  // namespace triptych
