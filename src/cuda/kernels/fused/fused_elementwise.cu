// fused_elementwise: the graph's expressions of elementwise ops, each a kernel that is compiled at run time.
#include "core/graph/expression.h"
#include "cuda/kernels/elementwise.h"
#include "cuda/kernels/fused/fused_elements.h"
#include "cuda/kernels/fused/fused_elementwise.h"
#include "cuda/runtime/device.h"
#include "cuda/runtime/run_time_compiler.h"

namespace triptych::cuda {

static_assert(most_fused_inputs == most_inputs);

std::string fused_source(const std::string& code, const std::string& formula, const std::string& kernel,
                         std::span<const DType> types) {
  std::string list;
  for (DType type : types) list += (list.empty() ? "" : ", ") + cpp_type(type);
  return code +
         "#include \"cuda/kernels/fused/fused_elements.h\"\n\nnamespace triptych {\n\nextern \"C\" __global__ void " +
         kernel + "(cuda::FusedArguments arguments) {\n  cuda::fused_elements<" + list + ">(" + formula +
         "(), arguments);\n}\n\n}  // namespace triptych\n";
}

std::string no_fused_kernels(int device) {
  return no_compiler(device, element_formula_includes() + "#include \"cuda/kernels/fused/fused_elements.h\"\n");
}

void run_fused(const KernelCall& call, cudaKernel_t kernel) {
  FusedArguments arguments{};
  arguments.loops = strided_loops<most_fused_inputs + 1>(call);
  if (arguments.loops.total == 0) return;
  arguments.out = call.outputs[0].data;
  for (std::size_t i = 0; i < call.inputs.size(); ++i) arguments.in[i] = call.inputs[i].data;
  const Walk walk = walk_of(call, arguments.loops);
  arguments.dense = walk.dense;
  arguments.packs = walk.packs;
  arguments.single = walk.single;
  const Site site = call;
  check(launch(LoadedKernel<FusedArguments>{kernel}, walk.blocks, block_threads, 0,
               {site.stream(), site.file, site.line}, arguments),
        call.op.name, "launching a kernel", call.context.where);
}

namespace {

struct Compiled : Prepared {
  cudaKernel_t kernel = nullptr;
};

std::shared_ptr<const Prepared> prepare(const PrepareCall& call) {
  std::vector<DType> types{call.outputs[0].dtype};
  for (const TensorMeta* input : call.inputs) types.push_back(input->dtype);
  const auto& attributes = *static_cast<const FusedElementwiseAttributes*>(call.attributes);
  const DeviceGuard guard(call.outputs[0].device.index);
  auto result = std::make_shared<Compiled>();
  result->kernel = compiled_kernel(fused_source(attributes.code, "Fused", "fused", types), "fused");
  return result;
}

void run(const KernelCall& call) { run_fused(call, static_cast<const Compiled*>(call.prepared)->kernel); }

const Kernel kernel{
    .run = run, .prepare = prepare, .any_strides = true, .donates = every_one, .layout = elementwise_layout};

}  // namespace

void register_fused_elementwise_kernels() { register_kernel(fused_elementwise_op, Device::Type::cuda, kernel); }

}  // namespace triptych::cuda
