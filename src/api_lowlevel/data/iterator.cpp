#include "core/graph/iterator.h"

#include "api_lowlevel/data/source.h"
#include "api_lowlevel/graph/side.h"
#include "triptych/core/ops.h"
#include "triptych/lowlevel/dataset.h"

namespace triptych::lowlevel::data {

/// Refers to the graph by a handle: users keep iterators, nodes keep the resource alone.
struct Iterator::State {
  Graph graph;
  std::shared_ptr<IteratorResource> resource;
  std::optional<Dataset> dataset;  // of an initializable one
  Tensor handle;                   // of one that each run chooses: says which
};

struct IteratorAccess {
  static Iterator make(const Graph& graph, std::shared_ptr<IteratorResource> resource, std::optional<Dataset> dataset,
                       const Tensor& handle = {}) {
    return Iterator(std::make_shared<const Iterator::State>(
        Iterator::State{graph, std::move(resource), std::move(dataset), handle}));
  }
};

namespace {

std::shared_ptr<IteratorResource> resource_of(const std::vector<DType>& types, const std::vector<Shape>& shapes,
                                              Location where) {
  constexpr std::size_t most = 65535;
  if (types.empty() || types.size() != shapes.size() || types.size() > most)
    throw ArgumentError("Iterator", "there is not one shape for each dtype",
                        std::to_string(types.size()) + " dtypes, " + std::to_string(shapes.size()) + " shapes", "",
                        where);
  auto resource = std::make_shared<IteratorResource>();
  resource->types = types;
  resource->shapes = shapes;
  return resource;
}

}  // namespace

Iterator Iterator::from_structure(const std::vector<DType>& output_types, const std::vector<Shape>& output_shapes,
                                  const Graph& graph, Location where) {
  return IteratorAccess::make(graph, resource_of(output_types, output_shapes, where), {});
}

Iterator Iterator::from_string_handle(const Tensor& handle, const std::vector<DType>& output_types,
                                      const std::vector<Shape>& output_shapes, Location where) {
  if (!handle.defined() || !handle.is_symbolic() || handle.dtype() != int64 || handle.ndim() != 0)
    throw ArgumentError("from_string_handle", "the handle is no int64 scalar of a graph",
                        !handle.defined()      ? std::string("a default-constructed Tensor")
                        : handle.is_symbolic() ? std::string(dtype_name(handle.dtype())) + " " + handle.shape().text()
                                               : std::string("a tensor with values"),
                        "Take placeholder(int64, {})", where);
  return IteratorAccess::make(graph_of(handle, where), resource_of(output_types, output_shapes, where), {}, handle);
}

const std::vector<DType>& Iterator::output_types() const { return state_->resource->types; }
const std::vector<Shape>& Iterator::output_shapes() const { return state_->resource->shapes; }

std::vector<Tensor> Iterator::get_next(Text name, Location where) const {
  return add_iterator_next(state_->graph.impl(), state_->resource, output_types(), output_shapes(), state_->handle,
                           name, where);
}

Tensor Iterator::string_handle(Text name, Location where) const {
  if (state_->handle.defined())
    throw ArgumentError("string_handle", "each run says which iterator this is", "'" + name_of(state_->handle) + "'",
                        "Take the string_handle of the iterator that is meant", where);
  const Tensor handle = state_->graph.constant(full({}, number_of(state_->resource), int64), name, where);
  side_of(state_->graph.impl()).iterators.push_back(state_->resource);
  return handle;
}

Tensor Iterator::initializer(Location where) const {
  if (!state_->dataset)
    throw ArgumentError("initializer", "the iterator has no data set to begin with",
                        state_->resource->one_shot ? "a one-shot iterator"
                        : state_->handle.defined() ? "one of a handle"
                                                   : "one of a structure",
                        state_->resource->one_shot ? "It begins by itself" : "Take make_initializer(dataset)", where);
  return make_initializer(*state_->dataset, "MakeIterator", where);
}

Tensor Iterator::make_initializer(const Dataset& dataset, Text name, Location where) const {
  if (state_->resource->one_shot)
    throw ArgumentError("make_initializer", "the iterator is a one-shot one", "it begins by itself, once", "", where);
  if (state_->handle.defined())
    throw ArgumentError("make_initializer", "each run says which iterator this is", "'" + name_of(state_->handle) + "'",
                        "Initialize the iterator that is meant", where);
  if (dataset.output_types() != output_types())
    throw ArgumentError(
        "make_initializer", "the data set's dtypes are not the iterator's",
        std::to_string(dataset.output_types().size()) + " and " + std::to_string(output_types().size()) + " tensors",
        "", where);
  for (std::size_t i = 0; i < output_shapes().size(); ++i)
    if (!dataset.output_shapes()[i].compatible(output_shapes()[i]))
      throw ArgumentError("make_initializer", "the data set's shapes do not fit the iterator's",
                          dataset.output_shapes()[i].text() + " and " + output_shapes()[i].text(), "", where);
  IteratorStartAttributes attributes;
  attributes.resource = state_->resource;
  attributes.start = [source = DatasetAccess::source(dataset)](const Values& values) { return source->start(values); };
  std::vector<Tensor> inputs;
  for (const auto& [number, tensor] : DatasetAccess::of_graph(dataset)) {
    if (tensor.impl()->graph.get() != &state_->graph.impl())
      throw ArgumentError("make_initializer", "the data set reads a tensor of another graph",
                          "'" + name_of(tensor) + "'", "", where);
    attributes.slots.push_back(number);
    inputs.push_back(tensor);
  }
  const NameScope scope(state_->graph, name);
  return add_iterator_start(state_->graph.impl(), attributes, inputs, where);
}

Iterator make_one_shot_iterator(const Dataset& dataset, const Graph& graph, Location where) {
  if (!DatasetAccess::of_graph(dataset).empty())
    throw ArgumentError("make_one_shot_iterator", "the data set reads tensors of a graph",
                        "'" + name_of(DatasetAccess::of_graph(dataset).begin()->second) + "'",
                        "Take make_initializable_iterator, and feed them to its initializer", where);
  const std::shared_ptr<IteratorResource> resource =
      resource_of(dataset.output_types(), dataset.output_shapes(), where);
  resource->one_shot = [source = DatasetAccess::source(dataset)](const Values& values) {
    return source->start(values);
  };
  return IteratorAccess::make(graph, resource, {});
}

Iterator make_initializable_iterator(const Dataset& dataset, const Graph& graph, Location where) {
  return IteratorAccess::make(graph, resource_of(dataset.output_types(), dataset.output_shapes(), where), dataset);
}

}  // namespace triptych::lowlevel::data
