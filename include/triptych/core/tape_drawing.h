// What a tensor was computed from, as a picture: the ops that the tape recorded, down to the leaves.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "triptych/core/export.h"
#include "triptych/core/location.h"
#include "triptych/core/tensor.h"
#include "triptych/core/text.h"

namespace triptych {

struct MakeDotOptions {
  /// What the ops were told besides their inputs.
  bool show_attrs = false;
  /// The values that the tape keeps for the gradients.
  bool show_saved = false;
};

/// A drawing of a tape: blue boxes are leaves that get gradients, grey ones ops (with the line that called them), green
/// ones what was drawn, orange ones saved values.
class TRIPTYCH_API TapeDrawing {
 public:
  /// In Graphviz's language.
  const std::string& source() const { return dot_; }
  /// As SVG, which browsers show. UnsupportedError for more than 5000 boxes.
  const std::string& svg(Location where = Location::here()) const;
  /// Writes the source into a file.
  void save(const OwnedText& path, Location where = Location::here()) const;
  /// Writes the SVG into a file.
  void render(const OwnedText& path, Location where = Location::here()) const;

 private:
  friend struct TapeDrawingAccess;  // of the library's own files
  std::string dot_, svg_, too_large_;
};

/// The tape behind `y`, as torchviz draws it: `make_dot(loss, net.named_parameters()).render("tape.svg")`. `params` are
/// names for leaves. ArgumentError if a tensor is undefined or symbolic.
TRIPTYCH_API TapeDrawing make_dot(const std::vector<Tensor>& ys,
                                  const std::vector<std::pair<std::string, Tensor>>& params = {},
                                  const MakeDotOptions& options = {}, Location where = Location::here());
TRIPTYCH_API TapeDrawing make_dot(const Tensor& y, const std::vector<std::pair<std::string, Tensor>>& params = {},
                                  const MakeDotOptions& options = {}, Location where = Location::here());

}  // namespace triptych
