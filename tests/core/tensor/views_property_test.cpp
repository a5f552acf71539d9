// Random programs of views and in-place writes, against a model in which every tensor is an array of its own, and knows
// which of those that it is a view of still live.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>

#include "core/dispatch/execute.h"
#include "triptych/core/autograd.h"
#include "triptych/core/graph.h"
#include "triptych/core/memory.h"
#include "triptych/core/ops.h"

namespace tt = triptych;

namespace {

using Values = std::vector<double>;

/// A tensor and what its values must be. All handles to a tensor have one `life`; a view knows those of its bases.
struct Pair {
  tt::Tensor tensor;
  Values model;
  std::shared_ptr<int> life = std::make_shared<int>();
  std::vector<std::weak_ptr<int>> bases = {};

  bool may_be_written() const {
    return std::all_of(bases.begin(), bases.end(), [](const auto& base) { return base.expired(); });
  }
};

class Program {
 public:
  explicit Program(unsigned seed) : random_(seed) {}

  void run(int steps) {
    pairs_.reserve(32);  // references into it stay
    pairs_.push_back(pair_of(fresh({2, 3, 4})));
    for (int i = 0; i < steps; ++i) {
      step();
      if (pairs_.size() > 12) pairs_.erase(pairs_.begin() + pick(static_cast<int>(pairs_.size())));
      for (const Pair& pair : pairs_) ASSERT_EQ(pair.tensor.to_vector<double>(), pair.model) << "after step " << i;
    }
  }
  /// All values in order, to compare two runs.
  Values values() const {
    Values all;
    for (const Pair& pair : pairs_) all.insert(all.end(), pair.model.begin(), pair.model.end());
    return all;
  }

 private:
  int pick(int n) { return static_cast<int>(random_() % static_cast<unsigned>(n)); }
  static Pair pair_of(tt::Tensor tensor) {
    Values model = tensor.to_vector<double>();
    return {std::move(tensor), std::move(model)};
  }
  void add(tt::Tensor tensor) { pairs_.push_back(pair_of(std::move(tensor))); }
  void add_view(tt::Tensor view, const Pair& of) {
    Pair pair = pair_of(std::move(view));
    pair.bases = of.bases;
    pair.bases.push_back(of.life);
    pairs_.push_back(std::move(pair));
  }
  /// The write is made, or refused where it must be.
  static bool written(const Pair& pair, const std::function<void()>& write) {
    if (pair.may_be_written()) return write(), true;
    EXPECT_THROW(write(), tt::ArgumentError);
    return false;
  }
  tt::Tensor fresh(const tt::Shape& shape) {
    Values values(static_cast<std::size_t>(shape.size()));
    for (double& value : values) value = pick(100);
    return tt::tensor(values, shape);
  }

  /// A view whose model is computed from the source's model by picking elements.
  void step() {
    const int at = pick(static_cast<int>(pairs_.size()));
    Pair& chosen = pairs_[static_cast<std::size_t>(at)];
    tt::Tensor& x = chosen.tensor;
    Values& model = chosen.model;
    switch (pick(11)) {
      case 0:
        return add_view(tt::transpose(x, pick(x.ndim()), pick(x.ndim())), chosen);
      case 1:
        return add_view(tt::slice(x, pick(x.ndim()), {pick(3) - 1, tt::none, 1 + pick(2)}), chosen);
      case 2:
        return add_view(tt::flip(x, pick(x.ndim())), chosen);
      case 3:
        return x.is_contiguous() ? add_view(tt::flatten(x).reshape(x.shape()), chosen) : add(tt::identity(x));
      case 4:
        pairs_.push_back(chosen);  // a handle: follows every write below
        return;
      case 5:
        return add_view(x.detach(), chosen);
      case 6: {  // in place: this tensor and its handles change, nothing else
        if (!written(chosen, [&] { x.add_(1); })) return;
        for (Pair& pair : pairs_)
          if (pair.tensor.is_same(x))
            for (double& value : pair.model) value += 1;
        return;
      }
      case 7: {
        if (x.numel() == 0) return;
        if (!written(chosen, [&] { x.set(tt::ellipsis, 7); })) return;
        std::fill(model.begin(), model.end(), 7.0);
        for (Pair& pair : pairs_)
          if (pair.tensor.is_same(x)) pair.model = model;
        return;
      }
      case 8: {
        if (x.size(0) == 0) return;
        const tt::Tensor row = x[0];
        const Values first = row.to_vector<double>();
        if (!written(chosen, [&] { x.set(-1, row * 2); })) return;
        std::size_t start = model.size() - first.size();
        for (Pair& pair : pairs_)
          if (pair.tensor.is_same(x))
            for (std::size_t i = 0; i < first.size(); ++i) pair.model[start + i] = first[i] * 2;
        return;
      }
      case 9:
        return add(tt::identity(x));  // a copy, though it shares its storage until one of both is written to
      default: {                      // temporaries give their buffers away
        tt::Tensor y = (x * 2.0 + 1.0) * (x - 3.0);
        Values expected;
        for (double value : model) expected.push_back((value * 2 + 1) * (value - 3));
        for (double& value : expected) value = std::fmod(value, 97);
        add(tt::tensor(expected, x.shape()));
        ASSERT_EQ(y.shape(), x.shape());
        const Values computed = y.to_vector<double>();
        for (std::size_t i = 0; i < computed.size(); ++i) ASSERT_EQ(std::fmod(computed[i], 97), expected[i]);
      }
    }
  }

  std::mt19937 random_;
  std::vector<Pair> pairs_;
};

}  // namespace

TEST(ViewsProperty, EveryTensorKeepsItsValues) {
  for (unsigned seed = 0; seed < 40; ++seed) Program(seed).run(60);
}

TEST(ViewsProperty, DonationChangesNothing) {
  for (unsigned seed = 100; seed < 110; ++seed) {
    Program with(seed), without(seed);
    with.run(60);
    tt::donation_enabled = false;
    without.run(60);
    tt::donation_enabled = true;
    EXPECT_EQ(with.values(), without.values());
  }
}

TEST(ViewsProperty, TemporariesAreReusedAndNamedTensorsAreNot) {
  const tt::Tensor x = tt::ones({100});
  tt::reset_statistics();
  const tt::Tensor y = (x + 1) * 2 - 3;
  EXPECT_EQ(tt::statistics().donations, 2);
  EXPECT_EQ(x.to_vector<float>(), std::vector<float>(100, 1));
  EXPECT_EQ(y.to_vector<float>(), std::vector<float>(100, 1));
  tt::donation_enabled = false;
  tt::reset_statistics();
  const tt::Tensor z = (x + 1) * 2 - 3;
  tt::donation_enabled = true;
  EXPECT_EQ(tt::statistics().donations, 0);
}

TEST(ViewsProperty, HiddenCopiesAreCounted) {
  tt::Tensor x = tt::ones({4, 4});
  tt::reset_statistics();
  const tt::Tensor view = x[0];
  EXPECT_EQ(tt::statistics().hidden_copies, 0);
  x.mutable_data<float>()[0] = 5;  // shared with the view: copied first
  EXPECT_EQ(tt::statistics().hidden_copies, 1);
  EXPECT_EQ(view.to_vector<float>(), std::vector<float>(4, 1));
  const tt::Tensor later = x[0];  // a writable pointer is out: the view is a copy
  EXPECT_EQ(tt::statistics().hidden_copies, 2);
  x.mutable_data<float>()[1] = 6;
  EXPECT_EQ(later.to_vector<float>(), (std::vector<float>{5, 1, 1, 1}));
  EXPECT_EQ(tt::statistics().hidden_copies, 2);
}

TEST(ViewsProperty, ForeignMemoryIsOnlyRead) {
  std::vector<float> memory{1, 2, 3, 4};
  int released = 0;
  {
    tt::Tensor x = tt::from_blob(memory.data(), {2, 2}, [&] { ++released; });
    EXPECT_EQ(x.data<float>().data(), memory.data());
    const tt::Tensor view = tt::transpose(x);
    x.add_(1);
    x.set({0, 0}, 9);
    EXPECT_EQ(view.to_vector<float>(), (std::vector<float>{1, 3, 2, 4}));
    tt::Tensor y = tt::from_blob(memory.data(), {4});
    y.mutable_data<float>()[0] = 100;
    tt::Tensor sum = tt::from_blob(memory.data(), {4}) + 1;  // a temporary over foreign memory gives nothing away
    EXPECT_EQ(sum.to_vector<float>(), (std::vector<float>{2, 3, 4, 5}));
  }
  EXPECT_EQ(memory, (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(released, 1);
}

TEST(ViewsProperty, LongChainsAreDestroyedInALoop) {
  constexpr int length = 1000000;
  {
    tt::Tensor x = tt::tensor({1.f}).set_requires_grad();
    tt::Tensor y = x;
    for (int i = 0; i < length; ++i) y = tt::unsqueeze(y[0], 0);  // views of views, recorded
    EXPECT_TRUE(y.requires_grad());
  }
  tt::Tensor last;
  {
    const tt::GraphHandle graph;
    last = tt::graph_placeholder(graph, "x", tt::float32, {1}, {}, {});
    for (int i = 0; i < length / 4; ++i) last = tt::identity(last);
  }
  EXPECT_TRUE(last.is_symbolic());  // keeps its graph; both go here
}
