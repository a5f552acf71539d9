// Attention, and its gradient, which computes the weights again from the logarithm of their sum. Neither keeps an L x S
// matrix; the gradient of a mask and second derivatives are those of the plain steps, which do.
#include "core/ops/sequence/attention.h"

#include "core/autodiff/second_order.h"
#include "core/ops/normalization/dropout.h"
#include "core/ops/ops.h"
#include "core/ops/random/draw.h"
#include "core/ops/reduce/statistics_dtype.h"
#include "core/support/hyperparameter.h"
#include "core/tensor/transaction.h"
#include "triptych/core/autograd.h"
#include "triptych/core/ops.h"
#include "triptych/core/ops/attention.h"

namespace triptych {

extern const Op attention_op, attention_grad_op;

namespace {

/// What inputs `first` on are: query, key, value, ... , [mask], [draw], the last two from `extra` on.
struct Operands {
  int query, extra;
  int mask() const { return extra; }
  int draw(const AttentionAttributes& a) const { return extra + a.masked; }
};

/// The shape of the scores, (..., L, S); checks query, key, value, mask and draw.
Shape infer_scores(Infer& infer, Operands at) {
  const auto& a = infer.attributes<AttentionAttributes>();
  const int key = at.query + 1, value = at.query + 2;
  const Shape &q = infer.shape(at.query), &k = infer.shape(key), &v = infer.shape(value);
  infer.check(infer.input_count() == at.extra + a.masked + (a.dropout_p > 0),
              "the number of operands is not that of the attributes");
  const DType dtype = infer.dtype(at.query);
  if (!is_floating(dtype)) infer.fail("the query is not floating-point", infer.given(), "Convert it with cast");
  infer.check(infer.dtype(key) == dtype && infer.dtype(value) == dtype, "dtypes differ", "Convert one with cast");
  infer.check(q.rank() >= 2 && q.rank() == k.rank() && q.rank() == v.rank(),
              "query, key and value are not of one number of dimensions, at least 2");
  if (!(a.dropout_p >= 0 && a.dropout_p <= 1)) infer.fail("dropout_p is outside of [0, 1]", number_text(a.dropout_p));
  infer.check(a.groups >= 1 && (a.groups == 1 || q.rank() > 2), "there are no groups of heads");
  if (conflict(q.dim(-1), k.dim(-1)))
    infer.fail("query and key differ in their last dimension", "the query is " + q.text() + ", the key is " + k.text());
  if (conflict(k.dim(-2), v.dim(-2)))
    infer.fail("there is not one value for each key", "the key is " + k.text() + ", the value is " + v.text());
  for (int i = 0; i < q.rank() - 2; ++i) {
    const bool heads = i == q.rank() - 3;
    for (const Shape* other : {&k, &v})
      if (conflict(q.dim(i), heads ? other->dim(i) * a.groups : other->dim(i)))
        infer.fail("leading dimensions differ", infer.given(),
                   heads && a.groups == 1 ? "For groups of heads set enable_gqa" : "");
  }
  Shape scores = q;
  scores.set(-1, k.dim(-2));
  if (a.masked) {
    Shape both;
    const Shape& mask = infer.shape(at.mask());
    if (!broadcast(mask, scores, both) || !both.compatible(scores))
      infer.fail("the mask does not broadcast to the scores",
                 "the mask is " + mask.text() + ", the scores are " + scores.text());
    if (const DType given = infer.dtype(at.mask()); given != boolean && given != dtype)
      infer.fail("the mask is neither bool nor of the query's dtype", infer.given(), "Convert it with cast");
  }
  if (a.dropout_p > 0)
    infer.check(infer.shape(at.draw(a)).compatible(Shape{2}) && infer.dtype(at.draw(a)) == int64,
                "the draw is not an int64 tensor (key, counter)");
  return scores;
}

Shape result_shape(const Shape& query, const Shape& value) {
  Shape shape = query;
  shape.set(-1, value.dim(-1));
  return shape;
}

Shape without_last(Shape shape) {
  shape.erase(shape.rank() - 1);
  return shape;
}

// Inputs query, key, value[, mask][, draw]; outputs the result and the logarithm of the sum of each row's weights.
constexpr Operands forward{0, 3};

void attention_infer(Infer& infer) {
  static_cast<void>(infer_scores(infer, forward));
  infer.output(0, result_shape(infer.shape(0), infer.shape(2)), infer.dtype(0));
  infer.output(1, without_last(infer.shape(0)), statistics_dtype(infer.dtype(0)));
}

// Inputs upstream, result, log-sum, query, key, value[, mask][, draw]; outputs the gradients of query, key and value.
constexpr Operands backward{3, 6};

void attention_grad_infer(Infer& infer) {
  static_cast<void>(infer_scores(infer, backward));
  const Shape result = result_shape(infer.shape(3), infer.shape(5));
  for (const int i : {0, 1})
    infer.check(infer.shape(i).compatible(result) && infer.dtype(i) == infer.dtype(3),
                "upstream or the result differs from what attention gives");
  infer.check(
      infer.shape(2).compatible(without_last(infer.shape(3))) && infer.dtype(2) == statistics_dtype(infer.dtype(3)),
      "there is not one sum for each query");
  infer.check_outputs(3);
  for (int i = 0; i < 3; ++i) infer.output(i, infer.shape(3 + i), infer.dtype(3 + i));
}

/// Heads of keys or values, one for each head of queries.
Tensor for_each_query(const Tensor& heads, const AttentionAttributes& a) {
  return a.groups == 1 ? heads : repeat(heads, a.groups, -3);
}

/// softmax(q k^T scale + mask), 0 for rows without a key that may be looked at; then dropout.
Tensor plain_weights(const Tensor& query, const Tensor& key, const Tensor& mask, const Tensor& draw,
                     const AttentionAttributes& a) {
  Tensor scores = matmul(query, transpose(for_each_query(key, a)));
  // sqrt(E) is counted, as E may be unknown.
  scores = a.default_scale ? scores / sqrt(sum(ones_like(query), {-1}, true)) : scores * a.scale;
  const double infinity = std::numeric_limits<double>::infinity();
  if (a.is_causal) scores = where(greater(tril(ones_like(scores)), 0), scores, -infinity);
  if (a.masked) scores = mask.dtype() == boolean ? where(mask, scores, -infinity) : scores + mask;
  if (const Dim keys = scores.shape().dim(-1); keys.known() && keys.raw() == 0) return scores;
  const Tensor blind = equal(max(scores.detach(), {-1}, true), -infinity);
  const Tensor weights = where(blind, 0, softmax(where(blind, 0, scores), -1));
  return a.dropout_p > 0 ? with_mask_of_draw(weights, draw, a.dropout_p) : weights;
}

/// The same as the op, from query, key, value[, mask][, draw].
std::vector<Tensor> plain_attention(std::span<const Tensor> inputs, const AttentionAttributes& a) {
  const Tensor mask = a.masked ? inputs[3] : Tensor(), draw = a.dropout_p > 0 ? inputs[3 + a.masked] : Tensor();
  return {matmul(plain_weights(inputs[0], inputs[1], mask, draw, a), for_each_query(inputs[2], a))};
}

/// The gradient of a mask that is added: that of the scores, by the plain steps.
Tensor mask_gradient(const Gradient& g, const AttentionAttributes& a) {
  const GradMode recording(true);
  std::vector<Tensor> inputs;
  for (int i = 0; i < g.input_count(); ++i)
    inputs.push_back(is_floating(g.input(i).dtype()) ? widened(g.input(i)) : g.input(i));
  inputs[3] = identity(inputs[3]);
  const Tensor ys[] = {plain_attention(inputs, a)[0]}, xs[] = {inputs[3]}, upstream[] = {widened(g.upstream())};
  return cast(gradients(ys, xs, upstream, {.create_graph = true}, Location())[0], g.input(3).dtype());
}

void attention_gradient(Gradient& g) {
  const auto& a = g.attributes<AttentionAttributes>();
  if (!g.has_upstream(0)) return;
  if (g.needs(0) || g.needs(1) || g.needs(2)) {
    std::vector<Tensor> inputs{g.upstream(), g.output(0), g.output(1)};
    for (int i = 0; i < g.input_count(); ++i) inputs.push_back(g.input(i));
    Tensor results[3];
    apply(attention_grad_op, inputs, &a, results, {});
    for (int i = 0; i < 3; ++i)
      if (g.needs(i)) g.set(i, results[i]);
  }
  if (a.masked && g.needs(3)) g.set(3, mask_gradient(g, a));
}

void attention_grad_gradient(Gradient& g) {
  const auto& a = g.attributes<AttentionAttributes>();
  GradientRoles roles{{3, 4, 5}, {0}, {0, 1, 2}};
  for (int i = backward.extra; i < g.input_count(); ++i) roles.arguments.push_back(i);
  differentiate_gradient(g, roles, [&](std::span<const Tensor> arguments) { return plain_attention(arguments, a); });
}

/// x with its leading dimensions expanded to those of `leading`.
Tensor with_leading(const Arg& x, const Shape& leading) {
  Shape shape = leading;
  shape.append(x.tensor().shape().dim(-2));
  shape.append(x.tensor().shape().dim(-1));
  return shape == x.tensor().shape() ? x.tensor() : expand(x, shape);
}

Shape leading_of(const Shape& shape) { return without_last(without_last(shape)); }

/// The number of query heads for each head of keys; sets `heads` of the others.
std::int64_t groups_of(const Shape& query, const Shape& key, const Shape& value, Location where) {
  const auto fail = [&](const char* wrong) {
    throw ArgumentError(
        "scaled_dot_product_attention", wrong,
        "the query is " + query.text() + ", the key is " + key.text() + ", the value is " + value.text(),
        "With enable_gqa dimension -3 of the query is a multiple of that of key and value", where);
  };
  if (query.rank() < 3 || key.rank() < 3 || value.rank() < 3) fail("there is no dimension of heads");
  const Dim many = query.dim(-3), few = key.dim(-3);
  if (!many.known() || !few.known()) fail("the number of heads is unknown");
  if (conflict(few, value.dim(-3)) || few.raw() == 0 || many.raw() % few.raw() != 0) fail("heads do not form groups");
  return many.raw() / few.raw();
}

}  // namespace

extern const Op attention_op{.name = "attention",
                             .inputs = 3,
                             .max_inputs = 5,
                             .attributes = &attribute_type<AttentionAttributes>,
                             .infer = attention_infer,
                             .gradient = attention_gradient,
                             .saves_inputs = 0b11111,
                             .saves_outputs = 0b11};
extern const Op attention_grad_op{.name = "attention_grad",
                                  .inputs = 6,
                                  .max_inputs = 8,
                                  .attributes = &attribute_type<AttentionAttributes>,
                                  .infer = attention_grad_infer,
                                  .gradient = attention_grad_gradient,
                                  .saves_inputs = 0b11111001,
                                  .wide_gradient = true};

Tensor scaled_dot_product_attention(Arg query, Arg key, Arg value, AttentionOptions options) {
  const Location where = query.where();
  const Frame frame(where);
  const Shape q = operand("scaled_dot_product_attention", query).shape(),
              k = operand("scaled_dot_product_attention", key).shape(),
              v = operand("scaled_dot_product_attention", value).shape();
  Hyperparameters check("scaled_dot_product_attention", where);
  check.share("dropout_p", options.dropout_p);
  if (options.scale) check.finite("scale", *options.scale);
  const bool masked = options.attn_mask.defined();
  if (masked && options.is_causal)
    throw ArgumentError("scaled_dot_product_attention", "there is a mask beside is_causal",
                        options.attn_mask.shape().text(), "Put both into the mask", where);
  if (q.rank() < 2 || k.rank() < 2 || v.rank() < 2)
    throw ArgumentError("scaled_dot_product_attention", "an operand is not a matrix or a batch of them",
                        q.text() + ", " + k.text() + " and " + v.text(), "", where);
  AttentionAttributes attributes{options.scale.value_or(1), !options.scale, options.is_causal, masked,
                                 options.dropout_p};
  Shape leading = leading_of(q), others = leading_of(k), both;
  bool fit = true;
  if (options.enable_gqa) {
    attributes.groups = groups_of(q, k, v, where);
    others.set(-1, q.dim(-3));
    Shape values = leading_of(v);
    values.set(-1, q.dim(-3));
    fit = broadcast(others, values, others);
  } else {
    fit = broadcast(others, leading_of(v), others);
  }
  if (!fit || !broadcast(leading, others, both))
    throw ArgumentError("scaled_dot_product_attention", "leading dimensions do not broadcast",
                        q.text() + ", " + k.text() + " and " + v.text(), "For groups of heads set enable_gqa", where);
  Shape shared = both;
  if (attributes.groups > 1) shared.set(-1, both.dim(-1).raw() / attributes.groups);
  const Transaction whole;
  std::vector<Tensor> inputs{both.known() ? with_leading(query, both) : query.tensor(),
                             both.known() ? with_leading(key, shared) : key.tensor(),
                             both.known() ? with_leading(value, shared) : value.tensor()};
  if (masked) inputs.push_back(options.attn_mask);
  if (options.dropout_p > 0) inputs.push_back(take_draw_for(query.tensor(), options.state, where));
  Tensor outputs[2];
  apply(attention_op, inputs, &attributes, outputs, where);
  return outputs[0];
}

}  // namespace triptych
