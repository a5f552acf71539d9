// Graphs as files: everything that a graph is made of comes back, and runs to the same bits.
#include <gtest/gtest.h>

#include <cmath>

#include "core/graph/changing_shape.h"
#include "core/graph/files/graph_code.h"
#include "dice.h"
#include "files.h"
#include "triptych/core/npy.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace saved_model = triptych::lowlevel::saved_model;
using tt::Tensor;
using Floats = std::vector<float>;

namespace {

tt::Initializer filled(float value) {
  return [value](const tt::Shape& shape, tt::DType dtype) { return tt::full(shape, value, dtype); };
}

std::vector<std::uint8_t> bytes_of(const Tensor& tensor) {
  const Tensor dense = tt::contiguous(tensor);
  const auto* data = static_cast<const std::uint8_t*>(dense.impl()->data());
  return {data, data + dense.numel() * static_cast<std::int64_t>(tt::size_of(dense.dtype()))};
}

/// The session's graph through a file: the outputs are the same bits for the same feeds.
void expect_same(const tf::Session& session, const std::map<std::string, Tensor>& inputs,
                 const std::map<std::string, Tensor>& outputs, const std::map<std::string, Tensor>& values,
                 int runs = 1) {
  const TemporaryFolder folder;
  saved_model::simple_save(session, folder / "m.tt", inputs, outputs);
  const auto model = saved_model::load(folder / "m.tt", {.session = {.numerics = tt::Numerics::exact}});
  for (int run = 0; run < runs; ++run) {
    std::vector<tf::Feed> feeds;
    for (const auto& [name, value] : values) feeds.emplace_back(inputs.at(name), value);
    const auto results = model(values);
    std::vector<Tensor> fetches;
    for (const auto& [name, tensor] : outputs) fetches.push_back(tensor);
    const auto expected = session.run(fetches, feeds);  // one run: it may write
    std::size_t i = 0;
    for (const auto& [name, tensor] : outputs) {
      SCOPED_TRACE(name);
      EXPECT_EQ(bytes_of(results.at(name)), bytes_of(expected[i++]));
    }
  }
}

tf::SessionOptions exact() { return {.numerics = tt::Numerics::exact}; }

}  // namespace

TEST(SavedGraph, EveryOpOfTheLibraryHasAForm) {
  for (const tt::Op* op : tt::registered_ops()) {
    const std::string name = op->name;
    if (!op->attributes || name == "custom_gradient" || name == "fused_elementwise") continue;
    EXPECT_TRUE(tt::codec_of(*op->attributes)) << op->name << " needs a line in core/graph/files/attribute_codec.cpp";
  }
}

TEST(SavedGraph, AConvolutionalNetworkWithItsTraining) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 3, 8, 8});
  const Tensor labels = graph.placeholder("labels", tt::int64, {tt::unknown});
  tt::manual_seed(1);
  const tf::Variable kernel = graph.variable("kernel", tt::randn({4, 3, 3, 3}));
  const tf::Variable weight = graph.variable("weight", tt::randn({64, 5}));
  Tensor h = tt::relu(tt::conv2d(x, kernel, {.padding = 1}));
  h = tt::flatten(tt::max_pool2d(h, 2), 1);
  const Tensor logits = tt::matmul(h, weight);
  const Tensor loss = tt::cross_entropy(logits, labels);
  tf::Adam optimizer(0.01);
  const Tensor train = optimizer.minimize(loss);
  const tf::Session session(graph, exact());
  session.run(graph.initializer());
  const Tensor images = tt::randn({6, 3, 8, 8}), classes = tt::tensor<std::int64_t>({0, 1, 2, 3, 4, 0});
  session.run(train, {{x, images}, {labels, classes}});
  expect_same(session, {{"x", x}, {"labels", labels}}, {{"loss", loss}, {"logits", logits}},
              {{"x", images}, {"labels", classes}});

  // Training goes on in the loaded graph as it would have here.
  const TemporaryFolder folder;
  saved_model::simple_save(session, folder / "m.tt", {{"x", x}}, {{"loss", loss}});
  const auto model = saved_model::load(folder / "m.tt", {.session = exact()});
  for (int i = 0; i < 3; ++i) {
    session.run(train, {{x, images}, {labels, classes}});
    const auto& g = model.graph();
    model.session().run(g.find(tf::name_of(train)), {{g.find("x"), images}, {g.find("labels"), classes}});
  }
  EXPECT_EQ(bytes_of(session.value(kernel)), bytes_of(model.session().value(model.graph().find("kernel"))));
}

TEST(SavedGraph, BranchesLoopsAndTheirGradients) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const tf::Variable w = graph.variable("w", tt::tensor(1.5f));
  const auto [i, product] =
      tf::while_loop([](const Tensor& i, const Tensor&) { return i < 4; },
                     [&](const Tensor& i, const Tensor& p) { return std::tuple(i + 1, p * tt::sin(x * w)); },
                     std::tuple(0, tt::ones_like(x)), {.maximum_iterations = 3});
  const Tensor y = tf::cond(
      tt::sum(product) > 0, [&] { return product * 2; }, [&] { return -product; });
  const Tensor scanned = tf::scan([&](const Tensor& a, const Tensor& row) { return a * w + row; }, y);
  const std::vector<Tensor> first = tf::gradients(tt::sum(scanned), {x, w});
  const std::vector<Tensor> second = tf::gradients(first[0], x);
  const tf::Session session(graph, exact());
  session.run(graph.initializer());
  for (const float sign : {1.0f, -1.0f})
    expect_same(session, {{"x", x}},
                {{"i", i}, {"y", y}, {"scanned", scanned}, {"dx", first[0]}, {"dw", first[1]}, {"ddx", second[0]}},
                {{"x", tt::tensor<float>({0.3f * sign, 0.5f, 0.9f * sign})}});
}

TEST(SavedGraph, LoopsWhoseVariablesChangeTheirShape) {
  const Tensor counts = tt::tensor<std::int64_t>({0, 1, 3});
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const Tensor count = graph.placeholder("count", tt::int64, {});
  const auto [i, grown] = tf::while_loop([&](const Tensor& i, const Tensor&) { return i < count; },
                                         [&](const Tensor& i, const Tensor& rows) {
                                           return std::tuple(i + 1, tt::concat({rows * 2, tt::sin(x)}, 0));
                                         },
                                         std::tuple(std::int64_t{0}, x), {.shape_invariants = {{}, {tt::unknown}}});
  const std::vector<Tensor> first = tf::gradients(tt::sum(grown * grown), {x});
  const std::vector<Tensor> second = tf::gradients(first[0], x);
  const tf::Session session(graph, exact());
  for (const Tensor& steps : tt::unbind(counts))
    expect_same(session, {{"x", x}, {"count", count}}, {{"grown", grown}, {"dx", first[0]}, {"ddx", second[0]}},
                {{"x", tt::tensor<float>({0.3f, -0.5f})}, {"count", steps}});
}

TEST(SavedGraph, SizesThatAFileCouldHaveAreChecked) {
  using Sizes = std::vector<std::int64_t>;
  for (const Sizes& sizes : {Sizes{4, 1}, Sizes{-1, 1}, Sizes{1}, Sizes(99, 1)})
    EXPECT_THROW(tt::cut(tt::ones({3, 2}), tt::tensor(sizes)), tt::ArgumentError);
  for (const Sizes& sizes : {Sizes{-1}, Sizes{std::int64_t{1} << 62, 4}, Sizes(99, 1)})
    EXPECT_THROW(tt::zeros_of_sizes(tt::tensor(sizes), tt::float32), tt::ArgumentError);
}

TEST(SavedGraph, WritesInBranchesAndLoops) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const tf::Variable count = graph.variable("count", tt::tensor(0.0f));
  const Tensor n = graph.placeholder("n", tt::int64, {});
  const auto [done] = tf::while_loop([&](const Tensor& i) { return i < n; },
                                     [&](const Tensor& i) {
                                       count.assign_add(2.0f);
                                       return std::tuple(i + 1);
                                     },
                                     std::tuple(tt::tensor(0)));
  const Tensor taken = tf::cond(
      n > 2, [&] { return count.assign_add(100.0f); }, [&] { return tt::identity(count); });
  const tf::Session session(graph, exact());
  session.run(graph.initializer());
  expect_same(session, {{"n", n}}, {{"done", done}, {"taken", taken}}, {{"n", tt::tensor(3)}}, 3);
  expect_same(session, {{"n", n}}, {{"done", done}, {"taken", taken}}, {{"n", tt::tensor(1)}}, 2);
}

TEST(SavedGraph, RandomStreamsGoOn) {
  tf::Graph graph;
  const Tensor noise = graph.random_normal({5});
  const Tensor sum = noise * 2;
  const tf::Session session(graph, exact());
  session.run(sum);
  expect_same(session, {}, {{"sum", sum}}, {}, 3);
}

TEST(SavedGraph, ChecksPrintsDefaultsAndControlDependencies) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {2}, tt::tensor<float>({1, 2}));
  const Tensor check = tf::assert_positive(x);
  const tf::Variable seen = graph.variable("seen", tt::tensor(0.0f));
  Tensor y;
  {
    const auto after = graph.control_dependencies({check, seen.assign_add(1.0f)});
    y = tt::identity(x) + 1;
  }
  const tf::Session session(graph, exact());
  session.run(graph.initializer());
  const TemporaryFolder folder;
  saved_model::simple_save(session, folder / "m.tt", {{"x", x}}, {{"y", y}});
  const auto model = saved_model::load(folder / "m.tt");
  EXPECT_EQ(model({}).at("y").to_vector<float>(), (Floats{2, 3}));
  EXPECT_EQ(model({{"x", tt::tensor<float>({3, 4})}}).at("y").to_vector<float>(), (Floats{4, 5}));
  EXPECT_EQ(model.session().value(model.graph().find("seen")).item<float>(), 2.0f);
  const std::string text = error_of<tt::ArgumentError>([&] { model({{"x", tt::tensor<float>({3, -4})}}); });
  EXPECT_NE(text.find("saved_graph_test.cpp"), std::string::npos) << text;  // the line of the program that saved it
  EXPECT_NE(text.find("Run at"), std::string::npos) << text;
  EXPECT_EQ(model.session().value(model.graph().find("seen")).item<float>(), 2.0f);
}

TEST(SavedGraph, ModulesOfTheEagerStyleAreSavedWithTheirParameters) {
  tf::Graph graph;
  Tensor w = tt::tensor<float>({1, 2, 3});
  w.set_requires_grad(true);
  const Tensor x = graph.placeholder("x", tt::float32, {3});
  const Tensor y = x * w;
  const tf::Session session(graph, exact());
  expect_same(session, {{"x", x}}, {{"y", y}}, {{"x", tt::tensor<float>({4, 5, 6})}});
}

TEST(SavedGraph, Summaries) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tt";
  const Tensor given = tt::ones({1, 2, 2, 1});
  Tensor expected;
  {
    tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 2, 2, 1});
    tf::summary::scalar("mean", tt::mean(x));
    tf::summary::histogram("all", x);
    tf::summary::image("image", x, 1);
    const Tensor merged = tf::summary::merge_all(graph);
    const tf::Session session(graph);
    expected = session.run(merged, {{x, given}});
    saved_model::simple_save(session, path, {{"x", x}}, {{"merged", merged}});
  }
  const Tensor got = saved_model::load(path)({{"x", given}}).at("merged");
  EXPECT_EQ(got.to_vector<int>(), expected.to_vector<int>());
}

TEST(SavedGraph, CollectionsAndLocalVariables) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const tf::Variable w = tf::get_variable("w", {2}, {.initializer = filled(3)});
  tf::get_variable("count", {}, {.initializer = filled(0), .collections = {tf::GraphKeys::LOCAL_VARIABLES}});
  tf::add_to_collection("mine", w * 2);
  const tf::Session session(graph);
  session.run(graph.initializer());
  const TemporaryFolder folder;
  saved_model::save(session, folder / "m.tt");
  const auto model = saved_model::load(folder / "m.tt");
  ASSERT_EQ(tf::get_collection(model.graph(), "mine").size(), 1u);
  EXPECT_EQ(model.session().run(tf::get_collection(model.graph(), "mine")[0]).to_vector<float>(), (Floats{6, 6}));
  ASSERT_EQ(tf::local_variables(model.graph()).size(), 1u);
  EXPECT_EQ(tf::local_variables(model.graph())[0].name(), "count");
  const auto there = tf::as_default(model.graph());
  const auto reuse = tf::variable_scope("other", {.reuse = tf::AUTO_REUSE});
}

TEST(SavedGraph, FrozenAndStripped) {
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 2});
  const tf::Variable w = graph.variable("w", tt::tensor<float>({{1, 2}, {3, 4}}));
  const Tensor h = tt::identity(tt::matmul(x, w)), y = tt::relu(h);
  const Tensor unused = tt::sum(y);
  const tf::Session session(graph, exact());
  session.run(graph.initializer());
  session.set_value(w, tt::tensor<float>({{1, -2}, {3, 5}}));
  const auto frozen = tf::graph_util::convert_variables_to_constants(session, {tf::name_of(y)});
  EXPECT_FALSE(frozen.contains(tf::name_of(unused)));
  const auto bare = tf::graph_util::strip_for_inference(frozen, {"x"}, {tf::name_of(y)});
  EXPECT_FALSE(bare.contains(tf::name_of(h)));
  for (const auto& def : {frozen, bare}) {
    tf::Graph other;
    const Tensor fed = other.placeholder("mine", tt::float32, {1, 2});
    const auto results =
        tf::import_graph_def(def, other, {.input_map = {{"x", fed}}, .return_elements = {tf::name_of(y)}});
    EXPECT_TRUE(other.variables().empty());
    const tf::Session run(other, exact());
    EXPECT_EQ(run.run(results[0], {{fed, tt::tensor<float>({{2, 1}})}}).to_vector<float>(), (Floats{5, 1}));
    EXPECT_TRUE(other.contains("import/w"));
    tf::import_graph_def(def, other);
    EXPECT_TRUE(other.contains("import_1/w"));
  }
  // An input in the middle becomes a placeholder.
  const auto upper = tf::graph_util::strip_for_inference(frozen, {tf::name_of(h)}, {tf::name_of(y)});
  EXPECT_EQ(upper.size(), 2u);
}

TEST(SavedGraph, FreezingRefusesWhatIsWritten) {
  tf::Graph graph;
  const tf::Variable w = graph.variable("w", tt::tensor(1.0f));
  const Tensor next = w.assign_add(1.0f);
  const tf::Session session(graph);
  const auto freeze = [&] { tf::graph_util::convert_variables_to_constants(session, {tf::name_of(next)}); };
  EXPECT_NE(error_of<tt::ArgumentError>(freeze).find("is written by one of their nodes"), std::string::npos);
  const Tensor twice = w * 2;
  const auto uninitialized = [&] { tf::graph_util::convert_variables_to_constants(session, {tf::name_of(twice)}); };
  EXPECT_NE(error_of<tt::ArgumentError>(uninitialized).find("has no value"), std::string::npos);
  const auto unknown = [&] { tf::graph_util::convert_variables_to_constants(session, {"twise"}); };
  EXPECT_NE(error_of<tt::ArgumentError>(unknown).find("no node has this name: 'twise'"), std::string::npos);
}

TEST(SavedGraph, AFailedImportLeavesTheGraph) {
  tf::Graph small;
  const Tensor a = small.placeholder("a", tt::float32, {2});
  const Tensor b = tt::matmul(tt::reshape(a, {1, 2}), tt::ones({2, 3}));
  const auto def = tf::as_graph_def(small);
  tf::Graph graph;
  const Tensor wrong = graph.placeholder("wrong", tt::float32, {5});
  const auto before = graph.as_text();
  const auto import = [&] { tf::import_graph_def(def, graph, {.input_map = {{"a", wrong}}}); };
  EXPECT_NE(error_of<tt::ArgumentError>(import), "no error");
  EXPECT_EQ(graph.as_text(), before);
  const auto missing = [&] { tf::import_graph_def(def, graph, {.return_elements = {"nothing"}}); };
  EXPECT_NE(error_of<tt::ArgumentError>(missing), "no error");
  EXPECT_EQ(graph.as_text(), before);
  tf::import_graph_def(def, graph, {.name = ""});
  EXPECT_NE(error_of<tt::ArgumentError>([&] { tf::import_graph_def(def, graph, {.name = ""}); }), "no error");
  EXPECT_EQ(tf::name_of(a), "a");
}

TEST(SavedGraph, ErrorsOfFiles) {
  const TemporaryFolder folder;
  const std::string path = folder / "m.tt";
  const auto load = [&] { saved_model::load(path); };
  EXPECT_NE(error_of<tt::ArgumentError>(load).find("m.tt"), std::string::npos);
  tt::save(tt::StateDict{{"w", tt::ones({2})}}, path);
  EXPECT_NE(error_of<tt::ArgumentError>(load).find("not a graph file"), std::string::npos);
  tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {2});
  const Tensor y = tt::relu(x);
  const tf::Session session(graph);
  saved_model::simple_save(session, path, {{"x", x}}, {{"y", y}});
  tt::StateDict file = tt::load(path);
  file.metadata["version"] = "2";
  tt::save(file, path);
  const std::string newer = error_of<tt::UnsupportedError>(load);
  EXPECT_NE(newer.find("newer version"), std::string::npos) << newer;
  EXPECT_NE(newer.find("saved_graph_test.cpp"), std::string::npos) << newer;
  file.metadata["version"] = "1";
  const std::string good = file.metadata["graph"];
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    file.metadata["graph"] = text;
    tt::save(file, path);
    return error_of<tt::Error>(load);
  };
  EXPECT_NE(with("\"op\":\"relu\"", "\"op\":\"rely\"").find("an op that this program does not have: 'rely'"),
            std::string::npos);
  EXPECT_NE(with("[[0,0]]", "[[7,0]]").find("7 is not between 0 and 0"), std::string::npos);
  EXPECT_NE(with("[[0,0]]", "[[0,9]]"), "no error");
  EXPECT_NE(with("[[0,0]]", "[[0,0],[0,0]]"), "no error");
  EXPECT_NE(with("float32", "float31").find("'float31' is no dtype"), std::string::npos);
  EXPECT_NE(with("\"shape\":[2]", "\"shape\":[9223372036854775807,9223372036854775807]"), "no error");
  EXPECT_NE(with("{", std::string(10000, '[')), "no error");
  const std::string deep = std::string(5000, '[') + std::string(5000, ']');
  EXPECT_NE(with("[2]", deep).find("nested deeper than 400"), std::string::npos);
}

TEST(SavedGraph, CutAndForgedFilesGiveOneError) {
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const auto [i, y] = tf::while_loop([](const Tensor& i, const Tensor&) { return i < 3; },
                                     [&](const Tensor& i, const Tensor& v) { return std::tuple(i + 1, v * x); },
                                     std::tuple(0, tt::ones_like(x)));
  const Tensor z = tf::cond(
      tt::sum(y) > 0, [&] { return tt::sum(y); }, [&] { return tt::mean(x); });
  const tf::Session session(graph);
  const TemporaryFolder folder;
  const std::string path = folder / "m.tt", broken = folder / "broken.tt";
  saved_model::simple_save(session, path, {{"x", x}}, {{"z", z}});
  const std::string good = read_file(path);
  SeededDice dice(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(dice.between(0, static_cast<int>(n) - 1)); };
  int errors = 0;
  constexpr int tries = 1000;
  for (int n = 0; n < tries; ++n) {
    std::string bytes = good;
    if (n % 3 == 0)
      bytes.resize(below(bytes.size()));
    else
      for (std::size_t k = 1 + below(3); k > 0; --k)
        bytes[below(bytes.size())] = n % 3 == 1 ? static_cast<char>(below(256)) : "0123456789-"[below(11)];
    write_file(broken, bytes);
    try {
      saved_model::load(broken);
    } catch (const tt::Error&) {
      ++errors;
    }
  }
  EXPECT_GT(errors, tries / 3);
}

TEST(SavedGraph, AFileOfVersion1IsRead) {
  const std::string references = std::string(TRIPTYCH_SOURCE_DIR) + "/tests/references";
  tf::Graph graph;
  const auto scope = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 2});
  const tf::Variable w = graph.variable("w", tt::tensor<float>({{1, 0.5}, {-1, 0.25}}));
  const auto [i, y] =
      tf::while_loop([](const Tensor& i, const Tensor&) { return i < 3; },
                     [&](const Tensor& i, const Tensor& y) { return std::tuple(i + 1, tt::relu(tt::matmul(y, w))); },
                     std::tuple(0, x));
  const tf::Session session(graph, exact());
  session.run(graph.initializer());
  if (const char* write = std::getenv("TRIPTYCH_WRITE_MODEL"))  // how the reference was made
    saved_model::simple_save(session, write, {{"x", x}}, {{"y", y}});
  const auto model = saved_model::load(references + "/model.tt");
  const Tensor given = tt::load_npy(references + "/npy/model_x.npy");
  EXPECT_EQ(bytes_of(model({{"x", given}}).at("y")), bytes_of(tt::load_npy(references + "/npy/model_y.npy")));
  EXPECT_EQ(bytes_of(session.run(y, {{x, given}})), bytes_of(tt::load_npy(references + "/npy/model_y.npy")));
}
