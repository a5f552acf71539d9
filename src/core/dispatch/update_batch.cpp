#include "core/dispatch/update_batch.h"

#include <new>
#include <utility>

#include "core/dispatch/backend.h"
#include "core/dispatch/execute.h"
#include "core/dispatch/modes.h"
#include "core/dispatch/op_span.h"
#include "core/memory/allocator.h"
#include "core/support/inline_vector.h"

namespace triptych {
namespace {

constinit thread_local UpdateBatch* innermost = nullptr;

}  // namespace

/// One op with all that its kernel is called with.
struct UpdateBatch::Update {
  Update(const Op& of, const Kernel& by, std::size_t count, const void* given)
      : op(of), kernel(by), tensors(count), operands(count) {
    if (!op.attributes || !given) return;
    void* block = ::operator new(op.attributes->size, std::align_val_t(op.attributes->alignment));
    op.attributes->copy(block, given);
    attributes = block;
  }
  ~Update() {
    if (!attributes) return;
    op.attributes->destroy(attributes);
    ::operator delete(attributes, std::align_val_t(op.attributes->alignment));
  }
  Update(const Update&) = delete;
  Update& operator=(const Update&) = delete;

  const Op& op;
  const Kernel& kernel;
  InlineVector<Tensor, 16> tensors;  // kept alive
  InlineVector<Operand, 16> operands;
  void* attributes = nullptr;
  std::shared_ptr<const Prepared> prepared;
  RunContext context;
};

UpdateBatch::UpdateBatch() : outer_(std::exchange(innermost, this)) {}
UpdateBatch::~UpdateBatch() { innermost = outer_; }

UpdateBatch* UpdateBatch::current() { return innermost; }

void UpdateBatch::add(const Op& op, std::span<const Tensor* const> inputs, const void* attributes, Location where) {
  const Device device = inputs.empty() ? modes.device : inputs[0]->device();
  auto update = std::make_unique<Update>(op, kernel_of(op, device.type, where), inputs.size(), attributes);
  InlineVector<const TensorMeta*, 16> metas(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) metas[i] = &inputs[i]->meta();
  Infer infer(op, metas.span(), update->attributes, {}, where);
  op.infer(infer);
  const Frame frame(where);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    update->tensors[i] = *inputs[i];
    update->operands[i] = bind_input(op, update->kernel, update->tensors[i], i, inputs.size(), where);
    metas[i] = update->operands[i].meta;
  }
  update->context = {.numerics = modes.numerics, .device = device, .stream = nullptr, .where = where};
  update->prepared = prepared_for(update->kernel, {op, metas.span(), {}, update->attributes, modes.numerics});
  updates_.push_back(std::move(update));
}

void UpdateBatch::run() {
  for (const auto& update : updates_) {
    const Device device = update->context.device;
    const Backend* backend = device.type == Device::Type::cpu ? nullptr : &backend_of(device);
    if (backend) update->context.stream = backend->enter(device.index);
    OpSpan span(update->op, update->context.where);
    const KernelLaunch launch;
    update->kernel.run(
        {update->op, update->operands.span(), {}, update->attributes, update->prepared.get(), update->context});
    span.tell(
        update->op, update->attributes, update->operands.size(),
        [&](std::size_t i) -> const TensorMeta& { return *update->operands[i].meta; }, 0,
        [&](std::size_t) -> const TensorMeta& { return *update->operands[0].meta; });
    if (backend) backend->after_kernel(update->op.name, device.index, update->context.where);
  }
  updates_.clear();
}

}  // namespace triptych
