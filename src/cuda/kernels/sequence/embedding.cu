#include <string>

#include "core/ops/sequence/embedding.h"
#include "cuda/kernels/add_by_index.h"
#include "cuda/kernels/random/generate.h"

namespace triptych {

extern const Op embedding_op, embedding_grad_op;

namespace cuda {
namespace {

std::string table_text(const Fault& fault) {
  return "index " + std::to_string(fault.value) + " for a table of " + std::to_string(fault.limit) + " rows";
}

FaultReport report_for(const KernelCall& call) {
  return fault_report(call.context.device.index, call.op.name, "an index is out of range", call.context.where,
                      table_text);
}

template <class Word>
struct TableRow {
  const void* index;
  DType dtype;
  const Word* table;
  std::int64_t rows, width, zero_row;
  FaultReport fault;
  __device__ Word operator()(std::int64_t i) const {
    const auto row = loaded<std::int64_t>(index, dtype, i / width);
    return in_range(row, rows, fault) && row != zero_row ? table[row * width + i % width] : Word(0);
  }
};

void embedding_run(const KernelCall& call) {
  const auto& a = call.attributes_as<EmbeddingAttributes>();
  const Operand &table = call.inputs[0], &index = call.inputs[1];
  visit_width(table.dtype(), [&]<class Word>(Word*) {
    generate<Word>(call, TableRow<Word>{index.data, index.dtype(), table.as<const Word>(), table.shape()[0],
                                        table.shape()[1], a.skip_padding ? a.padding_idx : -1, report_for(call)});
  });
}

void embedding_grad_run(const KernelCall& call) {
  const auto& a = call.attributes_as<EmbeddingAttributes>();
  const Operand &index = call.inputs[1], &out = call.outputs[0];
  fill(call, 0);
  visit_floating(out.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    add_rows<T>(call, {index.data, index.dtype(), false, a.padding_idx, report_for(call), 1, index.size(),
                       out.shape()[0], out.shape()[1], call.inputs[0].as<const T>(), out.as<T>()});
  });
}

const Kernel embedding_kernel{.run = embedding_run}, embedding_grad_kernel{.run = embedding_grad_run};

}  // namespace

void register_embedding_kernels() {
  register_kernel(embedding_op, Device::Type::cuda, embedding_kernel);
  register_kernel(embedding_grad_op, Device::Type::cuda, embedding_grad_kernel);
}

}  // namespace cuda
}  // namespace triptych
