#include "core/dispatch/registry.h"

#include <map>
#include <mutex>

#include "core/dispatch/backend.h"
#include "core/kernels/kernels.h"
#include "core/ops/ops.h"
#include "core/support/fork.h"

namespace triptych {
namespace {

struct Registry {
  std::mutex& mutex = process_mutex();
  std::map<std::string_view, const Op*> ops;
};

Registry& registry() {
  static Registry instance;
  static std::once_flag once;
  std::call_once(once, [] {
    for (const Op* op : builtin_ops()) instance.ops.emplace(op->name, op);
  });
  return instance;
}

}  // namespace

void register_op(const Op& op, Location where) {
  Registry& all = registry();
  std::lock_guard lock(all.mutex);
  if (!op.name || !*op.name) throw ArgumentError("register_op", "an op has no name", "a null pointer or ''", "", where);
  if (!op.infer) throw ArgumentError("register_op", "an op has no infer function", op.name, "", where);
  if (const auto [found, added] = all.ops.emplace(op.name, &op); !added && found->second != &op)
    throw ArgumentError("register_op", "an op of this name exists", op.name, "Choose another name", where);
}

void register_kernel(const Op& op, Device::Type device, const Kernel& kernel, Location where) {
  if (!kernel.run)
    throw ArgumentError("register_kernel", "a kernel has no run function", op.name ? op.name : "an op without a name",
                        "", where);
  op.kernels[static_cast<std::size_t>(device)].store(&kernel, std::memory_order_release);
}

std::vector<const Op*> registered_ops() {
  Registry& all = registry();
  std::lock_guard lock(all.mutex);
  std::vector<const Op*> result;
  for (const auto& [name, op] : all.ops) result.push_back(op);
  return result;
}

const Op* find_op(Text name) {
  Registry& all = registry();
  std::lock_guard lock(all.mutex);
  const auto found = all.ops.find(name);
  return found == all.ops.end() ? nullptr : found->second;
}

void load_builtin_kernels() {
  static std::once_flag once;
  std::call_once(once, [] {
    register_builtin_kernels();
    if (const Backend* backend = cuda_backend()) backend->register_kernels();
  });
}

}  // namespace triptych
