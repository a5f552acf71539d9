// Looking into a run: what each node computed, where the first NaN came from, stopping at a node, going on node by
// node. The commands are those of TensorFlow's tfdbg, as far as it has them.
//
//   tf::Debugger debugger = session.debugger();
//   debugger.run(loss, {{x, images}});
//
//   --- run 1: 1 fetch, 1 feed
//   tdb> break loss
//   tdb> run -f has_inf_or_nan
//   'log' has an infinite or NaN element
//   tdb> li log
//     relu: float32 (2,) [0. 3.]
#pragma once

#include <functional>
#include <iosfwd>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "triptych/core/text.h"
#include "triptych/lowlevel/graph.h"
#include "triptych/lowlevel/session.h"

namespace triptych::lowlevel {

/// Whether a tensor of this name (of a node, ":1" for a second output) is what one looks for.
using TensorFilter = std::function<bool(const std::string& name, const Tensor& value)>;

/// An infinite or NaN element.
TRIPTYCH_API bool has_inf_or_nan(const std::string& name, const Tensor& value);

/// A tensor that a filter found, and what it was computed from.
struct FoundTensor {
  std::string name;
  Tensor value;
  std::vector<std::pair<std::string, Tensor>> inputs = {};
};

/// Runs of a session, node by node, with the eager kernels. A handle.
class TRIPTYCH_API Debugger {
 public:
  /// With commands read from `in` and answers written to `out`, which must live as long; null: no commands, it only
  /// records.
  explicit Debugger(const Session& session, std::istream* in = nullptr, std::ostream* out = nullptr);
  Debugger(const Debugger&) = default;  // moving copies it, too
  Debugger& operator=(const Debugger&) = default;

  /// Runs as Session::run does. At the terminal it asks what to do before the first node, at breakpoints, at what a
  /// filter finds, and at the end: `help` lists the commands. At the end of `in` it goes on without asking.
  /// CancelledError if the user leaves by `exit`; all state is then as it was.
  Tensor run(const Tensor& fetch, const std::vector<Feed>& feeds = {}, Location where = Location::here()) const;
  std::vector<Tensor> run(const std::vector<Tensor>& fetches, const std::vector<Feed>& feeds = {},
                          Location where = Location::here()) const;

  /// Stop before nodes of this name; `*` and `?` stand for any letters and for one.
  void add_breakpoint(Text pattern) const;
  /// False if there was none.
  bool remove_breakpoint(Text pattern) const;
  /// Which tensors are kept and, at the terminal, printed as soon as they are computed. Without one all are kept.
  void watch(Text pattern) const;
  /// A filter for `run -f NAME`; "has_inf_or_nan" is there. ArgumentError for an empty name or function.
  void add_tensor_filter(const OwnedText& name, TensorFilter filter, Location where = Location::here()) const;

  /// Of the latest run, in the order of the computation: names and values.
  std::vector<std::pair<std::string, Tensor>> dumped_tensors() const;
  /// The first tensor of the latest run that the filter finds; ArgumentError if there is no filter of this name.
  std::optional<FoundTensor> find_first(Text filter = "has_inf_or_nan", Location where = Location::here()) const;

  /// The graph with the values of the latest run beside its nodes.
  void write_dot(const OwnedText& path, Location where = Location::here()) const;
  void write_svg(const OwnedText& path, Location where = Location::here()) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace triptych::lowlevel
