// Files of ours in the tools of the home ecosystems, and back.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "run/child.h"
#include "run/compare.h"
#include "triptych/core.h"
#include "triptych/core/data/idx.h"
#include "triptych/core/io.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace triptych::compare {
namespace {

namespace tf = triptych::lowlevel;

/// Reads the file with the library named in argv[1], doubles "a", writes it back. Ends with 3 if the library is not
/// there.
const char* const safetensors_script = R"(
import importlib, json, struct, sys
library, source, target = sys.argv[1:4]
if library == "plain":
    data = open(source, "rb").read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    begin, end = header["a"]["data_offsets"]
    values = struct.unpack("<%df" % ((end - begin) // 4), data[8 + size + begin:8 + size + end])
    changed = struct.pack("<%df" % len(values), *(2 * v for v in values))
    open(target, "wb").write(data[:8 + size + begin] + changed + data[8 + size + end:])
    print("Python", sys.version.split()[0])
else:
    try:
        module = importlib.import_module(library)
        files = importlib.import_module("safetensors." + {"numpy": "numpy", "torch": "torch", "tensorflow": "tensorflow"}[library])
    except ImportError:
        sys.exit(3)
    tensors = files.load_file(source)
    tensors["a"] = tensors["a"] * 2
    files.save_file(tensors, target)
    print("safetensors with", library, module.__version__)
)";

const char* const idx_script = R"(
import gzip, struct, sys
with gzip.open(sys.argv[1], "wb") as file:
    file.write(bytes([0, 0, 8, 2]) + struct.pack(">2I", 2, 3) + bytes(range(6)))
print("Python's gzip", sys.version.split()[0])
)";

const char* const config_script = R"(
import json, sys
config = json.load(open(sys.argv[1]))
text = json.dumps(config)
assert "Dense" in text and "Sequential" in text, text[:200]
print("Python's json", sys.version.split()[0])
)";

const char* const svg_script = R"(
import sys, xml.etree.ElementTree as tree
root = tree.parse(sys.argv[1]).getroot()
assert root.tag.endswith("svg") and len(root) > 0
print("Python's XML parser", sys.version.split()[0])
)";

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "triptych-files-XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make a folder for temporary files");
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(const char* name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// Runs the tool and then `check`, which says whether what came back is right.
template <class Check>
RoundTrip trip(const char* home, const Text& file, const char* tool, const Text& detail,
               const std::vector<std::string>& command, Check check) {
  RoundTrip result{.home = home, .file = file, .tool = tool, .result = "absent", .detail = detail};
  std::string output;
  const int status = run_tool(command, output);
  if (status == 127 || status == 3) return result;
  if (!output.empty() && output.back() == '\n') output.pop_back();
  if (!output.empty() && output.size() < 80) result.tool = output;
  try {
    result.result = status == 0 && check() ? "works" : "fails";
  } catch (const std::exception& error) {
    result.result = "fails";
    result.detail = {error.what(), error.what()};
  }
  return result;
}

std::string read_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

std::vector<RoundTrip> make_round_trips() {
  const Folder folder;
  std::vector<RoundTrip> trips;

  const std::string ours = folder.file("ours.safetensors"), theirs = folder.file("theirs.safetensors");
  const Tensor a = tensor({{1.5f, -2.0f, 3.0f}, {0.0f, 7.0f, 9.0f}});
  save({{"a", a}, {"b", tensor({1.0f})}}, ours);
  const auto doubled = [&] { return load(theirs).at("a").to_vector<float>() == (a * 2).to_vector<float>(); };
  const Text changed = {"written here, a tensor doubled there, read back equal",
                        "在这里写出，在那里把一个张量乘以二，读回后相等"};
  for (const auto& [home, library, tool] :
       {std::tuple{"all", "plain", "Python"}, std::tuple{"all", "numpy", "safetensors with numpy"},
        std::tuple{"eager", "torch", "safetensors with torch"},
        std::tuple{"lowlevel", "tensorflow", "safetensors with tensorflow"}})
    trips.push_back(trip(home, {"safetensors", "safetensors"}, tool, changed,
                         {"python3", "-c", safetensors_script, library, ours, theirs}, doubled));

  const std::string idx = folder.file("idx.gz");
  trips.push_back(trip(
      "all", {"IDX, gzip", "IDX，gzip"}, "Python's gzip",
      {"written there, read here equal", "在那里写出，在这里读入后相等"}, {"python3", "-c", idx_script, idx},
      [&] { return data::read_idx(idx).to_vector<std::uint8_t>() == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5}; }));

  const tf::Graph graph;
  const Tensor x = graph.placeholder("x", float32, {unknown, 3});
  relu(matmul(x, graph.variable("w", ones({3, 2}))));
  const std::string dot = folder.file("graph.dot"), svg = folder.file("graph.svg"), drawn = folder.file("drawn.svg");
  graph.write_dot(dot);
  graph.write_svg(svg);
  trips.push_back(trip("lowlevel", {"graph as DOT", "计算图（DOT）"}, "Graphviz", {"drawn by dot", "由 dot 画出"},
                       {"dot", "-Tsvg", "-o", drawn, dot},
                       [&] { return read_text(drawn).find("<svg") != std::string::npos; }));
  trips.push_back(trip("lowlevel", {"graph as SVG", "计算图（SVG）"}, "Python's XML parser", {"parsed", "解析成功"},
                       {"python3", "-c", svg_script, svg}, [] { return true; }));

  using namespace keras::layers;
  const std::string config = folder.file("model.json");
  std::ofstream(config) << keras::Sequential({Input({3}), Dense(2)}).to_json();
  trips.push_back(trip("keras", {"model configuration as JSON", "模型配置（JSON）"}, "Python's json",
                       {"parsed, the layers' class names found", "解析成功，并找到各层的类名"},
                       {"python3", "-c", config_script, config}, [] { return true; }));
  return trips;
}

}  // namespace triptych::compare
