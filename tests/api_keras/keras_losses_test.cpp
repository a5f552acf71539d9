// Losses where their formulas have kinks and ends: Keras's own values and gradients.
// References by scripts/references/make_references_keras_losses.py.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "triptych/core/autograd.h"
#include "triptych/core/io.h"
#include "triptych/core/ops.h"
#include "triptych/keras.h"

namespace tt = triptych;
namespace keras = triptych::keras;
namespace losses = triptych::keras::losses;

namespace {

const tt::StateDict& references() {
  static const tt::StateDict all = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/keras_losses.safetensors");
  return all;
}

std::set<std::string> names() {
  std::set<std::string> result;
  for (const auto& [name, tensor] : references()) result.insert(name.substr(0, name.find('/')));
  return result;
}

/// "binary_crossentropy_logits_0.5" is that loss of logits, for a target of 0.5.
keras::Loss loss_of(const std::string& name) {
  const bool logits = name.find("_logits") != std::string::npos || name == "binary_crossentropy_zeros";
  if (name.starts_with("binary")) return losses::BinaryCrossentropy({.from_logits = logits});
  if (name.starts_with("categorical")) return losses::CategoricalCrossentropy({.from_logits = logits});
  if (name.starts_with("sparse")) return losses::SparseCategoricalCrossentropy({.from_logits = logits});
  return name;
}

void expect_equal(const tt::Tensor& actual, const tt::Tensor& expected, const std::string& what) {
  ASSERT_EQ(actual.shape().text(), expected.shape().text()) << what;
  const auto a = actual.to_vector<double>(), e = expected.to_vector<double>();
  for (std::size_t i = 0; i < e.size(); ++i) {
    if (std::isnan(e[i]) ? std::isnan(a[i]) : a[i] == e[i]) continue;
    EXPECT_LE(std::abs(a[i] - e[i]), 2e-6 * (0.1 + std::abs(e[i])))
        << what << ", element " << i << ": " << a[i] << " for " << e[i];
  }
}

class KerasLosses : public testing::TestWithParam<std::string> {};

TEST_P(KerasLosses, AreAsKerass) {
  const std::string name = GetParam() + "/";
  const keras::Loss loss = loss_of(GetParam());
  const tt::Tensor y_true = references().at(name + "y_true");
  const tt::Tensor y_pred = references().at(name + "y_pred").clone().set_requires_grad();
  expect_equal(loss.base().call(y_true, y_pred), references().at(name + "values"), "values");
  const tt::Tensor ys[] = {loss(y_true, y_pred)}, xs[] = {y_pred};
  expect_equal(tt::gradients(ys, xs)[0], references().at(name + "gradient"), "gradient");
}

INSTANTIATE_TEST_SUITE_P(Points, KerasLosses, testing::ValuesIn(names()), [](const auto& info) {
  std::string name = info.param;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name;
});

}  // namespace
