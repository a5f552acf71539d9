// Drawings of models as DOT and SVG.
#include "triptych/keras/utils/plot_model.h"

#include <algorithm>
#include <map>

#include "api_keras/utils/model_drawing.h"
#include "core/formats/atomic_file.h"
#include "core/support/layered_layout.h"
#include "core/support/markup.h"
#include "core/support/printable.h"

namespace triptych::keras {
namespace {

// --- DOT ------------------------------------------------------------------------------------------------------------

/// What Keras's make_layer_label gives: a table in Graphviz's HTML.
std::string dot_label(const DrawnBox& box, const PlotModelOptions& options) {
  // Keras reserves columns by the options, not by what a box has.
  const int columns = std::max(1, static_cast<int>(options.show_dtype) + static_cast<int>(options.show_trainable) +
                                      (options.show_shapes ? 2 : 0));
  const std::string span = std::to_string(columns);
  const DrawnTitle title = title_of(box, options);
  std::string text = "<<table border=\"0\" cellborder=\"1\" bgcolor=\"black\" cellpadding=\"10\"><tr><td colspan=\"" +
                     span + "\" bgcolor=\"black\"><font point-size=\"16\" color=\"white\"><b>" +
                     markup_text(title.bold) + "</b>" + markup_text(title.rest) + "</font></td></tr>";
  if (!box.activation.empty())
    text += "<tr><td bgcolor=\"white\" colspan=\"" + span + "\"><font point-size=\"14\">Activation: <b>" +
            markup_text(box.activation) + "</b></font></td></tr>";
  std::string cells;
  for (const DrawnBox::Cell& cell : box.cells)
    cells += std::string("<td bgcolor=\"") + cell.fill + "\"><font point-size=\"14\"" +
             (std::string(cell.text) == "white" ? " color=\"white\"" : "") + ">" + cell.label + "<b>" +
             markup_text(cell.value) + "</b></font></td>";
  if (!cells.empty()) text += "<tr>" + cells + "</tr>";
  return text + "</table>>";
}

class DotWriter {
 public:
  explicit DotWriter(const PlotModelOptions& options) : options_(options) {}

  std::string write(const ModelDrawing& drawing) {
    text_ = "digraph {\n  rankdir=" + std::string(options_.rankdir) +
            ";\n  concentrate=true;\n  splines=ortho;\n  node [shape=record];\n";
    add(drawing, "  ");
    return text_ + "}\n";
  }

 private:
  void add(const ModelDrawing& drawing, const std::string& indent) {
    for (const DrawnBox& box : drawing.boxes) {
      const std::string id = "n" + std::to_string(ids_.size());
      ids_.emplace(&box, id);
      if (box.inside) {
        text_ += indent + "subgraph cluster_" + id + " {\n" + indent + "  style=dashed;\n" + indent +
                 "  label=" + dot_string(box.inside->name) + ";\n" + indent + "  labeljust=l;\n";
        add(*box.inside, indent + "  ");
        text_ += indent + "}\n";
      } else {
        text_ += indent + id + " [label=" + dot_label(box, options_) + ", fontname=Helvetica, border=0, margin=0];\n";
      }
    }
    std::vector<std::string> lines;
    for (const DrawnEdge& edge : drawing.edges) {
      const std::string line = indent + ids_.at(end_of(drawing, {edge.from, edge.output}, true)) + " -> " +
                               ids_.at(end_of(drawing, {edge.to, edge.input}, false)) + " [penwidth=2];\n";
      if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(line);
    }
    for (const std::string& line : lines) text_ += line;
  }

  /// The box of a layer, within frames too, that gives an output or takes an input.
  static const DrawnBox* end_of(const ModelDrawing& drawing, DrawnEnd end, bool output) {
    const DrawnBox& box = drawing.boxes[end.box];
    if (!box.inside) return &box;
    const std::vector<DrawnEnd>& ends = output ? box.inside->outputs : box.inside->inputs;
    if (ends.empty()) return &box.inside->boxes[0];
    return end_of(*box.inside, ends[std::min(end.number, ends.size() - 1)], output);
  }

  const PlotModelOptions& options_;
  std::string text_;
  std::map<const DrawnBox*, std::string> ids_;
};

// --- SVG ------------------------------------------------------------------------------------------------------------

struct Rectangle {
  double x = 0, y = 0, width = 0, height = 0;
};

/// A part of the picture, at the origin.
struct Picture {
  std::string content;
  double width = 0, height = 0;
};

constexpr double line_height = 26, margin = 20, gap = 44, frame = 14;

/// About as wide as a browser draws it.
double text_width(const std::string& text, double character) {
  const auto characters = std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; });
  return static_cast<double>(characters) * character + 20;
}

std::string rectangle(const Rectangle& at, const std::string& style) {
  return "<rect x=\"" + coordinate(at.x) + "\" y=\"" + coordinate(at.y) + "\" width=\"" + coordinate(at.width) +
         "\" height=\"" + coordinate(at.height) + "\" " + style + "/>\n";
}

/// In the middle of a rectangle; `text` is markup already.
std::string centred(const Rectangle& at, const std::string& colour, const std::string& text) {
  return "<text x=\"" + coordinate(at.x + at.width / 2) + "\" y=\"" + coordinate(at.y + at.height / 2 + 4) +
         "\" text-anchor=\"middle\" fill=\"" + colour + "\">" + text + "</text>\n";
}

std::string bold(const std::string& text) { return "<tspan font-weight=\"bold\">" + markup_text(text) + "</tspan>"; }

Picture picture_of(const ModelDrawing& drawing, const PlotModelOptions& options);

Picture picture_of(const DrawnBox& box, const PlotModelOptions& options) {
  Picture picture;
  if (box.inside) {
    const Picture inner = picture_of(*box.inside, options);
    picture.width = std::max(inner.width, text_width(box.inside->name, 7)) + 2 * frame;
    picture.height = inner.height + line_height + frame;
    picture.content =
        rectangle({0, 0, picture.width, picture.height}, R"(fill="none" stroke="#555" stroke-dasharray="5 3" rx="4")") +
        "<text x=\"" + coordinate(frame) + "\" y=\"18\">" + markup_text(box.inside->name) +
        "</text>\n<g transform=\"translate(" + coordinate((picture.width - inner.width) / 2) + "," +
        coordinate(line_height) + ")\">\n" + inner.content + "</g>\n";
    return picture;
  }
  const DrawnTitle title = title_of(box, options);
  double cells = 0;
  for (const DrawnBox::Cell& cell : box.cells) cells += text_width(cell.label + cell.value, 7);
  picture.width = std::max({cells, text_width(title.bold + title.rest, 8),
                            box.activation.empty() ? 0 : text_width("Activation: " + box.activation, 7)});
  Rectangle row{0, 0, picture.width, line_height};
  picture.content =
      rectangle(row, R"(fill="black")") + centred(row, "white", bold(title.bold) + markup_text(title.rest));
  if (!box.activation.empty()) {
    row.y += line_height;
    picture.content +=
        rectangle(row, R"(fill="white" stroke="black")") + centred(row, "black", "Activation: " + bold(box.activation));
  }
  if (!box.cells.empty()) row.y += line_height;
  Rectangle at = row;
  for (const DrawnBox::Cell& cell : box.cells) {
    at.width = text_width(cell.label + cell.value, 7) * picture.width / cells;
    picture.content += rectangle(at, std::string("fill=\"") + cell.fill + "\" stroke=\"black\"") +
                       centred(at, cell.text, cell.label + bold(cell.value));
    at.x += at.width;
  }
  picture.height = row.y + line_height;
  return picture;
}

std::string arrow(const Rectangle& from, const Rectangle& to, bool down) {
  const double x1 = down ? from.x + from.width / 2 : from.x + from.width,
               y1 = down ? from.y + from.height : from.y + from.height / 2;
  const double x2 = down ? to.x + to.width / 2 : to.x, y2 = down ? to.y : to.y + to.height / 2;
  const double bend = down ? (y2 - y1) / 2 : (x2 - x1) / 2;
  const auto point = [](double x, double y) { return coordinate(x) + " " + coordinate(y); };
  return "<path d=\"M" + point(x1, y1) + " C" + (down ? point(x1, y1 + bend) : point(x1 + bend, y1)) + " " +
         (down ? point(x2, y2 - bend) : point(x2 - bend, y2)) + " " + point(x2, y2) +
         "\" fill=\"none\" stroke=\"black\" stroke-width=\"2\" marker-end=\"url(#arrow)\"/>\n";
}

Picture picture_of(const ModelDrawing& drawing, const PlotModelOptions& options) {
  const bool down = options.rankdir == "TB";
  std::vector<Picture> boxes;
  for (const DrawnBox& box : drawing.boxes) boxes.push_back(picture_of(box, options));
  std::vector<std::pair<std::size_t, std::size_t>> edges;  // without those back into a layer that is called again
  for (const DrawnEdge& edge : drawing.edges)
    if (edge.from < edge.to) edges.emplace_back(edge.from, edge.to);
  std::stable_sort(edges.begin(), edges.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const LayeredLayout layout = layered_layout(boxes.size(), edges);

  double column = 0;  // across layers
  std::vector<double> depths(layout.layers.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    column = std::max(column, down ? boxes[i].width : boxes[i].height);
    double& depth = depths[static_cast<std::size_t>(layout.layer[i])];
    depth = std::max(depth, down ? boxes[i].height : boxes[i].width);
  }
  std::vector<double> starts{margin};
  for (const double depth : depths) starts.push_back(starts.back() + depth + gap);
  Picture picture;
  std::vector<Rectangle> places;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const double across = margin + layout.x[i] * (column + margin) + column / 2;
    const double along = starts[static_cast<std::size_t>(layout.layer[i])];
    const Picture& box = boxes[i];
    places.push_back(down ? Rectangle{across - box.width / 2, along, box.width, box.height}
                          : Rectangle{along, across - box.height / 2, box.width, box.height});
    picture.content += "<g transform=\"translate(" + coordinate(places[i].x) + "," + coordinate(places[i].y) +
                       ")\">\n" + box.content + "</g>\n";
    picture.width = std::max(picture.width, places[i].x + box.width + margin);
    picture.height = std::max(picture.height, places[i].y + box.height + margin);
  }
  for (const DrawnEdge& edge : drawing.edges) picture.content += arrow(places[edge.from], places[edge.to], down);
  return picture;
}

}  // namespace

std::string drawing_as_dot(const ModelDrawing& drawing, const PlotModelOptions& options) {
  return DotWriter(options).write(drawing);
}

std::string drawing_as_svg(const ModelDrawing& drawing, const PlotModelOptions& options) {
  const Picture picture = picture_of(drawing, options);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + coordinate(picture.width) + "\" height=\"" +
         coordinate(picture.height) +
         "\" font-family=\"Helvetica, sans-serif\" font-size=\"12\">\n<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" "
         "refX=\"8\" refY=\"4\" markerWidth=\"5\" markerHeight=\"5\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\"/>"
         "</marker></defs>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" +
         picture.content + "</svg>\n";
}

void utils::plot_model(const Model& model, const OwnedText& to_file, const PlotModelOptions& options, Location where) {
  const Frame line(where);
  const ModelBase& base = model.base(where);
  if (options.rankdir != "TB" && options.rankdir != "LR")
    throw ArgumentError("plot_model", "there is no such rankdir", "'" + printable(options.rankdir) + "'",
                        "Use 'TB' or 'LR'", where);
  const bool svg = to_file.ends_with(".svg");
  if (!svg && !to_file.ends_with(".dot"))
    throw UnsupportedError("plot_model", "there is no such kind of picture", "'" + printable(to_file) + "'",
                           "Use a name that ends in .svg or .dot; Graphviz makes others of .dot", where);
  if (!base.built())
    throw ArgumentError("plot_model", "the model is not built", "model '" + printable(base.name()) + "'",
                        "Give it an Input, call build(), or call it on data once", where);
  const ModelDrawing drawing = drawing_of(base, options);
  AtomicFile file(to_file, {"plot_model", where});
  file.write(svg ? drawing_as_svg(drawing, options) : drawing_as_dot(drawing, options));
  file.commit();
}

}  // namespace triptych::keras
