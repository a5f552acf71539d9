// masked_select and its gradient move bits, so they are written by width. Where mask and elements lie alike, chunks
// know from a first count where theirs begin, and no branch depends on the mask.
#include <algorithm>
#include <cstring>

#include "core/kernels/path.h"
#include "core/kernels/strided.h"
#include "triptych/core/op.h"

namespace triptych {

extern const Op masked_select_op, masked_select_grad_op;

namespace {

/// Calls f(place) for every element of `shape`, in row-major order, where the mask is true: `place` is where the
/// element lies in a tensor like `x`. Both are broadcast to `shape`.
template <class F>
void for_each_chosen(const Operand& mask, const TensorMeta& x, const Shape& shape, F f) {
  const Strides mask_steps = broadcast_meta(*mask.meta, shape).strides, x_steps = broadcast_meta(x, shape).strides;
  const int inner = shape.rank() - 1;
  const std::int64_t total = shape.size(), length = inner < 0 ? 1 : shape.begin()[inner];
  const std::int64_t mask_step = inner < 0 ? 0 : mask_steps[static_cast<std::size_t>(inner)];
  const std::int64_t x_step = inner < 0 ? 0 : x_steps[static_cast<std::size_t>(inner)];
  std::array<std::int64_t, Shape::max_rank> at{};
  for (std::int64_t done = 0; done < total; done += length) {
    std::int64_t mask_place = 0, place = 0;
    for (std::size_t axis = 0; static_cast<int>(axis) < inner; ++axis) {
      mask_place += at[axis] * mask_steps[axis];
      place += at[axis] * x_steps[axis];
    }
    const bool* row = mask.as<const bool>() + mask_place;
    for (std::int64_t i = 0; i < length; ++i)
      if (row[i * mask_step]) f(place + i * x_step);
    for (int axis = inner - 1; axis >= 0 && ++at[static_cast<std::size_t>(axis)] == shape.begin()[axis]; --axis)
      at[static_cast<std::size_t>(axis)] = 0;
  }
}

Shape common_shape(const Operand& a, const Operand& b) {
  Shape shape;
  broadcast(a.shape(), b.shape(), shape);
  return shape;
}

template <class F>
void visit_width(DType dtype, F f) {
  switch (size_of(dtype)) {
    case 1:
      return f(std::uint8_t());
    case 2:
      return f(std::uint16_t());
    case 4:
      return f(std::uint32_t());
    default:
      return f(std::uint64_t());
  }
}

Path by_chunks("masked_select: by chunks"), by_places("masked_select: place by place");

constexpr std::int64_t chunk = 1 << 14;

/// Mask and elements are dense, of one shape.
bool lie_alike(const Operand& mask, const TensorMeta& x) {
  const bool alike = mask.shape() == x.shape && mask.meta->is_contiguous() && x.is_contiguous();
  (alike ? by_chunks : by_places).take();
  return alike;
}

std::int64_t count_true(const bool* mask, std::int64_t n) {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n; ++i) count += mask[i];
  return count;
}

/// Calls f(begin, end, before) for each chunk of the mask: `before` elements are chosen before it.
template <class F>
void for_each_chunk(const Operand& mask, F f) {
  const std::int64_t total = mask.size(), chunks = (total + chunk - 1) / chunk;
  const Scratch counts(static_cast<std::size_t>(chunks + 1) * sizeof(std::int64_t));
  auto* before = counts.as<std::int64_t>();
  const auto* chosen = mask.as<const bool>();
  parallel_for(chunks, [&](std::int64_t i) {
    before[i + 1] = count_true(chosen + i * chunk, std::min(chunk, total - i * chunk));
  });
  before[0] = 0;
  for (std::int64_t i = 0; i < chunks; ++i) before[i + 1] += before[i];
  parallel_for(chunks, [&](std::int64_t i) { f(i * chunk, std::min(total, (i + 1) * chunk), before[i]); });
}

/// Every element is written to where the next chosen one goes: in a buffer, as that may be behind the chunk's last.
template <class Word>
void select_chunk(const bool* mask, const Word* x, std::int64_t n, Word* out) {
  constexpr std::int64_t block = 1024;
  Word chosen[block + 1];
  for (std::int64_t begin = 0; begin < n; begin += block) {
    std::int64_t count = 0;
    for (std::int64_t i = begin; i < std::min(n, begin + block); ++i) {
      chosen[count] = x[i];
      count += mask[i];
    }
    std::memcpy(out, chosen, static_cast<std::size_t>(count) * sizeof(Word));
    out += count;
  }
}

void masked_select_measure(const MeasureCall& call) {
  const Operand &x = call.inputs[0], &mask = call.inputs[1];
  std::int64_t count = 0;
  if (lie_alike(mask, *x.meta)) return call.outputs[0].shape.set(0, count_true(mask.as<const bool>(), mask.size()));
  for_each_chosen(mask, *x.meta, common_shape(x, mask), [&](std::int64_t) { ++count; });
  call.outputs[0].shape.set(0, count);
}

void masked_select_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &mask = call.inputs[1];
  visit_width(x.dtype(), [&](auto word) {
    using Word = decltype(word);
    auto* out = call.outputs[0].as<Word>();
    if (lie_alike(mask, *x.meta))
      return for_each_chunk(mask, [&](std::int64_t begin, std::int64_t end, std::int64_t before) {
        select_chunk(mask.as<const bool>() + begin, x.as<const Word>() + begin, end - begin, out + before);
      });
    for_each_chosen(mask, *x.meta, common_shape(x, mask),
                    [&](std::int64_t place) { *out++ = x.as<const Word>()[place]; });
  });
}

void masked_select_grad_run(const KernelCall& call) {
  const Operand &upstream = call.inputs[0], &mask = call.inputs[1], &out = call.outputs[0];
  if (upstream.size() > 0 && upstream.stride(0) == 1 && lie_alike(mask, *out.meta))
    return visit_width(out.dtype(), [&](auto word) {
      using Word = decltype(word);
      const std::int64_t last = upstream.size() - 1;
      for_each_chunk(mask, [&](std::int64_t begin, std::int64_t end, std::int64_t next) {
        for (std::int64_t i = begin; i < end; ++i) {
          const bool chosen = mask.as<const bool>()[i] && next <= last;
          const Word value = upstream.as<const Word>()[std::min(next, last)];
          out.as<Word>()[i] = chosen ? value : Word(0);
          next += chosen;
        }
      });
    });
  std::memset(out.data, 0, static_cast<std::size_t>(out.size()) * size_of(out.dtype()));
  visit_width(out.dtype(), [&](auto word) {
    using Word = decltype(word);
    const Word* from = upstream.as<const Word>();
    std::int64_t next = 0;
    for_each_chosen(mask, *out.meta, out.shape(), [&](std::int64_t place) {
      if (next < upstream.size()) out.as<Word>()[place] = from[next++ * upstream.stride(0)];
    });
  });
}

const Kernel masked_select_kernel{.run = masked_select_run, .any_strides = true, .measure = masked_select_measure},
    masked_select_grad_kernel{.run = masked_select_grad_run, .any_strides = true};

}  // namespace

void register_masked_select_kernels() {
  register_kernel(masked_select_op, Device::Type::cpu, masked_select_kernel);
  register_kernel(masked_select_grad_op, Device::Type::cpu, masked_select_grad_kernel);
}

}  // namespace triptych
