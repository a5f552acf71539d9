// The obvious wrong arguments of the core's functions.
#include <cmath>
#include <limits>

#include "bad_input.h"
#include "triptych/core/autograd.h"
#include "triptych/core/data.h"
#include "triptych/core/gradcheck.h"
#include "triptych/core/graph.h"
#include "triptych/core/init.h"
#include "triptych/core/io.h"
#include "triptych/core/mean.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/custom_gradient.h"
#include "triptych/core/pinned_memory.h"
#include "triptych/core/random.h"
#include "triptych/core/subgraph.h"

namespace tt = triptych;
using tt::Tensor;

namespace {

class BadInput : public testing::Test {
 protected:
  const Tensor none{};
  const Tensor scalar = tt::ones({}), vector = tt::ones({3}), four = tt::ones({4}), matrix = tt::ones({2, 3}),
               cube = tt::ones({2, 3, 4}), images = tt::ones({1, 2, 5, 5}), empty = tt::ones({0, 3});
  const Tensor integers = tt::tensor<std::int64_t>({1, 2, 0}), flags = tt::tensor({true, false, true});
  const Tensor doubles = tt::ones({2, 3}, tt::float64);
  const tt::GraphHandle graph, other;
  const Tensor symbolic = tt::graph_placeholder(graph, "x", tt::float32, {tt::unknown, 3}, {}, {});
  const Tensor elsewhere = tt::graph_placeholder(other, "y", tt::float32, {2, 3}, {}, {});
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();
};

// What every function of one tensor does with an undefined one and with a number.
TEST_F(BadInput, Undefined) {
  EXPECT_BAD("[add]", none + vector);
  EXPECT_BAD("[add]", vector + none);
  EXPECT_BAD("[sub]", none - 1);
  EXPECT_BAD("[mul]", 2 * none);
  EXPECT_BAD("[pow]", tt::pow(none, 2));
  EXPECT_BAD("[pow]", tt::pow(2, none));
  EXPECT_BAD("[maximum]", tt::maximum(none, 2));
  EXPECT_BAD("[clip]", tt::clip(none, 0, 1));
  EXPECT_BAD("[neg]", -none);
  EXPECT_BAD("[exp]", tt::exp(none));
  EXPECT_BAD("[floor]", tt::floor(none));
  EXPECT_BAD("[relu]", tt::relu(none));
  EXPECT_BAD("[gelu]", tt::gelu(none));
  EXPECT_BAD("[relu6]", tt::relu6(none));
  EXPECT_BAD("[hardtanh]", tt::hardtanh(none));
  EXPECT_BAD("[mish]", tt::mish(none));
  EXPECT_BAD("[glu]", tt::glu(none));
  EXPECT_BAD("[lerp]", tt::lerp(none, vector, 1));
  EXPECT_BAD("[less]", none < 2);
  EXPECT_BAD("[equal]", vector == none);
  EXPECT_BAD("[logical_and]", tt::logical_and(none, flags));
  EXPECT_BAD("[bitwise_or]", tt::bitwise_or(integers, none));
  EXPECT_BAD("[where]", tt::where(none, vector, vector));
  EXPECT_BAD("[where]", tt::where(flags, none, vector));
  EXPECT_BAD("[where]", tt::where(flags, vector, none));
  EXPECT_BAD("[cast]", tt::cast(none, tt::int64));
  EXPECT_BAD("[sum]", tt::sum(none));
  EXPECT_BAD("[sum]", tt::sum(none, 0));
  EXPECT_BAD("[mean]", tt::mean(none));
  EXPECT_BAD("[max]", tt::max(none, 0));
  EXPECT_BAD("[argmax]", tt::argmax(none));
  EXPECT_BAD("[argmax]", tt::argmax(none, 0));
  EXPECT_BAD("[any]", tt::any(none));
  EXPECT_BAD("[count_nonzero]", tt::count_nonzero(none));
  EXPECT_BAD("[cumsum]", tt::cumsum(none, 0));
  EXPECT_BAD("[var]", tt::var(none));
  EXPECT_BAD("[std]", tt::std(none));
  EXPECT_BAD("[logsumexp]", tt::logsumexp(none));
  EXPECT_BAD("[norm]", tt::norm(none));
  EXPECT_BAD("[identity]", tt::identity(none));
  EXPECT_BAD("[contiguous]", tt::contiguous(none));
  EXPECT_BAD("[reshape]", tt::reshape(none, {2}));
  EXPECT_BAD("[reshape_like]", tt::reshape_like(vector, none));
  EXPECT_BAD("[flatten]", tt::flatten(none));
  EXPECT_BAD("[unsqueeze]", tt::unsqueeze(none, 0));
  EXPECT_BAD("[squeeze]", tt::squeeze(none));
  EXPECT_BAD("[squeeze]", tt::squeeze(none, 0));
  EXPECT_BAD("[permute]", tt::permute(none, {0}));
  EXPECT_BAD("[transpose]", tt::transpose(none));
  EXPECT_BAD("[moveaxis]", tt::moveaxis(none, 0, 1));
  EXPECT_BAD("[expand]", tt::expand(none, {2}));
  EXPECT_BAD("[expand_like]", tt::expand_like(none, vector));
  EXPECT_BAD("[tile]", tt::tile(none, 2));
  EXPECT_BAD("[repeat]", tt::repeat(none, 2, 0));
  EXPECT_BAD("[roll]", tt::roll(none, 1, 0));
  EXPECT_BAD("[tril]", tt::tril(none));
  EXPECT_BAD("[diag]", tt::diag(none));
  EXPECT_BAD("[concat]", tt::concat({none}));
  EXPECT_BAD("[concat]", tt::concat({vector, none}));
  EXPECT_BAD("[stack]", tt::stack({vector, none}));
  EXPECT_BAD("[split]", tt::split(none, 2));
  EXPECT_BAD("[split]", tt::split(none, {1, 2}));
  EXPECT_BAD("[chunk]", tt::chunk(none, 2));
  EXPECT_BAD("[slice]", tt::slice(none, 0, {1, 2}));
  EXPECT_BAD("[select]", tt::select(none, 0, 0));
  EXPECT_BAD("[flip]", tt::flip(none, 0));
  EXPECT_BAD("[index]", none[0]);
  EXPECT_BAD("[index_update]", tt::index_update(none, {0}, 1));
  EXPECT_BAD("[index_update]", tt::index_update(vector, {0}, none));
  EXPECT_BAD("[pad]", tt::pad(none, {{1, 1}}));
  EXPECT_BAD("[gather]", tt::gather(none, 0, integers));
  EXPECT_BAD("[gather]", tt::gather(vector, 0, none));
  EXPECT_BAD("[scatter_add]", tt::scatter_add(vector, 0, integers, none));
  EXPECT_BAD("[index_select]", tt::index_select(none, 0, integers));
  EXPECT_BAD("[index_add]", tt::index_add(vector, 0, integers, none));
  EXPECT_BAD("[nonzero]", tt::nonzero(none));
  EXPECT_BAD("[masked_select]", tt::masked_select(none, flags));
  EXPECT_BAD("[masked_select]", tt::masked_select(vector, none));
  EXPECT_BAD("[one_hot]", tt::one_hot(none, 3));
  EXPECT_BAD("[full_like]", tt::full_like(none, 3));
  EXPECT_BAD("[zeros_like]", tt::zeros_like(none));
  EXPECT_BAD("[softmax]", tt::softmax(none));
  EXPECT_BAD("[log_softmax]", tt::log_softmax(none));
  EXPECT_BAD("[matmul]", tt::matmul(none, matrix));
  EXPECT_BAD("[matmul]", tt::matmul(matrix, none));
  EXPECT_BAD("[linear]", tt::linear(matrix, none));
  EXPECT_BAD("[linear]", tt::linear(none, matrix));
  EXPECT_BAD("[conv2d]", tt::conv2d(none, images));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, none));
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(none));
  EXPECT_BAD("[avg_pool2d]", tt::avg_pool2d(none));
  EXPECT_BAD("[global_avg_pool2d]", tt::global_avg_pool2d(none));
  EXPECT_BAD("[global_max_pool2d]", tt::global_max_pool2d(none));
  EXPECT_BAD("[batch_norm", tt::batch_norm(none, {}, {}));
  EXPECT_BAD("[layer_norm]", tt::layer_norm(none, {3}));
  EXPECT_BAD("[dropout]", tt::dropout(none));
  EXPECT_BAD("[embedding]", tt::embedding(none, integers));
  EXPECT_BAD("[embedding]", tt::embedding(matrix, none));
  EXPECT_BAD("[mse_loss]", tt::mse_loss(none, vector));
  EXPECT_BAD("[mse_loss]", tt::mse_loss(vector, none));
  EXPECT_BAD("[l1_loss]", tt::l1_loss(none, vector));
  EXPECT_BAD("[huber_loss]", tt::huber_loss(vector, none));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(none, integers));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(matrix, none));
  EXPECT_BAD("[nll_loss]", tt::nll_loss(none, integers));
  EXPECT_BAD("[binary_cross_entropy_with_logits]", tt::binary_cross_entropy_with_logits(none, vector));
  EXPECT_BAD("[sparse_softmax_cross_entropy]", tt::sparse_softmax_cross_entropy(none, integers));
  EXPECT_BAD("[softmax_cross_entropy]", tt::softmax_cross_entropy(matrix, none));
  EXPECT_BAD("[bernoulli]", tt::bernoulli(none));
  EXPECT_BAD("[multinomial]", tt::multinomial(none, 1));
  EXPECT_BAD("[rand_like]", tt::rand_like(none));
  EXPECT_BAD("[randn_like]", tt::randn_like(none));
  EXPECT_BAD("[array_equal]", tt::array_equal(none, vector));
  EXPECT_BAD("[allclose]", tt::allclose(vector, none));
  EXPECT_BAD("[assign]", tt::assign(none, vector));
  EXPECT_BAD("[assign_add]", tt::assign_add(symbolic, none));
}

TEST_F(BadInput, UndefinedHandle) {
  Tensor x;
  EXPECT_BAD("[tensor]", x.shape());
  EXPECT_BAD("[tensor]", x.dtype());
  EXPECT_BAD("[tensor]", x.ndim());
  EXPECT_BAD("[tensor]", x.size(0));
  EXPECT_BAD("[tensor]", x.numel());
  EXPECT_BAD("[item]", x.item<float>());
  EXPECT_BAD("[data]", x.data<float>());
  EXPECT_BAD("[mutable_data]", x.mutable_data<float>());
  EXPECT_BAD("[to_vector]", x.to_vector<float>());
  EXPECT_BAD("[set_requires_grad]", x.set_requires_grad());
  EXPECT_BAD("[set_grad]", x.set_grad(vector));
  EXPECT_BAD("[detach]", x.detach());
  EXPECT_BAD("[backward]", x.backward());
  EXPECT_BAD("[retain_grad]", x.retain_grad());
  EXPECT_BAD("[register_hook]", x.register_hook(tt::GradientHook([](const Tensor&) {})));
  EXPECT_BAD("[fill_]", x.fill_(1));
  EXPECT_BAD("[copy_]", x.copy_(vector));
  EXPECT_BAD("[add_]", x.add_(1));
  EXPECT_BAD("[set]", x.set(0, 1));
  EXPECT_BAD("[clone]", x.clone());
  EXPECT_BAD("[tensor]", x.t());
  EXPECT_EQ(x.text(), "Tensor(undefined)");
}

TEST_F(BadInput, NumbersWhereTensorsAreNeeded) {
  EXPECT_BAD("[tensor] a C++ number stands where a tensor is needed: 2", tt::exp(2));
  EXPECT_BAD("[tensor] a C++ number stands", tt::sum(2));
  EXPECT_BAD("[tensor] a C++ number stands", tt::matmul(2, matrix));
  EXPECT_BAD("[tensor] a C++ number stands", tt::reshape(2, {1}));
  EXPECT_BAD("[tensor] a C++ number stands", tt::conv2d(images, 2));
  EXPECT_BAD("[tensor] a C++ number stands", tt::cross_entropy(matrix, 2));
}

TEST_F(BadInput, ShapesAndDimensions) {
  EXPECT_BAD("[shape] a dimension is negative: -2", tt::Shape{2, -2});
  EXPECT_BAD("[shape] a tensor has more than 8 dimensions", tt::Shape{1, 1, 1, 1, 1, 1, 1, 1, 1});
  EXPECT_BAD("[shape] a tensor has more than 8 dimensions", tt::Shape(std::vector<std::int64_t>(9, 1)));
  EXPECT_BAD("[shape] a tensor has more than 8 dimensions", tt::sum(vector, {0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_BAD("[shape] the axis is out of range", vector.size(1));
  EXPECT_BAD("[shape] the axis is out of range", vector.shape().dim(-2));
  EXPECT_BAD("[shape] the axis is out of range", vector.shape()[1]);
  EXPECT_BAD("[shape] the value of an unknown dimension", symbolic.shape()[0]);
  EXPECT_BAD("[shape] the value of an unknown dimension", symbolic.size(0));
  EXPECT_BAD("[shape] the value of an unknown dimension", symbolic.numel());
  EXPECT_BAD("[shape] the value of an unknown dimension", symbolic.shape().dim(0).value());
  EXPECT_BAD("[zeros] a tensor has more than 2^59 elements", tt::zeros({1LL << 40, 1LL << 40}));
  EXPECT_BAD("[zeros] a tensor has more than 2^59 elements", tt::zeros({1LL << 62}));
  EXPECT_BAD("[dtype] no dtype has this name: 'float'", tt::dtype_from_name("float"));
  EXPECT_BAD("[padding]", tt::Padding2("full"));
  EXPECT_BAD("[device] no device has this name: 'gpu'", tt::Device::from_text("gpu"));
  EXPECT_BAD("[device] no device has this name: 'cuda:x'", tt::Device::from_text("cuda:x"));
  if (tt::cuda_device_count() == 0) {  // this build has no CUDA, or this machine no GPU
    EXPECT_UNSUPPORTED("[device] ", tt::Device::cuda());
    EXPECT_UNSUPPORTED("[pin_memory] there is no GPU to pin memory for", tt::pin_memory(tt::ones({2})));
  } else
    EXPECT_BAD("[device] there is no CUDA device of this number", tt::Device::cuda(100));
}

TEST_F(BadInput, Creation) {
  EXPECT_BAD("[full]", tt::full({tt::unknown, 2}, 1));
  EXPECT_BAD("[zeros]", tt::zeros({-1}));
  EXPECT_BAD("[ones]", tt::ones({tt::unknown}));
  EXPECT_BAD("[empty]", tt::empty({tt::unknown}));
  EXPECT_BAD("[tensor] the dtype cannot hold the number: 300 for uint8", tt::tensor(300, tt::uint8));
  EXPECT_BAD("[tensor] the number of values differs", tt::tensor<float>(std::vector<float>{1, 2}, {3}));
  EXPECT_BAD("[tensor] the rows of a nested list differ", tt::tensor({{1.f}, {1.f, 2.f}}));
  EXPECT_BAD("[from_blob] the pointer is null", tt::from_blob<float>(nullptr, {2}));
  EXPECT_BAD("[arange] the step is 0", tt::arange(0, 3, 0));
  EXPECT_BAD("[arange] the step leads away from stop", tt::arange(3, 0));
  EXPECT_BAD("[arange] start, stop or step is not finite", tt::arange(0, nan));
  EXPECT_BAD("[linspace] the number of values is negative", tt::linspace(0, 1, -1));
  EXPECT_BAD("[linspace] the dtype is not floating", tt::linspace(0, 1, 3, tt::int64));
  EXPECT_BAD("[eye] a dimension is negative", tt::eye(-1));
  EXPECT_BAD("[eye] a dimension is negative", tt::eye(2, -2));
  EXPECT_UNSUPPORTED("[zeros] out of memory", tt::zeros({1LL << 45}));
}

TEST_F(BadInput, Random) {
  EXPECT_BAD("[rand] the shape is not known", tt::rand({tt::unknown}));
  EXPECT_BAD("[rand] the dtype is not floating", tt::rand({2}, tt::int64));
  EXPECT_BAD("[uniform] low is greater than high", tt::uniform({2}, 1, 0));
  EXPECT_BAD("[normal] the standard deviation is negative", tt::normal({2}, 0, -1));
  EXPECT_BAD("[normal] a parameter is not finite", tt::normal({2}, nan, 1));
  EXPECT_BAD("[truncated_normal]", tt::truncated_normal({2}, 0, -1));
  EXPECT_BAD("[randint] low is not less than high", tt::randint(3, 3, {2}));
  EXPECT_BAD("[randint] the dtype cannot hold the number: 299 for uint8", tt::randint(0, 300, {2}, tt::uint8));
  EXPECT_BAD("[randint] the dtype is not an integer", tt::randint(0, 3, {2}, tt::float32));
  EXPECT_BAD("[bernoulli] probabilities are not floating", tt::bernoulli(integers));
  EXPECT_BAD("[bernoulli] a probability is outside of [0, 1]", tt::bernoulli(vector * 2));
  EXPECT_BAD("[permutation] n is negative", tt::permutation(-1));
  EXPECT_BAD("[multinomial] there are too few to choose from", tt::multinomial(vector, 4));
  EXPECT_BAD("[multinomial] weights are neither a vector nor a matrix", tt::multinomial(cube, 1));
  EXPECT_BAD("[multinomial] num_samples is negative", tt::multinomial(vector, -1));
  EXPECT_BAD("[multinomial] weights are not floating", tt::multinomial(integers, 1));
  EXPECT_BAD("[multinomial] a weight is negative or not finite", tt::multinomial(-vector, 1));
  EXPECT_BAD("[multinomial] there are too few positive weights", tt::multinomial(vector * 0, 1));
  tt::Generator generator;
  EXPECT_BAD("[set_state]", generator.set_state(vector));
  EXPECT_BAD("[set_state]", generator.set_state(none));
  EXPECT_BAD("[random_uniform] the state is not an int64 tensor", tt::random_uniform(vector, {2}));
}

// One rule for every number that becomes an element.
TEST_F(BadInput, NumbersThatADTypeCannotHold) {
  tt::Tensor bytes = tt::ones({3}, tt::uint8), words = tt::ones({3}, tt::int32);
  const std::int64_t far = 1LL << 31;
  EXPECT_BAD("[full] the dtype cannot hold the number: 128 for int8", tt::full({2}, 128, tt::int8));
  EXPECT_BAD("[full] the dtype cannot hold the number: 2147483648 for int32", tt::full({2}, far, tt::int32));
  EXPECT_BAD("[full] the dtype cannot hold the number: nan for int64", tt::full({2}, nan, tt::int64));
  EXPECT_BAD("[full] the dtype cannot hold the number", tt::full({2}, UINT64_MAX, tt::int64));
  EXPECT_EQ(tt::full({1}, UINT64_MAX, tt::float64).item<double>(), 0x1p64);
  EXPECT_BAD("[full_like] the dtype cannot hold the number", tt::full_like(integers, 1e19));
  EXPECT_BAD("[pad] the dtype cannot hold the number: 300 for uint8", tt::pad(bytes, {{1, 1}}, 300));
  EXPECT_BAD("[pad] the dtype cannot hold the number", tt::pad(words, {{1, 1}}, far));
  EXPECT_BAD("[arange] the dtype cannot hold the number: 259 for uint8", tt::arange(250, 260, 1, tt::uint8));
  EXPECT_BAD("[arange] the dtype cannot hold the number: -1 for uint8", tt::arange(-1, 3, 1, tt::uint8));
  EXPECT_BAD("[arange] the dtype cannot hold the number", tt::arange(far - 1, far + 1, 1, tt::int32));
  EXPECT_BAD("[arange] the dtype cannot hold the number", tt::arange(0.5, 130.0, 1, tt::int8));
  EXPECT_EQ(tt::arange(250, 256, 1, tt::uint8).to_vector<int>().back(), 255);
  EXPECT_BAD("[add] the dtype cannot hold the number", words + far);
  EXPECT_BAD("[less] the dtype cannot hold the number", words < far);
  EXPECT_BAD("[equal] the dtype cannot hold the number", bytes == -1);
  EXPECT_BAD("[maximum] the dtype cannot hold the number", tt::maximum(bytes, 256));
  EXPECT_BAD("[where] the dtype cannot hold the number", tt::where(flags, bytes, 300));
  EXPECT_BAD("[fill_] the dtype cannot hold the number: 300 for uint8", bytes.fill_(300));
  EXPECT_BAD("[copy_] the dtype cannot hold the number: 300 for uint8", bytes.copy_(300));
  EXPECT_BAD("[set] the dtype cannot hold the number: 300 for uint8", bytes.set(0, 300));
  EXPECT_EQ(bytes.to_vector<int>(), (std::vector<int>{1, 1, 1}));
  // As in PyTorch, a bound that cuts nothing may lie outside, one that cuts everything may not.
  EXPECT_EQ(tt::clip(bytes, -5, 300).to_vector<int>(), (std::vector<int>{1, 1, 1}));
  EXPECT_BAD("[clip] the dtype cannot hold the number: 300 for uint8", tt::clip(bytes, 300, {}));
  EXPECT_BAD("[clip] the dtype cannot hold the number: -1 for uint8", tt::clip(bytes, {}, -1));
}

TEST_F(BadInput, Elementwise) {
  EXPECT_BAD("[add] the dtype cannot hold the number: 300 for uint8", tt::ones({2}, tt::uint8) + 300);
  EXPECT_BAD("[greater] the dtype cannot hold the number", tt::ones({2}, tt::uint8) > -1);
  EXPECT_BAD("[where] the dtype cannot hold the number", tt::where(flags, -1, tt::ones({3}, tt::uint8)));
  EXPECT_BAD("[add] shapes do not broadcast", vector + four);
  EXPECT_BAD("[equal] shapes do not broadcast", vector == four);
  EXPECT_BAD("[where] shapes do not broadcast", tt::where(flags, four, 1));
  EXPECT_BAD("[where]", tt::where(integers, vector, vector));
  EXPECT_BAD("[neg]", -flags);
  EXPECT_BAD("[sub]", flags - flags);
  EXPECT_BAD("[bitwise_and]", tt::bitwise_and(vector, vector));
  EXPECT_BAD("[bitwise_not]", ~vector);
  EXPECT_BAD("[floor_divide]", tt::floor_divide(integers, integers));
  EXPECT_BAD("[remainder]", tt::remainder(integers, 0));
  EXPECT_BAD("[pow]", tt::pow(integers, -1));
  EXPECT_BAD("[clip] no bound", tt::clip(vector, std::nullopt, std::nullopt));
  EXPECT_BAD("[gelu]", tt::gelu(vector, {.approximate = "fast"}));
  EXPECT_BAD("[softplus]", tt::softplus(vector, 0));
  EXPECT_BAD("[softplus]", tt::softplus(vector, nan));
  EXPECT_BAD("[hardtanh] min_val is not at most max_val", tt::hardtanh(vector, 1, -1));
  EXPECT_BAD("[celu] alpha is 0", tt::celu(vector, 0));
  EXPECT_BAD("[glu]", tt::glu(vector));
  EXPECT_BAD("[glu]", tt::glu(four, 1));
  EXPECT_BAD("[add] shapes do not broadcast", symbolic + four);
  EXPECT_BAD("[graph] the tensor belongs to another graph", symbolic + elsewhere);
  EXPECT_BAD("[graph] the tensor belongs to another graph", tt::matmul(symbolic, tt::transpose(elsewhere)));
}

TEST_F(BadInput, Reductions) {
  EXPECT_BAD("[sum] the axis is out of range", tt::sum(vector, 1));
  EXPECT_BAD("[sum] the axis is out of range", tt::sum(scalar, 0));
  EXPECT_BAD("[sum] an axis is given twice", tt::sum(matrix, {0, -2}));
  EXPECT_BAD("[mean] the tensor is not floating-point", tt::mean(integers));
  EXPECT_BAD("[max] there is no element to choose from", tt::max(empty, 0));
  EXPECT_BAD("[min] there is no element to choose from", tt::min(empty));
  EXPECT_BAD("[argmax]", tt::argmax(empty));
  EXPECT_BAD("[argmin] the axis is out of range", tt::argmin(matrix, 2));
  EXPECT_BAD("[prod] the axis is out of range", tt::prod(vector, -2));
  EXPECT_BAD("[any] the axis is out of range", tt::any(flags, 1));
  EXPECT_BAD("[var]", tt::var(integers));
  EXPECT_BAD("[std] the axis is out of range", tt::std(vector, 1));
  EXPECT_BAD("[logsumexp]", tt::logsumexp(integers));
  EXPECT_BAD("[cumsum] the axis is out of range", tt::cumsum(vector, 1));
  EXPECT_BAD("[count_nonzero] the axis is out of range", tt::count_nonzero(vector, 1));
  EXPECT_BAD("[norm]", tt::norm(integers));
  EXPECT_BAD("[sum_to_like]", tt::sum_to_like(vector, four));
}

TEST_F(BadInput, ShapeFunctions) {
  EXPECT_BAD("[reshape]", tt::reshape(matrix, {4}));
  EXPECT_BAD("[reshape]", tt::reshape(matrix, {-1, -1}));
  EXPECT_BAD("[reshape]", tt::reshape(matrix, {-1, 4}));
  EXPECT_BAD("[reshape]", tt::reshape(empty, {-1, 0}));
  EXPECT_BAD("[reshape_like]", tt::reshape_like(matrix, four));
  EXPECT_BAD("[flatten]", tt::flatten(matrix, 1, 0));
  EXPECT_BAD("[flatten]", tt::flatten(matrix, 0, 2));
  EXPECT_BAD("[unsqueeze]", tt::unsqueeze(vector, 3));
  EXPECT_BAD("[squeeze]", tt::squeeze(vector, 0));
  EXPECT_BAD("[squeeze]", tt::squeeze(vector, 1));
  EXPECT_BAD("[squeeze]", tt::squeeze(symbolic));
  EXPECT_BAD("[permute]", tt::permute(matrix, {0}));
  EXPECT_BAD("[permute]", tt::permute(matrix, {0, 0}));
  EXPECT_BAD("[permute]", tt::permute(matrix, {0, 2}));
  EXPECT_BAD("[transpose]", tt::transpose(vector));
  EXPECT_BAD("[transpose]", tt::transpose(matrix, 0, 2));
  EXPECT_BAD("[moveaxis]", tt::moveaxis(matrix, 0, 2));
  EXPECT_BAD("[t]", cube.t());
  EXPECT_BAD("[expand]", tt::expand(matrix, {2, 4}));
  EXPECT_BAD("[expand]", tt::expand(matrix, {3}));
  EXPECT_BAD("[expand]", tt::expand(vector, {-1, 3}));
  EXPECT_BAD("[expand_like]", tt::expand_like(vector, four));
  EXPECT_BAD("[tile]", tt::tile(vector, -1));
  EXPECT_BAD("[repeat]", tt::repeat(vector, -1, 0));
  EXPECT_BAD("[repeat]", tt::repeat(vector, 1, 1));
  EXPECT_BAD("[roll]", tt::roll(vector, 1, 1));
  EXPECT_BAD("[roll] the number of shifts differs from that of the axes", tt::roll(vector, {1, 2}, 0));
  EXPECT_BAD("[tril]", tt::tril(vector));
  EXPECT_BAD("[triu]", tt::triu(scalar));
  EXPECT_BAD("[diag] x is neither a vector nor a matrix", tt::diag(cube));
  EXPECT_BAD("[diag] the shape is not known", tt::diag(symbolic));
  EXPECT_BAD("[concat]", tt::concat({}));
  EXPECT_BAD("[concat]", tt::concat({vector, matrix}));
  EXPECT_BAD("[concat]", tt::concat({vector, vector}, 1));
  EXPECT_BAD("[concat]", tt::concat({scalar, scalar}));
  EXPECT_BAD("[stack]", tt::stack({}));
  EXPECT_BAD("[stack]", tt::stack({vector, four}));
  EXPECT_BAD("[stack]", tt::stack({vector, vector}, 2));
  EXPECT_BAD("[split]", tt::split(vector, 0));
  EXPECT_BAD("[split]", tt::split(vector, -1));
  EXPECT_BAD("[split]", tt::split(vector, {1, 1}));
  EXPECT_BAD("[split]", tt::split(vector, {4, -1}));
  EXPECT_BAD("[split]", tt::split(vector, 3, 1));
  EXPECT_BAD("[split]", tt::split(scalar, 1));
  EXPECT_BAD("[chunk]", tt::chunk(vector, 0));
  EXPECT_BAD("[chunk]", tt::chunk(vector, 2, 1));
  EXPECT_BAD("[chunk]", tt::chunk(scalar, 1));
}

TEST_F(BadInput, Indexing) {
  EXPECT_BAD("[index] the index is out of range", vector[3]);
  EXPECT_BAD("[index] the index is out of range", vector[-4]);
  EXPECT_BAD("[index] the index is out of range", matrix[{tt::ellipsis, 3}]);
  EXPECT_BAD("[index]", scalar[0]);
  EXPECT_BAD("[index]", matrix[{0, 0, 0}]);
  EXPECT_BAD("[index]", matrix[{tt::ellipsis, tt::ellipsis}]);
  EXPECT_BAD("[index]", vector[tt::Slice(0, 2, 0)]);
  EXPECT_BAD("[slice] the axis is out of range", tt::slice(vector, 1, {0, 1}));
  EXPECT_BAD("[select]", tt::select(vector, 1, 0));
  EXPECT_BAD("[select]", tt::select(vector, 0, 3));
  EXPECT_BAD("[flip]", tt::flip(vector, 1));
  EXPECT_BAD("[index_update]", tt::index_update(vector, {3}, 1));
  EXPECT_BAD("[index_update]", tt::index_update(matrix, {0}, four));
  EXPECT_BAD("[pad]", tt::pad(matrix, {{1, 1}}));
  EXPECT_BAD("[pad]", tt::pad(vector, {{-1, 1}}));
  EXPECT_BAD("[gather]", tt::gather(matrix, 0, integers));
  EXPECT_BAD("[gather]", tt::gather(vector, 0, vector));
  EXPECT_BAD("[gather]", tt::gather(vector, 1, integers));
  EXPECT_BAD("[gather]", tt::gather(tt::ones({2}), 0, integers));
  EXPECT_BAD("[scatter_add]", tt::scatter_add(vector, 0, integers, tt::ones({1})));
  EXPECT_BAD("[scatter_add]", tt::scatter_add(tt::ones({2}), 0, integers, vector));
  EXPECT_BAD("[index_select]", tt::index_select(vector, 0, vector));
  EXPECT_BAD("[index_select]", tt::index_select(vector, 0, tt::cast(matrix, tt::int64)));
  EXPECT_BAD("[index_select]", tt::index_select(tt::ones({2}), 0, integers));
  EXPECT_BAD("[index_select]", tt::index_select(vector, 1, integers));
  EXPECT_BAD("[index_add]", tt::index_add(vector, 0, integers, four));
  EXPECT_BAD("[masked_select] the mask is not bool", tt::masked_select(vector, vector));
  EXPECT_BAD("[masked_select] shapes do not broadcast", tt::masked_select(four, flags));
  EXPECT_BAD("[one_hot]", tt::one_hot(integers, 2));
  EXPECT_BAD("[one_hot]", tt::one_hot(integers, -1));
  EXPECT_BAD("[one_hot]", tt::one_hot(vector, 3));
  EXPECT_BAD("[one_hot]", tt::one_hot(-integers, 3));
}

TEST_F(BadInput, Products) {
  EXPECT_BAD("[matmul] inner dimensions differ", tt::matmul(matrix, matrix));
  EXPECT_BAD("[matmul] inner dimensions differ", tt::matmul(vector, four));
  EXPECT_BAD("[matmul]", tt::matmul(scalar, matrix));
  EXPECT_BAD("[matmul]", tt::matmul(cube, tt::ones({3, 4, 5})));
  EXPECT_BAD("[matmul]", tt::matmul(matrix, tt::ones({3, 2}, tt::float64)));
  EXPECT_BAD("[matmul]", tt::matmul(flags, flags));
  EXPECT_BAD("[linear]", tt::linear(matrix, four));
  EXPECT_BAD("[linear]", tt::linear(matrix, tt::ones({5, 4})));
  EXPECT_BAD("[linear]", tt::linear(matrix, tt::ones({5, 3}), four));
  EXPECT_BAD("[linear]", tt::linear(matrix, tt::ones({5, 3}, tt::float64)));
  EXPECT_BAD("[linear]", tt::linear(scalar, tt::ones({5, 3})));
  const Tensor kernel = tt::ones({4, 2, 3, 3});
  EXPECT_BAD("[conv2d]", tt::conv2d(matrix, kernel));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, matrix));
  EXPECT_BAD("[conv2d]", tt::conv2d(tt::ones({1, 3, 5, 5}), kernel));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, tt::ones({4, 2, 7, 7})));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, tt::cast(kernel, tt::float64)));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, kernel, vector));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, kernel, {.stride = 0}));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, kernel, {.padding = -1}));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, kernel, {.dilation = 0}));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, kernel, {.groups = 3}));
  EXPECT_BAD("[conv2d]", tt::conv2d(images, kernel, {.groups = 0}));
  EXPECT_BAD("[padding]", tt::conv2d(images, kernel, {.padding = "full"}));
  EXPECT_BAD("[conv2d]", tt::conv2d(tt::cast(images, tt::int32), tt::cast(kernel, tt::int32)));
}

TEST_F(BadInput, Pools) {
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(matrix));
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(tt::cast(images, tt::int32)));
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(images, {.kernel_size = 7}));
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(images, {.kernel_size = 0}));
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(images, {.stride = -1}));
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(images, {.padding = 2}));
  EXPECT_BAD("[max_pool2d]", tt::max_pool2d(images, {.dilation = 0}));
  EXPECT_BAD("[avg_pool2d]", tt::avg_pool2d(matrix));
  EXPECT_BAD("[avg_pool2d]", tt::avg_pool2d(images, {.kernel_size = 7}));
  EXPECT_BAD("[global_avg_pool2d]", tt::global_avg_pool2d(matrix));
  EXPECT_BAD("[global_max_pool2d]", tt::global_max_pool2d(matrix));
}

TEST_F(BadInput, Normalization) {
  EXPECT_BAD("[softmax] the axis is out of range", tt::softmax(vector, 1));
  EXPECT_BAD("[softmax] the axis is out of range", tt::softmax(scalar, 1));
  EXPECT_BAD("[log_softmax] the axis is out of range", tt::log_softmax(scalar, -2));
  EXPECT_BAD("[softmax]", tt::softmax(integers));
  EXPECT_BAD("[log_softmax]", tt::log_softmax(integers));
  Tensor mean = tt::zeros({3}), var = tt::ones({3});
  EXPECT_BAD("[batch_norm", tt::batch_norm(vector, mean, var));
  EXPECT_BAD("[batch_norm", tt::batch_norm(tt::ones({2, 4}), mean, var));
  EXPECT_BAD("[batch_norm", tt::batch_norm(matrix, mean, none));
  EXPECT_BAD("[batch_norm", tt::batch_norm(matrix, mean, var, four));
  EXPECT_BAD("[batch_norm", tt::batch_norm(doubles, mean, var));
  EXPECT_BAD("[batch_norm", tt::batch_norm(matrix, mean, var, none, none, {.axis = 2}));
  EXPECT_BAD("[batch_norm", tt::batch_norm(tt::ones({1, 3}), mean, var, none, none, {.training = true}));
  EXPECT_BAD("[layer_norm]", tt::layer_norm(matrix, {4}));
  EXPECT_BAD("[layer_norm]", tt::layer_norm(vector, {2, 3}));
  EXPECT_BAD("[layer_norm]", tt::layer_norm(matrix, {}));
  EXPECT_BAD("[layer_norm]", tt::layer_norm(matrix, {3}, four));
  EXPECT_BAD("[layer_norm]", tt::layer_norm(integers, {3}));
  EXPECT_BAD("[dropout]", tt::dropout(vector, {.p = 1.5}));
  EXPECT_BAD("[dropout]", tt::dropout(vector, {.p = nan}));
  EXPECT_BAD("[dropout]", tt::dropout(integers));
  EXPECT_BAD("[dropout]", tt::dropout(vector, {}, vector));
  EXPECT_BAD("[embedding]", tt::embedding(vector, integers));
  EXPECT_BAD("[embedding]", tt::embedding(matrix, vector));
  EXPECT_BAD("[embedding]", tt::embedding(matrix, integers));
  EXPECT_BAD("[embedding]", tt::embedding(cube, integers, {.padding_idx = 7}));
}

TEST_F(BadInput, Losses) {
  const Tensor labels = tt::tensor<std::int64_t>({0, 1});
  EXPECT_BAD("[mse_loss] input and target differ in shape", tt::mse_loss(vector, four));
  EXPECT_BAD("[mse_loss] input and target differ in shape", tt::mse_loss(matrix, vector));
  EXPECT_BAD("[l1_loss] input and target differ in shape", tt::l1_loss(vector, four));
  EXPECT_BAD("[huber_loss] input and target differ in shape", tt::huber_loss(vector, four));
  EXPECT_BAD("[huber_loss]", tt::huber_loss(vector, vector, {.delta = 0}));
  EXPECT_BAD("[mse_loss] input and target are both not floating", tt::mse_loss(integers, integers));
  EXPECT_BAD("[lerp]", tt::lerp(integers, integers, 0.5));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(matrix, integers));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(matrix, tt::tensor<std::int64_t>({0, 3})));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(matrix, four));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(tt::cast(matrix, tt::int64), labels));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(scalar, tt::tensor<std::int64_t>({0})));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(matrix, labels, {.weight = four}));
  EXPECT_BAD("[cross_entropy]", tt::cross_entropy(matrix, labels, {.label_smoothing = 2}));
  EXPECT_BAD("[nll_loss]", tt::nll_loss(matrix, integers));
  EXPECT_BAD("[nll_loss]", tt::nll_loss(matrix, matrix));
  EXPECT_BAD("[nll_loss]", tt::nll_loss(matrix, tt::tensor<std::int64_t>({0, -7})));
  EXPECT_BAD("[binary_cross_entropy_with_logits]", tt::binary_cross_entropy_with_logits(vector, four));
  EXPECT_BAD("[binary_cross_entropy_with_logits]", tt::binary_cross_entropy_with_logits(integers, vector));
  EXPECT_BAD("[sparse_softmax_cross_entropy]", tt::sparse_softmax_cross_entropy(matrix, integers));
  EXPECT_BAD("[sparse_softmax_cross_entropy]", tt::sparse_softmax_cross_entropy(matrix, vector));
  EXPECT_BAD("[softmax_cross_entropy]", tt::softmax_cross_entropy(matrix, labels));
  EXPECT_BAD("[softmax_cross_entropy]", tt::softmax_cross_entropy(matrix, vector));
}

TEST_F(BadInput, Values) {
  Tensor x = tt::ones({2, 3}), whole = integers, later = symbolic;
  EXPECT_BAD("[item] the tensor does not have exactly one element", x.item<float>());
  EXPECT_BAD("[item] a symbolic tensor has no values", symbolic.item<float>());
  EXPECT_BAD("[item] the tensor does not have exactly one element", x.item<bool>());
  EXPECT_BAD("[data] a symbolic tensor has no values", symbolic.data<float>());
  EXPECT_BAD("[data] the element type differs", x.data<double>());
  EXPECT_BAD("[data] the tensor is not contiguous", tt::transpose(x).data<float>());
  EXPECT_BAD("[data] the element type differs", x.mutable_data<int>());
  EXPECT_BAD("[to_vector] a symbolic tensor has no values", elsewhere.to_vector<float>());
  EXPECT_BAD("[add_] the result does not have the tensor's shape", x.add_(tt::ones({4, 2, 3})));
  EXPECT_BAD("[mul_] a floating-point result does not fit the tensor", whole.mul_(2.5));
  EXPECT_BAD("[sub_] shapes do not broadcast", x.sub_(four));
  EXPECT_BAD("[div_] shapes do not broadcast", x /= four);
  EXPECT_BAD("[fill_] the dtype cannot hold the number", whole.fill_(1e19));
  EXPECT_BAD("[copy_] the result does not have the tensor's shape", x.copy_(four));
  Tensor bytes = tt::zeros({2}, tt::uint8);
  EXPECT_BAD("[fill_] the dtype cannot hold the number", bytes.fill_(300));
  EXPECT_BAD("[copy_] the dtype cannot hold the number", bytes.copy_(300));
  EXPECT_BAD("[add_] shapes do not broadcast", x.add_(four));
  EXPECT_BAD("[set]", x.set(0, four));
  EXPECT_BAD("[set] the index is out of range", x.set(2, 1));
  EXPECT_BAD("[fill_] a symbolic tensor cannot be changed in place", later.fill_(1));
  EXPECT_BAD("[add_] a concrete tensor cannot hold a symbolic value", x.add_(elsewhere));
  Tensor leaf = tt::ones({2}).set_requires_grad();
  EXPECT_BAD("[add_] a leaf that requires a gradient cannot be changed", leaf.add_(1));
  EXPECT_BAD("[set_requires_grad] a tensor that is not floating-point", whole.set_requires_grad());
  EXPECT_BAD("[set_requires_grad] a tensor that is no leaf cannot change it", (leaf * 2).set_requires_grad(false));
  EXPECT_BAD("[set_grad] a gradient differs from its tensor in shape", leaf.set_grad(four));
  EXPECT_BAD("[set_grad] a gradient differs from its tensor in shape", leaf.set_grad(tt::ones({2}, tt::float64)));
  EXPECT_BAD("[array_equal]", tt::array_equal(symbolic, x));
  EXPECT_BAD("[allclose]", tt::allclose(x, four));
  EXPECT_BAD("[shape] the axis is out of range", scalar.begin());
}

// A conversion knows no line, but that of the op before it.
TEST_F(BadInput, Truth) {
  const auto truth_of = [](const Tensor& tensor) -> std::string {
    try {
      return tensor ? "true" : "false";
    } catch (const tt::ArgumentError& error) {
      const std::string text = error.what();
      return text.substr(0, text.find(':'));
    }
  };
  EXPECT_EQ(truth_of(tt::tensor(0.5)), "true");
  EXPECT_EQ(truth_of(tt::zeros({1, 1})), "false");
  EXPECT_EQ(truth_of(vector), "[bool] the tensor does not have exactly one element");
  EXPECT_EQ(truth_of(symbolic), "[bool] a symbolic tensor has no values until a session runs it");
  EXPECT_EQ(truth_of(none), "[bool] the tensor is undefined");
  std::string text, line;
  try {
    line = tt::Location::here().text(), static_cast<void>(static_cast<bool>(vector > 0));
  } catch (const tt::ArgumentError& error) {
    text = error.what();
  }
  EXPECT_TRUE(text.ends_with("The op before it is at " + line + ".")) << text;
}

TEST_F(BadInput, Gradients) {
  Tensor x = tt::ones({2}).set_requires_grad(), y = tt::ones({2}).set_requires_grad();
  const Tensor loss = tt::sum(x * x), wide = x * 2;
  const auto once_more = [&] { return tt::sum(x * x); };  // a walk frees what it read
  const auto grad = [&](std::vector<Tensor> ys, std::vector<Tensor> xs, std::vector<Tensor> grad_ys = {},
                        tt::Location where = tt::Location::here()) { tt::gradients(ys, xs, grad_ys, {}, where); };
  EXPECT_BAD("[gradients] there is no y", grad({}, {x}));
  EXPECT_BAD("[gradients] no y depends on an x", grad({once_more()}, {y}));
  EXPECT_BAD("[gradients] an x does not require a gradient", grad({loss}, {vector}));
  EXPECT_BAD("[gradients] the tensor does not depend on anything", grad({vector}, {x}));
  EXPECT_BAD("[gradients] the gradient is left out, and the tensor is no scalar", grad({wide}, {x}));
  EXPECT_BAD("[gradients] a gradient differs from its tensor in shape", grad({wide}, {x}, {vector}));
  EXPECT_BAD("[gradients]", grad({none}, {x}));
  EXPECT_BAD("[gradients]", grad({loss}, {none}));
  EXPECT_BAD("[gradients]", grad({once_more()}, {x}, {tt::ones({}, tt::int64)}));
  EXPECT_BAD("[gradients]", grad({once_more(), once_more()}, {x}, {scalar, scalar, scalar}));
  EXPECT_BAD("[graph] the tensor belongs to another graph", grad({symbolic}, {elsewhere}));
  EXPECT_BAD("[backward] the gradient is left out, and the tensor is no scalar", wide.backward());
  EXPECT_BAD("[backward] a symbolic tensor has no tape", symbolic.backward());
  EXPECT_BAD("[backward] the tensor does not depend on anything", vector.backward());
}

TEST_F(BadInput, Updates) {
  Tensor p = tt::ones({3}), g = tt::ones({3}), step = tt::zeros({}, tt::int64);
  const Tensor rate = tt::full({}, 0.1, tt::float64);
  const std::vector<Tensor> ps{p}, gs{g}, fours{four}, nothing, steps{step}, undefined{none};
  EXPECT_BAD("[sgd_update]", tt::sgd_update(rate, ps, nothing));
  EXPECT_BAD("[sgd_update]", tt::sgd_update(rate, ps, fours));
  EXPECT_BAD("[sgd_update]", tt::sgd_update(vector, ps, gs));
  EXPECT_BAD("[sgd_update]", tt::sgd_update(rate, undefined, gs));
  EXPECT_BAD("[sgd_update]", tt::sgd_update(rate, ps, undefined));
  EXPECT_BAD("[momentum_update]", tt::momentum_update(rate, ps, gs, nothing, steps, {}));
  EXPECT_BAD("[momentum_update]", tt::momentum_update(rate, ps, gs, gs, nothing, {}));
  EXPECT_BAD("[adam_update]", tt::adam_update(rate, ps, gs, gs, fours, steps));
  EXPECT_BAD("[adam_update]", tt::adam_update(rate, ps, gs, gs, ps, gs));
}

TEST_F(BadInput, Initializers) {
  EXPECT_BAD("[init]", tt::init::make(tt::init::glorot_uniform(), {2, 3}, tt::float32, tt::init::Layout::oihw));
  EXPECT_BAD("[init]", tt::init::make(tt::init::zeros(), {2, tt::unknown}, tt::float32, tt::init::Layout::in_out));
  EXPECT_BAD("[calculate_gain] no nonlinearity has this name", tt::init::calculate_gain("gelu"));
  EXPECT_BAD("[calculate_gain]", tt::init::kaiming_normal(0, tt::init::FanMode::fan_in, "gelu"));
  EXPECT_BAD("[variance_scaling] the scale is not positive", tt::init::variance_scaling(-1));
  // PyTorch: "Fan in and fan out can not be computed for tensor with fewer than 2 dimensions".
  EXPECT_BAD("[xavier_uniform] the shape has less than two dim", tt::init::xavier_uniform()({3}, tt::float32));
  EXPECT_BAD("[xavier_normal] the shape has less than two dim", tt::init::xavier_normal()({3}, tt::float32));
  EXPECT_BAD("[kaiming_uniform] the shape has less than two dim", tt::init::kaiming_uniform()({}, tt::float32));
  EXPECT_BAD("[kaiming_normal] the shape has less than two dim", tt::init::kaiming_normal()({3}, tt::float32));
  EXPECT_BAD("[orthogonal] the shape has less than two dim", tt::init::orthogonal()({3}, tt::float32));
}

// What an op reads of a tensor while it writes it would depend on the kernel.
TEST_F(BadInput, FunctionsThatGiveNoValue) {
  const auto gives = [&](const Tensor& result) {
    return tt::Initializer([result](const tt::Shape&, tt::DType) { return result; });
  };
  const std::vector<Tensor> leaves{tt::ones({2}, tt::float64).set_requires_grad()};
  for (const Tensor& result : {none, symbolic}) {
    EXPECT_BAD("[init] an initializer returned a tensor without values",
               tt::init::make(gives(result), {2, 3}, tt::float32, tt::init::Layout::out_in));
    const tt::TestedFunction tested = [&](const Tensor&) { return result; };
    EXPECT_BAD("[gradcheck] the function returned a tensor without values", tt::gradcheck(tested, leaves));
  }
  const tt::TestedFunction empty_one = std::function<Tensor(const Tensor&)>();
  EXPECT_BAD("[gradcheck] there is no function", empty_one(leaves));
  const auto undefined = [](std::span<const Tensor>) { return std::vector<Tensor>(1); };
  EXPECT_BAD("[graph] an undefined tensor", tt::trace_subgraph(std::vector{vector.meta()}, undefined));
  const auto backward = [](auto, auto, auto) { return std::vector<Tensor>(); };
  EXPECT_BAD("[own] there is no result", tt::custom_gradient("own", {}, leaves, {}, backward));
  const auto with_default = [&](tt::Location where = tt::Location::here()) {
    return tt::graph_placeholder(graph, "p", tt::float32, {3}, symbolic, where);
  };
  EXPECT_BAD("[graph] a node's value is undefined or symbolic", with_default());
  EXPECT_BAD("[uniform] low is greater than high", tt::init::uniform(2, 1)({2}, tt::float32));
  EXPECT_BAD("[truncated_normal] the standard deviation is negative",
             tt::init::truncated_normal(0, -1)({2}, tt::float32));
}

TEST_F(BadInput, WrittenAndGivenTwice) {
  Tensor mean = tt::zeros({3}), var = tt::ones({3});
  const Tensor gamma = tt::ones({3}), step = tt::tensor(1), rate = tt::tensor(0.1, tt::float64);
  const std::vector<Tensor> means{mean}, gammas{gamma}, vars{var}, steps{step};
  EXPECT_BAD("[batch_norm] a tensor that is written to is given twice: float32 (3,) as inputs 3 and 4",
             tt::batch_norm(matrix, mean, mean, gamma, gamma, {.training = true}));
  EXPECT_BAD("[batch_norm] a tensor that is written to is given twice",
             tt::batch_norm(matrix, mean, var, var, gamma, {.training = true}));
  EXPECT_BAD("[sgd_update] a tensor that is written to is given twice: float32 (3,) as inputs 1 and 2",
             tt::sgd_update(rate, means, means));
  EXPECT_BAD("[adam_update] a tensor that is written to is given twice",
             tt::adam_update(rate, means, gammas, vars, vars, steps));
  const std::vector<Tensor> both{mean, mean}, two{gamma, gamma};
  EXPECT_BAD("[sgd_update] a tensor that is written to is given twice", tt::sgd_update(rate, both, two));
  // Read twice, and a step for all.
  EXPECT_NO_THROW(tt::batch_norm(matrix, mean, var, gamma, gamma, {.training = true}));
  EXPECT_NO_THROW(tt::momentum_update(rate, std::vector{mean, var}, two, std::vector{tt::zeros({3}), tt::zeros({3})},
                                      std::vector{step, step}, {}));
  EXPECT_NO_THROW(tt::assign_add(mean, mean));
  tt::mark_state(mean);
  const tt::TraceScope scope(graph);
  EXPECT_BAD("[batch_norm] a tensor that is written to is given twice",
             tt::batch_norm(symbolic, mean, mean, gamma, gamma, {.training = true}));
}

TEST_F(BadInput, Files) {
  tt::StateDict state{{"w", vector}};
  EXPECT_BAD("[load] the file cannot be opened", tt::load("/nowhere/x"));
  EXPECT_BAD("[save]", tt::save(state, "/nowhere/x"));
  EXPECT_BAD("[save]", tt::save({{"w", none}}, "/tmp/never_written"));
  EXPECT_BAD("[save]", tt::save({{"w", symbolic}}, "/tmp/never_written"));
  EXPECT_BAD("[StateDict]", state.at("v"));
  EXPECT_BAD("[read_idx] the file cannot be opened", tt::data::read_idx("/nowhere/x"));
  EXPECT_BAD("[IdxDataset] the file cannot be opened", tt::data::IdxDataset("/nowhere/x", "/nowhere/y"));
  EXPECT_BAD("[mnist]", tt::data::mnist({.data_format = "nhwc"}));
}

TEST_F(BadInput, Data) {
  EXPECT_BAD("[TensorDataset]", tt::data::TensorDataset(scalar));
  EXPECT_BAD("[TensorDataset]", tt::data::TensorDataset(none));
  EXPECT_BAD("[TensorDataset]", tt::data::TensorDataset(symbolic));
  EXPECT_BAD("[TensorDataset]", tt::data::TensorDataset(vector, four));
  // Its tensors are public: the next use looks at them, at the line that made it.
  const auto with_x = [&](const Tensor& x, tt::Location where) {
    tt::data::TensorDataset set(vector, {}, where);
    set.x = x;
    return set;
  };
  const auto here = tt::Location(__FILE__, __LINE__);
  for (const Tensor& x : {symbolic, scalar}) {
    expect_bad<tt::ArgumentError>(
        "[TensorDataset]", [&] { static_cast<void>(with_x(x, here).size()); }, here);
    expect_bad<tt::ArgumentError>(
        "[TensorDataset]", [&] { static_cast<void>(tt::data::batches(with_x(x, here), {}, here).begin()); }, here);
  }
  expect_bad<tt::ArgumentError>(
      "[Dataset] an index", [&] { static_cast<void>(with_x(vector, here).get(3)); }, here);
  EXPECT_UNSUPPORTED("[shuffled_order] out of memory", tt::data::shuffled_order(std::int64_t{1} << 40, 1, 1));
  EXPECT_BAD("[tensor]", tt::data::Batch{}.to(tt::Device::cpu()));
  EXPECT_BAD("[to_vector]", tt::Mean().update(none));
  const tt::data::TensorDataset dataset(vector, vector);
  EXPECT_BAD("[DataLoader] batch_size is below 1", tt::data::DataLoader(dataset, {.batch_size = 0}));
  EXPECT_BAD("[DataLoader] num_workers is negative", tt::data::DataLoader(dataset, {.num_workers = -1}));
  EXPECT_BAD("[DataLoader] prefetch_factor is below 1", tt::data::DataLoader(dataset, {.prefetch_factor = 0}));
  EXPECT_BAD("[DataLoader] batch_size is below 1", tt::data::batches(dataset, {.batch_size = -1}));
  EXPECT_BAD("[Dataset] an index is not below the data set's size: index 3, size 3", dataset[3]);
  EXPECT_BAD("[Dataset] an index is not below the data set's size", dataset[-1]);
}

TEST_F(BadInput, VectorsLongerThanMemory) {
  const Tensor huge = tt::expand(tt::ones({1}), {std::int64_t{1} << 58});
  EXPECT_UNSUPPORTED("[to_vector] there is no memory for so many elements", huge.to_vector<float>());
  EXPECT_UNSUPPORTED("[to_vector] there is no memory for so many elements", huge.to_vector<std::uint8_t>());
  EXPECT_UNSUPPORTED("[to_vector] there is no memory for so many elements", huge.to_vector<double>());
}

}  // namespace
