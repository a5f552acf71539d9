#include "core/kernels/elementwise.h"

#include <cstdlib>

#include "core/dispatch/layout.h"
#include "core/kernels/image_order.h"
#include "core/kernels/path.h"
#include "core/ops/window.h"

namespace triptych {
namespace {

Path dense_path("elementwise: dense"), number_path("elementwise: one operand is a number"),
    strided_path("elementwise: strided"), several_runs("elementwise: several runs"),
    few_elements("elementwise: on one thread"), many_elements("elementwise: in parallel");

}  // namespace

ElementLoops merge_loops(const KernelCall& call) {
  const std::size_t operands = call.inputs.size() + 1;
  const TensorMeta& out = *call.outputs[0].meta;
  ElementLoops loops;
  // Loops go by the output's memory, so that a channels-last tensor is one dense run, too. (An insertion sort: mostly
  // sorted.)
  std::array<int, Shape::max_rank> order{};
  for (int i = 0; i < out.shape.rank(); ++i) {
    int at = i;
    for (; at > 0 && out.strides[static_cast<std::size_t>(order[static_cast<std::size_t>(at - 1)])] <
                         out.strides[static_cast<std::size_t>(i)];
         --at)
      order[static_cast<std::size_t>(at)] = order[static_cast<std::size_t>(at - 1)];
    order[static_cast<std::size_t>(at)] = i;
  }
  for (int position = 0; position < out.shape.rank(); ++position) {
    const int i = order[static_cast<std::size_t>(position)];
    const auto axis = static_cast<std::size_t>(i);
    const std::int64_t n = out.shape.begin()[i];
    if (n == 1) continue;
    std::array<std::int64_t, most_inputs + 1> step;
    step[0] = out.strides[axis];
    for (std::size_t k = 1; k < operands; ++k) {
      const TensorMeta& in = *call.inputs[k - 1].meta;
      const int at = i - (out.shape.rank() - in.shape.rank());
      step[k] = at < 0 || in.shape.begin()[at] == 1 ? 0 : in.strides[static_cast<std::size_t>(at)];
    }
    bool merges = loops.rank > 0;
    const auto last = static_cast<std::size_t>(loops.rank - 1);
    for (std::size_t k = 0; k < operands && merges; ++k) merges = loops.steps[k][last] == step[k] * n;
    const auto place = merges ? last : static_cast<std::size_t>(loops.rank++);
    loops.lengths[place] = merges ? loops.lengths[place] * n : n;
    for (std::size_t k = 0; k < operands; ++k) loops.steps[k][place] = step[k];
  }
  if (loops.rank == 0) {
    loops.rank = 1;
    loops.lengths[0] = out.shape.size();
  }
  return loops;
}

namespace {

/// All operands lie as the output does, row-major: one run.
bool lie_alike(const KernelCall& call) {
  const TensorMeta& out = *call.outputs[0].meta;
  for (const Operand& in : call.inputs) {
    if (in.shape() != out.shape) return false;
    for (int axis = 0; axis < out.shape.rank(); ++axis)
      if (in.stride(axis) != out.strides[static_cast<std::size_t>(axis)]) return false;
  }
  return out.is_contiguous();
}

/// The same for few elements: a small call is mostly this function.
void run_one_row(const KernelCall& call, ElementRow row, const void* f, std::int64_t total) {
  static constexpr auto ones = [] {
    std::array<std::int64_t, most_inputs + 1> steps{};
    steps.fill(1);
    return steps;
  }();
  dense_path.take();
  few_elements.take();
  const void* in[most_inputs];
  for (std::size_t k = 0; k < call.inputs.size(); ++k) in[k] = call.inputs[k].data;
  row(total, call.outputs[0].data, in, ones.data(), f);
}

}  // namespace

void run_element_rows(const KernelCall& call, ElementRow row, const void* f) {
  const std::int64_t total = call.outputs[0].size();
  if (total == 0) return;
  if (total < 2 * elementwise_grain && lie_alike(call)) return run_one_row(call, row, f, total);
  const std::size_t operands = call.inputs.size() + 1;
  const ElementLoops loops = merge_loops(call);
  const auto inner = static_cast<std::size_t>(loops.rank - 1);
  std::array<std::int64_t, most_inputs + 1> steps{}, bytes{};
  for (std::size_t k = 0; k < operands; ++k) {
    steps[k] = loops.steps[k][inner];
    bytes[k] = static_cast<std::int64_t>(size_of(k == 0 ? call.outputs[0].dtype() : call.inputs[k - 1].dtype()));
  }

  const auto count_of = [&](std::int64_t step) { return std::count(steps.begin(), steps.begin() + operands, step); };
  const auto ones = static_cast<std::size_t>(count_of(1)), zeros = static_cast<std::size_t>(count_of(0));
  (ones == operands ? dense_path : zeros == 1 && ones + 1 == operands ? number_path : strided_path).take();
  if (loops.rank > 1) several_runs.take();
  (total < 2 * elementwise_grain ? few_elements : many_elements).take();

  // Runs elements [begin, end) in row-major order of the merged loops.
  const auto run = [&](std::int64_t begin, std::int64_t end) {
    if (begin >= end) return;
    std::array<std::int64_t, Shape::max_rank> index{};
    std::array<std::int64_t, most_inputs + 1> offset{};
    for (std::size_t axis = inner + 1, rest = static_cast<std::size_t>(begin); axis-- > 0;) {
      const auto length = static_cast<std::size_t>(loops.lengths[axis]);
      index[axis] = static_cast<std::int64_t>(rest % length);
      rest /= length;
      for (std::size_t k = 0; k < operands; ++k) offset[k] += index[axis] * loops.steps[k][axis];
    }
    while (true) {
      const std::int64_t n = std::min(end - begin, loops.lengths[inner] - index[inner]);
      const void* in[most_inputs];
      for (std::size_t k = 1; k < operands; ++k)
        in[k - 1] = static_cast<const char*>(call.inputs[k - 1].data) + offset[k] * bytes[k];
      row(n, static_cast<char*>(call.outputs[0].data) + offset[0] * bytes[0], in, steps.data(), f);
      begin += n;
      if (begin == end) return;
      // The row is complete: back to its beginning, and on to the next.
      for (std::size_t k = 0; k < operands; ++k) offset[k] -= index[inner] * steps[k];
      index[inner] = 0;
      for (std::size_t axis = inner; axis-- > 0;) {
        for (std::size_t k = 0; k < operands; ++k) offset[k] += loops.steps[k][axis];
        if (++index[axis] < loops.lengths[axis]) break;
        for (std::size_t k = 0; k < operands; ++k) offset[k] -= loops.lengths[axis] * loops.steps[k][axis];
        index[axis] = 0;
      }
    }
  };
  if (total < 2 * elementwise_grain) return run(0, total);
  const std::int64_t parts = (total + elementwise_grain - 1) / elementwise_grain;
  parallel_for(parts, [&](std::int64_t part) {
    run(part * elementwise_grain, std::min(total, (part + 1) * elementwise_grain));
  });
}

namespace {

/// An image (n, c, ...) whose channels lie side by side, maybe with gaps between its pixels.
bool is_channels_last(const TensorMeta& image) {
  const int rank = image.shape.rank();
  if (rank < 3 || image.shape[1] < 2 || image.strides[1] != 1) return false;
  std::int64_t inner = image.shape[1];
  bool pixels = false;
  for (int i = rank - 1; i >= 0; --i) {
    if (i == 1 || image.shape[i] == 1) continue;
    const std::int64_t step = std::abs(image.strides[static_cast<std::size_t>(i)]);
    if (step < inner) return false;
    inner = step * image.shape[i];
    pixels |= i > 1;
  }
  return pixels;
}

}  // namespace

void image_order_layout(std::span<const TensorMeta* const> inputs, const void*, std::span<TensorMeta> outputs) {
  if (!is_channels_last(*inputs[0])) return;
  for (TensorMeta& out : outputs)
    if (out.shape.rank() == inputs[0]->shape.rank()) channels_last_layout(out.shape, DataFormat::nchw, out.strides);
}

void elementwise_layout(std::span<const TensorMeta* const> inputs, const void*, std::span<TensorMeta> outputs) {
  TensorMeta& out = outputs[0];
  for (const TensorMeta* input : inputs) {
    if (input->shape == out.shape && is_channels_last(*input)) {
      channels_last_layout(out.shape, DataFormat::nchw, out.strides);
      return;
    }
  }
  for (const TensorMeta* input : inputs) {
    if (input->shape != out.shape) continue;
    if (input->is_contiguous()) return;
    if (is_dense(*input)) {
      out.strides = input->strides;
      return;
    }
  }
}

}  // namespace triptych
