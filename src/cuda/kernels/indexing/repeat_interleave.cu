#include "cuda/kernels/compact.h"
#include "cuda/kernels/loaded.h"
#include "cuda/kernels/random/generate.h"
#include "cuda/runtime/fault.h"

namespace triptych {

extern const Op repeat_interleave_op;

namespace cuda {
namespace {

/// ends[i + 1]: how often place i is repeated.
__global__ void load_counts(const void* counts, DType dtype, std::int64_t n, FaultReport fault, long long* ends) {
  for (std::int64_t i = thread_index(); i < n; i += thread_count()) {
    const auto count = loaded<std::int64_t>(counts, dtype, i);
    if (count < 0) report_fault(fault, count);
    ends[i + 1] = count < 0 ? 0 : count;
  }
}

std::string count_text(const Fault& fault) { return std::to_string(fault.value); }

/// ends[i]: where the repeats of place i begin; the last: how many there are in all.
class Ends {
 public:
  explicit Ends(Site site)
      : size_(site.call.inputs[0].size()),
        ends_(site.call.context, static_cast<std::size_t>(size_ + 1) * sizeof(long long)) {
    const Operand& counts = site.call.inputs[0];
    run(site, load_counts, blocks_for(size_), block_threads, 0, counts.data, counts.dtype(), size_,
        fault_report(site.call.context.device.index, site.call.op.name, "a number of repeats is negative",
                     site.call.context.where, count_text),
        data());
    run(site, add_up, 1, block_threads, 0, size_, data());
  }
  long long* data() const { return ends_.as<long long>(); }
  std::int64_t size() const { return size_; }

 private:
  std::int64_t size_;
  Scratch ends_;
};

void repeat_interleave_measure(const MeasureCall& call) {
  const KernelCall as_call = as_kernel_call(call);
  const Site site(as_call);
  const Ends ends(site);
  long long total = 0;
  check(cudaMemcpyAsync(&total, ends.data() + ends.size(), sizeof total, cudaMemcpyDeviceToHost, site.stream()),
        call.op.name, "cudaMemcpyAsync", call.context.where);
  check(cudaStreamSynchronize(site.stream()), call.op.name, "cudaStreamSynchronize", call.context.where);
  throw_fault(call.context.device.index);
  call.outputs[0].shape.set(0, total);
}

/// The last place whose repeats begin at or before an element.
struct Repeated {
  const long long* ends;
  std::int64_t size;
  __device__ std::int64_t operator()(std::int64_t element) const {
    std::int64_t low = 0, high = size - 1;
    while (low < high) {
      const std::int64_t middle = low + (high - low + 1) / 2;
      if (ends[middle] <= element)
        low = middle;
      else
        high = middle - 1;
    }
    return low;
  }
};

void repeat_interleave_run(const KernelCall& call) {
  if (call.outputs[0].size() == 0) return;
  const Ends ends((Site(call)));
  generate<std::int64_t>(call, Repeated{ends.data(), ends.size()});
}

const Kernel repeat_interleave_kernel{.run = repeat_interleave_run, .measure = repeat_interleave_measure};

}  // namespace

void register_repeat_interleave_kernels() {
  register_kernel(repeat_interleave_op, Device::Type::cuda, repeat_interleave_kernel);
}

}  // namespace cuda
}  // namespace triptych
