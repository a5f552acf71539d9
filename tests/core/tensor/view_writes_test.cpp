// A write through a view would not reach the tensor that it was made from: refused while that lives. What is a copy in
// the home frameworks may be written to, though it shares its storage until then.
#include <gtest/gtest.h>

#include <functional>

#include "../../bad_input.h"
#include "triptych/core/autograd.h"
#include "triptych/core/data.h"
#include "triptych/core/ops.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace {

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace tf = triptych::lowlevel;
using tt::Tensor;
using Values = std::vector<double>;

struct Maker {
  const char* name;
  std::function<Tensor(const Tensor&)> make;  // from a float32 (2, 3, 1)
};

Tensor fresh() { return tt::reshape(tt::cast(tt::arange(6), tt::float32), {2, 3, 1}).clone(); }

/// What PyTorch gives as a view, or as the tensor itself.
std::vector<Maker> views() {
  return {{"reshape",
           [](const Tensor& x) {
             return x.reshape({3, 2});
           }},
          {"reshape to the same shape", [](const Tensor& x) { return x.reshape(x.shape()); }},
          {"flatten", [](const Tensor& x) { return x.flatten(); }},
          {"squeeze", [](const Tensor& x) { return x.squeeze(); }},
          {"squeeze of an axis", [](const Tensor& x) { return x.squeeze(-1); }},
          {"unsqueeze", [](const Tensor& x) { return x.unsqueeze(0); }},
          {"permute",
           [](const Tensor& x) {
             return x.permute({2, 0, 1});
           }},
          {"transpose", [](const Tensor& x) { return x.transpose(0, 1); }},
          {"t", [](const Tensor& x) { return x.squeeze(-1).t(); }},
          {"moveaxis", [](const Tensor& x) { return tt::moveaxis(x, 0, 1); }},
          {"expand",
           [](const Tensor& x) {
             return x.expand({2, 3, 4});
           }},
          {"broadcast_to",
           [](const Tensor& x) {
             return tt::broadcast_to(x, {2, 3, 4});
           }},
          {"index", [](const Tensor& x) { return x[0]; }},
          {"0-d",
           [](const Tensor& x) {
             return x[{1, 2, 0}];
           }},
          {"slices",
           [](const Tensor& x) {
             return x[{tt::Slice(), tt::Slice(0, 2)}];
           }},
          {"every second",
           [](const Tensor& x) {
             return tt::slice(x, 1, {0, tt::none, 2});
           }},
          {"an empty part", [](const Tensor& x) { return x[tt::Slice(2, 2)]; }},
          {"parts",
           [](const Tensor& x) {
             return tt::split(x, std::vector<std::int64_t>{1, 2}, 1)[1];
           }},
          {"contiguous, as it is", [](const Tensor& x) { return x.contiguous(); }},
          {"detach", [](const Tensor& x) { return x.detach(); }},
          {"a view of a view", [](const Tensor& x) { return x.flatten()[tt::Slice(1, 4)].unsqueeze(0); }},
          {"a view of a detached one", [](const Tensor& x) { return x.detach().flatten(); }}};
}

/// What PyTorch gives as a tensor of its own.
std::vector<Maker> copies() {
  return {{"clone", [](const Tensor& x) { return x.clone(); }},
          {"clone of a view", [](const Tensor& x) { return x[0].clone(); }},
          {"reshape of what is not contiguous", [](const Tensor& x) { return x.transpose(0, 1).reshape({6}); }},
          {"contiguous of what is not", [](const Tensor& x) { return x.transpose(0, 1).contiguous(); }},
          {"tile by ones",
           [](const Tensor& x) {
             return tt::tile(x, {1, 1, 1});
           }},
          {"tile to more axes",
           [](const Tensor& x) {
             return tt::tile(x, {1, 1, 1, 1});
           }},
          {"tile of one element",
           [](const Tensor& x) {
             return tt::tile(x[{0, tt::Slice(0, 1), 0}], {3});
           }},
          {"repeat once", [](const Tensor& x) { return tt::repeat(x, 1, 0); }},
          {"identity", [](const Tensor& x) { return tt::identity(x); }},
          {"concat of one", [](const Tensor& x) { return tt::concat({x}, 0); }},
          {"stack of one", [](const Tensor& x) { return tt::stack({x}, 0); }},
          {"pad by nothing",
           [](const Tensor& x) {
             return tt::pad(x, {{0, 0}, {0, 0}, {0, 0}});
           }},
          {"index_select",
           [](const Tensor& x) {
             return tt::index_select(x, 0, tt::tensor<std::int64_t>({0, 1}));
           }},
          {"a sum over an axis of one", [](const Tensor& x) { return tt::sum(x, -1); }},
          {"cast", [](const Tensor& x) { return tt::cast(x, tt::float64); }},
          {"add", [](const Tensor& x) { return x + 0; }}};
}

struct Write {
  const char* op;
  std::function<void(Tensor&)> write;
};

std::vector<Write> writes() {
  return {{"fill_", [](Tensor& x) { x.fill_(7); }},
          {"fill_", [](Tensor& x) { x.zero_(); }},
          {"copy_", [](Tensor& x) { x.copy_(9); }},
          {"copy_", [](Tensor& x) { x.copy_(tt::ones_like(x)); }},
          {"add_", [](Tensor& x) { x.add_(1); }},
          {"sub_", [](Tensor& x) { x -= 1; }},
          {"mul_", [](Tensor& x) { x *= tt::full({}, 3); }},
          {"div_", [](Tensor& x) { x.div_(2); }},
          {"set", [](Tensor& x) { x.set(tt::ellipsis, 5); }}};
}

std::string error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const tt::ArgumentError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST(ViewWrites, AreRefusedWhileTheBaseLives) {
  for (const Maker& maker : views())
    for (const Write& write : writes()) {
      const Tensor x = fresh();
      Tensor view = maker.make(x);
      const Values before = view.to_vector<double>();
      const std::string error = error_of([&] { write.write(view); });
      EXPECT_NE(error.find("a view cannot be written to while the tensor that it was made from lives"),
                std::string::npos)
          << write.op << " on " << maker.name << ": " << error;
      EXPECT_EQ(view.to_vector<double>(), before) << maker.name;
      EXPECT_EQ(x.to_vector<double>(), fresh().to_vector<double>()) << maker.name;
    }
}

TEST(ViewWrites, TheErrorNamesBothLinesAndTheRemedy) {
  const Tensor x = tt::zeros({2, 3});
  Tensor row = x[0];
  const std::string made = tt::Location(__FILE__, __LINE__ - 1).text();
  EXPECT_BAD(
      "[fill_] a view cannot be written to while the tensor that it was made from lives: the view float32 (3,) was "
      "made at " +
          made +
          " from float32 (2, 3). The write would not reach that tensor: write to it, with "
          "x.set(index, value), copy_ or load_state_dict, or to view.clone(). At ",
      row.fill_(5));
  EXPECT_BAD("[add_] a view", row += 1);
  EXPECT_BAD("[set] a view", row.set(0, 1));
  EXPECT_BAD("[mutable_data] a view", row.mutable_data<float>());
  for (Tensor each : x) EXPECT_BAD("[add_] a view", each.add_(1));
  const std::string loop = tt::Location(__FILE__, __LINE__ - 1).text();
  for (Tensor each : x) EXPECT_NE(error_of([&] { each.add_(1); }).find("view_writes_test.cpp"), std::string::npos);
  Tensor third = tt::flatten(x);
  EXPECT_NE(error_of([&] { third.zero_(); }).find("made at " + tt::Location(__FILE__, __LINE__ - 1).text()),
            std::string::npos);
}

TEST(ViewWrites, AreAllowedWhenTheBaseIsGone) {
  for (const Maker& maker : views())
    for (const Write& write : writes()) {
      Tensor view = maker.make(fresh());
      EXPECT_EQ(error_of([&] { write.write(view); }), "no error") << write.op << " on " << maker.name;
    }
  Tensor x = fresh();
  x = x.reshape({6});  // the tensor that was there before is gone
  x.add_(1);
  EXPECT_EQ(x.to_vector<double>(), (Values{1, 2, 3, 4, 5, 6}));
  std::vector<Tensor> parts =
      tt::split(fresh(), std::vector<std::int64_t>{1, 1, 1}, 1);  // parts do not bind each other
  parts[1].mul_(10);
  EXPECT_EQ(parts[1].to_vector<double>(), (Values{10, 40}));
  EXPECT_EQ(parts[2].to_vector<double>(), (Values{2, 5}));
}

TEST(ViewWrites, AnyLivingTensorOnTheWayIsABase) {
  Tensor view = fresh().flatten();
  Tensor part = view[tt::Slice(0, 2)];
  EXPECT_BAD("[fill_] a view", part.fill_(0));  // though the first one is gone
  view.fill_(3);                                // nothing is left above it
  Tensor top = fresh();
  part = [&] { return top.flatten()[tt::Slice(0, 2)]; }();
  EXPECT_BAD("[fill_] a view", part.fill_(0));  // though the one in between is gone
  top.add_(1);                                  // the base moved to storage of its own: PyTorch's view would follow
  EXPECT_BAD("[fill_] a view", part.fill_(0));
  top = {};
  part.fill_(0);
  EXPECT_EQ(part.to_vector<double>(), (Values{0, 0}));
}

TEST(ViewWrites, LongChainsEndInALoop) {
  std::vector<Tensor> chain{tt::ones({2})};
  for (int i = 0; i < 300000; ++i) chain.push_back(chain.back().detach());
  Tensor last = chain.back();
  EXPECT_BAD("[add_] a view", last.add_(1));
  for (Tensor& tensor : chain) tensor.reset();
  last.add_(1);
  EXPECT_EQ(last.to_vector<double>(), (Values{2, 2}));
}

TEST(ViewWrites, CopiesMayBeWrittenTo) {
  for (const Maker& maker : copies())
    for (const Write& write : writes()) {
      const Tensor x = fresh();
      Tensor copy = maker.make(x);
      EXPECT_EQ(error_of([&] { write.write(copy); }), "no error") << write.op << " on " << maker.name;
      EXPECT_EQ(x.to_vector<double>(), fresh().to_vector<double>()) << maker.name;
    }
}

TEST(ViewWrites, RoundingIntegersGivesACopy) {
  const Tensor x = tt::tensor<std::int64_t>({1, 2});
  for (Tensor rounded : {tt::floor(x), tt::ceil(x), tt::round(x)}) {
    rounded.add_(1);
    EXPECT_EQ(rounded.to_vector<double>(), (Values{2, 3}));
  }
  EXPECT_EQ(x.to_vector<double>(), (Values{1, 2}));
}

TEST(ViewWrites, StateDictsAreViewsAndWeightsAreCopies) {
  nn::Linear layer(2, 1);
  tt::StateDict state = layer.state_dict();
  Tensor weight = state.at("weight");
  EXPECT_BAD("[fill_] a view", weight.fill_(0));
  const std::string made = tt::Location(__FILE__, __LINE__ - 3).text();
  EXPECT_NE(error_of([&] { weight.fill_(0); }).find("made at " + made), std::string::npos);
  Tensor detached = layer.weight.detach();
  EXPECT_BAD("[mul_] a view", detached *= 2);
  layer.load_state_dict(state);

  tt::keras::Sequential model({tt::keras::layers::Dense(1)});
  model.build({tt::unknown, 2});
  std::vector<Tensor> weights = model.get_weights();
  const Values before = weights[0].to_vector<double>();
  weights[0].fill_(100);
  EXPECT_EQ(model.get_weights()[0].to_vector<double>(), before);
  model.set_weights(weights);
  EXPECT_EQ(model.get_weights()[0].to_vector<double>(), Values(2, 100));
}

TEST(ViewWrites, WhatTheLibraryHandsOutMayBeWrittenTo) {
  const Tensor x = tt::ones({4, 2}), y = tt::zeros({4, 1});
  for (auto batch : tt::data::DataLoader(tt::data::TensorDataset(x, y), {.batch_size = 2})) {
    batch.x.add_(1);
    EXPECT_EQ(x.to_vector<double>(), Values(8, 1));
  }
  tt::data::TensorDataset rows(x, y);
  tt::data::Example example = rows.get(0);
  EXPECT_NE(error_of([&] { example.x.add_(1); }).find("a view"), std::string::npos);

  tf::Graph graph;
  const Tensor in = graph.placeholder("in", tt::float32, {4, 2});
  const tf::Variable w = graph.variable("w", tt::ones({2}));
  const Tensor view = tt::transpose(in), same = tt::identity(in);
  for (const bool compile : {true, false}) {
    const tf::Session session(graph, {.compile = compile});
    session.run(graph.initializer());
    auto results = session.run({view, view, same, in, w, w}, {{in, x}});
    for (Tensor& result : results) {
      Values others;
      for (const Tensor& other : results)
        if (!other.is_same(result)) others.push_back(tt::sum(other).item<double>());
      result.fill_(9);
      for (const Tensor& other : results)
        if (!other.is_same(result)) {
          EXPECT_EQ(tt::sum(other).item<double>(), others.front());
          others.erase(others.begin());
        }
    }
    EXPECT_EQ(x.to_vector<double>(), Values(8, 1));
    EXPECT_EQ(session.value(w).to_vector<double>(), Values(2, 1));
  }
  Tensor fed = tt::ones({4, 2});
  fed.add_(1);  // a feed of before stays the user's

  const auto input = tt::keras::Input({2});
  tt::keras::Model model(input, tt::keras::layers::Flatten()(input));
  Tensor predicted = model.predict(x);
  predicted.fill_(5);
  EXPECT_EQ(x.to_vector<double>(), Values(8, 1));
}

TEST(ViewWrites, OptimizersAndAssignmentsToo) {
  Tensor x = tt::ones({2});
  Tensor w = x.detach().set_requires_grad();
  tt::eager::optim::SGD optimizer({w}, {.lr = 0.5});
  tt::sum(w).backward();
  EXPECT_BAD("[SGD] a view cannot be written to", optimizer.step());
  EXPECT_EQ(w.to_vector<double>(), (Values{1, 1}));
  x.reset();
  optimizer.step();
  EXPECT_EQ(w.to_vector<double>(), (Values{0.5, 0.5}));
}
