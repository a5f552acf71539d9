// Kernels of matmul and linear: which matrices are multiplied; gemm.h does it.
#include "core/ops/product/matmul.h"

#include <algorithm>
#include <optional>

#include "core/dispatch/layout.h"
#include "core/kernels/elementwise.h"
#include "core/kernels/finish.h"
#include "core/kernels/path.h"
#include "core/kernels/product/gemm.h"
#include "core/kernels/product/products.h"
#include "core/tensor/tensor_impl.h"

namespace triptych {

extern const Op matmul_op, matmul_weight_grad_op, linear_op;

namespace {

Path one_by_one("matmul: products in turn"), grouped("matmul: groups of small products");
Path own_type("matmul: in its own type"), as_unsigned("matmul: as unsigned integers"),
    converted_path("matmul: converted");

/// 16-bit floats are multiplied as float; integers as unsigned ones, whose overflow is defined.
template <class T>
using product_type = std::conditional_t<std::is_floating_point_v<compute_type<T>>, compute_type<T>,
                                        std::conditional_t<sizeof(T) == 8, std::uint64_t, std::uint32_t>>;

template <class T>
void multiply(const Products& p, const T* a, const T* b, T* c, Epilogue<T> epilogue) {
  const auto product = [&](std::int64_t i, auto&& run) {
    run(p.m, p.n, p.k, MatrixIn<T>{a + p.offset(i, p.a_steps), p.a_row, p.a_column},
        MatrixIn<T>{b + p.offset(i, p.b_steps), p.b_row, p.b_column}, MatrixOut<T>{c + i * p.m * p.n, p.n}, epilogue);
  };
  constexpr std::int64_t small = 1 << 19;  // multiplications
  const std::int64_t work = p.m * p.n * p.k;
  if (p.count == 1 || work > small) {
    one_by_one.take();
    for (std::int64_t i = 0; i < p.count; ++i) product(i, gemm<T>);
    return;
  }
  grouped.take();
  const std::int64_t group = std::clamp<std::int64_t>(small / std::max<std::int64_t>(work, 1), 1, p.count);
  parallel_for((p.count + group - 1) / group, [&](std::int64_t part) {
    for (std::int64_t i = part * group; i < std::min(p.count, (part + 1) * group); ++i) product(i, gemm_tile<T>);
  });
}

/// An operand's elements as `To`, in the order of its memory if that is dense, else row-major; returns how they lie.
template <class To>
TensorMeta converted(const Operand& operand, Scratch& to) {
  const std::int64_t size = operand.size();
  const DType dtype = std::is_same_v<To, float> ? float32 : int32;
  TensorMeta meta = *operand.meta;
  if (is_dense(meta)) {
    convert(operand.data, operand.dtype(), to.as<void>(), dtype, size);
    return meta;
  }
  meta.strides = contiguous_strides(meta.shape);
  Scratch elements(static_cast<std::size_t>(size) * size_of(operand.dtype()));
  copy_strided(operand.data, *operand.meta, elements.as<void>(), meta);
  convert(elements.as<void>(), operand.dtype(), to.as<void>(), dtype, size);
  return meta;
}

/// `b_row_axis`: b's axis that is summed. `bias` is null or contiguous.
template <class T>
void run(const Operand& a, const Operand& b, const Operand& c, const Products& from_strides, const T* bias,
         Activation activation, Products (*with_strides)(const Operand&, const Operand&, const Operand&, const void*),
         const void* attributes) {
  using P = product_type<T>;
  if constexpr (std::is_same_v<T, P>) {
    own_type.take();
    multiply<P>(from_strides, a.as<P>(), b.as<P>(), c.as<P>(), {bias, activation});
  } else if constexpr (sizeof(T) == sizeof(P)) {
    as_unsigned.take();
    multiply<P>(from_strides, a.as<P>(), b.as<P>(), c.as<P>(), {});
    finish(c.as<T>(), c.size() / std::max<std::int64_t>(from_strides.n, 1), from_strides.n, bias, activation);
  } else {
    if constexpr (std::is_same_v<T, BFloat16>)
      if (multiplies_bfloat16(from_strides.m, from_strides.n, from_strides.k)) {
        own_type.take();
        multiply<T>(from_strides, a.as<T>(), b.as<T>(), c.as<T>(), {});
        return finish(c.as<T>(), c.size() / from_strides.n, from_strides.n, bias, activation);
      }
    // Convert, multiply, round, and only then add: the same bits as the separate ops.
    converted_path.take();
    Scratch wide_a(static_cast<std::size_t>(a.size()) * sizeof(P)),
        wide_b(static_cast<std::size_t>(b.size()) * sizeof(P)), wide_c(static_cast<std::size_t>(c.size()) * sizeof(P));
    const TensorMeta dense_a = converted<P>(a, wide_a), dense_b = converted<P>(b, wide_b);
    const Products products = with_strides({nullptr, &dense_a}, {nullptr, &dense_b}, c, attributes);
    multiply<P>(products, wide_a.as<P>(), wide_b.as<P>(), wide_c.as<P>(), {});
    convert(wide_c.as<void>(), std::is_same_v<P, float> ? float32 : int32, c.data, c.dtype(), c.size());
    finish(c.as<T>(), c.size() / std::max<std::int64_t>(products.n, 1), products.n, bias, activation);
  }
}

template <auto find_products>
void matmul_run(const KernelCall& call) {
  const Operand &a = call.inputs[0], &b = call.inputs[1], &c = call.outputs[0];
  if (c.size() == 0) return;
  const Products products = find_products(a, b, c, nullptr);
  visit_dtype(c.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (!std::is_same_v<T, bool>)
      run<T>(a, b, c, products, nullptr, Activation::none, find_products, nullptr);
  });
}

void linear_run(const KernelCall& call) {
  const Operand &x = call.inputs[0], &weight = call.inputs[1], &y = call.outputs[0];
  if (y.size() == 0) return;
  const Products products = linear_products(x, weight, y, call.attributes);
  visit_dtype(y.dtype(), [&](auto* type) {
    using T = std::remove_pointer_t<decltype(type)>;
    if constexpr (!std::is_same_v<T, bool>) {
      const T* bias = nullptr;
      std::optional<Scratch> dense;
      if (call.inputs.size() == 3) {
        const Operand& given = call.inputs[2];
        bias = given.as<const T>();
        if (!given.meta->is_contiguous()) {
          TensorMeta meta = *given.meta;
          meta.strides = contiguous_strides(meta.shape);
          dense.emplace(static_cast<std::size_t>(given.size()) * sizeof(T));
          copy_strided(given.data, *given.meta, dense->as<void>(), meta);
          bias = dense->as<const T>();
        }
      }
      run<T>(x, weight, y, products, bias, call.attributes_as<LinearAttributes>().activation, linear_products,
             call.attributes);
    }
  });
}

const Kernel matmul_kernel{.run = matmul_run<matmul_products>, .any_strides = true};
const Kernel matmul_weight_grad_kernel{.run = matmul_run<weight_grad_products>};
const Kernel linear_kernel{.run = linear_run, .any_strides = true};

}  // namespace

void register_matmul_kernels() {
  register_kernel(matmul_op, Device::Type::cpu, matmul_kernel);
  register_kernel(matmul_weight_grad_op, Device::Type::cpu, matmul_weight_grad_kernel);
  register_kernel(linear_op, Device::Type::cpu, linear_kernel);
}

}  // namespace triptych
