// tril and triu.
#include "core/ops/shape/tril.h"

#include <algorithm>
#include <cstring>

#include "core/kernels/copy_row.h"

namespace triptych {

extern const Op tril_op, triu_op;

namespace {

/// Copies the elements of each row of the matrices from column `begin(row)` to `end(row)`, zeros elsewhere.
template <class Begin, class End>
void keep_columns(const KernelCall& call, Begin begin, End end) {
  const Operand &in = call.inputs[0], &out = call.outputs[0];
  if (in.size() == 0) return;
  const std::int64_t n = in.shape()[-2], m = in.shape()[-1];
  const auto bytes = static_cast<std::int64_t>(size_of(in.dtype()));
  const auto keep = [&](std::int64_t line) {
    const std::int64_t from = std::clamp<std::int64_t>(begin(line % n), 0, m) * bytes;
    const std::int64_t to = std::max(from, std::clamp<std::int64_t>(end(line % n), 0, m) * bytes);
    const char* row = in.as<const char>() + line * m * bytes;
    char* kept = out.as<char>() + line * m * bytes;
    std::memset(kept, 0, static_cast<std::size_t>(from));
    copy_row(kept + from, row + from, static_cast<std::size_t>(to - from));
    std::memset(kept + to, 0, static_cast<std::size_t>(m * bytes - to));
  };
  const std::int64_t lines = in.size() / m, step = (1 << 17) / (m * bytes) + 1;
  parallel_for((lines + step - 1) / step, [&](std::int64_t part) {
    for (std::int64_t line = part * step; line < std::min(lines, (part + 1) * step); ++line) keep(line);
  });
}

/// A diagonal beyond every matrix is as good as any other, and does not overflow.
std::int64_t bounded(std::int64_t k) { return std::clamp<std::int64_t>(k, -(1LL << 60), 1LL << 60); }

void tril_run(const KernelCall& call) {
  const std::int64_t k = bounded(call.attributes_as<DiagonalAttributes>().k);
  keep_columns(
      call, [](std::int64_t) { return 0; }, [k](std::int64_t row) { return row + k + 1; });
}
void triu_run(const KernelCall& call) {
  const std::int64_t k = bounded(call.attributes_as<DiagonalAttributes>().k);
  keep_columns(
      call, [k](std::int64_t row) { return row + k; }, [](std::int64_t) { return INT64_MAX; });
}

const Kernel tril_kernel{.run = tril_run}, triu_kernel{.run = triu_run};

}  // namespace

void register_tril_kernels() {
  register_kernel(tril_op, Device::Type::cpu, tril_kernel);
  register_kernel(triu_op, Device::Type::cpu, triu_kernel);
}

}  // namespace triptych
