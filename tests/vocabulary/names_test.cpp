// Every name that a home gives to a function means here what it means there, for one call with defaults.
#include "names.h"

#include <gtest/gtest.h>

#include <cmath>

namespace names {
namespace {

const tt::StateDict& references() {
  static const tt::StateDict all = tt::load(TRIPTYCH_SOURCE_DIR "/tests/references/names.safetensors");
  return all;
}

const Inputs& inputs() {
  const auto get = [](const char* name) { return references().at(std::string("input/") + name); };
  static const Inputs all{get("x"), get("y"), get("p"),     get("u"),      get("q"),      get("m"),    get("s"),
                          get("i"), get("b"), get("image"), get("signal"), get("labels"), get("words")};
  return all;
}

class Names : public testing::TestWithParam<Call> {};

TEST_P(Names, AsAtHome) {
  const Call& call = GetParam();
  SCOPED_TRACE(call.text);
  const std::vector<Tensor> ours = call.call(inputs());
  std::size_t count = 0;
  for (; references().contains(call.text + "/" + std::to_string(count)); ++count) {
    ASSERT_LT(count, ours.size());
    const Tensor& theirs = references().at(call.text + "/" + std::to_string(count));
    ASSERT_EQ(ours[count].shape().text(), theirs.shape().text());
    const auto a = ours[count].to_vector<double>(), e = theirs.to_vector<double>();
    for (std::size_t k = 0; k < a.size(); ++k) {
      if (std::isnan(e[k]) ? std::isnan(a[k]) : a[k] == e[k]) continue;
      ASSERT_LE(std::abs(a[k] - e[k]), 2e-6 * (1 + std::abs(e[k])))
          << "element " << k << ": " << a[k] << " for " << e[k];
    }
  }
  ASSERT_GT(count, 0u) << "no reference: run scripts/references/make_references_names.py";
}

std::string name_of_call(const testing::TestParamInfo<Call>& info) {
  std::string name = info.param.text.substr(0, info.param.text.find('('));
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  return name + "_" + std::to_string(info.index);
}

INSTANTIATE_TEST_SUITE_P(PyTorch, Names, testing::ValuesIn(pytorch_calls()), name_of_call);
INSTANTIATE_TEST_SUITE_P(TensorFlow, Names, testing::ValuesIn(tensorflow_calls()), name_of_call);
INSTANTIATE_TEST_SUITE_P(Keras, Names, testing::ValuesIn(keras_calls()), name_of_call);

}  // namespace
}  // namespace names
