// How a training step's time grows: with the batch, width and depth of a network of dense layers, with the length of an
// LSTM's sequences, and with threads, in three styles; and with the nodes of a graph.
//   scaling [--only=batch|width|depth|sequence|threads|nodes] [--svg=FILE]
// prints a JSON line for each point, with the limit that the machine sets (roofline/machine.h), and draws them.
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <thread>

#include "report.h"
#include "roofline/machine.h"
#include "triptych/eager.h"
#include "triptych/keras.h"
#include "triptych/lowlevel.h"

namespace tt = triptych;
namespace tf = triptych::lowlevel;
namespace nn = triptych::eager::nn;
namespace keras = triptych::keras;
using tt::Tensor;

namespace {

/// Dense layers with relu; with a sequence an LSTM.
struct Size {
  std::int64_t batch = 64, width = 256, depth = 4, sequence = 0, threads = 1;
  Tensor input() const { return sequence ? tt::rand({batch, sequence, width}) : tt::rand({batch, width}); }
};

using Step = std::function<void()>;

struct Graph {
  std::shared_ptr<tf::Session> session;
  tf::Callable step;
  Tensor input;
};

Graph graph_of(const Size& size) {
  const Tensor input = size.input();  // before there is a graph that it could become a node of
  const tf::Graph graph;
  const tf::DefaultGraph as_default(graph);
  const Tensor x = graph.placeholder("x", tt::float32, input.shape());
  Tensor h = x;
  const auto weight = [&](const std::string& name, std::int64_t rows) {
    return tf::get_variable(name, {rows, size.width});
  };
  const auto bias = [&](const std::string& name, std::int64_t length) {
    return tf::get_variable(name, {length}, {.initializer = tt::init::zeros()});
  };
  if (size.sequence) {
    const std::int64_t gates = 4 * size.width;
    const tt::RecurrentWeights weights{weight("w_ih", gates), weight("w_hh", gates), bias("b_ih", gates),
                                       bias("b_hh", gates)};
    h = tt::select(tt::lstm(x, {weights}, {.batch_first = true}).output, 1, -1);
  } else {
    for (std::int64_t i = 0; i < size.depth; ++i)
      h = tt::relu(tt::matmul(h, weight("w" + std::to_string(i), size.width)) +
                   bias("b" + std::to_string(i), size.width));
  }
  const Tensor loss = tt::mean(tt::square(h));
  const Tensor update = tf::GradientDescent({.learning_rate = 0.01}).minimize(loss);
  const auto session = std::make_shared<tf::Session>(graph);
  session->run(graph.initializer());
  return {session, session->make_callable({x}, {loss, update}), input};
}

Step lowlevel_step(const Size& size) {
  return [graph = graph_of(size)] { benchmark::DoNotOptimize(graph.step(graph.input)[0].item<float>()); };
}

Step eager_step(const Size& size) {
  const auto layers = std::make_shared<nn::Sequential>();
  for (std::int64_t i = 0; i < size.depth && !size.sequence; ++i) {
    layers->push_back(nn::make<nn::Linear>(size.width, size.width));
    layers->push_back(nn::make<nn::ReLU>());
  }
  std::shared_ptr<nn::LSTM> lstm;
  if (size.sequence)
    lstm = std::make_shared<nn::LSTM>(
        nn::LSTMOptions{.input_size = size.width, .hidden_size = size.width, .batch_first = true});
  const auto optimizer = std::make_shared<tt::eager::optim::SGD>(lstm ? lstm->parameters() : layers->parameters(),
                                                                 tt::eager::optim::SGDOptions{.lr = 0.01});
  return [=, input = size.input()] {
    optimizer->zero_grad();
    const Tensor h = lstm ? tt::select((*lstm)(input).output, 1, -1) : (*layers)(input);
    const Tensor loss = tt::mean(tt::square(h));
    loss.backward();
    optimizer->step();
    benchmark::DoNotOptimize(loss.item<float>());
  };
}

Step keras_step(const Size& size) {
  using namespace keras::layers;
  keras::Sequential model;
  if (size.sequence) {
    model.add(LSTM(size.width));
  } else {
    for (std::int64_t i = 0; i < size.depth; ++i) model.add(Dense(size.width, {.activation = "relu"}));
  }
  model.compile({.optimizer = keras::optimizers::SGD({.learning_rate = 0.01}),
                 .loss = keras::Loss([](const Tensor&, const Tensor& y) { return tt::mean(tt::square(y)); })});
  return [model, input = size.input(), target = tt::zeros({size.batch, size.width})]() mutable {
    benchmark::DoNotOptimize(model.train_on_batch(input, target)["loss"]);
  };
}

double now_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// The least of many calls, since other programs run beside.
double least_ms(const Step& step) {
  double least = INFINITY;
  for (int i = 0; i < 2; ++i) step();
  const double start = now_ms();
  for (int i = 0; i < 5 || now_ms() - start < 200; ++i) {
    const double began = now_ms();
    step();
    least = std::min(least, now_ms() - began);
  }
  return least;
}

double limit_ms(const Size& size, const bench::Machine& machine) {
  const Graph graph = graph_of(size);
  tt::RunMetadata metadata;
  graph.step.run({graph.input}, {.metadata = &metadata});
  double limit = 0;
  for (const tt::NodeTiming& node : metadata.nodes) limit += machine.limit_ms(node.flops, node.bytes);
  return limit;
}

struct Point {
  std::int64_t at;
  double ms;
};
struct Panel {
  std::string name;
  std::map<std::string, std::vector<Point>> lines;  // by style, and "limit"
};

void note(Panel& panel, const char* style, std::int64_t at, double ms) {
  panel.lines[style].push_back({at, ms});
  std::printf("{\"name\":\"%s/%lld\",\"style\":\"%s\",\"ms\":%.6f}\n", panel.name.c_str(), static_cast<long long>(at),
              style, ms);
  std::fflush(stdout);
}

Panel measure(const char* name, const std::vector<std::int64_t>& values, std::int64_t Size::*which, Size size) {
  Panel panel{name, {}};
  bench::Machine machine;
  for (const std::int64_t value : values) {
    size.*which = value;
    if (machine.flops == 0 || which == &Size::threads) {
      tt::set_num_threads(static_cast<int>(size.threads));
      machine = bench::measure_machine();
    }
    note(panel, "low level", value, least_ms(lowlevel_step(size)));
    note(panel, "eager", value, least_ms(eager_step(size)));
    note(panel, "Keras", value, least_ms(keras_step(size)));
    note(panel, "limit", value, limit_ms(size, machine));
  }
  return panel;
}

/// A chain of additions of numbers, so that all but nothing is the step's own time; each gets the next variable's
/// value.
Panel measure_nodes() {
  Panel panel{"nodes", {}};
  for (const std::int64_t nodes : {10, 100, 1000, 10'000}) {
    const tf::Graph graph;
    const Tensor x = graph.placeholder("x", tt::float32, {}), y = graph.placeholder("y", tt::float32, {});
    Tensor h = x;
    for (std::int64_t i = 0; i < nodes; ++i) h = i % 2 ? h - y : h * y;
    const tf::Session session(graph);
    const tf::Callable step = session.make_callable({x, y}, {h});
    const Tensor one = tt::ones({});
    note(panel, "low level", nodes, least_ms([&] { step(one, one); }));
  }
  return panel;
}

// --- The drawing ----------------------------------------------------------------------------------------------------

constexpr int panel_width = 340, panel_height = 260, margin = 48, columns = 3;

/// One panel, both axes logarithmic: a cost that doubles with the size is a diagonal.
void draw(std::ostream& svg, const Panel& panel, int left, int top) {
  static const std::map<std::string, const char*> colours{
      {"low level", "#1f77b4"}, {"eager", "#d62728"}, {"Keras", "#2ca02c"}, {"limit", "#888888"}};
  double x_low = INFINITY, x_high = 0, y_low = INFINITY, y_high = 0;
  for (const auto& [style, points] : panel.lines) {
    for (const Point& point : points) {
      x_low = std::min(x_low, static_cast<double>(point.at));
      x_high = std::max(x_high, static_cast<double>(point.at));
      y_low = std::min(y_low, point.ms);
      y_high = std::max(y_high, point.ms);
    }
  }
  const auto place = [](double value, double low, double high) {
    return high > low ? std::log(value / low) / std::log(high / low) : 0.5;
  };
  const int right = left + panel_width - margin, bottom = top + panel_height - margin;
  svg << "<text x='" << left + margin << "' y='" << top + 16 << "' font-weight='bold'>" << panel.name << "</text>\n"
      << "<path d='M" << left + margin << ' ' << top + 24 << "V" << bottom << "H" << right
      << "' fill='none' stroke='black'/>\n";
  const auto label = [&](double x, double y, const char* anchor, double value) {
    svg << "<text x='" << x << "' y='" << y << "' text-anchor='" << anchor << "'>" << value << "</text>\n";
  };
  svg.precision(3);
  label(left + margin, bottom + 16, "middle", x_low);
  label(right, bottom + 16, "middle", x_high);
  label(left + margin - 4, bottom, "end", y_low);
  label(left + margin - 4, top + 34, "end", y_high);
  int key = 0;
  for (const auto& [style, points] : panel.lines) {
    svg << "<polyline fill='none' stroke-width='2' stroke='" << colours.at(style) << "'"
        << (style == "limit" ? " stroke-dasharray='4'" : "") << " points='";
    for (const Point& point : points)
      svg << left + margin + place(static_cast<double>(point.at), x_low, x_high) * (right - left - margin) << ','
          << bottom - place(point.ms, y_low, y_high) * (bottom - top - 34) << ' ';
    svg << "'/>\n<text x='" << left + margin + 8 << "' y='" << top + 40 + 14 * key++ << "' fill='" << colours.at(style)
        << "'>" << style << ", ms</text>\n";
  }
}

std::string drawing(const std::vector<Panel>& panels) {
  std::ostringstream svg;
  const int rows = (static_cast<int>(panels.size()) + columns - 1) / columns;
  svg << "<svg xmlns='http://www.w3.org/2000/svg' width='" << columns * panel_width << "' height='"
      << rows * panel_height
      << "' font-family='sans-serif' font-size='11'>\n<rect width='100%' height='100%' fill='white'/>\n";
  for (int i = 0; i < static_cast<int>(panels.size()); ++i)
    draw(svg, panels[static_cast<std::size_t>(i)], i % columns * panel_width, i / columns * panel_height);
  svg << "</svg>\n";
  return svg.str();
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string only = bench::take_option(argc, argv, "--only", ""),
                    file = bench::take_option(argc, argv, "--svg", "");
  std::vector<Panel> panels;
  const auto add = [&](const char* name, const std::vector<std::int64_t>& values, std::int64_t Size::*which,
                       Size size) {
    if (only.empty() || only == name) panels.push_back(measure(name, values, which, size));
  };
  std::vector<std::int64_t> threads;
  for (std::int64_t i = 1; i <= std::thread::hardware_concurrency(); i *= 2) threads.push_back(i);
  add("batch", {1, 4, 16, 64, 256, 1024}, &Size::batch, {});
  add("width", {16, 32, 64, 128, 256, 512, 1024}, &Size::width, {});
  add("depth", {1, 2, 4, 8, 16, 32, 64}, &Size::depth, {.width = 64});
  add("sequence", {4, 8, 16, 32, 64, 128, 256}, &Size::sequence, {.batch = 32, .width = 64});
  add("threads", threads, &Size::threads, {.batch = 256, .width = 512});
  if (only.empty() || only == "nodes") panels.push_back(measure_nodes());
  if (file.empty()) return 0;
  std::ofstream(file) << drawing(panels);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "scaling: %s\n", error.what());
  return 2;
}
