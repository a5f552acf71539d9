// keras.src.ops.nn's Operations that take more than operands.
#include "api_keras/saving/graph_call.h"
#include "triptych/keras/ops.h"

namespace triptych::keras {
namespace {

using Tensors = std::vector<Tensor>;

constexpr KnownOp nn_ops[] = {
    {"OneHot",
     [](const Call& c) -> Tensors {
       return {ops::one_hot(c.x(), c.integer("num_classes"), c.integer("axis", -1), c.dtype(float32))};
     }},
    {"Softmax", [](const Call& c) -> Tensors { return {softmax(c.x(), c.integer("axis", -1))}; }},
    {"LogSoftmax", [](const Call& c) -> Tensors { return {log_softmax(c.x(), c.integer("axis", -1))}; }},
    {"Sparsemax", [](const Call& c) -> Tensors { return {ops::sparsemax(c.x(), c.integer("axis", -1))}; }},
    {"Glu", [](const Call& c) -> Tensors { return {glu(c.x(), c.integer("axis", -1))}; }},
    {"Gelu", [](const Call& c) -> Tensors { return {ops::gelu(c.x(), c.flag("approximate", true))}; }},
    {"Elu", [](const Call& c) -> Tensors { return {elu(c.x(), c.number("alpha", 1))}; }},
    {"Celu", [](const Call& c) -> Tensors { return {celu(c.x(), c.number("alpha", 1))}; }},
    {"LeakyRelu", [](const Call& c) -> Tensors { return {leaky_relu(c.x(), c.number("negative_slope", 0.2))}; }},
    {"SoftShrink", [](const Call& c) -> Tensors { return {ops::soft_shrink(c.x(), c.number("threshold", 0.5))}; }},
    {"HardShrink", [](const Call& c) -> Tensors { return {ops::hard_shrink(c.x(), c.number("threshold", 0.5))}; }},
    {"Squareplus", [](const Call& c) -> Tensors { return {ops::squareplus(c.x(), c.number("b", 4))}; }},
    {"Threshold",
     [](const Call& c) -> Tensors { return {threshold(c.x(), c.number("threshold"), c.number("default_value"))}; }},
    {"MaxPool",
     [](const Call& c) -> Tensors {
       return {ops::max_pool(c.tensor(0, "inputs"), Axes(c.integers("pool_size")), c.strides(),
                             c.text("padding", "valid"), c.text("data_format", "channels_last"))};
     }},
    {"AveragePool",
     [](const Call& c) -> Tensors {
       return {ops::average_pool(c.tensor(0, "inputs"), Axes(c.integers("pool_size")), c.strides(),
                                 c.text("padding", "valid"), c.text("data_format", "channels_last"))};
     }},
    {"BinaryCrossentropy",
     [](const Call& c) -> Tensors {
       return {ops::binary_crossentropy(c.tensor(0, "target"), c.tensor(1, "output"), c.flag("from_logits"))};
     }},
    {"CategoricalCrossentropy",
     [](const Call& c) -> Tensors {
       return {ops::categorical_crossentropy(c.tensor(0, "target"), c.tensor(1, "output"), c.flag("from_logits"),
                                             c.integer("axis", -1))};
     }},
    {"SparseCategoricalCrossentropy",
     [](const Call& c) -> Tensors {
       return {ops::sparse_categorical_crossentropy(c.tensor(0, "target"), c.tensor(1, "output"), c.flag("from_logits"),
                                                    c.integer("axis", -1))};
     }},
    {"LayerNorm",
     [](const Call& c) -> Tensors {
       const Json *gamma = c.argument(1, "gamma"), *beta = c.argument(2, "beta");
       const auto given = [&](const Json* value, std::size_t place, const char* name) {
         return value && !value->is_null() ? c.tensor(place, name) : Tensor();
       };
       return {ops::layer_normalization(c.x(), given(gamma, 1, "gamma"), given(beta, 2, "beta"),
                                        c.given("axis") ? Axes(c.integers("axis")) : Axes(-1),
                                        c.number("epsilon", 1e-7))};
     }},
    {"Conv",
     [](const Call& c) -> Tensors {
       return {ops::conv(c.tensor(0, "inputs"), c.tensor(1, "kernel"), c.integers("strides", 1),
                         c.text("padding", "valid"), c.data_format(), c.integers("dilation_rate", 1))};
     }},
    {"ConvTranspose",
     [](const Call& c) -> Tensors {
       return {ops::conv_transpose(c.tensor(0, "inputs"), c.tensor(1, "kernel"), c.integers("strides", 1),
                                   c.text("padding", "valid"), c.integers("output_padding", Axes()), c.data_format(),
                                   c.integers("dilation_rate", 1))};
     }},
    {"DepthwiseConv",
     [](const Call& c) -> Tensors {
       return {ops::depthwise_conv(c.tensor(0, "inputs"), c.tensor(1, "kernel"), c.integers("strides", 1),
                                   c.text("padding", "valid"), c.data_format(), c.integers("dilation_rate", 1))};
     }},
    {"SeparableConv",
     [](const Call& c) -> Tensors {
       return {ops::separable_conv(c.tensor(0, "inputs"), c.tensor(1, "depthwise_kernel"),
                                   c.tensor(2, "pointwise_kernel"), c.integers("strides", 1),
                                   c.text("padding", "valid"), c.data_format(), c.integers("dilation_rate", 1))};
     }},
    {"AdaptiveAveragePool",
     [](const Call& c) -> Tensors {
       return {ops::adaptive_average_pool(c.tensor(0, "inputs"), c.integers("output_size"), c.data_format())};
     }},
    {"AdaptiveMaxPool",
     [](const Call& c) -> Tensors {
       return {ops::adaptive_max_pool(c.tensor(0, "inputs"), c.integers("output_size"), c.data_format())};
     }},
    {"DotProductAttention",
     [](const Call& c) -> Tensors {
       if (c.given("attn_logits_soft_cap")) c.fail("attn_logits_soft_cap");
       return {ops::dot_product_attention(c.tensor(0, "query"), c.tensor(1, "key"), c.tensor(2, "value"),
                                          c.optional_tensor(3, "bias"), c.optional_tensor(4, "mask"),
                                          c.number_argument(5, "scale"), c.flag("is_causal"))};
     }},
    {"RMSNorm",
     [](const Call& c) -> Tensors {
       return {ops::rms_normalization(c.x(), c.optional_tensor(1, "scale"), c.integers("axis", -1),
                                      c.number("epsilon", 1e-7))};
     }},
    {"BatchNorm",
     [](const Call& c) -> Tensors {
       return {ops::batch_normalization(c.x(), c.tensor(1, "mean"), c.tensor(2, "variance"), c.integer("axis"),
                                        c.optional_tensor(3, "offset"), c.optional_tensor(4, "scale"),
                                        c.number("epsilon", 1e-3))};
     }},
    {"Moments",
     [](const Call& c) -> Tensors {
       const auto both = moments(c.x(), c.integers("axes"), c.flag("keepdims"));
       return {both.mean, both.variance};
     }},
    {"Normalize",
     [](const Call& c) -> Tensors {
       return {ops::normalize(c.x(), c.integer("axis", -1), c.number("order", 2), c.number("epsilon", 1e-12))};
     }},
    {"MultiHot",
     [](const Call& c) -> Tensors {
       return {
           ops::multi_hot(c.tensor(0, "inputs"), c.integer("num_classes"), c.integer("axis", -1), c.dtype(float32))};
     }},
    {"CTCLoss",
     [](const Call& c) -> Tensors {
       return {ops::ctc_loss(c.tensor(0, "target"), c.tensor(1, "output"), c.tensor(2, "target_length"),
                             c.tensor(3, "output_length"), c.integer("mask_index", 0))};
     }},
    {"CTCDecode",
     [](const Call& c) -> Tensors {
       const auto decoded =
           ops::ctc_decode(c.tensor(0, "inputs"), c.tensor(1, "sequence_lengths"), Text(c.text("strategy", "greedy")),
                           c.integer("beam_width", 100), c.integer("top_paths", 1), c.flag("merge_repeated", true),
                           c.integer("mask_index", 0));
       return {decoded.labels, decoded.scores};
     }},
    {"PSNR",
     [](const Call& c) -> Tensors { return {psnr(c.tensor(0, "x1"), c.tensor(1, "x2"), c.number("max_val"))}; }},
    {"Unfold",
     [](const Call& c) -> Tensors {
       return {
           ops::unfold(c.x(), c.size("kernel_size"), c.size("dilation", 1), c.size("padding", 0), c.size("stride", 1))};
     }},
    {"Fold",
     [](const Call& c) -> Tensors {
       return {ops::fold(c.x(), c.size("output_size"), c.size("kernel_size"), c.size("dilation", 1),
                         c.size("padding", 0), c.size("stride", 1))};
     }},
    {"DepthToSpace",
     [](const Call& c) -> Tensors { return {ops::depth_to_space(c.x(), c.integer("block_size"), c.data_format())}; }},
    {"SpaceToDepth",
     [](const Call& c) -> Tensors { return {ops::space_to_depth(c.x(), c.integer("block_size"), c.data_format())}; }},
};

}  // namespace

std::span<const KnownOp> known_nn_ops() { return nn_ops; }

}  // namespace triptych::keras
