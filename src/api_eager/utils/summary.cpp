#include "triptych/eager/utils/summary.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "api_eager/utils/summary_layers.h"
#include "core/support/printable.h"
#include "triptych/core/autograd.h"
#include "triptych/core/callable.h"
#include "triptych/core/ops.h"

namespace triptych::eager {
namespace {

constexpr const char* no_value = "--";

std::string fixed(double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", value);
  return text;
}

/// "1,234,567".
std::string with_commas(std::string digits) {
  const std::size_t end = std::min(digits.find('.'), digits.size());
  const std::size_t begin = digits.starts_with('-');
  for (std::size_t at = end; at > begin + 3;) digits.insert(at -= 3, ",");
  return digits;
}
std::string with_commas(std::int64_t number) { return with_commas(std::to_string(number)); }

/// In characters, not in bytes.
std::string padded(std::string text, std::int64_t width) {
  const auto length = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
  return text + std::string(static_cast<std::size_t>(std::max<std::int64_t>(width - length, 0)), ' ');
}

std::string size_text(const std::vector<std::int64_t>& sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "[" : ", ") + std::to_string(size);
  return text.empty() ? no_value : text + "]";
}

struct ColumnName {
  const char *name, *title;
};
constexpr ColumnName columns[] = {{"kernel_size", "Kernel Shape"}, {"input_size", "Input Shape"},
                                  {"output_size", "Output Shape"}, {"num_params", "Param #"},
                                  {"params_percent", "Param %"},   {"mult_adds", "Mult-Adds"},
                                  {"trainable", "Trainable"}};
constexpr const char* row_settings[] = {"depth", "var_names", "ascii_only", "hide_recursive_layers"};

void check(const SummaryOptions& options, bool has_input, Location where) {
  const auto fail = [&](const char* rule, const std::string& given, const char* hint) {
    throw ArgumentError("summary", rule, given, hint, where);
  };
  for (const std::string& name : options.col_names) {
    if (std::none_of(std::begin(columns), std::end(columns), [&](const ColumnName& c) { return name == c.name; }))
      fail("there is no such column", "'" + name + "'",
           "There are input_size, output_size, num_params, params_percent, kernel_size, mult_adds and trainable");
    if (!has_input && (name == "input_size" || name == "output_size" || name == "mult_adds"))
      fail("there is no input for a column", "'" + name + "'", "Pass one");
  }
  for (const std::string& name : options.row_settings)
    if (std::find(std::begin(row_settings), std::end(row_settings), name) == std::end(row_settings))
      fail("there is no such row setting", "'" + name + "'",
           "There are depth, var_names, ascii_only and hide_recursive_layers");
  if (options.mode != "eval" && options.mode != "train" && options.mode != "same")
    fail("there is no such mode", "'" + options.mode + "'", "There are eval, train and same");
  constexpr std::int64_t widest = 10'000;
  if (options.col_width < 1) fail("col_width is not positive", std::to_string(options.col_width), "");
  if (options.col_width > widest)
    fail("a column is wider than any page", std::to_string(options.col_width), "At most 10000");
  if (options.verbose < 0 || options.verbose > 2) fail("verbose is not 0, 1 or 2", std::to_string(options.verbose), "");
}

class Table {
 public:
  Table(const SummaryOptions& options, const SummaryLayers& layers, bool has_input)
      : options_(options), layers_(layers), names_(options.col_names) {
    if (names_.empty() && has_input) names_ = {"output_size", "num_params"};
    if (names_.empty()) names_ = {"num_params"};
    std::size_t longest = 0;
    for (const auto& layer : layers)
      longest = std::max(longest, layer_name(*layer).size() + static_cast<std::size_t>(layer->depth) * 5 + 1);
    if (longest >= 40) name_width_ = static_cast<std::int64_t>((longest + 4) / 5 * 5);
  }

  std::string text(const ModelStatistics& of_all, bool has_input) const {
    const std::string divider(
        static_cast<std::size_t>(static_cast<std::int64_t>(names_.size()) * options_.col_width + name_width_), '=');
    std::string result = divider + "\n" + header() + divider + "\n";
    for (const auto& layer : layers_) {
      if (layer->depth > options_.depth || (has("hide_recursive_layers") && layer->recursive)) continue;
      add_rows(result, *layer, of_all.total_params);
    }
    result += divider + "\nTotal params: " + with_commas(of_all.total_params) +
              "\nTrainable params: " + with_commas(of_all.trainable_params) +
              "\nNon-trainable params: " + with_commas(of_all.total_params - of_all.trainable_params) + "\n";
    if (has_input) {
      const auto megabytes = [](std::int64_t bytes) { return fixed(static_cast<double>(bytes) / 1e6); };
      result += "Total mult-adds" + readable(of_all.total_mult_adds) + "\n" + divider +
                "\nInput size (MB): " + megabytes(of_all.total_input_bytes) +
                "\nForward/backward pass size (MB): " + megabytes(of_all.total_output_bytes) +
                "\nParams size (MB): " + megabytes(of_all.total_param_bytes) + "\nEstimated Total Size (MB): " +
                megabytes(of_all.total_input_bytes + of_all.total_output_bytes + of_all.total_param_bytes) + "\n";
    }
    return result + divider;
  }

 private:
  bool has(const char* setting) const {
    return std::find(options_.row_settings.begin(), options_.row_settings.end(), setting) !=
           options_.row_settings.end();
  }

  /// " (M): 1.23".
  static std::string readable(std::int64_t number) {
    const auto value = static_cast<double>(number);
    const double unit = value >= 1e12 ? 1e12 : value >= 1e9 ? 1e9 : 1e6;
    const char* name = unit == 1e12 ? " (T): " : unit == 1e9 ? " (G): " : " (M): ";
    const double scaled = value / unit;
    return name + with_commas(scaled == std::floor(scaled) ? std::to_string(static_cast<std::int64_t>(scaled))
                                                           : fixed(scaled));
  }

  std::string layer_name(const SummaryLayer& layer) const {
    std::string name = layer.module->name();
    if (has("var_names") && !layer.name.empty()) name += " (" + printable(layer.name) + ")";
    if (has("depth") && layer.depth > 0)
      name += ": " + std::to_string(layer.depth) + "-" + std::to_string(layer.depth_index);
    return name;
  }

  std::string start_of(std::int64_t depth) const {
    const bool ascii = has("ascii_only");
    if (depth == 0) return "";
    if (depth == 1) return ascii ? "+ " : "├─";
    std::string text;
    for (std::int64_t i = 1; i < depth; ++i) text += ascii ? "|    " : "│    ";
    return text + (ascii ? "+ " : "└─");
  }

  std::string row(const std::string& name, const std::vector<std::string>& cells) const {
    std::string text = padded(name, name_width_) + " ";
    for (const std::string& cell : cells) text += padded(cell, options_.col_width) + " ";
    while (text.ends_with(' ')) text.pop_back();
    return text + "\n";
  }

  std::string header() const {
    std::vector<std::string> cells;
    for (const std::string& name : names_)
      for (const ColumnName& column : columns)
        if (name == column.name) cells.emplace_back(column.title);
    return row(std::string("Layer (type") + (has("var_names") ? std::string(" (") + "var_name" + ")" : "") +
                   (has("depth") ? ":depth-idx" : "") + ")",
               cells);
  }

  std::string params_text(const SummaryLayer& layer) const {
    if (layer.params == 0) return no_value;
    if (layer.recursive) return "(recursive)";
    if (layer.depth == options_.depth || layer.leaf) {
      const std::string count = with_commas(layer.params);
      return layer.trainable_params ? count : "(" + count + ")";
    }
    const std::int64_t left = layer.leftover_params();
    return left > 0 ? with_commas(left) : no_value;
  }

  std::string percent_text(const SummaryLayer& layer, std::int64_t total) const {
    const std::string zero = std::string(5, ' ') + no_value;
    if (total == 0) return zero;
    if (layer.recursive) return "(recursive)";
    const std::int64_t params = layer.depth == options_.depth || layer.leaf ? layer.params : layer.leftover_params();
    if (params == 0) return zero;
    const std::string text = fixed(static_cast<double>(params) / static_cast<double>(total) * 100) + "%";
    return std::string(text.size() < 7 ? 7 - text.size() : 0, ' ') + text;
  }

  std::string mult_adds_text(const SummaryLayer& layer) const {
    if (layer.mult_adds <= 0) return no_value;
    if (layer.leaf) return with_commas(layer.mult_adds);
    if (layer.depth != options_.depth) return no_value;
    std::int64_t sum = 0;
    for (const SummaryLayer* child : layer.below)
      if (child->leaf) sum += child->mult_adds;
    return with_commas(sum);
  }

  void add_rows(std::string& text, const SummaryLayer& layer, std::int64_t total_params) const {
    std::vector<std::string> cells;
    for (const std::string& name : names_)
      cells.push_back(name == "kernel_size"      ? (layer.kernel_size.empty() ? no_value : layer.kernel_size)
                      : name == "input_size"     ? size_text(layer.input_size)
                      : name == "output_size"    ? size_text(layer.output_size)
                      : name == "num_params"     ? params_text(layer)
                      : name == "params_percent" ? percent_text(layer, total_params)
                      : name == "mult_adds"      ? mult_adds_text(layer)
                                                 : layer.trainable());
    text += row(start_of(layer.depth) + layer_name(layer), cells);
    if (options_.verbose != 2) return;
    for (const SummaryParameter& parameter : layer.parameters) {
      std::vector<std::string> own;
      for (const std::string& name : names_)
        own.push_back(name == "kernel_size" ? parameter.shape
                      : name == "num_params"
                          ? (&parameter == &layer.parameters.back() ? "└─" : "├─") + with_commas(parameter.count)
                          : "");
      text += row(start_of(layer.depth + 1) + printable(parameter.name), own);
    }
  }

  const SummaryOptions& options_;
  const SummaryLayers& layers_;
  std::vector<std::string> names_;
  std::int64_t name_width_ = 40;
};

ModelStatistics summarize(nn::Module& model, const std::vector<Tensor>& inputs, const std::function<void()>& call,
                          const SummaryOptions& options, Location where) {
  const Frame frame(where);
  check(options, static_cast<bool>(call), where);
  std::vector<std::pair<nn::Module*, bool>> modes;
  for (nn::Module* module : model.modules()) modes.emplace_back(module, module->is_training());
  const struct Restore {
    const std::vector<std::pair<nn::Module*, bool>>& modes;
    ~Restore() {  // children come later, and keep their own mode
      for (const auto& [module, training] : modes) module->train(training);
    }
  } restore{modes};
  if (options.mode != "same") model.train(options.mode == "train");
  const GradMode off(false);
  const SummaryLayers layers = summary_layers(model, call);
  ModelStatistics result;
  for (const Tensor& input : inputs)
    result.total_input_bytes += input.numel() * static_cast<std::int64_t>(size_of(input.dtype()));
  for (const auto& layer : layers) {
    if (layer->leaf) {
      result.total_mult_adds += layer->mult_adds;
      if (layer->params > 0) result.total_output_bytes += 2 * layer->output_bytes;  // its gradient, too
    }
    if (layer->recursive) continue;
    result.total_params += std::max<std::int64_t>(layer->leaf ? layer->params : layer->leftover_params(), 0);
    result.trainable_params +=
        std::max<std::int64_t>(layer->leaf ? layer->trainable_params : layer->leftover_trainable_params(), 0);
    if (layer->leaf) result.total_param_bytes += layer->param_bytes;
  }
  result.table = Table(options, layers, static_cast<bool>(call)).text(result, static_cast<bool>(call));
  return result;
}

}  // namespace

ModelStatistics summary(nn::Module& model, const Tensor& input, const SummaryOptions& options, Location where) {
  return summarize(
      model, {input}, [&] { model(Arg(input, where)); }, options, where);
}

ModelStatistics summary(nn::Module& model, const Shape& input_size, const SummaryOptions& options, Location where) {
  const Frame frame(where);
  const Tensor input = cast(rand(input_size), options.dtype);
  return summary(model, input, options, where);
}

ModelStatistics summary(nn::Module& model, const SummaryOptions& options, Location where) {
  return summarize(model, {}, {}, options, where);
}

ModelStatistics summary(nn::Module& model, const std::vector<Tensor>& inputs, const std::function<void()>& call,
                        const SummaryOptions& options, Location where) {
  check_callable("summary", call, where);
  return summarize(model, inputs, call, options, where);
}

std::ostream& operator<<(std::ostream& out, const ModelStatistics& statistics) { return out << statistics.table; }

}  // namespace triptych::eager
