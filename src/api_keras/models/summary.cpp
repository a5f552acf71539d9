// summary(): the table that Keras prints on a terminal of 80 columns.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <regex>

#include "api_keras/access.h"
#include "api_keras/callbacks/progbar.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/training/trainer.h"
#include "core/support/hyperparameter.h"
#include "core/support/printable.h"

namespace triptych::keras {
namespace {

using Row = std::vector<std::string>;

constexpr std::int64_t terminal_columns = 80, longest_line = 10000;

enum class Side { left, right, middle };

struct Column {
  const char* header;
  Side side = Side::left;
  std::size_t width = 0;  // of the text
};

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (int i = static_cast<int>(text.size()) - 3; i > 0; i -= 3) text.insert(static_cast<std::size_t>(i), 1, ',');
  return text;
}

std::string memory_size(std::int64_t bytes) {
  double size = static_cast<double>(bytes);
  const char* unit = "B";
  for (const char* next : {"KB", "MB", "GB", "TB", "PB"}) {
    if (size < 1024) break;
    size /= 1024;
    unit = next;
  }
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.2f %s", size, unit);
  return buffer;
}

std::string shape_text(const Shape& shape) {
  std::string text;
  for (const std::int64_t dim : shape) text += (text.empty() ? "" : ", ") + (dim < 0 ? "None" : std::to_string(dim));
  return "(" + text + ")";
}

std::string shapes_text(const std::vector<Shape>& shapes) {
  if (shapes.empty()) return "?";
  if (shapes.size() == 1) return shape_text(shapes[0]);
  std::string text;
  for (const Shape& shape : shapes) text += (text.empty() ? "" : ", ") + shape_text(shape);
  return "[" + text + "]";
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string first_characters(const std::string& text, std::size_t count) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end)
    if ((text[end] & 0xc0) != 0x80 && seen++ == count) break;
  return text.substr(0, end);
}

/// Lines of at most `width` characters, broken at spaces; a longer word is cut.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines;
  std::size_t start = text.find_first_not_of(' ');
  std::string line = text.substr(0, start == std::string::npos ? text.size() : start);  // leading spaces stay
  bool empty = true;
  while (start != std::string::npos && start < text.size()) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    std::string word = text.substr(start, end - start);
    if (!empty && characters(line) + 1 + characters(word) > width) {
      lines.push_back(line);
      line.clear();
      empty = true;
    }
    line += (empty ? "" : " ") + word;
    if (characters(line) > width) line = first_characters(line, width - 1) + "…";
    empty = false;
    start = text.find_first_not_of(' ', end);
  }
  lines.push_back(line);
  return lines;
}

std::string border(const std::vector<Column>& columns, const char* left, const char* line, const char* cross,
                   const char* right) {
  std::string text = left;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) text += cross;
    for (std::size_t j = 0; j < columns[i].width + 2; ++j) text += line;
  }
  return text + right + "\n";
}

std::string row_text(const std::vector<Column>& columns, const Row& row, const char* side) {
  std::vector<std::vector<std::string>> cells;
  std::size_t height = 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    cells.push_back(wrapped(row[i], columns[i].width));
    height = std::max(height, cells.back().size());
  }
  std::string text;
  for (std::size_t line = 0; line < height; ++line) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = line < cells[i].size() ? cells[i][line] : "";
      const std::size_t space = columns[i].width - characters(cell);
      const std::size_t before = columns[i].side == Side::left ? 0 : columns[i].side == Side::right ? space : space / 2;
      text += std::string(side) + " " + std::string(before, ' ') + cell + std::string(space - before, ' ') + " ";
    }
    text += std::string(side) + "\n";
  }
  return text;
}

std::string table(const std::vector<Column>& columns, const std::vector<Row>& rows) {
  Row header;
  for (const Column& column : columns) header.emplace_back(column.header);
  std::string text =
      border(columns, "┏", "━", "┳", "┓") + row_text(columns, header, "┃") + border(columns, "┡", "━", "╇", "┩");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) text += border(columns, "├", "─", "┼", "┤");
    text += row_text(columns, rows[i], "│");
  }
  return text + border(columns, "└", "─", "┴", "┘");
}

std::string params_text(const Layer& layer) {
  return layer.built() || LayerAccess::is_plain(layer.base()) ? with_commas(layer.count_params()) : "0 (unbuilt)";
}

/// A step that is not a constant.
bool is_shown(const PlanStep& step) { return step.layer.defined() || !step.inputs.empty(); }

/// A chain, in which every step has one input and no layer is used twice: Keras shows no connections then.
bool is_linear(const Plan& plan) {
  std::vector<int> depths;
  std::vector<Layer> layers;
  for (const PlanStep& step : plan.steps) {
    if (!is_shown(step)) continue;
    if (std::find(depths.begin(), depths.end(), step.depth) != depths.end()) return false;
    depths.push_back(step.depth);
    std::int64_t inputs = 0;
    for (const int slot : step.inputs)
      for (const PlanStep& maker : plan.steps)
        inputs += is_shown(maker) && std::count(maker.outputs.begin(), maker.outputs.end(), slot);
    if (inputs > 1) return false;
    if (!step.layer.defined()) continue;
    if (std::find(layers.begin(), layers.end(), step.layer) != layers.end()) return false;
    layers.push_back(step.layer);
  }
  return true;
}

class Rows {
 public:
  Rows(bool connections, const SummaryOptions& options)
      : connections_(connections), expand_nested_(options.expand_nested), trainable_(options.show_trainable) {}

  /// Those from the first layer whose name begins as the first expression says to the last one of the second.
  std::vector<Row> in_range(const std::vector<std::string>& range, Location where) const {
    if (range.empty()) return rows_;
    const auto fail = [&](const char* wrong, const std::string& given) {
      throw ArgumentError("summary", wrong, given, "Give the beginnings of two layers' names", where);
    };
    if (range.size() != 2) fail("layer_range has other than two names", std::to_string(range.size()) + " names");
    std::vector<std::size_t> found[2];
    for (int end = 0; end < 2; ++end) {
      const std::string& pattern = range[static_cast<std::size_t>(end)];
      try {
        const std::regex begins(pattern);
        for (std::size_t i = 0; i < starts_.size(); ++i)
          if (std::regex_search(starts_[i].first, begins, std::regex_constants::match_continuous))
            found[end].push_back(i);
      } catch (const std::regex_error&) {
        fail("a name of layer_range is no regular expression", "'" + pattern + "'");
      }
      if (found[end].empty()) fail("no layer has a name of layer_range", "'" + pattern + "'");
    }
    std::size_t first = found[0].front(), last = found[1].back();
    if (first > last) first = found[1].front(), last = found[0].back();
    const auto row = [&](std::size_t layer) {
      return rows_.begin() + static_cast<std::ptrdiff_t>(layer < starts_.size() ? starts_[layer].second : rows_.size());
    };
    return {row(first), row(last + 1)};
  }

  void add_model(const ModelBase& model, int level) {
    const auto* functional = dynamic_cast<const FunctionalModel*>(&model);
    if (!functional || level > 0) {
      for (const Layer& layer : model.layers()) add_layer(layer, level, "-");
      return;
    }
    const Plan& plan = functional->plan();
    std::vector<Layer> seen;
    for (const PlanStep& step : plan.steps) {
      if (!step.layer.defined()) {
        if (!is_shown(step)) continue;
        starts_.emplace_back(step.name, rows_.size());
        rows_.push_back({printable(step.name) + " (" + step.class_name() + ")", shapes_text(step.output_shapes), "0"});
        if (connections_) rows_.back().push_back(sources(plan, step));
        if (trainable_) rows_.back().push_back("-");
        continue;
      }
      if (std::find(seen.begin(), seen.end(), step.layer) != seen.end()) continue;
      seen.push_back(step.layer);
      std::string connected;
      for (const PlanStep& other : plan.steps)
        if (other.layer.defined() && other.layer == step.layer && !other.inputs.empty())
          connected += (connected.empty() ? "" : ", ") + sources(plan, other);
      add_layer(step.layer, level, connected.empty() ? "-" : connected, step.output_shapes);
    }
  }

 private:
  void add_layer(const Layer& layer, int level, const std::string& connected, const std::vector<Shape>& shapes = {}) {
    std::string name = printable(layer.name()) + " (" + layer.base().class_name() + ")";
    if (level > 0) name = std::string(static_cast<std::size_t>(3 * level), ' ') + "└ " + name;
    Row row{name, shapes_text(shapes.empty() ? layer.base().output_shapes() : shapes), params_text(layer)};
    if (connections_) row.push_back(connected);
    if (trainable_) row.push_back(layer.weights().empty() ? "-" : layer.trainable() ? "Y" : "N");
    if (level == 0) starts_.emplace_back(layer.name(), rows_.size());
    rows_.push_back(row);
    if (const auto* inner = layer.as<ModelBase>(); inner && expand_nested_) add_model(*inner, level + 1);
  }

  static std::string sources(const Plan& plan, const PlanStep& step) {
    std::string text;
    for (const int slot : step.inputs)
      for (const PlanStep& maker : plan.steps)
        if (const auto found = std::find(maker.outputs.begin(), maker.outputs.end(), slot);
            is_shown(maker) && found != maker.outputs.end())
          text += (text.empty() ? "" : ", ") + printable(maker.name) + "[" + std::to_string(maker.call_index) + "][" +
                  std::to_string(found - maker.outputs.begin()) + "]";
    return text;
  }

  bool connections_, expand_nested_, trainable_;
  std::vector<Row> rows_;
  std::vector<std::pair<std::string, std::size_t>> starts_;  // the outermost layers, and their first rows
};

/// Shares of `total` by `ratios`; what is left of a division goes to the later ones. As the library in which Keras
/// draws its table does it.
std::vector<std::int64_t> shared_out(std::int64_t total, const std::vector<std::int64_t>& ratios, bool rounds_up) {
  std::vector<std::int64_t> shares;
  std::int64_t of_all = 0;
  for (const std::int64_t ratio : ratios) of_all += ratio;
  for (const std::int64_t ratio : ratios) {
    const double exact = of_all > 0 ? static_cast<double>(ratio * total) / static_cast<double>(of_all) : 0;
    shares.push_back(static_cast<std::int64_t>(rounds_up ? std::ceil(exact) : std::nearbyint(exact)));
    total -= shares.back();
    of_all -= ratio;
  }
  return shares;
}

/// The columns' widths in lines of `length` characters.
void lay_out(std::vector<Column>& columns, std::int64_t length, const std::vector<double>& positions, Location where) {
  if (positions.size() != columns.size())
    throw ArgumentError("summary", "there is not a position for each column",
                        std::to_string(positions.size()) + " positions, " + std::to_string(columns.size()) + " columns",
                        "", where);
  std::vector<std::int64_t> widths;  // with a space at both sides
  std::int64_t end = 0, all = 0;
  for (const double position : positions) {
    const double at = position * static_cast<double>(length);
    if (!(at <= 1e9))  // NaN is not, either
      throw ArgumentError("summary", "a position is no number, or beyond every line", number_text(position), "", where);
    const std::int64_t width = Scalar(at).to_int() - end;
    if (width < 4)
      throw ArgumentError("summary", "a column has less than 4 characters", std::to_string(width),
                          "Give a longer line, or other positions", where);
    end += width;
    widths.push_back(width + 2);
    all += width + 2;
  }
  const std::int64_t room = length - static_cast<std::int64_t>(columns.size()) - 1;
  const std::vector<std::int64_t> changes =
      all > room ? shared_out(all - room, std::vector<std::int64_t>(widths.size(), 1), false)
                 : shared_out(room - all, widths, true);
  for (std::size_t i = 0; i < columns.size(); ++i)
    columns[i].width =
        static_cast<std::size_t>(std::max<std::int64_t>(1, widths[i] + (all > room ? -changes[i] : changes[i]) - 2));
}

struct Size {
  std::int64_t count = 0, bytes = 0;
  void add(const Tensor& tensor) { add(tensor, tensor.dtype()); }
  void add(const Tensor& tensor, DType counted_as) {
    count += tensor.numel();
    bytes += tensor.numel() * static_cast<std::int64_t>(size_of(counted_as));
  }
  std::string text() const { return with_commas(count) + " (" + memory_size(bytes) + ")\n"; }
};

}  // namespace

std::string Model::summary_text(const SummaryOptions& options, Location where) const {
  base(where);
  const auto* functional = as<FunctionalModel>();
  const bool connections = functional && !is_linear(functional->plan());
  std::vector<Column> columns{{"Layer (type)"}, {"Output Shape"}, {"Param #", Side::right}};
  if (connections) columns.push_back({"Connected to"});
  std::vector<double> positions = options.positions;
  if (positions.empty()) positions = connections ? std::vector{0.3, 0.56, 0.74, 1.0} : std::vector{0.45, 0.8, 1.0};
  if (options.show_trainable) {
    columns.push_back({"Trainable", Side::middle});
    for (double& position : positions) position *= 0.9;
    positions.push_back(1);
  }
  if (options.line_length < 0 || options.line_length > longest_line)
    throw ArgumentError("summary", "line_length is out of range", std::to_string(options.line_length),
                        "0 stands for Keras's", where);
  lay_out(columns, options.line_length > 0 ? options.line_length : terminal_columns - 4, positions, where);
  Rows rows(connections, options);
  rows.add_model(base(), 0);
  Size trainable, frozen, optimizer, total;
  for (const Weight& weight : weights()) {
    (weight.trainable ? trainable : frozen).add(weight.value);
    total.add(weight.value);
  }
  const Optimizer* of_model = base().trainer().optimizer_if_any();
  const bool with_optimizer = of_model && of_model->base().built();
  if (with_optimizer)
    for (const auto& [name, value] : of_model->base().variables()) {
      // A learning rate is a double here until the update rounds it; Keras keeps, and counts, a float.
      const DType counted_as = name == "learning_rate" ? float32 : value.dtype();
      optimizer.add(value, counted_as);
      total.add(value, counted_as);
    }
  std::string text =
      "Model: \"" + printable(name()) + "\"\n" + table(columns, rows.in_range(options.layer_range, where));
  text += " Total params: " + total.text() + " Trainable params: " + trainable.text() +
          " Non-trainable params: " + frozen.text();
  if (with_optimizer) text += " Optimizer params: " + optimizer.text();
  return text;
}

void Model::summary(const SummaryOptions& options, Location where) const {
  const std::string text = summary_text(options, where);
  options.print_fn ? options.print_fn(text) : print(text);
}

}  // namespace triptych::keras
