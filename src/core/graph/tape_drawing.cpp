#include "triptych/core/tape_drawing.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/autodiff/node.h"
#include "core/dispatch/attributes.h"
#include "core/formats/atomic_file.h"
#include "core/support/diagram.h"
#include "core/support/printable.h"
#include "triptych/core/error.h"

namespace triptych {
namespace {

using Head = detail::TensorHead;
using Names = std::vector<std::pair<std::string, Tensor>>;

constexpr const char *leaf_colour = "#cfe3f7", *op_colour = "#e4e4e4", *drawn_colour = "#d9efd3",
                     *saved_colour = "#fde2b8";

std::string text_of(const Tensor& tensor) {
  return std::string(dtype_name(tensor.dtype())) + " " + tensor.shape().text();
}

/// The nodes behind `roots`, those that were made first in front.
std::vector<Node*> nodes_behind(const std::vector<Node*>& roots) {
  std::vector<Node*> found, stack;
  std::unordered_map<const Node*, bool> seen;
  const auto meet = [&](Node* node) {
    if (!node || !seen.emplace(node, true).second) return;
    found.push_back(node);
    stack.push_back(node);
  };
  for (Node* root : roots) meet(root);
  while (!stack.empty()) {
    const Node& node = *stack.back();
    stack.pop_back();
    for (const Tensor& input : node.inputs())
      if (input.defined()) meet(input.impl()->node.get());
  }
  std::sort(found.begin(), found.end(), [](const Node* a, const Node* b) { return a->sequence < b->sequence; });
  return found;
}

/// Leaves stand in front of all ops: a leaf's node may be made when its gradient is first asked for.
void leaves_first(std::vector<Node*>& nodes) {
  std::stable_partition(nodes.begin(), nodes.end(), [](const Node* node) { return node->op == &leaf_op; });
}

class Drawer {
 public:
  Drawer(const Names& names, const MakeDotOptions& options) : options_(options) {
    for (const auto& [name, tensor] : names)
      if (tensor.defined()) names_.emplace(tensor.impl(), name);
  }

  Diagram draw(const std::vector<Tensor>& ys) {
    std::vector<Ref<Node>> edges;
    std::vector<Node*> roots;
    for (const Tensor& y : ys) {
      edges.push_back(y.requires_grad() ? gradient_edge(*y.impl()) : Ref<Node>());
      roots.push_back(edges.back().get());
    }
    std::vector<Node*> nodes = nodes_behind(roots);
    leaves_first(nodes);
    for (const Node* node : nodes) add(*node);
    for (std::size_t i = 0; i < ys.size(); ++i) {
      const std::size_t box = add_box({name_of(*ys[i].impl()), text_of(ys[i]), "", drawn_colour});
      if (roots[i]) diagram_.arrows.push_back({places_.at(roots[i]), box});
    }
    return std::move(diagram_);
  }

 private:
  std::string name_of(const TensorImpl& tensor) const {
    const auto found = names_.find(&tensor);
    return found == names_.end() ? "" : printable(found->second);
  }

  std::size_t add_box(DiagramBox box) {
    diagram_.boxes.push_back(std::move(box));
    return diagram_.boxes.size() - 1;
  }

  void add(const Node& node) {
    if (node.op == &leaf_op) {
      const TensorImpl* const leaf = node.leaf.load();
      const std::string shape =
          leaf ? std::string(dtype_name(leaf->meta.dtype)) + " " + leaf->meta.shape.text() : "a leaf that is gone";
      places_[&node] = add_box({leaf ? name_of(*leaf) : "", shape, "", leaf_colour});
      return;
    }
    std::vector<std::size_t> saved;
    if (options_.show_saved) {
      for (std::size_t i = 0; i < node.input_count; ++i)
        add_saved(saved, node.inputs()[i], "input " + std::to_string(i));
      for (const Tensor& output : node.outputs()) add_saved(saved, output, "result");
    }
    const std::string line = node.where ? node.where.text() : "";
    std::string told;
    if (options_.show_attrs && node.op->attributes && node.attributes)
      print_readably(*node.op->attributes, node.attributes, told);
    const std::size_t box = add_box({node.op->name, told.empty() ? line : printable(told), line, op_colour});
    places_[&node] = box;
    for (const std::size_t from : saved) diagram_.arrows.push_back({from, box, true});
    for (const Tensor& input : node.inputs())
      if (input.defined() && input.impl()->node) diagram_.arrows.push_back({places_.at(input.impl()->node.get()), box});
  }

  void add_saved(std::vector<std::size_t>& saved, const Tensor& value, const std::string& role) {
    if (!value.defined() || value.impl()->has(Head::metadata_only)) return;
    saved.push_back(add_box({"saved " + role, text_of(value), "", saved_colour}));
  }

  MakeDotOptions options_;
  std::map<const TensorImpl*, std::string> names_;
  std::unordered_map<const Node*, std::size_t> places_;
  Diagram diagram_;
};

void write(const std::string& path, const std::string& text, FileContext context) {
  AtomicFile file(path, context);
  file.write(text);
  file.commit();
}

}  // namespace

struct TapeDrawingAccess {
  static TapeDrawing make(const Diagram& diagram) {
    TapeDrawing drawing;
    drawing.dot_ = dot_of(diagram);
    try {
      drawing.svg_ = svg_of(picture_of(diagram, "make_dot"));
    } catch (const UnsupportedError&) {
      drawing.too_large_ = std::to_string(diagram.boxes.size()) + " boxes";
    }
    return drawing;
  }
};

TapeDrawing make_dot(const std::vector<Tensor>& ys, const Names& params, const MakeDotOptions& options,
                     Location where) {
  for (const Tensor& y : ys) {
    if (!y.defined())
      throw ArgumentError("make_dot", "a tensor is undefined", "a default-constructed Tensor", "", where);
    if (y.is_symbolic())
      throw ArgumentError("make_dot", "a symbolic tensor has no tape", describe(*y.impl()->node),
                          "Draw its graph with write_svg", where);
  }
  return TapeDrawingAccess::make(Drawer(params, options).draw(ys));
}

TapeDrawing make_dot(const Tensor& y, const Names& params, const MakeDotOptions& options, Location where) {
  return make_dot(std::vector<Tensor>{y}, params, options, where);
}

const std::string& TapeDrawing::svg(Location where) const {
  if (!too_large_.empty())
    throw UnsupportedError("make_dot", "the tape is too large to draw", too_large_, "Use save(), and Graphviz", where);
  return svg_;
}

void TapeDrawing::save(const OwnedText& path, Location where) const { write(path, dot_, {"save", where}); }
void TapeDrawing::render(const OwnedText& path, Location where) const { write(path, svg(where), {"render", where}); }

}  // namespace triptych
