// What a drawing of a model shows: boxes, models inside as boxes around boxes, and what goes where.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "triptych/keras/utils/plot_model.h"

namespace triptych::keras {

struct ModelDrawing;

struct DrawnBox {
  struct Cell {
    std::string label, value;  // "Output shape: ", "(None, 3)"
    const char *fill, *text;   // colours
  };
  std::string name, class_name;
  std::string activation;  // empty: not shown
  std::vector<Cell> cells;
  std::shared_ptr<ModelDrawing> inside;  // of a model that is drawn as a frame
};

struct DrawnEdge {
  std::size_t from, to;               // boxes
  std::size_t output = 0, input = 0;  // of models that are frames
};

/// A box, and which of its outputs or inputs.
struct DrawnEnd {
  std::size_t box, number;
};

struct ModelDrawing {
  std::string name;
  std::vector<DrawnBox> boxes;
  std::vector<DrawnEdge> edges;  // each once
  std::vector<DrawnEnd> inputs, outputs;
};

ModelDrawing drawing_of(const ModelBase& model, const PlotModelOptions& options);

/// As SVG.
std::string drawing_as_svg(const ModelDrawing& drawing, const PlotModelOptions& options);
/// In Graphviz's language.
std::string drawing_as_dot(const ModelDrawing& drawing, const PlotModelOptions& options);

/// What a box is headed by, before and in brackets behind the name: {"dense", "Dense"}, {"Dense", ""}.
struct DrawnTitle {
  std::string bold, rest;
};
DrawnTitle title_of(const DrawnBox& box, const PlotModelOptions& options);

}  // namespace triptych::keras
