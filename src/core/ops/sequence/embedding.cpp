// embedding: rows of a table, and the sum of gradients into the rows.
#include "core/ops/sequence/embedding.h"

#include "core/ops/ops.h"
#include "triptych/core/ops.h"

namespace triptych {

extern const Op embedding_op, embedding_grad_op;

namespace {

void check_inputs(Infer& infer, int weight, int index) {
  if (infer.shape(weight).rank() != 2 || !is_floating(infer.dtype(weight)))
    infer.fail("the table is not a floating-point matrix", infer.given());
  if (!is_integral(infer.dtype(index)))
    infer.fail("indices are not integers", infer.given(), "Convert them with cast(index, int64)");
  const std::int64_t padding = infer.attributes<EmbeddingAttributes>().padding_idx;
  const Dim rows = infer.shape(weight).dim(0);
  if (padding < -1 || (rows.known() && padding >= rows.raw()))
    infer.fail("padding_idx is not the number of a row", std::to_string(padding));
}

void embedding_infer(Infer& infer) {
  check_inputs(infer, 0, 1);
  Shape shape = infer.shape(1);
  infer.check(shape.rank() < Shape::max_rank, "the result would have too many axes");
  shape.append(infer.shape(0).dim(1));
  infer.output(0, shape, infer.dtype(0));
}

// Inputs upstream, index, weight (metadata).
void embedding_grad_infer(Infer& infer) {
  check_inputs(infer, 2, 1);
  Shape rows = infer.shape(1);
  infer.check(rows.rank() < Shape::max_rank, "the index has too many axes");
  rows.append(infer.shape(2).dim(1));
  infer.check(infer.shape(0).compatible(rows) && infer.dtype(0) == infer.dtype(2),
              "upstream does not have the shape and dtype of the embedding's result");
  infer.output(0, infer.shape(2), infer.dtype(2));
}

void embedding_gradient(Gradient& g) {
  if (!g.needs(0)) return;
  const Tensor upstream = g.upstream(), index = g.input(1), weight = g.input(0);
  const Arg a = upstream, b = index, c = weight;
  g.set(0, apply(embedding_grad_op, {&a, &b, &c}, &g.attributes<EmbeddingAttributes>()));
}

void embedding_grad_gradient(Gradient& g) {
  if (!g.needs(0)) return;
  const Tensor upstream = g.upstream(), index = g.input(1);
  const Arg a = upstream, b = index;
  const EmbeddingAttributes attributes{g.attributes<EmbeddingAttributes>().padding_idx, true};
  g.set(0, apply(embedding_op, {&a, &b}, &attributes));
}

}  // namespace

extern const Op embedding_op{.name = "embedding",
                             .inputs = 2,
                             .attributes = &attribute_type<EmbeddingAttributes>,
                             .infer = embedding_infer,
                             .gradient = embedding_gradient,
                             .saves_inputs = 0b10,
                             .can_fail = true};
extern const Op embedding_grad_op{.name = "embedding_grad",
                                  .inputs = 3,
                                  .attributes = &attribute_type<EmbeddingAttributes>,
                                  .infer = embedding_grad_infer,
                                  .gradient = embedding_grad_gradient,
                                  .saves_inputs = 0b10,
                                  .can_fail = true,
                                  .metadata_inputs = 0b100};

Tensor embedding(Arg weight, Arg index, EmbeddingOptions options) {
  const EmbeddingAttributes attributes{options.padding_idx};
  return apply(embedding_op, {&weight, &index}, &attributes);
}

}  // namespace triptych
