// Keras's initializers on Keras's shapes, (..., in, out), of any rank.
#include <gtest/gtest.h>

#include <cmath>

#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
using tt::Tensor;

// keras.initializers.compute_fans((5, 40, 60)) is (200, 300), of (2, 3, 4, 10, 30) it is (240, 720).
TEST(KerasInitializers, Fans) {
  tt::manual_seed(1);
  const auto reach = [](const char* name, const tt::Shape& shape) {
    return tt::max(tt::abs(keras::Initializer(name)(shape, tt::float32))).item<double>();
  };
  EXPECT_NEAR(reach("he_uniform", {5, 40, 60}), std::sqrt(6.0 / 200), 1e-3);
  EXPECT_NEAR(reach("glorot_uniform", {5, 40, 60}), std::sqrt(6.0 / 500), 1e-3);
  EXPECT_NEAR(reach("he_uniform", {2, 3, 4, 10, 30}), std::sqrt(6.0 / 240), 1e-3);
  EXPECT_NEAR(reach("he_uniform", {40, 60}), std::sqrt(6.0 / 40), 1e-2);
}

TEST(KerasInitializers, OrthogonalFlattensAllButTheOutputs) {
  tt::manual_seed(2);
  for (const tt::Shape& shape : {tt::Shape{3, 3, 2, 6}, tt::Shape{3, 3, 1, 12}, tt::Shape{5, 2, 4}, tt::Shape{7, 3}}) {
    const Tensor w = tt::reshape(keras::Initializer("orthogonal")(shape, tt::float64), {-1, shape[-1]});
    const bool tall = w.size(0) >= w.size(1);
    const Tensor product = tall ? tt::matmul(tt::transpose(w), w) : tt::matmul(w, tt::transpose(w));
    EXPECT_LT(tt::max(tt::abs(product - tt::eye(product.size(0), {}, tt::float64))).item<double>(), 1e-12)
        << shape.text();
  }
}

TEST(KerasInitializers, AFunctionGetsKerassShape) {
  tt::Shape seen;
  const auto layer =
      keras::layers::Conv2D(4, 3, {.kernel_initializer = [&seen](const tt::Shape& shape, tt::DType dtype) {
                              seen = shape;
                              return tt::ones(shape, dtype);
                            }});
  layer(tt::ones({1, 8, 8, 2}));
  EXPECT_EQ(seen, (tt::Shape{3, 3, 2, 4}));
}

// As keras.initializers.Constant(np.eye(2).flatten()), which a network of points takes for its bias.
TEST(KerasInitializers, NumbersThatBroadcast) {
  const keras::Initializer eye = keras::initializers::Constant(tt::reshape(tt::eye(2), {-1}));
  EXPECT_EQ(eye({4}, tt::float32).to_vector<float>(), (std::vector<float>{1, 0, 0, 1}));
  EXPECT_EQ(eye({2, 4}, tt::float64).to_vector<double>(), (std::vector<double>{1, 0, 0, 1, 1, 0, 0, 1}));
  EXPECT_EQ(eye.config(),
            R"({"value":{"class_name":"__numpy__","config":{"dtype":"float32","value":[1.0,0.0,0.0,1.0]}}})");
  EXPECT_THROW(eye({3}, tt::float32), tt::ArgumentError);
  EXPECT_THROW(keras::initializers::Constant(tt::Tensor()), tt::ArgumentError);
  EXPECT_THROW(keras::initializers::Constant(tt::full({2}, std::nan(""))), tt::ArgumentError);
  EXPECT_THROW(keras::initializers::Constant(keras::layers::Input({2})), tt::Error);
  const auto dense = keras::layers::Dense(4, {.bias_initializer = eye});
  const auto again = keras::layers::from_config("Dense", dense.get_config());
  EXPECT_EQ(again.get_config(), dense.get_config());
  again.build({-1, 3});
  EXPECT_EQ(again.get_weights()[1].to_vector<float>(), (std::vector<float>{1, 0, 0, 1}));
}
