#include "core/dispatch/execute.h"
#include "core/graph/passes/passes.h"
#include "core/ops/state/to_device.h"
#include "core/support/printable.h"

namespace triptych {

extern const Op to_device_op;

bool runs_on_the_host(const Op& op, Device device) {
  return device.type != Device::Type::cpu && &op != &group_op && !is_source(op) && !op.view && !op.views &&
         !op.writes && !find_kernel(op, device.type);
}

namespace {

class SoftPlacement {
 public:
  explicit SoftPlacement(const Program& program) : from_(program), now_(program.instructions.size()) {}

  PassResult run() {
    for (std::size_t i = 0; i < from_.instructions.size(); ++i) {
      Instruction instruction = from_.instructions[i];
      for (int& before : instruction.control) before = last_[static_cast<std::size_t>(before)];
      const Device device = instruction.outputs.empty() ? Device() : instruction.outputs[0].device;
      const bool moves = !instruction.is_source() && runs_on_the_host(*instruction.op, device);
      for (std::size_t k = 0; k < instruction.inputs.size(); ++k) {
        instruction.inputs[k] = now(instruction.inputs[k]);
        if (moves && !in_mask(instruction.op->metadata_inputs, k))
          instruction.inputs[k] = copied(instruction.inputs[k], Device(), instruction.origin);
      }
      keep(i, std::move(instruction), moves);
      last_.push_back(static_cast<int>(result_.program.instructions.size()) - 1);
    }
    for (const Value& fetch : from_.fetches)
      result_.program.fetches.push_back(fetch.instruction < 0 ? fetch : now(fetch));
    for (const int target : from_.targets) result_.program.targets.push_back(last_[static_cast<std::size_t>(target)]);
    return std::move(result_);
  }

 private:
  Value now(const Value& old) const { return now_[static_cast<std::size_t>(old.instruction)][old.output]; }

  void keep(std::size_t old, Instruction instruction, bool moves) {
    const Node* origin = instruction.origin;
    const std::vector<TensorMeta> outputs = instruction.outputs;
    if (moves) {
      for (TensorMeta& output : instruction.outputs) output.device = Device();
      ++result_.rewrites;
      result_.changes.push_back("'" + printable(describe(*origin)) + "' (" + instruction.op->name +
                                ") runs on the CPU: there is no kernel for " + outputs[0].device.text());
    }
    const int at = static_cast<int>(result_.program.instructions.size());
    result_.program.instructions.push_back(std::move(instruction));
    const auto count = static_cast<std::uint32_t>(std::max<std::size_t>(outputs.size(), 1));
    for (std::uint32_t k = 0; k < count; ++k)
      now_[old].push_back(moves ? copied({at, k}, outputs[k].device, origin) : Value{at, k});
  }

  /// `value`, or a copy of it on `device`.
  Value copied(const Value& value, Device device, const Node* origin) {
    TensorMeta meta = result_.program.meta(value);
    if (meta.device == device) return value;
    meta.device = device;
    const auto attributes = std::make_shared<const ToDeviceAttributes>(ToDeviceAttributes{device, false});
    result_.program.instructions.push_back({.op = &to_device_op,
                                            .attributes = attributes.get(),
                                            .owned_attributes = attributes,
                                            .inputs = {value},
                                            .outputs = {meta},
                                            .origin = origin});
    return {static_cast<int>(result_.program.instructions.size()) - 1, 0};
  }

  const Program& from_;
  std::vector<std::vector<Value>> now_;  // of each old output
  std::vector<int> last_;                // the last instruction of each old one
  PassResult result_;
};

}  // namespace

PassResult soft_placement(const Program& program) { return SoftPlacement(program).run(); }

}  // namespace triptych
