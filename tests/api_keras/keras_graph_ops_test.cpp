// Ops that a functional model applies without a layer: in archives, here and, where python3 has Keras, there; and
// branches and loops of its tensors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <map>

#include "api_keras/keras_files.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace ops = triptych::keras::ops;
using namespace keras::layers;
using testing::AllOf;
using testing::HasSubstr;

namespace {

class KerasGraphOps : public testing::Test {
 protected:
  void SetUp() override {
    if (!has_keras_files()) GTEST_SKIP() << "built without HDF5 and libzip";
    keras::utils::clear_session();
  }
};

tt::Tensor ramp(const tt::Shape& shape, double start = 0) {
  return tt::reshape(tt::cast(tt::sin(tt::arange(start, start + static_cast<double>(shape.size())) * 1.7), tt::float32),
                     shape);
}

/// How far apart they are, where 1 is of the size of the numbers; what is no number in both is the same.
double difference(const tt::Tensor& a, const tt::Tensor& b, const std::string& name) {
  EXPECT_EQ(a.shape(), b.shape()) << name;
  const tt::Tensor x = tt::cast(a, tt::float64), y = tt::cast(b, tt::float64);
  const tt::Tensor apart = tt::abs(x - y) / (1 + tt::abs(y));
  return tt::max(tt::where(tt::logical_and(tt::isnan(x), tt::isnan(y)), tt::zeros_like(x), apart)).item<double>();
}

using Results = std::vector<tt::Tensor>;
/// Of x (batch, 4, 6) and whole numbers i (batch, 3) below 4.
using Function = std::function<Results(const tt::Tensor& x, const tt::Tensor& i)>;

std::map<std::string, Function> functions() {
  using T = const tt::Tensor&;
  const tt::Tensor table = ramp({6, 2}, 5), row = ramp({6}, 9);
  return {
      {"scalars", [](T x, T) -> Results { return {x + 1, 1 - x, 2.5 * x, x / 2, 2 / (tt::abs(x) + 1), -x}; }},
      {"arrays",
       [=](T x, T) -> Results {
         return {x * row, tt::matmul(x, table), tt::maximum(x, row)};
       }},
      {"powers",
       [](T x, T) -> Results {
         return {ops::power(tt::abs(x) + 1, 1.5), ops::power(2, x), ops::square(x)};
       }},
      {"quotients",
       [](T x, T) -> Results {
         return {ops::floor_divide(x, 0.7), ops::mod(x, 0.7), ops::fmod(x, 0.7)};
       }},
      {"comparisons",
       [](T x, T i) -> Results {
         return {x > 0.2,
                 x >= 0.2,
                 x < 0.2,
                 x <= 0.2,
                 ops::equal(i, 2),
                 ops::not_equal(i, 2),
                 ops::logical_xor(x > 0, x < 0.5),
                 ops::logical_not(x > 0)};
       }},
      {"bits",
       [](T, T i) -> Results {
         return {ops::bitwise_and(i, i + 1), ops::bitwise_or(i, i + 1), ops::bitwise_not(i)};
       }},
      {"parts",
       [](T x, T) -> Results {
         return {tt::select(x, 1, 1),
                 tt::slice(x, 1, tt::Slice(tt::none, tt::none, 2)),
                 tt::slice(x, -1, tt::Slice(1, -1)),
                 ops::get_item(x, {tt::ellipsis, tt::newaxis, 2}),
                 ops::flip(x, 1),
                 ops::slice(x, tt::tensor({0, 1, 2}), {2, 2, 3})};
       }},
      {"elementary",
       [](T x, T) -> Results {
         const tt::Tensor p = tt::abs(x) + 0.5;
         return {ops::exp(x),  ops::expm1(x), ops::log(p),  ops::log1p(p), ops::sqrt(p),         ops::rsqrt(p),
                 ops::cbrt(x), ops::floor(x), ops::ceil(x), ops::round(x), ops::sin(x),          ops::arctan2(x, p),
                 ops::tanh(x), ops::erf(x),   ops::sign(x), ops::isnan(x), ops::logaddexp(x, p), ops::hypot(x, p)};
       }},
      {"activations",
       [](T x, T) -> Results {
         return {ops::relu(x),
                 ops::relu6(x * 5),
                 ops::sigmoid(x),
                 ops::softplus(x),
                 ops::softsign(x),
                 ops::silu(x),
                 ops::log_sigmoid(x),
                 ops::hard_sigmoid(x),
                 ops::hard_silu(x),
                 ops::hard_tanh(x),
                 ops::hard_shrink(x),
                 ops::soft_shrink(x),
                 ops::tanh_shrink(x),
                 ops::selu(x),
                 ops::elu(x, 0.7),
                 ops::celu(x, 1.3),
                 ops::gelu(x),
                 ops::gelu(x, false),
                 ops::glu(x),
                 ops::squareplus(x),
                 ops::leaky_relu(x, 0.3),
                 ops::threshold(x, 0.1, 2),
                 ops::softmax(x, 1),
                 ops::log_softmax(x)};
       }},
      {"reductions",
       [](T x, T) -> Results {
         return {ops::mean(x, {1, 2}),  ops::sum(x, -1, true),       ops::prod(x, 1),
                 ops::max(x, 1),        ops::min(x, {1, 2}),         ops::var(x, 1),
                 ops::std(x, -1, true), ops::argmax(x, -1),          ops::any(x > 1, 1),
                 ops::all(x > -1, 1),   ops::logsumexp(x, 1),        ops::cumsum(x, 1),
                 ops::mean(x),          ops::count_nonzero(x > 0, 1)};
       }},
      {"choices",
       [](T x, T i) -> Results {
         return {ops::clip(x, -0.5, 0.5),     ops::maximum(x, 0.1), ops::where(x > 0, x, 0.0),
                 ops::cast(x * 3, tt::int32), ops::one_hot(i, 7),   ops::one_hot(i, 5, 1)};
       }},
      {"shapes",
       [](T x, T) -> Results {
         return {ops::concatenate({x, x + 1}, -1),
                 ops::stack({x, x + 1}, 1),
                 ops::reshape(x, {-1, 3, 8}),
                 ops::expand_dims(x, 1),
                 ops::transpose(x, {0, 2, 1}),
                 ops::swapaxes(x, 1, 2),
                 ops::moveaxis(x, -1, 1),
                 ops::roll(x, 2, 2),
                 ops::repeat(x, 2, 1),
                 ops::tile(x, {1, 2, 1}),
                 ops::tril(x),
                 ops::pad(x, {{0, 0}, {1, 2}, {0, 1}}),
                 ops::diagonal(x, 0, 1, 2),
                 ops::squeeze(tt::narrow(x, 1, 0, 1), 1)};
       }},
      {"splits", [](T x, T) -> Results { return ops::split(x, 3, 2); }},
      {"splits_by_sizes",
       [](T x, T) -> Results {
         return ops::split(x, std::vector<std::int64_t>{1, 3}, 1);
       }},
      {"unstacked", [](T x, T) -> Results { return ops::unstack(x, 4, 1); }},
      {"places",
       [](T x, T i) -> Results {
         return {ops::take(x, i, 1), ops::take_along_axis(x, ops::argsort(x, 1), 1), ops::sort(x, 1),
                 ops::top_k(x, 2).values,
                 ops::searchsorted(ops::sort(tt::select(tt::select(x, 0, 0), 0, 0)), tt::tensor({0.F, 0.5F}))};
       }},
      {"products",
       [](T x, T) -> Results {
         const tt::Tensor square = ops::matmul(x, ops::swapaxes(x, 1, 2)) + 5 * tt::eye(4);
         return {square, ops::einsum("bij,bkj->bik", {x, x}), ops::cholesky(square)};
       }},
      {"pools",
       [](T x, T) -> Results {
         return {ops::max_pool(x, 2, 1, "same"), ops::average_pool(x, 2), ops::max_pool(x, 2, {}, "valid")};
       }},
      {"normalizations",
       [](T x, T) -> Results {
         return {ops::normalize(x, 1), ops::layer_normalization(x)};
       }},
      {"linear_algebra",
       [](T x, T) -> Results {
         const tt::Tensor square = ops::matmul(x, ops::swapaxes(x, 1, 2)) + 5 * tt::eye(4);
         const tt::Tensor whole = x + 2 * tt::eye(4, 6);  // the ramp alone is of rank 2
         const auto sign = ops::slogdet(square);
         return {ops::det(square),
                 ops::inv(square),
                 ops::solve(square, x),
                 ops::logdet(square),
                 sign.sign,
                 sign.logabsdet,
                 ops::pinv(whole),
                 ops::matrix_rank(whole),
                 ops::eigh(square).eigenvalues,
                 ops::abs(ops::qr(whole).R),
                 ops::svd(x).S,
                 ops::norm(x, "nuc", {1, 2}),
                 ops::norm(x, "fro", {1, 2}),
                 ops::norm(x, 2, {1, 2}),
                 ops::norm(x, 1, {1}),
                 ops::solve_triangular(ops::cholesky(square), x, true),
                 ops::cholesky_inverse(ops::cholesky(square))};
       }},
      {"convolutions",
       [](T x, T) -> Results {
         const tt::Tensor images = ops::reshape(x, {-1, 4, 2, 3});
         const tt::Tensor kernel = ramp({2, 2, 3, 5}), point = ramp({1, 1, 15, 2}, 4);
         return {ops::conv(images, kernel),
                 ops::conv(images, kernel, {2, 1}, "same"),
                 ops::conv(x, ramp({3, 6, 2}), 1, "same", "channels_last", 2),
                 ops::conv(images, ops::reshape(images, {-1})[tt::Slice(0, 24)].view({2, 2, 3, 2})),
                 ops::depthwise_conv(images, kernel, 1, "same"),
                 ops::separable_conv(images, kernel, point),
                 ops::unfold(ops::transpose(images, {0, 3, 1, 2}), 2),
                 ops::fold(ops::unfold(ops::transpose(images, {0, 3, 1, 2}), 2), {4, 2}, 2),
                 ops::depth_to_space(ops::reshape(x, {-1, 3, 2, 4}), 2)};
       }},
      {"attention",
       [](T x, T) -> Results {
         const tt::Tensor q = ops::reshape(x, {-1, 4, 2, 3}), k = q * 2, v = q + 1;
         const tt::Tensor mask = tt::tensor({{true, true, false, true}});
         return {ops::dot_product_attention(q, k, v),
                 ops::dot_product_attention(q, k, v, {}, {}, {}, true),
                 ops::dot_product_attention(q, k, v, ramp({1, 1, 4, 4}), {}, 0.3),
                 ops::dot_product_attention(q, k, v, {}, tt::reshape(mask, {1, 1, 1, 4})),
                 ops::rms_normalization(x),
                 ops::rms_normalization(x, ramp({6}))};
       }},
      {"images",
       [](T x, T) -> Results {
         const tt::Tensor images = ops::abs(ops::reshape(x, {-1, 4, 2, 3}));
         namespace image = ops::image;
         return {
             image::resize(images, {6, 5}),
             image::resize(images, {2, 3}, "nearest"),
             image::rgb_to_grayscale(images),
             image::rgb_to_hsv(images),
             image::hsv_to_rgb(images),
             image::extract_patches(images, 2),
             image::gaussian_blur(images),
             image::sobel_edges(images),
             image::affine_transform(images, tt::tensor({1.F, 0.F, 0.5F, 0.F, 1.F, 0.25F, 0.F, 0.F})),
             image::perspective_transform(images, tt::tensor<float>({{0, 0}, {0, 1}, {1, 0}, {1, 1}}),
                                          tt::tensor<float>({{0, 0}, {0, 2}, {1, 0}, {1, 2}})),
             image::map_coordinates(x[0], tt::tensor({{0.5F, 1.F, 2.25F}, {1.5F, 0.F, 4.F}}), 1, "nearest"),
             image::pad_images(images, {.top_padding = 1, .left_padding = 0, .target_height = 6, .target_width = 4}),
             image::crop_images(images, {.top_cropping = 1, .left_cropping = 0, .target_height = 2, .target_width = 1}),
             image::ssim(images, images * 0.5, 1, 2)};
       }},
      {"segments_and_places",
       [](T x, T i) -> Results {
         const tt::Tensor matrix = x[0], ids = tt::tensor<std::int32_t>({0, 0, 1, 2});
         const tt::Tensor rows = tt::tensor<std::int32_t>({{0}, {2}});
         return {ops::segment_sum(matrix, ids, 3),
                 ops::segment_max(matrix, ids, 3),
                 ops::scatter(rows, matrix[tt::Slice(0, 2)], {5, 6}),
                 ops::scatter_update(matrix, rows, matrix[tt::Slice(1, 3)]),
                 ops::slice_update(matrix, tt::tensor<std::int32_t>({1, 2}), ops::ones({2, 2})),
                 ops::extract_sequences(x, 3, 2),
                 ops::bincount(ops::reshape(i, {-1})),
                 ops::correlate(matrix[0], tt::tensor({1.F, 2.F}), "same"),
                 ops::signbit(x)};
       }},
      {"losses",
       [](T x, T i) -> Results {
         return {ops::binary_crossentropy(ops::cast(x > 0, tt::float32), ops::sigmoid(x)),
                 ops::categorical_crossentropy(ops::softmax(x * 2), ops::softmax(x)),
                 ops::sparse_categorical_crossentropy(tt::select(i, 1, 0), tt::select(x, 1, 0), true),
                 ops::ctc_loss(i + 1, x, tt::select(i, 1, 0) * 0 + 3, tt::select(i, 1, 0) * 0 + 4)};
       }},
  };
}

/// Whose Operations in Keras 3.15.1 cannot be called, or not be read from its own files.
std::map<std::string, Function> functions_that_keras_does_not_run() {
  using T = const tt::Tensor&;
  return {
      {"others",
       [](T x, T) -> Results {
         const tt::Tensor images = ops::reshape(x, {-1, 4, 2, 3});
         const auto factors = ops::lu_factor(x);
         return {ops::conv_transpose(images, ramp({3, 3, 2, 3}), 2, "same"),
                 ops::conv_transpose(images, ramp({2, 2, 2, 3}), 2, "valid"),
                 ops::adaptive_average_pool(images, {2, 1}),
                 ops::adaptive_max_pool(x, 2),
                 factors.lu,
                 factors.pivots};
       }},
  };
}

int check(const TemporaryFolder& folder) {
  const std::string script = std::string(TRIPTYCH_SOURCE_DIR) + "/scripts/references/check_keras_archives.py ";
  return std::system(("python3 " + script + folder.path().string() + " calls 2> " + (folder / "errors")).c_str());
}
bool python_has_keras() { return std::system("python3 -c 'import keras, safetensors' > /dev/null 2>&1") == 0; }

}  // namespace

TEST_F(KerasGraphOps, ThoseOfKerassModels) {
  const std::string reference = std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/keras_operations";
  const tt::StateDict values = tt::load(reference + ".safetensors");
  const TemporaryFolder folder;
  const keras::Model theirs = keras::models::load_model(reference + ".keras");
  const Results outputs = theirs.outputs();
  ASSERT_GT(outputs.size(), 250u);
  theirs.save(folder / "again.keras");
  const keras::Model again = keras::models::load_model(folder / "again.keras");
  EXPECT_EQ(again.outputs().size(), outputs.size());
  for (const keras::Model& model : {theirs, again}) {
    const Results given = model.call({values.at("x0"), values.at("x1")});
    for (std::size_t i = 0; i < given.size(); ++i)
      EXPECT_LT(difference(given[i], values.at("y" + std::to_string(i)), std::to_string(i)), 3e-6) << i;
  }
}

namespace {

/// Models of these functions give what the functions do, as they are and from files; adds it to `values`.
void check_files_of(const std::map<std::string, Function>& functions, const TemporaryFolder& folder,
                    tt::StateDict& values) {
  const tt::Tensor x = ramp({2, 4, 6}), i = tt::tensor<std::int32_t>({{0, 2, 1}, {3, 3, 0}});
  for (const auto& [name, function] : functions) {
    const tt::Tensor in = Input({4, 6}, {.name = "x"}), places = Input({3}, {.dtype = tt::int32, .name = "i"});
    const keras::Model model({in, places}, function(in, places));
    const Results eager = function(x, i), mine = model.call({x, i});
    model.save(folder / (name + ".keras"));
    const Results again = keras::models::load_model(folder / (name + ".keras")).call({x, i});
    ASSERT_EQ(mine.size(), eager.size()) << name;
    for (std::size_t k = 0; k < mine.size(); ++k) {
      const std::string which = name + " " + std::to_string(k);
      EXPECT_LT(difference(mine[k], eager[k], which), 1e-6) << which;
      EXPECT_LT(difference(again[k], mine[k], which), 1e-6) << which;
      values.add(name + "/y" + std::to_string(k),
                 mine[k].dtype() == tt::boolean ? tt::cast(mine[k], tt::uint8) : mine[k]);
    }
    values.add(name + "/x0", x);
    values.add(name + "/x1", i);
  }
}

}  // namespace

TEST_F(KerasGraphOps, ComeBackAndKerasOpensThem) {
  const TemporaryFolder folder, other_folder;
  tt::StateDict values, others;
  check_files_of(functions_that_keras_does_not_run(), other_folder, others);
  check_files_of(functions(), folder, values);
  if (!python_has_keras()) GTEST_SKIP() << "python3 has no keras with safetensors here";
  tt::save(values, folder / "values.safetensors");
  EXPECT_EQ(check(folder), 0) << read_file(folder / "errors");
}

TEST_F(KerasGraphOps, SeveralOpsOfOursAreOneStep) {
  const tt::Tensor x = Input({4, 4}, {.name = "x"});
  const tt::Tensor h = Dense(4, {.name = "dense"})(x);
  const keras::Model model(x, ops::inv(ops::matmul(h, ops::transpose(h, {0, 2, 1})) + tt::eye(4)));
  EXPECT_THAT(model.summary_text(),
              AllOf(HasSubstr("│ add (Add)"), HasSubstr("│ inv (Inv)"), HasSubstr("│ add[0][0]")));
  const tt::Tensor given = ramp({2, 4, 4}) + 2 * tt::eye(4);

  // Called by another model, cloned, and trained on both engines.
  const tt::Tensor around = Input({4, 4});
  const keras::Model outer(around, model(around) * 2);
  EXPECT_LT(difference(outer(given), model(given) * 2, "outer"), 1e-6);
  const keras::Model clone = keras::models::clone_model(model);
  clone.set_weights(model.get_weights());
  EXPECT_LT(difference(clone(given), model(given), "clone"), 1e-6);
  std::vector<std::vector<float>> trained;
  for (const char* engine : {"graph", "eager"}) {
    const keras::Model net = keras::models::clone_model(model);
    net.set_weights(model.get_weights());
    net.compile({.optimizer = "sgd", .loss = "mse", .engine = engine, .numerics = "exact"});
    net.fit(given, tt::zeros({2, 4, 4}), {.epochs = 3, .verbose = 0});
    trained.push_back(net.get_weights()[0].to_vector<float>());
  }
  EXPECT_EQ(trained[0], trained[1]);
  EXPECT_NE(trained[0], model.get_weights()[0].to_vector<float>());
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                ops::conv(x, tt::ones({3, 5, 2}));
              }),
              AllOf(HasSubstr("[convolution]"), HasSubstr("keras_graph_ops_test.cpp")));
}

TEST_F(KerasGraphOps, WhatKerasDoesNotHaveIsAnError) {
  const TemporaryFolder folder;
  const tt::Tensor x = Input({4});
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { keras::Model(x, tt::lgamma(x)).save(folder / "a.keras"); }),
              AllOf(HasSubstr("an op that a functional model applies has no place in a config: 'lgamma', which Keras "
                              "does not have, or not with these arguments"),
                    HasSubstr("keras_graph_ops_test.cpp")));
  EXPECT_FALSE(std::filesystem::exists(folder / "a.keras"));
  const auto load = [](const std::string& op, const std::string& config, const std::string& args) {
    return error_of<tt::Error>([&] {
      keras::models::model_from_json(
          R"({"class_name": "Functional", "config": {"name": "f", "layers": [{"class_name": "InputLayer", "config":
             {"batch_shape": [null, 4], "name": "x"}}, {"module": "keras.src.ops.numpy", "class_name": ")" +
          op + R"(", "name": "op", "config": )" + config + R"(, "inbound_nodes": [{"args": [{"class_name":
             "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}})" +
          args + R"(], "kwargs": {}}]}], "input_layers": ["x", 0, 0], "output_layers": ["op", 0, 0]}})");
    });
  };
  EXPECT_THAT(load("Fibonacci", "{}", ""),
              HasSubstr("[model_from_json] an op of the file is not known here: 'Fibonacci'"));
  EXPECT_THAT(
      load("Softmax", R"({"axis": "last"})", ""),
      HasSubstr("[model_from_json] an op of the file has an argument that it does not take: 'axis' of 'Softmax'"));
  EXPECT_THAT(load("Add", "{}", ""), HasSubstr("'the number of operands' of 'Add'"));
  EXPECT_THAT(load("Add", "{}", R"(, "one")"), HasSubstr("'operands' of 'Add'"));
  EXPECT_THAT(load("GetItem", "{}", R"(, [{"class_name": "__slice__", "config": {"start": 0.5}}])"),
              HasSubstr("'start' of 'GetItem'"));
  EXPECT_THAT(load("Reshape", "{}", ""), HasSubstr("'newshape' of 'Reshape' is missing"));
  EXPECT_THAT(load("Split", R"({"indices_or_sections": 0, "axis": 1})", ""), HasSubstr("split"));
  EXPECT_THAT(load("Transpose", R"({"axes": [0, 0]})", ""), HasSubstr("[permute]"));
}

TEST_F(KerasGraphOps, BranchesAndLoopsOfItsTensors) {
  const tt::Tensor x = Input({3}), flag = Input({}, {.dtype = tt::boolean});
  const Results results{
      ops::cond(
          ops::sum(x) > 0, [&] { return x * 2; }, [&] { return x - 1; }),
      ops::while_loop([](const Results& v) { return ops::sum(v[0]) < 10; },
                      [](const Results& v) { return Results{v[0] + 1}; }, {x})[0],
      ops::switch_(ops::cast(ops::sum(x), tt::int32),
                   {[](const Results& v) { return v[0]; }, [](const Results& v) { return v[0] * 10; }}, {x}),
      ops::scan(
          [](const tt::Tensor& carry, const tt::Tensor& row) {
            return ops::Step{carry + row, carry * 2};
          },
          tt::zeros({3}), x)
          .carry,
      ops::map([](const tt::Tensor& row) { return row * 3; }, x),
      ops::fori_loop(
          0, 3, [](std::int64_t i, const tt::Tensor& v) { return v + i; }, x),
      ops::associative_scan([](const tt::Tensor& a, const tt::Tensor& b) { return a + b; }, x, false, 1)};
  const keras::Model model(x, results);
  const tt::Tensor given = tt::tensor<float>({{1, 2, 3}, {0, 1, -1}});
  const auto values = [&](std::size_t i) { return model.predict_all(given, {.verbose = 0})[i].to_vector<float>(); };
  using testing::ElementsAre;
  EXPECT_THAT(values(0), ElementsAre(2, 4, 6, 0, 2, -2));
  EXPECT_THAT(model.predict_all(neg(given), {.verbose = 0})[0].to_vector<float>(), ElementsAre(-2, -3, -4, -1, -2, 0));
  EXPECT_THAT(values(1), ElementsAre(2, 3, 4, 1, 2, 0));
  EXPECT_THAT(values(2), ElementsAre(10, 20, 30, 0, 10, -10));
  EXPECT_THAT(values(3), ElementsAre(1, 3, 2));
  EXPECT_THAT(values(4), ElementsAre(3, 6, 9, 0, 3, -3));
  EXPECT_THAT(values(5), ElementsAre(4, 5, 6, 3, 4, 2));
  EXPECT_THAT(values(6), ElementsAre(1, 3, 6, 0, 1, 0));
  const TemporaryFolder folder;
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { model.save(folder / "model.keras"); }),
              HasSubstr("an op that a functional model applies has no place in a config"));

  // Weights before a branch are trained through it, on both engines alike.
  std::vector<std::vector<float>> trained;
  for (const char* engine : {"graph", "eager"}) {
    const tt::Tensor in = Input({3});
    const tt::Tensor h = Dense(2, {.kernel_initializer = "ones"})(in);
    const keras::Model net(in, ops::cond(
                                   ops::mean(h) > 0, [&] { return ops::tanh(h); }, [&] { return h * h; }) +
                                   ops::while_loop([](const Results& v) { return ops::sum(v[0]) < 10; },
                                                   [](const Results& v) { return Results{v[0] * 2 + 1}; }, {h})[0]);
    net.compile({.optimizer = "sgd", .loss = "mse", .engine = engine, .numerics = "exact"});
    net.fit(given * 0.1, tt::zeros({2, 2}), {.epochs = 3, .verbose = 0});
    trained.push_back(net.get_weights()[0].to_vector<float>());
    EXPECT_NE(trained.back()[0], 1);
  }
  EXPECT_EQ(trained[0], trained[1]);
  EXPECT_THAT(error_of<tt::ArgumentError>([&] {
                ops::cond(
                    x, [&] { return x; }, [&] { return x; });
              }),
              AllOf(HasSubstr("[cond]"), HasSubstr("keras_graph_ops_test.cpp")));
}
