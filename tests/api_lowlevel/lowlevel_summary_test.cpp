// Summaries as nodes: the bytes that TensorFlow's give, and what TensorBoard's own package reads of a FileWriter's
// file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <triptych/lowlevel.h>

#include <limits>

#include "event_files.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace summary = triptych::lowlevel::summary;
using testing::HasSubstr;
using tt::Tensor;

namespace {

std::string bytes_of(const Tensor& tensor) {
  const std::vector<std::uint8_t> bytes = tensor.to_vector<std::uint8_t>();
  return {bytes.begin(), bytes.end()};
}

const Tensor values = tt::tensor<float>({0.5F, -0.25F, 3.0F, 0.0F, 100.0F, -2.0F, 0.5F});
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

}  // namespace

TEST(Summary, GivesTensorFlowsBytes) {
  const auto references = tensorboard_references(TRIPTYCH_SOURCE_DIR);
  // Computed tensors need no graph.
  EXPECT_EQ(to_hex(bytes_of(summary::histogram("h", values))), references.at("tf_histogram"));
  const Tensor one = tt::ones({1});
  const tf::Graph graph;
  const auto here = tf::as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  std::vector<std::pair<std::string, Tensor>> nodes;
  nodes.emplace_back("tf_scalar", summary::scalar("loss", tt::full({}, 0.25)));
  nodes.emplace_back("tf_scalar_again", summary::scalar("loss", tt::full({}, 0.5)));
  nodes.emplace_back("tf_histogram", summary::histogram("h", x));
  nodes.emplace_back("tf_histogram_none", summary::histogram("none", x * tt::zeros({0})));
  nodes.emplace_back("tf_text", summary::text("words", "hello"));
  {
    const auto scope = graph.scope("net");
    nodes.emplace_back("tf_scoped", summary::scalar("loss", 1.0));
    nodes.emplace_back("tf_family", summary::scalar("loss", 2.0, {.family = "fam"}));
  }
  nodes.emplace_back("tf_merged", summary::merge({nodes[0].second, nodes[5].second}));
  for (const bool compile : {true, false}) {
    const tf::Session session(graph, {.compile = compile});
    for (const auto& [name, node] : nodes) {
      const std::vector<tf::Feed> feeds{{x, name == "tf_histogram_none" ? one : values}};
      EXPECT_EQ(to_hex(bytes_of(session.run(node, feeds))), references.at(name)) << name << ", compiled: " << compile;
    }
  }
}

TEST(Summary, MergesAllOfAGraph) {
  const tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {});
  EXPECT_FALSE(summary::merge_all(graph).defined());
  const Tensor loss = summary::scalar("loss", x);
  Tensor scoped;
  {
    const auto scope = graph.scope("net");
    scoped = summary::scalar("twice", x * 2);
  }
  summary::scalar("apart", x, {.collections = {"mine"}});
  EXPECT_EQ(tf::name_of(scoped), "net/twice");
  const Tensor all = summary::merge_all(graph), net = summary::merge_all(graph, tf::GraphKeys::SUMMARIES, "net/");
  const Tensor mine = summary::merge_all(graph, "mine");
  const tf::Session session(graph);
  const std::vector<Tensor> got = session.run({all, net, mine, loss, scoped}, {{x, 1.5}});
  EXPECT_EQ(bytes_of(got[0]), bytes_of(got[3]) + bytes_of(got[4]));
  EXPECT_EQ(bytes_of(got[1]), bytes_of(got[4]));
  EXPECT_THAT(bytes_of(got[2]), HasSubstr("apart"));
}

TEST(Summary, TensorBoardReadsIt) {
  if (!has_tensorboard()) GTEST_SKIP() << "the python3 of PATH has no package tensorboard";
  const TemporaryFolder folder;
  const tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown, 2, 2, 1});
  summary::scalar("mean", tt::mean(x));
  summary::histogram("all", x);
  summary::image("im", x, 2);
  const Tensor one = summary::image("one", x, 1, {.collections = {}});
  const Tensor merged = summary::merge_all(graph);
  const summary::FileWriter writer(folder / "run", graph);
  const tf::Session session(graph);
  const Tensor positive = tt::tensor<float>({0, 0.5, 1, 2, 0, 0.5, 1, 2}).reshape({2, 2, 2, 1});
  writer.add_summary(session.run(merged, {{x, positive}}), 3);
  const Tensor signed_one = tt::tensor<float>({-2, 0.5, not_a_number, 1}).reshape({1, 2, 2, 1});
  writer.add_summary(session.run(one, {{x, signed_one}}), 4);
  tf::RunMetadata metadata;
  session.run(merged, {{x, positive}}, {.metadata = &metadata});
  writer.add_run_metadata(metadata, "step 5", 5);
  writer.close();
  writer.reopen();
  writer.flush();
  const std::string read = read_by_tensorboard(TRIPTYCH_SOURCE_DIR, folder.path());
  for (const char* line :
       {"run node x placeholder []\n", "run node mean_1 ScalarSummary ['mean']\n", "run mean_1 3 scalar 0.875\n",
        "run all 3 histogram 8.0 8.0\n", "run im/image/0 3 image 2x2x1 [0, 63, 127, 255]\n",
        "run im/image/1 3 image 2x2x1 [0, 63, 127, 255]\n", "run one/image 4 image 2x2x1 [1, 159, 255, 191]\n",
        "run metadata 5 'step 5' mean 1 [] 4\n"})
    EXPECT_THAT(read, HasSubstr(line));
  // The same pixels as TensorFlow's.
  const auto references = tensorboard_references(TRIPTYCH_SOURCE_DIR);
  EXPECT_EQ(references.at("tf_image_positive"), "003f7fff");
  EXPECT_EQ(references.at("tf_image_signed"), "019fffbf");
}

TEST(Summary, BadInput) {
  const auto message = [](auto function) { return error_of<tt::Error>(function); };
  const tf::Graph graph;
  const Tensor x = graph.placeholder("x", tt::float32, {tt::unknown});
  const Tensor any = graph.placeholder("any", tt::float32, {tt::unknown, tt::unknown, tt::unknown, tt::unknown});
  EXPECT_THAT(message([&] { summary::scalar("x", tt::ones({2})); }), HasSubstr("lowlevel_summary_test.cpp"));
  EXPECT_THAT(message([&] { summary::scalar("x", Tensor()); }), HasSubstr("undefined"));
  EXPECT_THAT(message([&] { summary::image("x", tt::ones({2, 2})); }), HasSubstr("(n, height, width, channels)"));
  EXPECT_THAT(message([&] { summary::image("x", tt::ones({1, 2, 2, 2})); }), HasSubstr("neither 1, 3 nor 4"));
  EXPECT_THAT(message([&] { summary::image("x", tt::ones({1, 2, 2, 1}), 0); }), HasSubstr("max_outputs is below 1"));
  EXPECT_THAT(message([&] { summary::merge({}); }), HasSubstr("there is no summary"));
  EXPECT_THAT(message([&] { summary::merge({x}); }), HasSubstr("an input is no summary: float32"));
  const Tensor scalar = summary::scalar("s", x), histogram = summary::histogram("h", x);
  const Tensor image = summary::image("i", any);
  const tf::Session session(graph);
  EXPECT_THAT(message([&] {
                session.run(scalar, {{x, tt::ones({3})}});
              }),
              HasSubstr("the tensor has not one element: the input is float32 (3,)"));
  EXPECT_THAT(message([&] { session.run(histogram, {{x, tt::full({1}, not_a_number)}}); }), HasSubstr("'h' has a NaN"));
  EXPECT_THAT(message([&] { session.run(image, {{any, tt::ones({1, 0, 2, 1})}}); }), HasSubstr("no pixel"));
  EXPECT_THAT(message([&] { session.run(image, {{any, tt::ones({1, 1, 2, 2})}}); }), HasSubstr("neither 1, 3 nor 4"));

  const TemporaryFolder folder;
  const summary::FileWriter writer(folder / "run");
  EXPECT_THAT(message([&] { writer.add_summary(tt::ones({2})); }), HasSubstr("no summary: float32 (2,)"));
  EXPECT_THAT(message([&] { writer.add_summary(tt::zeros({2}, tt::uint8)); }), HasSubstr("no summary: uint8 (2,)"));
  EXPECT_THAT(message([&] {
                writer.add_summary(tt::tensor<std::uint8_t>({10, 200, 255, 255, 255, 255, 255, 255, 255, 1}));
              }),
              HasSubstr("no summary"));
  EXPECT_THAT(message([&] { writer.add_summary(Tensor()); }), HasSubstr("undefined"));
  writer.add_run_metadata({}, "twice");
  EXPECT_THAT(message([&] { writer.add_run_metadata({}, "twice"); }), HasSubstr("the tag was used already"));
  // Whoever asks for a folder's writer shares it, as long as one lives.
  const std::string shared = folder / "shared";
  {
    const summary::FileWriter first = summary::FileWriterCache::get(shared);
    summary::FileWriterCache::get(shared).add_summary(summary::scalar("x", 1));
    EXPECT_EQ(event_records(event_file_in(shared)).size(), 1U);
  }
  EXPECT_EQ(event_records(event_file_in(shared)).size(), 2U);
  writer.close();
  EXPECT_THAT(message([&] { writer.add_summary(summary::scalar("x", 1)); }), HasSubstr("the writer is closed"));
  EXPECT_EQ(event_records(event_file_in(folder / "run")).size(), 2U);
}
