// Prints what docs/ops.md says of the registered ops, and which ops each function is made of, as JSON: found by tracing
// the conformance samples in all dtypes. scripts/vocabulary/make_ops_page.py reads it.
#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "../conformance/runner.h"
#include "core/graph/element_formula.h"
#include "core/graph/graph.h"
#include "core/ops/ops.h"
#include "triptych/core/batching.h"

namespace {

namespace tt = triptych;
using conformance::Sample;

struct Seen {
  std::set<tt::DType> dtypes;        // of what the op computes with: its first input, or what it makes
  std::set<std::string> attributes;  // their names
};

struct Findings {
  std::map<const tt::Op*, Seen> ops;
  std::map<std::string, std::set<std::string>> functions;  // the ops that a sample's function is made of
};

/// "axes=(0, 1), keepdims=false": the names.
std::set<std::string> attribute_names(const tt::Node& node) {
  std::set<std::string> names;
  if (!node.op->attributes) return names;
  std::string text;
  node.op->attributes->print(node.attributes, text);
  int depth = 0;
  std::string word;
  for (const char c : text) {
    depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
    if (depth == 0 && c == '=') names.insert(word);
    word = depth == 0 && (c == ' ' || c == ',') ? "" : word + c;
  }
  return names;
}

void note(const conformance::Traced& traced, Findings& findings) {
  for (const auto& node : traced.graph.impl().nodes) {
    Seen& seen = findings.ops[node->op];
    seen.attributes.merge(attribute_names(*node));
    const auto inputs = node->inputs(), outputs = node->outputs();
    if (!inputs.empty())
      seen.dtypes.insert(inputs[0].dtype());
    else if (!outputs.empty())
      seen.dtypes.insert(outputs[0].dtype());
  }
}

void visit(const Sample& sample, Findings& findings) {
  const conformance::Tensors originals = conformance::reference(sample, "in");
  for (int i = 0; i < tt::dtype_count; ++i) {
    const auto dtype = static_cast<tt::DType>(i);
    const auto inputs = conformance::converted(originals, dtype);
    try {
      const auto forward = conformance::trace(sample, inputs, false, 0);
      note(forward, findings);
      for (const auto& node : forward.graph.impl().nodes) findings.functions[sample.op].insert(node->op->name);
      if (tt::is_floating(dtype)) note(conformance::trace(sample, inputs, false, 1), findings);
    } catch (const tt::Error&) {  // it does not take this dtype
    }
  }
}

const char* gradient_of(const tt::Op& op) {
  if (op.gradient) return "rule";
  if (op.decompose) return "decomposition";
  return op.gradient_stops ? "stops" : "none";
}

}  // namespace

int main() {
  tt::ones({1}).to(tt::Device::cuda());  // the emulated device's kernels are registered with its first use
  Findings findings;
  for (const Sample& sample : conformance::all_samples()) visit(sample, findings);
  std::set<const tt::Op*> joined;
  for (const tt::Op* op : tt::ops_with_element_formula()) joined.insert(op);

  nlohmann::ordered_json page;
  for (const tt::Op* op : tt::builtin_ops()) {
    const Seen& seen = findings.ops[op];
    nlohmann::ordered_json entry;
    entry["name"] = op->name;
    entry["inputs"] = op->inputs;
    entry["more"] = op->max_inputs == tt::any_number ? -1 : std::max(op->max_inputs, op->inputs);
    entry["attributes"] = seen.attributes;
    for (const tt::DType dtype : seen.dtypes) entry["dtypes"].push_back(tt::dtype_name(dtype));
    entry["cpu"] = op->kernels[0].load() != nullptr;
    entry["cuda"] = op->kernels[1].load() != nullptr;
    entry["view"] = op->view != nullptr || op->views != nullptr;
    entry["writes"] = op->writes != nullptr;
    entry["gradient"] = gradient_of(*op);
    entry["vmap"] = tt::batching_of(*op);
    entry["decomposes"] = op->decompose != nullptr;
    entry["joined"] = joined.contains(op);
    page["ops"].push_back(entry);
  }
  for (const auto& [name, ops] : findings.functions) page["functions"][name] = ops;
  std::cout << page.dump(1) << "\n";
}
