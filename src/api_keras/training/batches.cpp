#include "api_keras/training/batches.h"

#include <algorithm>
#include <numeric>

#include "core/data/start_epoch.h"

namespace triptych::keras {
namespace {

class ArraySource : public Source {
 public:
  ArraySource(const TensorList& x, const TensorList& y, const std::vector<Tensor>& sample_weight,
              const ArraySourceOptions& options, Location where)
      : options_(options), x_count_(x.size()), y_count_(y.size()) {
    for (const Tensor& tensor : x) arrays_.emplace_back(tensor, Tensor(), where);
    for (const Tensor& tensor : y) arrays_.emplace_back(tensor, Tensor(), where);
    for (const Tensor& tensor : sample_weight) arrays_.emplace_back(tensor, Tensor(), where);
    if (options_.end < 0) options_.end = x[0].size(0);
  }

  std::int64_t steps() const override {
    const std::int64_t examples = options_.end - options_.begin;
    return examples / options_.batch_size + (examples % options_.batch_size != 0);
  }

  void start(std::int64_t epoch) override {
    const std::int64_t size = options_.end - options_.begin;
    if (options_.shuffle) {
      order_ = data::shuffled_order(size, options_.seed, epoch);
    } else {
      order_.resize(static_cast<std::size_t>(size));
      std::iota(order_.begin(), order_.end(), 0);
    }
    for (std::int64_t& index : order_) index += options_.begin;
    position_ = 0;
  }

  std::optional<ArrayBatch> next() override {
    if (position_ >= order_.size()) return std::nullopt;
    const std::size_t count = std::min(order_.size() - position_, static_cast<std::size_t>(options_.batch_size));
    const std::span<const std::int64_t> rows(order_.data() + position_, count);
    position_ += count;
    ArrayBatch batch;
    for (std::size_t i = 0; i < arrays_.size(); ++i) {
      Tensor part = arrays_[i].get_batch(rows).x;
      if (i < x_count_)
        batch.x.push_back(std::move(part));
      else if (i < x_count_ + y_count_)
        batch.y.push_back(std::move(part));
      else
        batch.sample_weight.push_back(std::move(part));
    }
    return batch;
  }

 private:
  ArraySourceOptions options_;
  std::size_t x_count_, y_count_;
  std::vector<data::TensorDataset> arrays_;
  std::vector<std::int64_t> order_;
  std::size_t position_ = 0;
};

class LoaderSource : public Source {
 public:
  explicit LoaderSource(const data::DataLoader& loader) : loader_(loader) {}

  std::int64_t steps() const override { return loader_.size(); }
  void start(std::int64_t epoch) override {
    loader_.set_epoch(epoch);
    position_.emplace(data::start_epoch(loader_));  // the loop says that there is no batch
  }
  std::optional<ArrayBatch> next() override {
    if (*position_ == loader_.end()) return std::nullopt;
    const data::Batch& batch = **position_;
    ArrayBatch result{.x = {batch.x}, .y = {}, .sample_weight = {}};
    if (batch.y.defined()) result.y.push_back(batch.y);
    ++*position_;
    return result;
  }

 private:
  data::DataLoader loader_;
  std::optional<data::DataLoader::Iterator> position_;
};

class GeneratorSource : public Source {
 public:
  GeneratorSource(const char* what, const Generator& generator, Location where)
      : what_(what), generator_(generator), where_(where) {}

  std::int64_t steps() const override { return 0; }
  void start(std::int64_t) override {}
  std::optional<ArrayBatch> next() override {
    std::optional<GeneratorBatch> batch = [&] {
      const UserCode its_lines;
      return generator_();
    }();
    if (!batch) return std::nullopt;
    if (batch->x.empty()) throw ArgumentError(what_, "a generator gave no x", "a batch without an array", "", where_);
    return ArrayBatch{batch->x, batch->y, given_weights(batch->sample_weight)};
  }

 private:
  const char* what_;
  Generator generator_;
  Location where_;
};

}  // namespace

std::unique_ptr<Source> array_source(const char* what, const TensorList& x, const TensorList& y,
                                     const TensorList& sample_weight, const ArraySourceOptions& options,
                                     Location where) {
  if (x.empty()) throw ArgumentError(what, "x holds no array", "x is empty", "", where);
  const auto check = [&](const Tensor& tensor, const char* name) {
    if (!tensor.defined() || tensor.is_symbolic() || tensor.ndim() == 0)
      throw ArgumentError(
          what, "data are not concrete arrays with a first axis of examples",
          std::string(name) + (tensor.defined() ? " has shape " + tensor.shape().text() : " is undefined"), "", where);
    if (tensor.size(0) != x[0].size(0))
      throw ArgumentError(
          what, "the arrays hold different numbers of examples",
          "x has " + std::to_string(x[0].size(0)) + ", " + name + " has " + std::to_string(tensor.size(0)), "", where);
  };
  for (const Tensor& tensor : x) check(tensor, "x");
  for (const Tensor& tensor : y) check(tensor, "y");
  const std::vector<Tensor> weights = given_weights(sample_weight);
  for (const Tensor& tensor : weights) check(tensor, "sample_weight");
  if (x[0].size(0) == 0)
    throw ArgumentError(what, "there are no examples", "x has shape " + x[0].shape().text(), "", where);
  return std::make_unique<ArraySource>(x, y, weights, options, where);
}

std::vector<Tensor> given_weights(const TensorList& sample_weight) {
  if (sample_weight.size() == 1 && !sample_weight[0].defined()) return {};
  return sample_weight;
}

std::unique_ptr<Source> generator_source(const char* what, const Generator& generator, Location where) {
  return std::make_unique<GeneratorSource>(what, generator, where);
}

std::unique_ptr<Source> loader_source(const data::DataLoader& loader) { return std::make_unique<LoaderSource>(loader); }

}  // namespace triptych::keras
