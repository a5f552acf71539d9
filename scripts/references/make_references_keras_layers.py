#!/usr/bin/env python3
"""Makes tests/references/keras_layers.safetensors with Keras 3 itself (TensorFlow backend, CPU).

For each case: inputs, target, weights, the prediction, and the weights after two steps of SGD(0.1) on two examples each.
Run it with a Python that has keras, tensorflow and numpy.
"""
from safetensors_writer import References  # first: it says which backend

import keras
import numpy as np
import tensorflow as tf
from keras import layers as L

REFERENCES = References()
put = REFERENCES.put
RANDOM = np.random.default_rng(11)


def data(shape):
    """An input: integers below 5 if the first length is a string, steps of zeros (what a mask leaves out) if it is negative."""
    if isinstance(shape[0], str):
        x = RANDOM.integers(1, 5, (4, *map(int, shape)))
        x[0, -2:] = 0
        x[1, 0] = 0
        return x
    x = RANDOM.normal(size=(4, *map(abs, shape))).astype(np.float32)
    if shape[0] < 0:
        x[0, -2:] = 0
        x[1, 0] = 0
        x[2, 1] = 0
    return x


def case(name, shapes, make):
    keras.utils.set_random_seed(1)
    xs = [data(shape) for shape in shapes]
    inputs = [keras.Input(x.shape[1:], dtype="int32" if x.dtype.kind == "i" else "float32") for x in xs]
    outputs = make(*inputs)
    if isinstance(outputs, (list, tuple)):
        outputs = L.Concatenate()([L.Flatten()(y) for y in keras.tree.flatten(outputs)])
    model = keras.Model(inputs, outputs)
    weights = [RANDOM.normal(size=w.shape).astype(np.float32) * 0.5 for w in model.weights]
    for i, w in enumerate(model.weights):
        if "variance" in w.name or "stddev" in w.name:
            weights[i] = np.abs(weights[i]) + 0.5
    model.set_weights(weights)
    predict = np.array(model(xs if len(xs) > 1 else xs[0]))
    target = RANDOM.normal(size=predict.shape).astype(np.float32)
    for i, x in enumerate(xs):
        put(f"{name}/x/{i}", x)
    for i, w in enumerate(weights):
        put(f"{name}/before/{i}", w)
    put(f"{name}/predict", predict)
    if not model.trainable_weights:
        return
    put(f"{name}/y", target)
    loss_of = keras.losses.MeanSquaredError()
    for batch in (slice(0, 2), slice(2, 4)):
        with tf.GradientTape() as tape:
            part = [x[batch] for x in xs]
            loss = loss_of(target[batch], model(part if len(part) > 1 else part[0], training=True))
            loss = loss + sum(model.losses, 0.0)
        variables = [w.value for w in model.trainable_weights]
        for w, gradient in zip(variables, tape.gradient(loss, variables)):
            if gradient is not None:
                w.assign_sub(0.1 * tf.convert_to_tensor(gradient))
    for i, w in enumerate(model.get_weights()):
        put(f"{name}/after/{i}", w)


class MinimalCell(L.Layer):
    def __init__(self):
        super().__init__()
        self.state_size = 3

    def build(self, shape):
        self.kernel = self.add_weight(shape=(shape[-1], 3), name="kernel")

    def call(self, x, states):
        h = keras.ops.matmul(x, self.kernel) + states[0] * 0.5
        return h, [h]


def core():
    case("dense", [(5,)], lambda x: L.Dense(3, "tanh", kernel_regularizer="l2", activity_regularizer="l1")(x))
    case("einsum_dense", [(3, 4)], lambda x: L.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d", activation="relu")(x))
    case("einsum_dense_left", [(3, 4)], lambda x: L.EinsumDense("...x,xy->...y", 5, bias_axes="y")(x))
    case("einsum_dense_right", [(3, 4)], lambda x: L.EinsumDense("ab...,bc->ac...", (5,), bias_axes="c")(x))
    case("embedding", [("6",)], lambda x: L.Embedding(5, 3, embeddings_regularizer="l2")(x))
    case("reversible_embedding", [("6",)], lambda x: (lambda e: e(e(x), reverse=True))(L.ReversibleEmbedding(5, 3, logit_soft_cap=2.0)))
    case("reversible_embedding_untied", [("6",)], lambda x: (lambda e: e(e(x), reverse=True))(L.ReversibleEmbedding(5, 3, tie_weights=False)))
    case("masked_embedding", [("6",)], lambda x: L.Dense(2)(L.Embedding(5, 3, mask_zero=True)(x)))
    case("masking", [(-5, 3)], lambda x: L.Dense(2)(L.Masking()(x)))
    case("identity", [(3,)], lambda x: L.Identity()(x))
    case("lambda", [(3,)], lambda x: L.Lambda(lambda t: t * 2)(x))
    case("relu", [(8,)], lambda x: L.ReLU(1.0, 0.1, 0.2)(x))
    case("relu_slope", [(8,)], lambda x: L.ReLU(negative_slope=0.1)(x))
    case("leaky_relu", [(8,)], lambda x: L.LeakyReLU(0.2)(x))
    case("prelu", [(3, 4)], lambda x: L.PReLU(shared_axes=[1])(x))
    case("elu", [(8,)], lambda x: L.ELU(0.7)(x))
    case("softmax", [(3, 4)], lambda x: L.Softmax()(x))
    case("softmax_axes", [(3, 4)], lambda x: L.Softmax((1, 2))(x))
    case("activity_regularization", [(5,)], lambda x: L.ActivityRegularization(0.1, 0.2)(L.Dense(3)(x)))


def convolutions():
    case("conv1d", [(7, 3)], lambda x: L.Conv1D(4, 3, 2, "same", activation="tanh")(x))
    case("conv1d_causal", [(7, 3)], lambda x: L.Conv1D(4, 3, padding="causal", dilation_rate=2)(x))
    case("conv2d", [(5, 6, 4)], lambda x: L.Conv2D(4, (2, 3), (2, 1), groups=2)(x))
    case("conv2d_dilated", [(6, 6, 2)], lambda x: L.Conv2D(3, 3, padding="same", dilation_rate=2, use_bias=False)(x))
    case("conv3d", [(4, 4, 5, 2)], lambda x: L.Conv3D(3, 2, padding="same", strides=(1, 2, 2))(x))
    case("conv1d_transpose", [(4, 3)], lambda x: L.Conv1DTranspose(2, 3, 2)(x))
    case("conv1d_transpose_dilated", [(4, 3)], lambda x: L.Conv1DTranspose(2, 3, 1, "same", dilation_rate=2)(x))
    case("conv2d_transpose", [(3, 4, 2)], lambda x: L.Conv2DTranspose(3, 3, 2, "same", activation="relu")(x))
    case("conv2d_transpose_padding", [(3, 4, 2)], lambda x: L.Conv2DTranspose(3, 3, 2, "same", output_padding=1)(x))
    case("conv2d_transpose_no_padding", [(3, 4, 2)], lambda x: L.Conv2DTranspose(3, 3, 2, "same", output_padding=0)(x))
    case("conv2d_transpose_valid", [(3, 4, 2)], lambda x: L.Conv2DTranspose(3, 2, 3, "valid", output_padding=1)(x))
    case("conv3d_transpose", [(2, 3, 2, 2)], lambda x: L.Conv3DTranspose(2, 2, 2)(x))
    case("depthwise1d", [(6, 3)], lambda x: L.DepthwiseConv1D(3, padding="same", depth_multiplier=2)(x))
    case("depthwise2d", [(5, 5, 3)], lambda x: L.DepthwiseConv2D(3, 2, "same", depth_multiplier=2)(x))
    case("separable1d", [(6, 3)], lambda x: L.SeparableConv1D(4, 3, padding="same", depth_multiplier=2)(x))
    case("separable2d", [(5, 5, 3)], lambda x: L.SeparableConv2D(4, 3, padding="same", activation="relu")(x))


def pooling():
    for rank, shape in ((1, (7, 2)), (2, (5, 6, 2)), (3, (4, 5, 4, 2))):
        for kind in ("Max", "Average"):
            pool = getattr(L, f"{kind}Pooling{rank}D")
            case(f"{kind.lower()}_pooling{rank}d", [shape], lambda x: pool(3, 2, "same")(x))
            case(f"global_{kind.lower()}{rank}d", [shape], lambda x: getattr(L, f"Global{kind}Pooling{rank}D")()(x))
            case(f"adaptive_{kind.lower()}{rank}d", [shape], lambda x: getattr(L, f"Adaptive{kind}Pooling{rank}D")(3)(x))
    case("max_pooling2d_default", [(5, 6, 2)], lambda x: L.MaxPooling2D()(x))
    case("global_average1d_masked", [(-5, 3)], lambda x: L.GlobalAveragePooling1D()(L.Masking()(x)))
    case("global_max2d_kept", [(3, 2, 4)], lambda x: L.GlobalMaxPooling2D(keepdims=True)(x))


def recurrent():
    for name, make in (("simple_rnn", L.SimpleRNN), ("lstm", L.LSTM), ("gru", L.GRU)):
        case(name, [(5, 3)], lambda x: make(4)(x))
        case(f"{name}_sequences", [(5, 3)], lambda x: make(4, return_sequences=True, go_backwards=True)(x))
        case(f"{name}_masked", [(-5, 3)], lambda x: make(4, return_sequences=True)(L.Masking()(x)))
        case(f"{name}_masked_last", [(-5, 3)], lambda x: make(4, return_state=True)(L.Masking()(x)))
        case(f"{name}_masked_backwards", [(-5, 3)], lambda x: make(4, return_sequences=True, go_backwards=True)(L.Masking()(x)))
        case(f"{name}_relu", [(-5, 3)], lambda x: make(4, activation="relu", return_sequences=True)(L.Masking()(x)))
        case(f"{name}_bidirectional", [(-5, 3)], lambda x: L.Bidirectional(make(4, return_sequences=True))(L.Masking()(x)))
    case("lstm_hard", [(5, 3)], lambda x: L.LSTM(4, recurrent_activation="softplus", unit_forget_bias=False, use_bias=False)(x))
    case("lstm_state", [(5, 3), (4,), (4,)], lambda x, h, c: L.LSTM(4, return_state=True)(x, initial_state=[h, c]))
    case("gru_state", [(5, 3), (4,)], lambda x, h: L.GRU(4, return_sequences=True)(x, initial_state=[h]))
    case("gru_before", [(-5, 3)], lambda x: L.GRU(4, reset_after=False, return_sequences=True)(L.Masking()(x)))
    case("gru_before_elu", [(5, 3)], lambda x: L.GRU(4, activation="elu", reset_after=False)(x))
    for mode in ("sum", "mul", "ave", None):
        case(f"bidirectional_{mode or 'none'}", [(5, 3)], lambda x: L.Bidirectional(L.LSTM(4), merge_mode=mode)(x))
    case("bidirectional_state", [(5, 3)], lambda x: L.Bidirectional(L.GRU(4, return_state=True))(x))
    case("bidirectional_layers", [(5, 3)], lambda x: L.Bidirectional(
        L.LSTM(4, return_sequences=True), backward_layer=L.GRU(3, return_sequences=True, go_backwards=True))(x))
    case("rnn_cells", [(-5, 3)], lambda x: L.RNN([L.LSTMCell(4), L.GRUCell(3), L.SimpleRNNCell(2)], return_sequences=True,
                                                return_state=True)(L.Masking()(x)))
    case("rnn_own_cell", [(-5, 3)], lambda x: L.RNN(MinimalCell(), return_sequences=True, zero_output_for_mask=True)(L.Masking()(x)))
    case("time_distributed", [(4, 5, 2)], lambda x: L.TimeDistributed(L.Conv1D(3, 2))(x))
    case("time_distributed_statistics", [(3, 4)], lambda x: L.TimeDistributed(L.BatchNormalization())(x))
    case("conv_lstm1d", [(3, 5, 2)], lambda x: L.ConvLSTM1D(3, 2, padding="same")(x))
    case("conv_lstm2d", [(3, 4, 4, 2)], lambda x: L.ConvLSTM2D(2, 2, strides=2, return_sequences=True, return_state=True)(x))
    case("conv_lstm3d", [(2, 3, 3, 3, 1)], lambda x: L.ConvLSTM3D(2, 2, go_backwards=True)(x))
    case("lstm_chain", [("6",)], lambda x: L.Dense(2)(L.LSTM(3)(L.LSTM(4, return_sequences=True)(L.Embedding(5, 3, mask_zero=True)(x)))))
    case("masked_loss", [("6",)], lambda x: L.Dense(2)(L.GRU(3, return_sequences=True)(L.Embedding(5, 3, mask_zero=True)(x))))


def normalization():
    case("batch_normalization", [(3, 4)], lambda x: L.BatchNormalization(momentum=0.9)(x))
    case("batch_normalization_masked", [(-5, 3)], lambda x: L.BatchNormalization(momentum=0.9)(L.Masking()(x)))
    case("batch_renormalization", [(3, 4)], lambda x: L.BatchNormalization(
        momentum=0.9, renorm=True, renorm_clipping={"rmax": 1.2, "rmin": 0.8, "dmax": 0.5}, renorm_momentum=0.8)(x))
    case("layer_normalization", [(3, 4)], lambda x: L.LayerNormalization()(x))
    case("layer_normalization_rms", [(3, 4)], lambda x: L.LayerNormalization(rms_scaling=True)(x))
    case("group_normalization", [(3, 4, 6)], lambda x: L.GroupNormalization(3)(x))
    case("group_normalization_first", [(4, 5)], lambda x: L.GroupNormalization(2, axis=1)(x))
    case("instance_normalization", [(5, 3)], lambda x: L.GroupNormalization(-1)(x))
    case("rms_normalization", [(3, 4)], lambda x: L.RMSNormalization()(x))
    case("rms_normalization_axes", [(3, 4)], lambda x: L.RMSNormalization(axis=[1, 2])(x))
    case("unit_normalization", [(3, 4)], lambda x: L.UnitNormalization(axis=[1, 2])(x))
    case("spectral_normalization", [(5,)], lambda x: L.SpectralNormalization(L.Dense(3), power_iterations=2)(x))
    case("spectral_normalization_conv", [(4, 4, 2)], lambda x: L.SpectralNormalization(L.Conv2D(3, 2))(x))


def attention():
    case("attention", [(4, 3), (5, 3)], lambda q, v: L.Attention(use_scale=True)([q, v]))
    case("attention_concat", [(4, 3), (5, 3), (5, 3)], lambda q, v, k: L.Attention(use_scale=True, score_mode="concat")([q, v, k]))
    case("attention_causal", [(4, 3), (4, 3)], lambda q, v: L.Attention()([q, v], return_attention_scores=True, use_causal_mask=True))
    case("attention_masked", [(-5, 3), (-5, 3)], lambda q, v: L.Attention(use_scale=True)([L.Masking()(q), L.Masking()(v)]))
    case("additive_attention", [(4, 3), (5, 3)], lambda q, v: L.AdditiveAttention()([q, v]))
    case("multi_head_attention", [(4, 3), (5, 6)], lambda q, v: L.MultiHeadAttention(2, 4, value_dim=3)(q, v))
    case("multi_head_key", [(4, 3), (5, 6), (5, 2)], lambda q, v, k: L.MultiHeadAttention(2, 4, output_shape=5)(q, v, k))
    case("multi_head_causal", [(4, 3)], lambda x: L.MultiHeadAttention(2, 4, use_bias=False)(x, x, use_causal_mask=True))
    case("multi_head_scores", [(4, 3), (5, 6)], lambda q, v: L.MultiHeadAttention(2, 4)(q, v, return_attention_scores=True))
    case("multi_head_masked", [(-5, 4)], lambda x: L.Dense(2)((lambda y: L.MultiHeadAttention(2, 4)(y, y))(L.Masking()(x))))
    case("multi_head_window", [(6, 3)], lambda x: L.MultiHeadAttention(2, 4, sliding_window=2)(x, x))
    case("multi_head_gate", [(4, 3)], lambda x: L.MultiHeadAttention(2, 4, use_gate=True)(x, x))
    case("multi_head_axes", [(3, 4, 5)], lambda x: L.MultiHeadAttention(2, 3, attention_axes=(2,))(x, x))
    case("multi_head_2d", [(3, 2, 5)], lambda x: L.MultiHeadAttention(2, 3)(x, x))
    case("grouped_query", [(4, 6), (5, 6)], lambda q, v: L.GroupQueryAttention(3, 4, 2)(q, v))
    case("grouped_query_scores", [(4, 6)], lambda x: L.GroupQueryAttention(3, 4, 2)(x, x, return_attention_scores=True, use_causal_mask=True))


def shapes():
    case("flatten", [(2, 3, 4)], lambda x: L.Flatten()(x))
    case("flatten_first", [(2, 3, 4)], lambda x: L.Flatten("channels_first")(x))
    case("reshape", [(2, 6)], lambda x: L.Reshape((-1, 4))(x))
    case("permute", [(2, 3, 4)], lambda x: L.Permute((3, 1, 2))(x))
    case("repeat_vector", [(3,)], lambda x: L.RepeatVector(4)(x))
    case("cropping1d", [(6, 2)], lambda x: L.Cropping1D((1, 2))(x))
    case("cropping2d", [(5, 6, 2)], lambda x: L.Cropping2D(((1, 2), (0, 1)))(x))
    case("cropping3d", [(4, 4, 4, 2)], lambda x: L.Cropping3D(1)(x))
    case("zero_padding1d", [(3, 2)], lambda x: L.ZeroPadding1D((0, 2))(x))
    case("zero_padding2d", [(3, 2, 2)], lambda x: L.ZeroPadding2D((1, 2))(x))
    case("zero_padding3d", [(2, 2, 2, 1)], lambda x: L.ZeroPadding3D(((0, 1), (1, 0), (1, 1)))(x))
    case("up_sampling1d", [(3, 2)], lambda x: L.UpSampling1D(3)(x))
    case("up_sampling2d", [(3, 2, 2)], lambda x: L.UpSampling2D((2, 3))(x))
    for interpolation in ("bilinear", "bicubic", "lanczos3", "lanczos5"):
        case(f"up_sampling2d_{interpolation}", [(4, 3, 2)], lambda x: L.UpSampling2D((2, 3), interpolation=interpolation)(x))
    case("up_sampling3d", [(2, 2, 2, 1)], lambda x: L.UpSampling3D()(x))


def merging():
    both = [(3, 4), (3, 4)]
    masked = [(-5, 3), (-5, 3)]
    for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate"):
        case(name.lower(), both, lambda a, b: getattr(L, name)()([a, b]))
        case(f"{name.lower()}_masked", masked, lambda a, b: L.GlobalAveragePooling1D()(getattr(L, name)()([L.Masking()(a), L.Masking()(b)])))
    case("add_ranks", [(3, 4), (4,)], lambda a, b: L.Add()([a, b]))
    case("concatenate_steps", masked, lambda a, b: L.GlobalAveragePooling1D()(L.Concatenate(axis=1)([L.Masking()(a), L.Masking()(b)])))
    case("dot", both, lambda a, b: L.Dot(axes=2)([a, b]))
    case("dot_normalized", [(4,), (4,)], lambda a, b: L.Dot(axes=1, normalize=True)([a, b]))
    case("dot_axes", [(3, 4), (5, 3)], lambda a, b: L.Dot(axes=(1, 2))([a, b]))


if __name__ == "__main__":
    for family in (core, convolutions, pooling, recurrent, normalization, attention, shapes, merging):
        family()
    REFERENCES.write("keras_layers.safetensors")
