#include "core/kernels/order/entries.h"
#include "core/ops/order/order.h"

namespace triptych {

extern const Op topk_op;

namespace {

/// The best `k` of a line, sorted, in `best`: few are kept sorted while the line goes by, and what is no better than
/// the last of them is passed over by blocks.
template <class T, class Entry>
void keep_best(const T* x, std::int64_t n, std::int64_t step, bool largest, std::int64_t k, Entry* best) {
  using Key = formula::key_type<T>;
  constexpr std::int64_t block = 32;
  const Key flip = largest ? std::numeric_limits<Key>::max() : Key(0);
  Key keys[block];
  std::int64_t kept = 0;
  for (std::int64_t begin = 0; begin < n; begin += block) {
    const std::int64_t count = std::min(block, n - begin);
    Key first = std::numeric_limits<Key>::max();
    for (std::int64_t i = 0; i < count; ++i) {
      keys[i] = static_cast<Key>(formula::order_key(x[(begin + i) * step]) ^ flip);
      first = std::min(first, keys[i]);
    }
    if (kept == k && first >= best[k - 1].key()) continue;
    for (std::int64_t i = 0; i < count; ++i) {
      if (kept == k && keys[i] >= best[k - 1].key()) continue;
      std::int64_t to = kept < k ? kept++ : k - 1;
      for (; to > 0 && best[to - 1].key() > keys[i]; --to) best[to] = best[to - 1];
      best[to] = Entry(keys[i], begin + i);
    }
  }
}

template <class T, class Entry>
void topk_lines(const KernelCall& call, const Rows& rows, std::int64_t k, bool largest) {
  constexpr std::int64_t few = 32;
  (k <= few ? order_paths::few_best : order_paths::many_best).take();
  const T* x = call.inputs[0].as<const T>();
  T* values = call.outputs[0].as<T>();
  auto* indices = call.outputs[1].as<std::int64_t>();
  Rows out = rows;
  out.length = k;
  rows.for_each_part([&](std::int64_t first, std::int64_t last) {
    const Scratch scratch(k <= few ? bytes_of(sizeof(Entry), k) : bytes_of(sizeof(Entry), 2, rows.length));
    Entry* entries = scratch.as<Entry>();
    for (std::int64_t row = first; row < last; ++row) {
      const T* line = x + rows.start(row);
      const Entry* best = entries;
      if (k <= few)
        keep_best(line, rows.length, rows.step, largest, k, entries);
      else
        best = sort_entries(entries, entries + rows.length, rows.length,
                            load_entries(line, rows.length, rows.step, largest, entries));
      for (std::int64_t i = 0; i < k; ++i) {
        const std::int64_t to = out.start(row) + i * out.step;
        values[to] = line[best[i].place() * rows.step];
        indices[to] = best[i].place();
      }
    }
  });
}

void topk_run(const KernelCall& call) {
  const Operand& in = call.inputs[0];
  const auto& a = call.attributes_as<TopkAttributes>();
  if (call.outputs[0].size() == 0) return;
  const Rows rows(in.shape(), a.axis);
  visit_dtype(in.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    visit_entries<T>(rows.length, [&]<class Entry>(Entry*) { topk_lines<T, Entry>(call, rows, a.k, a.largest); });
  });
}

const Kernel topk_kernel{.run = topk_run};

}  // namespace

void register_topk_kernels() { register_kernel(topk_op, Device::Type::cpu, topk_kernel); }

}  // namespace triptych
