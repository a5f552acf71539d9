#include <algorithm>
#include <limits>

#include "api_keras/layers/brick.h"
#include "api_keras/preprocessing/encoding.h"
#include "api_keras/saving/configured.h"
#include "core/support/text_hash.h"
#include "triptych/keras/layers/preprocessing/hashing.h"

namespace triptych::keras {
namespace {

/// x >> 47 of unsigned numbers.
Tensor shift_mix(const Tensor& x) {
  constexpr std::int64_t without_sign = (std::int64_t{1} << 17) - 1;
  return bitwise_xor(x, bitwise_and(bitwise_right_shift(x, 47), without_sign));
}
/// TensorFlow's FingerprintCat64, of int64 as of uint64.
Tensor joined(const Tensor& a, const Tensor& b) {
  constexpr auto multiplier = static_cast<std::int64_t>(0xc6a4a7935bd1e995U);
  Tensor x = bitwise_xor(bitwise_xor(a, multiplier), shift_mix(b * multiplier) * multiplier) * multiplier;
  x = shift_mix(x) * multiplier;
  return shift_mix(x);
}
/// x modulo n of unsigned numbers: twice the half of x, and its last bit.
Tensor unsigned_remainder(const Tensor& x, std::int64_t n) {
  const Tensor half = bitwise_and(bitwise_right_shift(x, 1), std::numeric_limits<std::int64_t>::max());
  return remainder(remainder(half, n) * 2 + bitwise_and(x, 1), n);
}

class HashedCrossing : public LayerBase {
 public:
  HashedCrossing(std::int64_t num_bins, std::string output_mode)
      : num_bins_(num_bins), output_mode_(std::move(output_mode)) {
    autocast = false;
  }
  DType input_dtype() const override { return int64; }

  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool) override {
    if (xs.size() < 2) fail("there are less than two features to cross", std::to_string(xs.size()));
    constexpr std::int64_t key = 0xDECAFCAFFE;
    Tensor hash;
    for (const Tensor& x : xs) {
      if (is_floating(x.dtype())) fail("a feature is not of whole numbers", std::string(dtype_name(x.dtype())));
      const Shape& shape = x.shape();
      if (shape.rank() > 2 || (shape.rank() == 2 && shape.dim(1).known() && shape[1] != 1))
        fail("a feature is neither (n) nor (n, 1)", shape.text());
      if (shape.rank() != xs[0].ndim())
        fail("features have several shapes", xs[0].shape().text() + " and " + shape.text());
      for (int i = 0; i < shape.rank(); ++i)
        if (conflict(shape.dim(i), xs[0].shape().dim(i)))
          fail("features have several shapes", xs[0].shape().text() + " and " + shape.text());
      const Tensor numbers = cast(x, int64);
      hash = joined(hash.defined() ? hash : zeros_like(numbers) + key, numbers);
    }
    const Tensor bins = unsigned_remainder(hash, num_bins_);
    return {output_mode_ == "int" ? bins : encoded(*this, bins, "one_hot", num_bins_, {})};
  }

 private:
  [[noreturn]] void fail(const char* problem, const std::string& given) const {
    throw ArgumentError("HashedCrossing", problem, "layer '" + name() + "' got " + given);
  }

  std::int64_t num_bins_;
  std::string output_mode_;
};

/// The numbers of texts: their hashes.
Tensor hashes(const TextBatch& texts) {
  std::vector<std::int64_t> numbers;
  std::size_t columns = 1;
  for (const auto& row : texts.rows) {
    columns = std::max(columns, row.size());
    for (const std::string& text : row) numbers.push_back(static_cast<std::int64_t>(fingerprint64(text)));
  }
  if (columns > 1 || numbers.size() != texts.rows.size())
    throw ArgumentError("HashedCrossing", "rows of texts do not have one each",
                        std::to_string(numbers.size()) + " texts in " + std::to_string(texts.rows.size()) + " rows");
  const Tensor all = tensor(numbers);
  return texts.has_rows ? unsqueeze(all, 1) : all;
}

}  // namespace

Tensor HashedCrossingLayer::operator()(const std::vector<CrossedFeature>& features, Location where) const {
  const Frame frame(where);
  std::vector<Tensor> numbers;
  for (const CrossedFeature& feature : features)
    numbers.push_back(feature.numbers.defined() ? feature.numbers : hashes(feature.texts));
  return (*this)(numbers, {}, where);
}

HashedCrossingLayer layers::HashedCrossing(std::int64_t num_bins, HashedCrossingOptions options, Location where) {
  check_positive("HashedCrossing", "num_bins", num_bins, where);
  if (num_bins > std::numeric_limits<std::int64_t>::max() / 4)
    throw ArgumentError("HashedCrossing", "num_bins is above 2^61", std::to_string(num_bins), "", where);
  if (options.output_mode != "int" && options.output_mode != "one_hot")
    throw ArgumentError("HashedCrossing", "there is no such output_mode", "'" + options.output_mode + "'",
                        "Use 'int' or 'one_hot'", where);
  return HashedCrossingLayer(
      configured(plain_brick<keras::HashedCrossing>(options.name, where, num_bins, options.output_mode), options,
                 arg("num_bins", num_bins)));
}

}  // namespace triptych::keras
