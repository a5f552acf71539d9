#include "triptych/keras/dtype_policy.h"

#include <atomic>
#include <vector>

#include "api_keras/names.h"
#include "triptych/core/error.h"
#include "triptych/core/text.h"

namespace triptych::keras {
namespace {

/// Both dtypes of the global policy at once, so that no thread sees one without the other.
struct alignas(2) Pair {  // one load for both
  DType compute, variable;
};
std::atomic<Pair> global{{float32, float32}};

constexpr const char* mixed = "mixed_";

}  // namespace

DTypePolicy::DTypePolicy(const char* name, Location where) : DTypePolicy(std::string(not_null(name, where)), where) {}

DTypePolicy::DTypePolicy(const std::string& name, Location where) : defined_(true) {
  for (const DType dtype : {float16, bfloat16})
    if (name == mixed + std::string(dtype_name(dtype))) {
      compute_ = dtype;
      return;
    }
  std::vector<std::string> names{"mixed_float16", "mixed_bfloat16"};
  for (int i = 0; i < dtype_count; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (name == dtype_name(dtype)) {
      compute_ = variable_ = dtype;
      return;
    }
    names.emplace_back(dtype_name(dtype));
  }
  no_such("dtype policy", name, names, where);
}

DType DTypePolicy::compute_dtype() const { return defined_ ? compute_ : global.load().compute; }
DType DTypePolicy::variable_dtype() const { return defined_ ? variable_ : global.load().variable; }

std::string DTypePolicy::name() const {
  const std::string compute(dtype_name(compute_dtype()));
  return compute_dtype() == variable_dtype() ? compute : mixed + compute;
}

namespace mixed_precision {

void set_global_policy(const DTypePolicy& policy, Location where) {
  if (!is_floating(policy.compute_dtype()))
    throw ArgumentError("set_global_policy", "the policy is not of a floating dtype", "'" + policy.name() + "'", "",
                        where);
  global = {policy.compute_dtype(), policy.variable_dtype()};
}

DTypePolicy global_policy() {
  const Pair now = global.load();
  return now.compute == now.variable ? DTypePolicy(now.compute)
                                     : DTypePolicy(mixed + std::string(dtype_name(now.compute)));
}

void set_dtype_policy(const DTypePolicy& policy, Location where) { set_global_policy(policy, where); }
DTypePolicy dtype_policy() { return global_policy(); }

}  // namespace mixed_precision
}  // namespace triptych::keras
