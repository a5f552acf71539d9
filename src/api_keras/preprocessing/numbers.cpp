// Rescaling, Normalization, Discretization, CategoryEncoding.
#include "triptych/keras/layers/preprocessing/numbers.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "api_keras/layers/brick.h"
#include "api_keras/preprocessing/adaptations.h"
#include "api_keras/preprocessing/encoding.h"
#include "api_keras/saving/configured.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/order.h"
#include "triptych/keras/ops/nn.h"

namespace triptych::keras {
namespace {

std::atomic<std::uint64_t> adapted = 0;

}  // namespace

std::uint64_t adaptations() { return adapted.load(std::memory_order_relaxed); }
void note_adaptation() { adapted.fetch_add(1, std::memory_order_relaxed); }

void AdaptiveLayerBase::adapt(const Tensor& data) {
  if (data.numel() == 0)
    throw ArgumentError(class_name(), "there are no data to adapt to", "a tensor of shape " + data.shape().text());
  const RunNow now;
  ensure_built(*this, {data.shape()});
  reset_adapted();
  see(data);
  finish_adapting();
  note_adaptation();
}

void AdaptiveLayerBase::read_asset(const std::string&) {}

void AdaptiveLayer::adapt(const data::DataLoader& batches, Location where) const {
  const Frame frame(where);
  auto& layer = kind_of<AdaptiveLayerBase>(*this, where);
  const RunNow now;
  const Transaction whole;
  bool any = false;
  data::DataLoader own = batches;
  for (const auto& batch : own) {
    ensure_built(layer, {batch.x.shape()});
    if (!any) layer.reset_adapted();
    any = true;
    layer.see(batch.x);
  }
  if (!any)
    throw ArgumentError(layer.class_name(), "there are no data to adapt to", "a DataLoader without batches", "", where);
  layer.finish_adapting();
  note_adaptation();
}

void check_output_mode(const char* layer, const std::string& mode, bool has_int, Location where) {
  if (mode == "one_hot" || mode == "multi_hot" || mode == "count" || (has_int && mode == "int")) return;
  throw ArgumentError(
      layer, "there is no such output_mode", "'" + mode + "'",
      has_int ? "Use 'int', 'one_hot', 'multi_hot' or 'count'" : "Use 'multi_hot', 'one_hot' or 'count'", where);
}

Tensor encoded(const LayerBase& layer, const Tensor& given, const std::string& mode, std::int64_t depth,
               const Tensor& weights) {
  Tensor x = given.ndim() == 0 ? unsqueeze(given, 0) : given;
  const bool single = x.ndim() > 1 && x.shape().dim(-1).raw() == 1;
  if (mode == "one_hot") return one_hot(cast(single ? squeeze(x, -1) : x, int64), depth, float32);
  if (x.ndim() > 2)
    throw ArgumentError(layer.class_name(), "the input has more than two axes",
                        "layer '" + layer.name() + "' got " + given.shape().text(), "Use output_mode 'one_hot'");
  Tensor each = one_hot(cast(x, int64), depth, float32);  // (n, labels, depth)
  if (weights.defined()) each = each * unsqueeze(cast(weights, float32), -1);
  const Tensor counts = sum(each, x.ndim() == 1 ? 0 : 1);
  return mode == "count" ? counts : cast(greater(counts, 0), float32);
}

namespace {

/// Sorted values and how many examples each stands for: what Keras's Discretization keeps of its data.
struct Quantiles {
  std::vector<float> values, weights;

  /// As np.interp.
  static double interpolated(double x, const std::vector<double>& xs, const std::vector<double>& ys) {
    if (x <= xs.front()) return ys.front();
    if (x >= xs.back()) return ys.back();
    const std::size_t above = static_cast<std::size_t>(std::upper_bound(xs.begin(), xs.end(), x) - xs.begin());
    const double slope = (ys[above] - ys[above - 1]) / (xs[above] - xs[above - 1]);
    return slope * (x - xs[above - 1]) + ys[above - 1];
  }

  static Quantiles of(std::vector<float> data, double epsilon) {
    std::sort(data.begin(), data.end());
    const double step = std::max(static_cast<double>(data.size()) * epsilon, 1.0);
    Quantiles result;
    for (auto i = static_cast<std::size_t>(step - 1); i < data.size(); i += static_cast<std::size_t>(step)) {
      result.values.push_back(data[i]);
      result.weights.push_back(static_cast<float>(step));
    }
    return result;
  }

  void merge(const Quantiles& other, double epsilon) {
    std::vector<std::pair<float, float>> all;
    for (const Quantiles* part : {&other, static_cast<const Quantiles*>(this)})
      for (std::size_t i = 0; i < part->values.size(); ++i) all.emplace_back(part->values[i], part->weights[i]);
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    values.clear();
    weights.clear();
    for (const auto& [value, weight] : all) {
      values.push_back(value);
      weights.push_back(weight);
    }
    *this = compressed(epsilon);
  }

  Quantiles compressed(double epsilon) const {
    if (static_cast<double>(values.size()) * epsilon < 1) return *this;
    std::vector<double> sums, shares, doubles(values.begin(), values.end());
    float sum = 0;
    for (const float weight : weights) sums.push_back(sum += weight);
    for (const double part : sums) shares.push_back(static_cast<float>(part) / sum);
    Quantiles result;
    double before = 0;
    for (int i = 0; i * epsilon < 1.0; ++i) {
      const double percent = epsilon + i * epsilon, total = interpolated(percent, shares, sums);
      result.values.push_back(static_cast<float>(interpolated(percent, shares, doubles)));
      result.weights.push_back(static_cast<float>(total - before));
      before = total;
    }
    return result;
  }
};

class Discretization : public AdaptiveLayerBase {
 public:
  explicit Discretization(DiscretizationOptions options) : options_(std::move(options)) {
    autocast = false;  // 16 bits would move numbers across boundaries
  }

  Tensor call(const Tensor& x, bool) override {
    if (options_.bin_boundaries.empty())
      throw ArgumentError("Discretization", "the layer has no boundaries yet", "layer '" + name() + "'",
                          "Call adapt(data), or give it bin_boundaries");
    const Tensor bins = bucketize(cast(x, float64), tensor(options_.bin_boundaries), true, true);
    if (options_.output_mode == "int") return bins;
    return in_dtype(
        encoded(*this, bins, options_.output_mode, static_cast<std::int64_t>(options_.bin_boundaries.size()) + 1, {}),
        compute_dtype());
  }

  void reset_adapted() override {
    if (options_.num_bins == 0)
      throw ArgumentError("Discretization", "the layer was given its boundaries", "layer '" + name() + "'",
                          "Give it num_bins to adapt it");
    summary_ = {};
  }
  void see(const Tensor& batch) override {
    const Quantiles seen = Quantiles::of(cast(batch, float32).to_vector<float>(), options_.epsilon);
    summary_.merge(seen, options_.epsilon);
  }
  void finish_adapting() override {
    Quantiles bins = summary_.compressed(1.0 / static_cast<double>(options_.num_bins));
    if (!bins.values.empty()) bins.values.pop_back();
    options_.bin_boundaries.assign(bins.values.begin(), bins.values.end());
  }
  std::string config() const override { return config_of(options_); }

 private:
  DiscretizationOptions options_;
  Quantiles summary_;
};

class CategoryEncoding : public LayerBase {
 public:
  CategoryEncoding(std::int64_t num_tokens, std::string mode) : num_tokens_(num_tokens), mode_(std::move(mode)) {}
  std::vector<Tensor> call_many(const std::vector<Tensor>& xs, bool) override {
    if (xs.size() == 2 && mode_ != "count")
      throw ArgumentError("CategoryEncoding", "there are weights, and output_mode is not 'count'", "'" + mode_ + "'");
    if (xs.size() != 2) only_input(*this, xs);
    return {in_dtype(encoded(*this, xs[0], mode_, num_tokens_, xs.size() == 2 ? xs[1] : Tensor()), compute_dtype())};
  }

 private:
  std::int64_t num_tokens_;
  std::string mode_;
};

}  // namespace

namespace layers {

AdaptiveLayer Discretization(DiscretizationOptions options, Location where) {
  check_output_mode("Discretization", options.output_mode, true, where);
  const bool given = !options.bin_boundaries.empty();
  if (!given && options.num_bins == 0)
    throw ArgumentError("Discretization", "neither bin_boundaries nor num_bins are given", "none of the two", "",
                        where);
  if (options.num_bins < 0)
    throw ArgumentError("Discretization", "num_bins is negative", std::to_string(options.num_bins), "", where);
  const Hyperparameters check("Discretization", where);
  check.positive("epsilon", options.epsilon);
  check.share("epsilon", options.epsilon);
  for (std::size_t i = 0; i < options.bin_boundaries.size(); ++i) {
    check.finite("a boundary", options.bin_boundaries[i]);
    if (i > 0 && options.bin_boundaries[i] < options.bin_boundaries[i - 1])
      throw ArgumentError("Discretization", "bin_boundaries fall", "at number " + std::to_string(i), "", where);
  }
  return AdaptiveLayer(with_options(brick<keras::Discretization>(options.name, where, options), options, where));
}

Layer CategoryEncoding(std::int64_t num_tokens, CategoryEncodingOptions options, Location where) {
  check_positive("CategoryEncoding", "num_tokens", num_tokens, where);
  check_output_mode("CategoryEncoding", options.output_mode, false, where);
  return configured(
      with_options(plain_brick<keras::CategoryEncoding>(options.name, where, num_tokens, options.output_mode), options,
                   where),
      options, arg("num_tokens", num_tokens));
}

}  // namespace layers
}  // namespace triptych::keras
