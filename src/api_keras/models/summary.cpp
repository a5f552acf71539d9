// summary(): the table that Keras prints on a terminal of 80 columns.
#include <algorithm>
#include <cstdio>

#include "api_keras/access.h"
#include "api_keras/callbacks/progbar.h"
#include "api_keras/models/functional.h"
#include "api_keras/names.h"
#include "api_keras/training/trainer.h"
#include "core/support/printable.h"

namespace triptych::keras {
namespace {

using Row = std::vector<std::string>;

struct Column {
  const char* header;
  std::size_t width;  // of the text
  bool right = false;
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
      const std::string space(columns[i].width - characters(cell), ' ');
      text += std::string(side) + " " + (columns[i].right ? space + cell : cell + space) + " ";
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
  Rows(bool connections, bool expand_nested) : connections_(connections), expand_nested_(expand_nested) {}

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
        rows.push_back({printable(step.name) + " (" + to_camel_case(operation_name(step.op->op->name)) + ")",
                        shapes_text(step.output_shapes), "0"});
        if (connections_) rows.back().push_back(sources(plan, step));
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

  std::vector<Row> rows;

 private:
  void add_layer(const Layer& layer, int level, const std::string& connected, const std::vector<Shape>& shapes = {}) {
    std::string name = printable(layer.name()) + " (" + layer.base().class_name() + ")";
    if (level > 0) name = std::string(static_cast<std::size_t>(3 * level), ' ') + "└ " + name;
    Row row{name, shapes_text(shapes.empty() ? layer.base().output_shapes() : shapes), params_text(layer)};
    if (connections_) row.push_back(connected);
    rows.push_back(row);
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

  bool connections_, expand_nested_;
};

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
  const std::vector<Column> columns =
      connections
          ? std::vector<Column>{{"Layer (type)", 19}, {"Output Shape", 17}, {"Param #", 10, true}, {"Connected to", 17}}
          : std::vector<Column>{{"Layer (type)", 31}, {"Output Shape", 22}, {"Param #", 13, true}};
  Rows rows(connections, options.expand_nested);
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
  std::string text = "Model: \"" + printable(name()) + "\"\n" + table(columns, rows.rows);
  text += " Total params: " + total.text() + " Trainable params: " + trainable.text() +
          " Non-trainable params: " + frozen.text();
  if (with_optimizer) text += " Optimizer params: " + optimizer.text();
  return text;
}

void Model::summary(const SummaryOptions& options, Location where) const { print(summary_text(options, where)); }

}  // namespace triptych::keras
