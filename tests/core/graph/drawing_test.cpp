// A graph as a picture: DOT for Graphviz, SVG for a browser.
#include <gtest/gtest.h>

#include <cstdlib>
#include <regex>
#include <string>
#include <vector>

#include "files.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;

namespace {

int count(const std::string& text, const std::string& part) {
  int found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

/// x -> matmul <- w, relu behind it, and an assignment of w that waits for the relu.
tf::Graph small_graph() {
  tf::Graph graph;
  const auto x = graph.placeholder("x", tt::float32, {tt::unknown, 3});
  tf::Variable w;
  {
    const auto scope = graph.scope("net");
    w = graph.variable("w", {3, 2}, tt::init::ones());
  }
  const auto y = tt::relu(tt::matmul(x, w));
  const auto after = graph.control_dependencies({y});
  w.assign(w * 2);
  return graph;
}

}  // namespace

TEST(Drawing, DotHasAllNodesAndEdges) {
  const TemporaryFolder folder;
  small_graph().write_dot(folder / "graph.dot");
  const std::string dot = read_file(folder / "graph.dot");
  EXPECT_EQ(dot.rfind("digraph {", 0), 0u);
  for (const char* name : {"x\n", "net/w\n", "matmul\n", "relu\n"})
    EXPECT_EQ(count(dot, std::string("\"") + name), 1) << dot;
  // x and w into matmul, matmul into relu, w into mul, w and mul into assign; the initializer takes w.
  EXPECT_GE(count(dot, " -> "), 6) << dot;
  EXPECT_GE(count(dot, "style=dashed"), 1) << dot;
  EXPECT_NE(dot.find("(?, 3)"), std::string::npos) << dot;  // an unknown dimension
  EXPECT_NE(dot.find("drawing_test.cpp:"), std::string::npos) << dot;
}

TEST(Drawing, SvgIsWellFormedAndNodesDoNotOverlap) {
  const TemporaryFolder folder;
  small_graph().write_svg(folder / "graph.svg");
  const std::string svg = read_file(folder / "graph.svg");
  EXPECT_EQ(
      std::system(
          ("python3 -c \"import sys, xml.dom.minidom as m; m.parse(sys.argv[1])\" " + (folder / "graph.svg")).c_str()),
      0)
      << svg;
  struct Box {
    double x, y, width, height;
  };
  std::vector<Box> boxes;
  const std::regex rect("<rect x=\"(\\d+)\" y=\"(\\d+)\" width=\"(\\d+)\" height=\"(\\d+)\"");
  for (std::sregex_iterator it(svg.begin(), svg.end(), rect), end; it != end; ++it)
    boxes.push_back({std::stod((*it)[1]), std::stod((*it)[2]), std::stod((*it)[3]), std::stod((*it)[4])});
  EXPECT_EQ(static_cast<int>(boxes.size()), count(svg, "<g><title>"));
  EXPECT_GE(boxes.size(), 6u);
  for (std::size_t i = 0; i < boxes.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const Box &a = boxes[i], &b = boxes[j];
      EXPECT_TRUE(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y)
          << i << " and " << j << "\n"
          << svg;
    }
}

TEST(Drawing, NamesAreEscaped) {
  tf::Graph graph;
  tf::Variable w = graph.variable("a<b>&\"c\"", {2}, tt::init::ones());
  const TemporaryFolder folder;
  graph.write_dot(folder / "graph.dot");
  graph.write_svg(folder / "graph.svg");
  EXPECT_NE(read_file(folder / "graph.dot").find("a<b>&\\\"c\\\""), std::string::npos);
  EXPECT_NE(read_file(folder / "graph.svg").find("a&lt;b&gt;&amp;&quot;c&quot;"), std::string::npos);
}

TEST(Drawing, AFolderThatIsNotThereIsAnError) {
  const std::string error = error_of<tt::Error>([] { small_graph().write_dot("/no/such/folder/graph.dot"); });
  EXPECT_NE(error.find("/no/such/folder/graph.dot"), std::string::npos) << error;
  EXPECT_NE(error.find("drawing_test.cpp:"), std::string::npos) << error;
}

TEST(Drawing, AGraphThatIsTooLargeForSvgSaysSo) {
  tf::Graph graph;
  tt::Tensor x = graph.placeholder("x", tt::float32, {2});
  for (int i = 0; i < 5001; ++i) x = x + 1;
  const TemporaryFolder folder;
  EXPECT_THROW(graph.write_svg(folder / "graph.svg"), tt::UnsupportedError);
  graph.write_dot(folder / "graph.dot");
}
