#include "core/ops/sequence/embedding.h"

#include <cstring>
#include <string>

#include "core/kernels/copy_row.h"
#include "core/kernels/reduce/reduce.h"

namespace triptych {

extern const Op embedding_op, embedding_grad_op;

namespace {

/// The indices as int64, checked.
class Indices {
 public:
  Indices(const KernelCall& call, std::int64_t rows)
      : count_(call.inputs[1].size()), values_(static_cast<std::size_t>(count_ + 1) * sizeof(std::int64_t)) {
    convert(call.inputs[1].data, call.inputs[1].dtype(), values_.as<std::int64_t>(), int64, count_);
    for (std::int64_t i = 0; i < count_; ++i)
      if ((*this)[i] < 0 || (*this)[i] >= rows)
        throw ArgumentError(call.op.name, "an index is out of range",
                            "index " + std::to_string((*this)[i]) + ", number " + std::to_string(i) + " of " +
                                std::to_string(count_) + ", for a table of " + std::to_string(rows) + " rows",
                            "Indices run from 0 to " + std::to_string(rows - 1), call.context.where);
  }
  std::int64_t operator[](std::int64_t i) const { return values_.as<std::int64_t>()[i]; }
  std::int64_t size() const { return count_; }

 private:
  std::int64_t count_;
  Scratch values_;
};

void embedding_run(const KernelCall& call) {
  const auto& a = call.attributes_as<EmbeddingAttributes>();
  const Shape& table = call.inputs[0].shape();
  const Indices indices(call, table[0]);
  const std::size_t bytes = static_cast<std::size_t>(table[1]) * size_of(call.outputs[0].dtype());
  const auto* rows = static_cast<const char*>(call.inputs[0].data);
  auto* out = static_cast<char*>(call.outputs[0].data);
  const std::int64_t per_part = std::max<std::int64_t>(1, reduce_grain / std::max<std::int64_t>(1, table[1]));
  parallel_for((indices.size() + per_part - 1) / per_part, [&](std::int64_t part) {
    for (std::int64_t i = part * per_part; i < std::min(indices.size(), (part + 1) * per_part); ++i) {
      char* to = out + static_cast<std::size_t>(i) * bytes;
      if (a.skip_padding && indices[i] == a.padding_idx)
        std::memset(to, 0, bytes);
      else
        copy_row(to, rows + static_cast<std::size_t>(indices[i]) * bytes, bytes);
    }
  });
}

// Each part owns some columns and adds in the order of the indices, so that the result does not depend on the threads.
void embedding_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<EmbeddingAttributes>();
  const Shape& table = call.outputs[0].shape();
  const Indices indices(call, table[0]);
  visit_floating(call.outputs[0].dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    using C = compute_type<T>;
    const T* upstream = call.inputs[0].as<const T>();
    T* out = call.outputs[0].as<T>();
    const std::int64_t width = table[1];
    Scratch scratch(std::is_same_v<T, C> ? 1 : static_cast<std::size_t>(table[0] * width + 1) * sizeof(C));
    C* sums = scratch.as<C>();
    if constexpr (std::is_same_v<T, C>) sums = out;
    constexpr std::int64_t columns = 64;
    const std::int64_t size = table[0] * width;
    parallel_for((size + reduce_grain - 1) / reduce_grain, [&](std::int64_t part) {
      std::fill_n(sums + part * reduce_grain, std::min(reduce_grain, size - part * reduce_grain), C(0));
    });
    parallel_for((width + columns - 1) / columns, [&](std::int64_t part) {
      const std::int64_t first = part * columns, n = std::min(columns, width - first);
      for (std::int64_t i = 0; i < indices.size(); ++i) {
        if (indices[i] == a.padding_idx) continue;
        C* __restrict to = sums + indices[i] * width + first;
        const T* from = upstream + i * width + first;
        for (std::int64_t c = 0; c < n; ++c) to[c] += static_cast<C>(from[c]);
      }
      if constexpr (!std::is_same_v<T, C>)
        for (std::int64_t r = 0; r < table[0]; ++r)
          for (std::int64_t c = first; c < first + n; ++c) out[r * width + c] = T(sums[r * width + c]);
    });
  });
}

const Kernel embedding_kernel{.run = embedding_run}, embedding_grad_kernel{.run = embedding_grad_run};

}  // namespace

void register_embedding_kernels() {
  register_kernel(embedding_op, Device::Type::cpu, embedding_kernel);
  register_kernel(embedding_grad_op, Device::Type::cpu, embedding_grad_kernel);
}

}  // namespace triptych
