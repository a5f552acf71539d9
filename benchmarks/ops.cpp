// Single ops: OP/SIZE/fwd is the call, OP/SIZE/bwd the call and the gradients of every floating-point input. float32,
// values in [0.1, 0.9), the weights of recurrent layers in +-1 / sqrt(hidden). SIZE: s (8 x 8 or the like: overhead), m
// (about 64 k elements: cache), l (about a million: memory or arithmetic). One op alone: --benchmark_filter=gelu
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "report.h"
#include "triptych/eager.h"

namespace tt = triptych;

namespace {

using Tensors = std::vector<tt::Tensor>;
using Call = std::function<tt::Tensor(const Tensors&)>;

struct Row {
  std::string name;
  Call call;
  std::vector<tt::Shape> shapes;
  double reach = 0;  // all inputs but the first are weights in [-reach, reach)
};

struct Named {
  const char* name;
  Call call;
};

#define UNARY(name)                                        \
  {                                                        \
#name, [](const Tensors& x) { return tt::name(x[0]); } \
  }
#define BINARY(name)                                             \
  {                                                              \
#name, [](const Tensors& x) { return tt::name(x[0], x[1]); } \
  }

std::int64_t rows_of(const tt::Tensor& x) { return x.size(0); }
tt::Tensor counted(std::int64_t n) { return tt::arange(n); }
tt::Tensor definite(const tt::Tensor& x) { return tt::matmul(x, x.mT()) + tt::eye(x.size(-1)); }

// Of one matrix, or two of one shape.
std::vector<Named> elementwise() {
  return {UNARY(abs),
          UNARY(neg),
          UNARY(sign),
          UNARY(exp),
          UNARY(expm1),
          UNARY(log),
          UNARY(log1p),
          UNARY(sqrt),
          UNARY(rsqrt),
          UNARY(square),
          UNARY(reciprocal),
          UNARY(sin),
          UNARY(cos),
          UNARY(tan),
          UNARY(tanh),
          UNARY(asin),
          UNARY(atan),
          UNARY(sinh),
          UNARY(erf),
          UNARY(floor),
          UNARY(round),
          UNARY(sigmoid),
          UNARY(relu),
          UNARY(leaky_relu),
          UNARY(elu),
          UNARY(gelu),
          {"gelu_tanh", [](const Tensors& x) { return tt::gelu(x[0], {.approximate = "tanh"}); }},
          UNARY(silu),
          UNARY(softplus),
          UNARY(mish),
          UNARY(hardswish),
          UNARY(log_sigmoid),
          UNARY(isnan),
          BINARY(add),
          BINARY(sub),
          BINARY(mul),
          BINARY(div),
          BINARY(pow),
          BINARY(maximum),
          BINARY(atan2),
          BINARY(remainder),
          BINARY(floor_divide),
          BINARY(greater),
          BINARY(logical_and),
          {"where", [](const Tensors& x) { return tt::where(x[0] > x[1], x[0], x[1]); }},
          {"add_row", [](const Tensors& x) { return x[0] + x[1][0]; }},
          {"add_column", [](const Tensors& x) {
             return x[0] + x[1][{tt::Slice(), tt::Slice(tt::none, 1)}];
           }}};
}

std::vector<Named> reductions() {
  return {{"sum", [](const Tensors& x) { return tt::sum(x[0]); }},
          {"sum_0", [](const Tensors& x) { return tt::sum(x[0], 0); }},
          {"sum_1", [](const Tensors& x) { return tt::sum(x[0], 1); }},
          {"mean_1", [](const Tensors& x) { return tt::mean(x[0], 1); }},
          {"max_1", [](const Tensors& x) { return tt::max(x[0], 1); }},
          {"argmax_1", [](const Tensors& x) { return tt::argmax(x[0], 1); }},
          {"prod_1", [](const Tensors& x) { return tt::prod(x[0], 1); }},
          {"var_1", [](const Tensors& x) { return tt::var(x[0], 1); }},
          {"norm", [](const Tensors& x) { return tt::norm(x[0]); }},
          {"logsumexp_1", [](const Tensors& x) { return tt::logsumexp(x[0], 1); }},
          {"cumsum_0", [](const Tensors& x) { return tt::cumsum(x[0], 0); }},
          {"cumsum_1", [](const Tensors& x) { return tt::cumsum(x[0], 1); }},
          {"any_1", [](const Tensors& x) { return tt::any(x[0] > 0.5, 1); }},
          {"softmax", [](const Tensors& x) { return tt::softmax(x[0], 1); }},
          {"log_softmax", [](const Tensors& x) { return tt::log_softmax(x[0], 1); }},
          {"layer_norm", [](const Tensors& x) { return tt::layer_norm(x[0], {x[0].size(1)}, x[0][0], x[0][1]); }},
          {"rms_norm", [](const Tensors& x) { return tt::rms_norm(x[0], {x[0].size(1)}, x[0][0]); }},
          {"cross_entropy", [](const Tensors& x) {
             return tt::cross_entropy(x[0], tt::remainder(counted(rows_of(x[0])), x[0].size(1)));
           }}};
}

std::vector<Named> movements() {
  return {
      {"transpose", [](const Tensors& x) { return x[0].t().contiguous(); }},
      {"concat_0",
       [](const Tensors& x) {
         return tt::concat({x[0], x[0]});
       }},
      {"concat_1",
       [](const Tensors& x) {
         return tt::concat({x[0], x[0]}, 1);
       }},
      {"stack",
       [](const Tensors& x) {
         return tt::stack({x[0], x[0]});
       }},
      {"flip",
       [](const Tensors& x) {
         return tt::contiguous(tt::flip(x[0], {0, 1}));
       }},
      {"roll", [](const Tensors& x) { return tt::roll(x[0], 3, 1); }},
      {"pad",
       [](const Tensors& x) {
         return tt::pad(x[0], {{3, 4}, {1, 2}});
       }},
      {"tril", [](const Tensors& x) { return tt::tril(x[0]); }},
      {"repeat_2",
       [](const Tensors& x) {
         return tt::contiguous(tt::tile(x[0], {2, 2}));
       }},
      {"slice_step",
       [](const Tensors& x) {
         return x[0][{tt::Slice(1), tt::Slice(tt::none, tt::none, 2)}].contiguous();
       }},
      {"gather_rows", [](const Tensors& x) { return tt::index_select(x[0], 0, counted(rows_of(x[0])).flip(0)); }},
      {"index_add",
       [](const Tensors& x) { return tt::index_add(x[0], 0, tt::floor_divide(counted(rows_of(x[0])), 2), x[0]); }},
      {"masked_fill", [](const Tensors& x) { return tt::masked_fill(x[0], x[0] > 0.5, 0); }},
      {"where_mask", [](const Tensors& x) { return x[0][x[0] > 0.5]; }},
      {"one_hot",
       [](const Tensors& x) { return tt::one_hot(tt::remainder(counted(rows_of(x[0])), 64), 64, tt::int64); }},
      {"sort", [](const Tensors& x) { return tt::sort(x[0], 1).values; }},
      {"topk_10", [](const Tensors& x) { return tt::topk(x[0], std::min<std::int64_t>(10, x[0].size(1)), 1).values; }},
      {"argsort", [](const Tensors& x) { return tt::argsort(x[0], 1); }},
      {"unique", [](const Tensors& x) { return tt::unique(tt::cast(x[0] * 100, tt::int64)); }}};
}

std::vector<Row> others() {
  const auto product = [](const Tensors& x) { return tt::matmul(x[0], x[1]); };
  const auto attention = [](const Tensors& x) {
    return tt::scaled_dot_product_attention(x[0], x[1], x[2], {.is_causal = true});
  };
  const std::vector<tt::Shape> images{{32, 64, 28, 28}};
  return {
      {"matmul/s", product, {{8, 8}, {8, 8}}},
      {"matmul/m", product, {{128, 128}, {128, 128}}},
      {"matmul/l", product, {{1024, 1024}, {1024, 1024}}},
      {"matmul_batched/m", product, {{48, 64, 32}, {48, 32, 64}}},
      {"matmul_tall/l", product, {{8192, 64}, {64, 64}}},
      {"matvec/l", product, {{2048, 2048}, {2048}}},
      {"linear/m", [](const Tensors& x) { return tt::linear(x[0], x[1], x[2]); }, {{128, 512}, {256, 512}, {256}}},
      {"linear/l", [](const Tensors& x) { return tt::linear(x[0], x[1], x[2]); }, {{768, 512}, {2048, 512}, {2048}}},
      {"einsum_bqk/m",
       [](const Tensors& x) {
         return tt::einsum("bqd,bkd->bqk", {x[0], x[1]});
       },
       {{8, 64, 64}, {8, 64, 64}}},
      {"conv2d_3x3/m",
       [](const Tensors& x) { return tt::conv2d(x[0], x[1], {.padding = 1}); },
       {{32, 16, 16, 16}, {32, 16, 3, 3}}},
      {"conv2d_3x3/l",
       [](const Tensors& x) { return tt::conv2d(x[0], x[1], {.padding = 1}); },
       {{32, 64, 28, 28}, {64, 64, 3, 3}}},
      {"conv2d_1x1/l", [](const Tensors& x) { return tt::conv2d(x[0], x[1]); }, {{32, 64, 28, 28}, {256, 64, 1, 1}}},
      {"conv2d_7x7_s2/l",
       [](const Tensors& x) { return tt::conv2d(x[0], x[1], {.stride = 2, .padding = 3}); },
       {{8, 3, 112, 112}, {64, 3, 7, 7}}},
      {"conv2d_depthwise/l",
       [](const Tensors& x) { return tt::conv2d(x[0], x[1], {.padding = 1, .groups = 64}); },
       {{32, 64, 28, 28}, {64, 1, 3, 3}}},
      {"conv1d/m",
       [](const Tensors& x) { return tt::conv1d(x[0], x[1], {.padding = 1}); },
       {{32, 64, 128}, {64, 64, 3}}},
      {"conv3d/m",
       [](const Tensors& x) { return tt::conv3d(x[0], x[1], {.padding = 1}); },
       {{4, 8, 16, 16, 16}, {16, 8, 3, 3, 3}}},
      {"conv_transpose2d/l",
       [](const Tensors& x) { return tt::conv_transpose2d(x[0], x[1], {.stride = 2, .padding = 1}); },
       {{32, 64, 14, 14}, {64, 32, 4, 4}}},
      {"max_pool2d/l", [](const Tensors& x) { return tt::max_pool2d(x[0], 2); }, images},
      {"avg_pool2d/l", [](const Tensors& x) { return tt::avg_pool2d(x[0], 2); }, images},
      {"adaptive_avg_pool2d/l", [](const Tensors& x) { return tt::adaptive_avg_pool2d(x[0], 7); }, images},
      {"upsample_nearest/l",
       [](const Tensors& x) {
         return tt::interpolate(x[0], {.scale_factor = {2, 2}});
       },
       {{32, 16, 28, 28}}},
      {"upsample_bilinear/l",
       [](const Tensors& x) {
         return tt::interpolate(x[0], {.scale_factor = {2, 2}, .mode = "bilinear"});
       },
       {{32, 16, 28, 28}}},
      {"batch_norm/l",
       [](const Tensors& x) { return tt::batch_norm(x[0], {}, {}, x[1], x[2], {.training = true}); },
       {{32, 64, 28, 28}, {64}, {64}}},
      {"group_norm/l",
       [](const Tensors& x) { return tt::group_norm(x[0], 8, x[1], x[2]); },
       {{32, 64, 28, 28}, {64}, {64}}},
      {"dropout/l", [](const Tensors& x) { return tt::dropout(x[0], 0.5); }, {{1024, 1024}}},
      {"embedding/m", [](const Tensors& x) { return tt::embedding(x[0], counted(1024)); }, {{50000, 64}}},
      {"attention/m", attention, {{12, 4, 64, 32}, {12, 4, 64, 32}, {12, 4, 64, 32}}},
      {"attention/l", attention, {{4, 8, 512, 64}, {4, 8, 512, 64}, {4, 8, 512, 64}}},
      {"inv/m", [](const Tensors& x) { return tt::linalg::inv(definite(x[0])); }, {{64, 64}}},
      {"cholesky/m", [](const Tensors& x) { return tt::linalg::cholesky(definite(x[0])); }, {{128, 128}}},
      {"qr/m", [](const Tensors& x) { return tt::linalg::qr(x[0]).R; }, {{128, 64}}},
      {"svd/m", [](const Tensors& x) { return tt::linalg::svdvals(x[0]); }, {{64, 64}}},
      {"eigh/m", [](const Tensors& x) { return tt::linalg::eigvalsh(definite(x[0])); }, {{64, 64}}},
      {"solve/m", [](const Tensors& x) { return tt::linalg::solve(definite(x[0]), x[1]); }, {{128, 128}, {128, 16}}},
  };
}

/// A layer of `hidden` units with `gates` gates over sequences of shape (N, T, width).
template <class Layer>
Row recurrent(const char* name, Layer layer, tt::Shape sequences, std::int64_t hidden, std::int64_t gates) {
  const auto call = [layer](const Tensors& x) {
    return layer(x[0], std::vector<tt::RecurrentWeights>{{x[1], x[2], x[3], x[4]}}, {.batch_first = true}).output;
  };
  const std::int64_t wide = gates * hidden;
  return {name,
          call,
          {sequences, {wide, sequences[2]}, {wide, hidden}, {wide}, {wide}},
          1 / std::sqrt(static_cast<double>(hidden))};
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const auto& [size, n] : {std::pair{"s", 8}, {"m", 256}, {"l", 1024}}) {
    const tt::Shape shape{n, n};
    for (const Named& op : elementwise())
      rows.push_back({op.name + ("/" + std::string(size)), op.call, {shape, shape}});
    for (const auto& group : {reductions(), movements()})
      for (const Named& op : group) rows.push_back({op.name + ("/" + std::string(size)), op.call, {shape}});
  }
  for (const Row& row : others()) rows.push_back(row);
  rows.push_back(recurrent("lstm/m", tt::lstm, {32, 28, 28}, 128, 4));
  rows.push_back(recurrent("lstm/l", tt::lstm, {64, 64, 256}, 256, 4));
  rows.push_back(recurrent("gru/m", tt::gru, {32, 28, 28}, 128, 3));
  return rows;
}

/// What flows back into the inputs that are used, from ones.
void add_backward(const std::string& name, const Call& call, const Tensors& inputs, const tt::Tensor& ones) {
  Tensors leaves;
  for (const tt::Tensor& x : inputs) leaves.push_back(x.clone().requires_grad_());
  bench::add((name + "/bwd").c_str(),
             [=]() mutable {
               for (tt::Tensor& leaf : leaves) leaf.set_grad({});
               call(leaves).backward(ones);
             },
             0.1);
}

void register_all() {
  tt::manual_seed(1);
  for (const Row& row : all_rows()) {
    Tensors inputs;
    for (const tt::Shape& shape : row.shapes)
      inputs.push_back(row.reach == 0 || inputs.empty() ? tt::uniform(shape, 0.1, 0.9)
                                                        : tt::uniform(shape, -row.reach, row.reach));
    bench::add((row.name + "/fwd").c_str(), [=] { benchmark::DoNotOptimize(row.call(inputs)); }, 0.1);
    const tt::Tensor out = row.call(inputs);
    Tensors tried;
    for (const tt::Tensor& x : inputs) tried.push_back(x.clone().requires_grad_());
    if (row.call(tried).requires_grad()) add_backward(row.name, row.call, inputs, tt::ones_like(out));
  }
}

}  // namespace

int main(int argc, char** argv) { return bench::run(argc, argv, register_all); }
