#include <algorithm>

#include "core/formulas/elements.h"
#include "core/kernels/copy_row.h"
#include "core/kernels/image_order.h"
#include "core/kernels/path.h"
#include "core/kernels/windows.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op pad_op;

namespace {

Path padded_rows("pad: row by row"), padded_around("pad: filled, then copied into");

/// A dense input: the output is written once, row by row. Axes at the end that have no padding are one row with the
/// last one that has.
template <class Word>
void pad_rows(const Operand& in, const Operand& out, const PadAttributes& attributes, Word value) {
  int axis = out.shape().rank() - 1;
  std::int64_t inner = 1;
  for (; axis > 0 && attributes.before[axis] == 0 && attributes.after[axis] == 0; --axis) inner *= out.shape()[axis];
  const std::int64_t length = in.shape()[axis] * inner, before = attributes.before[axis] * inner,
                     row = out.shape()[axis] * inner, rows = out.size() / row, step = 32768 / row + 1;
  const auto source_of = [&](std::int64_t r) {  // the input's row; -1: all padding
    std::int64_t source = 0, scale = 1;
    for (int i = axis - 1; i >= 0; --i) {
      const std::int64_t place = r % out.shape()[i] - attributes.before[i];
      if (place < 0 || place >= in.shape()[i]) return std::int64_t{-1};
      source += place * scale;
      scale *= in.shape()[i];
      r /= out.shape()[i];
    }
    return source;
  };
  parallel_for((rows + step - 1) / step, [&](std::int64_t part) {
    for (std::int64_t r = part * step; r < std::min(rows, (part + 1) * step); ++r) {
      Word* to = out.as<Word>() + r * row;
      const std::int64_t source = source_of(r);
      if (source < 0) {
        std::fill_n(to, row, value);
        continue;
      }
      std::fill_n(to, before, value);
      copy_row(to + before, in.as<const Word>() + source * length, static_cast<std::size_t>(length) * sizeof(Word));
      std::fill_n(to + before + length, row - before - length, value);
    }
  });
}

void pad_run(const KernelCall& call) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  const auto& attributes = call.attributes_as<PadAttributes>();
  const Tensor number = scalar_tensor(attributes.value, out.dtype());
  const bool by_rows = in.size() > 0 && out.shape().rank() > 0 && in.meta->is_contiguous();
  (by_rows ? padded_rows : padded_around).take();
  if (by_rows)
    return visit_width(out.dtype(), [&]<class Word>(Word*) {
      pad_rows<Word>(in, out, attributes, *static_cast<const Word*>(number.impl()->data()));
    });
  copy_strided(number.impl()->data(), broadcast_meta(number.meta(), out.shape()), out.data, *out.meta);
  place_inside_padding(call, attributes, copy_strided);
}

const Kernel pad_kernel{.run = pad_run, .any_strides = true, .layout = image_order_layout};

}  // namespace

void register_pad_kernels() { register_kernel(pad_op, Device::Type::cpu, pad_kernel); }

}  // namespace triptych
