#include "print.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string_view>

namespace programs {
namespace {

std::string text(std::int64_t number) { return std::to_string(number); }
std::string text(bool value) { return value ? "true" : "false"; }
std::string text(tt::DType dtype) {
  return "tt::" + (dtype == tt::boolean ? "boolean" : std::string(tt::dtype_name(dtype)));
}
std::string text(double number) {
  if (std::isnan(number)) return "NAN";
  if (std::isinf(number)) return number < 0 ? "-INFINITY" : "INFINITY";
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, "%.17g", number);
  for (int digits = 1; digits < 17; ++digits) {  // the shortest that is the same number
    char shorter[40];
    std::snprintf(shorter, sizeof shorter, "%.*g", digits, number);
    if (std::strtod(shorter, nullptr) != number) continue;
    std::copy(std::begin(shorter), std::end(shorter), buffer);
    break;
  }
  const std::string result = buffer;
  return result.find_first_of(".e") == result.npos ? result + ".0" : result;
}

template <class T, class F>
std::string list(const std::vector<T>& values, F item) {
  std::string result = "{";
  for (const T& value : values) result += (result.size() > 1 ? ", " : "") + item(value);
  return result + "}";
}
std::string text(const std::vector<std::int64_t>& values) {
  return list(values, [](std::int64_t value) { return text(value); });
}
std::string text(const std::vector<std::pair<std::int64_t, std::int64_t>>& values) {
  return list(values, [](const auto& pair) { return text(std::vector{pair.first, pair.second}); });
}

std::string argument(const Arguments& a, const std::string& name) {
  const std::map<std::string, std::string> all = {
      {"axis", text(a.axis)},    {"other", text(a.other)}, {"n", text(a.n)},         {"start", text(a.start)},
      {"stop", text(a.stop)},    {"step", text(a.step)},   {"axes", text(a.axes)},   {"shape", text(a.shape)},
      {"pairs", text(a.pairs)},  {"flag", text(a.flag)},   {"dtype", text(a.dtype)}, {"number", text(a.number)},
      {"second", text(a.second)}};
  return all.at(name);
}

/// The word gives a list of tensors, be it of one.
bool gives_list(const Step& step) {
  return step.word && (std::string_view(step.word->text).starts_with("tt::split(") ||
                       std::string_view(step.word->text).starts_with("tt::chunk("));
}

std::string name_of(const Program& program, const Ref& ref) {
  const std::string step = "v" + std::to_string(ref.step);
  return gives_list(program.steps[static_cast<std::size_t>(ref.step)]) ? step + "[" + std::to_string(ref.output) + "]"
                                                                       : step;
}

/// A word's text with the operands and arguments in their places.
std::string filled_in(const std::string& words, const std::vector<std::string>& operands, const Arguments& a) {
  std::string result;
  for (std::size_t i = 0; i < words.size();) {
    const bool starts = i == 0 || !(std::isalnum(static_cast<unsigned char>(words[i - 1])) || words[i - 1] == '_');
    const auto at = [&](const char* what) { return starts && words.compare(i, std::string(what).size(), what) == 0; };
    if (at("x[")) {
      result += operands[static_cast<std::size_t>(words[i + 2] - '0')];
      i += 4;
    } else if (at("x.all()")) {
      result += list(operands, [](const std::string& name) { return name; });
      i += 7;
    } else if (at("x.target()")) {
      result += operands[0];
      i += 10;
    } else if (at("a.")) {
      std::size_t end = i + 2;
      while (end < words.size() && std::isalpha(static_cast<unsigned char>(words[end]))) ++end;
      result += argument(a, words.substr(i + 2, end - i - 2));
      i = end;
    } else {
      result += words[i++];
    }
  }
  return result;
}

template <class T>
std::string numbers(const Tensor& x, const char* type) {
  return "std::vector<" + std::string(type) + ">" + list(x.to_vector<T>(), [](T value) {
           if constexpr (std::is_floating_point_v<T>)
             return text(static_cast<double>(value));
           else
             return text(static_cast<std::int64_t>(value));
         });
}

std::string literal(const Tensor& x) {
  const std::string shape = "tt::Shape" + text(x.shape().to_vector());
  const auto tensor = [&](const std::string& values) { return "tt::tensor(" + values + ", " + shape + ")"; };
  switch (x.dtype()) {
    case tt::float32:
      return tensor(numbers<float>(x, "float"));
    case tt::float64:
      return tensor(numbers<double>(x, "double"));
    case tt::int8:
      return tensor(numbers<std::int8_t>(x, "std::int8_t"));
    case tt::uint8:
      return tensor(numbers<std::uint8_t>(x, "std::uint8_t"));
    case tt::int32:
      return tensor(numbers<std::int32_t>(x, "std::int32_t"));
    case tt::int64:
      return tensor(numbers<std::int64_t>(x, "std::int64_t"));
    default:
      return "tt::cast(" + tensor(numbers<double>(x, "double")) + ", " + text(x.dtype()) + ")";
  }
}

class Printer {
 public:
  Printer(const Program& program, const Way& way) : program_(program), way_(way) {}

  std::string run() {
    for (std::size_t s = 0; s < program_.steps.size(); ++s)
      if (!program_.steps[s].word) inputs_.push_back(s);
    if (program_.order > 0) reference_ = run_reference(program_);
    print_inputs();
    print_program();
    print_main();
    return out_.str();
  }

 private:
  bool is_leaf(const Step& step) const {
    return program_.order > 0 && step.kind == Kind::fed && tt::is_floating(step.value.dtype());
  }

  void print_inputs() {
    out_ << "Tensors inputs() {\n  Tensors in;\n";
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const Step& step = program_.steps[inputs_[i]];
      out_ << "  in.push_back(" << literal(step.value) << ");\n";
      if (step.is_state()) out_ << "  tt::mark_state(in[" << i << "]);\n";
    }
    out_ << "  return in;\n}\n\n";
  }

  void print_program() {
    out_ << "Tensors program(" << (inputs_.empty() ? "const Tensors&" : "Tensors in") << ") {\n";
    if (program_.autocast) out_ << "  const tt::Autocast scope(tt::bfloat16);\n";
    std::size_t next = 0;
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      const Step& step = program_.steps[s];
      if (step.word)
        print_step(s, step);
      else
        out_ << "  tt::Tensor v" << s << " = std::move(in[" << next++ << "]);\n";
    }
    std::vector<std::string> names;
    for (const Ref& ref : program_.results()) names.push_back(name_of(program_, ref));
    out_ << "  return " << list(names, [](const std::string& name) { return name; }) << ";\n";
    out_ << "}\n\n";
  }

  void print_step(std::size_t s, const Step& step) {
    std::vector<std::string> operands;
    for (const Ref& ref : step.operands) {
      const std::string name = name_of(program_, ref);
      const bool last = way_.eager.hand_over && program_.unused_from(s + 1, ref) &&
                        !program_.steps[static_cast<std::size_t>(ref.step)].is_state() &&
                        std::count(step.operands.begin(), step.operands.end(), ref) == 1 && !step.word->functional;
      operands.push_back(last ? "std::move(" + name + ")" : name);
    }
    const std::string call = filled_in(step.word->text, operands, step.arguments);
    out_ << "  ";
    if (step.outputs > 0) out_ << (gives_list(step) ? "Tensors v" : "tt::Tensor v") << s << " = ";
    if (step.word->functional && way_.is_graph &&
        !program_.steps[static_cast<std::size_t>(step.operands[0].step)].is_state())
      out_ << operands[0] << ".is_symbolic() ? " << filled_in(step.word->functional_text, operands, step.arguments)
           << " : ";
    out_ << call << ";\n";
  }

  /// Gradients with respect to what `in` holds, behind the results.
  void print_gradients(const std::string& indent) {
    if (reference_.differentiable.empty()) return;
    const auto tensors = [](const Tensors& values) {
      return "Tensors" + list(values, [](const Tensor& value) { return literal(value); });
    };
    const auto chosen = [](const std::string& from, const std::vector<std::size_t>& places) {
      return "Tensors" + list(places, [&](std::size_t place) { return from + "[" + std::to_string(place) + "]"; });
    };
    std::vector<std::size_t> leaves;
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (is_leaf(program_.steps[inputs_[i]])) leaves.push_back(i);
    out_ << indent << "const Tensors leaves = " << chosen("in", leaves) << ";\n";
    out_ << indent << "const Tensors first = tt::gradients(" << chosen("out", reference_.differentiable)
         << ", leaves,\n"
         << indent << "    " << tensors(reference_.upstream) << ", {.create_graph = " << text(program_.order > 1)
         << ", .allow_unused = true});\n";
    out_ << indent << "out.insert(out.end(), first.begin(), first.end());\n";
    if (reference_.again.empty()) return;
    out_ << indent << "const Tensors second = tt::gradients(" << chosen("first", reference_.again) << ", leaves,\n"
         << indent << "    " << tensors(reference_.upstream_again) << ", {.allow_unused = true});\n";
    out_ << indent << "out.insert(out.end(), second.begin(), second.end());\n";
  }

  void print_main() {
    out_ << "void print(const char* title, const Tensors& tensors) {\n  std::cout << title << \"\\n\";\n"
            "  for (const tt::Tensor& tensor : tensors)\n"
            "    if (tensor.defined()) std::cout << tensor << \"\\n\";\n}\n\n"
            "Tensors eagerly() {\n  Tensors in = inputs();\n";
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (is_leaf(program_.steps[inputs_[i]])) out_ << "  in[" << i << "].set_requires_grad();\n";
    out_ << "  Tensors out = program(in);\n";
    print_gradients("  ");
    print_states();
    out_ << "  return out;\n}\n\n";
    if (way_.is_graph) print_graph();
    out_ << "int main() {\n  print(\"eagerly\", eagerly());\n";
    if (way_.is_graph)
      out_ << "  print(\"" << way_.name << "\", in_graph());\n";
    else if (way_.eager.threads)
      out_ << "  tt::set_num_threads(" << way_.eager.threads << ");\n  print(\"" << way_.name << "\", eagerly());\n";
    else
      out_ << "  print(\"" << way_.name << "\", eagerly());"
           << (way_.eager.poisoned ? "  // with memory that is NaN before it is written" : "") << "\n";
    out_ << "}\n";
  }

  void print_states() {
    for (std::size_t i = 0; i < inputs_.size(); ++i)
      if (program_.steps[inputs_[i]].is_state()) out_ << "  out.push_back(in[" << i << "]);\n";
  }

  void print_graph() {
    out_ << "Tensors in_graph() {\n  Tensors in = inputs();\n  tt::lowlevel::Graph graph;\n"
            "  std::vector<tt::lowlevel::Feed> feeds;\n  Tensors out;\n  {\n"
            "    const tt::TracedCall call(graph);\n";
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const Step& step = program_.steps[inputs_[i]];
      if (step.kind != Kind::fed) continue;
      std::vector<std::string> dims;
      for (int axis = 0; axis < step.value.ndim(); ++axis)
        dims.push_back(way_.graph.unknown == Unknown::all || (way_.graph.unknown == Unknown::first && axis == 0)
                           ? "tt::unknown"
                           : std::to_string(step.value.size(axis)));
      out_ << "    feeds.emplace_back(graph.placeholder(\"v" << inputs_[i] << "\", " << text(step.value.dtype())
           << ", tt::Shape" << list(dims, [](const std::string& dim) { return dim; }) << "), in[" << i << "]);\n"
           << "    in[" << i << "] = feeds.back().tensor;\n";
    }
    out_ << "    out = program(in);\n"
            "    for (tt::Tensor& tensor : out)\n"
            "      if (!tensor.is_symbolic()) tensor = tt::identity(tensor);\n";
    if (way_.graph.gradients) print_gradients("    ");
    if (std::any_of(program_.steps.begin(), program_.steps.end(), [](const Step& step) { return step.is_state(); }))
      out_ << "    out.push_back(tt::zeros({}));  // made in the call, whose effects are needed then\n";
    const tt::SessionOptions& session = way_.graph.session;
    out_ << "  }\n  std::erase_if(out, [](const tt::Tensor& tensor) { return !tensor.is_symbolic(); });\n"
         << "  const tt::lowlevel::Session session(\n      graph, {.numerics = tt::Numerics::"
         << (session.numerics == tt::Numerics::exact ? "exact" : "fast") << ", .compile = " << text(session.compile)
         << ", .constant_folding = " << text(session.constant_folding)
         << ",\n              .algebraic_simplification = " << text(session.algebraic_simplification)
         << ", .common_subexpressions = " << text(session.common_subexpressions)
         << ",\n              .fusion = " << text(session.fusion)
         << ", .fuse_elementwise = " << text(session.fuse_elementwise)
         << ", .memory_planning = " << text(session.memory_planning) << "});\n"
         << "  out = session.run(out, feeds);\n";
    print_states();
    out_ << "  return out;\n}\n\n";
  }

  const Program& program_;
  const Way& way_;
  Reference reference_;
  std::vector<std::size_t> inputs_;  // their steps
  std::ostringstream out_;
};

}  // namespace

std::string cpp_headers() {
  return "#include <cmath>\n#include <cstdint>\n#include <iostream>\n#include <utility>\n#include <vector>\n\n"
         "#include \"triptych/core/ops/hash_bucket.h\"\n#include \"triptych/core/ops/update_rules.h\"\n#include "
         "\"triptych/eager.h\"\n#include \"triptych/lowlevel.h\"\n\n"
         "namespace tt = triptych;\nusing Tensors = std::vector<tt::Tensor>;\n\n";
}

std::string cpp_functions(const Program& program, const Way& way) { return Printer(program, way).run(); }

std::string to_cpp(const Program& program, const Way& way, const std::string& title) {
  std::string result;
  std::istringstream lines(title);
  for (std::string line; std::getline(lines, line);) result += "// " + line + "\n";
  return result + cpp_headers() + cpp_functions(program, way);
}

}  // namespace programs
