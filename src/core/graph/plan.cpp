#include "core/graph/plan.h"

#include <algorithm>
#include <limits>
#include <map>

#include "core/dispatch/execute.h"
#include "core/dispatch/layout.h"
#include "core/dispatch/registry.h"
#include "core/support/checked.h"
#include "core/support/inline_vector.h"

namespace triptych {
namespace {

constexpr int for_ever = std::numeric_limits<int>::max();
constexpr std::int64_t alignment = 64;

std::int64_t bytes_of(const TensorMeta& meta) {
  return meta.shape.size() * static_cast<std::int64_t>(size_of(meta.dtype));
}

/// A copy that the plan inserts.
void copy_run(const KernelCall& call) {
  copy_strided(call.inputs[0].data, *call.inputs[0].meta, call.outputs[0].data, *call.outputs[0].meta);
}
const Op copy_op{.name = "copy", .inputs = 1};
const Kernel copy_kernel{.run = copy_run, .any_strides = true};

/// Instructions in the order in which they run: what an effect does not influence comes first, so that a failure there
/// changes nothing; both parts in order of creation.
std::vector<int> order_of(const Program& program) {
  const std::size_t count = program.instructions.size();
  std::vector<bool> late(count), written(count);
  std::vector<int> first, second;
  for (std::size_t i = 0; i < count; ++i) {
    const Instruction& instruction = program.instructions[i];
    bool is_late = instruction.op->writes != nullptr;
    for (const Value& input : instruction.inputs)
      is_late |=
          late[static_cast<std::size_t>(input.instruction)] || written[static_cast<std::size_t>(input.instruction)];
    for (int before : instruction.control) is_late |= late[static_cast<std::size_t>(before)];
    for (std::size_t k = 0; k < instruction.inputs.size(); ++k)
      if (instruction.writes(k)) written[static_cast<std::size_t>(instruction.inputs[k].instruction)] = true;
    late[i] = is_late;
    (is_late ? second : first).push_back(static_cast<int>(i));
  }
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Offsets in the arena: the smallest free gap that fits, freed gaps merge.
class Arena {
 public:
  std::int64_t take(std::int64_t bytes) {
    const std::int64_t size = rounded(bytes);
    if (auto gap = by_size_.lower_bound(size); gap != by_size_.end()) {
      const std::int64_t offset = gap->second, length = gap->first;
      by_size_.erase(gap);
      by_offset_.erase(offset);
      if (length > size) add(offset + size, length - size);
      return offset;
    }
    const std::int64_t offset = end_;
    end_ = checked_add(end_, size, "the memory of a step");
    return offset;
  }
  void give_back(std::int64_t offset, std::int64_t bytes) {
    std::int64_t size = rounded(bytes);
    if (auto next = by_offset_.find(offset + size); next != by_offset_.end()) {
      size += next->second;
      remove(next);
    }
    if (auto after = by_offset_.lower_bound(offset); after != by_offset_.begin()) {
      auto before = std::prev(after);
      if (before->first + before->second == offset) {
        offset = before->first;
        size += before->second;
        remove(before);
      }
    }
    add(offset, size);
  }
  std::int64_t end() const { return end_; }

  static std::int64_t rounded(std::int64_t bytes) {
    return std::max(alignment, (bytes + alignment - 1) / alignment * alignment);
  }

 private:
  void add(std::int64_t offset, std::int64_t size) {
    by_offset_.emplace(offset, size);
    by_size_.emplace(size, offset);
  }
  void remove(std::map<std::int64_t, std::int64_t>::iterator gap) {
    for (auto [entry, end] = by_size_.equal_range(gap->second); entry != end; ++entry)
      if (entry->second == gap->first) {
        by_size_.erase(entry);
        break;
      }
    by_offset_.erase(gap);
  }

  std::map<std::int64_t, std::int64_t> by_offset_;
  std::multimap<std::int64_t, std::int64_t> by_size_;
  std::int64_t end_ = 0;
};

class Planner {
 public:
  Planner(const Program& program, bool share_memory, const std::vector<bool>& owned)
      : program_(program),
        share_memory_(share_memory),
        owned_(owned),
        order_(order_of(program)),
        values_(program.instructions.size()) {
    load_builtin_kernels();
  }

  Plan run() {
    find_uses();
    for (std::size_t i = 0; i < order_.size(); ++i) {
      position_ = static_cast<int>(i);
      place(static_cast<std::size_t>(order_[i]));
    }
    for (const Value& fetch : program_.fetches) {
      if (fetch.instruction < 0) {
        plan_.fetches.emplace_back();
        continue;
      }
      plan_.fetches.push_back(value(fetch));
      if (plan_.fetches.back().dynamic >= 0) continue;
      PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(plan_.fetches.back().buffer)];
      if (buffer.kind == PlannedBuffer::Kind::arena) buffer.kind = PlannedBuffer::Kind::slot;
    }
    mark_saved();
    mark_last();
    lay_out();
    return std::move(plan_);
  }

 private:
  using Kind = PlannedBuffer::Kind;

  const Instruction& at(int index) const { return program_.instructions[static_cast<std::size_t>(index)]; }
  PlannedValue& value(const Value& v) { return values_[static_cast<std::size_t>(v.instruction)][v.output]; }

  /// For each value the last position at which it, or a view of it, is read.
  void find_uses() {
    last_use_.resize(program_.instructions.size());
    for (std::size_t i = 0; i < last_use_.size(); ++i) last_use_[i].assign(program_.instructions[i].outputs.size(), -1);
    for (const Value& fetch : program_.fetches)
      if (fetch.instruction >= 0) last_use(fetch) = for_ever;
    for (std::size_t i = order_.size(); i-- > 0;) {
      const Instruction& instruction = at(order_[i]);
      int until = static_cast<int>(i);
      if (instruction.op->view) until = std::max(until, last_use({order_[i], 0}));
      for (const Value& input : instruction.inputs) last_use(input) = std::max(last_use(input), until);
      for (std::size_t k = 0; k < instruction.inputs.size(); ++k)
        if (instruction.writes(k)) writes_[instruction.inputs[k].instruction].push_back(static_cast<int>(i));
    }
  }
  int& last_use(const Value& v) { return last_use_[static_cast<std::size_t>(v.instruction)][v.output]; }

  int add_buffer(Kind kind, int index, std::int64_t bytes, int last) {
    plan_.buffers.push_back(
        {.kind = kind, .device = {}, .index = index, .bytes = bytes, .first = position_, .last = last});
    return static_cast<int>(plan_.buffers.size()) - 1;
  }
  PlannedValue new_value(const TensorMeta& meta, int last) {
    const int buffer = add_buffer(Kind::arena, 0, bytes_of(meta), last);
    plan_.buffers.back().device = meta.device;
    return {buffer, 0, meta};
  }

  void place(std::size_t index) {
    const Instruction& instruction = program_.instructions[index];
    std::vector<PlannedValue>& outputs = values_[index];
    outputs.resize(instruction.outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      outputs[i].meta = instruction.outputs[i];
      if (!is_state(*instruction.op) && instruction.op != &constant_op && instruction.op != &feed_op)
        outputs[i].meta.strides = contiguous_strides(outputs[i].meta.shape);
    }
    if (instruction.op == &shape_op || instruction.op == &group_op) return;
    if (instruction.op == &feed_op) {
      const auto feed = static_cast<std::size_t>(instruction.feed);
      const bool owned = feed < owned_.size() && owned_[feed];
      const int last = owned ? last_use({static_cast<int>(index), 0}) : for_ever;
      outputs[0].buffer = add_buffer(Kind::feed, instruction.feed, bytes_of(outputs[0].meta), last);
      owned_buffers_.push_back(owned ? outputs[0].buffer : -1);
    } else if (instruction.op == &constant_op) {
      plan_.constants.push_back(instruction.attributes_as<ConstantAttributes>().value);
      outputs[0].buffer = add_buffer(Kind::constant, static_cast<int>(plan_.constants.size()) - 1, 0, for_ever);
    } else if (is_state(*instruction.op)) {
      plan_.states.push_back({.node = instruction.origin, .written = writes_.contains(static_cast<int>(index))});
      if (plan_.states.back().written) outputs[0].meta.strides = contiguous_strides(outputs[0].meta.shape);
      outputs[0].buffer = add_buffer(Kind::state, static_cast<int>(plan_.states.size()) - 1, 0, for_ever);
      state_instruction_[outputs[0].buffer] = static_cast<int>(index);
    } else if (is_dynamic(instruction)) {
      place_dynamic(static_cast<int>(index));
    } else if (!instruction.op->view || !place_view(index)) {
      place_call(index);
    }
  }

  /// The state behind a view is written while the view still shows what it was.
  bool overtaken(const PlannedValue& source, int until) const {
    const auto state = state_instruction_.find(source.buffer);
    if (state == state_instruction_.end()) return false;
    const auto writes = writes_.find(state->second);
    if (writes == writes_.end()) return false;
    return std::any_of(writes->second.begin(), writes->second.end(),
                       [&](int write) { return write > position_ && write <= until; });
  }

  bool place_view(std::size_t index) {
    const Instruction& instruction = program_.instructions[index];
    PlannedValue& output = values_[index][0];
    PlannedValue source = value(instruction.inputs[0]);
    std::int64_t offset = 0;
    TensorMeta meta = output.meta;
    if (!view_of(*instruction.op, source.meta, instruction.attributes, meta, offset)) {
      if (instruction.op->kernels[static_cast<std::size_t>(meta.device.type)].load(std::memory_order_acquire))
        return false;
      source = copied(source, last_use({static_cast<int>(index), 0}), instruction);
      meta = output.meta;
      offset = 0;
      if (!view_of(*instruction.op, source.meta, instruction.attributes, meta, offset))
        throw InternalError(instruction.op->name, "the op has no kernel and is no view of a contiguous input",
                            source.meta.shape.text());
    }
    ++plan_.views;
    output = {source.buffer, source.offset + offset, meta};
    if (overtaken(output, last_use({static_cast<int>(index), 0})))
      output = copied(output, last_use({static_cast<int>(index), 0}), instruction);
    return true;
  }

  /// A row-major copy.
  PlannedValue copied(const PlannedValue& source, int last, const Instruction& for_whom) {
    TensorMeta meta = source.meta;
    meta.strides = contiguous_strides(meta.shape);
    const PlannedValue copy = new_value(meta, std::max(last, position_));
    plan_.calls.push_back({.op = &copy_op,
                           .kernel = &copy_kernel,
                           .device = meta.device,
                           .attributes = nullptr,
                           .owned_attributes = nullptr,
                           .origin = for_whom.origin,
                           .inputs = {source},
                           .outputs = {copy}});
    ++plan_.copies;
    return copy;
  }

  bool is_dynamic(const Instruction& instruction) {
    return std::any_of(instruction.inputs.begin(), instruction.inputs.end(),
                       [&](const Value& input) { return value(input).dynamic >= 0; }) ||
           std::any_of(instruction.outputs.begin(), instruction.outputs.end(),
                       [](const TensorMeta& output) { return !output.shape.known(); });
  }

  /// Outputs of known shape have their place in the plan all the same, so that what follows is planned.
  void place_dynamic(int index) {
    const Instruction& instruction = at(index);
    std::vector<PlannedValue>& outputs = values_[static_cast<std::size_t>(index)];
    const std::vector<Value>& inputs = instruction.inputs;
    PlannedCall call{.op = instruction.op,
                     .device = inputs.empty() ? outputs[0].meta.device : program_.meta(inputs[0]).device,
                     .attributes = instruction.attributes,
                     .owned_attributes = instruction.owned_attributes,
                     .origin = instruction.origin,
                     .inputs = {},
                     .outputs = {},
                     .dynamic = true};
    for (const Value& input : inputs) call.inputs.push_back(value(input));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].meta.shape.known())
        outputs[i] = new_value(outputs[i].meta, std::max(position_, last_use({index, static_cast<std::uint32_t>(i)})));
      else
        outputs[i].dynamic = plan_.dynamic_values++;
    }
    call.outputs = outputs;
    plan_.calls.push_back(std::move(call));
  }

  void place_call(std::size_t index) {
    const Instruction& instruction = program_.instructions[index];
    const std::size_t count = instruction.inputs.size();
    const Device device = count                         ? program_.meta(instruction.inputs[0]).device
                          : instruction.outputs.empty() ? Device()
                                                        : instruction.outputs[0].device;
    const Kernel& kernel = kernel_of(*instruction.op, device.type, instruction.origin->where);
    PlannedCall call{.op = instruction.op,
                     .kernel = &kernel,
                     .device = device,
                     .attributes = instruction.attributes,
                     .owned_attributes = instruction.owned_attributes,
                     .origin = instruction.origin,
                     .inputs = {},
                     .outputs = {}};
    for (std::size_t i = 0; i < count; ++i) {
      PlannedValue input = value(instruction.inputs[i]);
      if (input.buffer >= 0 && !kernel.any_strides && !instruction.writes(i) && !input.meta.is_contiguous())
        input = copied(input, position_, instruction);
      call.inputs.push_back(input);
    }
    std::vector<PlannedValue>& outputs = values_[index];
    if (kernel.layout) choose_layout(kernel, instruction, call, outputs);
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const int last = std::max(position_, last_use({static_cast<int>(index), static_cast<std::uint32_t>(i)}));
      const int donor = i == 0 ? donor_of(kernel, instruction, call, outputs[0].meta) : -1;
      if (donor >= 0) {
        outputs[i].buffer = call.inputs[static_cast<std::size_t>(donor)].buffer;
        outputs[i].offset = call.inputs[static_cast<std::size_t>(donor)].offset;
        PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(outputs[i].buffer)];
        buffer.last = std::max(buffer.last, last);
        plan_.unplanned_bytes += bytes_of(outputs[i].meta);
      } else {
        outputs[i] = new_value(outputs[i].meta, last);
      }
    }
    call.outputs = outputs;
    InlineVector<TensorMeta, 2> results(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) results[i] = outputs[i].meta;
    if (!computes_nothing(*call.op, results.span())) plan_.calls.push_back(std::move(call));
  }

  static void choose_layout(const Kernel& kernel, const Instruction& instruction, const PlannedCall& call,
                            std::vector<PlannedValue>& outputs) {
    InlineVector<const TensorMeta*, 4> in(call.inputs.size());
    for (std::size_t i = 0; i < call.inputs.size(); ++i) in[i] = &call.inputs[i].meta;
    InlineVector<TensorMeta, 2> out(outputs.size());
    for (std::size_t i = 0; i < outputs.size(); ++i) out[i] = outputs[i].meta;
    choose_strides(kernel, in.span(), instruction.attributes, out.span());
    for (std::size_t i = 0; i < outputs.size(); ++i) outputs[i].meta = out[i];
  }

  /// The input whose buffer ends here and can hold the first output, or -1.
  int donor_of(const Kernel& kernel, const Instruction& instruction, const PlannedCall& call,
               const TensorMeta& output) {
    if (!share_memory_ || !kernel.donates) return -1;
    for (std::size_t i = 0; i < call.inputs.size() && i < 32; ++i) {
      const PlannedValue& input = call.inputs[i];
      if (!(kernel.donates >> i & 1) || input.buffer < 0 || in_mask(instruction.op->metadata_inputs, i)) continue;
      const PlannedBuffer& buffer = plan_.buffers[static_cast<std::size_t>(input.buffer)];
      const bool ours = buffer.kind == Kind::arena ||
                        std::find(owned_buffers_.begin(), owned_buffers_.end(), input.buffer) != owned_buffers_.end();
      const bool ends_here = ours && buffer.last <= position_;
      const auto same_buffer = std::count_if(call.inputs.begin(), call.inputs.end(),
                                             [&](const PlannedValue& other) { return other.buffer == input.buffer; });
      if (ends_here && same_buffer == 1 && input.meta.dtype == output.dtype && input.meta.shape == output.shape &&
          input.meta.strides == output.strides)
        return static_cast<int>(i);
    }
    return -1;
  }

  /// State that is written before the last call that can fail is saved at the start of a run. Any call can, for want of
  /// memory, but for those that only write or copy: their kernels need none.
  void mark_saved() {
    int last_failure = -1;
    for (std::size_t i = 0; i < plan_.calls.size(); ++i) {
      const PlannedCall& call = plan_.calls[i];
      const bool moves_bytes = call.op == &copy_op || (call.op->writes && call.outputs.empty());
      if (!moves_bytes || call.dynamic) last_failure = static_cast<int>(i);
    }
    // With calls whose shapes depend on data, results are made in the end.
    if (std::any_of(plan_.calls.begin(), plan_.calls.end(), [](const PlannedCall& call) { return call.dynamic; }))
      last_failure = static_cast<int>(plan_.calls.size()) - 1;
    for (int i = 0; i <= last_failure; ++i) {
      const PlannedCall& call = plan_.calls[static_cast<std::size_t>(i)];
      for (std::size_t k = 0; k < call.inputs.size(); ++k)
        if (call.op->writes && call.op->writes(static_cast<int>(k), static_cast<int>(call.inputs.size())))
          plan_.states[static_cast<std::size_t>(plan_.buffers[static_cast<std::size_t>(call.inputs[k].buffer)].index)]
              .saved = true;
    }
  }

  void mark_last() {
    std::vector<bool> needed(static_cast<std::size_t>(plan_.dynamic_values));
    for (const PlannedValue& fetch : plan_.fetches)
      if (fetch.dynamic >= 0) needed[static_cast<std::size_t>(fetch.dynamic)] = true;
    for (std::size_t i = plan_.calls.size(); i-- > 0;) {
      PlannedCall& call = plan_.calls[i];
      for (const auto* list : {&call.inputs, &call.outputs})
        for (const PlannedValue& value : *list) {
          if (value.dynamic < 0 || needed[static_cast<std::size_t>(value.dynamic)]) continue;
          needed[static_cast<std::size_t>(value.dynamic)] = true;
          call.last.push_back(value.dynamic);
        }
    }
  }

  /// Gives arena buffers their offsets, in the order of their first use.
  void lay_out() {
    std::vector<Arena> arenas;
    int slots = 0;
    std::multimap<int, std::size_t> living;  // by their last use
    for (std::size_t i = 0; i < plan_.buffers.size(); ++i) {
      PlannedBuffer& buffer = plan_.buffers[i];
      if (buffer.kind == Kind::slot) buffer.index = slots++;
      if (buffer.kind != Kind::arena) continue;
      while (share_memory_ && !living.empty() && living.begin()->first < buffer.first) {
        const PlannedBuffer& dead = plan_.buffers[living.begin()->second];
        arenas[static_cast<std::size_t>(dead.index)].give_back(dead.offset, dead.bytes);
        living.erase(living.begin());
      }
      buffer.index = arena_on(buffer.device);
      arenas.resize(plan_.arenas.size());
      buffer.offset = arenas[static_cast<std::size_t>(buffer.index)].take(buffer.bytes);
      plan_.unplanned_bytes = checked_add(plan_.unplanned_bytes, buffer.bytes, "the memory of a step");
      living.emplace(buffer.last, i);
    }
    for (std::size_t i = 0; i < arenas.size(); ++i) plan_.arenas[i].bytes = arenas[i].end();
  }

  int arena_on(Device device) {
    for (std::size_t i = 0; i < plan_.arenas.size(); ++i)
      if (plan_.arenas[i].device == device) return static_cast<int>(i);
    plan_.arenas.push_back({.device = device});
    return static_cast<int>(plan_.arenas.size()) - 1;
  }

  const Program& program_;
  bool share_memory_;
  const std::vector<bool>& owned_;  // feeds
  std::vector<int> owned_buffers_;  // their buffers
  std::vector<int> order_;
  std::vector<std::vector<PlannedValue>> values_;
  std::vector<std::vector<int>> last_use_;
  std::map<int, std::vector<int>> writes_;  // of state, by instruction: positions
  std::map<int, int> state_instruction_;    // by buffer
  int position_ = 0;
  Plan plan_;
};

}  // namespace

Plan make_plan(const Program& program, bool share_memory, const std::vector<bool>& owned) {
  return Planner(program, share_memory, owned).run();
}

}  // namespace triptych
