#include "core/kernels/order/entries.h"
#include "core/ops/order/order.h"

namespace triptych {

extern const Op sort_op;

namespace {

template <class T>
void sort_values(const KernelCall& call, const Rows& rows, bool descending) {
  using Entry = KeyAlone<formula::key_type<T>>;
  order_paths::values_alone.take();
  const auto flip = static_cast<formula::key_type<T>>(descending ? ~std::uint64_t{0} : 0);
  const T* x = call.inputs[0].as<const T>();
  T* values = call.outputs[0].as<T>();
  rows.for_each_part([&](std::int64_t first, std::int64_t last) {
    const Scratch scratch(bytes_of(sizeof(Entry), 2, rows.length));
    Entry* entries = scratch.as<Entry>();
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t start = rows.start(row);
      const std::uint64_t differing = load_entries(x + start, rows.length, rows.step, descending, entries);
      const Entry* sorted = sort_entries(entries, entries + rows.length, rows.length, differing);
      for (std::int64_t i = 0; i < rows.length; ++i)
        values[start + i * rows.step] = formula::element_of_key<T>(
            static_cast<formula::key_type<T>>(static_cast<formula::key_type<T>>(sorted[i].key()) ^ flip));
    }
  });
}

template <class T, class Entry>
void sort_with_places(const KernelCall& call, const Rows& rows, bool descending) {
  const T* x = call.inputs[0].as<const T>();
  T* values = call.outputs[0].as<T>();
  auto* indices = call.outputs[1].as<std::int64_t>();
  rows.for_each_part([&](std::int64_t first, std::int64_t last) {
    const Scratch scratch(bytes_of(sizeof(Entry), 2, rows.length));
    Entry* entries = scratch.as<Entry>();
    for (std::int64_t row = first; row < last; ++row) {
      const std::int64_t start = rows.start(row);
      const std::uint64_t differing = load_entries(x + start, rows.length, rows.step, descending, entries);
      const Entry* sorted = sort_entries(entries, entries + rows.length, rows.length, differing);
      for (std::int64_t i = 0; i < rows.length; ++i) {
        const std::int64_t place = sorted[i].place(), to = start + i * rows.step;
        values[to] = x[start + place * rows.step];
        indices[to] = place;
      }
    }
  });
}

void sort_run(const KernelCall& call) {
  const Operand& in = call.inputs[0];
  const auto& [axis, reversed] = call.attributes_as<SortAttributes>();
  if (in.size() == 0) return;
  const Rows rows(in.shape(), axis);
  visit_dtype(in.dtype(), [&, descending = reversed](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if (call.outputs.size() == 1) return sort_values<T>(call, rows, descending);
    visit_entries<T>(rows.length, [&]<class Entry>(Entry*) { sort_with_places<T, Entry>(call, rows, descending); });
  });
}

const Kernel sort_kernel{.run = sort_run};

}  // namespace

void register_sort_kernels() { register_kernel(sort_op, Device::Type::cpu, sort_kernel); }

}  // namespace triptych
