// Kernels of unfold and fold: row by row of a tap's column.
#include "core/kernels/image/unfold.h"

#include <algorithm>

#include "core/kernels/elementwise.h"
#include "core/kernels/path.h"
#include "core/kernels/sums.h"

namespace triptych {

extern const Op unfold_op, unfold_grad_op, fold_op;

namespace {

Path whole_steps("unfold: rows copied"), strided_steps("unfold: elements copied");

/// Windows [first, last) of a row whose element q is in the image.
struct Inside {
  std::int64_t first, last;
  Inside(const UnfoldSizes& s, std::int64_t q) {
    const std::int64_t start = s.column(0, q), step = s.a.stride[1];
    first = start < 0 ? std::min(s.ow, (-start + step - 1) / step) : 0;
    last = std::max(first, start < s.w ? std::min(s.ow, (s.w - 1 - start) / step + 1) : 0);
  }
};

template <class Word>
void unfold_column(const UnfoldSizes& s, std::int64_t p, std::int64_t q, const Word* image, Word* column) {
  const Inside inside(s, q);
  for (std::int64_t oy = 0; oy < s.oh; ++oy, column += s.ow) {
    const std::int64_t y = s.row(oy, p);
    if (y < 0 || y >= s.h) {
      std::fill_n(column, s.ow, Word(0));
      continue;
    }
    const Word* row = image + y * s.w;
    std::fill_n(column, inside.first, Word(0));
    if (s.a.stride[1] == 1)
      std::copy_n(row + s.column(inside.first, q), inside.last - inside.first, column + inside.first);
    else
      for (std::int64_t ox = inside.first; ox < inside.last; ++ox) column[ox] = row[s.column(ox, q)];
    std::fill_n(column + inside.last, s.ow - inside.last, Word(0));
  }
}

void unfold_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &out = call.outputs[0];
  if (out.size() == 0) return;
  const UnfoldSizes s(x.shape(), call.attributes_as<UnfoldAttributes>());
  (s.a.stride[1] == 1 ? whole_steps : strided_steps).take();
  const std::int64_t taps = s.a.kernel_size[0] * s.a.kernel_size[1];
  visit_width(out.dtype(), [&]<class Word>(Word*) {
    parallel_for(s.planes, [&](std::int64_t plane) {
      for (std::int64_t tap = 0; tap < taps; ++tap)
        unfold_column(s, tap / s.a.kernel_size[1], tap % s.a.kernel_size[1], x.as<const Word>() + plane * s.h * s.w,
                      out.as<Word>() + (plane * taps + tap) * s.oh * s.ow);
    });
  });
}

template <class T, class C>
void fold_column(const UnfoldSizes& s, std::int64_t p, std::int64_t q, const T* column, C* image) {
  const Inside inside(s, q);
  for (std::int64_t oy = 0; oy < s.oh; ++oy, column += s.ow) {
    const std::int64_t y = s.row(oy, p);
    if (y < 0 || y >= s.h) continue;
    for (std::int64_t ox = inside.first; ox < inside.last; ++ox)
      image[y * s.w + s.column(ox, q)] += static_cast<C>(column[ox]);
  }
}

void fold_run(const KernelCall& call) {
  const Operand &columns = call.inputs[0], &out = call.outputs[0];
  if (out.size() == 0) return;
  const UnfoldSizes s(out.shape(), call.attributes_as<UnfoldAttributes>());
  const std::int64_t taps = s.a.kernel_size[0] * s.a.kernel_size[1];
  visit_floating(out.dtype(), [&]<class T>(T*) {
    const Sums<T> sums(out);
    parallel_for(s.planes, [&](std::int64_t plane) {
      auto* image = sums.data() + plane * s.h * s.w;
      std::fill_n(image, s.h * s.w, compute_type<T>(0));
      for (std::int64_t tap = 0; tap < taps; ++tap)
        fold_column(s, tap / s.a.kernel_size[1], tap % s.a.kernel_size[1],
                    columns.as<const T>() + (plane * taps + tap) * s.oh * s.ow, image);
    });
    sums.finish();
  });
}

const Kernel unfold_kernel{.run = unfold_run}, fold_kernel{.run = fold_run};

}  // namespace

void register_unfold_kernels() {
  register_kernel(unfold_op, Device::Type::cpu, unfold_kernel);
  register_kernel(unfold_grad_op, Device::Type::cpu, fold_kernel);
  register_kernel(fold_op, Device::Type::cpu, fold_kernel);
}

}  // namespace triptych
