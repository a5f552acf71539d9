#include "coverage.h"

#include <map>

#include "triptych/core/op.h"

namespace programs {
namespace {

/// Ops that no program has, and why.
const std::map<std::string, std::string>& left_out() {
  static const std::map<std::string, std::string> reasons = {
      {"attention", "its second derivative adds in another order where sizes are unknown; attention_test has it"},
      {"attention_grad", "the same"},
      {"take_draw", "attention's dropout makes it"},
      {"custom_gradient", "it holds a function of the user's, which is no data"},
      {"nadam_update", "it writes a number of its own beside the parameter; update_rules_test has it"},
      {"asgd_update", "the same"},
      {"max_pool3d_gather",
       "the second derivative of max_pool3d, which programs meet too seldom; conformance_test has it"},
      {"to_device", "programs run on one device; its ways move inputs and results"},
  };
  return reasons;
}

}  // namespace

std::vector<std::string> missing_ops(const std::set<std::string>& seen) {
  std::vector<std::string> missing;
  for (const triptych::Op* op : triptych::registered_ops())
    if (!seen.contains(op->name) && !left_out().contains(op->name)) missing.emplace_back(op->name);
  return missing;
}

std::vector<std::string> idle_passes(const std::map<std::string, int>& rewrites) {
  std::vector<std::string> idle;
  for (const auto& [pass, count] : rewrites)
    if (count == 0 && pass != "fuse_elementwise") idle.push_back(pass);  // which is for GPUs
  return idle;
}

}  // namespace programs
