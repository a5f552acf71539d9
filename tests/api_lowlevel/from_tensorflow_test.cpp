// The table of docs/from_tensorflow.md: what stands in it stands here, too, word for word, and runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
using tt::Tensor;

namespace {

std::string without_spaces(std::string text) {
  std::erase_if(text, [](unsigned char c) { return std::isspace(c); });
  return text;
}

/// The code in the second column of each row.
std::vector<std::string> spellings() {
  std::vector<std::string> all;
  std::istringstream page(read_file(TRIPTYCH_SOURCE_DIR "/docs/from_tensorflow.md"));
  for (std::string line; std::getline(page, line);) {
    const std::size_t begin = line.find(" | ");
    if (!line.starts_with("| `") || begin == std::string::npos) continue;
    std::istringstream column(line.substr(begin, line.find(" | ", begin + 3) - begin));
    std::string words;
    for (bool code = false; std::getline(column, words, '`'); code = !code)
      if (code) all.push_back(words);
  }
  return all;
}

// Values, made outside of all graphs.
const Tensor ones = tt::ones({2}), zeros = tt::zeros({2}), one = tt::ones({1, 1});
const Tensor images = tt::ones({40, 2}), digits = tt::zeros({40});

class FromTensorFlow : public testing::Test {
 protected:
  TemporaryFolder folder;
  tf::Graph graph;
  const tf::DefaultGraph default_graph{graph};
};

}  // namespace

TEST_F(FromTensorFlow, TheTableStandsHere) {
  const std::string here =
      without_spaces(read_file(TRIPTYCH_SOURCE_DIR "/tests/api_lowlevel/from_tensorflow_test.cpp"));
  const std::vector<std::string> all = spellings();
  EXPECT_GE(all.size(), 50U);
  for (const std::string& spelling : all) {
    std::string rest = without_spaces(spelling);
    std::size_t at = 0;
    while (!rest.empty() && at != std::string::npos) {  // "..." stands for anything
      const std::size_t end = rest.find("...");
      at = here.find(rest.substr(0, end), at);
      rest = end == std::string::npos ? "" : rest.substr(end + 3);
    }
    EXPECT_NE(at, std::string::npos) << "not in from_tensorflow_test.cpp: " << spelling;
  }
}

TEST_F(FromTensorFlow, Options) {
  struct Options {
    int a = 0, b = 0;
  };
  const auto f = [](int x, const Options& options) { return x + options.a + 10 * options.b; };
  const int x = 3;
  EXPECT_EQ(f(x, {.a = 1, .b = 2}), 24);
  EXPECT_EQ(f(x, {1, 2}), 24);
}

TEST_F(FromTensorFlow, Scopes) {
  const tf::Graph g;
  {
    auto here = tf::as_default(graph);
    EXPECT_TRUE(tf::get_default_graph() == graph);
  }
  const Tensor a = tf::placeholder(tt::float32, {tt::unknown, 3}, "x"), w = a;
  {
    auto scope = tf::name_scope("net");
    EXPECT_EQ(scope.name(), "net");
  }
  {
    const auto scope = graph.scope("net");
    EXPECT_EQ(scope.name(), "net_1");
  }
  {
    auto scope = tf::variable_scope("net", {.reuse = tf::AUTO_REUSE});
    EXPECT_EQ(tf::get_variable("w", {2}).name(), "net/w");
  }
  {
    const auto scope = tf::variable_scope("net", {.reuse = tf::Reuse::yes});
    EXPECT_EQ(tf::get_variable("w").name(), "net/w");
  }
  {
    auto after = tf::control_dependencies({a});
    auto with = tf::colocate_with(w);
    EXPECT_EQ(tf::identity(a).device(), tt::Device::cpu());
  }
  if (tt::cuda_device_count() > 0) {
    auto on = tf::device("/gpu:0");
    EXPECT_EQ(tf::placeholder(tt::float32, {}).device(), tt::Device::cuda());
    const auto same = tf::device(tt::Device::cuda());
  }
  tf::RegisterGradient mine("Mine", [](const tf::Operation& op, const std::vector<Tensor>& grads) {
    return std::vector<Tensor>{grads[0] * 5 + 0 * op.inputs[0]};
  });
  Tensor y;
  {
    const Tensor x = g.placeholder("x", tt::float32, {});
    auto scope = tf::gradient_override_map(g, {{"Relu", "Mine"}});
    y = tf::gradients(tt::relu(x), x)[0];
    EXPECT_EQ(tf::Session(g).run(y, {{x, 1}}).item<float>(), 5);
  }
}

TEST_F(FromTensorFlow, FunctionsAndControlFlow) {
  const auto x = tf::constant({1.F, 2.F});
  const Tensor doubled = tf::custom_gradient(x, [](const Tensor& x) {
    const Tensor value = x * 2;
    const auto gradient = [](const Tensor& upstream) { return upstream * 3; };
    return std::pair(value, gradient);
  });
  EXPECT_EQ(doubled.to_vector<float>(), (std::vector<float>{2, 4}));
  auto layer = [&] {
    auto f = tf::function([](const Tensor& x) { return x + tf::get_variable("b", {2}); }, "name");
    return f(tf::placeholder(tt::float32, {2}));
  }();
  EXPECT_EQ(layer.shape(), tt::Shape{2});
  using F = std::function<Tensor()>;
  const Tensor p = tt::tensor(false), q = tt::tensor(true);
  const F f = [] { return tt::tensor(1); }, g = [] { return tt::tensor(2); }, h = [] { return tt::tensor(3); };
  EXPECT_EQ(tf::case_<F>({{p, f}, {q, g}}, h).item<int>(), 2);
  {
    const int i = 7;
    EXPECT_EQ(tf::switch_case<F>(i, {f, g}, h).item<int>(), 3);
  }
  const auto cond = [](const Tensor& i, const Tensor&) { return i < 2; };
  const auto body = [](const Tensor& i, const Tensor& x) { return std::tuple(i + 1, x * 2); };
  const Tensor i = tt::tensor(0);
  EXPECT_EQ(std::get<1>(tf::while_loop(cond, body, std::tuple(i, x))).to_vector<float>(), (std::vector<float>{4, 8}));
  const tf::WhileOptions options{.shape_invariants = {{tt::unknown, 2}}};
  EXPECT_EQ(options.shape_invariants.size(), 1U);
  // Structures: std::pair, std::tuple, nested.
  const auto rows = tf::map_fn([](const std::vector<Tensor>& row) { return std::pair(row[0], std::tuple(row[1])); },
                               std::vector<Tensor>{x, x});
  EXPECT_EQ(std::get<0>(rows.second).to_vector<float>(), (std::vector<float>{1, 2}));
}

TEST_F(FromTensorFlow, VariablesAndRuns) {
  const Tensor value = ones;
  const tf::Variable v = graph.variable("w", value);
  graph.variable("r", tf::random::normal({2, 3}));
  graph.placeholder("x", tt::float32, {tt::unknown, 3});
  const Tensor x = graph.placeholder("y", tt::float32, {}), a = x + 1, b = x * 2, y = graph.constant(value);
  EXPECT_EQ(graph.get_operation_by_name("y").type, "placeholder");
  EXPECT_EQ(graph.get_operation_by_name(tf::name_of(tf::matmul(one, tt::reshape(x, {1, 1})))).type, "matmul");
  const tf::Session session(graph, {.allow_soft_placement = true, .log_device_placement = false});
  const tf::SessionOptions options{.allow_soft_placement = true, .log_device_placement = true};
  EXPECT_TRUE(options.log_device_placement);
  EXPECT_EQ(tf::report_uninitialized_variables(session).size(), 2U);
  session.run(v.initializer());
  EXPECT_TRUE(tf::is_variable_initialized(session, v));
  session.run(v.assign_add(1));
  EXPECT_EQ(session.value(v).to_vector<float>(), (std::vector<float>{2, 2}));
  EXPECT_EQ(tt::argmax(session.run(y)).item<int>(), 0);
  EXPECT_EQ(session.run({a, b}, {{x, 1}})[1].item<float>(), 2);
  EXPECT_THROW(tf::eval(a, {{x, 1}}), tt::ArgumentError);
  {
    auto with_session = tf::as_default(session);
    EXPECT_EQ(tf::eval(a, {{x, 1}}).item<float>(), 2);
    const tf::Session other(graph);
    {
      auto inside = tf::as_default(other);
      EXPECT_THROW(tf::eval(v), tt::ArgumentError);  // not initialized there
    }
    EXPECT_EQ(tf::eval(v).to_vector<float>(), (std::vector<float>{2, 2}));
  }
  EXPECT_EQ(session.run(a, {{x, 1}}, {.timeout_in_ms = 100}).item<float>(), 2);
  tf::print({"x:", x});
  tf::check_numerics(x, "x");
  tf::add_check_numerics_ops(graph);
  const char* key = tf::GraphKeys::LOSSES;
  EXPECT_EQ(tf::get_collection(key).size(), tf::get_collection(graph, key).size());
  session.debugger();
  const std::vector<Tensor> ys{b * a}, xs{x};
  EXPECT_EQ(session.run(tf::gradients(ys, xs, {}, {.stop_gradients = {a}})[0], {{x, 1}}).item<float>(), 4);
  {
    const Tensor x = graph.placeholder("first", tt::float32, {}), y = graph.placeholder("then", tt::float32, {});
    const Tensor a = x + 1, b = a * y;
    const auto h = session.partial_run_setup({a, b}, {x, y});
    EXPECT_EQ(session.partial_run(h, a, {{x, 1}}).item<float>(), 2);
    EXPECT_EQ(session.partial_run(h, b, {{y, 3}}).item<float>(), 6);
    const std::vector<Tensor> ys{x * x * y}, xs{x, y};
    EXPECT_EQ(session.run(tf::hessians(ys, xs)[0], {{x, 1}, {y, 3}}).item<float>(), 6);
  }
  EXPECT_EQ(tf::gradients(a, y, {}, {.unconnected_gradients = tf::UnconnectedGradients::ZERO})[0].shape(),
            tt::Shape{2});
}

TEST_F(FromTensorFlow, SummariesLossesAndMetrics) {
  using tf::summary::merge_all;
  const Tensor labels = tf::placeholder(tt::float32, {2}), x = tf::placeholder(tt::float32, {2}), predictions = x;
  const Tensor loss = tf::losses::huber_loss(labels, x, {.delta = 0.5});
  tf::summary::scalar("loss", loss);
  tf::summary::text("t", "words");
  EXPECT_EQ(merge_all(graph).dtype(), tt::uint8);
  const std::string logs = folder / "logs";
  {
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    EXPECT_EQ(tf::summary::FileWriter("logs", graph).get_logdir(), "logs");
    std::filesystem::current_path(before);
  }
  auto [value, update_op] = tf::metrics::accuracy(labels, predictions);
  const tf::Session session(graph);
  session.run(tf::local_variables_initializer());
  session.run(update_op, {{labels, ones}, {x, ones}});
  EXPECT_EQ(session.run(value).item<float>(), 1);
}

TEST_F(FromTensorFlow, Files) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  std::filesystem::create_directory("dir");
  const Tensor x = tf::placeholder(tt::float32, {2}, "x");
  const tf::Variable a = graph.variable("a/w", ones), b = graph.variable("b/w", zeros);
  const Tensor y = tf::identity(a * x + b);
  const tf::Session session(graph);
  session.run(graph.initializer());
  const int step = 7;
  EXPECT_TRUE(tf::train::Saver({a, b}).last_checkpoints().empty());
  const auto saver = tf::train::Saver({.max_to_keep = 3});
  const std::string path = saver.save(session, "dir/model.ckpt", {.global_step = step});
  tf::train::init_from_checkpoint(session, path, {{"a/", "b/"}});
  EXPECT_EQ(session.value(b).to_vector<float>(), (std::vector<float>{1, 1}));
  const std::map<std::string, Tensor> inputs{{"x", x}}, outputs{{"y", y}};
  tf::saved_model::simple_save(session, "model.tt", inputs, outputs);
  const std::vector<std::string> names{tf::name_of(y)};
  const tf::GraphDef graph_def = tf::graph_util::convert_variables_to_constants(session, names);
  const auto imported = tf::import_graph_def(graph_def, {.input_map = {{"x", x}}, .return_elements = names});
  EXPECT_EQ(session.run(imported[0], {{x, ones}}).to_vector<float>(), (std::vector<float>{2, 2}));
  std::filesystem::current_path(before);
}

TEST_F(FromTensorFlow, Pictures) {
  const auto read = [] { return tf::io::decode_jpeg(tf::io::read_file("x.jpg"), 3); };
  EXPECT_NE(error_of<tt::Error>(read).find("x.jpg"), std::string::npos);
}

TEST_F(FromTensorFlow, Loops) {
  struct H : tf::train::SessionRunHook {
    void end(const tf::Session&) override { ended = true; }
    bool ended = false;
  };
  const auto h = std::make_shared<H>();
  const Tensor &x = images, &y = digits;
  const auto d = tf::data::Dataset::from_tensor_slices({x, y}).batch(32);
  const std::vector<Tensor> element = tf::data::make_one_shot_iterator(d).get_next();
  {
    const auto d = tf::data::Dataset::range(5);
    const auto f = [](const Tensor& x) { return tt::zeros_like(tt::arange(3)) + x; };
    EXPECT_EQ(d.map(f, 4).output_shapes()[0], tt::Shape{3});
    const auto padded = [&](const auto& d) { return d.padded_batch(2, {.padded_shapes = {{tt::unknown}}}); };
    EXPECT_EQ(padded(d.map(f)).output_shapes()[0], (tt::Shape{tt::unknown, tt::unknown}));
    const auto flat = d.flat_map([](const tf::data::Element& x) { return tf::data::Dataset::from_tensors(x); });
    const auto types = flat.output_types();
    const auto shapes = flat.output_shapes();
    const Tensor handle = tf::placeholder(tt::int64, {});
    EXPECT_EQ(tf::data::Iterator::from_string_handle(handle, types, shapes).get_next()[0].dtype(), tt::int64);
  }
  tf::train::create_global_step();
  const auto train = [&](const std::string& d) {
    auto session = tf::train::MonitoredTrainingSession({.checkpoint_dir = d, .hooks = {h}});
    std::vector<std::int64_t> sizes;
    try {
      while (!session.should_stop()) sizes.push_back(session.run(element[0]).size(0));
    } catch (const tf::errors::OutOfRangeError&) {
      session.close();
    }
    return sizes;
  };
  EXPECT_EQ(train(folder / "run"), (std::vector<std::int64_t>{32, 8}));
  EXPECT_TRUE(h->ended);
}
