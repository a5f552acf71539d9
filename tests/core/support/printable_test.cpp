// Names come from users and from files, and may hold anything; what is printed steers no terminal and ends nowhere
// early.
#include "core/support/printable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <string>

#include "api_keras/callbacks/progbar.h"
#include "files.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;
using namespace keras::layers;
using testing::HasSubstr;

namespace {

/// Clears the screen, ends a C string, starts a line, is no UTF-8, and turns the writing.
const std::string hostile = std::string("a\x1b[2J\0b\nc\xff\xe2\x80\xae", 13);
const std::string shown = R"(a\x1b[2J\x00b\nc\xff\u202e)";

/// No control character but the ends of lines.
void expect_harmless(const std::string& text) {
  EXPECT_TRUE(std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == '\x7f';
  })) << text;
  EXPECT_EQ(tt::valid_utf8(text), text);
  EXPECT_THAT(text, HasSubstr(shown));
}

}  // namespace

TEST(Printable, EscapesWhatIsNotSeen) {
  EXPECT_EQ(tt::printable(hostile), shown);
  EXPECT_EQ(tt::printable("fc1.weight"), "fc1.weight");
  EXPECT_EQ(tt::printable("n\xc3\xa4me \xe2\x88\x82 \xf0\x9f\x98\x80 \\"),
            "n\xc3\xa4me \xe2\x88\x82 \xf0\x9f\x98\x80 \\");
  EXPECT_EQ(tt::printable("\t\r\x7f"), R"(\t\r\x7f)");
  EXPECT_EQ(tt::printable("\xc2\x9b"), R"(\u009b)");                    // CSI in one character
  EXPECT_EQ(tt::printable("\x9b"), R"(\x9b)");                          // or as a byte
  EXPECT_EQ(tt::printable("\xe2\x80\xa8"), R"(\u2028)");                // a line's end
  EXPECT_EQ(tt::printable("\xef\xbf\xbf"), R"(\uffff)");                // XML has none
  EXPECT_EQ(tt::printable("\xed\xa0\x80"), R"(\xed\xa0\x80)");          // a surrogate
  EXPECT_EQ(tt::printable("\xc0\xaf"), R"(\xc0\xaf)");                  // a longer form than needed
  EXPECT_EQ(tt::printable("\xf4\x90\x80\x80"), R"(\xf4\x90\x80\x80)");  // beyond the last character
  EXPECT_EQ(tt::printable("\xe2\x88"), R"(\xe2\x88)");                  // cut off
}

TEST(Printable, Errors) {
  expect_harmless(error_of<tt::ArgumentError>([] { tt::load(hostile); }));
  expect_harmless(error_of<tt::ArgumentError>([] { tt::StateDict().at(hostile); }));
  // Names from a file: what a session lacks, and near ones.
  const tt::StateDict state{{hostile, tt::ones({1})}};
  expect_harmless(error_of<tt::ArgumentError>([&] { state.at(hostile + "d"); }));
  expect_harmless(error_of<tt::ArgumentError>([&] { nn::Linear(1, 1).load_state_dict(state); }));
  // A module's name stands in what is added further out.
  struct Net : nn::Module {
    nn::Linear& fc = add<nn::Linear>(hostile, 3, 2);
    tt::Tensor forward(const tt::Tensor& x) override { return fc(x); }
  };
  Net net;
  expect_harmless(error_of<tt::ArgumentError>([&] { net(tt::ones({1, 4})); }));
  std::ostringstream printed;
  printed << net;
  expect_harmless(printed.str());
}

TEST(Printable, GraphsDumpsAndPictures) {
  const TemporaryFolder folder;
  tf::Graph graph;
  const tt::Tensor x = graph.placeholder(hostile, tt::float32, {2});
  const tt::Tensor y = tt::relu(x + 1);
  EXPECT_EQ(tf::name_of(x), hostile);  // what find() takes
  expect_harmless(x.text());
  tf::Session session(graph, {.dump_directory = folder.path()});
  session.run(y, {{x, tt::ones({2})}});
  expect_harmless(read_file(folder / "00_graph.txt"));
  graph.write_dot(folder / "graph.dot");
  std::string dot = read_file(folder / "graph.dot");  // where a backslash is two
  for (std::size_t at = 0; (at = dot.find("\\\\", at)) != std::string::npos; ++at) dot.erase(at, 1);
  expect_harmless(dot);
  graph.write_svg(folder / "graph.svg");
  expect_harmless(read_file(folder / "graph.svg"));
}

// A name that does not fit into its box is cut between characters.
TEST(Printable, PicturesParse) {
  const TemporaryFolder folder;
  for (int shift = 0; shift < 3; ++shift) {
    std::string name(static_cast<std::size_t>(shift), 'a');
    for (int i = 0; i < 20; ++i) name += "\xe2\x88\x82";
    tf::Graph graph;
    graph.placeholder(name, tt::float32, {2});
    graph.placeholder(hostile, tt::float32, {2});
    graph.placeholder("a]]>\xef\xbf\xbe", tt::float32, {2});
    graph.write_svg(folder / "graph.svg");
    const std::string parse = "python3 -c \"import sys, xml.dom.minidom as m; m.parse(sys.argv[1])\" ";
    EXPECT_EQ(std::system((parse + (folder / "graph.svg")).c_str()), 0) << read_file(folder / "graph.svg");
  }
}

TEST(Printable, KerasLogs) {
  keras::Logs logs;
  logs.set(hostile, 0.5);
  keras::History history;
  history.append(0, logs);
  std::ostringstream printed;
  printed << logs << "\n" << history;
  expect_harmless(printed.str());
  expect_harmless(keras::line_text({.current = 1, .target = 1}, logs));
  expect_harmless(keras::bar_text({.current = 1, .target = 1}, logs, false));
}

TEST(Printable, KerasTables) {
  const TemporaryFolder folder;
  keras::Sequential model({Input({3}), Dense(2, {.name = hostile})}, {.name = hostile});
  const std::string table = model.summary_text();
  EXPECT_EQ(tt::valid_utf8(table), table);
  EXPECT_THAT(table, HasSubstr("Model: \"" + shown + "\""));
  EXPECT_THAT(table, HasSubstr(R"(a\x1b[2J\x00b\nc\xff)"));
  EXPECT_EQ(table.find('\x1b'), std::string::npos);
  write_file(folder / "model.json", model.to_json());
  const std::string parse = "python3 -c \"import sys, json; json.load(open(sys.argv[1], encoding='utf-8'))\" ";
  EXPECT_EQ(std::system((parse + (folder / "model.json")).c_str()), 0) << model.to_json();
}
