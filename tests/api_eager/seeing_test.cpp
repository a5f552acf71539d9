// What a program looks at itself with: profiles, drawings of the tape, summaries, tables of memory. Tables and
// summaries are those of torch.profiler and torchinfo.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <thread>

#include "files.h"
#include "triptych/eager.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace nn = triptych::eager::nn;
namespace profiler = triptych::eager::profiler;
using testing::HasSubstr;
using testing::Not;
using tt::Tensor;

namespace {

/// What PyTorch or torchinfo printed.
std::string reference(const std::string& name) {
  const std::string all = read_file(std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references/seeing.txt");
  const std::string head = "=== " + name + "\n";
  const std::size_t at = all.find(head);
  if (at == std::string::npos) return "no reference called " + name;
  const std::size_t begin = at + head.size(), end = all.find("\n=== ", begin);
  return all.substr(begin, end == std::string::npos ? all.size() - 1 - begin : end - begin);
}

const profiler::FunctionEventAvg* row(const profiler::EventList& events, const std::string& key) {
  for (const auto& event : events)
    if (event.key == key) return &event;
  return nullptr;
}

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

/// Python reads it, and then runs `check` on it as `d`.
bool python_agrees(const std::string& path, const std::string& check) {
  return std::system(
             ("python3 -c \"import json, sys; d = json.load(open(sys.argv[1])); " + check + "\" " + path).c_str()) == 0;
}

struct Net : nn::Module {
  nn::Sequential& conv = adopt(
      "conv",
      std::make_unique<nn::Sequential>(
          nn::make<nn::Conv2d>(nn::Conv2dOptions{.in_channels = 1, .out_channels = 4, .kernel_size = 3, .padding = 1}),
          nn::make<nn::BatchNorm2d>(4), nn::make<nn::ReLU>(), nn::make<nn::MaxPool2d>(2)));
  nn::ModuleList& blocks = add<nn::ModuleList>("blocks");
  nn::Linear& shared = add<nn::Linear>("shared", 64, 64, false);
  nn::Dropout& drop = add<nn::Dropout>("drop", 0.5);
  nn::Linear& fc = add<nn::Linear>("fc", 64, 10);
  Tensor& scale = register_parameter("scale", tt::ones({10}));
  Net() {
    for (int i = 0; i < 2; ++i) blocks.append(nn::make<nn::Linear>(64, 64));
    blocks[1].requires_grad_(false);
  }
  Tensor forward(const Tensor& x) override {
    Tensor h = tt::flatten(conv(x), 1);
    for (nn::Module& block : blocks) h = tt::relu(block(h));
    return fc(drop(shared(shared(h)))) * scale;
  }
};

struct Tagger : nn::Module {
  nn::Embedding& embedding = add<nn::Embedding>("embedding", 50, 16);
  nn::LSTM& lstm = add<nn::LSTM>("lstm", {.input_size = 16, .hidden_size = 32, .num_layers = 2, .batch_first = true});
  nn::Linear& fc = add<nn::Linear>("fc", 32, 1000000);
  Tensor forward(const Tensor& x) override { return fc(lstm(embedding(x)).output); }
};

const std::vector<std::string> all_columns = {"input_size",  "output_size", "num_params", "params_percent",
                                              "kernel_size", "mult_adds",   "trainable"};

}  // namespace

// --- Profiles -------------------------------------------------------------------------------------------------------

TEST(Profiler, TablesArePyTorchs) {
  const auto events = [](bool memory, bool flops) {
    return profiler::EventList{.events = {{.key = "ProfilerStep*",
                                           .count = 3,
                                           .cpu_time_total = 5012345.25,
                                           .self_cpu_time_total = 1234.5,
                                           .cpu_memory_usage = 4096},
                                          {.key = "linear",
                                           .count = 6,
                                           .cpu_time_total = 2500.125,
                                           .self_cpu_time_total = 2500.125,
                                           .cpu_memory_usage = 3 << 20,
                                           .self_cpu_memory_usage = 3 << 20,
                                           .flops = 2500000,
                                           .input_shapes = {"[8, 4]", "[3, 4]", "[3]"}},
                                          {.key = "relu",
                                           .count = 3,
                                           .cpu_time_total = 0.75,
                                           .self_cpu_time_total = 0.75,
                                           .cpu_memory_usage = -512,
                                           .self_cpu_memory_usage = -512,
                                           .input_shapes = {"[8, 3]"}},
                                          {.key = "a name that is longer than what the first column can hold, by far",
                                           .count = 1,
                                           .cpu_time_total = 12,
                                           .self_cpu_time_total = 6,
                                           .cpu_memory_usage = 5LL << 30,
                                           .self_cpu_memory_usage = 1,
                                           .flops = 1200}},
                               .profile_memory = memory,
                               .with_flops = flops};
  };
  EXPECT_EQ(events(false, false).table(), reference("table"));
  EXPECT_EQ(events(false, false).table({.sort_by = "cpu_time_total", .row_limit = 3}), reference("table sorted"));
  EXPECT_EQ(events(false, false).table({.sort_by = "count", .header = "A header", .time_unit = "ms"}),
            reference("table by calls"));
  EXPECT_EQ(events(true, true).table({.sort_by = "self_cpu_memory_usage"}), reference("table of memory and flops"));
}

TEST(Profiler, CountsCallsTimesBytesAndFlops) {
  const Tensor a = tt::ones({8, 16}), b = tt::ones({16, 4});
  profiler::Profile profile({.record_shapes = true, .profile_memory = true, .with_stack = true, .with_flops = true});
  Tensor c;
  {
    const profiler::RecordFunction scope("two products", "of ones");
    for (int i = 0; i < 2; ++i) c = tt::matmul(a, b);
  }
  const Tensor d = c + 1;
  profile.stop();
  const auto averages = profile.key_averages({.group_by_input_shape = true, .group_by_stack_n = 1});
  const auto* product = row(averages, "matmul");
  ASSERT_TRUE(product);
  EXPECT_EQ(product->count, 2);
  EXPECT_EQ(product->flops, 2 * 2 * 8 * 16 * 4);
  EXPECT_EQ(product->input_shapes, (std::vector<std::string>{"[8, 16]", "[16, 4]"}));
  EXPECT_THAT(product->where.text(), HasSubstr("seeing_test.cpp:"));
  EXPECT_GE(product->cpu_memory_usage, 2 * 8 * 4 * 4);
  EXPECT_GT(product->cpu_time_total, 0);
  const auto* scope = row(averages, "two products");
  ASSERT_TRUE(scope);
  EXPECT_EQ(scope->count, 1);
  EXPECT_GE(scope->cpu_time_total, product->cpu_time_total);
  EXPECT_LE(scope->self_cpu_time_total, scope->cpu_time_total - product->cpu_time_total + 1e-6);
  EXPECT_LT(scope->cpu_memory_usage, product->cpu_memory_usage);  // the first result was let go of
  EXPECT_EQ(row(averages, "add")->flops, 8 * 4);
  EXPECT_TRUE(row(averages, "add")->outermost == false);  // inside of ProfilerStep
  EXPECT_TRUE(row(averages, "ProfilerStep*")->outermost);
  for (const auto& event : profile.events()) {
    if (event.name == "two products") {
      EXPECT_EQ(event.note, "of ones");
    }
  }
  for (const char* header : {"Input Shapes", "Source Location", "CPU Mem", "Total FLOPs"})
    EXPECT_THAT(averages.table(), HasSubstr(header));
}

TEST(Profiler, FlopsOfConvolutionsAttentionAndRecurrentLayers) {
  nn::Conv2d conv({.in_channels = 4, .out_channels = 6, .kernel_size = 3, .padding = 1, .groups = 2});
  nn::LSTM lstm(5, 7);
  const Tensor x = tt::ones({2, 4, 8, 8}).set_requires_grad(), q = tt::ones({2, 3, 5, 4}), k = tt::ones({2, 3, 9, 4});
  profiler::Profile profile({.with_flops = true});
  tt::sum(conv(x)).backward();
  lstm(tt::ones({3, 2, 5}));
  tt::scaled_dot_product_attention(q, k, k);
  profile.stop();
  const auto averages = profile.key_averages();
  const std::int64_t once = 2LL * 2 * 6 * 8 * 8 * 2 * 3 * 3;  // two for each of the window's 2 x 3 x 3 elements
  EXPECT_EQ(row(averages, "conv2d")->flops, once);
  EXPECT_EQ(row(averages, "conv2d_input_grad")->flops, once);
  EXPECT_EQ(row(averages, "conv2d_weight_grad")->flops, once);
  EXPECT_EQ(row(averages, "recurrent_layer")->flops, 2 * 3 * 2 * 28 * 7);
  EXPECT_EQ(row(averages, "attention")->flops, 2 * 2 * (2 * 3) * 5 * 9 * 4);
}

TEST(Profiler, ScheduleIsPyTorchs) {
  using Action = profiler::ProfilerAction;
  const auto actions = [](const profiler::Schedule& schedule, int steps) {
    std::string text;
    for (int step = 0; step < steps; ++step) text += "nwrs"[static_cast<int>(schedule(step))];
    return text;
  };
  // Of torch.profiler.schedule, PyTorch 2.15.
  EXPECT_EQ(actions(profiler::schedule({.wait = 1, .warmup = 1, .active = 2}), 9), "nwrsnwrsn");
  EXPECT_EQ(actions(profiler::schedule({.wait = 1, .warmup = 2, .active = 1, .repeat = 1, .skip_first = 2}), 9),
            "nnnwwsnnn");
  EXPECT_EQ(
      actions(profiler::schedule({.wait = 2, .warmup = 1, .active = 1, .skip_first = 1, .skip_first_wait = 1}), 8),
      "nwsnnwsn");
  EXPECT_EQ(profiler::schedule({.wait = 0, .warmup = 1, .active = 1})(0), Action::warmup);
}

TEST(Profiler, TracesAreHandedOutAsScheduled) {
  std::vector<std::int64_t> steps;
  std::vector<std::int64_t> products;
  profiler::Profile profile({.schedule = profiler::schedule({.wait = 1, .warmup = 1, .active = 2, .repeat = 2}),
                             .on_trace_ready = [&](profiler::Profile& p) {
                               steps.push_back(p.step_num());
                               products.push_back(row(p.key_averages(), "square")->count);
                             }});
  const Tensor x = tt::ones({4});
  for (int step = 0; step < 12; ++step) {
    for (int i = 0; i <= step; ++i) tt::square(x);
    profile.step();
  }
  profile.stop();
  EXPECT_EQ(steps, (std::vector<std::int64_t>{4, 8}));
  EXPECT_EQ(products, (std::vector<std::int64_t>{3 + 4, 7 + 8}));
  EXPECT_EQ(row(profile.key_averages(), "ProfilerStep*")->count, 2);
}

// `step()` inside of an annotation: it is in two steps, and its time is counted once.
TEST(Profiler, AnAnnotationMayEndBehindItsStep) {
  int traces = 0;
  profiler::Profile profile({.schedule = profiler::schedule({.wait = 1, .warmup = 1, .active = 2, .repeat = 2}),
                             .on_trace_ready =
                                 [&](profiler::Profile& p) {
                                   ++traces;
                                   std::this_thread::sleep_for(std::chrono::milliseconds(5));
                                   static_cast<void>(p.key_averages());
                                 },
                             .profile_memory = true});
  for (int i = 0; i < 9; ++i) {
    const profiler::RecordFunction scope("train_step");
    const Tensor sum = tt::sum(tt::ones({64, 64}));
    profile.step();
  }
  profile.stop();
  EXPECT_EQ(traces, 2);
  for (const profiler::FunctionEvent& event : profile.events()) {
    EXPECT_GE(event.self_cpu_time_total, 0) << event.name;
    EXPECT_LE(event.self_cpu_time_total, event.cpu_time_total) << event.name;
  }
}

TEST(Profiler, SeesTrainingAndThreads) {
  nn::Sequential net(nn::make<nn::Linear>(4, 3), nn::make<nn::ReLU>());
  tt::eager::optim::SGD optimizer(net.parameters(), 0.1);
  profiler::Profile profile({.with_stack = true, .with_modules = true});
  optimizer.zero_grad();
  tt::sum(net(tt::ones({2, 4}))).backward();
  optimizer.step();
  std::thread([] { tt::square(tt::ones({3})); }).join();
  profile.stop();
  const auto averages = profile.key_averages();
  for (const char* key : {"linear", "relu", "sum", "backward of linear", "Optimizer.step#SGD.step",
                          "Optimizer.zero_grad#SGD.zero_grad", "nn.Module: Linear", "nn.Module: Sequential"})
    EXPECT_TRUE(row(averages, key)) << key << "\n" << averages;
  int here = -1, there = -1;
  for (const auto& event : profile.events()) {
    if (event.name == "linear") here = event.thread;
    if (event.name == "square") there = event.thread;
  }
  EXPECT_NE(there, here);
}

TEST(Profiler, WritesTracesThatPythonReads) {
  const TemporaryFolder folder;
  profiler::Profile profile({.record_shapes = true, .profile_memory = true, .with_flops = true});
  {
    const profiler::RecordFunction scope("a \"quoted\"\nname \xff");
    tt::matmul(tt::ones({2, 3}), tt::ones({3, 2}));
  }
  profile.stop();
  profile.export_chrome_trace(folder / "trace.json");
  EXPECT_TRUE(python_agrees(folder / "trace.json",
                            "x = [e for e in d['traceEvents'] if e['ph'] == 'X']; m = [e for e in x if e['name'] == "
                            "'matmul'][0]; assert m['args']['Input Dims'] == '[[2, 3], [3, 2]]', m; assert "
                            "m['args']['FLOPs'] == 24; o = [e for e in x if e['cat'] == 'user_annotation' and "
                            "'quoted' in e['name']][0]; assert o['ts'] <= m['ts'] and m['ts'] + m['dur'] <= o['ts'] "
                            "+ o['dur'] + 0.002; assert any(e['ph'] == 'C' for e in d['traceEvents'])"));
  profile.export_memory_timeline(folder / "memory.json");
  EXPECT_TRUE(python_agrees(folder / "memory.json",
                            "t, b = d; assert len(t) == len(b) > 4 and t == sorted(t); assert max(b) - b[0] >= 64"));
  profile.export_memory_timeline(folder / "memory.svg");
  EXPECT_THAT(read_file(folder / "memory.svg"), HasSubstr("memory in use on cpu"));
  const auto handler = profiler::tensorboard_trace_handler(folder / "log", "worker");
  handler(profile);
  for (const auto& entry : std::filesystem::directory_iterator(folder / "log")) {
    EXPECT_THAT(entry.path().filename().string(), testing::MatchesRegex("worker\\.[0-9]+\\.pt\\.trace\\.json"));
  }
}

TEST(Profiler, SeesRunsOfGraphs) {
  namespace tf = tt::lowlevel;
  const TemporaryFolder folder;
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {2, 3});
  const auto y = tt::relu(tt::matmul(x, graph.constant(tt::ones({3, 2}), "w")));
  tf::Session session(graph);
  session.run(y, {{x, tt::ones({2, 3})}});
  tf::profiler::Profile profile;
  tf::RunMetadata metadata;
  session.run(y, {{x, tt::ones({2, 3})}}, {.metadata = &metadata});
  profile.stop();
  EXPECT_TRUE(row(profile.key_averages(), "Session.run"));
  bool named = false;
  for (const auto& event : profile.events()) named |= event.note == "relu" || event.note == "matmul";
  EXPECT_TRUE(named) << profile.key_averages();
  tf::write_timeline(folder / "timeline.json", metadata);
  EXPECT_TRUE(python_agrees(folder / "timeline.json", "assert any(e['ph'] == 'X' for e in d['traceEvents'])"));
}

TEST(Profiler, WhatIsWrongIsSaid) {
  const auto error = [](const std::function<void()>& call) { return error_of<tt::ArgumentError>(call); };
  EXPECT_THAT(error([] { profiler::schedule({.wait = 1, .warmup = 1}); }), HasSubstr("active is not positive: 0"));
  EXPECT_THAT(error([] { profiler::schedule({.wait = -1, .warmup = 1, .active = 1}); }), HasSubstr("wait is negative"));
  profiler::Profile profile;
  EXPECT_THAT(error([] { profiler::Profile second; }), HasSubstr("there is a profile already"));
  EXPECT_THAT(error([&] { profile.key_averages(); }), HasSubstr("there is no trace yet"));
  std::thread([&] { EXPECT_THAT(error([&] { profile.step(); }), HasSubstr("another thread")); }).join();
  profile.stop();
  profile.stop();
  EXPECT_THAT(error([&] { profile.step(); }), HasSubstr("the profile is over"));
  EXPECT_THAT(error([&] { profile.key_averages().table({.sort_by = "cpu"}); }), HasSubstr("self_cpu_time_total"));
  EXPECT_THAT(error([&] { profile.key_averages().table({.time_unit = "h"}); }), HasSubstr("no such time_unit: 'h'"));
  EXPECT_THAT(error([&] { profile.key_averages({.group_by_stack_n = 5}); }), HasSubstr("neither 0 nor 1"));
  EXPECT_THAT(error([&] { profile.export_memory_timeline("m.json"); }), HasSubstr("profile_memory is off"));
  EXPECT_THAT(error([&] { profile.export_chrome_trace("/nowhere/t.json"); }), HasSubstr("/nowhere/t.json"));
  EXPECT_THAT(error([] { profiler::tensorboard_trace_handler(""); }), HasSubstr("the folder cannot be made"));
  profiler::Profile third({.on_trace_ready = [](profiler::Profile& p) { p.step(); }});
  EXPECT_THAT(error([&] { third.stop(); }), HasSubstr("the profile is over"));
}

TEST(Profiler, WhereNobodyProfilesNothingIsKept) {
  { const profiler::RecordFunction scope("nobody sees it"); }
  profiler::Profile profile;
  profile.stop();
  EXPECT_FALSE(row(profile.key_averages(), "nobody sees it"));
  tt::square(tt::ones({2}));
  EXPECT_FALSE(row(profile.key_averages(), "square"));
}

// --- Drawings of the tape -------------------------------------------------------------------------------------------

TEST(TapeDrawing, HasLeavesOpsSavedValuesAndTheResult) {
  const TemporaryFolder folder;
  nn::Sequential net(nn::make<nn::Linear>(3, 2), nn::make<nn::Tanh>());
  const Tensor loss = tt::sum(net(tt::ones({4, 3})));
  const auto drawing = tt::eager::make_dot(loss, net.named_parameters());
  for (const char* box : {"\"0.weight\\n", "\"0.bias\\n", "\"linear\\n", "\"tanh\\n", "\"sum\\n"})
    EXPECT_EQ(count(drawing.source(), std::string(box).replace(std::string(box).size() - 2, 2, "\n")), 1)
        << box << drawing.source();
  EXPECT_EQ(count(drawing.source(), " -> "), 5) << drawing.source();  // weight, bias, linear, tanh, sum
  EXPECT_THAT(drawing.source(), HasSubstr("float32 (2, 3)"));
  EXPECT_THAT(drawing.source(), HasSubstr("seeing_test.cpp:"));
  const auto saved = tt::eager::make_dot(loss, {}, {.show_attrs = true, .show_saved = true});
  EXPECT_THAT(saved.source(), HasSubstr("saved input 0"));
  EXPECT_THAT(saved.source(), HasSubstr("saved result"));
  EXPECT_THAT(saved.source(), HasSubstr("keepdims"));
  drawing.save(folder / "tape.dot");
  EXPECT_EQ(read_file(folder / "tape.dot"), drawing.source());
  drawing.render(folder / "tape.svg");
  EXPECT_EQ(
      std::system(
          ("python3 -c \"import sys, xml.dom.minidom as m; m.parse(sys.argv[1])\" " + (folder / "tape.svg")).c_str()),
      0);
  EXPECT_EQ(count(drawing.svg(), "<rect x="), 6);
}

TEST(TapeDrawing, OfLeavesConstantsAndWhatIsTooLarge) {
  Tensor x = tt::ones({2}).set_requires_grad();
  EXPECT_EQ(count(tt::eager::make_dot(x).source(), "label="), 2);
  EXPECT_EQ(count(tt::eager::make_dot(tt::ones({2})).source(), "label="), 1);
  const auto twice = tt::eager::make_dot(std::vector<Tensor>{x * 2, x * x});
  EXPECT_EQ(count(twice.source(), " -> "), 5) << twice.source();
  Tensor y = x;
  for (int i = 0; i < 5001; ++i) y = y + 1;
  const auto large = tt::eager::make_dot(y);
  EXPECT_THAT(error_of<tt::UnsupportedError>([&] { large.svg(); }), HasSubstr("too large to draw: 5003 boxes"));
  EXPECT_THAT(error_of<tt::ArgumentError>([] { tt::eager::make_dot(Tensor()); }), HasSubstr("undefined"));
  tt::lowlevel::Graph graph;
  const Tensor symbolic = graph.placeholder("x", tt::float32, {2});
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::eager::make_dot(symbolic); }), HasSubstr("has no tape"));
}

// --- Summaries ------------------------------------------------------------------------------------------------------

TEST(Summary, IsTorchinfos) {
  Net net;
  const tt::Shape size{2, 1, 8, 8};
  using tt::eager::summary;
  EXPECT_EQ(summary(net, size).text(), reference("summary"));
  EXPECT_EQ(
      summary(net, size, {.col_names = all_columns, .col_width = 16, .row_settings = {"depth", "var_names"}}).text(),
      reference("summary of all columns"));
  EXPECT_EQ(summary(net, size, {.col_names = {"num_params", "mult_adds"}, .depth = 1}).text(),
            reference("summary of depth 1"));
  EXPECT_EQ(summary(net, size, {.row_settings = {"ascii_only", "hide_recursive_layers"}}).text(),
            reference("summary in ascii"));
  EXPECT_EQ(summary(net).text(), reference("summary of parameters"));
  EXPECT_EQ(summary(net, size, {.col_names = {"kernel_size", "num_params"}, .verbose = 2}).text(),
            reference("summary with rows of parameters"));
  Tagger tagger;
  const auto statistics = summary(tagger, tt::zeros({3, 7}, tt::int64), {.col_names = all_columns});
  EXPECT_EQ(statistics.text(), reference("summary of a tagger"));
  EXPECT_EQ(statistics.total_params, 33015648);
  EXPECT_EQ(statistics.total_mult_adds, 2400 + 311808 + 99000000);
}

TEST(Summary, LeavesTheModelAsItWas) {
  Net net;
  net.drop.eval();
  tt::eager::summary(net, tt::Shape{2, 1, 8, 8});
  EXPECT_TRUE(net.is_training() && net.conv[1].is_training() && !net.drop.is_training());
  EXPECT_EQ(net.conv[1].as<nn::BatchNorm2d>().num_batches_tracked.item<std::int64_t>(), 0);
  tt::eager::summary(net, tt::Shape{2, 1, 8, 8}, {.mode = "same"});
  EXPECT_EQ(net.conv[1].as<nn::BatchNorm2d>().num_batches_tracked.item<std::int64_t>(), 1);
  net(tt::ones({2, 1, 8, 8}));  // no hook is left that would look at it
}

TEST(Summary, OfSeveralInputsAndLazyModules) {
  nn::MultiheadAttention attention({.embed_dim = 4, .num_heads = 2});
  const Tensor x = tt::ones({3, 2, 4});
  const auto statistics = tt::eager::summary(attention, {x, x, x}, [&] { attention(x, x, x); });
  EXPECT_EQ(statistics.total_input_bytes, 3 * 24 * 4);
  EXPECT_EQ(statistics.total_params, 3 * 4 * 4 + 12 + 4 * 4 + 4);
  nn::Sequential lazy(nn::make<nn::LazyLinear>(3), nn::make<nn::ReLU>());
  EXPECT_THAT(tt::eager::summary(lazy, tt::Shape{2, 5}).text(), HasSubstr("Linear: 1-1"));
  EXPECT_EQ(tt::eager::summary(lazy, tt::Shape{2, 5}).total_params, 18);
}

TEST(Summary, WhatIsWrongIsSaid) {
  nn::Linear net(3, 2);
  const auto error = [&](const tt::eager::SummaryOptions& options) {
    return error_of<tt::ArgumentError>([&] { tt::eager::summary(net, tt::Shape{1, 3}, options); });
  };
  EXPECT_THAT(error({.col_names = {"colour"}}), HasSubstr("no such column: 'colour'"));
  EXPECT_THAT(error({.row_settings = {"deep"}}), HasSubstr("no such row setting: 'deep'"));
  EXPECT_THAT(error({.mode = "fast"}), HasSubstr("no such mode: 'fast'"));
  EXPECT_THAT(error({.col_width = 0}), HasSubstr("col_width is not positive: 0"));
  EXPECT_THAT(error({.verbose = 3}), HasSubstr("verbose is not 0, 1 or 2: 3"));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::eager::summary(net, {.col_names = {"mult_adds"}}); }),
              HasSubstr("there is no input for a column: 'mult_adds'"));
  EXPECT_THAT(error_of<tt::ArgumentError>([&] { tt::eager::summary(net, tt::Shape{1, 4}); }), HasSubstr("linear"));
  EXPECT_TRUE(net.is_training());  // put back
}

// --- Memory ---------------------------------------------------------------------------------------------------------

TEST(MemorySummary, HasWhatStatisticsHave) {
  const Tensor held = tt::ones({1 << 20});
  const std::string text = tt::memory_summary();
  EXPECT_THAT(text, HasSubstr("Triptych memory summary, device cpu"));
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_EQ(line.size(), 77u) << line;
  EXPECT_THAT(text, testing::ContainsRegex("Allocated memory +\\| +[0-9]+ [KMG]iB \\| +[0-9]+ [KMG]iB"));
  EXPECT_THAT(text, HasSubstr("Tot Freed"));
}
